"""Creating a machine and its Secret: the order, and what is left when a step fails."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from typing_extensions import override

from hyperv_operator.gateway import provisioning, submission
from hyperv_operator.gateway.cluster import Refused, Unavailable
from hyperv_operator.gateway.problems import Problem
from hyperv_operator.gateway.provisioning import Key
from hyperv_operator.gateway.submission import Plan
from unit.gateway.apiserver import GONE, FakeCluster
from unit.gateway.samples import SCHEMA, request

MACHINES = "/apis/hyperv-operator.io/v1alpha1/namespaces/team/hypervmachines"
SECRETS = "/api/v1/namespaces/team/secrets"
KEY = Key("hash", "digest")


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(_: float) -> None:
        return

    monkeypatch.setattr(asyncio, "sleep", at_once)


def _plan(suffix: str = "abcd1234", **values: Any) -> Plan:
    plan = submission.plan(SCHEMA, request(values), default_namespace="team", suffix=suffix)
    assert isinstance(plan, Plan)
    return plan


async def test_a_trial_of_the_secret_comes_first_then_the_machine_then_its_secret(cluster: FakeCluster) -> None:
    answer = await provisioning.provision(cluster.caller(), _plan(), None)
    assert cluster.requests == [("POST?", SECRETS), ("POST", MACHINES), ("POST", SECRETS)]
    (owner,) = cluster.objects[f"{SECRETS}/web-1-abcd1234"]["metadata"]["ownerReferences"]
    assert owner["uid"] == answer.body["metadata"]["uid"]


async def test_a_check_creates_nothing(cluster: FakeCluster) -> None:
    await provisioning.rehearse(cluster.caller(), _plan())
    assert cluster.requests == [("POST?", SECRETS), ("POST?", MACHINES)]
    assert cluster.objects == {}


@pytest.mark.parametrize(
    ("method", "place", "trial", "fault"),
    [
        ("POST", SECRETS, True, Refused(403, {"message": "no"})),
        ("POST", MACHINES, False, Refused(422, {"message": "no"})),
        ("POST", SECRETS, False, Refused(403, {"message": "no"})),
        ("POST", SECRETS, False, GONE),
    ],
)
async def test_nothing_is_left_of_what_failed(
    cluster: FakeCluster, method: str, place: str, trial: bool, fault: Exception
) -> None:
    def fails(given: str, path: str, query: Mapping[str, str]) -> Exception | None:
        return fault if (given, path, "dryRun" in query) == (method, place, trial) else None

    cluster.fault = fails
    with pytest.raises(Problem):
        await provisioning.provision(cluster.caller(), _plan(), None)
    assert cluster.objects == {}


class _LosesAnswer(FakeCluster):
    """Creates machines, and loses the answer."""

    @override
    async def send(self, *arguments: Any) -> Any:
        answer = await super().send(*arguments)
        if arguments[1] == "POST" and arguments[2] == MACHINES:
            raise Unavailable("lost")
        return answer


async def test_a_machine_whose_answer_was_lost_is_deleted_if_it_is_this_one() -> None:
    cluster = _LosesAnswer()
    with pytest.raises(Unavailable):
        await provisioning.provision(cluster.caller(), _plan(), None)
    assert cluster.objects == {}
    other = FakeCluster()
    other.put(f"{MACHINES}/web-1", _plan("other").machine)
    other.fault = lambda method, path, _: GONE if (method, path) == ("POST", MACHINES) else None
    with pytest.raises(Unavailable):
        await provisioning.provision(other.caller(), _plan(), None)
    assert list(other.objects) == [f"{MACHINES}/web-1"]


async def test_with_a_key_a_lost_answer_leaves_what_the_next_request_completes() -> None:
    losing = _LosesAnswer()
    with pytest.raises(Unavailable):
        await provisioning.provision(losing.caller(), _plan(), KEY)
    (path,) = losing.objects
    cluster = FakeCluster()
    cluster.objects = losing.objects
    answer = await provisioning.provision(cluster.caller(), _plan("another"), KEY)
    assert answer.body == cluster.objects[path]
    assert set(cluster.objects) == {path, f"{SECRETS}/web-1-abcd1234"}


async def test_an_undo_is_tried_again_while_the_api_server_does_not_answer(cluster: FakeCluster) -> None:
    failures = iter([GONE, GONE])

    def fails(method: str, path: str, query: Mapping[str, str]) -> Exception | None:
        if (method, path) == ("POST", SECRETS) and "dryRun" not in query:
            return Refused(403, {"message": "no"})
        return next(failures, None) if method == "DELETE" else None

    cluster.fault = fails
    with pytest.raises(Problem):
        await provisioning.provision(cluster.caller(), _plan(), None)
    assert cluster.objects == {}


async def test_the_same_key_gives_the_same_machine_and_another_body_is_refused(cluster: FakeCluster) -> None:
    first = await provisioning.provision(cluster.caller(), _plan(), KEY)
    second = await provisioning.provision(cluster.caller(), _plan("later"), KEY)
    assert first.body["metadata"]["uid"] == second.body["metadata"]["uid"]
    assert len(cluster.objects) == 2
    with pytest.raises(Problem) as refused:
        await provisioning.provision(cluster.caller(), _plan(), replace(KEY, digest="other"))
    assert (refused.value.status, refused.value.kind) == (409, "idempotency-key-reused")


async def test_a_machine_that_is_being_deleted_gets_no_secret_again(cluster: FakeCluster) -> None:
    await provisioning.provision(cluster.caller(), _plan(), KEY)
    del cluster.objects[f"{SECRETS}/web-1-abcd1234"]
    cluster.objects[f"{MACHINES}/web-1"]["metadata"]["deletionTimestamp"] = "2026-11-30T07:00:00Z"
    await provisioning.provision(cluster.caller(), _plan(), KEY)
    assert list(cluster.objects) == [f"{MACHINES}/web-1"]


async def test_the_loser_of_a_race_reads_again_and_compares(cluster: FakeCluster) -> None:
    won = await provisioning.provision(cluster.caller(), _plan(), KEY)
    empty = iter([True])

    class Late(FakeCluster):
        @override
        async def send(self, *arguments: Any) -> Any:
            answer = await super().send(*arguments)
            if arguments[1] == "GET" and arguments[2] == MACHINES and next(empty, False):
                return replace(answer, body={"items": []})
            return answer

    late = Late()
    late.objects = cluster.objects
    answer = await provisioning.provision(late.caller(), _plan("late"), KEY)
    assert answer.body["metadata"]["uid"] == won.body["metadata"]["uid"]
    assert set(late.objects) == {f"{MACHINES}/web-1", f"{SECRETS}/web-1-abcd1234"}


async def test_a_secret_that_another_gateway_has_completed_is_no_failure(cluster: FakeCluster) -> None:
    def completed(method: str, path: str, query: Mapping[str, str]) -> Exception | None:
        if (method, path) == ("POST", SECRETS) and "dryRun" not in query:
            cluster.objects[f"{SECRETS}/web-1-abcd1234"] = {"metadata": {"name": "web-1-abcd1234"}}
        return None

    cluster.fault = completed
    await provisioning.provision(cluster.caller(), _plan(), KEY)
    assert set(cluster.objects) == {f"{MACHINES}/web-1", f"{SECRETS}/web-1-abcd1234"}
    del cluster.objects[f"{MACHINES}/web-1"]
    with pytest.raises(Problem):
        await provisioning.provision(cluster.caller(), _plan(), None)
    assert set(cluster.objects) == {f"{SECRETS}/web-1-abcd1234"}


async def test_a_duplicate_names_the_job_in_the_way(cluster: FakeCluster) -> None:
    await provisioning.provision(cluster.caller(), _plan(), None)
    with pytest.raises(Problem) as refused:
        await provisioning.provision(cluster.caller(), _plan("other"), None)
    assert refused.value.status == 409
    assert refused.value.extensions["job_id"]
