"""Reads the texts that Python code builds, without running it."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VALUE = "…"
"""Stands for each value in a text."""


@dataclass(frozen=True)
class Function:
    """A function or method, with the module that it is in."""

    module: ast.Module
    node: ast.FunctionDef | ast.AsyncFunctionDef

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Yield the calls in the function, with the last part of the name that is called."""
        for node in ast.walk(self.node):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func).rpartition(".")[2], node

    def texts(self, node: ast.expr) -> Iterator[str]:
        """Yield what an expression of strings can be; a name is what was assigned to it last before."""
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=parts):
                yield from map("".join, itertools.product(*(list(self.texts(part)) for part in parts)))
            case ast.FormattedValue(value=ast.Name() as name, format_spec=None):
                yield from self.texts(name)
            case ast.IfExp(body=one, orelse=other):
                yield from self.texts(one)
                yield from self.texts(other)
            case ast.Call(func=ast.Attribute(value=inner, attr="strip")):
                yield from (text.strip() for text in self.texts(inner))
            case ast.Name(id=name):
                value = self._assigned(name, node.lineno)
                yield from self.texts(value) if value else [VALUE]
            case _:
                yield VALUE

    def _assigned(self, name: str, line: int) -> ast.expr | None:
        """Return what was assigned to a name last before a line of the function, else at the module's own level."""
        inside = [
            one for one in ast.walk(self.node) if isinstance(one, ast.Assign) and (one.end_lineno or one.lineno) < line
        ]
        outside = [one for one in self.module.body if isinstance(one, ast.Assign)]
        found = [one for one in (*outside, *sorted(inside, key=lambda one: one.lineno)) if _target(one) == name]
        return found[-1].value if found else None


def _target(assignment: ast.Assign) -> str:
    target = assignment.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def functions(path: Path) -> Iterator[Function]:
    """Yield the functions and methods of a file."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    nodes = (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    yield from (Function(module, node) for node in nodes)
