"""What a person at the desk can ask and do: one call for each command, whatever door it comes through."""
