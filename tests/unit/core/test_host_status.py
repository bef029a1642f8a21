"""A host's problems and conditions, and statuses that stay the same when nothing has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hyperv_operator.api.host import HostId, HyperVHostStatus
from hyperv_operator.api.names import Reason
from hyperv_operator.core import host_status
from hyperv_operator.errors import AgentMissing, AuthenticationFailed, HostError, HostUnreachable, WinRmUnavailable
from hyperv_operator.protocol.inventory import parse_inventory

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_LINES = (Path(__file__).resolve().parents[3] / "Schemas" / "examples" / "inventory" / "host.jsonl").read_text()
SNAPSHOT = host_status.HostSnapshot(
    name="hyperv01",
    generation=1,
    status=HyperVHostStatus(),
    spec_error=None,
    schema_version=1,
    report=parse_inventory(_LINES.splitlines()),
    begun_at=NOW,
)


def _ready(status: HyperVHostStatus) -> tuple[str, str]:
    condition = status.condition("Ready")
    assert condition is not None
    return condition.status, condition.reason


def test_a_healthy_host_is_ready_and_the_next_look_changes_nothing() -> None:
    status = host_status.compose(SNAPSHOT, NOW)
    assert _ready(status) == ("True", "Ready")
    again = host_status.compose(replace(SNAPSHOT, status=status), NOW + timedelta(minutes=1))
    assert again == status


@pytest.mark.parametrize(
    ("error", "reason", "stalled"),
    [
        (HostUnreachable("x"), "HostUnreachable", "False"),
        (WinRmUnavailable("x"), "WinRMUnavailable", "False"),
        (AuthenticationFailed("x"), "AuthenticationFailed", "True"),
        (AgentMissing("x"), "AgentMissing", "True"),
    ],
)
def test_only_what_a_person_must_mend_is_stalled(error: HostError, reason: str, stalled: str) -> None:
    status = host_status.compose(replace(SNAPSHOT, error=error), NOW)
    assert _ready(status) == ("False", reason)
    condition = status.condition("Stalled")
    assert condition is not None
    assert condition.status == stalled


def test_another_machine_behind_the_address_stops_all_work() -> None:
    pinned = HyperVHostStatus(host_id=HostId(smbios_uuid="other", machine_guid="other"))
    problem = host_status.problem(replace(SNAPSHOT, status=pinned))
    assert problem is not None
    assert problem.reason is Reason.HOST_IDENTITY_CHANGED
    assert problem.needs_person
    kept = host_status.compose(replace(SNAPSHOT, status=pinned), NOW)
    assert kept.host_id == pinned.host_id


def test_an_agent_of_another_schema_is_told() -> None:
    assert _ready(host_status.compose(replace(SNAPSHOT, schema_version=2), NOW)) == ("False", "AgentIncompatible")


def test_a_deleted_host_names_the_machines_it_is_kept_for() -> None:
    held = tuple(f"team/vm-{number}" for number in range(8))
    status = host_status.compose(replace(SNAPSHOT, kept_for=held), NOW)
    assert _ready(status) == ("False", "Deleting")
    message = next(one.message for one in status.conditions if one.type == "Ready")
    assert "team/vm-4 and 3 more" in message
    assert "team/vm-5" not in message
    assert host_status.problem(replace(SNAPSHOT, kept_for=held)) is None, "machines can still be removed through it"
