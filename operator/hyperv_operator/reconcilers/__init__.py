"""One pass each: gather, decide, act, report. Sees the deps through ports alone."""
