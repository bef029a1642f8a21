"""No secret passes from what a host says into a status, an Event or a log."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import SecretBytes, SecretStr
from typing_extensions import override

from hyperv_operator.api.common import Condition
from hyperv_operator.api.host import HyperVHostStatus, Preflight, PreflightRow
from hyperv_operator.api.machine import HyperVMachineStatus, PastRun
from hyperv_operator.core.actions import Launch, Remove
from hyperv_operator.errors import HostUnreachable, LogonRefused
from hyperv_operator.ports import (
    CertificateCredentials,
    HostCredentials,
    HostEndpoint,
    KeytabCredentials,
    PasswordCredentials,
)
from hyperv_operator.protocol.records import Diagnosis, Outcome, OutcomeKind
from hyperv_operator.reconcilers import status_writer
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.endpoints import secret_values
from hyperv_operator.reconcilers.entries import MachineEntry
from hyperv_operator.reconcilers.held_secrets import HeldSecrets
from hyperv_operator.reconcilers.launch_observer import LaunchObserver
from hyperv_operator.reconcilers.redacted import RunLines, redacted_status
from hyperv_operator.reconcilers.resources import MachineResource
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.telemetry.redaction import MASK, Redactor
from unit.core.samples import HOST, RUN
from unit.reconcilers.fleet import Cluster, Fleet, Hosts

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "Tr0ub4dor&3"
BODY: Any = {
    "metadata": {"name": "m", "uid": "u", "generation": 1, "resourceVersion": "1"},
    "spec": {"targetHost": "h"},
}


def _condition(message: str) -> Condition:
    return Condition(type="Ready", status="False", reason="Failed", message=message, last_transition_time=NOW)


def _deps(redactor: Redactor, **more: object) -> Dependencies:
    parts = {"clock": SimpleNamespace(now=lambda: NOW), "metrics": PrometheusMetrics(), "logs": None}
    return cast("Dependencies", SimpleNamespace(**{**parts, "redaction": redactor, **more}))


@pytest.mark.parametrize("result", ["outcome", "error"])
async def test_how_a_launch_ended_is_redacted_before_its_secrets_are_released(result: str) -> None:
    redactor = Redactor()
    entry = MachineEntry(MachineResource.parse(BODY))
    observer = LaunchObserver(_deps(redactor), entry, Launch(HOST, attempt=1, work=Remove()), lambda *_: None)
    secrets = HeldSecrets(redactor, "u")
    secrets.hold([SECRET])
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    said = f"it said {SECRET}"
    if result == "outcome":
        future.set_result(Outcome(outcome=OutcomeKind.FAILED, message=said, diagnosis=Diagnosis(summary=said)))
    else:
        future.set_exception(HostUnreachable(said, remedy=said))
    observer.on_done(future)
    secrets.release()
    last = entry.execution.last
    assert last is not None
    assert SECRET not in repr(last)
    if last.outcome:
        assert last.outcome.message == f"it said {MASK}"
    assert last.error is None or (last.error.message, str(last.error)) == (f"it said {MASK}", f"it said {MASK}")
    future.exception()


def test_every_text_of_a_machines_status_is_redacted() -> None:
    status = HyperVMachineStatus(
        conditions=(_condition("password=abcdef"),),
        diagnosis="password=abcdef",
        history=(PastRun(id=RUN, attempt=1, finished_at=NOW, outcome="Failed", message="password=abcdef"),),
    )
    shown = redacted_status(status, Redactor().clean)
    assert "abcdef" not in json.dumps(shown.to_json())
    assert json.dumps(shown.to_json()).count(MASK) == 3
    assert redacted_status(shown, Redactor().clean) == shown


def test_the_messages_of_a_hosts_conditions_are_redacted() -> None:
    shown = redacted_status(HyperVHostStatus(conditions=(_condition("password=abcdef"),)), Redactor().clean)
    assert shown.conditions[0].message == f"password={MASK}"


def test_the_rows_of_a_preflight_are_redacted() -> None:
    row = PreflightRow(id="Image", subject="password=abcdef", state="warning", observed="password=abcdef")
    found = Preflight(checked_at=NOW, generation=1, agent_digest="a", rows=(row,))
    shown = redacted_status(HyperVHostStatus(preflight=found), Redactor().clean)
    assert shown.preflight
    assert (shown.preflight.rows[0].subject, shown.preflight.rows[0].observed) == (f"password={MASK}",) * 2


def test_a_mask_makes_no_text_longer_than_its_field_allows() -> None:
    redactor = Redactor()
    redactor.hold(["abcd"])
    status = HyperVMachineStatus(diagnosis="abcd " * 400)
    shown = redacted_status(status, redactor.clean)
    assert shown.diagnosis is not None
    assert len(shown.diagnosis) == 2_048


async def test_the_status_that_is_written_is_redacted_with_its_own_secrets_and_not_with_those_of_others() -> None:
    redactor = Redactor()
    written: list[Any] = []

    async def write_status(_: object, version: str, status: Any) -> Any:
        written.append(status)
        return {**BODY, "status": status}

    async def emit(*_: object, **__: object) -> None:
        return

    deps = _deps(
        redactor,
        objects=SimpleNamespace(write_status=write_status),
        events=SimpleNamespace(emit=emit),
        notifications=None,
    )
    entry = MachineEntry(MachineResource.parse(BODY))
    redactor.hold([SECRET], "u")
    redactor.hold(["waiting for"], "of another tenant")
    new = HyperVMachineStatus(conditions=(_condition(f"waiting for {SECRET}"),))
    await status_writer.write(deps, entry, HyperVMachineStatus(), new)
    assert written[0]["conditions"][0]["message"] == f"waiting for {MASK}"
    await status_writer.write(
        deps, entry, entry.resource.status, new.model_copy(update={"transitions": entry.resource.status.transitions})
    )
    assert len(written) == 1, "a redacted status that has not changed is not written again"


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        (PasswordCredentials("me", SecretStr("of me")), ("of me",)),
        (CertificateCredentials(SecretStr("certificate"), SecretStr("key")), ("key",)),
        (KeytabCredentials("me", SecretBytes(b"tab"), None), ("dGFi",)),
        (KeytabCredentials("me", SecretBytes(b"tab"), SecretStr("of me")), ("dGFi", "of me")),
    ],
)
def test_what_is_secret_in_credentials(credentials: HostCredentials, expected: tuple[str, ...]) -> None:
    endpoint = cast("HostEndpoint", SimpleNamespace(credentials=credentials))
    assert secret_values(endpoint) == expected


async def test_a_hosts_password_is_held_while_a_call_to_it_is_under_way() -> None:
    class Talkative(Hosts):
        @override
        def read_inventory(self, endpoint: HostEndpoint, *_: object) -> Any:
            seen.append(fleet.deps.redaction.clean(f"it is {SECRET}"))
            raise LogonRefused(f"{SECRET} was refused")

    class Known(Cluster):
        @override
        async def read(self, namespace: str, name: str) -> Any:
            return (await super().read(namespace, name)).__class__(
                "1", {"username": b"svc", "password": SECRET.encode()}
            )

    seen: list[str] = []
    cluster = Known("hyperv01")
    fleet = Fleet(cluster, Talkative())
    await fleet.look()
    assert seen == [f"it is {MASK}"]
    assert fleet.deps.redaction.clean(SECRET) == SECRET, "the call has ended"
    assert SECRET not in json.dumps(cluster.bodies["hyperv01"])
    assert MASK in cluster.reachable("hyperv01")["message"]
    await fleet.tasks.close(5)


def _lines(redactor: Redactor, *lines: str) -> list[str | None]:
    run = RunLines(redactor)
    return [run.clean("output", line) for line in lines]


def test_a_value_that_a_line_end_divides_is_masked_in_both_lines() -> None:
    redactor = Redactor()
    redactor.hold([SECRET])
    assert _lines(redactor, f"it is {SECRET[:6]}", f"  {SECRET[6:]} and more", "after") == [
        f"it is {MASK}",
        " and more",
        "after",
    ]
    assert _lines(redactor, f"it is {SECRET[:6]}", SECRET[6:]) == [f"it is {MASK}", MASK]


def test_a_quoted_value_that_a_line_end_divides_is_masked_in_both_lines() -> None:
    lines = _lines(Redactor(), 'password="first', 'second" after', "third")
    assert not any("second" in (line or "") for line in lines)
    assert lines[2] == "third"


def test_a_value_on_the_line_after_its_name_is_masked() -> None:
    assert _lines(Redactor(), "password:", "  abcdef")[1] == f"  {MASK}"


def test_the_inner_lines_of_a_private_key_are_left_out() -> None:
    lines = _lines(Redactor(), "-----BEGIN PRIVATE KEY-----", "MIIE", "-----END PRIVATE KEY-----", "after")
    assert lines == [MASK, None, None, "after"]


def test_streams_are_independent() -> None:
    run = RunLines(Redactor())
    run.clean("output", "password:")
    assert run.clean("error", "abcdef") == "abcdef"
