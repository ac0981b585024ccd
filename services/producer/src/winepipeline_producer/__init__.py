"""Makes realistic wine sales and stock movements."""
