"""Redaction of job parameters: a value is shown only if the schema says that its field is no secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from hyperv_operator.protocol.job import ProvisioningJob, RunJob
from hyperv_operator.schema.model import JobSchema

REDACTED = "(redacted)"
SEALED = "(sealed)"
"""Replaces sealed data, which is of no use to a reader."""


def redacted_job(schema: JobSchema, job: RunJob, clean: Callable[[str], str]) -> str:
    """Return a job as compact JSON for status and logs. `clean` redacts the texts that people have written into other fields."""
    if isinstance(job, ProvisioningJob):
        shown = {
            name: clean(value) if isinstance(value, str) else value
            for name, value in redact_job_parameters(schema, job.fields).items()
        }
        job = job.model_copy(update={"fields": shown, "sealed_data": SEALED if job.sealed_data else None})
    return job.to_json()


def redact_job_parameters(schema: JobSchema, parameters: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the parameters with the values of secret fields and of unknown fields replaced by `REDACTED`.

    An unknown field may be a secret field with a misspelt name.
    """
    known = {field.id for field in schema.fields if not field.is_secret}
    return {name: value if name in known else REDACTED for name, value in parameters.items()}
