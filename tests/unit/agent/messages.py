"""The messages of the agent's failures, read from its scripts: fixed words, with `…` for each value."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tree_sitter import Node

from hyperv_operator.protocol.records import AgentCode
from unit.agent.source import HOST, ROLLOUT, commands, name_of, nodes, parse, scripts, text_of
from unit.literals import VALUE

STOP, SUSPEND, STEP, CONVERT = "Stop-HvoLaunch", "Suspend-HvoLaunch", "Invoke-HvoStep", "ConvertTo-HvoFailure"
REFUSE, CONVERT_REFUSAL = "Stop-HvoRollout", "ConvertTo-HvoRefusal"
_SPECIAL = {"`n": " ", "`t": " ", "``": "`", '`"': '"', "`$": "$"}


class Message(NamedTuple):
    """What the agent says with one code or pending reason, and where."""

    code: str
    text: str
    where: str


def failures() -> list[Message]:
    """Return the messages that go with a code, in every form that a script gives them."""
    found = [*_of(HOST, STOP, "-Code"), *_converted(HOST, CONVERT), *_of_language(HOST / "Get-HostInventory.ps1")]
    return [*found, *(one for one in _of(HOST, SUSPEND, "-Reason") if one.code == AgentCode.HOST_BUSY)]


def refusals() -> list[Message]:
    """Return the messages of the operations of a rollout that fail."""
    own = _of_language(ROLLOUT / "Invoke-HvoRollout.ps1")
    return [*_of(ROLLOUT, REFUSE, "-Code"), *_converted(ROLLOUT, CONVERT_REFUSAL), *own]


def _of_language(path: Path) -> list[Message]:
    """Return what a script says in constrained language, in which it calls no function."""
    return [Message("ConstrainedLanguage", text, name_of(path)) for text in _assigned("$message", path)]


def _of(folder: Path, command: str, kind: str) -> Iterable[Message]:
    for path in scripts(folder):
        for node in nodes(parse(path), "command"):
            parts = _arguments(node)
            if text_of(node).startswith(command) and kind in parts and "-Message" in parts:
                for text in _texts(parts["-Message"], path):
                    yield Message(text_of(parts[kind]), text, name_of(path))


def _arguments(command: Node) -> dict[str, Node]:
    """Return the arguments of a command by their parameters."""
    elements = next((child for child in command.children if child.type == "command_elements"), None)
    found: dict[str, Node] = {}
    name = ""
    for child in elements.children if elements else ():
        if child.type == "command_parameter":
            name = text_of(child)
        elif child.type != "command_argument_sep" and name:
            found.setdefault(name, child)
    return found


def _texts(node: Node, path: Path) -> list[str]:
    """Return what an expression of strings can be."""
    if node.type == "verbatim_string_characters":
        return [_without_format(text_of(node)[1:-1].replace("''", "'"))]
    if node.type == "expandable_string_literal":
        return _expanded(node, path)
    if node.type == "variable":
        return _assigned(text_of(node), path)
    if node.type in ("sub_expression", "member_access", "element_access"):
        return [VALUE]
    if node.type == "format_expression" and any(
        child.type == "format_operator" or text_of(child) == "-f" for child in node.children
    ):
        return _texts(node.children[0], path)
    parts = [_texts(child, path) for child in node.children]
    return ["".join(one) for one in itertools.product(*(part for part in parts if part != [""]))] or [""]


def _without_format(text: str) -> str:
    return re.sub(r"\{\d+\}", VALUE, text)


def _expanded(node: Node, path: Path) -> list[str]:
    whole, start = node.text or b"", node.start_byte
    parts: list[list[str]] = []
    position = 1
    for child in node.children:
        parts.append([_unescaped(whole[position : child.start_byte - start])])
        parts.append(_texts(child, path) if child.type == "variable" else [VALUE])
        position = child.end_byte - start
    parts.append([_unescaped(whole[position:-1])])
    return ["".join(one) for one in itertools.product(*parts)]


def _unescaped(text: bytes) -> str:
    return re.sub("`.", lambda match: _SPECIAL.get(match[0], match[0][1]), text.decode())


def _assigned(variable: str, path: Path) -> list[str]:
    """Return the texts that a script assigns to a variable; a variable that holds no text is a value."""
    found: list[str] = []
    for node in nodes(parse(path), "assignment_expression"):
        if text_of(node.children[0]).strip() != variable:
            continue
        right = node.children[-1]
        if not re.match(r"\s*\(?\s*['\"]", text_of(right)):
            if not text_of(right).strip().startswith("$null"):
                return [VALUE]
            continue
        found += _texts(right, path)
    return found or [VALUE]


def _converted(folder: Path, function: str) -> Iterable[Message]:
    """Errors that are not the agent's own: denied, disk full, or the code of the step that failed."""
    (path,) = folder.rglob(f"{function}.ps1")
    code = ""
    steps = {
        one[index + 1]
        for script in scripts(folder)
        for one in commands(parse(script))
        if one[0] == STEP
        for index, part in enumerate(one)
        if part == "-FailureCode"
    }
    for node in nodes(parse(path), "assignment_expression"):
        name, right = text_of(node.children[0]).strip(), node.children[-1]
        if name == "$code":
            code = text_of(right).strip().strip("'")
        if name == "$text" and code:
            codes = {str(AgentCode.INTERNAL), *steps} if code.startswith("$") else {code}
            yield from (Message(one, text, name_of(path)) for one in sorted(codes) for text in _texts(right, path))
