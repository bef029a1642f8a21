"""The version of the agent that a launch uses: a run keeps the version it began with, a new run takes the operator's."""

from __future__ import annotations

from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.api.names import Reason
from hyperv_operator.core import preconditions
from hyperv_operator.core.actions import Launch
from hyperv_operator.core.preconditions import Violation
from hyperv_operator.core.snapshot import Snapshot


def version_for(snapshot: Snapshot, launch: Launch) -> str | None:
    """Return the name of the version that the launch uses; None for an agent that a person has installed."""
    rollout = launch.host.rollout
    return _pinned(snapshot, launch) or (rollout.active_name if rollout else None)


def unavailable(snapshot: Snapshot, launch: Launch) -> Violation | None:
    """Return why the version that a launch needs is not on the host yet, or None.

    A new run waits for the operator's version; a run that continues has the version it began with. Updates and removals do not
    ask: they use the version that is there.
    """
    host, rollout = launch.host, launch.host.rollout
    if rollout is None:
        return None
    pinned = _pinned(snapshot, launch)
    if not rollout.is_ready and pinned is None:
        return Violation(
            Reason.AGENT_ROLLOUT_INCOMPLETE,
            f"Host {host.name} does not have the operator's agent yet.",
        )
    version = version_for(snapshot, launch)
    return preconditions.schema_supported(snapshot, host) if version in (None, rollout.name) else None


def version_in_use(status: HyperVMachineStatus, *, active: bool) -> str | None:
    """Return the version that a machine's run uses, or None once the run is over.

    `active` says whether the executor holds a task for the machine.
    """
    claim = status.claim
    if claim is None or claim.agent is None:
        return None
    finished = status.run is not None and status.run.finished_at is not None
    over = finished and status.is_guest_configured
    return claim.agent if active or not over else None


def _pinned(snapshot: Snapshot, launch: Launch) -> str | None:
    claim, report = snapshot.status.claim, launch.host.report
    if claim is None or claim.agent is None or launch.run_id != claim.run_id or report is None:
        return None
    return claim.agent if claim.agent in report.facts.agent.versions else None
