"""A simulated Hyper-V host that speaks WinRM, PSRP and the agent's protocol. It does not import the operator."""
