"""Reports in other shapes."""
