"""What operator, agent, guest, simulator and forms agree on. Pure: text and bytes in, values out; no I/O, no clock."""
