"""Tables: pixels to rulings to lattices to filled grids, joined over pages."""
