"""Tasks for the executor, shared by its tests and its benchmark."""
