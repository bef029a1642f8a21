"""The Linux guest: applies the configuration that the host publishes for this VM, sealed to a key of the guest, once.

Written in Python 3.6 and its standard library, because it runs on what the image has. docs/reference/agent-protocol.md,
"Guest data", describes the protocol. No module may log, print or pass as an argument what it has decrypted.
"""
