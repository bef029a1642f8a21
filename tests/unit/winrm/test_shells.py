"""Which shells were left behind, and which are nobody's to remove."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hyperv_operator.winrm.shells import Claim, Shell, _seconds, is_same_account

LEFT = Shell(
    id="AA", name="hyperv-operator-1", owner="EXAMPLE\\svc", resource_uri="x", state="Connected", idle_seconds=61
)
CLAIM = Claim("EXAMPLE\\svc", frozenset({"BB"}))


@pytest.mark.parametrize(
    ("changes", "covered"),
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
def test_only_what_an_operator_of_this_account_left_alone_is_removed(
    changes: dict[str, str | float], covered: bool
) -> None:
    assert CLAIM.covers(replace(LEFT, **changes)) is covered  # type: ignore[arg-type]


def test_without_an_account_nothing_is_removed() -> None:
    assert not Claim(None, ()).covers(LEFT)


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
def test_accounts_are_compared_in_every_way_of_writing(account: str, same: bool) -> None:
    assert is_same_account("EXAMPLE\\svc", account) is same


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("P1DT2H3M4S", 93_784), ("PT180.500S", 180.5), ("P0DT0H0M0S", 0), ("P2D", 172_800), ("", 0), ("soon", 0)],
)
def test_durations(duration: str, seconds: float) -> None:
    assert _seconds(duration) == seconds
