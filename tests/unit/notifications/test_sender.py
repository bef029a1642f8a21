"""What an answer of a receiver means."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from hyperv_operator.notifications.sender import Delivered, Failed, Refused, judge, retry_after
from unit.notifications.samples import NOW


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_success_is_a_delivery(status: int) -> None:
    assert judge(status, {}, NOW) == Delivered()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_a_refusal_is_about_the_event(status: int) -> None:
    assert judge(status, {"Retry-After": "9"}, NOW) == Refused(f"it answered with status {status}")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_about_the_target(status: int) -> None:
    assert judge(status, {}, NOW) == Failed(f"it answered with status {status}")
    assert judge(status, {"Retry-After": "9"}, NOW) == Failed(f"it answered with status {status}", 9.0)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_that_says_what_to_do(status: int) -> None:
    answer = judge(status, {"Location": "https://elsewhere.example.com/?token=1"}, NOW)
    assert isinstance(answer, Failed)
    assert "Set url to the final address" in answer.text
    assert "elsewhere" not in answer.text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0.0),
        ("0", 0.0),
        ("120", 120.0),
        ("9" * 50, 3_600.0),
        ("soon", 0.0),
        ("-5", 0.0),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120.0),
        (format_datetime(NOW + timedelta(days=2), usegmt=True), 3_600.0),
        (format_datetime(NOW - timedelta(days=2), usegmt=True), 0.0),
        ("Thu, 01 Jan 2026 00:01:00 -0000", 60.0),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_an_hour_at_most(text: str, seconds: float) -> None:
    assert retry_after(text, NOW) == seconds
