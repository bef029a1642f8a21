"""The operator as a process, on a real API server, against simulated hosts."""
