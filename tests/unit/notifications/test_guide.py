"""The guide's examples are what the operator reads and sends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from hyperv_operator.notifications import cloudevent
from hyperv_operator.notifications.targets import Filter, _Item, parse
from unit.notifications.samples import subject

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "guides" / "notifications.md").read_text(encoding="utf-8")


def _block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def _keys(value: Any) -> Any:
    return {key: _keys(one) for key, one in value.items()} if isinstance(value, dict) else type(value)


def test_the_secret_of_the_guide_has_two_targets_without_a_problem() -> None:
    data = {key: text.encode() for key, text in yaml.safe_load(_block("yaml"))["stringData"].items()}
    read = parse(data)
    assert read.problems == ()
    assert [one.name for one in read.targets] == ["tickets", "cmdb"]
    assert read.targets[0].filter == Filter(severities=["Warning"])
    assert read.targets[0].headers == {"Authorization": "Bearer 0123456789"}


def test_every_key_of_a_target_is_in_the_guide() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert named == {field.alias for field in _Item.model_fields.values()}


def test_the_event_of_the_guide_has_the_keys_of_a_real_one() -> None:
    one = subject([17])
    sent = json.loads(cloudevent.body(one, one.transitions[0], str))
    assert _keys(json.loads(_block("json"))) == _keys(sent)
