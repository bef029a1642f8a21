"""Events: names and notes that the API server accepts, and a queue that holds nobody up."""

from __future__ import annotations

import asyncio
import re
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.border.text import clean_lines
from hyperv_operator.errors import ClusterError
from hyperv_operator.kube import events
from hyperv_operator.kube.events import EventQueue, KubeEvents, event_name, note
from hyperv_operator.ports import ObjectRef
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from unit.reconcilers.apiserver import START

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
REF = ObjectRef("HyperVMachine", "a", "team", "u")


@given(st.from_regex(_SUBDOMAIN, fullmatch=True).filter(lambda name: len(name) <= 253))
def test_the_name_of_an_event_is_a_valid_name(name: str) -> None:
    made = event_name(name)
    assert _SUBDOMAIN.fullmatch(made)
    assert len(made) <= 253


@pytest.mark.parametrize("last", ["-", ".", "-.-", "..."])
def test_a_name_is_not_cut_before_its_suffix_to_end_in_a_mark(last: str) -> None:
    cut = "a" * (230 - len(last)) + last + "b" * 20
    assert event_name(cut).startswith("a" * (230 - len(last)) + ".")


@given(st.text(max_size=2_000))
def test_a_note_has_at_most_1024_bytes_and_whole_characters(text: str) -> None:
    text = clean_lines(text, len(text))
    cut = note(text)
    assert len(cut.encode()) <= 1_024
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


def test_a_note_is_clean() -> None:
    assert note("a\x1b[2J\u202e\ud83d\r\nb") == "a\u241b[2J\ufffd\ufffd\nb"


@pytest.mark.parametrize(
    ("text", "kept"), [("x" * 1_024, 1_024), ("x" * 1_025, 1_021), ("é" * 513, 510), ("😀" * 300, 255)]
)
def test_a_note_is_cut_as_late_as_possible(text: str, kept: int) -> None:
    assert len(note(text).removesuffix("…")) == kept


class _Api:
    def __init__(self) -> None:
        self.fails: list[ClusterError] = []
        self.written: list[str] = []

    async def create(self, body: dict[str, Any]) -> None:
        await asyncio.sleep(0)
        if self.fails:
            raise self.fails.pop(0)
        self.written.append(body["note"])


def _events(monkeypatch: pytest.MonkeyPatch) -> tuple[KubeEvents, _Api, PrometheusMetrics]:
    api, metrics = _Api(), PrometheusMetrics()
    clock, redaction = SimpleNamespace(now=lambda: START), SimpleNamespace(clean=lambda text: text)
    made = KubeEvents(cast("Any", SimpleNamespace()), cast("Any", clock), cast("Any", redaction), metrics, "me")
    monkeypatch.setattr(made, "_create", api.create)
    return made, api, metrics


def _lost(metrics: PrometheusMetrics, cause: str) -> float:
    return metrics.registry.get_sample_value("hyperv_operator_events_lost_total", {"cause": cause}) or 0.0


async def test_events_are_written_in_order_and_drained(monkeypatch: pytest.MonkeyPatch) -> None:
    queue, api, _ = _events(monkeypatch)
    for text in "abc":
        await queue.emit(REF, "Reason", text)
    assert api.written == [], "nobody waits for the API server"
    worker = asyncio.create_task(queue.run())
    await queue.drain(5)
    assert api.written == ["a", "b", "c"]
    await queue.drain(0)
    worker.cancel()


async def test_a_full_queue_drops_the_oldest_events_and_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_QUEUE", 3)
    queue, api, metrics = _events(monkeypatch)
    for text in "abcde":
        await queue.emit(REF, "Reason", text)
    worker = asyncio.create_task(queue.run())
    await queue.drain(5)
    assert (api.written, _lost(metrics, "dropped")) == (["c", "d", "e"], 2)
    worker.cancel()


async def test_a_failed_event_is_counted_and_the_next_one_is_written(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    queue, api, metrics = _events(monkeypatch)
    api.fails = [ClusterError("Kubernetes API: create Event: 500.")]
    for text in "ab":
        await queue.emit(REF, "Reason", text)
    worker = asyncio.create_task(queue.run())
    await queue.drain(5)
    assert (api.written, _lost(metrics, "failed")) == (["b"], 1)
    assert "500" in caplog.text
    worker.cancel()


async def test_an_event_that_the_api_server_asks_to_repeat_is_repeated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    queue, api, metrics = _events(monkeypatch)
    api.fails = [ClusterError("429", retry_after=0)]
    await queue.emit(REF, "Reason", "a")
    worker = asyncio.create_task(queue.run())
    await queue.drain(5)
    assert (api.written, _lost(metrics, "failed")) == (["a"], 0)
    worker.cancel()


async def test_a_stopping_operator_does_not_wait_for_an_api_server_that_hangs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    queue, _, _ = _events(monkeypatch)
    await queue.emit(REF, "Reason", "a")
    await queue.drain(0)
    assert "1 Events are not written" in caplog.text


def _drained(queue: EventQueue) -> list[Any]:
    return [event["note"] for event in iter(queue.next, None)]


def test_namespaces_have_their_events_written_by_turns() -> None:
    queue = EventQueue(9)
    for text in ("a1", "a2", "a3", "b1", "c1", "b2"):
        assert not queue.add(text[0], {"note": text})
    assert _drained(queue) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_a_namespace_with_too_many_events_loses_its_own_oldest() -> None:
    queue = EventQueue(4)
    for text in ("b1", "a1", "a2", "a3"):
        assert not queue.add(text[0], {"note": text})
    assert queue.add("a", {"note": "a4"})
    assert queue.add("c", {"note": "c1"})
    assert len(queue) == 4
    assert _drained(queue) == ["b1", "a3", "c1", "a4"]
