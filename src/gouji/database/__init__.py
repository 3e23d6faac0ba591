"""Reports in a database: `load` puts them in, `models` are the tables, `views` the questions people ask."""
