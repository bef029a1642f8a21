"""What is written of a status that the API server refuses: what decides, and conditions without their texts."""

from __future__ import annotations

from typing import Final, TypeVar

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.common import Condition, Status
from hyperv_operator.api.host import HyperVHostStatus
from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.api.names import MachineCondition, Reason

StatusT = TypeVar("StatusT", bound=Status)

MESSAGE: Final = "The API server refuses the rest of the status; an Event says why."
_DECIDING: Final[dict[type[Status], tuple[str, ...]]] = {
    HyperVMachineStatus: (
        "observed_generation", "vm_id", "host", "claim", "sealed", "origin", "applied", "os_family", "guest_configured_at",
    ),
    HyperVHostStatus: ("observed_generation", "operator", "host_id", "logon_failures"),
}  # fmt: skip
"""The fields without which the operator would not know what it has done."""


def smaller(old: StatusT, new: StatusT) -> tuple[StatusT, ...]:
    """Return what to write in place of a status that was refused, the fuller one first.

    What the status had before, with what decides as it is now; then what decides alone. The conditions are those of the new
    status in both, each with what its reason means in general.
    """
    updates: dict[str, object] = {name: getattr(new, name) for name in _DECIDING[type(new)]}
    updates["conditions"] = tuple(one.model_copy(update={"message": _meaning(one)}) for one in new.conditions)
    if isinstance(new, HyperVMachineStatus):
        updates["run"] = new.run and new.run.model_copy(update={"definition": None})
    return old.model_copy(update=updates), type(new)().model_copy(update=updates)


def _meaning(condition: Condition) -> str:
    known = {reason.value for reason in Reason}
    meaning = explain(Reason(condition.reason)) if condition.reason in known else ""
    return f"{meaning} {MESSAGE}".strip() if condition.type == MachineCondition.READY.value or not meaning else meaning
