"""A status that the API server refuses stops nothing: a smaller one is written, and the refusal is reported once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.api.names import FINALIZER, HOST_KIND, MACHINE_KIND, Reason
from hyperv_operator.core.smaller_status import MESSAGE
from hyperv_operator.errors import WriteConflict, WriteRefused
from hyperv_operator.ports import JsonObject, ObjectRef
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.reconcilers import status_writer
from unit.core.samples import APPLIED, CLAIM, HOST, NOW, ORIGIN, REPORT, VM_ID, vm
from unit.reconcilers.apiserver import DELETING, LAUNCHED, NAME, START, ApiServer, Process, host_body, machine_body

HELD = {"finalizers": [FINALIZER]}
REFUSED = WriteRefused("Kubernetes API: write status: 422 Invalid.")
CONFIGURED = HyperVMachineStatus(
    claim=CLAIM, origin=ORIGIN, applied=APPLIED, vm_id=VM_ID, guest_configured_at=NOW
).to_json()


class Picky(ApiServer):
    """Refuses every status of a kind with one of these keys, and all of them for `*`."""

    def __init__(self, *bodies: dict[str, Any], refuses: str, kind: str = MACHINE_KIND) -> None:
        super().__init__(*bodies)
        self.refuses = refuses
        self.kind = kind
        self.refused = 0
        self.disturbs = False
        """Another client writes at the same time."""

    @override
    async def write_status(self, ref: ObjectRef, resource_version: str, status: JsonObject) -> JsonObject:
        if ref.kind == self.kind and (self.refuses == "*" or self.refuses in status):
            self.refused += 1
            if self.disturbs:
                self.bodies[ref.kind, ref.name]["metadata"]["resourceVersion"] += "0"
            raise REFUSED
        return await super().write_status(ref, resource_version, status)


def _problems(process: Process, kind: str = "HyperVMachine") -> float:
    value = process.metrics.registry.get_sample_value(
        "hyperv_operator_status_problems_total", {"kind": kind, "cause": "refused"}
    )
    return value or 0.0


def _status(process: Process, kind: str = MACHINE_KIND, name: str = NAME) -> dict[str, Any]:
    status: dict[str, Any] = process.server.bodies[kind, name]["status"]
    return status


def _configured(server: Picky, **changes: Any) -> Process:
    """A machine whose guest is configured, and whose VM the host reports."""
    body = server.bodies[MACHINE_KIND, NAME]
    body["status"] = dict(CONFIGURED)
    body["spec"].update(changes)
    process = Process(server)
    host = process.host()
    found = (vm(machine_uid="u1", addresses=("10.0.0.1",)),)
    host.poll.report = REPORT.model_copy(update={"vms": found, "journals": ()})
    host.poll.begun_at = START + timedelta(seconds=1)
    return process


async def test_a_smaller_status_is_written_and_the_refusal_reported_once() -> None:
    server = Picky(machine_body(**HELD), host_body(), refuses="addresses")
    process = _configured(server)
    entry = process.machine()
    await process.passes(entry, 600)
    status = _status(process)
    ready = next(one for one in status["conditions"] if one["type"] == "Ready")
    assert ready["message"] == f"{explain(Reason.READY)} {MESSAGE}"
    assert (ready["status"], status["vmId"], status["claim"]["attempt"]) == ("True", VM_ID, 1)
    assert process.server.events.count("StatusRefused") == 1
    assert _problems(process) == 1
    assert server.refused == 1


async def test_what_the_status_had_is_left_out_if_it_is_what_is_refused() -> None:
    server = Picky(machine_body(**HELD), host_body(), refuses="diagnosis")
    process = _configured(server)
    server.bodies[MACHINE_KIND, NAME]["status"]["diagnosis"] = "An old text."
    await process.passes(process.machine(), 60)
    assert "diagnosis" not in _status(process)
    assert _status(process)["vmId"] == VM_ID


async def test_a_status_that_changes_is_tried_again() -> None:
    server = Picky(machine_body(**HELD), host_body(), refuses="addresses")
    process = _configured(server)
    entry = process.machine()
    await process.passes(entry, 60)
    server.refuses = ""
    host = process.cache.hosts[HOST.name]
    assert host.poll.report is not None
    found = (vm(machine_uid="u1", addresses=("10.0.0.2",)),)
    host.poll.report = host.poll.report.model_copy(update={"vms": found})
    entry.wake.set()
    await process.passes(entry, 60)
    assert _status(process)["addresses"] == ["10.0.0.2"]
    assert MESSAGE not in str(_status(process))
    assert entry.refused is None


@pytest.mark.parametrize("refuses", ["addresses", "transitions", "run", "*"])
async def test_a_machine_is_removed_and_released_whatever_is_refused(refuses: str) -> None:
    server = Picky(machine_body(**HELD, **DELETING), host_body(), refuses=refuses)
    process = _configured(server)
    entry = process.machine()
    await process.passes(entry, 30)
    assert [task.category for task in process.tasks.submitted] == [JobKind.REMOVE.value]
    assert len(process.tasks.prepared) == 1, "the removal was sent"


@pytest.mark.parametrize("refuses", ["addresses", "*"])
async def test_a_power_change_is_sent_whatever_is_refused(refuses: str) -> None:
    process = _configured(Picky(machine_body(**HELD), host_body(), refuses=refuses), powerState="Off")
    await process.passes(process.machine(), 30)
    assert [task.category for task in process.tasks.submitted] == [JobKind.UPDATE.value]
    assert len(process.tasks.prepared) == 1


async def test_no_vm_is_made_without_a_claim() -> None:
    process = Process(Picky(machine_body(**HELD), host_body(), refuses="*"))
    process.host()
    await process.passes(process.machine(), 600)
    assert process.tasks.submitted
    assert process.tasks.prepared == []


async def test_a_launch_without_a_claim_tests_that_nobody_else_has_written() -> None:
    server = Picky(machine_body(**HELD, **DELETING), host_body(), refuses="*")
    process = _configured(server)
    entry = process.machine()

    server.disturbs = True
    await process.machines.reconcile(entry)
    await process.tasks.settle()
    assert server.refused == 3
    assert process.tasks.prepared == []


async def test_a_conflict_stays_a_conflict() -> None:
    server = ApiServer(machine_body(**HELD), host_body())
    server.bodies[MACHINE_KIND, NAME]["status"] = LAUNCHED
    process = Process(server)
    process.host()
    entry = process.machine()
    server.fails["status"].extend([REFUSED, WriteConflict("409")])
    with pytest.raises(WriteConflict):
        await status_writer.write(process.deps, entry, HyperVMachineStatus(), HyperVMachineStatus(host="hyperv01"))


async def test_a_status_out_of_bounds_is_written_cut_and_reported(caplog: pytest.LogCaptureFixture) -> None:
    server = ApiServer(machine_body(**HELD), host_body())
    process = Process(server)
    entry = process.machine()
    old = entry.resource.status
    new = old.model_copy(update={"addresses": ("a" * 108,), "host": "hyperv01", "power_state": "\ud83d"})
    assert await status_writer.write(process.deps, entry, old, new)
    status = _status(process)
    assert (len(status["addresses"][0]), status["powerState"]) == (64, "\ufffd")
    written = list(server.writes)
    assert await status_writer.write(process.deps, entry, entry.resource.status, new)
    assert server.writes == written, "the same again is not written"
    sample = process.metrics.registry.get_sample_value
    labels = {"kind": "HyperVMachine", "cause": "cut"}
    assert sample("hyperv_operator_status_problems_total", labels) == 1, "reported as often as it is written"
    assert [record.getMessage() for record in caplog.records] == [
        "A part of the status was cut or left out: addresses.0: String should have at most 64 characters"
    ]


async def test_a_host_whose_status_is_refused_is_served_all_the_same() -> None:
    process = Process(Picky(machine_body(**HELD), host_body(**HELD), refuses="computerName", kind=HOST_KIND))
    entry = process.host()
    await process.steps(entry, 200)
    status = _status(process, HOST_KIND, HOST.name)
    assert "computerName" not in status
    assert status["hostId"]["machineGuid"] == REPORT.facts.host_id.machine_guid
    assert process.server.events.count("StatusRefused") == 1
    assert _problems(process, "HyperVHost") == 1


async def test_a_host_of_which_every_status_is_refused_is_polled_all_the_same() -> None:
    process = Process(Picky(machine_body(**HELD), host_body(**HELD), refuses="*", kind=HOST_KIND))
    entry = process.host()
    await process.steps(entry, 200)
    assert entry.poll.ended_at is not None
    assert entry.poll.ended_at > START + timedelta(seconds=100)
    assert entry.errors.failures == 0
    assert process.server.events.count("StatusRefused") == 1


async def test_an_inventory_that_is_refused_stops_no_host() -> None:
    server = ApiServer(machine_body(**HELD), host_body(**HELD))
    process = Process(server)
    entry = process.host()
    server.fails["inventory"].append(REFUSED)
    await process.steps(entry, 200)
    assert entry.errors.failures == 0
    assert server.events.count("StatusRefused") == 1
    assert server.calls.count("inventory") == 1, "the same is not written again"
