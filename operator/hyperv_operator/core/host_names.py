"""How the messages of a machine name hosts: its owner is to know of no other hosts than its own."""

from __future__ import annotations

from collections.abc import Sequence

from hyperv_operator.core.snapshot import HostView, Snapshot


def owned_name(snapshot: Snapshot, host: HostView) -> str:
    """Return how a machine's message names a host."""
    own = host.name in (snapshot.target_host, snapshot.status.host)
    return f"Host {host.name}" if own else "Another host of its failover cluster"


def owned_names(snapshot: Snapshot, hosts: Sequence[HostView]) -> str:
    """Return how a machine's message names several hosts."""
    own = [host.name for host in hosts if host.name in (snapshot.target_host, snapshot.status.host)]
    others = len(hosts) - len(own)
    return ", ".join(
        [*own, *([f"{others} other {'host' if others == 1 else 'hosts'} of its failover cluster"] if others else [])]
    )


def host_problems(snapshot: Snapshot, hosts: Sequence[HostView]) -> str:
    """Return the problems of these hosts as sentences, each with a space before it."""
    return "".join(f" {owned_name(snapshot, host)}: {host.problem.to_owners}" for host in hosts if host.problem)
