"""What a launch adds to the log of its run, and what is redacted while it runs."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hyperv_operator.core.actions import Launch, Remove
from hyperv_operator.core.machine_status import LaunchStart
from hyperv_operator.errors import CallCancelled, CircuitOpen, HostUnreachable
from hyperv_operator.livelogs.store import LogStore
from hyperv_operator.ports import JsonObject, LoggedOn, LogLine, LogSource, LogStream
from hyperv_operator.protocol.records import Outcome, OutcomeKind, Step, StepRecord, StepState
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import HostEntry, MachineEntry
from hyperv_operator.reconcilers.held_secrets import HeldSecrets
from hyperv_operator.reconcilers.launch_observer import LaunchObserver, LaunchOutdated
from hyperv_operator.reconcilers.lookup import Lookup
from hyperv_operator.reconcilers.machine import MachineReconciler
from hyperv_operator.reconcilers.resources import HostResource, MachineResource
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.telemetry.redaction import Redactor
from unit.core.samples import HOST, NOW
from unit.livelogs.samples import store, texts

BODY: JsonObject = {
    "metadata": {"name": "web", "namespace": "team", "uid": "u", "generation": 1},
    "spec": {"targetHost": "hyperv01"},
}
LAUNCH = Launch(HOST, attempt=2, work=Remove())


def _observed(
    logs: LogStore, launch: Launch = LAUNCH, *, claimed: str | None = "run-1"
) -> tuple[LaunchObserver, MachineEntry]:
    deps = SimpleNamespace(
        clock=SimpleNamespace(now=lambda: NOW), metrics=PrometheusMetrics(), logs=logs, redaction=Redactor()
    )
    entry = MachineEntry(MachineResource.parse(BODY))
    if claimed:
        entry.execution.start = LaunchStart(launch, claimed, 1, NOW, "{}", None, None)
    return LaunchObserver(cast("Dependencies", deps), entry, launch, lambda *_: None), entry


def _future(result: Outcome | BaseException | None) -> asyncio.Future[Any]:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    if isinstance(result, BaseException):
        future.set_exception(result)
    elif result is None:
        future.cancel()
    else:
        future.set_result(result)
    return future


def _all(logs: LogStore) -> dict[str, list[str]]:
    return {key: texts(run.after(0)) for key, run in logs.machines["u"].runs.items()} if logs.machines else {}


async def test_lines_steps_and_the_outcome_belong_to_the_run_of_the_launch() -> None:
    logs = store()
    observer, _ = _observed(logs)
    observer.on_report(LoggedOn())
    observer.on_report(LogLine(LogStream.WARNING, "a line"))
    observer.on_report(StepRecord(step=Step.REMOVE_VM, state=StepState.STARTED, message="a step"))
    observer.on_done(_future(Outcome(outcome=OutcomeKind.COMPLETED, message="an outcome")))
    assert _all(logs) == {"run-1": ["a line", "a step", "an outcome"]}
    run = logs.machines["u"].runs["run-1"]
    assert run.source == LogSource("team", "web", "u", HOST.name, "run-1", 2, "remove")
    assert run.completed


async def test_a_call_that_fails_ends_the_launch() -> None:
    logs = store()
    observer, _ = _observed(logs)
    observer.on_done(_future(HostUnreachable("No answer.")))
    (text,) = _all(logs)["run-1"]
    assert text.startswith("The host did not answer, or the connection broke.")
    assert "No answer." not in text, "it may name the host's address"


async def test_a_bug_ends_the_launch_without_its_message() -> None:
    logs = store()
    observer, _ = _observed(logs)
    observer.on_done(_future(ValueError("a secret")))
    (text,) = _all(logs)["run-1"]
    assert text.startswith("The answer is not WinRM's")
    assert "secret" not in text


async def test_a_repeated_launch_that_was_not_tried_is_in_the_log_of_its_run() -> None:
    logs = store()
    observer, _ = _observed(logs, replace(LAUNCH, run_id="run-7"), claimed=None)
    observer.on_done(_future(CircuitOpen("Refused.")))
    (text,) = _all(logs)["run-7"]
    assert text.startswith("The host did not answer")


@pytest.mark.parametrize("error", [CircuitOpen("x"), LaunchOutdated("x"), CallCancelled("x"), None])
async def test_a_launch_without_a_run_has_no_log(error: Exception | None) -> None:
    logs = store()
    observer, _ = _observed(logs, claimed=None)
    observer.on_done(_future(error))
    observer.on_report(LogLine(LogStream.OUTPUT, "x"))
    assert _all(logs) == {}


async def test_an_outdated_launch_of_a_run_is_not_in_its_log() -> None:
    logs = store()
    observer, _ = _observed(logs, replace(LAUNCH, run_id="run-7"), claimed=None)
    observer.on_done(_future(LaunchOutdated("x")))
    assert _all(logs) == {}


def test_the_log_learns_that_a_machine_is_gone() -> None:
    gone: list[str] = []
    tasks = SimpleNamespace(cancel=lambda _: None)
    logs = SimpleNamespace(machine_gone=gone.append)
    clock = SimpleNamespace(now=lambda: NOW)
    deps = SimpleNamespace(metrics=PrometheusMetrics(), tasks=tasks, logs=logs, clock=clock)
    cache = Cache()
    entry = cache.add(MachineEntry(MachineResource.parse(BODY)))
    assert MachineReconciler(cast("Dependencies", deps), cache)._forget(entry).ended
    assert gone == ["u"]


def test_secrets_are_redacted_until_they_are_released() -> None:
    redactor = Redactor()
    secrets = HeldSecrets(redactor)
    secrets.hold(["Tr0ubador"])
    secrets.hold(["Correct horse"])
    text = "Tr0ubador, Correct horse"
    assert redactor.clean(text) == "(redacted), (redacted)"
    secrets.release()
    assert redactor.clean(text) == text
    secrets.hold(["Tr0ubador"])
    assert redactor.clean(text) == text, "a launch that has ended holds nothing"


def test_machines_are_found_by_name_and_hosts_by_theirs() -> None:
    cache = Cache()
    cache.hosts["h"] = HostEntry(HostResource.parse({"metadata": {"name": "h", "uid": "h"}}))
    cache.add(MachineEntry(MachineResource.parse(BODY)))
    lookup = Lookup(cache, lambda: {"lanes": {}})
    assert lookup.machine_uid("team", "web") == "u"
    assert lookup.machine_uid("team", "db") is None
    assert lookup.machine_uid("other", "web") is None
    assert (lookup.has_host("h"), lookup.has_host("web")) == (True, False)


def test_the_executors_state_counts_machines_by_condition() -> None:
    cache = Cache()
    for uid, status in (("u1", "True"), ("u2", "False"), ("u3", "False")):
        condition = {
            "type": "Ready",
            "status": status,
            "reason": "X",
            "message": "",
            "lastTransitionTime": NOW.isoformat(),
        }
        body: dict[str, Any] = {**BODY, "metadata": {"name": uid, "uid": uid}, "status": {"conditions": [condition]}}
        cache.add(MachineEntry(MachineResource.parse(body)))
    found = Lookup(cache, lambda: {"lanes": {}}).executor()
    assert found == {"lanes": {}, "machines": {"total": 3, "conditions": {"Ready": {"True": 1, "False": 2}}}}


async def test_a_private_key_over_several_lines_is_neither_kept_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    logs = store()
    observer, _ = _observed(logs)
    lines = ("before", "-----BEGIN PRIVATE KEY-----", "b3Blbn", "-----END PRIVATE KEY-----", "after")
    with caplog.at_level(logging.INFO):
        for line in lines:
            observer.on_report(LogLine(LogStream.OUTPUT, line))
    assert _all(logs) == {"run-1": ["before", "(redacted)", "after"]}
    assert [record.getMessage() for record in caplog.records] == ["before", "(redacted)", "after"]
