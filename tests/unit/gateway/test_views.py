"""Jobs, hosts and notifications from resources: what is shown, and what is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from typing_extensions import override

from hyperv_operator.api.names import Reason
from hyperv_operator.gateway import hosts, jobs, listing, notifications
from hyperv_operator.gateway.cluster import Answer
from hyperv_operator.gateway.jobs import JobView
from hyperv_operator.gateway.listing import Filter
from hyperv_operator.gateway.notifications import Wanted
from hyperv_operator.gateway.problems import Problem
from unit.gateway.apiserver import FakeCluster
from unit.gateway.samples import CANARY, SCHEMA, UID, machine

VIEW = JobView(SCHEMA, "https://docs")
_AT = "2026-11-30T07:00:00Z"


# --- jobs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (machine(), "pending"),
        (machine(reason="Queued"), "pending"),
        (machine(reason="WaitingForSecret"), "pending"),
        (machine(reason="HostCordoned"), "pending"),
        (machine(reason="Unheard"), "pending"),
        (machine(reason="Running"), "running"),
        (machine(reason="WaitingForGuest"), "waiting"),
        (machine(reason="WaitingForGuestKey"), "waiting"),
        (machine(reason="Retrying"), "retrying"),
        (machine(reason="HostUnreachable", ready="False"), "retrying"),
        (machine(reason="ImageNotFound", ready="False", stalled=True), "stalled"),
        (machine(reason="Ready", ready="True"), "ready"),
        (machine(reason="HostUnreachable", ready="True"), "ready"),
    ],
)
def test_the_state_is_one_word(body: dict[str, Any], word: str) -> None:
    assert VIEW.summary(body).status == word
    body["metadata"]["deletionTimestamp"] = _AT
    assert (VIEW.summary(body).status, VIEW.summary(body).deleting) == ("deleting", True)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_word(reason: Reason) -> None:
    assert VIEW.summary(machine(reason=reason)).status != "ready"


def test_a_job_shows_everything_and_no_unknown_value() -> None:
    run = {"id": UID, "kind": "provision", "attempt": 2, "step": "CopyImage", "stepProgress": 42, "startedAt": _AT}
    past = {"id": UID, "attempt": 1, "finishedAt": _AT, "outcome": "failed", "message": "m"}
    transition = {"sequence": 3, "at": _AT, "reason": "RunFailed", "severity": "Warning", "message": "m"}
    body = machine(
        reason="ImageNotFound",
        ready="False",
        stalled=True,
        run=run,
        history=[past],
        transitions=[transition, {"sequence": "x"}],
        host="h2",
        osFamily="linux",
        addresses=["10.0.0.1"],
        diagnosis="d",
    )
    job = VIEW.job(body)
    assert (job.vm_name, job.target_host, job.host, job.os_family) == ("Web-1", "h1", "h2", "linux")
    assert (job.run and job.run.step_progress, job.addresses, job.diagnosis) == (42, ["10.0.0.1"], "d")
    assert [one.sequence for one in job.transitions] == [3]
    assert [one.type for one in job.conditions] == ["Ready", "Stalled"]
    assert job.definition.fields == {
        "vm_name": "Web-1",
        "image_name": "Ubuntu 24.04",
        "gb_ram": 2,
        "pasword": "(redacted)",
    }
    assert job.secret_fields["guest_la_pw"].model_dump() == {"secret_name": "s", "key": "k"}
    assert job.remedy is not None
    assert job.remedy.docs == "https://docs/reference/conditions.md#ImageNotFound"
    assert job.links.host == "/api/v1/hosts/h2"
    assert CANARY not in job.model_dump_json()
    assert '"definition":{"schema":{"id":"vm-provisioning","version":1}' in job.model_dump_json()


@pytest.mark.parametrize(
    "broken", [None, "x", [], {"fields": []}, {"fields": {"vm_name": 7}}, {"secretFields": {"a": 1}}]
)
def test_a_machine_of_any_shape_is_shown(broken: Any) -> None:
    body = {**machine(), "spec": broken, "status": broken}
    assert VIEW.job(body).vm_name == ""
    assert VIEW.job(body).ready.status == "Unknown"


def test_the_family_is_inferred_while_the_operator_has_not_said_it() -> None:
    assert VIEW.summary(machine()).os_family == "linux"


def test_a_manifest_has_what_a_person_asks_for_alone() -> None:
    found = yaml.safe_load(jobs.manifest(machine(reason="Running")))
    assert set(found) == {"apiVersion", "kind", "metadata", "spec"}
    assert found["metadata"] == {"name": "web-1", "namespace": "team", "labels": {"app": "web"}}


# --- hosts ------------------------------------------------------------------------------------------------------------

_HOST = {
    "metadata": {"name": "h1", "uid": UID},
    "spec": {"address": "h1.example.com", "cordoned": True, "failoverCluster": "c1", "connection": {"caBundle": "x"}},
    "status": {
        "conditions": [
            {"type": "Ready", "status": "True", "reason": "Ready", "message": "", "lastTransitionTime": _AT}
        ],
        "capacity": {
            "logicalProcessors": 8,
            "memoryGib": 64,
            "memoryFreeGib": 32,
            "volumes": [{"path": "D:", "freeGib": 9}],
        },
        "agent": {"version": "v1", "phase": "Ready", "schemaVersions": [1]},
        "os": "Windows Server 2022",
        "computerName": "H1",
    },
}
_INVENTORY = {
    "status": {
        "observedAt": _AT,
        "machines": [
            {
                "vmId": UID,
                "name": "v",
                "state": "Running",
                "cpuCores": 2,
                "gbRam": "4",
                "machineRef": {"namespace": "team", "name": "web-1", "uid": UID},
            }
        ],
        "images": [{"name": "Ubuntu 24.04", "sizeGib": 5}],
        "placeholders": [{"uid": UID, "namespace": "team", "name": "n", "vmName": "n", "phase": "CopyImage"}],
    }
}


def test_a_host_is_shown_with_its_inventory() -> None:
    host = hosts.show(_HOST, _INVENTORY)
    assert (host.name, host.cordoned, host.failover_cluster, host.ready.status) == ("h1", True, "c1", "True")
    assert host.capacity is not None
    assert host.capacity.volumes[0].free_gib == 9
    assert host.agent is not None
    assert host.agent.schema_versions == [1]
    assert host.inventory is not None
    assert host.inventory.machines[0].machine is not None
    assert host.inventory.placeholders[0].phase == "CopyImage"


@pytest.mark.parametrize("inventory", [None, {"status": {"machines": "x"}}])
def test_without_an_inventory_a_host_is_shown_all_the_same(inventory: dict[str, Any] | None) -> None:
    assert hosts.show(_HOST, inventory).inventory is None
    assert hosts.show({"metadata": {}}, inventory).ready.reason == "Pending"


# --- notifications -----------------------------------------------------------------------------------------------------


def _with(uid: str, *numbers: int, severity: str = "Normal") -> dict[str, Any]:
    start = datetime(2026, 11, 30, tzinfo=UTC)
    told = [
        {
            "sequence": one,
            "at": (start + timedelta(minutes=one)).isoformat(),
            "reason": "R",
            "severity": severity,
            "message": "m",
        }
        for one in numbers
    ]
    return {"metadata": {"name": uid, "namespace": "team", "uid": uid}, "status": {"transitions": told}}


def test_notifications_come_newest_first_in_pages_without_loss() -> None:
    machines = [_with("a", 1, 3, 5), _with("b", 2, 3, 4)]
    seen: list[tuple[str, str]] = []
    token = None
    for _ in range(4):
        items, token = notifications.page(machines, [], Wanted(before=notifications.parse_token(token)), 2)
        seen += [(one.object.name, one.id.rpartition(":")[2]) for one in items]
        if token is None:
            break
    assert seen == [("a", "5"), ("b", "4"), ("b", "3"), ("a", "3"), ("b", "2"), ("a", "1")]


def test_notifications_are_filtered() -> None:
    since = datetime(2026, 11, 30, 0, 4, tzinfo=UTC)
    items, token = notifications.page([_with("a", 3, 4)], [_with("h", 5, severity="Warning")], Wanted(since=since), 9)
    assert [(one.object.kind, one.job_id is None) for one in items] == [("HyperVHost", True), ("HyperVMachine", False)]
    assert token is None
    warned, _ = notifications.page([_with("a", 3)], [_with("h", 5, severity="Warning")], Wanted(severity="Warning"), 9)
    assert [one.object.name for one in warned] == ["h"]


@pytest.mark.parametrize("token", ["x", "e30", "W10", "\u00e9", "WzEsMl0"])
def test_another_token_is_refused(token: str) -> None:
    with pytest.raises(Problem, match="begin again"):
        notifications.parse_token(token)


# --- pages of jobs ------------------------------------------------------------------------------------------------------


class _Pages(FakeCluster):
    """Serves machines in pages of one."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = names

    @override
    async def send(self, *arguments: Any) -> Any:
        _, _, path, query, *_ = arguments
        self.requests.append(("GET", path))
        at = int(query.get("continue", 0))
        following = str(at + 1) if at + 1 < len(self.names) else ""
        return Answer({"metadata": {"continue": following}, "items": [machine(self.names[at])]}, ())


async def test_a_filtered_page_goes_on_until_it_has_a_match() -> None:
    cluster = _Pages(["a", "zz", "c"])
    items, following = await listing.page(cluster.caller(), VIEW, "team", Filter(name="Z"), 10, None)
    assert ([one.name for one in items], following) == (["zz"], "2")
    items, following = await listing.page(cluster.caller(), VIEW, "team", Filter(status="ready"), 10, following)
    assert (items, following) == ([], None)


async def test_a_page_without_a_match_ends_and_can_be_continued() -> None:
    cluster = _Pages([f"m{number}" for number in range(30)])
    items, following = await listing.page(cluster.caller(), VIEW, None, Filter(host="none"), 10, None)
    assert (items, following, len(cluster.requests)) == ([], "10", 10)
