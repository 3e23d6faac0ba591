"""Reports in other shapes. `registry.FORMATS` lists them; an export is one module here and one line there."""
