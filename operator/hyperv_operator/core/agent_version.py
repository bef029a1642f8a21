"""Which version of the agent a launch uses: a run goes on with the one it began with, a new one takes the operator's."""

from __future__ import annotations

from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.api.names import MachineCondition
from hyperv_operator.core import identity
from hyperv_operator.core.actions import Launch
from hyperv_operator.core.snapshot import HostView, Snapshot


def version_for(snapshot: Snapshot, launch: Launch) -> str | None:
    """Return the name of the version that the launch uses; None for what was installed by hand."""
    host = identity.place(snapshot)
    assert host is not None
    pinned, rollout = _pinned(snapshot, host, launch), host.rollout
    return pinned or (rollout.active_name if rollout else None)


def not_ready(snapshot: Snapshot, launch: Launch) -> str | None:
    """Say why the host has no agent yet for a launch that provisions, or return None.

    A new run waits for the operator's version; one that goes on has the one it began with. Removals and updates are not
    asked about: they work with what is there.
    """
    host = identity.place(snapshot)
    assert host is not None
    rollout = host.rollout
    if rollout is None or rollout.is_ready:
        return None
    return None if _pinned(snapshot, host, launch) else rollout.message


def version_in_use(status: HyperVMachineStatus, *, held: bool) -> str | None:
    """Return the version that a machine's run in flight uses; `held`: the executor has a launch of it."""
    claim = status.claim
    if claim is None or claim.agent is None:
        return None
    configured = status.condition(MachineCondition.GUEST_CONFIGURED)
    finished = status.run is not None and status.run.finished_at is not None
    over = finished and configured is not None and configured.status == "True"
    return claim.agent if held or not over else None


def _pinned(snapshot: Snapshot, host: HostView, launch: Launch) -> str | None:
    claim = snapshot.status.claim
    if claim is None or claim.agent is None or launch.run_id != claim.run_id or host.report is None:
        return None
    return claim.agent if claim.agent in host.report.facts.agent.versions else None
