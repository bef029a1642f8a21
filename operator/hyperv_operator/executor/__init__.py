"""The bounded executor for blocking calls. Knows nothing of Hyper-V or Kubernetes.

service    RemoteTaskService: what the rest of the operator sees; everything but the calls happens on the event loop
options    how it is bounded
scheduler     one lane: its queue, how many may run, its threads
call       one task from its submission to the end of its future
breakers   the breakers of all hosts, and what is told of them
fairness   PURE: who starts next: one queue a host, hosts by turns, slots
scaling    PURE: how many workers a lane may have, from its demand and a sample of processor and memory
breaker    PURE: one host's host_breaker breaker
sampling   processor and memory as shares of what the container may use
workers    threads that are used again, and those that hang
summary    what the diagnostics show
"""
