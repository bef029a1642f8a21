"""The admission handler: internal errors admit the submission, and a refusal is not logged as an error."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, cast

import kopf
import pytest

from hyperv_operator.api.names import Reason
from hyperv_operator.core.admission import Admitted, Refused, Verdict
from hyperv_operator.handlers.admission import ENDPOINT, Reviewer, register
from hyperv_operator.handlers.webhook import WebhookServer
from hyperv_operator.ports import JsonObject, Metrics
from hyperv_operator.reconcilers.admission import Admission

_BODY = kopf.Body({"metadata": {"name": "a", "namespace": "team"}, "spec": {"fields": {"vm_name": "a"}}})


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


async def test_an_internal_error_admits_the_submission_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    reviewer, _, metrics = _reviewer(ZeroDivisionError())
    warnings: list[str] = []
    await reviewer.review(body=_BODY, warnings=warnings, operation="CREATE")
    (warning,) = warnings
    assert "checked again before anything is launched" in warning
    assert metrics.seen == [("CREATE", "error")]
    assert "ZeroDivisionError" in caplog.text


async def test_a_refusal_has_a_reason_and_a_message() -> None:
    reviewer, _, metrics = _reviewer(Refused(Reason.DUPLICATE_NAME, "Taken."))
    with pytest.raises(kopf.AdmissionError, match=r"^DuplicateName: Taken\.$") as raised:
        await reviewer.review(body=_BODY, warnings=[], operation="UPDATE", old=_BODY)
    assert raised.value.code == 403
    assert metrics.seen == [("UPDATE", "refused")]


@pytest.mark.parametrize(("warnings", "result"), [((), "admitted"), (("Careful.",), "warned")])
async def test_admitted_submissions_are_counted_with_or_without_warnings(
    warnings: tuple[str, ...], result: str
) -> None:
    reviewer, _, metrics = _reviewer(Admitted(warnings))
    received: list[str] = []
    await reviewer.review(body=_BODY, warnings=received, operation="CREATE")
    assert received == list(warnings)
    assert metrics.seen == [("CREATE", result)]


async def test_only_an_update_has_an_old_object() -> None:
    reviewer, admission, _ = _reviewer(Admitted())
    await reviewer.review(body=_BODY, warnings=[], operation="CREATE")
    await reviewer.review(body=_BODY, warnings=[], operation="UPDATE", old=_BODY)
    assert admission.asked == [None, dict(_BODY)]


async def test_kopf_serves_reviews_without_managing_the_webhook_configuration(caplog: pytest.LogCaptureFixture) -> None:
    registry, settings = kopf.OperatorRegistry(), kopf.OperatorSettings()
    server = cast("WebhookServer", object())
    register(registry, _reviewer(Admitted())[0], server)
    (startup,) = registry._activities.get_all_handlers()
    objects = logging.getLogger("kopf.objects")
    before = list(objects.filters)
    try:
        await cast("Any", startup.fn)(settings=settings)
        objects.error(f"Handler '{ENDPOINT}' failed permanently: no")
        objects.error("Handler 'delete' failed: no")
    finally:
        objects.filters[:] = before
    assert settings.admission.server is server
    assert settings.admission.managed is None
    assert [entry.getMessage() for entry in caplog.records] == ["Handler 'delete' failed: no"]
