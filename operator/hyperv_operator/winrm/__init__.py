"""The WinRM adapter: sessions, pool, stream decoder, HostAgent. Decides nothing; raises HostError."""
