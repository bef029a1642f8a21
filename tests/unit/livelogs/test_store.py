"""What the store keeps and what it drops first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hyperv_operator.livelogs.buffers import ENTRY_OVERHEAD, MAX_MILESTONES, RunLimits
from hyperv_operator.livelogs.store import GONE_MACHINES_KEPT, LogStore, StoreLimits
from hyperv_operator.protocol.records import OutcomeKind, StepState
from hyperv_operator.telemetry.redaction import Redactor
from unit.livelogs.samples import OTHER, ROOMY, SOURCE, UID, Clock, end, run, say, step, store, texts


def _kept(logs: LogStore, uid: str = UID, after: int = 0) -> dict[str, list[str]]:
    return {name: texts(buffer.after(after)) for name, buffer in logs.machines[uid].runs.items()}


def _limited(*, lines: int = 1_000, size: int = 100_000, runs: int = 3, memory: int = 100_000_000) -> StoreLimits:
    return StoreLimits(RunLimits(lines, size), runs, memory)


def test_a_run_keeps_its_newest_lines() -> None:
    logs = store(_limited(lines=2))
    say(logs, "a", "b")
    assert _kept(logs) == {"run-1": ["a", "b"]}
    assert logs.machines[UID].runs["run-1"].dropped_through == 0
    say(logs, "c")
    assert _kept(logs) == {"run-1": ["b", "c"]}
    assert logs.machines[UID].runs["run-1"].dropped_through == 1


def test_the_size_of_lines_is_counted_in_bytes() -> None:
    logs = store(_limited(size=6))
    say(logs, "ää", "xy")
    assert _kept(logs) == {"run-1": ["ää", "xy"]}
    say(logs, "z")
    assert _kept(logs) == {"run-1": ["xy", "z"]}


def test_steps_and_outcomes_outlive_lines_and_progress() -> None:
    logs = store(_limited(lines=1))
    step(logs, StepState.STARTED, message="start")
    say(logs, "a")
    step(logs, StepState.PROGRESS, message="half")
    step(logs, StepState.COMPLETED, message="done")
    say(logs, "b")
    end(logs, message="end")
    assert _kept(logs) == {"run-1": ["start", "done", "b", "end"]}


def test_milestones_are_bounded_too() -> None:
    logs = store()
    for number in range(MAX_MILESTONES + 1):
        step(logs, StepState.STARTED, message=str(number))
    assert _kept(logs)["run-1"][0] == "1"
    assert len(_kept(logs)["run-1"]) == MAX_MILESTONES
    assert logs.machines[UID].runs["run-1"].dropped_through == 1


@pytest.mark.parametrize(("after", "expected"), [(0, ["a", "b", "c"]), (1, ["b", "c"]), (2, ["c"]), (3, []), (9, [])])
def test_a_reader_gets_what_comes_after_its_last_entry(after: int, expected: list[str]) -> None:
    logs = store()
    say(logs, "a")
    step(logs, StepState.STARTED, message="b")
    say(logs, "c")
    assert _kept(logs, after=after) == {"run-1": expected}


def test_a_machine_keeps_its_newest_runs() -> None:
    logs = store(_limited(runs=2))
    for number in (1, 2):
        say(logs, "x", source=run(number))
    assert list(_kept(logs)) == ["run-1", "run-2"]
    assert logs.machines[UID].dropped_through == 0
    say(logs, "x", source=run(3))
    assert list(_kept(logs)) == ["run-2", "run-3"]
    assert logs.machines[UID].dropped_through == 1


def test_all_launches_of_a_run_are_one_log_which_belongs_to_the_host_of_the_last_one() -> None:
    clock = Clock()
    logs = store(ROOMY, clock)
    say(logs, "a")
    say(logs, "b", source=replace(SOURCE, attempt=2, host="h2"))
    entries = list(logs.machines[UID].runs["run-1"].after(0))
    assert [one.source.attempt for one in entries if one.source] == [1, 2]
    assert texts(entry for buffer in logs.runs_on("h2") for entry in buffer.after(0)) == ["a", "b"]
    assert list(logs.runs_on("h1")) == []
    logs.machine_gone(UID)
    clock.pass_seconds(GONE_MACHINES_KEPT.total_seconds())
    logs.forget_gone()
    assert logs._by_host == {}


def test_entries_of_one_launch_share_its_description() -> None:
    logs = store()
    say(logs, "a")
    say(logs, "b", source=replace(SOURCE))
    one, two = logs.machines[UID].runs["run-1"].after(0)
    assert one.source is two.source


def test_memory_is_counted_exactly() -> None:
    logs = store(_limited(lines=2, runs=1))
    say(logs, "ä", "bb", "c")
    assert logs.memory == 3 + 2 * ENTRY_OVERHEAD
    say(logs, "x", source=run(2))
    assert logs.memory == 1 + ENTRY_OVERHEAD
    logs.machine_gone(UID)
    logs.forget_gone()
    assert logs.memory == 1 + ENTRY_OVERHEAD
    assert len(list(logs.runs_on("h1"))) == 1


_ENTRY = ENTRY_OVERHEAD + 1


def test_all_runs_together_are_bounded() -> None:
    logs = store(_limited(memory=2 * _ENTRY))
    say(logs, "a")
    say(logs, "b", source=OTHER)
    assert (list(_kept(logs)), list(_kept(logs, OTHER.uid))) == (["run-1"], ["run-9"])
    say(logs, "c", source=OTHER)
    assert (list(_kept(logs)), _kept(logs, OTHER.uid)) == ([], {"run-9": ["b", "c"]})
    assert logs.memory == 2 * _ENTRY


def test_a_run_that_goes_on_is_dropped_after_those_that_have_ended() -> None:
    logs = store(_limited(memory=3 * _ENTRY))
    say(logs, "a")
    end(logs, source=OTHER, message="e")
    say(logs, "b", source=run(3, OTHER))
    assert logs.memory == 3 * _ENTRY
    say(logs, "c", source=run(3, OTHER))
    assert (list(_kept(logs)), list(_kept(logs, OTHER.uid))) == (["run-1"], ["run-3"])


def test_a_machine_that_is_gone_is_dropped_first() -> None:
    logs = store(_limited(memory=2 * _ENTRY))
    end(logs, message="a")
    say(logs, "b", source=OTHER)
    logs.machine_gone(OTHER.uid)
    say(logs, "c", source=run(2))
    assert (list(_kept(logs)), list(_kept(logs, OTHER.uid))) == (["run-1", "run-2"], [])


def test_the_run_that_is_written_is_never_dropped_for_memory() -> None:
    logs = store(_limited(memory=1))
    say(logs, "a", "b")
    assert _kept(logs) == {"run-1": ["a", "b"]}


def test_another_launch_makes_a_run_active_again() -> None:
    logs = store()
    end(logs, OutcomeKind.FAILED)
    buffer = logs.machines[UID].runs["run-1"]
    assert (buffer.active, buffer.completed) == (False, False)
    say(logs, "again")
    assert buffer.active
    end(logs)
    assert (buffer.active, buffer.completed) == (False, True)


def test_the_log_of_a_machine_that_is_gone_is_kept_for_some_minutes() -> None:
    clock = Clock()
    logs = store(ROOMY, clock)
    say(logs, "a")
    logs.machine_gone(UID)
    clock.pass_seconds(GONE_MACHINES_KEPT.total_seconds() - 1)
    logs.forget_gone()
    assert logs.find_gone("team", "web", None) == UID
    clock.pass_seconds(1)
    say(logs, "b", source=OTHER)
    assert (list(logs.machines), logs.memory) == ([OTHER.uid], _ENTRY)


def test_that_a_machine_without_a_log_is_gone_is_known_for_some_minutes() -> None:
    clock = Clock()
    logs = store(ROOMY, clock)
    logs.machine_gone(UID)
    assert logs.is_gone(UID)
    assert not logs.is_gone(OTHER.uid)
    assert logs.find_gone("team", "web", None) is None
    clock.pass_seconds(GONE_MACHINES_KEPT.total_seconds())
    logs.forget_gone()
    assert not logs.is_gone(UID)
    assert logs.machines == {}


def test_a_name_finds_the_newest_machine_that_is_gone_or_the_one_that_is_asked_for() -> None:
    clock = Clock()
    logs = store(ROOMY, clock)
    for uid in ("old", "new", "alive"):
        say(logs, "x", source=replace(SOURCE, uid=uid))
        clock.pass_seconds(1)
        if uid != "alive":
            logs.machine_gone(uid)
    assert logs.find_gone("team", "web", None) == "new"
    assert logs.find_gone("team", "web", "old") == "old"
    assert logs.find_gone("team", "web", "alive") is None
    assert logs.find_gone("other", "web", None) is None
    assert logs.find_gone("team", "other", None) is None


def test_secrets_are_redacted_before_anything_else_is_done_to_a_text() -> None:
    redactor = Redactor()
    redactor.hold(["Tr0ub\x1bador", "Ende" * 20])
    logs = store(ROOMY, redactor=redactor)
    say(logs, "the word is Tr0ub\x1bador", "x" * 4_090 + "Ende" * 20)
    end(logs, OutcomeKind.FAILED, message="password=hunter22")
    found = _kept(logs)["run-1"]
    assert found[0] == "the word is (redacted)"
    assert "Ende" not in found[1]
    assert found[2] == "password=(redacted)"


def test_only_those_who_watch_a_machine_or_its_host_are_woken() -> None:
    logs = store()
    with logs.watching(UID) as machine, logs.watching("host/h1") as host, logs.watching("host/h2") as other:
        say(logs, "a")
        assert (machine.is_set(), host.is_set(), other.is_set()) == (True, True, False)
        machine.clear()
        logs.machine_gone(UID)
        assert machine.is_set()
        logs.wake_all()
        assert other.is_set()
    assert logs._watched == {}


def test_every_process_has_an_epoch_of_its_own() -> None:
    assert store().epoch != store().epoch


def test_a_namespace_with_many_logs_loses_its_own() -> None:
    logs = store(_limited(memory=4 * _ENTRY))
    say(logs, "abc", source=OTHER)
    end(logs, source=OTHER)
    stranger = replace(SOURCE, namespace="hostile", uid="stranger")
    for number in range(9):
        say(logs, "abc", source=run(number, stranger))
    assert OTHER.run in logs.machines[OTHER.uid].runs
    assert "run-8" in logs.machines["stranger"].runs
