"""Tenancy: which machines a host's tenant entries allow."""

from __future__ import annotations

from typing import Any

import pytest

from hyperv_operator.api.host import LabelSelector, Tenant
from hyperv_operator.api.names import Reason
from hyperv_operator.core import tenancy

LABELS = {"hyperv": "allowed", "team": "a"}
FIELDS: dict[str, Any] = {"image_name": "Ubuntu 24.04", "vm_name": "team-a-web", "vlan_id": 12}


def _selector(**raw: Any) -> LabelSelector:
    return LabelSelector.model_validate(raw)


def _expression(operator: str, key: str = "team", *values: str) -> LabelSelector:
    return _selector(matchExpressions=[{"key": key, "operator": operator, "values": list(values)}])


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        (_selector(), True),
        (_selector(matchLabels={"hyperv": "allowed"}), True),
        (_selector(matchLabels={"hyperv": "allowed", "team": "b"}), False),
        (_selector(matchLabels={"absent": "x"}), False),
        (_expression("In", "team", "a", "b"), True),
        (_expression("In", "team", "b"), False),
        (_expression("In", "absent", "b"), False),
        (_expression("NotIn", "team", "b"), True),
        (_expression("NotIn", "team", "a"), False),
        (_expression("NotIn", "absent", "a"), True),
        (_expression("Exists"), True),
        (_expression("Exists", "absent"), False),
        (_expression("DoesNotExist"), False),
        (_expression("DoesNotExist", "absent"), True),
        (
            _selector(
                matchExpressions=[
                    {"key": "team", "operator": "Exists"},
                    {"key": "hyperv", "operator": "In", "values": ["no"]},
                ]
            ),
            False,
        ),
        (_selector(matchLabels={"team": "a"}, matchExpressions=[{"key": "absent", "operator": "Exists"}]), False),
    ],
)
def test_selectors_match_as_in_kubernetes(selector: LabelSelector, *, matches: bool) -> None:
    assert tenancy.selects(selector, LABELS) is matches


@pytest.mark.parametrize(
    ("ranges", "vlan", "allowed"),
    [
        (("0",), 0, True),
        (("0",), 1, False),
        (("10-19",), 9, False),
        (("10-19",), 10, True),
        (("10-19",), 19, True),
        (("10-19",), 20, False),
        (("1", "10-19"), 15, True),
        ((), 0, False),
    ],
)
def test_vlan_ranges_include_both_ends(ranges: tuple[str, ...], vlan: int, *, allowed: bool) -> None:
    assert tenancy.vlan_allowed(ranges, vlan) is allowed


def _tenant(labels: dict[str, str] | None = None, **entry: Any) -> Tenant:
    selector = {"matchLabels": {"hyperv": "allowed"} if labels is None else labels}
    return Tenant.model_validate({"namespaceSelector": selector, **entry})


def _refusal(*tenants: Tenant, machines: int = 0, **fields: Any) -> tuple[Reason, str] | None:
    return tenancy.refusal(tenants, LABELS, {**FIELDS, **fields}, machines)


@pytest.mark.parametrize(
    ("entry", "fields", "machines", "reason"),
    [
        ({}, {}, 99, None),
        ({"images": ["Ubuntu *"]}, {}, 0, None),
        ({"images": ["Debian *", "Ubuntu *"]}, {}, 0, None),
        ({"images": ["ubuntu *"]}, {}, 0, Reason.IMAGE_NOT_ALLOWED),
        ({"images": []}, {}, 0, Reason.IMAGE_NOT_ALLOWED),
        ({"images": ["Ubuntu 2[4].04"]}, {}, 0, Reason.IMAGE_NOT_ALLOWED),
        ({"images": ["Ubuntu ?4.04"]}, {}, 0, Reason.IMAGE_NOT_ALLOWED),
        ({"vlans": ["12"]}, {}, 0, None),
        ({"vlans": ["13"]}, {}, 0, Reason.VLAN_NOT_ALLOWED),
        ({"vlans": ["0"]}, {"vlan_id": None}, 0, None),
        ({"vlans": ["1"]}, {"vlan_id": None}, 0, Reason.VLAN_NOT_ALLOWED),
        ({"vmNamePattern": "^team-a-"}, {}, 0, None),
        ({"vmNamePattern": "^team-b-"}, {}, 0, Reason.NAME_NOT_ALLOWED),
        ({"vmNamePattern": "^am-a-"}, {}, 0, Reason.NAME_NOT_ALLOWED),
        ({"vmNamePattern": "^team-a-$"}, {}, 0, Reason.NAME_NOT_ALLOWED),
        ({"vmNamePattern": "^team-a-web$"}, {}, 0, None),
        ({"vmNamePattern": "^team-a-web$"}, {"vm_name": "team-a-web\n"}, 0, Reason.NAME_NOT_ALLOWED),
        ({"maxMachines": 2}, {}, 1, None),
        ({"maxMachines": 2}, {}, 2, Reason.MACHINE_QUOTA_EXCEEDED),
        ({"maxMachines": 2}, {}, 3, Reason.MACHINE_QUOTA_EXCEEDED),
    ],
)
def test_an_entry_allows_what_all_its_lists_allow(
    entry: dict[str, Any], fields: dict[str, Any], machines: int, reason: Reason | None
) -> None:
    refusal = _refusal(_tenant(**entry), machines=machines, **fields)
    assert (refusal[0] if refusal else None) is reason


def test_a_namespace_that_no_entry_selects_is_not_served() -> None:
    for tenants in ((), (_tenant({"hyperv": "no"}),)):
        refusal = _refusal(*tenants)
        assert refusal
        assert refusal[0] is Reason.NAMESPACE_NOT_ALLOWED


def test_one_entry_that_allows_the_machine_is_enough_and_the_last_one_gives_the_reason() -> None:
    no_image, no_vlan = _tenant(images=["Debian *"]), _tenant(vlans=["1"])
    assert _refusal(no_image, _tenant()) is None
    assert _refusal(_tenant(), no_image) is None
    last = _refusal(no_image, no_vlan)
    assert last
    assert last[0] is Reason.VLAN_NOT_ALLOWED


def test_a_machine_without_a_vlan_is_untagged() -> None:
    untagged = {name: value for name, value in FIELDS.items() if name != "vlan_id"}
    assert tenancy.refusal((_tenant(vlans=["0"]),), LABELS, untagged, 0) is None
    assert tenancy.refusal((_tenant(vlans=["1"]),), LABELS, untagged, 0)


def test_refusals_name_the_value_and_what_is_allowed() -> None:
    cases: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"images": ["Debian *", "SUSE *"]}, ("'Ubuntu 24.04'", "Debian *, SUSE *")),
        ({"vlans": ["1", "3-4"]}, ("vlan_id 12", "1, 3-4")),
        ({"vmNamePattern": "^x"}, ("'team-a-web'", "^x")),
    ]
    for entry, words in cases:
        refusal = _refusal(_tenant(**entry))
        assert refusal
        assert all(word in refusal[1] for word in words)
    full = _refusal(_tenant(maxMachines=2), machines=2)
    assert full
    assert "2 of at most 2 machines" in full[1]
