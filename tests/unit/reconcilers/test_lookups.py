"""What a pass reads of the API server: nothing for a machine that is refused anyway, and once for all machines of a namespace."""

from __future__ import annotations

from typing import Any

import pytest

from hyperv_operator.api.names import FINALIZER, MACHINE_KIND
from hyperv_operator.errors import ClusterError
from hyperv_operator.ports import SecretData
from hyperv_operator.reconcilers.resources import MachineResource
from unit.reconcilers.apiserver import ApiServer, Process, host_body, machine_body

HELD = {"finalizers": [FINALIZER]}


def _named(name: str, **spec: Any) -> dict[str, Any]:
    body = machine_body(**HELD, name=name, uid=f"uid-{name}")
    body["spec"] = {**body["spec"], **spec}
    return body


def _process(*bodies: dict[str, Any]) -> Process:
    process = Process(ApiServer(*bodies, host_body()))
    process.host()
    return process


@pytest.mark.parametrize(
    ("spec", "reads"),
    [({}, True), ({"schemaVersion": 9}, False), ({"fields": {"vm_name": "x"}}, False), ({"targetHost": "none"}, False)],
)
async def test_a_machine_that_is_refused_anyway_has_no_secret_read(spec: dict[str, Any], *, reads: bool) -> None:
    process = _process(_named("m", **spec))
    await process.passes(process.machine("m"), 600)
    assert ("secret" in process.server.calls) is reads


async def test_the_machines_of_a_namespace_share_its_labels() -> None:
    process = _process(*(_named(f"m{number}", schemaVersion=9) for number in range(20)))
    entries = [process.machine(f"m{number}") for number in range(20)]
    for entry in entries:
        await process.machines.reconcile(entry)
    assert process.server.calls.count("labels") == 1
    first, *others = entries
    assert all(entry.lookups.labels is first.lookups.labels for entry in others)
    process.now += process.deps.limits.secret_poll
    for entry in entries:
        await process.machines.reconcile(entry)
    assert process.server.calls.count("labels") == 2


async def test_labels_that_cannot_be_read_again_are_not_taken_for_new() -> None:
    process = _process(_named("m", schemaVersion=9))
    entry = process.machine("m")
    await process.machines.reconcile(entry)
    process.now += process.deps.limits.secret_poll
    process.server.fails["labels"].append(ClusterError("500"))
    await process.passes(entry, 5)
    assert process.server.calls.count("labels") == 3


async def test_a_resource_that_changes_while_its_secrets_are_read_is_decided_on_as_it_is_then() -> None:
    process = _process(_named("m"))
    entry = process.machine("m")
    read = process.server.read

    async def change_meanwhile(namespace: str, name: str) -> SecretData:
        body = process.server.bodies[MACHINE_KIND, "m"]
        body["spec"]["paused"], body["metadata"]["generation"] = True, 2
        entry.observe(MachineResource.parse(process.server._bump(body)))
        return await read(namespace, name)

    process.server.read = change_meanwhile  # type: ignore[method-assign]
    await process.machines.reconcile(entry)
    assert process.tasks.submitted == []


async def test_a_machine_that_has_nothing_on_its_host_wakes_it_for_nothing() -> None:
    process = _process(_named("m", schemaVersion=9))
    entry, host = process.machine("m"), process.cache.hosts["hyperv01"]
    for version in (9, 1):
        host.wake.clear()
        body = process.server.bodies[MACHINE_KIND, "m"]
        body["spec"]["schemaVersion"] = version
        body["metadata"]["generation"] += 1
        entry.observe(MachineResource.parse(process.server._bump(body)))
        await process.passes(entry, 3)
        assert host.wake.is_set() is (version == 1)
