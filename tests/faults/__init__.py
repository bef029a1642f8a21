"""The fault harness: one fault at each place of the operator's work, and the result compared with that of an undisturbed trial.

`python -m faults` (or `make faults`) runs it. The operator is a real process with the permissions of the chart's ServiceAccount; a
proxy stands between it and a real kube-apiserver, and its hosts are simulated.
"""
