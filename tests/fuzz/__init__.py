"""Fuzz targets: they run briefly in the tests, and for any duration by `make fuzz SECONDS=600`.

A target is a property of any bytes. Inputs that are worth keeping, each found failure among them, are in `corpus/<target>/`.
"""

from fuzz import output, protocol, reviews

TARGETS = (*output.TARGETS, *protocol.TARGETS, *reviews.TARGETS)
