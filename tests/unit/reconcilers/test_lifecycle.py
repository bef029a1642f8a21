"""From the first pass to the last: the finalizer, and what shows that an object is gone."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from hyperv_operator.api.common import Condition
from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.api.names import FINALIZER, HOST_KIND, MACHINE_KIND
from hyperv_operator.errors import AccessForbidden, ClusterError, HostUnreachable, ObjectGone, WriteConflict
from hyperv_operator.reconcilers import status_writer
from hyperv_operator.reconcilers.resources import HostResource, MachineResource
from unit.core.samples import HOST
from unit.reconcilers.apiserver import DELETING, LAUNCHED, NAME, START, ApiServer, Process, host_body, machine_body

HELD = {"finalizers": [FINALIZER]}
REFUSALS = (
    ClusterError("500"),
    ClusterError("410 Gone"),
    AccessForbidden("403"),
    ObjectGone("404 of a write"),
    WriteConflict("409"),
    ClusterError("no answer"),
)


def _finalizers(server: ApiServer, kind: str = MACHINE_KIND, name: str = NAME) -> list[str]:
    return list(server.bodies[kind, name]["metadata"].get("finalizers", []))


async def test_the_finalizer_comes_before_the_first_launch() -> None:
    process = Process(ApiServer(machine_body(), host_body()))
    process.host()
    await process.passes(process.machine(), 10)
    assert process.server.writes[0] == "finalizer"
    assert len(process.tasks.submitted) == 1


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
async def test_a_refused_finalizer_is_tried_again_and_nothing_is_launched_before(refusal: Exception) -> None:
    process = Process(ApiServer(machine_body(), host_body()))
    process.host()
    process.server.fails["finalizer"].extend([refusal, refusal, refusal])
    entry = process.machine()
    await process.machines.reconcile(entry)
    assert (process.tasks.submitted, _finalizers(process.server)) == ([], [])
    await process.passes(entry, 60)
    assert _finalizers(process.server) == [FINALIZER]
    assert process.tasks.submitted


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
async def test_one_refusal_of_the_last_write_does_not_leave_a_machine_behind(refusal: Exception) -> None:
    process = Process(ApiServer(machine_body(**HELD, **DELETING), host_body()))
    process.host()
    process.server.fails["finalizer"].append(refusal)
    assert (await process.passes(process.machine(), 60)).ended
    assert (MACHINE_KIND, NAME) not in process.server.bodies
    assert process.cache.machines() == ()
    assert process.server.events == ["Deleted"], "said once, although the write was tried twice"


@pytest.mark.parametrize(
    ("operation", "refusal"),
    [
        (operation, refusal)
        for operation in ("status", "labels", "secret", "list", "get")
        for refusal in REFUSALS
        if operation != "get" or not isinstance(refusal, ObjectGone)  # which ends a machine
    ],
    ids=str,
)
async def test_no_failure_of_another_request_ends_a_machine(operation: str, refusal: Exception) -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body()))
    process.host()
    process.server.fails[operation].extend([refusal] * 3)
    result = await process.passes(process.machine(), 600)
    assert not result.ended
    assert len(process.cache.machines()) == 1


async def test_a_machine_that_a_get_does_not_find_is_dropped() -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body()))
    entry = process.machine()
    del process.server.bodies[MACHINE_KIND, NAME]
    entry.missing = True
    assert (await process.machines.reconcile(entry)).ended
    assert process.cache.machines() == ()


async def test_a_machine_whose_name_has_another_uid_is_dropped() -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body()))
    entry = process.machine()
    process.server.bodies[MACHINE_KIND, NAME]["metadata"]["uid"] = "u2"
    entry.missing = True
    assert (await process.machines.reconcile(entry)).ended


async def test_a_missing_machine_is_kept_until_a_get_has_answered() -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body()))
    entry = process.machine()
    entry.missing = True
    process.server.fails["get"].extend([ClusterError("500"), ClusterError("410 Gone")])
    assert not (await process.passes(entry, 20)).ended
    assert not entry.missing


async def test_a_finalizer_that_was_removed_by_hand_cancels_the_run_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    process = Process(ApiServer({**machine_body(**HELD), "status": LAUNCHED}, host_body()))
    entry = process.machine()
    process.metrics.machine_conditions(entry.uid, HOST.name, {"Ready": ("True", "Ready")})
    del process.server.bodies[MACHINE_KIND, NAME]
    entry.missing = True
    assert (await process.machines.reconcile(entry)).ended
    assert process.tasks.cancelled == ["u1"]
    assert "somebody removed the finalizer" in caplog.text
    assert process.metrics.registry.get_sample_value("hyperv_operator_machines", _labels(HOST.name)) is None


def _labels(host: str) -> dict[str, str]:
    return {"host": host, "condition": "Ready", "status": "True", "reason": "Ready"}


async def test_a_living_machine_gets_its_finalizer_back() -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body()))
    process.host()
    entry = process.machine()
    await process.passes(entry, 1)
    body = copy.deepcopy(process.server.bodies[MACHINE_KIND, NAME])
    body["metadata"] |= {"finalizers": [], "resourceVersion": "900"}
    process.server.bodies[MACHINE_KIND, NAME] = copy.deepcopy(body)
    assert entry.observe(MachineResource.parse(body))
    await process.machines.reconcile(entry)
    assert _finalizers(process.server) == [FINALIZER]


async def test_a_deleted_machine_without_the_finalizer_is_left_to_whoever_keeps_it() -> None:
    process = Process(ApiServer(machine_body(finalizers=["other"], **DELETING), host_body()))
    assert (await process.machines.reconcile(process.machine())).ended
    assert process.server.writes == []


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
async def test_one_refusal_of_the_last_write_does_not_leave_a_host_behind(refusal: Exception) -> None:
    process = Process(ApiServer(host_body(**HELD, **DELETING)))
    process.server.fails["finalizer"].append(refusal)
    assert await process.steps(process.host(), 60) is None
    assert (HOST_KIND, HOST.name) not in process.server.bodies
    assert process.cache.hosts == {}


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
async def test_a_deleted_host_stays_while_its_machines_cannot_be_listed(refusal: Exception) -> None:
    process = Process(ApiServer(host_body(**HELD, **DELETING)))
    process.server.fails["list"].append(refusal)
    entry = process.host()
    assert await process.hosts.step(entry)
    assert _finalizers(process.server, HOST_KIND, HOST.name) == [FINALIZER]
    assert await process.steps(entry, 60) is None


async def test_a_host_that_was_replaced_takes_nothing_with_it() -> None:
    process = Process(ApiServer(host_body(**HELD)))
    old = process.host()
    process.server.bodies[HOST_KIND, HOST.name]["metadata"]["uid"] = "h2"
    new = process.host()
    old.missing = True
    assert await process.hosts.step(old) is None
    assert process.cache.hosts == {HOST.name: new}
    assert process.tasks.cancelled == []


# --- what others write ------------------------------------------------------------------------------------------------


def _edited(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    changed["metadata"]["resourceVersion"] = str(int(body["metadata"]["resourceVersion"]) + 100)
    return {**changed, **changes}


async def test_a_status_that_somebody_else_wrote_or_emptied_wakes_the_machine() -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body()))
    process.host().problem = None
    process.server.fails["status"].extend([ClusterError("500")] * 3)
    entry = process.machine()
    await process.passes(entry, 30)
    written = copy.deepcopy(process.server.bodies[MACHINE_KIND, NAME])
    assert written["status"]
    assert not entry.observe(MachineResource.parse(written)), "the echo of the operator's own write"
    assert not entry.observe(MachineResource.parse(_edited(written))), "the same status, in a newer version"
    assert entry.observe(MachineResource.parse(_edited(_edited(written), status={})))


async def test_the_echo_that_comes_before_the_answer_wakes_nobody() -> None:
    process = Process(ApiServer(machine_body(**HELD)))
    entry = process.machine()
    entry.written = MachineResource.parse({**machine_body(), "status": LAUNCHED}).status
    echo = {**machine_body(**HELD, resourceVersion="5"), "status": LAUNCHED}
    assert not entry.observe(MachineResource.parse(echo))


async def test_a_status_of_a_host_that_somebody_else_wrote_is_written_again() -> None:
    process = Process(ApiServer(host_body(**HELD)))
    entry = process.host()
    await process.hosts._report(entry)
    written = copy.deepcopy(process.server.bodies[HOST_KIND, HOST.name])
    assert not entry.observe(HostResource.parse(written))
    process.server.bodies[HOST_KIND, HOST.name] = emptied = _edited(written, status={})
    assert entry.observe(HostResource.parse(emptied))
    await process.hosts.step(entry)
    assert process.server.bodies[HOST_KIND, HOST.name]["status"]["conditions"]
    writes = list(process.server.writes)
    await process.hosts.step(entry)
    assert process.server.writes == writes


def _sequences(process: Process, kind: str, name: str) -> list[int]:
    return [one["sequence"] for one in process.server.bodies[kind, name]["status"].get("transitions", [])]


def _accepted(message: str) -> HyperVMachineStatus:
    condition = Condition(
        type="Accepted", status="True", reason="Accepted", message=message, last_transition_time=START
    )
    return HyperVMachineStatus(conditions=(condition,))


async def test_a_change_and_its_transitions_are_one_write_and_a_settled_machine_has_no_other() -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body()))
    process.host()
    entry = process.machine()
    await process.passes(entry, 1)
    status = process.server.bodies[MACHINE_KIND, NAME]["status"]
    assert [one["reason"] for one in reversed(status["transitions"])] == process.server.events[:2]
    assert process.server.events[:2] == ["Accepted", "RunStarted"]
    assert process.server.writes.count("status") == 1
    assert _sequences(process, MACHINE_KIND, NAME) == [2, 1]


async def test_what_is_recorded_of_a_change_is_redacted() -> None:
    process = Process(ApiServer(machine_body(**HELD)))
    entry = process.machine()
    release = process.deps.redaction.hold(["Pass-word-1"])
    await status_writer.write(process.deps, entry, entry.resource.status, _accepted("With Pass-word-1."))
    release()
    (recorded,) = process.server.bodies[MACHINE_KIND, NAME]["status"]["transitions"]
    assert recorded["message"] == "With (redacted)."


async def test_the_changes_of_a_host_are_in_its_status_too() -> None:
    process = Process(ApiServer(host_body(**HELD)))
    entry = process.host()
    await process.hosts._report(entry)
    entry.poll.error = HostUnreachable("no answer")
    await process.hosts._report(entry)
    await process.hosts._report(entry)
    status = process.server.bodies[HOST_KIND, HOST.name]["status"]
    assert [one["reason"] for one in status["transitions"]] == ["HostProblem", "HostReachable"]
    assert [one["severity"] for one in status["transitions"]] == ["Warning", "Normal"]
    assert _sequences(process, HOST_KIND, HOST.name) == [2, 1]
    assert process.server.events == ["HostReachable", "HostProblem"]


async def test_a_status_that_somebody_empties_does_not_reuse_the_numbers_of_transitions() -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body()))
    process.host()
    entry = process.machine()
    await process.passes(entry, 1)
    assert _sequences(process, MACHINE_KIND, NAME) == [2, 1]
    emptied = _edited(process.server.bodies[MACHINE_KIND, NAME], status={})
    process.server.bodies[MACHINE_KIND, NAME] = emptied
    entry.observe(MachineResource.parse(emptied))
    await status_writer.write(process.deps, entry, entry.resource.status, _accepted("Again."))
    assert _sequences(process, MACHINE_KIND, NAME) == [3]
