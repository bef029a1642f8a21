"""Jobs as the agent gets them, and the plaintext that is sealed for the guest."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from pydantic import ValidationError

from hyperv_operator.protocol.job import (
    DesiredVm,
    HostOptions,
    HostPaths,
    InventoryJob,
    MachineRef,
    ProvisioningJob,
    RemovalJob,
    RunRef,
    SchemaRef,
    UpdateJob,
    guest_plaintext,
    is_guest_field,
)

HOST = HostOptions(
    paths=HostPaths(agent="C:\\A", images="C:\\I", machines="C:\\M"), virtual_switch="External", clone="Copy"
)
RUN = RunRef(
    id="run", machine_uid="u", cluster_uid="c", generation=1, attempt=1, deadline_seconds=60, wait_seconds=10
)  # fmt: skip


def _provisioning(**changes: Any) -> ProvisioningJob:
    reference = SchemaRef(id="vm-provisioning", version=1)
    return ProvisioningJob(schema_ref=reference, host=HOST, run=RUN, fields={"vm_name": "é"}, **changes)


@pytest.mark.parametrize("version", [0, -1])
def test_schemas_are_numbered_from_one(version: int) -> None:
    assert SchemaRef(id="vm-removal", version=1)
    with pytest.raises(ValidationError):
        SchemaRef(id="vm-removal", version=version)


def test_a_job_goes_to_the_agent_as_base64_of_compact_json_in_utf_8() -> None:
    text = base64.b64decode(_provisioning().encode()).decode("utf-8")
    assert '"vm_name":"é"' in text
    assert text == _provisioning().to_json()


def test_the_agent_finds_the_schema_under_the_key_schema() -> None:
    assert json.loads(_provisioning().to_json())["schema"] == {"id": "vm-provisioning", "version": 1}


def test_a_job_is_read_back_from_what_is_sent() -> None:
    job = _provisioning(sealed_data="x")
    assert ProvisioningJob.model_validate_json(job.to_json()) == job


def test_other_jobs_carry_what_they_are_for() -> None:
    machine = MachineRef(vm_id=None)
    removal = RemovalJob(schema_ref=SchemaRef(id="vm-removal", version=1), host=HOST, run=RUN, machine=machine)
    update = UpdateJob(
        schema_ref=SchemaRef(id="vm-update", version=1), host=HOST, run=RUN, machine=machine, desired=DesiredVm()
    )
    assert json.loads(removal.to_json())["machine"] == {"vm_id": None, "vm_name": None}
    assert json.loads(update.to_json())["desired"] == {"cpu_cores": None, "gb_ram": None, "power_state": None}
    inventory = InventoryJob(schema_ref=SchemaRef(id="host-inventory", version=1), host=HOST, cluster_uid="c")
    assert json.loads(inventory.to_json())["cluster_uid"] == "c"


@pytest.mark.parametrize(
    ("name", "for_guest"),
    [
        ("vm_name", True),
        ("guest_la_uid", True),
        ("cnf_ansible_ssh_user", True),
        ("vm_clustered", False),
        ("gb_ram", False),
        ("my_guest_x", False),
    ],
)
def test_the_guest_gets_its_name_and_what_begins_with_guest_or_cnf(name: str, for_guest: bool) -> None:
    assert is_guest_field(name) is for_guest


def test_the_plaintext_is_compact_json_of_protocol_1_with_secrets_among_the_fields() -> None:
    plaintext = guest_plaintext("linux", {"vm_name": "é", "gb_ram": 8}, {"guest_la_pw": "p"})
    expected = '{"protocol":1,"os_family":"linux","fields":{"vm_name":"é","guest_la_pw":"p"}}'
    assert plaintext == expected.encode("utf-8")
