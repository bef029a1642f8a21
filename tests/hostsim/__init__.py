"""A simulated Hyper-V host that speaks WinRM, PSRP and the agent's protocol. It knows nothing of the operator's code."""
