"""The process around the core: sockets, clocks, files and the database live here and nowhere else in `acd`."""
