"""One pass each: gather, decide, act, report. Sees the world through ports alone."""
