"""The WinRM adapter: runs the agent on hosts. It decides nothing; every failure is a `HostError`.

agent        WinRmHostAgent, the `HostAgent` of the operator
rollout      installing and pruning versions of the agent
bundle       reading the agent to be installed
pool         sessions kept for reuse, limited per host
session      one session: a runspace pool and its pipelines
connection   the connection of a session, for every kind of authentication
transport    its HTTP transport: statuses, encrypted messages, calls that are made again
wire         its connections, on which every read is bounded
allowance    what a host may still send, and for how long
trust        which authorities may have issued a host's certificate
markup       XML that is checked before it is parsed
runspace     a runspace pool whose answers are read here
fragments    objects from the fragments that a host sends
records      the objects of PowerShell's streams as text
sinks        how many of them are taken
pace         how fast
credentials  checking client certificates; secrets in private files
kerberos     tickets for a session
orphans      shells that earlier operators left on a host
clixml       documents in which PowerShell writes its streams
stream       decoding PowerShell's streams into lines
translation  exceptions of the libraries as `HostError`
faults       WSMan faults and HTTP statuses as `HostError`
"""
