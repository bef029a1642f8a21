"""The settings of the guest: the decrypted data, with every value validated.

The data is not trusted: whoever controls the host can seal anything to the guest's key, and the values end up in commands
and files of root.
"""

import ipaddress
import json
import re
from typing import Any, Dict, NamedTuple, Optional, Tuple

from hvo_guest import keys
from hvo_guest.codes import StepFailed

_HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z")
_DOMAIN = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\Z")
_ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,63}\Z")
_SSH_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}\Z")
_LOCALHOST = "localhost"

Address = NamedTuple(
    "Address",
    [("address", str), ("prefix", int), ("gateway", str), ("dns", Tuple[str, ...]), ("suffix", Optional[str])],
)
Access = NamedTuple("Access", [("user", str), ("keys", Tuple[str, ...])])
Settings = NamedTuple(
    "Settings",
    [
        ("hostname", str),
        ("account", str),
        ("password", str),
        ("network", Optional[Address]),
        ("ssh", Optional[Access]),
    ],
)


def parse(plaintext: bytes) -> Settings:
    """Return the settings, or raise `StepFailed` with UnsupportedProtocol, WrongFamily or InvalidData."""
    try:
        data = json.loads(plaintext.decode("utf-8"))
    except (ValueError, RecursionError):
        raise StepFailed("InvalidData") from None
    if not isinstance(data, dict):
        raise StepFailed("InvalidData")
    if data.get("protocol") != 1 or isinstance(data.get("protocol"), bool):
        raise StepFailed("UnsupportedProtocol")
    if data.get("os_family") != "linux":
        raise StepFailed("WrongFamily")
    fields = data.get("fields")
    if not isinstance(fields, dict):
        raise StepFailed("InvalidData")
    return Settings(
        hostname=_hostname(fields),
        account=_text(fields, "guest_la_uid", _ACCOUNT),
        password=_password(fields),
        network=_network(fields),
        ssh=_access(fields),
    )


def _text(fields: Dict[str, Any], name: str, pattern: Any) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not pattern.match(value):
        raise StepFailed("InvalidData")
    return value


def _hostname(fields: Dict[str, Any]) -> str:
    name = _text(fields, "vm_name", _HOSTNAME).lower()
    # systemd takes this name for none at all, and resolvers for the loopback address.
    if name == _LOCALHOST:
        raise StepFailed("InvalidData")
    return name


def _password(fields: Dict[str, Any]) -> str:
    value = fields.get("guest_la_pw")
    # After a line break, chpasswd would read another account and its password.
    if not isinstance(value, str) or not value or any(ord(character) < 32 for character in value):
        raise StepFailed("InvalidData")
    return value


def _network(fields: Dict[str, Any]) -> Optional[Address]:
    names = ("guest_v4_ipaddr", "guest_v4_cidrprefix", "guest_v4_defaultgw", "guest_v4_dns1")
    given = [name for name in names if fields.get(name) is not None]
    if not given:
        return None
    prefix = fields.get("guest_v4_cidrprefix")
    if len(given) != len(names) or isinstance(prefix, bool) or not isinstance(prefix, int) or not 1 <= prefix <= 30:
        raise StepFailed("InvalidData")
    address, gateway = _ipv4(fields, "guest_v4_ipaddr"), _ipv4(fields, "guest_v4_defaultgw")
    if ipaddress.IPv4Address(gateway) not in ipaddress.IPv4Network("%s/%d" % (address, prefix), strict=False):
        raise StepFailed("InvalidData")
    dns = [_ipv4(fields, name) for name in ("guest_v4_dns1", "guest_v4_dns2") if fields.get(name) is not None]
    dns = dns[:1] if dns[1:] == dns[:1] else dns  # network services drop a server that is given twice
    suffix = None
    if fields.get("guest_net_dnssuffix") is not None:
        suffix = _text(fields, "guest_net_dnssuffix", _DOMAIN).lower()
    return Address(address, prefix, gateway, tuple(dns), suffix)


def _ipv4(fields: Dict[str, Any], name: str) -> str:
    value = fields.get(name)
    try:
        return str(ipaddress.IPv4Address(value if isinstance(value, str) else ""))
    except ValueError:
        raise StepFailed("InvalidData") from None


def _access(fields: Dict[str, Any]) -> Optional[Access]:
    user, key = fields.get("cnf_ansible_ssh_user"), fields.get("cnf_ansible_ssh_key")
    if user is None and key is None:
        return None
    if not isinstance(key, str):
        raise StepFailed("InvalidData")
    try:
        lines = keys.parse(key)
    except ValueError:
        raise StepFailed("InvalidData") from None
    return Access(_text(fields, "cnf_ansible_ssh_user", _SSH_USER), lines)
