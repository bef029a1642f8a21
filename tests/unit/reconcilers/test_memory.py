"""What this process remembers of what it has read: when, and of which machine behind an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hyperv_operator.core.snapshot import HostView
from hyperv_operator.errors import WrongHost
from hyperv_operator.protocol.inventory_parser import parse_inventory
from hyperv_operator.reconcilers import jobs
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.entries import NEVER_POLLED, HostEntry, MachineEntry
from hyperv_operator.reconcilers.resources import HostResource, MachineResource

from .fleet import LINES, Cluster, Fleet, Hosts, host_body

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REPORT = parse_inventory(LINES.splitlines())
FOUND = REPORT.facts.host_id
RUN = "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10"
CLAIM = {"runId": RUN, "attempt": 1, "operator": "me"}
ORIGIN = {"schemaVersion": 1, "machinesFolder": "E:\\Old", "hostId": {"smbiosUuid": "s", "machineGuid": "m"}}


def _machine(**status: Any) -> MachineResource:
    return MachineResource.parse({"metadata": {"uid": "1"}, "spec": {"targetHost": "a"}, "status": status})


def _run(attempt: int = 1, finished: bool = False) -> dict[str, Any]:
    run = {"id": RUN, "attempt": attempt, "startedAt": "2020-01-01T00:00:00Z"}
    return {
        "claim": {**CLAIM, "attempt": attempt},
        "run": {**run, **({"finishedAt": "2030-01-01T00:00:00Z"} if finished else {})},
    }


def test_a_launch_counts_from_when_this_process_first_read_of_it_as_it_is_now() -> None:
    entry = MachineEntry(_machine())
    times = [NOW + timedelta(seconds=number) for number in range(6)]
    entry.note_read(times[0])
    assert entry.run_seen_at is None
    seen: list[datetime | None] = []
    for time, status in zip(times[1:], [_run(), _run(), _run(finished=True), _run(2), {}], strict=True):
        entry.resource = _machine(**status)
        entry.note_read(time)
        seen.append(entry.run_seen_at)
    assert seen == [times[1], times[1], times[3], times[4], None]


def test_a_deletion_counts_from_when_this_process_first_read_of_it() -> None:
    entry = MachineEntry(_machine())
    times = [NOW + timedelta(seconds=number) for number in range(3)]
    for time in times:
        entry.note_read(time)
        assert entry.deletion_read_at == (None if time == times[0] else times[1])
        meta = replace(entry.resource.meta, deleting=True)
        entry.resource = replace(entry.resource, meta=meta)


@pytest.mark.parametrize("status", [_run(), {"vmId": RUN}])
def test_a_launch_that_a_version_of_the_resource_showed_is_remembered(status: Any) -> None:
    entry = MachineEntry(_machine(**status))
    entry.observe(_machine())
    assert entry.seen_launched
    other = MachineEntry(_machine(**status))
    other.note_read(NOW)
    assert other.seen_launched
    unlaunched = MachineEntry(_machine())
    unlaunched.note_read(NOW)
    unlaunched.observe(_machine())
    assert not unlaunched.seen_launched


# --- hosts -----------------------------------------------------------------------------------------------------------


def _pinned(**changes: str) -> dict[str, Any]:
    return {"hostId": {"smbiosUuid": FOUND.smbios_uuid, "machineGuid": FOUND.machine_guid, **changes}}


def _host(status: Mapping[str, Any]) -> HostEntry:
    return HostEntry(HostResource.parse(host_body("a", **status)))


def test_the_identity_is_the_pinned_one_and_before_that_the_one_that_answers() -> None:
    assert _host({}).identity is None
    entry = _host({})
    entry.poll.report = REPORT
    assert entry.identity
    assert (entry.identity.smbios_uuid, entry.identity.machine_guid) == (FOUND.smbios_uuid, FOUND.machine_guid)
    other = _host(_pinned(smbiosUuid="pinned"))
    other.poll.report = REPORT
    assert other.identity
    assert other.identity.smbios_uuid == "pinned"


@pytest.mark.parametrize(("status", "taken"), [({}, True), (_pinned(), True), (_pinned(machineGuid="other"), False)])
async def test_the_inventory_of_another_machine_behind_the_address_is_not_the_hosts(
    status: dict[str, Any], *, taken: bool
) -> None:
    cluster, hosts = Cluster("a"), Hosts()
    cluster.bodies["a"] = host_body("a", **status)
    hosts.take["a"] = {"1"}
    fleet = Fleet(cluster, hosts)
    await fleet.look()
    entry = fleet.cache.hosts["a"]
    assert (entry.poll.report is not None) is taken
    assert isinstance(entry.poll.error, WrongHost) is not taken
    view = entry.view(NEVER_POLLED)
    assert view
    assert (view.problem is None) is taken


@pytest.mark.parametrize(("pinned", "goes_on"), [(("old", "new"), "old"), (("new",), "new"), (("old",), "old")])
async def test_of_two_hosts_that_are_one_machine_the_older_one_goes_on_of_those_that_have_pinned_it(
    pinned: tuple[str, ...], goes_on: str
) -> None:
    cluster, hosts = Cluster("new", "old"), Hosts()
    for name in pinned:
        cluster.bodies[name] = host_body(name, **_pinned())
    for name, day in (("new", 2), ("old", 1)):
        cluster.bodies[name]["metadata"]["creationTimestamp"] = f"2026-01-0{day}T00:00:00Z"
        hosts.take[name] = {"1"}
    fleet = Fleet(cluster, hosts)
    await fleet.look()
    await fleet.look()
    (stopped,) = {"old", "new"} - {goes_on}
    assert fleet.cache.hosts[goes_on].problem is None
    problem = fleet.cache.hosts[stopped].problem
    assert problem
    assert f"has the identity of HyperVHost {goes_on}, which had it first" in problem.message


# --- folders ---------------------------------------------------------------------------------------------------------


def _cluster_host(name: str) -> HostEntry:
    body = host_body(name)
    body["spec"]["failoverCluster"] = "hvc"
    return HostEntry(HostResource.parse(body))


def test_an_inventory_covers_the_folders_that_the_machines_of_the_cluster_were_made_in() -> None:
    cache = Cache()
    cache.hosts = {name: _cluster_host(name) for name in ("a", "b")}
    cache.add(MachineEntry(_machine(claim=CLAIM, origin=ORIGIN)))
    assert list(cache.machine_folders("a")) == ["E:\\Old"]
    assert list(cache.machine_folders("b")) == ["E:\\Old"]
    assert list(cache.machine_folders("c")) == []
    spec = cache.hosts["a"].readable_spec
    assert spec
    view = HostView(name="a", uid="u", spec=spec)
    job = jobs.inventory_job(view, "cluster", ["E:\\Old", "D:\\VMs", "E:\\Old"])
    assert (job.machine_folders, job.host.paths.machines, job.host.identity) == (("E:\\Old",), "D:\\VMs", None)


def test_a_job_names_the_pinned_host_and_the_folder_that_its_machine_was_made_in() -> None:
    entry = _host(_pinned())
    view = entry.view(NEVER_POLLED)
    assert view
    options = jobs.host_options(view, "E:\\Old")
    assert options.identity
    assert (options.identity.smbios_uuid, options.identity.machine_guid) == (FOUND.smbios_uuid, FOUND.machine_guid)
    assert options.paths.machines == "E:\\Old"
    assert jobs.host_options(view).paths.machines == "D:\\VMs"
