"""Parsing an inventory, as `Get-HostInventory.ps1` writes it: one JSON object a line, the outcome at the end.

Each line is read by itself. One that cannot be read costs its VM, image, journal or tombstone; the report names it, and says what it
leaves unknown. Only a host line and a completed outcome are indispensable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Generic, TypeVar

from pydantic import JsonValue

from hyperv_operator.border.document import UnreadableText, parse_object
from hyperv_operator.border.reading import Node, read
from hyperv_operator.border.text import Clean, clean
from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.inventory import (
    Gaps,
    HostFacts,
    ImageFacts,
    InventoryReport,
    JournalFacts,
    RemovedFacts,
    UnreadableLine,
    VmFacts,
    VmProblem,
)
from hyperv_operator.protocol.records import MAX_RECORD, OUTCOME_PARTS, Outcome, WireModel, require_completed

MAX_IMAGES: Final = 1_024
MAX_VMS: Final = 4_096
"""VMs, journals and tombstones each. Hyper-V runs 1,024 VMs on a host."""
MAX_NAMED: Final = 20
"""Unreadable lines that the report names."""
_HOST_PARTS: Final = frozenset(
    {
        "computer_name", "os", "logical_processors", "memory_total_bytes", "memory_free_bytes", "volumes", "agent.versions",
    }
)  # fmt: skip
_PROBLEM_PARTS: Final = frozenset({"vm_id", "name", "machine_uid"})
_NO_PARTS: Final[frozenset[str]] = frozenset()
_IDENTITY: Final = 256

ItemT = TypeVar("ItemT", bound=WireModel)


def parse_inventory(lines: Iterable[str]) -> InventoryReport:
    """Parse an inventory. Raise `RecordError` if it has no host line that can be read, is not complete, or failed.

    Empty lines and kinds of lines that this operator does not know are ignored.
    """
    parser = _Parser()
    for line in lines:
        parser.add(line)
    return parser.report()


class _Items(Generic[ItemT]):
    """The items of one kind, in their order. Two that have the same key and differ are both lost: either may be wrong."""

    def __init__(
        self, kind: str, model: type[ItemT], parts: frozenset[str], limit: int, key: Callable[[ItemT], str]
    ) -> None:
        self.kind = kind
        self.model = model
        self.parts = parts
        self.limit = limit
        self.key = key
        self.found: dict[str, ItemT] = {}
        self.disputed: set[str] = set()


class _Parser:
    """The state while the lines of one inventory are read."""

    def __init__(self) -> None:
        self.images = _Items(
            "image", ImageFacts, frozenset({"size_bytes", "children", "changed"}), MAX_IMAGES, lambda one: one.name
        )
        self.vms = _Items("vm", VmFacts, frozenset({"addresses", "guest", "critical"}), MAX_VMS, lambda one: one.vm_id)
        journal_parts = frozenset({"steps", "reason", "code", "updated_at", "folder"})
        self.journals = _Items("journal", JournalFacts, journal_parts, MAX_VMS, lambda one: one.machine_uid)
        self.removed = _Items("removed", RemovedFacts, frozenset({"finding"}), MAX_VMS, lambda one: one.machine_uid)
        self.hosts: list[HostFacts] = []
        self.host_problem: str | None = None
        self.outcomes: list[Outcome] = []
        self.named: list[UnreadableLine] = []
        self.counts: Counter[str] = Counter()
        self.vm_problems: list[VmProblem] = []
        self.gaps: dict[str, set[str]] = {
            name: set() for name in ("vm_uids", "vm_ids", "unopened_uids", "unopened_ids", "journal_uids")
        }
        self.any_unopened = False
        self.unknown: set[str] = set()
        self._readers: Mapping[str, Callable[[dict[str, Node]], None]] = {
            "host": self._host,
            "outcome": self._outcome,
            "image": lambda value: self._item(self.images, value),
            "vm": self._vm,
            "journal": lambda value: self._item(self.journals, value),
            "removed": lambda value: self._item(self.removed, value),
        }

    def add(self, line: str) -> None:
        """Read one line."""
        if not line or line.isspace():
            return
        try:
            value: Mapping[str, JsonValue] = parse_object(line, MAX_RECORD)
        except UnreadableText as error:
            self._lose("line", f"it {error}", {})
            return
        kind = value.get("type")
        if not isinstance(kind, str):
            self._lose("line", "it has no type", {})
            return
        reader = self._readers.get(kind)
        if reader:
            reader(dict(value))

    def _host(self, value: dict[str, Node]) -> None:
        reading = read(HostFacts, value, _HOST_PARTS)
        if reading.problems:
            self._note("host", "; ".join(reading.problems), {})
        if reading.item is None:
            self.host_problem = "; ".join(reading.problems)
        elif reading.item not in self.hosts:
            self.hosts.append(reading.item)

    def _outcome(self, value: dict[str, Node]) -> None:
        reading = read(Outcome, value, OUTCOME_PARTS)
        if reading.problems:
            self._note("outcome", "; ".join(reading.problems), {})
        if reading.item is not None:
            self.outcomes.append(reading.item)

    def _vm(self, value: dict[str, Node]) -> None:
        if value.get("problem") is None:
            self._item(self.vms, value)
            return
        problem = read(VmProblem, value, _PROBLEM_PARTS).item
        if problem is None or len(self.vm_problems) >= MAX_VMS:
            excess = problem is not None
            text = (
                f"the inventory has more than {MAX_VMS} lines of this kind" if excess else "its problem cannot be read"
            )
            self._lose("vm", text, value, excess=excess)
            return
        self.vm_problems.append(problem)
        if problem.machine_uid:
            self.gaps["unopened_uids"].add(problem.machine_uid)
        if problem.vm_id is None:
            self.unknown.add("vm")
            return
        self.gaps["unopened_ids"].add(problem.vm_id)
        self.any_unopened = self.any_unopened or problem.machine_uid is None

    def _item(self, items: _Items[ItemT], value: dict[str, Node]) -> None:
        reading = read(items.model, value, items.parts)
        item = reading.item
        if item is None:
            self._lose(items.kind, "; ".join(reading.problems), value)
            return
        if reading.problems:
            self._note(items.kind, "; ".join(reading.problems), value)
        key = items.key(item)
        if key in items.found or key in items.disputed:
            self._repeated(items, key, item)
        elif len(items.found) + len(items.disputed) >= items.limit:
            self._lose(items.kind, f"the inventory has more than {items.limit} lines of this kind", value, excess=True)
        else:
            items.found[key] = item

    def _repeated(self, items: _Items[ItemT], key: str, item: ItemT) -> None:
        if items.found.get(key) == item:
            return
        first = items.found.pop(key, None)
        items.disputed.add(key)
        for one in (first, item):
            if one is not None:
                self._lose(items.kind, "it is there several times, and not the same", one.model_dump())

    # --- what is lost ------------------------------------------------------------------------------------------------

    def _note(self, kind: str, problem: str, value: Mapping[str, Node]) -> None:
        self.counts[kind] += 1
        if len(self.named) < MAX_NAMED:
            uid, vm_id = _identity(value.get("machine_uid")), _identity(value.get("vm_id"))
            self.named.append(
                UnreadableLine.model_validate(
                    {"kind": kind, "machine_uid": uid, "vm_id": vm_id if kind == "vm" else None, "problem": problem}
                )
            )

    def _lose(self, kind: str, problem: str, value: Mapping[str, Node], *, excess: bool = False) -> None:
        """Note a line that is lost as a whole, and what is unknown without it."""
        self._note(kind, problem, value)
        if kind == "line" or excess:
            self.unknown |= {"vm", "journal", "image"} if kind == "line" else {kind}
            return
        uid, vm_id = _identity(value.get("machine_uid")), _identity(value.get("vm_id"))
        match kind:
            case "vm":
                if vm_id:
                    self.gaps["vm_ids"].add(vm_id)
                if uid:
                    self.gaps["vm_uids"].add(uid)
                elif value.get("machine_uid") is not None:
                    # It has a mark, and whose cannot be read.
                    self.unknown.add(kind)
            case "journal" if uid:
                self.gaps["journal_uids"].add(uid)
            case _:
                self.unknown.add(kind)

    # --- the result --------------------------------------------------------------------------------------------------

    def report(self) -> InventoryReport:
        """Return the inventory."""
        require_completed("inventory", self.outcomes)
        if self.host_problem is not None:
            raise RecordError(f"The inventory's host line does not follow the protocol: {self.host_problem}.")
        if not self.hosts:
            raise RecordError("The inventory has no host line.")
        if len(self.hosts) > 1:
            raise RecordError("The inventory has several host lines, and they differ.")
        return InventoryReport.model_construct(
            facts=self.hosts[0],
            images=tuple(self.images.found.values()),
            vms=tuple(self.vms.found.values()),
            journals=tuple(self.journals.found.values()),
            removed={uid: one.finding for uid, one in self.removed.found.items()},
            vm_problems=tuple(self.vm_problems),
            unreadable=tuple(self.named),
            unreadable_counts=dict(self.counts),
            gaps=Gaps(
                **{name: frozenset(found) for name, found in self.gaps.items()},
                any_unopened=self.any_unopened,
                any_vm="vm" in self.unknown,
                any_journal="journal" in self.unknown,
                any_image="image" in self.unknown,
            ),
        )


def _identity(value: Node) -> Clean | None:
    return clean(value, _IDENTITY) if isinstance(value, str) and value else None
