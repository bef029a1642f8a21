"""Benchmarks: `make bench` runs them all. Each compares with a reference that is timed in the same run, never with a clock."""
