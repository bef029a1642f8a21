"""The agent's real scripts on a simulated host: `pwsh` runs them over the fake Hyper-V module."""
