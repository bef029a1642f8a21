"""Admission reviews: internal errors admit the submission, and a refusal is not logged as an error."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, cast

import pytest

from hyperv_operator.api.names import Reason
from hyperv_operator.core.admission import Admitted, Refused, Verdict
from hyperv_operator.handlers.admission import Reviewer
from hyperv_operator.handlers.reviews import Review
from hyperv_operator.ports import JsonObject, Metrics
from hyperv_operator.reconcilers.admission import Admission

_BODY: JsonObject = {"metadata": {"name": "a", "namespace": "team"}, "spec": {"fields": {"vm_name": "a"}}}


class _Admission:
    def __init__(self, verdict: Verdict | Exception) -> None:
        self.verdict = verdict
        self.asked: list[JsonObject | None] = []

    def review(self, body: JsonObject, old: JsonObject | None) -> Verdict:
        self.asked.append(old)
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict


class _Metrics:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def reviewed(self, operation: str, result: str, seconds: float) -> None:
        assert timedelta(seconds=seconds) < timedelta(minutes=1)
        self.seen.append((operation, result))


def _reviewer(verdict: Verdict | Exception) -> tuple[Reviewer, _Admission, _Metrics]:
    admission, metrics = _Admission(verdict), _Metrics()
    return Reviewer(cast("Admission", admission), cast("Metrics", metrics)), admission, metrics


def _answer(reviewer: Reviewer, operation: str) -> dict[str, Any]:
    answer: Any = reviewer.answer(Review("7", _BODY, _BODY if operation == "UPDATE" else None))
    assert (answer["apiVersion"], answer["kind"]) == ("admission.k8s.io/v1", "AdmissionReview")
    assert answer["response"]["uid"] == "7"
    return dict(answer["response"])


def test_an_internal_error_admits_the_submission_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    reviewer, _, metrics = _reviewer(ZeroDivisionError())
    response = _answer(reviewer, "CREATE")
    assert response["allowed"] is True
    (warning,) = response["warnings"]
    assert "checked again before anything is launched" in warning
    assert metrics.seen == [("CREATE", "error")]
    assert "ZeroDivisionError" in caplog.text


def test_a_refusal_has_a_reason_and_a_message_and_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    reviewer, _, metrics = _reviewer(Refused(Reason.DUPLICATE_NAME, "Taken."))
    response = _answer(reviewer, "UPDATE")
    assert response["allowed"] is False
    assert response["status"] == {"message": "DuplicateName: Taken.", "code": 403}
    assert metrics.seen == [("UPDATE", "refused")]
    assert [record.levelname for record in caplog.records] == ["INFO"]


@pytest.mark.parametrize(("warnings", "result"), [((), "admitted"), (("Careful.",), "warned")])
def test_admitted_submissions_are_counted_with_or_without_warnings(warnings: tuple[str, ...], result: str) -> None:
    reviewer, _, metrics = _reviewer(Admitted(warnings))
    response = _answer(reviewer, "CREATE")
    assert (response["allowed"], response["warnings"]) == (True, list(warnings))
    assert metrics.seen == [("CREATE", result)]


def test_only_an_update_has_an_old_object() -> None:
    reviewer, admission, _ = _reviewer(Admitted())
    _answer(reviewer, "CREATE")
    _answer(reviewer, "UPDATE")
    assert admission.asked == [None, _BODY]
