"""The agent says what happened and the operator what to do about it: a condition gives advice once.

The texts are the agent's own, read from its scripts; test_texts.py holds the simulator to them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hyperv_operator.core import failures
from hyperv_operator.protocol.records import AgentCode
from hyperv_operator.protocol.rollout import RolloutAnswer, RolloutCode
from hyperv_operator.winrm.rollout import refusal
from unit.agent import messages
from unit.agent.messages import Message
from unit.wording import is_advice, repeated, sentences

FAILURES = messages.failures()
REFUSALS = messages.refusals()


def _name(message: Message) -> str:
    return f"{message.code}-{Path(message.where).stem}"


def test_every_code_has_a_message() -> None:
    assert {one.code for one in FAILURES} == {str(code) for code in AgentCode}


@pytest.mark.parametrize("message", FAILURES, ids=_name)
def test_a_condition_says_nothing_twice(message: Message) -> None:
    assert repeated(failures.explain_code(AgentCode(message.code), message.text)) == []


def test_every_code_of_a_rollout_has_a_message() -> None:
    assert {one.code for one in REFUSALS} == {str(code) for code in RolloutCode}


@pytest.mark.parametrize("message", REFUSALS, ids=_name)
def test_a_condition_says_nothing_of_a_rollout_twice(message: Message) -> None:
    answer = RolloutAnswer(type="rollout", ok=False, code=RolloutCode(message.code), message=message.text)
    assert repeated(failures.explain_error(refusal(answer, "hyperv01.example.com"))) == []


@pytest.mark.parametrize("message", [*FAILURES, *REFUSALS], ids=_name)
def test_the_agent_gives_no_advice(message: Message) -> None:
    clauses = [part for sentence in sentences(message.text) for part in re.split(r"[:;] ", sentence)]
    assert [clause for clause in clauses if is_advice(clause)] == []
