"""The messages between operator, agent and guest. Pure: text and bytes in, values out; no I/O and no clock."""
