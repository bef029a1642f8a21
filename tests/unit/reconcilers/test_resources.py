"""What is read of a resource, whatever else of it cannot be read."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from hyperv_operator.api.names import ABANDON_ANNOTATION
from hyperv_operator.reconcilers.resources import HostResource, MachineResource

SPEC: Any = {
    "schemaVersion": 1,
    "targetHost": "a",
    "fields": {"vm_name": "web"},
}
CLAIM = {"runId": "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10", "attempt": 1, "operator": "me"}


def _machine(spec: Any = None, **status: Any) -> MachineResource:
    return MachineResource.parse({"metadata": {"uid": "1"}, "spec": SPEC if spec is None else spec, "status": status})


@pytest.mark.parametrize(
    ("spec", "retains"),
    [
        (SPEC, False),
        ({**SPEC, "deletionPolicy": "Delete"}, False),
        ({**SPEC, "deletionPolicy": "Retain"}, True),
        ({**SPEC, "deletionPolicy": "Archive"}, True),
        ({**SPEC, "deletionPolicy": None}, True),
        ({"deletionPolicy": "Retain"}, True),
        ({"deletionPolicy": "Delete"}, False),
        ({"deletionPolicy": "Retain", "schemaVersion": "new", "novel": [1]}, True),
        ({}, False),
        ("spec", True),
        ([], True),
    ],
)
def test_a_vm_is_deleted_only_by_a_policy_that_is_known_to_say_so(spec: Any, *, retains: bool) -> None:
    assert _machine(spec).retains is retains


def test_a_machine_without_a_spec_keeps_its_vm() -> None:
    assert MachineResource.parse({"metadata": {"uid": "1"}}).retains


def test_the_target_and_the_name_are_read_from_a_spec_that_cannot_be_read() -> None:
    machine = _machine({"targetHost": "a", "fields": {"vm_name": "web"}, "schemaVersion": "x"})
    assert isinstance(machine.spec, str)
    assert (machine.target_host, machine.vm_name) == ("a", "web")


def test_a_key_of_a_newer_definition_keeps_no_spec_from_being_read() -> None:
    assert not isinstance(_machine({**SPEC, "novel": {"deep": 1}}).spec, str)


@pytest.mark.parametrize(
    ("status", "hosts"),
    [
        ({}, []),
        ({"host": "b"}, []),
        ({"claim": CLAIM}, ["a"]),
        ({"claim": CLAIM, "host": "b"}, ["a", "b"]),
    ],
)
def test_a_machine_may_be_where_it_was_launched_and_where_its_vm_was_last(
    status: dict[str, Any], hosts: list[str]
) -> None:
    machine = _machine(**status)
    assert [host for host in ("a", "b", "c") if machine.may_be_on(host)] == hosts


def test_the_older_of_two_objects_precedes_and_uids_decide_within_a_second() -> None:
    def meta(uid: str, second: int) -> Any:
        body: Any = {"metadata": {"name": uid, "uid": uid, "creationTimestamp": f"2026-01-01T00:00:0{second}Z"}}
        return HostResource.parse(body).meta

    assert meta("z", 1).precedence < meta("a", 2).precedence
    assert meta("a", 1).precedence < meta("b", 1).precedence


def test_what_is_kept_of_a_machine_does_not_grow_with_its_annotations() -> None:
    def kept(size: int) -> int:
        many = {f"example.com/{number}": "x" * size for number in range(10)}
        annotations = {ABANDON_ANNOTATION: "x" * size, **many}
        body: Any = {"metadata": {"uid": "1", "annotations": annotations}, "spec": SPEC, "status": {}}
        return len(pickle.dumps(MachineResource.parse(body)))

    assert kept(20_000) == kept(200)
