"""Statuses and specs: a damaged status stops nothing, what is unset is not sent, and errors show no value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hyperv_operator.api.common import Condition, parse_spec
from hyperv_operator.api.inventory import HyperVHostInventoryStatus
from hyperv_operator.api.machine import HyperVMachineSpec, HyperVMachineStatus

GUID = "0f1e2d3c-1111-4222-8333-944455556666"
TIME = datetime(2026, 1, 1, tzinfo=UTC)


def _condition(kind: str) -> Condition:
    return Condition(type=kind, status="True", reason="Ready", last_transition_time=TIME)


def test_a_condition_is_found_by_its_type() -> None:
    status = HyperVMachineStatus(conditions=(_condition("Ready"), _condition("Synced")))
    assert status.condition("Synced") == status.conditions[1]
    assert status.condition("Stalled") is None


@pytest.mark.parametrize("raw", [None, [], "x", 5])
def test_what_is_no_status_is_an_empty_one(raw: Any) -> None:
    assert HyperVMachineStatus.parse(raw) == HyperVMachineStatus()


@pytest.mark.parametrize(
    "damaged",
    [
        {"run": {"id": "x"}},
        {"run": 5, "claim": "x", "history": {}, "conditions": [{}]},
        {"observedGeneration": -2, "addresses": 1},
    ],
)
def test_a_part_that_cannot_be_read_is_dropped_and_the_rest_is_kept(damaged: dict[str, Any]) -> None:
    assert HyperVMachineStatus.parse({"vmId": GUID, **damaged}) == HyperVMachineStatus(vm_id=GUID)


def test_unset_and_empty_values_are_not_sent() -> None:
    assert HyperVMachineStatus(vm_id=GUID, addresses=()).to_json() == {"vmId": GUID}
    assert HyperVMachineStatus(observed_generation=0).to_json() == {"observedGeneration": 0}


def test_a_status_is_sent_in_camel_case_with_times_in_rfc_3339() -> None:
    sent = HyperVMachineStatus(conditions=(_condition("Ready"),)).to_json()
    assert sent["conditions"] == [
        {
            "type": "Ready",
            "status": "True",
            "reason": "Ready",
            "message": "",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }
    ]


def test_an_inventory_is_sent_with_its_empty_lists_and_without_unset_values() -> None:
    assert HyperVHostInventoryStatus().to_json() == {
        "machines": [],
        "truncated": False,
        "images": [],
        "placeholders": [],
    }
    assert HyperVHostInventoryStatus(observed_at=TIME).to_json()["observedAt"] == "2026-01-01T00:00:00Z"


def test_a_spec_that_cannot_be_read_names_each_path_and_no_value() -> None:
    problem = parse_spec(
        HyperVMachineSpec,
        {"schemaVersion": "canary", "targetHost": "h", "fields": {}, "secretFields": {"guest_la_pw": "canary"}},
    )
    assert isinstance(problem, str)
    assert problem.startswith("spec.schemaVersion: ")
    assert "; spec.secretFields.guest_la_pw: " in problem
    assert "canary" not in problem


def test_a_spec_in_order_is_read() -> None:
    spec = parse_spec(HyperVMachineSpec, {"schemaVersion": 1, "targetHost": "h", "fields": {"gb_ram": 8}})
    assert isinstance(spec, HyperVMachineSpec)
    assert spec.fields == {"gb_ram": 8}
