"""Reading of `job-inputs.yaml`. All mistakes are reported at once, each with its line, its place and a remedy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import ValidationError

from hyperv_operator.errors import SchemaFileError, SchemaProblem
from hyperv_operator.schema import consistency, values
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.schema.problems import FieldError
from hyperv_operator.schema.yaml_source import Fault, Path, Tree, compose, read


def load_schema(text: str, name: str = "job-inputs.yaml") -> JobSchema:
    """Read a schema file; raises `SchemaFileError` with the line, the place and the remedy of each mistake."""
    nodes, fault = compose(text)
    if fault:
        raise _refusal(name, (SchemaProblem(fault.position.line, "", _clause(fault)),))
    document = read(nodes[0]) if nodes else Tree()
    if any(fault.code in _UNREADABLE for fault in document.faults):
        raise _refusal(name, tuple(_fault_problems(document)))
    if not isinstance(document.value, dict):
        text = "the file must be a mapping with version, id, name, description, groups and fields"
        raise _refusal(name, (SchemaProblem(1, "", text),))
    found = list(_fault_problems(document))
    try:
        schema = JobSchema.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        found += [
            SchemaProblem(
                _line(document, item["loc"]), _place(document, item["loc"]), _remedy(item["type"], item["msg"])
            )
            for item in error.errors(include_url=False)
        ]
    else:
        found += [
            SchemaProblem(_line(document, path), _place(document, path), text)
            for path, text in (*consistency.problems(schema), *_self_check(schema))
        ]
        if not found:
            return schema
    raise _refusal(name, tuple(sorted(found, key=lambda problem: problem.line)))


def _fault_problems(document: Tree) -> Iterator[SchemaProblem]:
    for fault in document.faults:
        yield SchemaProblem(fault.position.line, _place(document, fault.path), _clause(fault))


def _clause(fault: Fault) -> str:
    return f"{fault.problem}; {fault.remedy[:1].lower()}{fault.remedy[1:]}"


def _line(document: Tree, path: Path) -> int:
    return document.position(path).line


def _self_check(schema: JobSchema) -> Iterator[tuple[Path, str]]:
    """Validate each default and example against its own field: a form must not offer a value that is refused."""
    for index, definition in enumerate(schema.fields):
        for key, value in (("default", definition.default), ("example", definition.example)):
            wrong = values.check(definition, value, strict=True) if value is not None else None
            if isinstance(wrong, FieldError):
                text = f"the {key} breaks the field's own rules: {wrong.message.removesuffix('.')}; correct it"
                yield ("fields", index, key), text


_UNREADABLE: Final = frozenset(["cycle", "key", "mapping_key", "merge", "not_json", "tag", "too_large"])
"""Faults after which the rest of the file cannot be judged."""
_REMEDIES: Final[Mapping[str, str]] = {
    "extra_forbidden": "unknown key; remove it or correct its spelling",
    "missing": "is missing; add it",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number, without quotes and without a decimal point",
    "string_type": "must be text; put it in quotes",
    "tuple_type": "must be a list",
    "model_type": "must be a mapping",
    "string_pattern_mismatch": "must begin with a lower-case letter and have lower-case letters and digits only "
    "(with single _ between them in ids of fields, - in ids of sets)",
}


def _remedy(kind: str, message: str) -> str:
    return _REMEDIES.get(kind) or message.removeprefix("Value error, ").replace("Input should", "it should")


def _refusal(name: str, problems: tuple[SchemaProblem, ...]) -> SchemaFileError:
    lines = "; ".join(
        f"line {one.line}: {one.place}: {one.message}" if one.place else f"line {one.line}: {one.message}"
        for one in problems
    )
    return SchemaFileError(f"{name} cannot be used: {lines}.", problems)


def _place(document: Tree, loc: Path) -> str:
    """Return a path as text, with the id of a field or set in place of its index."""
    names: list[str] = []
    node = document.value
    for part in loc:
        name = str(part)
        if isinstance(node, dict):
            node = node.get(name)
        elif isinstance(node, list) and isinstance(part, int):
            node = node[part]
            name = str(node.get("id", part)) if isinstance(node, dict) else name
        names.append(name)
    return ".".join(names)
