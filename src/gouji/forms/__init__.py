"""Grids whose meaning is known: official forms and their items."""
