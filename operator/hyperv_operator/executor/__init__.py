"""The bounded executor: runs blocking functions in threads. Knows nothing of Hyper-V or Kubernetes.

service         RemoteTaskService, the interface to the rest of the operator, and its options
lane            one lane: its queue, its worker limit, its threads
scheduled_task  one task from its submission until its future is done
breakers        the circuit breakers of all hosts, with their metrics and log messages
threads         the thread pool of a lane; threads that hang are replaced
sampling        CPU and memory use as shares of the container's limits
diagnostics     the executor's state as JSON

Pure:
fairness        round-robin over hosts, with one queue and a number of slots per host
scaling         a lane's worker limit, from its demand and the CPU and memory use
breaker         the circuit breaker of one host

Everything but a task's blocking function runs on the event loop.
"""
