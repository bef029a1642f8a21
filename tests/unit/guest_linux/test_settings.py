"""The data that the guest accepts: the same keys of SSH as the operator, and no name that breaks the system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hvo_guest import settings
from hvo_guest.codes import StepFailed

CORPUS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "submissions" / "ssh-keys.json").read_text(encoding="utf-8")
)
FIELDS = {"vm_name": "build-01", "guest_la_uid": "operator", "guest_la_pw": "x"}


def _parse(**fields: Any) -> settings.Settings:
    data = {"protocol": 1, "os_family": "linux", "fields": {**FIELDS, **fields}}
    return settings.parse(json.dumps(data).encode())


@pytest.mark.parametrize("form", CORPUS, ids=lambda form: form["name"])
def test_it_accepts_the_keys_that_the_operator_accepts(form: dict[str, Any]) -> None:
    fields = {"cnf_ansible_ssh_user": "ansible", "cnf_ansible_ssh_key": form["text"]}
    if form["valid"]:
        access = _parse(**fields).ssh
        assert access is not None
        assert all("\r" not in key and key == key.strip() and not key.startswith("#") for key in access.keys)
    else:
        with pytest.raises(StepFailed, match="InvalidData"):
            _parse(**fields)


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST"])
def test_localhost_is_no_hostname(name: str) -> None:
    with pytest.raises(StepFailed, match="InvalidData"):
        _parse(vm_name=name)


def test_a_dns_server_that_is_given_twice_is_asked_for_once() -> None:
    network: dict[str, Any] = {
        "guest_v4_ipaddr": "192.168.1.2",
        "guest_v4_defaultgw": "192.168.1.1",
        "guest_v4_cidrprefix": 24,
    }
    for second, servers in (("192.168.1.10", ("192.168.1.10",)), ("192.168.1.11", ("192.168.1.10", "192.168.1.11"))):
        address = _parse(**network, guest_v4_dns1="192.168.1.10", guest_v4_dns2=second).network
        assert address is not None
        assert address.dns == servers
