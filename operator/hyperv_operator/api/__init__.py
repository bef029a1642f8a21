"""The custom resources as pydantic models, and the names in them. Pure: no I/O, no clock, no framework but pydantic."""
