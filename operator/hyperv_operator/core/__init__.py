"""Decisions. Pure: no I/O, no clock (`now` is an argument), no loop, no framework."""
