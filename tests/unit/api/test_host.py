"""A host whose tenant entries cannot be evaluated is refused, with the place and the remedy."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hyperv_operator.api.common import parse_spec
from hyperv_operator.api.host import HyperVHostSpec, Paths

_SPEC: dict[str, Any] = {
    "address": "h.example.com",
    "connection": {"credentialsSecretRef": {"name": "s"}},
    "paths": {"images": "D:\\I", "machines": "D:\\V"},
    "virtualSwitch": "External",
}


def _tenant(**more: Any) -> dict[str, Any]:
    return {**_SPEC, "tenants": [{"namespaceSelector": {}, **more}]}


@pytest.mark.parametrize(
    ("spec", "part"),
    [
        (_tenant(vmNamePattern="[a-z"), "spec.tenants.0.vmNamePattern"),
        (_tenant(vmNamePattern="[a-z"), "no regular expression"),
        (_tenant(vmNamePattern="^(a"), "missing )"),
        (_tenant(vmNamePattern="team-a-"), "begin with ^"),
        (_tenant(vmNamePattern="(?m)^a"), "begin with ^"),
        (_tenant(vmNamePattern="^(?s)a"), "no flags"),
        (_tenant(vmNamePattern="^\\Q(\\E|b"), "no \\Q"),
        (_tenant(vmNamePattern="^a|b"), "alternatives in parentheses"),
        (_tenant(vlans=["4095"]), "no VLAN is above 4094"),
        (_tenant(vlans=["20-10"]), "from the smaller VLAN to the greater"),
    ],
)
def test_a_tenant_entry_that_cannot_be_evaluated_is_refused(spec: dict[str, Any], part: str) -> None:
    problem = parse_spec(HyperVHostSpec, spec)
    assert isinstance(problem, str)
    assert part in problem


@pytest.mark.parametrize("pattern", ["^team-a-", "^(a|b)-", "^(?:a|b)$", "^([a-z0-9]+-?)+$", "^[|]"])
def test_a_good_tenant_entry_is_read(pattern: str) -> None:
    spec = _tenant(vmNamePattern=pattern, vlans=["0", "10-19", "7-7"])
    assert isinstance(parse_spec(HyperVHostSpec, spec), HyperVHostSpec)


@pytest.mark.parametrize(
    ("images", "machines", "good"),
    [
        ("D:\\I", "D:\\V", True),
        ("D:\\VMs", "D:\\VMs2", True),
        ("D:\\VMs2", "D:\\VMs", True),
        ("D:\\VMs\\Images", "D:\\VMs", False),
        ("D:\\Images", "D:\\Images\\VMs", False),
        ("D:\\VMs", "D:\\VMs", False),
        ("D:\\vms\\images", "d:\\VMS", False),
        ("D:\\VMs\\Images", "D:\\VMs\\", False),
        ("D:\\", "D:\\VMs", False),
    ],
)
def test_images_and_machines_are_apart(images: str, machines: str, good: bool) -> None:
    paths = {"images": images, "machines": machines}
    if good:
        assert Paths.model_validate(paths)
    else:
        with pytest.raises(ValidationError, match="have to be apart"):
            Paths.model_validate(paths)
