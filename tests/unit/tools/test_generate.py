"""Generated files are fresh: one file defines a field, and everything else that shows fields is generated from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import generate
import pytest
import yaml

from hyperv_operator.protocol.job import ProvisioningJob
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.validation import Accepted, Rejected, validate_job_submission
from submissions import table

_NEW_FIELD = """
  - id: guest_timezone
    label: Time zone
    description: Time zone of the guest.
    hint: A name of the IANA database.
    type: string
    example: Europe/Zurich
    group: guest
    order: 30
    validations: {min_length: 3, max_length: 64, pattern: '^[A-Za-z]+/[A-Za-z_]+$'}
"""


_FILES = generate.files()
_CRDS = sorted((generate.ROOT / "crds").glob("*.yaml"))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_generated_files_are_fresh(path: Path) -> None:
    """Run `make generate` after a change of the schema or the models."""
    assert path.read_text(encoding="utf-8") == _FILES[path]


def _undescribed(node: Mapping[str, Any], place: str) -> Iterator[str]:
    for name, child in node.get("properties", {}).items():
        # The API server describes metadata itself, and refuses a definition that does.
        described = place or name != "metadata"
        if described and not child.get("description", "").endswith((".", ")")):
            yield f"{place}.{name}"
        yield from _undescribed(child, f"{place}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from _undescribed(node[key], f"{place}[]")


@pytest.mark.parametrize("path", _CRDS, ids=lambda path: path.name)
def test_every_property_has_a_description_for_kubectl_explain(path: Path) -> None:
    (version,) = yaml.safe_load(path.read_text(encoding="utf-8"))["spec"]["versions"]
    assert list(_undescribed(version["schema"]["openAPIV3Schema"], "")) == []


def test_a_field_that_is_added_to_the_schema_is_in_every_generated_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = generate.SCHEMA.read_text(encoding="utf-8").replace("\nparameter_sets:", f"{_NEW_FIELD}\nparameter_sets:")
    schema = load_schema(text)
    changed = tmp_path / "job-inputs.yaml"
    changed.write_text(text, encoding="utf-8")
    monkeypatch.setattr(generate, "SCHEMA", changed)
    made = {path.name: text for path, text in generate.files().items()}
    for name in ("hypervmachines.yaml", "fields.md", "hypervmachine.md", "job-inputs.v1.json"):
        assert "guest_timezone" in made[name], name
    properties = yaml.safe_load(made["hypervmachines.yaml"])["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    field = properties["properties"]["spec"]["properties"]["fields"]["properties"]["guest_timezone"]
    assert field["description"] == "Time zone of the guest. A name of the IANA database."

    good = table.bases()["linux"]
    fields = {**good["fields"], "guest_timezone": "Europe/Zurich"}
    accepted = validate_job_submission(schema, fields, secrets=tuple(good["secrets"]), strict=True)
    assert isinstance(accepted, Accepted)
    golden = (generate.ROOT / "Schemas" / "examples" / "jobs" / "provision-first.json").read_text()
    job = ProvisioningJob.model_validate_json(golden).model_copy(update={"fields": accepted.fields})
    assert '"guest_timezone":"Europe/Zurich"' in job.to_json()
    refused = validate_job_submission(
        schema, {**fields, "guest_timezone": "x"}, secrets=tuple(good["secrets"]), strict=True
    )
    assert isinstance(refused, Rejected)
    assert [(error.field, error.code) for error in refused.errors] == [("guest_timezone", "length")]
