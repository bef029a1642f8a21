"""The Linux guest: it takes its configuration from the host, sealed to a key of its own, and applies it once.

Python 3.6 and its standard library only: it runs on what an image has. The protocol is docs/reference/agent-protocol.md,
"Guest data". Nothing here may log, print or pass as an argument what it has unsealed.
"""
