"""Find every mutant of a module, without those that config.toml excludes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from mutants.config import Config
from mutants.operators import load_operators

ROOT = Path(__file__).resolve().parents[2]
_PACKAGE = ROOT / "operator" / "hyperv_operator"
_ANNOTATION_OPERATORS = ("ReplaceBinaryOperator_",)


@dataclass(frozen=True)
class Mutant:
    """One small fault in one place."""

    module: str
    """Dotted name below hyperv_operator, such as `schema.values`."""
    definition: str
    """Qualified name of the function or class, or `<module>`."""
    operator: str
    occurrence: int
    """The how-manyth place of its module that the operator can change."""
    line: int
    last_line: int
    ordinal: int
    """The how-manyth place of its definition that the operator can change; stable when other definitions change."""

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]

    def is_in(self, patterns: Sequence[str]) -> bool:
        """Return whether a pattern is the name of the mutant's module, or of a package above it."""
        return _is_in(self.module, patterns)

    @property
    def key(self) -> str:
        """Identify the mutant independently of its line."""
        return f"{self.module}:{self.definition}:{self.operator}:{self.ordinal}"


@dataclass(frozen=True)
class Module:
    """A module that is mutated."""

    name: str
    path: Path
    source: str

    @property
    def dotted(self) -> str:
        return f"hyperv_operator.{self.name}"


def find_modules(config: Config, patterns: Sequence[str]) -> list[Module]:
    """Return the modules of the pure packages of which a pattern is the name, or a package above it; all if none is given."""
    found = []
    for package in config.packages:
        path = _PACKAGE / package
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
        for file in files:
            parts = file.relative_to(_PACKAGE).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if not patterns or _is_in(name, patterns):
                found.append(Module(name, file, file.read_text(encoding="utf-8")))
    return found


def _is_in(module: str, patterns: Sequence[str]) -> bool:
    return any(module == pattern or module.startswith(f"{pattern}.") for pattern in patterns)


def find_mutants(module: Module, config: Config) -> list[Mutant]:
    """Return the mutants of a module in the order of its lines."""
    syntax = ast.parse(module.source)
    excluded = _excluded_spans(syntax, config)
    annotations = list(_spans(_annotations(syntax)))
    negated = set(_negated_otherwise(syntax))
    definitions = _definitions(syntax)
    mutants: list[Mutant] = []
    ordinals: dict[tuple[str, str], int] = {}
    tree = get_ast(module.source)
    for name, operator in load_operators(config.cosmic_ray, config.own).items():
        places = (place for node in ast_nodes(tree) for place in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(places):
            definition = definitions.get(start[0], "<module>")
            ordinal = ordinals[definition, name] = ordinals.get((definition, name), -1) + 1
            in_annotation = name.startswith(_ANNOTATION_OPERATORS) and _inside(start, annotations)
            if in_annotation or _inside(start, excluded) or (name == "AddNot" and start in negated):
                continue
            mutants.append(Mutant(module.name, definition, name, occurrence, start[0], end[0], ordinal))
    return sorted(mutants, key=lambda mutant: (mutant.line, mutant.key))


def mutated_source(module: Module, mutant: Mutant, config: Config) -> str | None:
    """Return the module's source with the fault in it, or None if that is no valid Python or changes nothing."""
    operator = load_operators(config.cosmic_ray, config.own)[mutant.operator]
    code: str | None = mutate_code(module.source, operator, mutant.occurrence)
    if code is None or code == module.source:
        return None
    try:
        same = ast.dump(ast.parse(code)) == ast.dump(ast.parse(module.source))
    except SyntaxError:
        return None
    return None if same else code


def changed_lines(before: str, after: str) -> tuple[str, str]:
    """Return the lines that differ, before and after, each joined and without indentation."""
    old, new = before.splitlines(), after.splitlines()
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return " ".join(line.strip() for line in old), " ".join(line.strip() for line in new)


Span = tuple[tuple[int, int], tuple[int, int]]


def _inside(position: tuple[int, int], spans: list[Span]) -> bool:
    return any(start <= position < end for start, end in spans)


def _spans(nodes: Iterator[ast.expr]) -> Iterator[Span]:
    for node in nodes:
        yield (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)


def _annotations(syntax: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(syntax):
        match node:
            case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
                yield annotation
            case ast.FunctionDef(returns=ast.expr() as returns) | ast.AsyncFunctionDef(returns=ast.expr() as returns):
                yield returns
            case _:
                pass


def _excluded_spans(syntax: ast.Module, config: Config) -> list[Span]:
    def nodes() -> Iterator[ast.expr]:
        for node in ast.walk(syntax):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield from (decorator for decorator in node.decorator_list if _name(decorator) in config.decorators)
            if isinstance(node, ast.Call):
                yield from (keyword.value for keyword in node.keywords if keyword.arg in config.keywords)
            if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
                yield node.test

    # A decorator's node begins behind its @.
    return [((line, column - 1), end) for (line, column), end in _spans(nodes())]


def _negated_otherwise(syntax: ast.Module) -> Iterator[tuple[int, int]]:
    """Find the conditions that another operator negates: one comparison, or `not`."""
    for node in ast.walk(syntax):
        if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert):
            single = isinstance(node.test, ast.Compare) and len(node.test.ops) == 1
            if single or (isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)):
                yield node.test.lineno, node.test.col_offset


def _name(node: ast.expr) -> str:
    match node:
        case ast.Call(func=func):
            return _name(func)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _definitions(syntax: ast.Module) -> dict[int, str]:
    """Return the innermost class's or function's qualified name for each line inside one."""
    names: dict[int, str] = {}

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{prefix}{child.name}"
                first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
                names.update(dict.fromkeys(range(first, (child.end_lineno or child.lineno) + 1), name))
                visit(child, f"{name}.")
            else:
                visit(child, prefix)

    visit(syntax, "")
    return names
