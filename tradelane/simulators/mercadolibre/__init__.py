"""Mercado Libre as a Global Selling (CBT) integrator sees it, for sales in Chile."""
