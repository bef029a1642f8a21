"""The decision table: what a pass does about a machine, and what it says. Total and pure.

The first row that applies to the machine's lifecycle and whose rule returns a decision decides. docs/reference/decisions.md is
made from the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from hyperv_operator.core import launching, preconditions, provisioned, removal, rules
from hyperv_operator.core.decision import ACCEPTED, ConditionValue, Decision, Lifecycle
from hyperv_operator.core.rules import Guard
from hyperv_operator.core.situation import Situation
from hyperv_operator.core.snapshot import Snapshot

Rule = Callable[[Situation], Decision | None]
"""Returns a decision if its condition holds, else None."""


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    condition: str
    applies_to: frozenset[Lifecycle]
    rule: Rule
    action: str
    """What is done, in words."""
    says: str
    """What the conditions say, in words."""
    accepted: bool | None = None
    """The value of `Accepted`, for a machine that is being provisioned; None leaves it unchanged."""


PROVISIONING: Final = frozenset({Lifecycle.PROVISIONING})
PROVISIONED: Final = frozenset({Lifecycle.PROVISIONED})
REMOVAL: Final = frozenset({Lifecycle.REMOVAL})
EVERY: Final = PROVISIONING | PROVISIONED | REMOVAL

TABLE: Final[tuple[Row, ...]] = (
    Row(
        "The abandon annotation names the VM, and the tenant entry does not forbid it",
        REMOVAL,
        removal.abandoned,
        "Remove the finalizer",
        "The Event Abandoned names what may be left",
    ),
    Row(
        "The agent has confirmed the removal, and no host that is asked reports the VM",
        REMOVAL,
        removal.removed,
        "Remove the finalizer; wait for the other hosts' inventories where they could have the VM",
        "The Event Deleted; Deleting with the hosts that are waited for",
    ),
    Row(
        "spec.deletionPolicy is Retain or cannot be read",
        REMOVAL,
        removal.retained,
        "Remove the finalizer; where the tenant entry forbids Retain, wait for a change",
        "The Event Deleted names the VM that was kept; DeletionPolicyNotAllowed",
    ),
    Row(
        "The executor holds a task for the machine",
        EVERY,
        rules.task_active,
        "Wait for its end",
        "Queued, then Running with the step; Deleting for a removal",
    ),
    Row(
        "No launch was ever claimed, and no host that is asked has anything of the machine",
        REMOVAL,
        removal.never_launched,
        "Remove the finalizer; wait for an inventory that shows it",
        "The Event Deleted; Deleting with the hosts that are waited for",
    ),
    Row(
        "The spec cannot be read",
        PROVISIONING | PROVISIONED,
        rules.spec_unreadable,
        "Wait for a change",
        "Stalled, InvalidSpec",
        accepted=False,
    ),
    Row(
        "A field has changed that can no longer be changed",
        PROVISIONING | PROVISIONED,
        rules.field_frozen,
        "Wait for a change",
        "Stalled, FieldFrozen",
    ),
    Row(
        "The target host is another machine than at the first launch, and no host reports the VM",
        EVERY,
        rules.other_machine,
        "Wait for a change",
        "HostIdentityChanged; Stalled, or how to abandon a machine that is being deleted",
    ),
    Row(
        "The spec is for another schema version",
        PROVISIONING | PROVISIONED,
        Guard(preconditions.schema_version_active),
        "Wait for a change",
        "Stalled, SchemaVersionMismatch",
        accepted=False,
    ),
    Row(
        "No inventory is newer than the last launch",
        PROVISIONED,
        provisioned.not_polled,
        "Wait for an inventory",
        "Ready stays as it is; Synced is Unknown while the host has a problem",
    ),
    Row(
        "The VM with the machine's mark is not the machine's VM beyond doubt",
        PROVISIONING | PROVISIONED,
        rules.identity_conflict,
        "Wait for a change",
        "Stalled, IdentityConflict",
    ),
    Row(
        "Hyper-V cannot open the VM",
        PROVISIONED,
        rules.vm_unreadable,
        "Wait for an inventory that shows the VM",
        "Stalled, VmUnreadable",
    ),
    Row(
        "A line of the inventory was lost that is or may be the VM's",
        PROVISIONED,
        rules.report_unreadable,
        "Wait for an inventory that can be read",
        "Ready stays as it is; Synced is Unknown, ReportUnreadable",
    ),
    Row(
        "No inventory reports the VM",
        PROVISIONED,
        provisioned.vm_missing,
        "Wait; poll soon until a second inventory agrees",
        "Stalled, VMMissing",
    ),
    Row(
        "Hyper-V has lost the VM's storage, or it is full, and the spec has not changed since it was applied",
        PROVISIONED,
        provisioned.vm_critical,
        "Wait for an inventory that shows another state",
        "Stalled, VmCritical",
    ),
    Row(
        "The VM matches the spec",
        PROVISIONED,
        provisioned.in_sync,
        "Wait; poll soon while the host does not report the address",
        "Ready, or WaitingForAddress",
    ),
    Row(
        "The VM differs and the spec was applied to it",
        PROVISIONED,
        provisioned.drifted,
        "Wait for a change",
        "Ready with Synced=False, OutOfSync; Stalled, PowerStateDiffers for the power state",
    ),
    Row(
        "spec.paused is true",
        PROVISIONING | PROVISIONED,
        rules.paused,
        "Wait for a change",
        "Paused; Synced names what is not applied",
    ),
    Row(
        "The machine is in the operator's own namespace",
        PROVISIONING,
        Guard(preconditions.namespace_usable),
        "Wait for the machine's deletion",
        "Stalled, NamespaceNotAllowed",
        accepted=False,
    ),
    Row(
        "The HyperVHost does not exist",
        PROVISIONING,
        Guard(preconditions.host_exists),
        "Check again every HVO_SECRET_POLL_SECONDS",
        "Stalled, HostNotFound",
        accepted=False,
    ),
    Row(
        "The HyperVHost does not exist",
        REMOVAL,
        rules.host_missing,
        "Check again every HVO_SECRET_POLL_SECONDS",
        "HostNotFound, and how to abandon the machine",
    ),
    Row(
        "A field violates the schema",
        PROVISIONING,
        Guard(preconditions.fields_valid),
        "Wait for a change",
        "Stalled, InvalidFields, ClusterRequired or GuestDataTooLarge",
        accepted=False,
    ),
    Row(
        "The operator has not listed all machines yet, and nothing was launched",
        PROVISIONING,
        launching.others_unlisted,
        "Wait until they are listed",
        "The conditions stay as they are",
    ),
    Row(
        "No tenant entry of the host allows the machine, and its guest has no configuration yet",
        PROVISIONING,
        Guard(preconditions.tenant_allowed, until_guest=True),
        "Check again every HVO_SECRET_POLL_SECONDS",
        "Stalled, NamespaceNotAllowed and the like",
        accepted=False,
    ),
    Row(
        "Another machine holds the VM name",
        PROVISIONING,
        Guard(preconditions.name_held),
        "Check again every HVO_SECRET_POLL_SECONDS",
        "Stalled, DuplicateName",
        accepted=False,
    ),
    Row(
        "A Secret does not exist yet, and the machine was created less than 10 seconds ago and never launched",
        PROVISIONING,
        rules.secrets_expected,
        "Check again every second",
        "WaitingForSecret",
    ),
    Row(
        "A Secret cannot be read, and the guest has no configuration yet",
        PROVISIONING,
        Guard(preconditions.secrets_readable, until_guest=True),
        "Check again every HVO_SECRET_POLL_SECONDS",
        "Stalled, SecretNotFound and the like",
        accepted=False,
    ),
    Row(
        "The host has a problem",
        EVERY,
        rules.host_problem,
        "Wait for the host",
        "The host's reason; Stalled only for a machine that is being provisioned, if a person must act",
        accepted=True,
    ),
    Row(
        "The host's first inventory has not been read",
        PROVISIONING,
        Guard(preconditions.inventory_known),
        "Wait for an inventory",
        "WaitingForInventory",
        accepted=True,
    ),
    Row(
        "The agent on the host does not support the schema version",
        PROVISIONING,
        Guard(preconditions.agent_compatible),
        "Wait for a rollout",
        "AgentRolloutIncomplete",
        accepted=True,
    ),
    Row(
        "The host is cordoned or being deleted, and nothing was launched yet",
        PROVISIONING,
        Guard(preconditions.host_open),
        "Wait for the host",
        "HostCordoned",
        accepted=True,
    ),
    Row(
        "The host does not have the image",
        PROVISIONING,
        Guard(preconditions.image_available),
        "Wait for an inventory with the image",
        "Stalled, ImageNotFound; ReportUnreadable if a line of an image was lost",
        accepted=True,
    ),
    Row(
        "No inventory is newer than the last launch",
        PROVISIONING,
        launching.state_unknown,
        "Wait for an inventory; poll soon",
        "WaitingForInventory",
        accepted=True,
    ),
    Row(
        "A launch that this process does not observe is running",
        PROVISIONING,
        launching.running_elsewhere,
        "Wait for its end; poll soon",
        "Running",
        accepted=True,
    ),
    Row(
        "Hyper-V cannot open the VM",
        PROVISIONING,
        rules.vm_unreadable,
        "Wait for an inventory that shows the VM",
        "Stalled, VmUnreadable",
        accepted=True,
    ),
    Row(
        "A line of the inventory was lost that is or may be that of the machine's VM or journal",
        PROVISIONING,
        rules.report_unreadable,
        "Wait for an inventory that can be read",
        "ReportUnreadable",
        accepted=True,
    ),
    Row(
        "The VM is gone from every host",
        PROVISIONING,
        launching.vm_lost,
        "Launch a new run, which makes another VM",
        "Queued",
        accepted=True,
    ),
    Row(
        "The guest has signalled again, and its earlier signals led to more than 5 launches in a row that found nothing final",
        PROVISIONING,
        launching.guest_signals_paused,
        "Wait for a pause that doubles",
        "WaitingForGuest",
        accepted=True,
    ),
    Row(
        "The guest has reported its final state",
        PROVISIONING,
        launching.guest_answered,
        "Launch the agent, which finishes the run",
        "Queued",
        accepted=True,
    ),
    Row(
        "The guest has another key, and its data was sealed 5 times during this generation of the spec",
        PROVISIONING,
        launching.guest_key_unstable,
        "Wait for a change",
        "Stalled, GuestKeyUnstable",
        accepted=True,
    ),
    Row(
        "The guest has posted its key",
        PROVISIONING,
        launching.guest_key_posted,
        "Launch the agent with the sealed configuration",
        "Queued",
        accepted=True,
    ),
    Row(
        "The guest has a new key, or a Secret has changed, before the guest has taken its data, and it may be sealed again",
        PROVISIONING,
        launching.sealing_outdated,
        "Launch the agent with the configuration sealed again",
        "Queued",
        accepted=True,
    ),
    Row(
        "The agent failed with an earlier spec",
        PROVISIONING,
        launching.spec_changed,
        "Launch a new run",
        "Queued",
        accepted=True,
    ),
    Row(
        "The guest did not respond in time",
        PROVISIONING,
        launching.guest_timed_out,
        "Launch the agent, which collects diagnostics",
        "Queued",
        accepted=True,
    ),
    Row(
        "The guest has time left, and Hyper-V has lost the VM's storage, or it is full",
        PROVISIONING,
        launching.vm_critical,
        "Wait; poll soon",
        "Stalled, VmCritical",
        accepted=True,
    ),
    Row(
        "The guest has time left",
        PROVISIONING,
        launching.awaiting_guest,
        "Wait; poll soon",
        "WaitingForGuestKey or WaitingForGuest",
        accepted=True,
    ),
    Row(
        "The host's tenant entry does not allow the changed spec",
        PROVISIONED,
        provisioned.refused,
        "Check again every HVO_SECRET_POLL_SECONDS; switching off and shrinking are always allowed",
        "Ready stays as it is with Synced=False, SizeNotAllowed and the like",
    ),
    Row(
        "The last launch failed and no retry is due",
        EVERY,
        rules.retry_pending,
        "Wait for the pause to end, or for a change",
        "The failure's reason; Stalled if a person must act",
        accepted=True,
    ),
    Row(
        "Provisioning has not started, was interrupted, or a retry is due",
        PROVISIONING,
        launching.provision,
        "Launch the agent",
        "Queued; AgentRolloutIncomplete while the host lacks the version",
        accepted=True,
    ),
    Row(
        "The spec has changed since it was applied",
        PROVISIONED,
        provisioned.update,
        "Launch an update",
        "Queued; Synced is Unknown",
    ),
    Row(
        "The VM may still be on its host",
        REMOVAL,
        removal.remove,
        "Launch the removal",
        "Deleting",
    ),
)


def match(snapshot: Snapshot, now: datetime) -> tuple[Row, Decision]:
    """Return the row that decides, and its decision. The same snapshot and time always give the same result."""
    situation = Situation(snapshot, now)
    for row in TABLE:
        if situation.lifecycle in row.applies_to:
            decision = row.rule(situation)
            if decision:
                return row, _with_accepted(decision, row, situation)
    raise LookupError(f"No row of the decision table matches a machine in {situation.lifecycle.value}.")


def decide(snapshot: Snapshot, now: datetime) -> Decision:
    """Return the decision of a pass."""
    return match(snapshot, now)[1]


def _with_accepted(decision: Decision, row: Row, situation: Situation) -> Decision:
    lifecycle = situation.lifecycle
    if lifecycle is Lifecycle.PROVISIONED:
        return replace(
            decision, assessment=replace(decision.assessment, accepted=provisioned.policy(situation.snapshot))
        )
    if row.accepted is None or lifecycle is not Lifecycle.PROVISIONING:
        return decision
    assessment = decision.assessment
    refused = ConditionValue(False, assessment.reason, assessment.message)
    return replace(decision, assessment=replace(assessment, accepted=ACCEPTED if row.accepted else refused))
