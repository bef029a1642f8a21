"""A place and a name are taken together with the claim: what many launches at once, and failed writes, do to a quota."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

import pytest

from hyperv_operator.api.names import FINALIZER, HOST_KIND, MACHINE_KIND
from hyperv_operator.errors import ClusterError, WriteConflict
from hyperv_operator.reconcilers.entries import MachineEntry
from unit.core.samples import HOST
from unit.reconcilers.apiserver import NAMESPACE, ApiServer, Process, host_body, machine_body


def _machine(name: str, namespace: str = NAMESPACE, **fields: Any) -> dict[str, Any]:
    body = machine_body(name=name, namespace=namespace, uid=f"uid-{name}", finalizers=[FINALIZER])
    spec = copy.deepcopy(body["spec"])
    spec["fields"] |= {"vm_name": name, **fields}
    return {**body, "spec": spec}


def _host(**tenant: Any) -> dict[str, Any]:
    body = host_body(finalizers=[FINALIZER])
    return {**body, "spec": {**body["spec"], "tenants": [{**body["spec"]["tenants"][0], **tenant}]}}


def _process(*machines: dict[str, Any], host: dict[str, Any] | None = None) -> tuple[Process, list[MachineEntry]]:
    process = Process(ApiServer(*copy.deepcopy(machines), host or _host()))
    process.host()
    return process, [process.machine(one["metadata"]["name"]) for one in machines]


async def _all_at_once(process: Process, entries: list[MachineEntry]) -> None:
    """Let every machine decide before any of them is prepared, and then prepare them all at the same time."""
    submitted, process.tasks.submit = [], lambda task: submitted.append(task) or asyncio.Future()  # type: ignore[func-returns-value,method-assign]
    for entry in entries:
        await process.machines.reconcile(entry)
    await asyncio.gather(*(task.prepare() for task in submitted), return_exceptions=True)


def _claimed(process: Process) -> list[str]:
    return [
        name
        for (kind, name), body in process.server.bodies.items()
        if kind == MACHINE_KIND and body["status"].get("claim")
    ]


def _reasons(process: Process) -> list[str]:
    found = []
    for (kind, _), body in process.server.bodies.items():
        conditions = body["status"].get("conditions", []) if kind == MACHINE_KIND else []
        found += [one["reason"] for one in conditions if one["type"] == "Ready"]
    return found


async def test_of_twelve_launches_at_once_as_many_are_claimed_as_the_quota_allows() -> None:
    process, entries = _process(*(_machine(f"m{number}") for number in range(12)), host=_host(maxMachines=2))
    await _all_at_once(process, entries)
    assert len(_claimed(process)) == 2
    assert _reasons(process).count("MachineQuotaExceeded") == 10


async def test_cores_are_reserved_with_the_claim_too() -> None:
    machines = [_machine(f"m{number}", cpu_cores=4) for number in range(5)]
    process, entries = _process(*machines, host=_host(maxTotalCpuCores=11))
    await _all_at_once(process, entries)
    assert len(_claimed(process)) == 2
    assert _reasons(process).count("SizeQuotaExceeded") == 3


async def test_of_many_launches_with_one_name_one_is_claimed() -> None:
    machines = [_machine(f"m{number}", f"ns{number}", vm_name="web") for number in range(4)]
    process, entries = _process(*machines)
    await _all_at_once(process, entries)
    assert len(_claimed(process)) == 1
    assert _reasons(process).count("DuplicateName") == 3


async def test_a_claim_that_was_refused_frees_its_place() -> None:
    process, entries = _process(_machine("m0"), _machine("m1"), host=_host(maxMachines=1))
    process.server.fails["status"].extend([WriteConflict("409")])
    await _all_at_once(process, entries)
    assert _claimed(process) == ["m1"]
    assert not entries[0].is_claiming


async def test_a_claim_whose_write_got_no_answer_keeps_its_place_until_it_is_read() -> None:
    process, entries = _process(_machine("m0"), _machine("m1"), host=_host(maxMachines=1))
    process.server.fails["status"].extend([ClusterError("no answer")])
    await _all_at_once(process, entries)
    assert _claimed(process) == []
    assert entries[0].is_claiming
    assert "MachineQuotaExceeded" in _reasons(process)
    entries[0].errors.clear()
    await process.machines.reconcile(entries[0])
    assert not entries[0].is_claiming, "the API server has said that it was not written"


async def test_a_machine_that_was_edited_while_its_launch_was_prepared_is_not_launched() -> None:
    process, (entry,) = _process(_machine("m0"))
    secret = process.server.read

    async def read_and_edit(namespace: str, name: str) -> Any:
        if namespace == NAMESPACE:
            return await secret(namespace, name)
        body = process.server.bodies[MACHINE_KIND, "m0"]
        body["spec"]["fields"]["cpu_cores"] = 2
        body["metadata"] |= {"generation": 2, "resourceVersion": "77"}
        entry.observe(entry.resource.parse(copy.deepcopy(body)))
        return await secret(namespace, name)

    await process.machines.reconcile(entry)
    process.server.read = read_and_edit  # type: ignore[method-assign]
    await process.tasks.settle()
    await process.tasks.settle()
    assert process.server.bodies[MACHINE_KIND, "m0"]["status"].get("claim") is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"tenants": []}, "NamespaceNotAllowed"), ({"cordoned": True}, "HostCordoned")],
)
async def test_the_last_look_before_a_launch_reads_the_host_again(change: dict[str, Any], reason: str) -> None:
    process, (entry,) = _process(_machine("m0"))
    host = process.server.bodies[HOST_KIND, HOST.name]
    host["spec"] |= change
    host["metadata"] |= {"generation": 2, "resourceVersion": "77"}
    await process.machines.reconcile(entry)
    await process.tasks.settle()
    assert _claimed(process) == []
    assert _reasons(process) == [reason]


async def test_a_host_that_is_gone_before_the_launch_starts_nothing() -> None:
    process, (entry,) = _process(_machine("m0"))
    del process.server.bodies[HOST_KIND, HOST.name]
    await process.machines.reconcile(entry)
    await process.tasks.settle()
    assert _claimed(process) == []
    assert process.cache.hosts[HOST.name].missing


async def test_no_launch_lists_all_machines() -> None:
    process, (entry,) = _process(_machine("m0"))
    await process.machines.reconcile(entry)
    await process.tasks.settle()
    assert _claimed(process) == ["m0"]
    assert "list" not in process.server.calls
