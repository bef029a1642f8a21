"""The agent says what happened and the operator what to do about it: a condition gives advice once.

The texts are the agent's own, read from its scripts. The simulator of hosts uses the same words.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from hyperv_operator.core import failures
from hyperv_operator.protocol.records import AgentCode
from unit import literals
from unit.agent import messages
from unit.agent.messages import Message
from unit.literals import VALUE
from unit.wording import is_advice, repeated, sentences

FAILURES = messages.failures()
SIMULATOR = Path(__file__).resolve().parents[2] / "hostsim"


def _name(message: Message) -> str:
    return f"{message.code}-{Path(message.where).stem}"


def test_every_code_has_a_message() -> None:
    assert {one.code for one in FAILURES} == {str(code) for code in AgentCode}


@pytest.mark.parametrize("message", FAILURES, ids=_name)
def test_a_condition_says_nothing_twice(message: Message) -> None:
    assert repeated(failures.explain_code(AgentCode(message.code), message.text)) == []


@pytest.mark.parametrize("message", FAILURES, ids=_name)
def test_the_agent_gives_no_advice(message: Message) -> None:
    clauses = [part for sentence in sentences(message.text) for part in re.split(r"[:;] ", sentence)]
    assert [clause for clause in clauses if is_advice(clause)] == []


# --- the simulator ---------------------------------------------------------------------------------------------------


def _simulated() -> list[Message]:
    found: set[Message] = set()
    for path in SIMULATOR.rglob("*.py"):
        for function in literals.functions(path):
            for name, call in function.calls():
                if name in ("Failed", "Pending") and len(call.args) >= 2:
                    code, text = call.args[:2]
                elif name == "outcome" and ast.unparse(call.args[0]) in ("'failed'", "'pending'"):
                    code, text = call.args[1:3]
                else:
                    continue
                codes = [one for one in function.texts(code) if one != VALUE]
                where = f"{path.stem}.{function.node.name}"
                found |= {Message(one, said, where) for one in codes for said in function.texts(text)}
    return sorted(found)


SIMULATED = _simulated()


def test_the_simulator_says_something_with_most_codes() -> None:
    assert len({one.code for one in SIMULATED}) >= 12


@pytest.mark.parametrize("message", SIMULATED, ids=_name)
def test_the_simulator_uses_the_agents_words(message: Message) -> None:
    agents = {one.text for one in [*FAILURES, *messages.pending()] if one.code == message.code}
    patterns = [re.escape(text).replace(VALUE, ".+") for text in agents]
    assert any(re.fullmatch(pattern, message.text) for pattern in patterns), agents
