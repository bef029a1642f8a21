"""Fuzz targets: they run briefly in the tests, and for any duration by `make fuzz SECONDS=600`."""
