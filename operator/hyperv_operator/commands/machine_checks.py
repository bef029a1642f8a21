"""Checks of a single HyperVMachine: its structure, and all rules of the schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from hyperv_operator.api.machine import HyperVMachineSpec
from hyperv_operator.commands.findings import Finding
from hyperv_operator.commands.manifests import Manifest
from hyperv_operator.commands.structure import check_faults, check_object, check_spec, unknown_sentence, without_nulls
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.schema.validation import Accepted, FieldError, validate_job_submission
from hyperv_operator.schema.yaml_source import Path

_FIELDS, _SECRETS = ("spec", "fields"), ("spec", "secretFields")


@dataclass(frozen=True)
class CheckedMachine:
    """A machine and its findings."""

    manifest: Manifest
    findings: tuple[Finding, ...]
    submission: Accepted | None
    """The normalised fields; None if they break a rule of the schema."""

    @property
    def target_host(self) -> str:
        """Name of the host; empty if it is unknown."""
        return _text(self.manifest.spec.get("targetHost"))

    @property
    def vm_name(self) -> str:
        """Name of the VM; empty if it is unknown."""
        fields = self.manifest.spec.get("fields")
        return _text(fields.get("vm_name")) if isinstance(fields, dict) else ""

    @property
    def deletion_policy(self) -> Literal["Delete", "Retain"]:
        """What the machine's deletion does; what cannot be read keeps the VM."""
        return "Delete" if self.manifest.spec.get("deletionPolicy", "Delete") == "Delete" else "Retain"


def _text(value: JsonValue) -> str:
    return value.strip() if isinstance(value, str) else ""


def check_machine(schema: JobSchema, manifest: Manifest, *, host_has_cluster: bool | None) -> CheckedMachine:
    """Check one machine; `host_has_cluster` is None if the files do not include the host."""
    findings = [*check_faults(manifest), *check_object(manifest)]
    _, wrong = check_spec(manifest, HyperVMachineSpec)
    findings += wrong
    version = manifest.spec.get("schemaVersion")
    if isinstance(version, int) and not isinstance(version, bool) and version != schema.version:
        findings.append(
            manifest.finding(
                ("spec", "schemaVersion"),
                "schema_version",
                f"is {version}, but the schema is version {schema.version}, so the fields were not checked. Check them against "
                f"that version and set spec.schemaVersion to {schema.version}.",
            )
        )
        return CheckedMachine(manifest, tuple(findings), None)
    fields, secrets = manifest.spec.get("fields"), manifest.spec.get("secretFields")
    if not isinstance(fields, dict) or not isinstance(secrets, dict | None):
        return CheckedMachine(manifest, tuple(findings), None)
    given = tuple(name for name, reference in (secrets or {}).items() if reference is not None)
    plain = {name: without_nulls(value) for name, value in fields.items() if value is not None}
    result = validate_job_submission(schema, plain, secrets=given, strict=True, host_has_cluster=host_has_cluster)
    if isinstance(result, Accepted):
        findings += [_warning(schema, manifest, text) for text in result.warnings]
    else:
        findings += [_error(schema, manifest, one) for one in result.errors]
    return CheckedMachine(manifest, tuple(findings), result if isinstance(result, Accepted) else None)


def _path(schema: JobSchema, name: str, code: str) -> Path:
    definition = schema.field(name)
    under_secrets = code == "not_secret" or (
        definition is not None and definition.is_secret and code != "secret_inline"
    )
    return (*(_SECRETS if under_secrets else _FIELDS), name)


def _error(schema: JobSchema, manifest: Manifest, error: FieldError) -> Finding:
    message = error.message
    if error.code == "unknown":
        message = unknown_sentence(error.field, [one.id for one in schema.fields])
    return manifest.finding(_path(schema, error.field, error.code), error.code, message)


def _warning(schema: JobSchema, manifest: Manifest, text: str) -> Finding:
    name = text.split(" ", 1)[0]
    return manifest.finding(_path(schema, name, ""), "not_applicable", text, "warning")
