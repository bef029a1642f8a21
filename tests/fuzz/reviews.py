"""Admission reviews: whatever the API server, or somebody who is not it, sends."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

from fuzz.target import Target, assert_sentence
from hyperv_operator.handlers.admission import Reviewer
from hyperv_operator.handlers.reviews import NotAReviewError, parse
from hyperv_operator.reconcilers.admission import Admission
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.settings import Settings
from unit.core.samples import SCHEMA, SNAPSHOT

_WORDS = (
    b'{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": ', b'{"uid": "1", "object": ', b"}", b",",
    b'{"uid": "1", "operation": "CREATE", "object": ', b'{"metadata": {"name": "a", "namespace": "t"}, "spec": ', b'{"fields": ',
    b'{"vm_name": "a"}', b"null", b"[]", b"{}", b"1e400", b"NaN", b"-1", b'"\\ud800"', b'"a"', b":", b'"secretFields"',
    b'"targetHost"', b"[" * 500, b"9" * 5_000, b'"oldObject": ', b'"schemaVersion": 1',
)  # fmt: skip


def review(data: bytes) -> None:
    """A body is answered, or is no review; the answer is JSON, and no review fails."""
    deps = SimpleNamespace(schema=SCHEMA, limits=SNAPSHOT.limits, settings=Settings())
    labels = SimpleNamespace(known=lambda _: None)
    admission = Admission(cast("Dependencies", deps), Cache(), cast("Any", labels))
    metrics = SimpleNamespace(reviewed=lambda _, result, __: results.append(result))
    results: list[str] = []
    reviewer = Reviewer(admission, cast("Any", metrics))
    try:
        question = parse(data, "application/json")
    except NotAReviewError as error:
        assert_sentence(str(error))
        return
    answer = reviewer.answer(question)
    json.dumps(answer)
    assert isinstance(cast("Any", answer["response"])["allowed"], bool)
    assert results
    assert "error" not in results, "a review failed unexpectedly"


TARGETS = (Target("review", review, _WORDS),)
