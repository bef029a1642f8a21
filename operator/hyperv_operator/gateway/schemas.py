"""The active schema and, from a folder, older versions of it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from hyperv_operator.errors import SchemaFileError
from hyperv_operator.gateway.problems import Problem, SchemaChange
from hyperv_operator.schema.diff import compare
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.settings import released_schemas, schema_path


def active(chosen: Path | None) -> JobSchema:
    """Load the active schema; `SchemaFileError` if it cannot be used."""
    return _load(schema_path(chosen), "HVO_GATEWAY_SCHEMA_FILE")


def older(chosen: Path | None) -> dict[int, JobSchema]:
    """Load the released schemas, or those of another folder, by version; of two with one version, the last by name counts."""
    files = sorted(released_schemas(chosen).glob("*.yaml"))
    return {schema.version: schema for schema in (_load(path, "HVO_GATEWAY_OLDER_SCHEMAS_DIR") for path in files)}


def changes(known: Mapping[int, JobSchema], version: int, schema: JobSchema) -> list[SchemaChange] | None:
    """Return what has changed since a version; None if that version is not known."""
    if version == schema.version:
        return []
    old = known.get(version)
    if old is None:
        return None
    return [
        SchemaChange(place=one.place, compatible=one.compatible, what=one.what, why=one.why)
        for one in compare(old, schema)
    ]


def other_version(known: Mapping[int, JobSchema], version: int, schema: JobSchema) -> Problem:
    """Return the problem of a submission for another version than the active one."""
    text = (
        f"The submission is for version {version} of the schema, and the active one is version {schema.version}. Get the schema "
        f"again, check the values against it, and send them with schema_version {schema.version}."
    )
    found = changes(known, version, schema)
    extensions = {} if found is None else {"changes": [one.model_dump() for one in found]}
    return Problem(
        "schema-version",
        HTTPStatus.PRECONDITION_FAILED,
        text,
        active_version=schema.version,
        **extensions,  # type: ignore[arg-type]
    )


def _load(path: Path, variable: str) -> JobSchema:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SchemaFileError(f"The schema file {path} cannot be read: {error.strerror}. Correct {variable}.") from None
    return load_schema(text, path.name)
