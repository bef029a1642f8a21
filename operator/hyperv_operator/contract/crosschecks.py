"""Rules between fields, and between fields and the world they are for."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping

from pydantic import JsonValue

from hyperv_operator.contract.os_family import OsFamily
from hyperv_operator.contract.problems import FieldError

NETBIOS_LIMIT = 15
GUEST_DATA_LIMIT = 48_000
"""Bytes of guest data: sealed and in base64 they still fit into about 70 KVP items, of which a call takes 128."""
_SECRET_ALLOWANCE = 600
"""Bytes a secret may take in the guest data, its name and JSON escapes included: its value is not seen here."""


def check(
    fields: Mapping[str, JsonValue], family: OsFamily | None, secrets: int, *, host_has_cluster: bool | None
) -> list[FieldError]:
    """Return what is wrong between the fields of a submission whose single values are in order."""
    return [
        *_subnet(fields),
        *_name(fields, family),
        *_budget(fields, secrets),
        *_cluster(fields, host_has_cluster=host_has_cluster),
    ]


def _subnet(fields: Mapping[str, JsonValue]) -> list[FieldError]:
    address, prefix, gateway = (
        fields.get(name) for name in ("guest_v4_ipaddr", "guest_v4_cidrprefix", "guest_v4_defaultgw")
    )
    if not isinstance(address, str) or not isinstance(prefix, int):
        return []
    network = ipaddress.IPv4Network(f"{address}/{prefix}", strict=False)
    own = ipaddress.IPv4Address(address)
    found = []
    if own in (network.network_address, network.broadcast_address):
        which = "network" if own == network.network_address else "broadcast"
        text = f"guest_v4_ipaddr {address} is the {which} address of {network}; choose an address inside it."
        found.append(FieldError("guest_v4_ipaddr", "not_a_host", text))
    if own.is_loopback or own.is_multicast or own.is_unspecified:
        text = f"guest_v4_ipaddr {address} is no address that a host can have on a network."
        found.append(FieldError("guest_v4_ipaddr", "not_a_host", text))
    if isinstance(gateway, str):
        router = ipaddress.IPv4Address(gateway)
        if router not in network:
            text = f"guest_v4_defaultgw {gateway} is not inside {network}, the network of guest_v4_ipaddr; correct one."
            found.append(FieldError("guest_v4_defaultgw", "outside_subnet", text))
        elif router == own:
            text = "guest_v4_defaultgw is the guest's own address; give the router's."
            found.append(FieldError("guest_v4_defaultgw", "own_address", text))
        elif router in (network.network_address, network.broadcast_address):
            text = f"guest_v4_defaultgw {gateway} is the network or broadcast address of {network}; give the router's."
            found.append(FieldError("guest_v4_defaultgw", "not_a_host", text))
    return found


def _name(fields: Mapping[str, JsonValue], family: OsFamily | None) -> list[FieldError]:
    name = fields.get("vm_name")
    if not isinstance(name, str):
        return []
    if family is OsFamily.WINDOWS and len(name) > NETBIOS_LIMIT:
        text = f"vm_name has {len(name)} characters; a Windows computer name has at most {NETBIOS_LIMIT}."
        return [FieldError("vm_name", "netbios", text)]
    if family is OsFamily.WINDOWS and name.isdigit():
        return [FieldError("vm_name", "netbios", "vm_name has digits only; a Windows computer name needs a letter.")]
    return []


def _budget(fields: Mapping[str, JsonValue], secrets: int) -> list[FieldError]:
    sizes = {
        name: len(json.dumps({name: value}).encode())
        for name, value in fields.items()
        if name.startswith(("guest_", "cnf_"))
    }
    total = sum(sizes.values()) + secrets * _SECRET_ALLOWANCE
    if total <= GUEST_DATA_LIMIT:
        return []
    largest = max(sizes, key=lambda name: sizes[name], default="vm_name")
    text = f"The guest's data takes {total} bytes, {GUEST_DATA_LIMIT} fit; the largest is {largest} ({sizes[largest]})."
    return [FieldError(largest, "kvp_budget", text)]


def _cluster(fields: Mapping[str, JsonValue], *, host_has_cluster: bool | None) -> list[FieldError]:
    if fields.get("vm_clustered") is True and host_has_cluster is False:
        text = (
            "vm_clustered is true, but the host belongs to no failover cluster; set it to false or choose another host."
        )
        return [FieldError("vm_clustered", "no_cluster", text)]
    return []
