"""Rules between fields, and between fields and their host; and those about one field that its limits cannot express.

The custom resources repeat the rules that CEL can express: `tools/crd_rules.py` renders them from the limits and messages here.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Collection, Mapping
from typing import Final

from pydantic import JsonValue

from hyperv_operator.api import expressions
from hyperv_operator.protocol.job import guest_plaintext, is_guest_field
from hyperv_operator.schema import reserved_names, ssh_keys
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.schema.os_family import OsFamily
from hyperv_operator.schema.problems import FieldError

NETBIOS_LIMIT: Final = 15
ACCOUNT_LIMITS: Final = {OsFamily.WINDOWS: 20, OsFamily.LINUX: 32}
"""Maximum characters of a local account's name, in SAM and in useradd."""
GUEST_DATA_LIMIT: Final = 48_000
"""Bytes of guest data. Sealed and in base64, they fit into about 70 KVP items, of which one call takes 128."""
_BYTES_PER_CHARACTER: Final = 4
"""The longest UTF-8 sequence. JSON's escapes of quotes and backslashes take two bytes."""
FIRST_OCTETS: Final = range(1, 224)
"""First octets of addresses that a machine can have: 0 is no network, from 224 on are multicast and reserved ones."""
LOOPBACK_OCTET: Final = 127
_STATIC_ADDRESS: Final = ("guest_v4_ipaddr", "guest_v4_cidrprefix")

NETBIOS: Final = f"vm_name is longer than the {NETBIOS_LIMIT} characters of a Windows computer name; shorten it."
DIGITS_ONLY: Final = "vm_name has digits only; give it at least one letter, as the guest takes it as its hostname."
OWN_ADDRESS: Final = "guest_v4_defaultgw is the guest's own address; give the router's."
SAME_AS_COMPUTER: Final = (
    "guest_la_uid is the same as vm_name; Windows has no local account with its computer's name, so change one of them."
)
SSH_KEY: Final = "cnf_ansible_ssh_key"
NO_SSH_KEY: Final = f"{SSH_KEY} has no public key in OpenSSH's format; give the content of the .pub file, such as ssh-ed25519 AAAA... name."


def check(
    schema: JobSchema,
    fields: Mapping[str, JsonValue],
    family: OsFamily | None,
    secrets: Collection[str],
    *,
    host_has_cluster: bool | None,
) -> list[FieldError]:
    """Return the errors between fields. `fields` holds the fields that are valid on their own."""
    return [
        *_subnet(fields),
        *_servers(fields),
        *_name(fields, family),
        *_account(fields, family),
        *_reserved(fields, family),
        *_ssh_keys(fields),
        *_budget(schema, fields, family, secrets),
        *_cluster(fields, host_has_cluster=host_has_cluster),
    ]


def _is_usable(address: str) -> bool:
    return ipaddress.IPv4Address(address).packed[0] in FIRST_OCTETS


def unusable_message(name: str, address: str) -> str:
    """Return the message for an address that no machine can have."""
    return f"{name} {address} is no address that a machine can have on a network; correct it."


def not_a_host_message(name: str, address: str) -> str:
    """Return the message for the network's own or its broadcast address."""
    return (
        f"{name} {address} is the network or the broadcast address of its network; choose an address between the two."
    )


def outside_message(gateway: str, address: str) -> str:
    """Return the message for a gateway on another network."""
    return (
        f"guest_v4_defaultgw {gateway} is not inside the network that guest_v4_ipaddr {address} and guest_v4_cidrprefix make; "
        "correct one of the three."
    )


def account_message(family: OsFamily) -> str:
    """Return the message for an account name that is too long."""
    return f"guest_la_uid is longer than the {ACCOUNT_LIMITS[family]} characters of a local account of {family.value}; shorten it."


def _subnet(fields: Mapping[str, JsonValue]) -> list[FieldError]:
    address, prefix, gateway = (
        fields.get(name) for name in ("guest_v4_ipaddr", "guest_v4_cidrprefix", "guest_v4_defaultgw")
    )
    if not isinstance(address, str):
        return []
    own = ipaddress.IPv4Address(address)
    if not _is_usable(address) or own.packed[0] == LOOPBACK_OCTET:
        return [FieldError("guest_v4_ipaddr", "not_a_host", unusable_message("guest_v4_ipaddr", address))]
    if not isinstance(prefix, int):
        return []
    network = ipaddress.IPv4Network(f"{address}/{prefix}", strict=False)
    ends = (network.network_address, network.broadcast_address)
    found = []
    if own in ends:
        text = not_a_host_message("guest_v4_ipaddr", address)
        found.append(FieldError("guest_v4_ipaddr", "not_a_host", text, ("guest_v4_cidrprefix",)))
    if isinstance(gateway, str):
        router = ipaddress.IPv4Address(gateway)
        if router not in network:
            text = outside_message(gateway, address)
            found.append(FieldError("guest_v4_defaultgw", "outside_subnet", text, _STATIC_ADDRESS))
        elif router == own:
            found.append(FieldError("guest_v4_defaultgw", "own_address", OWN_ADDRESS, ("guest_v4_ipaddr",)))
        elif router in ends:
            text = not_a_host_message("guest_v4_defaultgw", gateway)
            found.append(FieldError("guest_v4_defaultgw", "not_a_host", text, _STATIC_ADDRESS))
    return found


def _servers(fields: Mapping[str, JsonValue]) -> list[FieldError]:
    """Check the DNS servers. Loopback is allowed, as a guest may run its own resolver."""
    found = []
    for name in ("guest_v4_dns1", "guest_v4_dns2"):
        address = fields.get(name)
        if isinstance(address, str) and not _is_usable(address):
            found.append(FieldError(name, "not_a_host", unusable_message(name, address)))
    return found


def _name(fields: Mapping[str, JsonValue], family: OsFamily | None) -> list[FieldError]:
    name = fields.get("vm_name")
    if not isinstance(name, str):
        return []
    if family is OsFamily.WINDOWS and len(name) > NETBIOS_LIMIT:
        return [FieldError("vm_name", "netbios", NETBIOS)]
    # Windows refuses such a computer name, and resolvers read such a hostname as an address.
    if name.isascii() and name.isdigit():
        return [FieldError("vm_name", "digits_only", DIGITS_ONLY)]
    return []


def _account(fields: Mapping[str, JsonValue], family: OsFamily | None) -> list[FieldError]:
    account, name = fields.get("guest_la_uid"), fields.get("vm_name")
    if not isinstance(account, str) or family is None:
        return []
    if len(account) > ACCOUNT_LIMITS[family]:
        return [FieldError("guest_la_uid", "account_length", account_message(family))]
    if family is OsFamily.WINDOWS and isinstance(name, str) and account.lower() == name.lower():
        return [FieldError("guest_la_uid", "same_as_computer", SAME_AS_COMPUTER, ("vm_name",))]
    return []


def _reserved(fields: Mapping[str, JsonValue], family: OsFamily | None) -> list[FieldError]:
    """Check names that have a meaning. A rule about all families needs none to be known."""
    found = []
    for rule in reserved_names.RULES:
        value = fields.get(rule.field)
        is_about = family in rule.families or rule.families == frozenset(OsFamily)
        if is_about and isinstance(value, str) and expressions.matches_whole(rule.refused, rule.text(value)):
            found.append(FieldError(rule.field, rule.code, rule.message))
    return found


def _ssh_keys(fields: Mapping[str, JsonValue]) -> list[FieldError]:
    text = fields.get(SSH_KEY)
    if not isinstance(text, str):
        return []
    if not any(word in text for word in ssh_keys.HINTS):
        return [FieldError(SSH_KEY, "ssh_key_missing", NO_SSH_KEY)]
    try:
        ssh_keys.check(text)
    except ssh_keys.KeyProblem as problem:
        place = SSH_KEY if problem.line is None else f"Line {problem.line} of {SSH_KEY}"
        return [FieldError(SSH_KEY, "ssh_key", f"{place} {problem.reason}.")]
    return []


def _budget(
    schema: JobSchema, fields: Mapping[str, JsonValue], family: OsFamily | None, secrets: Collection[str]
) -> list[FieldError]:
    """Check the size of the guest's data as it is sealed. A secret, whose value is unknown here, counts with its longest."""
    members: dict[str, JsonValue] = {name: value for name, value in fields.items() if is_guest_field(name)}
    lengths = {name: schema.by_id[name].max_length for name in secrets}
    longest = {name: length * _BYTES_PER_CHARACTER for name, length in lengths.items() if length is not None}
    members |= dict.fromkeys(lengths, "")
    empty = guest_plaintext((family or OsFamily.WINDOWS).value, {}, {})
    total = len(empty) + _size(members) + sum(longest.values())
    if total <= GUEST_DATA_LIMIT:
        return []
    sizes = {name: _size({name: value}) + longest.get(name, 0) for name, value in members.items()}
    largest = max(sizes, key=lambda name: sizes[name])
    text = (
        f"The guest's data takes up to {total} bytes and {GUEST_DATA_LIMIT} fit; the largest is {largest} with "
        f"{sizes[largest]}: shorten it by {total - GUEST_DATA_LIMIT} bytes or more."
    )
    return [FieldError(largest, "kvp_budget", text)]


def _size(members: Mapping[str, JsonValue]) -> int:
    """Return the bytes that members add to the guest's data, as `guest_plaintext` writes it."""
    text = json.dumps(members, separators=(",", ":"), ensure_ascii=False)
    return len(text.encode("utf-8", "replace")) - len("{}")


def _cluster(fields: Mapping[str, JsonValue], *, host_has_cluster: bool | None) -> list[FieldError]:
    if fields.get("vm_clustered") is True and host_has_cluster is False:
        text = (
            "vm_clustered is true, but the host belongs to no failover cluster; set it to false or choose another host."
        )
        return [FieldError("vm_clustered", "no_cluster", text)]
    return []
