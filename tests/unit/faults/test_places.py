from __future__ import annotations

import pytest

from faults import statuses
from faults.catalogue import Fault
from faults.places import ApiRequest, InvalidPlace, Place, classify, parse
from faults.tap import Tap

_GROUP = "/apis/hyperv-operator.io/v1alpha1"


@pytest.mark.parametrize(
    ("method", "path", "query", "kind", "name"),
    [
        ("GET", "/api/v1/namespaces/team/secrets/web", {}, "get.secrets", "web"),
        ("GET", "/api/v1/namespaces/team", {}, "get.namespaces", "team"),
        ("GET", "/api/v1/namespaces", {}, "list.namespaces", ""),
        ("POST", "/api/v1/namespaces/team/events", {}, "create.events", ""),
        ("GET", f"{_GROUP}/hypervmachines", {"limit": "500"}, "list.hypervmachines", ""),
        ("GET", f"{_GROUP}/hypervmachines", {"watch": "true"}, "watch.hypervmachines", ""),
        ("GET", f"{_GROUP}/hypervmachines", {"watch": "false"}, "list.hypervmachines", ""),
        ("GET", f"{_GROUP}/namespaces/team/hypervmachines", {"watch": "1"}, "watch.hypervmachines", ""),
        ("PUT", f"{_GROUP}/namespaces/team/hypervmachines/web/status", {}, "update.hypervmachines.status", "web"),
        ("PATCH", f"{_GROUP}/hypervhosts/hyperv01", {}, "patch.hypervhosts", "hyperv01"),
        ("DELETE", f"{_GROUP}/hypervhostinventories/hyperv01", {}, "delete.hypervhostinventories", "hyperv01"),
        ("GET", "/apis", {}, "get.discovery", ""),
        ("GET", "/api/v1", {}, "get.discovery", ""),
        ("GET", f"{_GROUP}", {}, "get.discovery", ""),
        ("GET", "/version", {}, "get.discovery", ""),
    ],
)
def test_a_request_is_classified_as_in_rbac(
    method: str, path: str, query: dict[str, str], kind: str, name: str
) -> None:
    about = classify(method, path, query)
    assert (about.kind, about.name) == (kind, name)
    assert about.writes == (method != "GET")


@pytest.mark.parametrize(
    "text",
    ["api/patch.hypervmachines.status/3", "api/watch.leases/1e12", "host/Receive/40", "step/CopyImage:completed/1"],
)
def test_the_text_of_a_place_is_read_back(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize("text", ["", "api/patch", "disk/x/1", "api/x/0", "api/x/1e0", "api/x/one", "api/x/1/404"])
def test_other_texts_are_no_places(text: str) -> None:
    with pytest.raises(InvalidPlace, match="LAYER/KIND/NUMBER"):
        parse(text)


def test_requests_are_numbered_by_kind_and_the_fault_is_due_once() -> None:
    tap = Tap(Fault("machine", parse("api/get.secrets/2"), "404"))
    kinds = ["get.secrets", "create.events", "get.secrets", "get.secrets"]
    reached = [tap.reach("api", kind) for kind in kinds]
    assert [(place.number, fault) for place, fault in reached] == [(1, None), (1, None), (2, "404"), (3, None)]
    assert tap.fired_at is not None
    assert [str(place) for place in tap.places[:2]] == ["api/get.secrets/1", "api/create.events/1"]


def test_an_event_of_a_watch_is_a_place_of_its_own() -> None:
    tap = Tap(Fault("machine", parse("api/watch.leases/1e2"), "watch-cut"))
    watch, fault = tap.reach("api", "watch.leases")
    assert fault is None
    assert [tap.reach_event(watch, event) for event in (1, 2, 3)] == [None, "watch-cut", None]


def test_the_same_kind_in_another_layer_has_its_own_numbers() -> None:
    tap = Tap()
    assert tap.reach("host", "x")[0] == Place("host", "x", 1)
    assert tap.reach("step", "x")[0] == Place("step", "x", 1)


@pytest.mark.parametrize("code", [403, 404, 409, 410, 422, 429, 500])
def test_a_refusal_is_a_status_object(code: int) -> None:
    body = statuses.body(code, ApiRequest("update", "hypervmachines", "status", "web"))
    assert (body["kind"], body["status"], body["code"]) == ("Status", "Failure", code)
    assert body["details"]["name"] == "web"
    assert "{" not in body["message"]
    assert bool(statuses.headers(code)) == ("retryAfterSeconds" in body["details"]) == (code == 429)


def test_a_watch_expires_with_an_error_event() -> None:
    event = statuses.expired_event()
    assert (event["type"], event["object"]["code"], event["object"]["reason"]) == ("ERROR", 410, "Expired")
