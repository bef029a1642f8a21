"""Tenancy: which machines a host's tenant entries allow."""

from __future__ import annotations

from typing import Any

import pytest

from hyperv_operator.api.host import LabelSelector, Tenant
from hyperv_operator.api.names import Reason
from hyperv_operator.core import tenancy
from hyperv_operator.core.usage import Size, Usage

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
    request = tenancy.Request({**FIELDS, **fields})
    return tenancy.refusal(tenants, LABELS, request, Usage(machines))


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
    assert tenancy.refusal((_tenant(vlans=["0"]),), LABELS, tenancy.Request(untagged), Usage()) is None
    assert tenancy.refusal((_tenant(vlans=["1"]),), LABELS, tenancy.Request(untagged), Usage())


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


# --- bounds ----------------------------------------------------------------------------------------------------------

SMALL, LARGE = Size(2, 4), Size(8, 32)


@pytest.mark.parametrize(
    ("entry", "asked", "held", "others", "reason"),
    [
        ({"maxCpuCores": 4}, Size(4, 1), None, Usage(), None),
        ({"maxCpuCores": 4}, Size(5, 1), None, Usage(), Reason.SIZE_NOT_ALLOWED),
        ({"maxCpuCores": 4}, LARGE, LARGE, Usage(), None),
        ({"maxCpuCores": 4}, Size(7, 32), LARGE, Usage(), None),
        ({"maxCpuCores": 4}, Size(9, 32), LARGE, Usage(), Reason.SIZE_NOT_ALLOWED),
        ({"maxCpuCores": 4}, Size(5, 4), SMALL, Usage(), Reason.SIZE_NOT_ALLOWED),
        ({"maxMemoryGiB": 8}, Size(1, 8), None, Usage(), None),
        ({"maxMemoryGiB": 8}, Size(1, 9), None, Usage(), Reason.SIZE_NOT_ALLOWED),
        ({"maxMemoryGiB": 8}, LARGE, LARGE, Usage(), None),
        ({"maxTotalCpuCores": 10}, Size(4, 1), None, Usage(3, 6, 0), None),
        ({"maxTotalCpuCores": 10}, Size(5, 1), None, Usage(3, 6, 0), Reason.SIZE_QUOTA_EXCEEDED),
        ({"maxTotalCpuCores": 10}, SMALL, SMALL, Usage(3, 20, 0), None),
        ({"maxTotalCpuCores": 10}, Size(1, 4), SMALL, Usage(3, 20, 0), None),
        ({"maxTotalCpuCores": 10}, Size(3, 4), SMALL, Usage(3, 20, 0), Reason.SIZE_QUOTA_EXCEEDED),
        ({"maxTotalMemoryGiB": 16}, Size(1, 10), None, Usage(1, 0, 6), None),
        ({"maxTotalMemoryGiB": 16}, Size(1, 11), None, Usage(1, 0, 6), Reason.SIZE_QUOTA_EXCEEDED),
        ({"maxTotalMemoryGiB": 0}, Size(1, 1), None, Usage(), Reason.SIZE_QUOTA_EXCEEDED),
        ({"maxMachines": 1}, SMALL, SMALL, Usage(5), None),
        ({"maxMachines": 1}, SMALL, None, Usage(1), Reason.MACHINE_QUOTA_EXCEEDED),
    ],
)
def test_a_bound_limits_what_grows(
    entry: dict[str, Any], asked: Size, held: Size | None, others: Usage, reason: Reason | None
) -> None:
    fields = {**FIELDS, "cpu_cores": asked.cpu_cores, "gb_ram": asked.memory_gib}
    refusal = tenancy.refusal((_tenant(**entry),), LABELS, tenancy.Request(fields, held=held), others)
    assert (refusal[0] if refusal else None) is reason


def test_what_a_bound_refuses_is_said_in_numbers() -> None:
    fields = {**FIELDS, "cpu_cores": 5, "gb_ram": 9}
    cases: list[tuple[dict[str, Any], str]] = [
        (
            {"maxCpuCores": 4},
            "spec.fields.cpu_cores is 5; a machine of this namespace may have at most 4 CPU cores here.",
        ),
        (
            {"maxMemoryGiB": 8},
            "spec.fields.gb_ram is 9; a machine of this namespace may have at most 8 GiB of memory here.",
        ),
        (
            {"maxTotalCpuCores": 10},
            "This namespace may have 10 CPU cores on this host in total: its other machines have 6, and this one asks for 5.",
        ),
        (
            {"maxTotalMemoryGiB": 16},
            "This namespace may have 16 GiB of memory on this host in total: its other machines have 10, and this one asks for 9.",
        ),
    ]
    for entry, facts in cases:
        refusal = tenancy.refusal((_tenant(**entry),), LABELS, tenancy.Request(fields), Usage(2, 6, 10))
        assert refusal
        assert refusal[1] == facts


def test_the_image_of_a_vm_that_is_made_is_not_asked_for_but_the_rest_is() -> None:
    made = tenancy.Request(FIELDS, held=SMALL, has_vm=True)
    entry: dict[str, Any]
    assert tenancy.refusal((_tenant(images=["Debian *"]),), LABELS, made, Usage()) is None
    for entry in ({"vlans": ["1"]}, {"vmNamePattern": "^x"}, {"deletionPolicies": ["Retain"]}):
        assert tenancy.refusal((_tenant(**entry),), LABELS, made, Usage()), entry
    assert tenancy.refusal((), LABELS, made, Usage())


# --- what a deletion leaves ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policies", "policy", "allowed"),
    [
        (None, "Retain", True),
        (None, "Delete", True),
        (["Delete"], "Delete", True),
        (["Delete"], "Retain", False),
        (["Retain"], "Delete", False),
        (["Delete", "Retain"], "Retain", True),
    ],
)
def test_an_entry_says_which_deletion_policies_it_allows(policies: Any, policy: Any, *, allowed: bool) -> None:
    tenants = (_tenant(deletionPolicies=policies),)
    asked = tenancy.refusal(tenants, LABELS, tenancy.Request(FIELDS, policy), Usage())
    left = tenancy.policy_refusal(tenants, LABELS, policy)
    assert (asked is None, left is None) == (allowed, allowed)
    if asked and left:
        assert asked == left
        assert asked[0] is Reason.DELETION_POLICY_NOT_ALLOWED
        assert f"deletionPolicy {policy} is not among" in asked[1]
        assert f"use here: {', '.join(policies)}." in asked[1]


def test_a_namespace_without_an_entry_may_release_its_machines_as_it_likes() -> None:
    strict: dict[str, Any] = {"deletionPolicies": ["Delete"], "allowAbandon": False}
    for tenants in ((), (_tenant({"hyperv": "no"}, **strict),)):
        assert tenancy.policy_refusal(tenants, LABELS, "Retain") is None
        assert not tenancy.abandoning_refused(tenants, LABELS)
    assert tenancy.abandoning_refused((_tenant(**strict),), LABELS)
    assert not tenancy.abandoning_refused((_tenant(**strict), _tenant()), LABELS), "one entry that allows it is enough"
    assert tenancy.policy_refusal((_tenant(**strict), _tenant()), LABELS, "Retain") is None
    assert not tenancy.abandoning_refused((_tenant(),), LABELS)


def test_only_images_that_an_entry_allows_are_named() -> None:
    images = ("Debian 13", "Their Secret Image", "Ubuntu 24.04")
    assert tenancy.allowed_images((_tenant(images=["Ubuntu *"]), _tenant(images=["Debian 13"])), LABELS, images) == (
        "Debian 13",
        "Ubuntu 24.04",
    )
    assert tenancy.allowed_images((_tenant(),), LABELS, images) == images
    assert tenancy.allowed_images((_tenant({"hyperv": "no"}),), LABELS, images) == ()


def test_of_several_entries_that_forbid_a_policy_the_last_one_says_what_is_allowed() -> None:
    first, last = _tenant(deletionPolicies=["Delete"], maxMachines=1), _tenant(deletionPolicies=["Delete"])
    refusal = tenancy.policy_refusal((_tenant(deletionPolicies=["Retain"]), first), LABELS, "Delete")
    assert refusal is None, "one entry that allows it is enough"
    assert tenancy._forbids((first, last), LABELS, lambda _: False) is last
