"""Which requests to the webhook are AdmissionReviews, and what is said about all others."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.handlers.reviews import NotAReviewError, Review, parse

_JSON = "application/json"
_MACHINE: dict[str, Any] = {
    "apiVersion": "hyperv-operator.io/v1alpha1",
    "kind": "HyperVMachine",
    "metadata": {"name": "web", "namespace": "team"},
    "spec": {"fields": {"vm_name": "wéb 🖥"}},
}
_OLD = {**_MACHINE, "spec": {}}


def _question(**request: Any) -> dict[str, Any]:
    whole = {"uid": "7", "operation": "CREATE", "object": _MACHINE, "oldObject": None, **request}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": whole}


def _bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


def test_a_creation_and_a_change() -> None:
    created, changed = (
        parse(_bytes(_question()), _JSON),
        parse(_bytes(_question(operation="UPDATE", oldObject=_OLD)), _JSON),
    )
    assert created == Review("7", _MACHINE, None)
    assert changed == Review("7", _MACHINE, _OLD)
    assert (created.operation, changed.operation) == ("CREATE", "UPDATE")


def _nested(levels: int) -> dict[str, Any]:
    """Return a question with this many levels of containers."""
    inner: Any = "x"
    for _ in range(levels - 5):  # the question, its request, the object, its metadata and `deep` are levels too
        inner = [inner]
    return _question(object={**_MACHINE, "metadata": {"deep": {"a": inner}}})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not JSON"),
        (b"nonsense", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (_bytes(_question()).decode().encode("utf-16"), "not JSON"),
        (b"\xef\xbb\xbf" + _bytes(_question()), "not JSON"),
        (_bytes(_question())[:-1], "not JSON"),
        (_bytes(_question()) + b"{}", "not JSON"),
        (b"[" * 60_000, "not JSON"),
        (b'{"a":' * 60_000, "not JSON"),
        (b"[" * 1_000_000, "more than 65536 values"),
        (b'{"a":' * 1_000_000, "more than 65536 values"),
        (b"[" + b"1," * 1_000_000 + b"1]", "more than 65536 values"),
        (b"9" * 5_000, "not JSON"),
        (_bytes(_question(extra=float("nan"))), "not JSON"),
        (_bytes(_question(extra=float("-inf"))), "not JSON"),
        (_bytes(_question()).replace(b'"7"', b"1e999"), "A number is too large."),
        (_bytes(_question()).replace(b'"uid"', b'"uid": "8", "uid"'), "A key is there twice."),
        (_bytes(_question()).replace(b'"web"', b'"\\ud83d"'), "half of a character"),
        (_bytes(_question()).replace(b'"name"', b'"\\udc00"'), "half of a character"),
        (b"null", "no AdmissionReview"),
        (b"[]", "no AdmissionReview"),
        (b'"AdmissionReview"', "no AdmissionReview"),
        (_bytes({"kind": "Pod"}), "no AdmissionReview"),
        (_bytes({**_question(), "kind": ["AdmissionReview"]}), "no AdmissionReview"),
        (_bytes({**_question(), "apiVersion": "admission.k8s.io/v1beta1"}), "another version"),
        (_bytes({**_question(), "apiVersion": None}), "another version"),
        (_bytes({**_question(), "request": None}), "no request"),
        (_bytes({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}), "no request"),
        (_bytes(_question(uid=None)), "no uid"),
        (_bytes(_question(uid=7)), "no uid"),
        (_bytes(_question(uid="")), "no uid"),
        (_bytes(_question(uid="a" * 254)), "no uid"),
        (_bytes(_question(operation="DELETE")), "neither CREATE nor UPDATE"),
        (_bytes(_question(operation=None)), "neither CREATE nor UPDATE"),
        (_bytes(_question(object=None)), "object is no HyperVMachine"),
        (_bytes(_question(object="web")), "object is no HyperVMachine"),
        (_bytes(_question(object={**_MACHINE, "kind": "HyperVHost"})), "object is no HyperVMachine"),
        (_bytes(_question(object={**_MACHINE, "apiVersion": "v1"})), "object is no HyperVMachine"),
        (_bytes(_question(object={**_MACHINE, "metadata": None})), "object has no metadata"),
        (_bytes(_question(operation="UPDATE")), "oldObject is no HyperVMachine"),
        (_bytes(_question(operation="UPDATE", oldObject={**_OLD, "metadata": []})), "oldObject has no metadata"),
        (_bytes(_nested(65)), "nested more than 64 levels"),
        (_bytes(_nested(900)), "nested more than 64 levels"),
    ],
    ids=range(43),
)
def test_nonsense_gets_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(NotAReviewError, match=sentence):
        parse(content, _JSON)


def test_the_largest_that_is_taken() -> None:
    assert parse(_bytes(_question(uid="a" * 253)), _JSON).uid == "a" * 253
    assert parse(_bytes(_nested(63)), _JSON).uid == "7"


@pytest.mark.parametrize("value", ["1", "[]", "{}"])
def test_as_many_values_as_are_read(value: str) -> None:
    """Commas and brackets count, those in texts too, which cannot be told apart without reading them."""
    own = sum(map(_bytes(_question(extra=[0])).count, (b",", b"[", b"{")))
    each = 1 if value == "1" else 2
    number = (65_536 - own) // each

    def content(elements: int) -> bytes:
        return _bytes(_question(extra=["x"])).replace(b'"x"', ",".join([value] * elements).encode())

    assert parse(content(number), _JSON).uid == "7"
    with pytest.raises(NotAReviewError, match="more than 65536 values"):
        parse(content(number + 2), _JSON)


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "application/yaml", ""])
def test_another_content_type_is_not_read(kind: str) -> None:
    with pytest.raises(NotAReviewError, match="content type has to be application/json"):
        parse(_bytes(_question()), kind)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.binary() | _VALUES.map(lambda value: json.dumps(_question(object=value, uid=value)).encode()))
def test_whatever_comes_is_a_review_or_gets_a_sentence(content: bytes) -> None:
    with contextlib.suppress(NotAReviewError):
        assert parse(content, _JSON).uid
