"""The calls in a script, with the keys of what they splat, as far as they can be reached on a version of Windows.

A small interpreter goes through a script in the order in which it runs. It follows the keys of hashtables through assignments and
branches, because the arguments of a call are splatted from them, and leaves out what a guard excludes: a branch that only runs where
`Get-Command` finds a cmdlet, or a cmdlet's parameter, that the version does not have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from tree_sitter import Node
from typing_extensions import override

from unit.agent.source import nodes, text_of

Keys = frozenset[frozenset[str]]
"""The sets of keys that a hashtable can have; each key as it is written."""
Environment = dict[str, Keys | None]
"""Hashtables by the name of their variable in lower case. None: not known."""


class Kind(Enum):
    """What an element of a call is."""

    PARAMETER = "parameter"
    VALUE = "value"
    SPLAT = "splat"


@dataclass(frozen=True)
class Element:
    """An element of a call: `-Name`, a value, or `@name`. Attached: the value follows a colon, `-Name:value`."""

    kind: Kind
    text: str
    attached: bool = False


@dataclass(frozen=True)
class Call:
    """A call of a command."""

    name: str
    """As it is written, with the module's name before it if it has one."""
    elements: tuple[Element, ...]
    line: int
    piped: bool
    """Whether the command gets its input from a pipeline."""
    splats: Mapping[str, Keys | None] = field(default_factory=dict)
    """What each splatted variable can hold."""

    @property
    def command(self) -> str:
        """The name without the module."""
        return self.name.rpartition("\\")[2]

    @property
    def module(self) -> str:
        """The module that the call names, or an empty string."""
        return self.name.rpartition("\\")[0]

    @override
    def __str__(self) -> str:
        """Return the call as a line of text."""
        return " ".join([self.name, *(one.text for one in self.elements)])


Exists = Callable[[str, str], bool]
"""Whether a cmdlet (first), or its parameter (second, if not empty), can exist."""

_EXISTS = re.compile(r"\(?Get-Command\s+(?:-Name\s+)?'?([\w-]+)'?(?:\s+-(?:ErrorAction|EA)\s+\w+)?\)?", re.IGNORECASE)
_HAS = re.compile(
    r"\(Get-Command\s+(?:-Name\s+)?'?([\w-]+)'?[^)]*\)\.Parameters\.ContainsKey\('(\w+)'\)", re.IGNORECASE
)
_LOOPS = frozenset({"while_statement", "for_statement", "foreach_statement", "do_statement"})


class Walk:
    """One walk through a script for one version of Windows."""

    def __init__(
        self, exists: Exists, given: Mapping[tuple[str, str], Keys], returned: Mapping[str, Keys], ends: frozenset[str]
    ) -> None:
        """Prepare a walk.

        `given`: hashtables that a function (first) gets as a parameter (second, in lower case). `returned`: hashtables that functions
        return. `ends`: functions that always throw.
        """
        self._exists = exists
        self._given = given
        self._returned = returned
        self._ends = ends
        self._calls: dict[int, Call] = {}
        self._loops: list[list[Environment]] = []
        self._conditions: dict[str, str] = {}

    def calls(self, root: Node) -> list[Call]:
        """Return the calls of a script that can be reached, in their order."""
        self._go(root, {})
        return [self._calls[start] for start in sorted(self._calls)]

    def _go(self, node: Node, env: Environment | None) -> Environment | None:
        """Walk through a node; return what holds after it, or None if what follows it is not reached."""
        if env is None:
            return None
        handler = _HANDLERS.get(node.type)
        if handler:
            return handler(self, node, env)
        return self._children(node, env)

    def _children(self, node: Node, env: Environment | None) -> Environment | None:
        for child in node.children:
            env = self._go(child, env)
        return env

    def function(self, node: Node, env: Environment) -> Environment:
        """Walk through a function, which has variables of its own."""
        name = next(text_of(child) for child in node.children if child.type == "function_name")
        inside = {parameter: keys for (function, parameter), keys in self._given.items() if function == name}
        loops, self._loops = self._loops, []
        self._children(node, dict(inside))
        self._loops = loops
        return env

    def block(self, node: Node, env: Environment) -> Environment | None:
        """Walk through a script block: it may run or not, and what ends it ends only itself."""
        loops, self._loops = self._loops, []
        after = self._children(node, dict(env))
        self._loops = loops
        return merged(env, after)

    def branch(self, node: Node, env: Environment) -> Environment | None:
        """Walk through the branches of an `if` that can run."""
        out: Environment | None = None
        pending: Environment | None = env
        parts = [node, *(one for group in _of(node, "elseif_clauses") for one in _of(group, "elseif_clause"))]
        for part in parts:
            (condition,), (body,) = _of(part, "pipeline"), _of(part, "statement_block")
            pending = self._go(condition, pending)
            holds = self._holds(text_of(condition))
            if holds is not False and pending is not None:
                out = merged(out, self._go(body, dict(pending)))
            if holds is True:
                pending = None
        for clause in _of(node, "else_clause"):
            pending = self._children(clause, pending)
        return merged(out, pending)

    def switch(self, node: Node, env: Environment) -> Environment | None:
        """Walk through the clauses of a `switch`, of which each may run."""
        self._loops.append([])
        out: Environment | None = dict(env)
        for part in node.children:
            if part.type != "switch_body":
                self._go(part, env)
                continue
            for group in _of(part, "switch_clauses"):
                for clause in group.children:
                    out = merged(out, self._go(clause, dict(env)))
        for left in self._loops.pop():
            out = merged(out, left)
        return out

    def loop(self, node: Node, env: Environment) -> Environment | None:
        """Walk through a loop, which may run never, once or more often."""
        out: Environment | None = dict(env)
        for _ in range(2):
            self._loops.append([])
            after = self._children(node, dict(out)) if out is not None else None
            out = merged(out, after)
            for left in self._loops.pop():
                out = merged(out, left)
        return out

    def attempt(self, node: Node, env: Environment) -> Environment | None:
        """Walk through `try`, its handlers, which run after any part of it, and `finally`."""
        (body,) = _of(node, "statement_block")
        after = self._go(body, dict(env))
        broken = merged(env, after)
        out = after
        for group in _of(node, "catch_clauses"):
            for clause in _of(group, "catch_clause"):
                out = merged(out, self._children(clause, dict(broken or {})))
        for clause in _of(node, "finally_clause"):
            last = self._children(clause, merged(out, broken))
            out = out and last
        return out

    def leave(self, node: Node, env: Environment) -> None:
        """Walk through `return`, `throw`, `break` or `continue`, after which nothing follows."""
        after = self._children(node, env)
        if self._loops and after is not None and re.match(r"(?i)break\b|continue\b", text_of(node)):
            self._loops[-1].append(after)

    def assign(self, node: Node, env: Environment) -> Environment | None:
        """Follow an assignment to a hashtable, or to an entry of one."""
        left, operator, right = node.children[0], text_of(node.children[1]), node.children[-1]
        after = self._go(right, env)
        if after is None:
            return None
        target = _core(left)
        after = dict(after)
        if target.type == "variable":
            name = _variable(target)
            keys = self._keys(right, after)
            after[name] = _joined(after.get(name), keys) if operator == "+=" else keys
            self._conditions[name] = text_of(right)
        elif target.type in ("member_access", "element_access") and target.children[0].type == "variable":
            name = _variable(target.children[0])
            after[name] = _joined(after.get(name), _single(_key_of(target)))
        return after

    def invoke(self, node: Node, env: Environment) -> Environment | None:
        """Follow `$name.Add(...)` and `$name.Remove(...)`."""
        after = self._children(node, env)
        found = re.fullmatch(r"\$(\w+)\.(Add|Remove)\('(\w+)'.*\)", text_of(node), re.IGNORECASE | re.DOTALL)
        if after is None or not found:
            return after
        name, method, key = found[1].lower(), found[2].lower(), found[3]
        before = after.get(name)
        if before is None:
            return after
        changed = _joined(before, _single(key)) if method == "add" else frozenset(_without(one, key) for one in before)
        return {**after, name: changed}

    def command(self, node: Node, env: Environment) -> Environment | None:
        """Record a call."""
        after = self._children(node, env)
        name = command_name(node)
        if name is None or after is None:
            return after
        elements = _elements(node)
        splats = {one.text: env.get(one.text.removeprefix("@").lower()) for one in elements if one.kind is Kind.SPLAT}
        known = self._calls.get(node.start_byte)
        if known:
            splats = {text: _either(known.splats[text], keys) for text, keys in splats.items()}
            self._calls[node.start_byte] = replace(known, splats=splats)
        else:
            piped = (node.parent is not None and _of(node.parent, "command")[:1] != [node]) or _follows_expression(node)
            self._calls[node.start_byte] = Call(name, elements, node.start_point.row + 1, piped, splats)
        return None if name in self._ends else after

    def _keys(self, node: Node, env: Environment) -> Keys | None:
        """Return the keys that an expression's hashtable can have, or None."""
        core = _core(node)
        if core.type == "hash_literal_expression":
            return literal_keys(core)
        if core.type == "variable":
            return env.get(_variable(core))
        if core.type == "cast_expression":
            return self._keys(core.children[-1], env)
        if core.type == "additive_expression" and [text_of(one) for one in core.children[1:2]] == ["+"]:
            one, other = self._keys(core.children[0], env), self._keys(core.children[2], env)
            return _joined(one, other) if one is not None else None
        if core.type == "command":
            return self._returned.get(text_of(core.children[0]))
        if core.type == "if_statement" and _of(core, "else_clause"):
            bodies = [*nodes(core, "statement_block")]
            found = [self._keys(body.children[1].children[-1], env) for body in bodies]
            return None if None in found else frozenset().union(*(one for one in found if one is not None))
        return None

    def _holds(self, condition: str) -> bool | None:
        """Return whether a condition holds on the version, or None if it may."""
        text = _stripped(condition)
        for word, decided in ((" -or ", True), (" -and ", False)):
            parts = _split(text, word)
            if len(parts) > 1:
                answers = [self._holds(part) for part in parts]
                if decided in answers:
                    return decided
                return None if None in answers else not decided
        negated = re.fullmatch(r"(?:-not|!)\s*(.*)", text, re.IGNORECASE | re.DOTALL) or re.fullmatch(
            r"(?s)\$null -eq (.*)", text
        )
        if negated:
            inner = self._holds(negated[1])
            return None if inner is None else not inner
        text = _stripped(re.sub(r"^\$null -ne ", "", text))
        variable = re.fullmatch(r"\$(\w+)", text)
        if variable:
            text = _stripped(self._conditions.get(variable[1].lower(), ""))
        has, exists = _HAS.fullmatch(text), _EXISTS.fullmatch(text)
        if has:
            return None if self._exists(has[1], has[2]) else False
        if exists:
            return None if self._exists(exists[1], "") else False
        return None


_HANDLERS: dict[str, Callable[[Walk, Node, Environment], Environment | None]] = {
    "function_statement": Walk.function, "script_block_expression": Walk.block, "if_statement": Walk.branch,
    "switch_statement": Walk.switch, "try_statement": Walk.attempt, "flow_control_statement": Walk.leave,
    "assignment_expression": Walk.assign, "invokation_expression": Walk.invoke, "command": Walk.command,
    **dict.fromkeys(_LOOPS, Walk.loop),
}  # fmt: skip


def merged(one: Environment | None, other: Environment | None) -> Environment | None:
    """Return what holds after either of two ways through a script."""
    if one is None or other is None:
        return other if one is None else one
    return {name: _either(one[name], other[name]) for name in one.keys() & other.keys()}


def literal_keys(node: Node) -> Keys | None:
    """Return the keys of a hashtable literal, or None if one of them is computed."""
    entries = [entry for body in _of(node, "hash_literal_body") for entry in _of(body, "hash_entry")]
    names = [text_of(entry.children[0]).strip("'\"") for entry in entries]
    return frozenset({frozenset(names)}) if all(re.fullmatch(r"\w+", name) for name in names) else None


def _of(node: Node, kind: str) -> list[Node]:
    return [child for child in node.children if child.type == kind]


def _core(node: Node) -> Node:
    """Return what is inside of nodes with one child, and of parentheses."""
    while True:
        inner = (
            [child for child in node.children if child.is_named]
            if node.type == "parenthesized_expression"
            else node.children
        )
        if len(inner) != 1 or node.type == "hash_literal_expression":
            return node
        node = inner[0]


def _variable(node: Node) -> str:
    return text_of(node).lstrip("$@").lower()


def _key_of(access: Node) -> str | None:
    """Return the key in `$name.Key` or `$name['Key']`, or None if it is computed."""
    key = text_of(access)[len(text_of(access.children[0])) :]
    found = re.fullmatch(r"\.(\w+)|\['(\w+)'\]", key)
    return (found[1] or found[2]) if found else None


def _single(key: str | None) -> Keys | None:
    return None if key is None else frozenset({frozenset({key})})


def _joined(one: Keys | None, other: Keys | None) -> Keys | None:
    """Return the keys of two hashtables together."""
    if one is None or other is None:
        return None
    return frozenset(a | b for a in one for b in other)


def _either(one: Keys | None, other: Keys | None) -> Keys | None:
    return None if one is None or other is None else one | other


def _without(keys: frozenset[str], key: str) -> frozenset[str]:
    return frozenset(one for one in keys if one.lower() != key.lower())


def _follows_expression(node: Node) -> bool:
    """Return whether a command is behind an expression in a pipeline: `$a | Where-Object { ... }`."""
    before = node.prev_sibling
    return before is not None and before.type == "|"


_QUOTED = re.compile(r"""(['"])((?:[\w.-]+\\)?[A-Za-z]+-[A-Za-z]\w*)\1""")


def command_name(command: Node) -> str | None:
    """Return the name of a command, also of `& 'Get-Thing'`, or None if it is computed or the path of a script."""
    for child in command.children:
        if child.type == "command_name":
            return text_of(child)
        if child.type == "command_name_expr":
            quoted = _QUOTED.fullmatch(text_of(child))
            return quoted[2] if quoted else None
    return None


def _elements(command: Node) -> tuple[Element, ...]:
    found: list[Element] = []
    attached, ended = False, True
    for group in _of(command, "command_elements"):
        for child in group.children:
            text = text_of(child)
            if child.type == "command_argument_sep":
                attached, ended = text.strip() == ":", True
            elif not ended and found and found[-1].kind is Kind.VALUE:
                # The grammar splits `$name.Method()`.
                found[-1] = replace(found[-1], text=found[-1].text + text)
            elif child.type == "redirection" or re.match(r"[\d*]?>", text):
                continue
            elif child.type == "command_parameter":
                found.append(Element(Kind.PARAMETER, text))
            elif re.fullmatch(r"@\w+", text):
                found.append(Element(Kind.SPLAT, text))
            else:
                found.append(Element(Kind.VALUE, text, attached))
                ended = False
    return tuple(found)


def _stripped(text: str) -> str:
    """Return a condition without spaces and parentheses around it."""
    text = text.strip()
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closing(text: str) -> int:
    depth = 0
    for index, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return index
    return -1


def _split(text: str, word: str) -> list[str]:
    """Return the parts of a condition between the words that stand outside of parentheses."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(text):
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(character, 0)
        if depth == 0 and text[index : index + len(word)].lower() == word:
            parts.append(text[start:index])
            start = index + len(word)
    return [*parts, text[start:]]
