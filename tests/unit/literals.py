"""Reads the texts that Python code builds, without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

VALUE = "…"
"""Stands for each value in a text."""


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions and methods of a module."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(function: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls in a function, with the last part of the name that is called."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2], node


def texts(node: ast.expr, function: ast.AST) -> Iterator[str]:
    """Yield what an expression of strings can be; a name is what the function assigned to it last before."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else VALUE for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one, function)
            yield from texts(other, function)
        case ast.Call(func=ast.Attribute(value=inner, attr="strip")):
            yield from (text.strip() for text in texts(inner, function))
        case ast.Name(id=name):
            assigned = [
                one
                for one in ast.walk(function)
                if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == name and one.lineno < node.lineno
            ]
            last = max(assigned, key=lambda one: one.lineno, default=None)
            if last is None:
                yield VALUE
            else:
                yield from texts(last.value, function)
        case _:
            yield VALUE
