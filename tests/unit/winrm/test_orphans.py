"""Which shells are orphans, and which must not be removed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hyperv_operator.winrm.orphans import OrphanCriteria, Shell, _seconds, is_same_account

ORPHAN = Shell(
    id="AA", name="hyperv-operator-1", owner="EXAMPLE\\svc", resource_uri="x", state="Connected", idle_seconds=61
)
CRITERIA = OrphanCriteria("EXAMPLE\\svc", frozenset({"BB"}))


@pytest.mark.parametrize(
    ("changes", "is_orphan"),
    [
        ({}, True),
        ({"name": "hyperv-operator-"}, True),
        ({"name": "Hyperv-operator-1"}, False),
        ({"name": "my-hyperv-operator-1"}, False),
        ({"name": "hyperv-operators"}, False),
        ({"name": ""}, False),
        ({"id": "bb"}, False),
        ({"owner": "EXAMPLE\\somebody"}, False),
        ({"owner": "OTHER\\svc"}, False),
        ({"owner": ""}, False),
        ({"idle_seconds": 60.0}, False),
        ({"idle_seconds": 0.0}, False),
        ({"idle_seconds": 0.0, "state": "Disconnected"}, True),
        ({"id": "bb", "state": "Disconnected"}, False),
    ],
)
def test_only_idle_or_disconnected_shells_of_this_account_are_orphans(
    changes: dict[str, str | float], is_orphan: bool
) -> None:
    assert CRITERIA.matches(replace(ORPHAN, **changes)) is is_orphan  # type: ignore[arg-type]


def test_without_an_account_no_shell_is_an_orphan() -> None:
    assert not OrphanCriteria(None, ()).matches(ORPHAN)


@pytest.mark.parametrize(
    ("account", "same"),
    [
        ("EXAMPLE\\svc", True),
        ("example\\SVC", True),
        ("OTHER\\svc", False),
        (".\\svc", True),
        ("svc@example.com", True),
        ("svc@EXAMPLE", True),
        ("svc@other.example", False),
        ("svc", True),
        ("sv", False),
        ("", False),
    ],
)
def test_accounts_are_compared_in_every_spelling(account: str, same: bool) -> None:
    assert is_same_account("EXAMPLE\\svc", account) is same


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("P1DT2H3M4S", 93_784), ("PT180.500S", 180.5), ("P0DT0H0M0S", 0), ("P2D", 172_800), ("", 0), ("soon", 0)],
)
def test_an_xml_duration_in_seconds(duration: str, seconds: float) -> None:
    assert _seconds(duration) == seconds
