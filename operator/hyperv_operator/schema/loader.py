"""Reading `job-inputs.yaml`: every mistake in it at once, each with its line, its place and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

import yaml
from pydantic import ValidationError

from hyperv_operator.errors import SchemaFileError, SchemaProblem
from hyperv_operator.schema import consistency, values
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.schema.problems import FieldError
from hyperv_operator.schema.yaml_source import Document, NotJson, Path, read_documents


def load_schema(text: str, name: str = "job-inputs.yaml") -> JobSchema:
    """Read a schema file; `SchemaFileError` names every place that is wrong, its line, and what to do about it."""
    try:
        document = next(read_documents(text), None)
    except NotJson as error:
        raise _refusal(name, (SchemaProblem(error.line, "", str(error)),)) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = f"this is no YAML: {error.problem or error.context}; correct the indentation or the quoting"
        raise _refusal(name, (SchemaProblem(mark.line + 1 if mark else 1, "", problem),)) from None
    except yaml.YAMLError:
        text = "this is no YAML: it holds characters that are not allowed there; save it as UTF-8 text"
        raise _refusal(name, (SchemaProblem(1, "", text),)) from None
    if document is None or not isinstance(document.value, dict):
        text = "the file must be a mapping with version, id, name, description, groups and fields"
        raise _refusal(name, (SchemaProblem(1, "", text),))
    found = [
        SchemaProblem(line, _place(document, path), "this key is there twice; remove one")
        for path, line in document.repeated
    ]
    try:
        schema = JobSchema.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        found += [
            SchemaProblem(document.line(item["loc"]), _place(document, item["loc"]), _remedy(item["type"], item["msg"]))
            for item in error.errors(include_url=False)
        ]
    else:
        found += [
            SchemaProblem(document.line(path), _place(document, path), text)
            for path, text in (*consistency.problems(schema), *_self_check(schema))
        ]
        if not found:
            return schema
    raise _refusal(name, tuple(sorted(found, key=lambda problem: problem.line)))


def _self_check(schema: JobSchema) -> Iterator[tuple[Path, str]]:
    """Hold each default and example against its own field: a form that offers a wrong one would be a trap."""
    for index, definition in enumerate(schema.fields):
        for key, value in (("default", definition.default), ("example", definition.example)):
            wrong = values.check(definition, value, strict=True) if value is not None else None
            if isinstance(wrong, FieldError):
                text = f"the {key} breaks the field's own rules: {wrong.message.removesuffix('.')}; correct it"
                yield ("fields", index, key), text


_REMEDIES: Final[Mapping[str, str]] = {
    "extra_forbidden": "there is no such key here; remove it or correct its spelling",
    "missing": "is missing; add it",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number, without quotes",
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


def _place(document: Document, loc: Path) -> str:
    """Name a place by field or set id instead of by index, where there is one."""
    names: list[str] = []
    node = document.value
    for part in loc:
        if isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
            names.append(str(node["id"]) if isinstance(node, dict) and "id" in node else str(part))
        else:
            node = node.get(str(part)) if isinstance(node, dict) else None
            names.append(str(part))
    return ".".join(names)
