"""Fuzz targets: seconds in the tests, as long as wanted by hand (`make fuzz SECONDS=600`)."""
