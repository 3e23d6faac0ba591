"""A page's pixels: rasters, upright, clean, drawn over."""
