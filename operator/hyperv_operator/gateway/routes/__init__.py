"""The routes, by area. A route reads the request, calls one function, and returns a model; it decides nothing else."""
