"""Which parameters a request may have, and what a wrong one is answered with."""

from __future__ import annotations

import pytest

from hyperv_operator.livelogs.query import LogQuery, parse
from hyperv_operator.livelogs.statuses import StatusError

UID = "aaaaaaaa-8f0b-4a3e-9b86-0d6f6a7a1c11"


def test_without_parameters_the_current_run_is_read_and_not_followed() -> None:
    assert parse([], of_machine=True) == LogQuery(False, None, None, None, None, False, None)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("follow", "true", LogQuery(follow=True)),
        ("follow", "false", LogQuery()),
        ("tailLines", "0", LogQuery(tail_lines=0)),
        ("sinceSeconds", "1000000000", LogQuery(since_seconds=1_000_000_000)),
        ("after", "k3f9ab12-00000042", LogQuery(after=("k3f9ab12", 42))),
        ("run", UID, LogQuery(run=UID)),
        ("previous", "true", LogQuery(previous=True)),
        ("uid", UID, LogQuery(uid=UID)),
    ],
)
def test_each_parameter(name: str, text: str, expected: LogQuery) -> None:
    assert parse([(name, text)], of_machine=True) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("follow", "1"),
        ("follow", ""),
        ("tailLines", "-1"),
        ("tailLines", "1.5"),
        ("tailLines", "٣"),
        ("tailLines", ""),
        ("sinceSeconds", "1000000001"),
        ("sinceSeconds", "9" * 5_000),
        ("after", "42"),
        ("after", "k3f9ab12-42"),
        ("after", "K3F9AB12-00000042"),
        ("run", "run-1"),
        ("run", UID.upper()),
        ("previous", "yes"),
        ("uid", "x"),
    ],
)
def test_an_invalid_value_is_refused_with_the_parameters_name(name: str, text: str) -> None:
    with pytest.raises(StatusError, match=f"^Invalid query: {name} is ") as error:
        parse([(name, text)], of_machine=True)
    assert error.value.code == 400
    assert len(error.value.message) < 300


def test_every_problem_is_named() -> None:
    with pytest.raises(StatusError) as error:
        parse([("container", "x"), ("follow", "x"), ("tailLines", "1"), ("tailLines", "2")], of_machine=True)
    assert error.value.message == (
        "Invalid query: unknown parameter 'container'; follow is neither `true` nor `false`; tailLines is given twice. Known "
        "parameters: follow, tailLines, sinceSeconds, after, run, previous, uid."
    )


def test_an_unknown_name_is_shown_in_part() -> None:
    with pytest.raises(StatusError) as error:
        parse([("x" * 10_000, "")], of_machine=True)
    assert len(error.value.message) < 300


def test_a_run_is_either_named_or_the_previous_one() -> None:
    with pytest.raises(StatusError, match="run and previous exclude each other"):
        parse([("run", UID), ("previous", "true")], of_machine=True)
    assert parse([("run", UID), ("previous", "false")], of_machine=True).run == UID


@pytest.mark.parametrize("name", ["run", "previous", "uid"])
def test_a_hosts_log_has_no_parameters_of_a_machine(name: str) -> None:
    with pytest.raises(StatusError, match=f"unknown parameter '{name}'"):
        parse([(name, UID)], of_machine=False)


def test_a_hosts_log_has_the_other_parameters() -> None:
    query = parse(
        [("follow", "true"), ("tailLines", "1"), ("sinceSeconds", "2"), ("after", "a-00000001")], of_machine=False
    )
    assert query == LogQuery(follow=True, tail_lines=1, since_seconds=2, after=("a", 1))
