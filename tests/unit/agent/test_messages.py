"""The agent says what happened and the operator what to do about it: a condition gives advice once.

The texts are the agent's own, read from its scripts. The simulator of hosts uses the same words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from hyperv_operator.core import failures
from hyperv_operator.protocol.records import AgentCode
from unit.agent import messages
from unit.agent.messages import VALUE, Message
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


def _literal(node: ast.expr, function: ast.AST) -> Iterable[str]:
    """Yield what an expression of strings can be, with a placeholder for each value."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else VALUE for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from _literal(one, function)
            yield from _literal(other, function)
        case ast.Name(id=name):
            assigned = [
                one.value
                for one in ast.walk(function)
                if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and one.targets[0].id == name
            ]
            for value in assigned:
                yield from _literal(value, function)
            if not assigned:
                yield VALUE
        case _:
            yield VALUE


def _simulated() -> list[Message]:
    found: set[Message] = set()
    for path in SIMULATOR.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]:
            for call in [node for node in ast.walk(function) if isinstance(node, ast.Call)]:
                name = call.func.id if isinstance(call.func, ast.Name) else ""
                where = f"{path.stem}.{function.name}"
                if name in ("Failed", "Pending") and len(call.args) >= 2:
                    pairs = [(code, text) for code in _literal(call.args[0], function) for text in _literal(call.args[1], function)]
                elif name == "outcome" and len(call.args) == 3 and ast.unparse(call.args[0]) in ("'failed'", "'pending'"):
                    pairs = [(code, text) for code in _literal(call.args[1], function) for text in _literal(call.args[2], function)]
                else:
                    continue
                found |= {Message(code, text, where) for code, text in pairs if code != VALUE}
    return sorted(found)


SIMULATED = _simulated()


def test_the_simulator_says_something_with_most_codes() -> None:
    assert len({one.code for one in SIMULATED}) >= 12


@pytest.mark.parametrize("message", SIMULATED, ids=_name)
def test_the_simulator_uses_the_agents_words(message: Message) -> None:
    agents = {one.text for one in [*FAILURES, *messages.pending()] if one.code == message.code}
    patterns = [re.escape(text).replace(VALUE, ".+") for text in agents]
    assert any(re.fullmatch(pattern, message.text) for pattern in patterns), agents
