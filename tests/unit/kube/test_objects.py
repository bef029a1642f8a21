"""What an answer of the API server means: when an object is gone, and what is written to its finalizers."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from kubernetes_asyncio.client.exceptions import ApiException

from hyperv_operator.api.names import FINALIZER
from hyperv_operator.errors import AccessForbidden, ClusterError, ObjectGone, WriteConflict, WriteRefused
from hyperv_operator.kube.client import translated
from hyperv_operator.kube.objects import _finalizer_patch, _names
from hyperv_operator.ports import ObjectRef

REF = ObjectRef("HyperVMachine", "a", "team", "u")


def _answer(status: int, **headers: str) -> ApiException:
    response: Any = SimpleNamespace(status=status, reason="Reason", data="", getheaders=lambda: headers)
    return ApiException(http_resp=response)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, AccessForbidden),
        (404, ObjectGone),
        (409, WriteConflict),
        (410, ClusterError),
        (422, WriteRefused),
        (500, ClusterError),
    ],
)
def test_only_not_found_says_that_an_object_is_gone(status: int, kind: type[ClusterError]) -> None:
    with pytest.raises(ClusterError) as raised, translated("get"):
        raise _answer(status)
    assert type(raised.value) is kind


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"message": "HyperVHost \\"a\\" is invalid: status.os: Too long: may not be more than 253 bytes"}', "bytes."),
        ('{"message": "a\\u202e\\nb."}', ": a\ufffd\u240ab."),
        ('{"message": "' + "x" * 501 + '"}', "x" * 499 + "\N{HORIZONTAL ELLIPSIS}."),
        ("{}", "422 Reason."),
        ("[]", "422 Reason."),
        ("", "422 Reason."),
        (None, "422 Reason."),
    ],
)
def test_what_the_api_server_finds_invalid_is_named(body: str | None, said: str) -> None:
    answer: Any = _answer(422)
    answer.body = body
    with pytest.raises(WriteRefused) as raised, translated("write status"):
        raise answer
    assert raised.value.message.endswith(said)
    assert raised.value.message.startswith("Kubernetes API: write status: 422 Reason")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({}, None), ({"Retry-After": "7"}, 7.0), ({"Retry-After": "soon"}, None), ({"Retry-After": ""}, None)],
)
def test_the_api_servers_request_to_wait_is_kept(headers: dict[str, str], seconds: float | None) -> None:
    with pytest.raises(ClusterError) as raised, translated("get"):
        raise _answer(429, **headers)
    assert raised.value.retry_after == seconds


def _status(**details: str) -> str:
    return json.dumps({"kind": "Status", "reason": "NotFound", "details": details})


@pytest.mark.parametrize(
    ("answer", "about"),
    [
        (_status(name="a", group="hyperv-operator.io", kind="hypervmachines"), True),
        (_status(name="team", kind="namespaces"), False),
        (_status(name="b", kind="hypervmachines"), False),
        (json.dumps({"kind": "Status", "details": {}}), False),
        (json.dumps({"kind": "Status"}), False),
        (json.dumps({"details": "x"}), False),
        ("[]", False),
        ("404 page not found\n", False),
        ("", False),
        (None, False),
    ],
)
def test_a_not_found_about_something_else_does_not_count(answer: str | None, *, about: bool) -> None:
    assert _names(answer, REF) is about


def _metadata(*finalizers: str, **more: Any) -> dict[str, Any]:
    own = {"uid": "u", "resourceVersion": "7", "finalizers": list(finalizers), **more}
    return {key: value for key, value in own.items() if value}


@pytest.mark.parametrize(
    ("before", "present", "after"),
    [
        ((), True, [FINALIZER]),
        (("x",), True, ["x", FINALIZER]),
        ((FINALIZER,), False, []),
        (("x", FINALIZER, "y"), False, ["x", "y"]),
    ],
)
def test_a_finalizer_is_written_to_exactly_the_version_that_was_read(
    before: tuple[str, ...], after: list[str], *, present: bool
) -> None:
    *tests, write = _finalizer_patch(_metadata(*before), present=present)
    assert [(one["op"], one["path"], one["value"]) for one in tests] == [
        ("test", "/metadata/uid", "u"),
        ("test", "/metadata/resourceVersion", "7"),
    ]
    assert write == {"op": "add", "path": "/metadata/finalizers", "value": after}


@pytest.mark.parametrize(
    ("metadata", "present"),
    [
        (_metadata(FINALIZER), True),
        (_metadata(), False),
        (_metadata("x"), False),
        (_metadata("x", deletionTimestamp="2026-01-01T00:00:00Z"), True),
    ],
)
def test_nothing_is_written_without_need_or_to_an_object_that_is_being_deleted(
    metadata: dict[str, Any], *, present: bool
) -> None:
    assert _finalizer_patch(metadata, present=present) == []
