"""One file defines a field; everything else that shows fields is made from it, and a test tells when that was not done."""

from __future__ import annotations

from pathlib import Path

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


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_what_is_generated_is_fresh(path: Path) -> None:
    """Whoever changes the schema or the models runs `make generate`."""
    assert path.read_text(encoding="utf-8") == _FILES[path]


def test_a_field_that_is_added_to_the_file_is_everywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
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
