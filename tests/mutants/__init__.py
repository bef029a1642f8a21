"""Mutation tests: small faults are put into the pure packages, and the unit tests must notice.

The faults are those of Cosmic Ray's operators and a few of our own. Cosmic Ray's own distributors start the whole
suite in a new process for each mutant; here a mutant is tested in a fork of a process that has the libraries
loaded, by the tests that reach it, nearest first, until one fails.
"""
