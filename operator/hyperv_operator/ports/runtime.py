"""The process around the reconcilers: its clock, its metrics, and the redaction of what it writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hyperv_operator.protocol.inventory import InventoryReport


class Clock(Protocol):
    """The wall clock."""

    def now(self) -> datetime:
        """Return the current time as an aware datetime in UTC."""
        ...


class Metrics(Protocol):
    """The operator's metrics. No label carries a machine's name, nor a host's that does not exist."""

    def reconciled(self, kind: str, result: str, seconds: float) -> None:
        """Count one pass of a reconcile loop; result is acted, waited, conflict or error."""
        ...

    def run_finished(self, host: str, category: str, outcome: str, seconds: float) -> None:
        """Count one launch of the agent; outcome is completed, pending, failed or the class of the HostError."""
        ...

    def step_finished(self, step: str, outcome: str, seconds: float) -> None:
        """Count one step of a run by its final state."""
        ...

    def rollout_finished(self, host: str, result: str, seconds: float) -> None:
        """Count one attempt to install the agent on a host; result is ok, Failed, Waiting (put off) or CallCancelled."""
        ...

    def winrm_operation(self, host: str, operation: str, result: str, seconds: float) -> None:
        """Count one WinRM operation (open, invoke, rollout, reap); result is ok or the class of the HostError."""
        ...

    def lane_changed(self, lane: str, *, queued: int, running: int, workers: int, max_workers: int) -> None:
        """Set the gauges of one lane of the executor; `workers` is the current limit of running tasks, `max_workers` its bound."""
        ...

    def calls_hang(self, lane: str, *, count: int, alarm: bool) -> None:
        """Set how many abandoned calls of a lane have not returned, and whether that number has reached its limit."""
        ...

    def task_started(self, lane: str, category: str, queued_seconds: float) -> None:
        """Count a task that left the queue, and the time that it spent there."""
        ...

    def task_finished(self, lane: str, category: str, result: str, seconds: float) -> None:
        """Count a task that ended after it had left the queue; result is ok or the class of the error."""
        ...

    def call_refused(self, host: str) -> None:
        """Count a task that was refused because its host's circuit breaker is open."""
        ...

    def breaker_changed(self, host: str, *, is_closed: bool) -> None:
        """Set whether a host's circuit breaker is closed."""
        ...

    def machine_conditions(self, uid: str, host: str, conditions: Mapping[str, tuple[str, str]]) -> None:
        """Set one machine's conditions (type to status and reason) in the gauge of machines by condition."""
        ...

    def machine_gone(self, uid: str) -> None:
        """Remove a machine from the gauges."""
        ...

    def host_conditions(self, host: str, conditions: Mapping[str, tuple[str, str]]) -> None:
        """Set one host's conditions in the gauge of hosts by condition."""
        ...

    def host_preflight(self, host: str, counts: Mapping[str, int]) -> None:
        """Set how many rows of a host's preflight have each state."""
        ...

    def host_seen(self, host: str, report: InventoryReport, begun_at: datetime) -> None:
        """Set the gauges of one host from an inventory and the time at which it began."""
        ...

    def orphans(self, host: str, count: int) -> None:
        """Set how many VMs of a host have lost their machine."""
        ...

    def host_gone(self, host: str) -> None:
        """Remove every series of a host."""
        ...

    def served_elsewhere(self, host: str, *, elsewhere: bool) -> None:
        """Set whether an operator of another namespace serves a host."""
        ...

    def status_problem(self, kind: str, cause: str) -> None:
        """Count a status that is not as it was composed; cause is cut (out of bounds) or refused (by the API server)."""
        ...

    def loop_failed(self, kind: str) -> None:
        """Count a loop of an object that failed unexpectedly and starts again."""
        ...

    def event_lost(self, cause: str) -> None:
        """Count an Event that was not written; cause is dropped (the queue was full) or failed (the API server refused it)."""
        ...

    def notifications(self, target: str, result: str, count: int) -> None:
        """Count notifications to a target; result is delivered, failed (an attempt), given_up (refused too long) or lost."""
        ...

    def notifications_pending(self, target: str, age_seconds: float) -> None:
        """Set the age of the oldest transition that a target has not accepted; 0 if it has all."""
        ...

    def notification_target_gone(self, target: str) -> None:
        """Remove every series of a target."""
        ...

    def abandoned(self, host: str) -> None:
        """Count a machine whose finalizer was removed while its VM stayed on the host."""
        ...

    def reviewed(self, operation: str, result: str, seconds: float) -> None:
        """Count one admission review; operation is CREATE or UPDATE, result is admitted, warned, refused or error."""
        ...

    def request_refused(self, server: str, reason: str) -> None:
        """Count a connection or request that a server (webhook or subresources) has refused.

        The reason is slow, connections (more than there may be), tls, client, memory, too-large or not-a-review.
        """
        ...

    def subresource_answered(self, code: int) -> None:
        """Count a request of the aggregated API that was answered to its end, by status code."""
        ...

    def loop_turned(self, seconds: float) -> None:
        """Record a turn of the event loop, with its CPU time."""
        ...

    def log_memory(self, size: int) -> None:
        """Set how many bytes the logs of runs take."""
        ...

    def log_followers(self, count: int) -> None:
        """Set how many readers follow logs."""
        ...

    def log_reader_dropped(self) -> None:
        """Count a reader of a log that was dropped because it did not read."""
        ...


class Redaction(Protocol):
    """Removes secrets from text before it is written anywhere."""

    def clean(self, text: str, owner: str | None = None) -> str:
        """Return the text without anything that is, or looks like, a secret, and with as many lines as before.

        With an owner (the UID of an object), of the held values only its own and those without an owner are looked for.
        """
        ...

    def hold(self, values: Sequence[str], owner: str = "") -> Callable[[], None]:
        """Redact these values too, in whatever form they appear, until the returned function is called."""
        ...
