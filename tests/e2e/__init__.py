"""End-to-end tests: the operator as a process, with a real API server and simulated hosts."""
