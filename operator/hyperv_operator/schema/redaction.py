"""Redaction of a job's parameters by its schema."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from hyperv_operator.schema.model import JobSchema

REDACTED = "(redacted)"


def redact_job_parameters(schema: JobSchema, parameters: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the parameters with the values of secret and unknown fields redacted.

    An unknown field may be a secret whose name is misspelt.
    """
    known = {field.id for field in schema.fields if not field.is_secret}
    return {name: value if name in known else REDACTED for name, value in parameters.items()}
