"""The cmdlets of Windows as Microsoft documents them, and whether a script's calls bind to them. See README.md."""
