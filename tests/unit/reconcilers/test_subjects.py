"""What notifications are about: the newest version in the cache, of the objects that this operator serves."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from hyperv_operator.api.names import FINALIZER, HOST_KIND, MACHINE_KIND
from hyperv_operator.ports import ObjectRef, Subject
from hyperv_operator.reconcilers.resources import HostResource
from hyperv_operator.reconcilers.subjects import CachedSubjects
from unit.core.samples import HOST
from unit.reconcilers.apiserver import DELETING, NAME, REF, ApiServer, Process, host_body, machine_body

HELD = {"finalizers": [FINALIZER]}
OWN = "hyperv-system"


class _Sent:
    def __init__(self) -> None:
        self.changes: list[ObjectRef] = []
        self.ends: list[Subject] = []

    def changed(self, ref: ObjectRef) -> None:
        self.changes.append(ref)

    def ended(self, last: Subject) -> None:
        self.ends.append(last)


def _notified(process: Process) -> _Sent:
    sent = _Sent()
    process.deps = replace(process.deps, notifications=sent)
    for reconciler in (process.machines, process.machines._launcher, process.hosts):
        reconciler._deps = process.deps
    return sent


async def test_each_status_with_a_transition_is_announced_after_it_is_written() -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body(**HELD)))
    sent = _notified(process)
    host, entry = process.host(), process.machine()
    await process.passes(entry, 1)
    await process.hosts._report(host)
    await process.hosts._report(host)
    assert sent.changes == [entry.ref, host.ref]
    found = CachedSubjects(process.cache, OWN).find(entry.ref)
    assert found is not None
    assert [one.reason for one in found.transitions] == ["RunStarted", "Accepted"]
    assert (found.host, found.ready and found.ready.reason) == (HOST.name, "Running")
    assert found.run is not None


async def test_the_last_transition_of_a_machine_goes_to_no_status_and_has_the_next_number() -> None:
    body = machine_body(**HELD, **DELETING)
    old = {"sequence": 4, "at": "2026-01-01T00:00:00Z", "reason": "Queued", "severity": "Normal", "message": "x"}
    body["status"] = {"transitions": [old]}
    process = Process(ApiServer(body, host_body()))
    sent = _notified(process)
    process.host()
    result = await process.passes(process.machine(), 10)
    assert result.ended
    (last,) = sent.ends
    assert last.ref == REF
    assert [(one.sequence, one.reason) for one in last.transitions] == [(5, "Deleted"), (4, "Queued")]
    assert "status" not in process.server.writes


def test_an_object_is_found_by_its_uid_only() -> None:
    process = Process(ApiServer(machine_body(), host_body()))
    host, entry = process.host(), process.machine()
    subjects = CachedSubjects(process.cache, OWN)
    assert subjects.find(entry.ref) is not None
    assert subjects.find(replace(entry.ref, uid="other")) is None
    assert subjects.find(host.ref) is not None
    assert subjects.find(replace(host.ref, uid="other")) is None
    assert subjects.find(ObjectRef(HOST_KIND, "other", uid="h")) is None


def test_what_another_operator_serves_is_not_notified_of() -> None:
    process = Process(ApiServer(machine_body(), host_body()))
    host, entry = process.host(), process.machine()
    subjects = CachedSubjects(process.cache, OWN)
    body: dict[str, Any] = copy.deepcopy(process.server.bodies[HOST_KIND, HOST.name])
    host.resource = HostResource.parse({**body, "status": {"operator": "elsewhere"}})
    assert (subjects.find(entry.ref), subjects.find(host.ref)) == (None, None)
    host.resource = HostResource.parse({**body, "status": {"operator": OWN}})
    assert subjects.find(entry.ref) is not None
    assert subjects.find(host.ref) is not None


def test_a_machine_whose_host_does_not_exist_is_notified_of() -> None:
    process = Process(ApiServer(machine_body()))
    found = CachedSubjects(process.cache, OWN).find(process.machine().ref)
    assert found is not None
    assert found.host == HOST.name


def test_a_body_is_read_as_its_kind() -> None:
    subjects = CachedSubjects(Process(ApiServer()).cache, OWN)
    machine = subjects.parse(MACHINE_KIND, machine_body())
    assert (machine.ref.kind, machine.ref.name, machine.transitions) == (MACHINE_KIND, NAME, ())
    host = subjects.parse(HOST_KIND, {**host_body(), "status": 5})
    assert (host.ref.kind, host.host, host.ready) == (HOST_KIND, HOST.name, None)
