"""The guides name reasons, codes, files and commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hyperv_operator.api.names import Reason

ROOT = Path(__file__).parents[3]
GUIDES = ROOT / "docs" / "guides"
OURS = [
    "prepare-host",
    "prepare-windows-image",
    "prepare-linux-image",
    "networking",
    "domain-join",
    "troubleshooting",
    "least-privilege",
]
_WELL = {
    *(Reason.READY, Reason.ACCEPTED, Reason.PROVISIONED, Reason.GUEST_CONFIGURED, Reason.IN_SYNC, Reason.IDLE),
    *(Reason.AS_EXPECTED, Reason.NOT_YET, Reason.PENDING, Reason.QUEUED, Reason.RUNNING, Reason.RETRYING),
    *(Reason.WAITING_FOR_GUEST_KEY, Reason.WAITING_FOR_GUEST, Reason.DELETING, Reason.PAUSED, Reason.HOST_CORDONED),
    *(Reason.WAITING_FOR_INVENTORY, Reason.WAITING_FOR_SECRET, Reason.CALL_CANCELLED),
}
"""Reasons that need no troubleshooting."""


def guide(name: str) -> str:
    return (GUIDES / f"{name}.md").read_text()


def test_the_troubleshooting_guide_has_every_reason_that_needs_it() -> None:
    text = guide("troubleshooting")
    assert [reason for reason in Reason if reason not in _WELL and f"`{reason}`" not in text] == []


@pytest.mark.parametrize("name", OURS)
def test_names_after_the_word_reason_are_reasons(name: str) -> None:
    named = re.findall(r"reason `(\w+)`", guide(name))
    assert [word for word in named if word not in set(Reason)] == []


@pytest.mark.parametrize("name", OURS)
def test_reasons_and_codes_in_tables_exist(name: str) -> None:
    rows = [row for row in guide(name).splitlines() if row.startswith("| `")]
    codes = (ROOT / "docs" / "reference" / "agent-protocol.md").read_text() + guide("prepare-windows-image")
    first = [word for row in rows for word in re.findall(r"`([A-Z][A-Za-z]+)`", row.split("|")[1])]
    assert [word for word in first if word not in set(Reason) and word not in codes] == []


@pytest.mark.parametrize("name", OURS)
def test_named_scripts_exist_and_have_the_parameters_of_the_guide(name: str) -> None:
    calls = re.findall(r"([\w-]*(?:Hvo|Windows)\w+\.ps1)((?: -\w+(?: '[^']*'| [^\s'`-][^\s`]*)?)*)", guide(name))
    for script, given in calls:
        found = list((ROOT / "agent").rglob(script))
        assert found, script
        text = found[0].read_text()
        for parameter in re.findall(r" -(\w+)", given):
            assert f"${parameter}" in text or parameter == "WhatIf", (script, parameter)


@pytest.mark.parametrize("name", OURS)
def test_link_targets_exist(name: str) -> None:
    for target, anchor in re.findall(r"\]\(([\w./-]+\.md)?(#[\w-]+)?\)", guide(name)):
        path = (GUIDES / target) if target else GUIDES / f"{name}.md"
        text = path.read_text()
        anchors = {_anchor(line) for line in text.splitlines() if line.startswith("#")}
        assert not anchor or anchor[1:] in anchors, (name, target, anchor)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lstrip("# ").lower()).replace(" ", "-")
