"""The event mapping: one Event for each transition between two statuses, none where nothing changed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from hyperv_operator.api.common import Condition
from hyperv_operator.api.host import HyperVHostStatus, Preflight, PreflightRow
from hyperv_operator.api.machine import HyperVMachineStatus, PastRun, Run
from hyperv_operator.core.events import StatusEvent, between, between_hosts
from unit.core.samples import NOW, RUN, UID


def _condition(kind: str, status: str, reason: str) -> Condition:
    return Condition.model_validate(
        {"type": kind, "status": status, "reason": reason, "message": f"About {reason}.", "lastTransitionTime": NOW}
    )


def _status(*conditions: tuple[str, str, str], run: Run | None = None, **more: Any) -> HyperVMachineStatus:
    return HyperVMachineStatus(conditions=tuple(_condition(*one) for one in conditions), run=run, **more)


def _names(events: tuple[StatusEvent, ...]) -> list[tuple[str, str, bool]]:
    return [(one.reason.value, one.message, one.warning) for one in events]


ACCEPTED, REFUSED = ("Accepted", "True", "Accepted"), ("Accepted", "False", "InvalidFields")
REFUSED_AGAIN = ("Accepted", "False", "SecretNotFound")


@pytest.mark.parametrize(
    ("old", "new", "events"),
    [
        ((), (ACCEPTED,), [("Accepted", "About Accepted.", False)]),
        ((ACCEPTED,), (ACCEPTED,), []),
        ((), (REFUSED,), [("Rejected", "InvalidFields: About InvalidFields.", True)]),
        ((REFUSED,), (REFUSED,), []),
        ((REFUSED,), (REFUSED_AGAIN,), [("Rejected", "SecretNotFound: About SecretNotFound.", True)]),
        ((ACCEPTED,), (REFUSED,), [("Rejected", "InvalidFields: About InvalidFields.", True)]),
        ((REFUSED,), (ACCEPTED,), [("Accepted", "About Accepted.", False)]),
        ((ACCEPTED,), (), []),
    ],
)
def test_acceptance_and_each_new_reason_to_refuse_are_events(old: Any, new: Any, events: Any) -> None:
    assert _names(between(_status(*old), _status(*new))) == events


@pytest.mark.parametrize(
    ("reason", "event", "warning"),
    [
        ("Queued", "Queued", False),
        ("Retrying", "Retrying", True),
        ("WaitingForGuestKey", "WaitingForGuest", False),
        ("WaitingForGuest", "GuestDataPublished", False),
        ("Running", None, False),
        ("HostUnreachable", None, False),
    ],
)
def test_some_reasons_of_ready_are_an_event_when_they_appear(reason: str, event: str | None, *, warning: bool) -> None:
    before, after = _status(("Ready", "Unknown", "Pending")), _status(("Ready", "Unknown", reason))
    told = [(event, f"About {reason}.", warning)] if event else []
    assert _names(between(before, after)) == told
    assert _names(between(HyperVMachineStatus(), after)) == told
    assert between(after, after) == ()


@pytest.mark.parametrize(
    ("kind", "words"), [("provision", "Provisioning"), ("update", "An update"), ("remove", "Removal")]
)
def test_each_run_is_an_event_when_it_starts(kind: Any, words: str) -> None:
    run = Run(id=RUN, kind=kind, attempt=1, started_at=NOW)
    told = [("RunStarted", f"{words} has started as run {RUN}.", False)]
    assert _names(between(_status(), _status(run=run))) == told
    assert _names(between(_status(run=run.model_copy(update={"id": UID})), _status(run=run))) == told
    later = run.model_copy(update={"attempt": 2})
    assert between(_status(run=run), _status(run=later)) == (), "another launch of the same run"


@pytest.mark.parametrize("kind", ["Provisioned", "GuestConfigured"])
def test_milestones_are_events_when_they_are_reached(kind: str) -> None:
    reached, open_ = (kind, "True", kind), (kind, "Unknown", "NotYet")
    assert _names(between(_status(open_), _status(reached))) == [(kind, f"About {kind}.", False)]
    assert between(_status(reached), _status(reached)) == ()
    assert between(_status(reached), _status(open_)) == ()


STARTED = Run(id=RUN, attempt=2, started_at=NOW)


def _ended(outcome: str, run: Run = STARTED) -> Run:
    return run.model_copy(update={"finished_at": NOW + timedelta(seconds=9), "outcome": outcome})


def test_a_failed_launch_is_an_event_with_what_history_says_of_it() -> None:
    lines = tuple(
        PastRun(id=RUN, attempt=attempt, finished_at=NOW, outcome="x", message=f"Attempt {attempt}.")
        for attempt in (3, 2)
    )
    after = _status(run=_ended("failed: CopyFailed"), history=lines)
    assert _names(between(_status(run=STARTED), after)) == [("RunFailed", "failed: CopyFailed. Attempt 2.", True)]
    assert between(after, after) == ()
    bare = _status(run=_ended("failed: CopyFailed"))
    assert _names(between(_status(run=STARTED), bare)) == [("RunFailed", "failed: CopyFailed.", True)]


@pytest.mark.parametrize(
    ("attempt", "outcome", "told"),
    [(1, "failed: CopyFailed", 0), (1, "failed: StartFailed", 1), (2, "failed: CopyFailed", 1)],
)
def test_a_launch_that_fails_as_the_one_before_it_is_no_event_again(attempt: int, outcome: str, told: int) -> None:
    run = _ended("failed: CopyFailed", STARTED.model_copy(update={"attempt": 3}))
    past = [(3, "failed: CopyFailed"), (3 - attempt, outcome)]
    lines = tuple(PastRun(id=RUN, attempt=number, finished_at=NOW, outcome=words) for number, words in past)
    assert len(between(_status(run=STARTED), _status(run=run, history=lines))) == told


@pytest.mark.parametrize("outcome", ["completed: Provisioned", "pending: WaitingForGuest"])
def test_a_launch_that_did_not_fail_is_no_event_of_its_own(outcome: str) -> None:
    assert between(_status(run=STARTED), _status(run=_ended(outcome))) == ()


def _update(desired: dict[str, Any] | None, outcome: str | None, kind: str = "update") -> HyperVMachineStatus:
    definition = json.dumps({"desired": desired}) if desired is not None else None
    run = Run.model_validate({"id": RUN, "kind": kind, "attempt": 2, "startedAt": NOW, "definition": definition})
    return _status(run=_ended(outcome, run) if outcome else run)


@pytest.mark.parametrize(
    ("desired", "events"),
    [
        ({"cpu_cores": 4, "gb_ram": None, "power_state": None}, {"Resized": "The VM now has 4 CPU cores."}),
        ({"gb_ram": 8}, {"Resized": "The VM now has 8 GB of memory."}),
        (
            {"cpu_cores": 4, "gb_ram": 8, "power_state": "Off"},
            {"Resized": "The VM now has 4 CPU cores and 8 GB of memory.", "PowerStateChanged": "The VM is now Off."},
        ),
        ({"cpu_cores": None, "gb_ram": None, "power_state": "Off"}, {"PowerStateChanged": "The VM is now Off."}),
        ({}, {}),
        (None, {}),
    ],
)
def test_an_update_says_what_it_changed(desired: dict[str, Any] | None, events: dict[str, str]) -> None:
    before, after = _update(desired, None), _update(desired, "completed: Updated")
    assert {one.reason.value: one.message for one in between(before, after)} == events
    assert not any(one.warning for one in between(before, after))
    assert between(after, after) == ()


@pytest.mark.parametrize(
    ("kind", "outcome"), [("update", "pending: HostBusy"), ("provision", "completed: Provisioned")]
)
def test_only_an_update_that_completed_has_changed_anything(kind: str, outcome: str) -> None:
    assert between(_update({"cpu_cores": 4}, None, kind), _update({"cpu_cores": 4}, outcome, kind)) == ()


@pytest.mark.parametrize(
    ("old", "new", "event"),
    [
        (("Synced", "True", "InSync"), ("Synced", "False", "OutOfSync"), True),
        (("Synced", "True", "InSync"), ("Synced", "False", "VMMissing"), True),
        (("Synced", "False", "OutOfSync"), ("Synced", "False", "VMMissing"), True),
        (("Synced", "False", "OutOfSync"), ("Synced", "False", "OutOfSync"), False),
        (("Synced", "False", "OutOfSync"), ("Synced", "True", "InSync"), False),
        (("Synced", "True", "InSync"), ("Synced", "Unknown", "HostUnreachable"), False),
    ],
)
def test_drift_is_an_event_when_it_appears(old: Any, new: Any, *, event: bool) -> None:
    told = [("DriftDetected", f"About {new[2]}.", True)] if event else []
    assert _names(between(_status(old), _status(new))) == told


def test_several_transitions_of_one_write_are_several_events() -> None:
    after = _status(ACCEPTED, ("Ready", "Unknown", "Queued"), ("Synced", "False", "OutOfSync"), run=STARTED)
    assert [one.reason.value for one in between(_status(), after)] == [
        "Accepted",
        "RunStarted",
        "Queued",
        "DriftDetected",
    ]


# --- hosts -----------------------------------------------------------------------------------------------------------

REACHABLE, UNREACHABLE = ("Ready", "True", "Ready"), ("Ready", "False", "HostUnreachable")
UNTRUSTED, UNKNOWN = ("Ready", "False", "TlsUntrusted"), ("Ready", "Unknown", "WaitingForInventory")


@pytest.mark.parametrize(
    ("old", "new", "events"),
    [
        ((), (), []),
        ((), (REACHABLE,), [("HostReachable", "About Ready.", False)]),
        ((REACHABLE,), (REACHABLE,), []),
        ((UNREACHABLE,), (REACHABLE,), [("HostReachable", "About Ready.", False)]),
        ((REACHABLE,), (UNREACHABLE,), [("HostProblem", "HostUnreachable: About HostUnreachable.", True)]),
        ((UNREACHABLE,), (UNTRUSTED,), [("HostProblem", "TlsUntrusted: About TlsUntrusted.", True)]),
        ((UNREACHABLE,), (UNREACHABLE,), []),
        ((UNREACHABLE,), (("Ready", "True", "HostUnreachable"),), [("HostReachable", "About HostUnreachable.", False)]),
        ((), (UNKNOWN,), []),
        ((REACHABLE,), (), []),
        ((), (("Reachable", "False", "HostUnreachable"),), []),
    ],
)
def test_a_host_that_can_be_used_and_each_new_reason_why_it_cannot_are_events(old: Any, new: Any, events: Any) -> None:
    before, after = (HyperVHostStatus(conditions=tuple(_condition(*one) for one in each)) for each in (old, new))
    assert _names(between_hosts(before, after)) == events


@pytest.mark.parametrize(("before", "after", "warning"), [(0, 1, True), (1, 0, False)])
def test_rows_of_the_preflight_that_begin_or_cease_to_matter_are_an_event(
    before: int, after: int, *, warning: bool
) -> None:
    row = PreflightRow(id="VirtualSwitch", subject="External", state="blocking")

    def status(count: int) -> HyperVHostStatus:
        found = Preflight(checked_at=NOW, generation=1, agent_digest="a", rows=(row,) * count)
        return HyperVHostStatus(preflight=found)

    (event,) = between_hosts(status(before), status(after))
    assert (event.reason, event.warning) == ("PreflightChanged", warning)
    assert "VirtualSwitch External (blocking)" in event.message
    assert between_hosts(status(after), status(after)) == ()
