"""A job is shown without the values of secret fields, of unknown fields, and of sealed data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from hyperv_operator.protocol.job import (
    DesiredVm,
    HostOptions,
    HostPaths,
    MachineRef,
    ProvisioningJob,
    RemovalJob,
    RunJob,
    RunRef,
    SchemaRef,
    UpdateJob,
)
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.redaction import redact_job_parameters, redacted_job

SCHEMA = load_schema((Path(__file__).resolve().parents[3] / "Schemas" / "job-inputs.yaml").read_text())
HOST = HostOptions(
    paths=HostPaths(agent="C:\\a", images="C:\\i", machines="C:\\m"), virtual_switch="External", clone="Copy"
)
RUN = RunRef(id="r", machine_uid="u", cluster_uid="c", generation=1, attempt=1, deadline_seconds=1, wait_seconds=1)


def _provisioning(fields: dict[str, JsonValue], sealed_data: str | None = None) -> dict[str, Any]:
    job = ProvisioningJob(
        schema_ref=SchemaRef(id="vm-provisioning", version=1),
        host=HOST,
        run=RUN,
        fields=fields,
        sealed_data=sealed_data,
    )
    shown: dict[str, Any] = json.loads(redacted_job(SCHEMA, job, str))
    return shown


@pytest.mark.parametrize("name", sorted(SCHEMA.secret_ids))
def test_a_secret_field_is_redacted(name: str) -> None:
    assert _provisioning({name: "Canary-1", "vm_name": "web"})["fields"] == {name: "(redacted)", "vm_name": "web"}


@pytest.mark.parametrize("name", ["guest_la_pwd", "Guest_la_pw", "gb_ram ", ""])
@pytest.mark.parametrize("value", ["Canary-1", 5, None, ["Canary-1"], {"value": "Canary-1"}])
def test_a_field_that_the_schema_does_not_know_is_redacted(name: str, value: JsonValue) -> None:
    assert _provisioning({name: value, "gb_ram": 4})["fields"] == {name: "(redacted)", "gb_ram": 4}


def test_all_other_fields_are_shown() -> None:
    fields: dict[str, JsonValue] = {name: "x" for name in SCHEMA.by_id if name not in SCHEMA.secret_ids}
    assert redact_job_parameters(SCHEMA, fields) == fields


def test_sealed_data_is_replaced_and_the_rest_of_the_job_is_there() -> None:
    shown = _provisioning({"vm_name": "web"}, sealed_data="ey.Canary")
    assert shown["sealed_data"] == "(sealed)"
    assert shown["run"]["machine_uid"] == "u"
    assert _provisioning({"vm_name": "web"})["sealed_data"] is None


@pytest.mark.parametrize(
    "job",
    [
        RemovalJob(
            schema_ref=SchemaRef(id="vm-removal", version=1), host=HOST, run=RUN, machine=MachineRef(vm_id=None)
        ),
        UpdateJob(
            schema_ref=SchemaRef(id="vm-update", version=1),
            host=HOST,
            run=RUN,
            machine=MachineRef(vm_id=None),
            desired=DesiredVm(gb_ram=4),
        ),
    ],
)
def test_jobs_without_parameters_are_shown_whole(job: RunJob) -> None:
    assert redacted_job(SCHEMA, job, str) == job.to_json()
