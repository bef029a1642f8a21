"""Streams of the gateway: what a client gets, where it goes on, and when it is sent away."""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Close
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from e2e.gateway import JOBS, Gateway, gateway, person, signed, submission, token_of
from e2e.subresources import Subresources

pytestmark = pytest.mark.timeout(180)


@contextmanager
def _socket(served: Gateway, path: str, token: str | None) -> Iterator[ClientConnection]:
    offered = ["hyperv-operator.v1"]
    if token:
        text = base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
        offered.append(f"base64url.bearer.authorization.k8s.io.{text}")
    address = served.url.replace("http", "ws") + path
    with connect(address, subprotocols=[Subprotocol(one) for one in offered], proxy=None) as connection:
        yield connection


def _until(connection: ClientConnection, within: float = 60, **wanted: Any) -> list[dict[str, Any]]:
    """Return the messages up to the first that has these values."""
    found: list[dict[str, Any]] = []
    while True:
        message = json.loads(connection.recv(timeout=within))
        if message["type"] == "ping" and wanted.get("type") != "ping":
            continue
        found.append(message)
        if wanted.items() <= message.items():
            return found


def _create(served: Gateway, token: str, name: str) -> dict[str, Any]:
    made: dict[str, Any] = served.post(f"{JOBS}/provision", submission(name=name), token).json
    return made


def test_a_client_gets_all_jobs_then_changes_and_goes_on_where_it_was(
    cluster: ControlPlane, tenant: str, served: Gateway, token: str
) -> None:
    path = f"/api/v1/stream?namespace={tenant}"
    first = _create(served, token, "a")
    with _socket(served, path, token) as connection:
        assert connection.subprotocol == "hyperv-operator.v1"
        begin = _until(connection, reason="Synced")
        assert [one["type"] for one in begin] == ["notice", "job", "notice"]
        assert begin[1]["job"]["id"] == first["id"]
        assert "conditions" not in begin[1]["job"]
        _until(connection, type="ping")
        second = _create(served, token, "b")
        (change,) = _until(connection, type="job")
        assert change["job"]["id"] == second["id"]
        with _socket(served, path, token) as other:  # keeps the feed, and with it what has changed
            _until(other, reason="Synced")
            connection.close()
            third = _create(served, token, "c")
            served.request("DELETE", second["links"]["self"], token=token)
            _until(other, type="removed")
            with _socket(served, f"{path}&after={change['id']}", token) as again:
                missed = _until(again, type="removed")
    assert [(one["type"], one["job"]["id"]) for one in missed] == [("job", third["id"]), ("removed", second["id"])]


def test_a_client_that_was_away_too_long_gets_everything_again(
    cluster: ControlPlane, tenant: str, served: Gateway, token: str
) -> None:
    _create(served, token, "a")
    with _socket(served, f"/api/v1/stream?namespace={tenant}&after=1", token) as connection:
        assert [one.get("reason") for one in _until(connection, reason="Synced")] == ["Snapshot", None, "Synced"]


def test_one_watch_serves_all_streams_of_a_token_and_no_other(
    cluster: ControlPlane, tenant: str, served: Gateway, token: str
) -> None:
    path = f"/api/v1/stream?namespace={tenant}"
    with _socket(served, path, token) as one, _socket(served, path, token) as two:
        assert "hyperv_operator_gateway_feeds 1.0" in served.metrics
        other = person(cluster, tenant, "bob")
        with _socket(served, path, other) as three:
            for connection in (one, two, three):
                _until(connection, reason="Synced")
            assert "hyperv_operator_gateway_feeds 2.0" in served.metrics
            _create(served, token, "a")
            assert len({_until(connection, type="job")[-1]["id"] for connection in (one, two, three)}) == 1
    wait_until(lambda: "hyperv_operator_gateway_feeds 0.0" in served.metrics, what="no watch without a stream")


# --- who may --------------------------------------------------------------------------------------------------------


def _end(connection: ClientConnection) -> tuple[int, str, dict[str, Any]]:
    """Return code and reason of the close, and the last message before it."""
    last: dict[str, Any] = {}
    while True:
        try:
            last = json.loads(connection.recv(timeout=60))
        except ConnectionClosed as closed:
            end = closed.rcvd or Close(1006, "")
            return end.code, end.reason, last


def test_a_stream_is_refused_with_the_reason(cluster: ControlPlane, tenant: str, served: Gateway, token: str) -> None:
    job = _create(served, token, "a")
    with pytest.raises(InvalidStatus) as refused, _socket(served, "/api/v1/stream", None):
        pass
    assert refused.value.response.status_code == 401
    assert json.loads(refused.value.response.body)["type"].endswith("unauthenticated")
    for path, bad, code in (
        ("/api/v1/stream", "garbage", 4401),
        ("/api/v1/stream", token, 4403),
        ("/api/v1/stream?namespace=kube-system", token, 4403),
        (f"{JOBS}/{job['id'][:-2]}/stream", token, 4404),
        (f"{JOBS}/{job['id']}/stream", "garbage", 4401),
    ):
        with _socket(served, path, bad) as connection:
            seen, _, notice = _end(connection)
        assert (seen, notice["type"]) == (code, "notice"), (path, notice)
    for path, status in (("/api/v1/stream", 403), (f"/api/v1/stream?namespace={tenant}", 406)):
        accept = "text/event-stream" if status == 403 else "application/json"
        assert served.get(path, token, Accept=accept).status == status
    assert served.get(f"/api/v1/stream?namespace={tenant}", "garbage", Accept="text/event-stream").status == 401
    assert token not in served.log.read_text()


def test_an_expired_token_ends_its_streams(cluster: ControlPlane, tenant: str, served: Gateway, token: str) -> None:
    short = signed(cluster, tenant, "ada", -50)  # which the API server accepts for another ten seconds
    with _socket(served, f"/api/v1/stream?namespace={tenant}", short) as connection:
        _until(connection, reason="Synced")
        code, reason, notice = _end(connection)
    assert (code, reason, notice["reason"]) == (4401, "TokenExpired", "TokenExpired")


def test_a_right_that_is_taken_away_ends_the_streams(
    cluster: ControlPlane, tenant: str, token: str, tmp_path: Path
) -> None:
    with gateway(cluster, tmp_path / "short.log", stream_recheck_seconds="1") as served:  # noqa: SIM117 - in this order
        with _socket(served, f"/api/v1/stream?namespace={tenant}", token) as connection:
            _until(connection, reason="Synced")
            cluster.kubectl("delete", "rolebinding", "ada", "-n", tenant)
            code, reason, notice = _end(connection)
    assert (code, reason) == (4403, "Forbidden")
    assert "cannot" in notice["text"]


def test_streams_are_limited_for_each_token(cluster: ControlPlane, tenant: str, token: str, tmp_path: Path) -> None:
    path = f"/api/v1/stream?namespace={tenant}"
    with (
        gateway(cluster, tmp_path / "few.log", max_streams_per_token="1") as served,
        _socket(served, path, token) as first,
    ):
        _until(first, reason="Synced")
        with _socket(served, path, token) as second:
            code, reason, _ = _end(second)
        assert (code, reason) == (1013, "TooManyStreams")
        refused = served.get(path, token, Accept="text/event-stream")
        assert (refused.status, refused.headers["retry-after"]) == (429, "30")


# --- interruptions --------------------------------------------------------------------------------------------------


def test_an_api_server_that_is_away_is_a_notice_and_the_stream_goes_on(
    cluster: ControlPlane, tenant: str, served: Gateway, token: str
) -> None:
    with _socket(served, f"/api/v1/stream?namespace={tenant}", token) as connection:
        _until(connection, reason="Synced")
        cluster.apiserver.stop()
        try:
            _until(connection, reason="ClusterUnavailable")
        finally:
            cluster.apiserver.start()
        _until(connection, reason="ClusterAvailable")
        job = _create(served, token, "after")
        assert _until(connection, type="job")[-1]["job"]["id"] == job["id"]


def test_a_stopping_gateway_closes_its_streams(cluster: ControlPlane, tenant: str, token: str, tmp_path: Path) -> None:
    with gateway(cluster, tmp_path / "stopping.log") as served:  # noqa: SIM117 - in this order
        with _socket(served, f"/api/v1/stream?namespace={tenant}", token) as connection:
            _until(connection, reason="Synced")
            with ThreadPoolExecutor(1) as pool:
                events = pool.submit(_events, served, f"/api/v1/stream?namespace={tenant}", token, 99)
                wait_until(lambda: 'streams{kind="jobs"} 2.0' in served.metrics, what="two streams")
                served.process.terminate()
                code, _, _ = _end(connection)
                assert code == 1012
                assert events.result(timeout=5)[-1][1]["reason"] == "Stopping"
            assert served.process.wait(5) == 0


def test_no_token_is_logged_at_any_level(cluster: ControlPlane, tenant: str, token: str, tmp_path: Path) -> None:
    with gateway(cluster, tmp_path / "debug.log", log_level="DEBUG") as served:
        with _socket(served, f"/api/v1/stream?namespace={tenant}&after=query-value", token) as connection:
            _until(connection, type="ping")
        served.get(f"/api/v1/jobs?namespace={tenant}&name=query-value", token)
    text = (tmp_path / "debug.log").read_text()
    assert "/api/v1/stream" in text
    for secret in (token, base64.urlsafe_b64encode(token.encode()).decode().rstrip("="), "query-value"):
        assert secret not in text


# --- server-sent events ---------------------------------------------------------------------------------------------


def _events(served: Gateway, path: str, token: str, number: int, **headers: str) -> list[tuple[str | None, Any]]:
    """Return the first events: id and data."""
    sent = {"Accept": "text/event-stream", "Authorization": f"Bearer {token}", **headers}
    request = urllib.request.Request(served.url + path, headers=sent)
    found: list[tuple[str | None, Any]] = []
    event: dict[str, str] = {}
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for raw in answer:
            name, _, value = raw.decode().rstrip("\r\n").partition(": ")
            if name:
                event[name] = value
            elif event:
                found.append((event.get("id"), json.loads(event["data"])))
                event = {}
            if len(found) == number:
                break
    return found


def test_events_are_the_same_messages(cluster: ControlPlane, tenant: str, served: Gateway, token: str) -> None:
    path = f"/api/v1/stream?namespace={tenant}"
    job = _create(served, token, "a")
    events = _events(served, path, token, 4)
    assert [one["type"] for _, one in events] == ["notice", "job", "notice", "ping"]
    with _socket(served, path, token) as connection:
        shown = _until(connection, reason="Synced")
        assert shown[:2] == [one for _, one in events[:2]]
        assert shown[2] | {"id": ""} == events[2][1] | {"id": ""}  # the cluster may have gone on
        second = _create(served, token, "b")
        _until(connection, type="job")
        missed = _events(served, path, token, 1, **{"Last-Event-ID": events[2][0] or ""})
    assert events[1][1]["job"]["id"] == job["id"]
    assert missed[0][1]["job"]["id"] == second["id"]


# --- one job, with its log ------------------------------------------------------------------------------------------


@pytest.fixture
def api(cluster: ControlPlane) -> Iterator[Subresources]:
    with rig.live_logs(cluster) as subresources:
        yield subresources


def test_the_stream_of_a_job_has_its_log_over_a_replaced_operator(
    cluster: ControlPlane, tenant: str, new_host: NewHost, served: Gateway, token: str, log: Path, api: Subresources
) -> None:
    host = new_host(copy_seconds=1)
    with rig.operator(cluster, log, api.settings()):
        rig.wait_for_live_logs(cluster)
        job = served.post(f"{JOBS}/provision", submission(host.name), token).json
        stream = job["links"]["stream"]
        with _socket(served, stream, token) as connection:
            begin = json.loads(connection.recv(timeout=30))
            assert (begin["type"], begin["job"]["id"]) == ("job", job["id"])
            assert begin["job"]["definition"]["fields"]["gb_ram"] == 2
            seen = [begin]
            while not any(one["type"] == "job" and one["job"]["status"] == "ready" for one in seen):
                seen.append(json.loads(connection.recv(timeout=60)))
            entries = [one for one in seen if one["type"] == "log"]
            assert {"line", "step", "outcome"} <= {one["entry"]["type"] for one in entries}
            half = entries[len(entries) // 2]
            with _socket(served, f"{stream}?after={half['id']}", token) as again:
                rest = _until(again, type="log")
            assert rest[-1]["entry"] == entries[len(entries) // 2 + 1]["entry"]
            text = served.get(job["links"]["log"], token)
            assert text.headers["content-type"].startswith("text/plain")
            assert "[CopyImage started]" in text.text
            lines = served.get(f"{job['links']['log']}?tail_lines=2", token, Accept="application/jsonl")
            assert len(lines.text.splitlines()) == 2
            assert served.get(f"{job['links']['log']}?tail_lines=none", token).status == 422
            admin = token_of(cluster.admin_kubeconfig)
            of_host = served.get(f"{job['links']['host']}/log?tail_lines=1", admin, Accept="application/jsonl")
            assert json.loads(of_host.text)["machine"] == f"{tenant}/web-1"
            assert {"lanes"} <= set(served.get("/api/v1/executor", admin).json)
            assert served.get("/api/v1/executor", token).status == 403
    with rig.operator(cluster, log.with_name("second.log"), api.settings()):
        rig.wait_for_live_logs(cluster)
        with _socket(served, f"{stream}?after={entries[-1]['id']}", token) as connection:
            _until(connection, type="job")
            restarted = wait_until(
                lambda: json.loads(connection.recv(timeout=60)),
                lambda one: one["type"] == "log" and one["entry"].get("reason") == "Restarted",
                what="a notice of the new operator",
                within=60,
            )
        served.request("DELETE", job["links"]["self"], token=token)
        with _socket(served, stream, token) as connection:
            code, reason, _ = _end(connection)
        rig.remove_hosts(cluster)
    assert restarted["entry"]["type"] == "notice"
    assert (code, reason) == (1000, "JobRemoved")


def test_without_the_right_to_the_log_a_job_is_streamed_without_it(
    cluster: ControlPlane, tenant: str, new_host: NewHost, served: Gateway, log: Path, api: Subresources
) -> None:
    rules = [{"apiGroups": ["hyperv-operator.io"], "resources": ["hypervmachines"], "verbs": ["get", "list", "watch"]}]
    token = person(cluster, tenant, "bob", rules)
    job = _create(served, person(cluster, tenant), "a")
    with rig.operator(cluster, log, api.settings()):
        rig.wait_for_live_logs(cluster)
        with _socket(served, job["links"]["stream"], token) as connection:
            assert "hypervmachines/log" in _until(connection, reason="LogForbidden")[-1]["text"]
        assert served.get(job["links"]["log"], token).status == 403
