"""What the trade knows: pure values and rules, without clock, chance, network or engine."""
