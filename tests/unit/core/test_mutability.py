"""Until when a field can be changed, and what notices a change that came too late."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hyperv_operator.api.machine import HyperVMachineSpec, Sealed
from hyperv_operator.core.mutability import Mutability, changed, fields_of, frozen_values, mutability
from hyperv_operator.core.snapshot import Snapshot
from unit.core.samples import (
    RUN,
    SCHEMA,
    SEALED_ORIGIN,
    SNAPSHOT,
    SPEC,
    configured,
    launched,
    with_spec,
)

SEALED = Sealed(run_id=RUN, kid="k", count=1, secrets={})
OTHER_SECRET = HyperVMachineSpec.model_validate(
    {**SPEC.model_dump(), "secret_fields": {"guest_la_pw": {"secretKeyRef": {"name": "other", "key": "k"}}}}
).secret_fields


def test_every_field_of_the_schema_is_applied_or_frozen() -> None:
    assert fields_of(SCHEMA, Mutability.APPLIED) == ("gb_ram", "cpu_cores")
    assert fields_of(SCHEMA, Mutability.FROZEN_BY_CLAIM) == (
        "vm_name",
        "image_name",
        "os_family",
        "vlan_id",
        "vm_clustered",
    )
    guest = fields_of(SCHEMA, Mutability.FROZEN_BY_SEALING)
    assert all(name.startswith(("guest_", "cnf_")) for name in guest)
    secret = fields_of(SCHEMA, Mutability.FROZEN_BY_GUEST)
    assert secret == tuple(field.id for field in SCHEMA.fields if field.is_secret)
    assert {mutability(field) for field in SCHEMA.fields} == set(Mutability)


def test_a_new_field_that_nothing_applies_is_frozen() -> None:
    novel = SCHEMA.fields[0].model_copy(update={"id": "novel"})
    assert mutability(novel) is Mutability.FROZEN_BY_CLAIM


def test_a_value_is_recorded_as_json_and_a_long_one_as_its_digest() -> None:
    def recorded(value: Any) -> str:
        spec = SPEC.model_copy(update={"fields": {"vlan_id": value}})
        return frozen_values(SCHEMA, spec, [Mutability.FROZEN_BY_CLAIM])["vlan_id"]

    assert (recorded(7), recorded("7"), recorded(True), recorded("ä")) == ("7", '"7"', "true", '"ä"')
    assert recorded("x" * 1_022) == '"' + "x" * 1_022 + '"'
    assert recorded("x" * 1_023).startswith("sha256:")
    assert len(recorded("x" * 5_000)) == 71
    assert recorded("x" * 5_000) != recorded("y" * 5_000)


@pytest.mark.parametrize(
    ("snapshot", "names"),
    [
        (launched(), ()),
        (with_spec(launched(), fields={**SPEC.fields, "vlan_id": 1}), ("vlan_id",)),
        (with_spec(launched(), fields={**SPEC.fields, "vm_name": "b", "image_name": "x"}), ("vm_name", "image_name")),
        (
            with_spec(launched(), fields={key: value for key, value in SPEC.fields.items() if key != "vm_name"}),
            ("vm_name",),
        ),
        (with_spec(launched(), fields={**SPEC.fields, "cpu_cores": 2, "gb_ram": 2}), ()),
        # The guest's fields and the references can still be corrected.
        (with_spec(launched(), fields={**SPEC.fields, "guest_la_uid": "root"}), ()),
        (with_spec(launched(), secret_fields=OTHER_SECRET), ()),
        (with_spec(launched(sealed=SEALED, origin=SEALED_ORIGIN)), ()),
        (
            with_spec(launched(sealed=SEALED, origin=SEALED_ORIGIN), fields={**SPEC.fields, "guest_la_uid": "root"}),
            ("guest_la_uid",),
        ),
        (with_spec(launched(sealed=SEALED, origin=SEALED_ORIGIN), secret_fields=OTHER_SECRET), ()),
        (
            with_spec(configured(sealed=SEALED, origin=SEALED_ORIGIN), secret_fields=OTHER_SECRET),
            ("guest_la_pw",),
        ),
        (with_spec(configured(sealed=SEALED, origin=SEALED_ORIGIN), secret_fields={}), ("guest_la_pw",)),
        # Without a record, nothing is known to have changed.
        (with_spec(SNAPSHOT, fields={**SPEC.fields, "vlan_id": 1}), ()),
        (with_spec(configured(), secret_fields=OTHER_SECRET), ()),
        (replace(launched(), spec="spec.x: wrong"), ()),
    ],
)
def test_a_change_that_came_too_late_is_noticed(snapshot: Snapshot, names: tuple[str, ...]) -> None:
    assert changed(snapshot) == names
