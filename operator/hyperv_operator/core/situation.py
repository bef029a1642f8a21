"""One snapshot at one time, with what several rows of the decision table derive from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from hyperv_operator.core import identity, provisioning, retry
from hyperv_operator.core.decision import Lifecycle
from hyperv_operator.core.drift import Difference, differences, pending
from hyperv_operator.core.identity import OwnVm
from hyperv_operator.core.provisioning import Interrupted, LaunchFailed, ProvisioningState, WaitingForGuest
from hyperv_operator.core.retry import Failure
from hyperv_operator.core.snapshot import HostView, Snapshot
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.protocol.records import Step, StepState

_KINDS = {
    Lifecycle.PROVISIONING: JobKind.PROVISION,
    Lifecycle.PROVISIONED: JobKind.UPDATE,
    Lifecycle.REMOVAL: JobKind.REMOVE,
}


@dataclass(frozen=True)
class Situation:
    """The argument of every rule. Derived values are computed once."""

    snapshot: Snapshot
    now: datetime

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """The part of its life that the machine is in."""
        if self.snapshot.deleting:
            return Lifecycle.REMOVAL
        return Lifecycle.PROVISIONED if self.snapshot.is_configured else Lifecycle.PROVISIONING

    @cached_property
    def own(self) -> OwnVm | None:
        """The machine's VM, if an inventory reports it."""
        return identity.own_vm(self.snapshot)

    @property
    def host(self) -> HostView | None:
        """The host to launch on: the one that has the VM, which a failover cluster may have moved, else the one that had it last."""
        return self.own.host if self.own else self.snapshot.place

    @cached_property
    def state(self) -> ProvisioningState:
        """The state of the provisioning."""
        return provisioning.observe(self.snapshot, self.now)

    @cached_property
    def guest_has_data(self) -> bool:
        """Whether the guest has its configuration: what is left to do needs neither a Secret nor a tenant entry."""
        if isinstance(self.state, WaitingForGuest):
            return True
        journal = self.snapshot.journal()
        if journal and journal.steps.get(Step.WAIT_FOR_GUEST) is StepState.COMPLETED:
            return True
        run_id = self.state.run_id if isinstance(self.state, LaunchFailed | Interrupted) else None
        reported = provisioning.reported_state(self.snapshot, run_id) if run_id else None
        return reported is not None and reported.is_final

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """Where the VM differs from the spec; empty while either is unknown."""
        spec = self.snapshot.readable_spec
        return differences(spec, self.own.vm) if spec and self.own else ()

    @cached_property
    def pending(self) -> tuple[Difference, ...]:
        """The differences that an update has to remove."""
        spec = self.snapshot.readable_spec
        return pending(spec, self.snapshot.status.applied, self.differences) if spec else ()

    @cached_property
    def failure(self) -> Failure | None:
        """The failure of the last launch that this lifecycle's next launch would repeat."""
        if self.lifecycle is Lifecycle.PROVISIONING:
            return self.state.failure if isinstance(self.state, LaunchFailed) else None
        last = self.snapshot.own_last
        if last is None or last.kind is not _KINDS[self.lifecycle]:
            return None
        if self.lifecycle is Lifecycle.PROVISIONED and last.generation != self.snapshot.generation:
            return None
        return retry.failure_of(last)

    @property
    def retry_at(self) -> datetime:
        """When the launch that failed may be repeated; now if none failed."""
        if self.failure is None:
            return self.now
        return retry.retry_at(self.failure, self.snapshot.failures, self.snapshot.limits.retry)
