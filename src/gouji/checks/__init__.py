"""Accounting identities over tables and facts, and what follows from them."""
