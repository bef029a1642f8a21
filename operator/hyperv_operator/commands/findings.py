"""Findings and their output as text, as JSON, or as annotations of GitHub Actions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One error or warning. The attributes have the names of the JSON output."""

    file: str
    line: int
    """Counts from 1, as does `column`."""
    column: int
    document: int
    """Index of the document in its file, from 0."""
    kind: str
    """Empty, as are `namespace` and `name`, if the finding is about a file and not about an object."""
    namespace: str
    name: str
    field: str
    """Path in the object, such as `spec.fields.gb_ram`; empty for the whole object."""
    code: str
    message: str
    severity: Severity = "error"


@dataclass(frozen=True)
class Summary:
    """Counts of what was checked."""

    files: int
    objects: int
    """HyperVMachines and HyperVHosts."""
    skipped: int
    """Documents of other kinds."""
    errors: int
    warnings: int

    def sentence(self) -> str:
        """Return the summary as a sentence."""
        return (
            f"{_count(self.errors, 'error')}, {_count(self.warnings, 'warning')} in {_count(self.objects, 'object')} of "
            f"{_count(self.files, 'file')}; {_count(self.skipped, 'other document')} skipped."
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def tightened(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with each warning as an error."""
    return [replace(one, severity="error") for one in findings]


def render(findings: Sequence[Finding], summary: Summary, form: str) -> str:
    """Return the findings in a format: text, json or github."""
    if form == "json":
        document = {"formatVersion": 1, "summary": asdict(summary), "findings": [asdict(one) for one in findings]}
        return json.dumps(document, indent=2) + "\n"
    line = _annotation if form == "github" else _line
    return "".join(f"{line(one)}\n" for one in findings)


def _line(one: Finding) -> str:
    parts = [f"{one.file}:{one.line}", "warning" if one.severity == "warning" else "", one.field, one.message]
    return _flat(": ".join(part for part in parts if part))


def _annotation(one: Finding) -> str:
    values = {"file": one.file, "line": str(one.line), "col": str(one.column), "title": one.field or one.code}
    properties = ",".join(
        f"{name}={_escaped(text).replace(':', '%3A').replace(',', '%2C')}" for name, text in values.items()
    )
    message = f"{one.field}: {one.message}" if one.field else one.message
    return f"::{one.severity} {properties}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _flat(text: str) -> str:
    """Return text without control characters: a key in a manifest can hold line ends and escape sequences."""
    return "".join(character if character.isprintable() else " " for character in text)
