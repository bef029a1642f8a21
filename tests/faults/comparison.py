"""The comparison of a trial with the undisturbed one. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hostsim.ledger import Entry

STRICT = frozenset(
    {"create_vm", "copy_image", "delete_vm", "delete_folder", "cluster_role", "delete_role", "activate_version"}
)
"""Mutations that create or delete something: they happen as often as without the fault."""
REPEATED_AT_MOST = 2
"""How many times more than without the fault a mutation that is idempotent may happen."""
NOTED_LAST = frozenset({"resize", "power"})
"""Mutations that the ledger gets at the end of a run only, so that a shell that dies before leaves none."""
UNCOUNTED = frozenset({"create.events", "patch.events", "create.leases", "patch.leases"})
"""Writes whose number depends on the time that a trial takes."""


@dataclass(frozen=True)
class Deviation:
    """One difference from the undisturbed trial. The name is the same for all of its kind."""

    name: str
    detail: str


@dataclass(frozen=True)
class Record:
    """What a trial left behind, by phase and in all."""

    phases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The facts at the end of each phase."""
    mutations: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By alias of a machine: how often each kind of mutation happened, on all hosts."""
    writes: Mapping[str, int] = field(default_factory=dict)
    """Creations and deletions that the API server accepted from the operator, by kind."""


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """Return a line for each fact that differs."""
    paths = sorted({*expected, *found})
    return [
        f"{path}: {found.get(path, '(none)')} instead of {expected.get(path, '(none)')}"
        for path in paths
        if expected.get(path) != found.get(path)
    ]


def count_mutations(entries: Iterable[Entry], aliases: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Return the mutations by the machine's alias and by kind. `aliases` are by UID; another UID stands for itself."""
    counts: dict[str, Counter[str]] = {}
    for one in entries:
        counts.setdefault(aliases.get(one.machine_uid, one.machine_uid), Counter())[one.kind] += 1
    return {alias: dict(sorted(kinds.items())) for alias, kinds in sorted(counts.items())}


def compare_counts(expected: Record, found: Record) -> list[Deviation]:
    """Return the differences in what was created, deleted and repeated."""
    deviations = []
    for alias in sorted({*expected.mutations, *found.mutations}):
        wanted, seen = expected.mutations.get(alias, {}), found.mutations.get(alias, {})
        for kind in sorted({*wanted, *seen}):
            few, many = wanted.get(kind, 0), seen.get(kind, 0)
            least = 0 if kind in NOTED_LAST else few
            most = few if kind in STRICT else few + REPEATED_AT_MOST
            if not least <= many <= most:
                name = "created-or-deleted-otherwise" if kind in STRICT else "repeated-or-left-out"
                deviations.append(Deviation(name, f"{kind} of {alias}: {many} times instead of {few}"))
    for kind in sorted({*expected.writes, *found.writes} - UNCOUNTED):
        few, many = expected.writes.get(kind, 0), found.writes.get(kind, 0)
        if few != many:
            deviations.append(Deviation("other-api-writes", f"{kind}: {many} times instead of {few}"))
    return deviations


def created_and_deleted(writes: Mapping[str, int]) -> dict[str, int]:
    """Return only the creations and deletions of the writes."""
    return {kind: number for kind, number in sorted(writes.items()) if kind.startswith(("create.", "delete."))}


def several_vms(entries: Iterable[Entry]) -> list[Deviation]:
    """Return a deviation for each time at which a machine had a second VM, on whichever hosts."""
    current: Counter[str] = Counter()
    deviations = []
    for one in sorted(entries, key=lambda entry: entry.at):
        current[one.machine_uid] += {"create_vm": 1, "delete_vm": -1}.get(one.kind, 0)
        if one.kind == "create_vm" and current[one.machine_uid] > 1:
            deviations.append(Deviation("two-vms", f"{current[one.machine_uid]} VMs of {one.machine_uid}"))
    return deviations


def claims_ready(status: bytes) -> bool:
    """Return whether this body of a status write says Ready=True."""
    conditions = json.loads(status).get("status", {}).get("conditions", [])
    return any((one["type"], one["status"]) == ("Ready", "True") for one in conditions)


def images_written(before: Mapping[str, int], after: Mapping[str, int], changed: Sequence[str]) -> list[Deviation]:
    """Return a deviation if a golden image was written, added or deleted."""
    return [Deviation("image-written", f"{dict(after)}, {changed}")] if dict(before) != dict(after) or changed else []
