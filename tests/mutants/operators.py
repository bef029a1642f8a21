"""The operators that make mutants: those of Cosmic Ray that config.toml names, and a few of our own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import parso
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.operators.provider import OperatorProvider
from parso.tree import BaseNode, Leaf, NodeOrLeaf
from typing_extensions import override

Position = tuple[tuple[int, int], tuple[int, int]]


class _NodeOperator(Operator):  # type: ignore[misc]
    """An operator that mutates a node in at most one way."""

    def applies(self, node: NodeOrLeaf) -> bool:
        raise NotImplementedError

    def change(self, node: NodeOrLeaf) -> None:
        raise NotImplementedError

    @override
    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Position]:
        if self.applies(node):
            yield node.start_pos, node.end_pos

    @override
    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:
        self.change(node)
        return node

    @classmethod
    @override
    def examples(cls) -> Sequence[Example]:
        return ()


class MembershipNegated(_NodeOperator):
    """Exchange `in` and `not in`."""

    @override
    def applies(self, node: NodeOrLeaf) -> bool:
        return node.type == "comparison" and _code(_children(node)[1]) in {"in", "not in"}

    @override
    def change(self, node: NodeOrLeaf) -> None:
        children = _children(node)
        other = "not in" if _code(children[1]) == "in" else "in"
        children[1] = parso.parse(f" {other}")


class FilterNegated(_NodeOperator):
    """Negate the condition of a comprehension."""

    @override
    def applies(self, node: NodeOrLeaf) -> bool:
        return node.type == "comp_if"

    @override
    def change(self, node: NodeOrLeaf) -> None:
        children = _children(node)
        children[1] = parso.parse(f" not ({_code(children[1])})")


class QuantifierSwapped(_NodeOperator):
    """Exchange `any` and `all`, `min` and `max`."""

    SWAPS: ClassVar = {"any": "all", "all": "any", "min": "max", "max": "min"}

    @override
    def applies(self, node: NodeOrLeaf) -> bool:
        if not isinstance(node, Leaf) or node.type != "name" or node.value not in self.SWAPS or node.parent is None:
            return False
        siblings = node.parent.children
        return node.parent.type == "atom_expr" and siblings[0] is node and _code(siblings[1]).startswith("(")

    @override
    def change(self, node: NodeOrLeaf) -> None:
        assert isinstance(node, Leaf)
        node.value = self.SWAPS[node.value]


class CaseDisabled(_NodeOperator):
    """Make a `case` of a `match` statement never match.

    parso has no grammar for `match`: a `case` is an error to it, and the block behind it is read as usual.
    """

    @override
    def applies(self, node: NodeOrLeaf) -> bool:
        if not isinstance(node, Leaf) or node.value != ":" or self._line(node)[0] != "case":
            return False
        return node.type == "error_leaf" or (node.parent is not None and node.parent.type == "error_node")

    @override
    def change(self, node: NodeOrLeaf) -> None:
        assert isinstance(node, Leaf)
        node.value = " and False:" if "if" in self._line(node) else " if False:"

    @staticmethod
    def _line(leaf: Leaf) -> list[str]:
        """Return the leaves of the line up to this one."""
        values: list[str] = []
        before = leaf.get_previous_leaf()
        while before is not None and before.start_pos[0] == leaf.start_pos[0]:
            if before.value.strip():
                values.insert(0, before.value)
            before = before.get_previous_leaf()
        return values or [""]


_OWN = {operator.__name__: operator for operator in (MembershipNegated, FilterNegated, QuantifierSwapped, CaseDisabled)}


def load_operators(cosmic_ray: Sequence[str], own: Sequence[str]) -> dict[str, Operator]:
    """Return the operators by name. A name that does not exist raises KeyError."""
    provider = OperatorProvider()
    return {name: provider[name]() for name in cosmic_ray} | {name: _OWN[name]() for name in own}


def _children(node: NodeOrLeaf) -> list[NodeOrLeaf]:
    assert isinstance(node, BaseNode)
    children: list[NodeOrLeaf] = node.children
    return children


def _code(node: NodeOrLeaf) -> str:
    return " ".join(node.get_code().split())
