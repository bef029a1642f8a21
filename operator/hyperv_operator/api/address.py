"""Addresses of hosts: DNS names, also absolute ones with a trailing dot and Windows names with `_`, IPv4 and IPv6."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

PATTERN: Final = (
    r"^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?"
    r"|[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*|\[[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\])$"
)
"""What an address looks like, for the resource definition; `checked` is exact."""
_DOTTED = re.compile(r"[0-9.]+")


def checked(address: str) -> str:
    """Return an address that can be used; otherwise raise `ValueError`, which says what is wrong and what to do."""
    if ":" in address:
        _check_ipv6(address)
    elif _DOTTED.fullmatch(address):
        _check_ipv4(address)
    elif ".." in address or address.startswith("."):
        raise ValueError("a DNS name has no empty part between two dots; correct it")
    elif re.fullmatch(PATTERN, address) is None:
        raise ValueError(
            "this is no DNS name: its parts have 1 to 63 letters, digits, '-' and '_', and neither begin nor end with '-'; correct it"
        )
    return address


def bare(address: str) -> str:
    """Return an address without the brackets of IPv6, as sockets take it. A trailing dot stays: it matters to the resolver."""
    return address[1:-1] if address.startswith("[") else address


def host_name(address: str) -> str:
    """Return the name that the host itself has, for certificates and service principals: without brackets and trailing dot."""
    return bare(address).removesuffix(".")


def with_port(address: str, port: int) -> str:
    """Return address and port in the usual form, with the brackets of IPv6."""
    name = bare(address)
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _check_ipv6(address: str) -> None:
    name = bare(address) if address.endswith("]") else address
    try:
        ipaddress.IPv6Address(name)
    except ValueError:
        if address.count(":") == 1 or "]:" in address:
            raise ValueError("an address has no port; write the port into spec.connection.port") from None
        raise ValueError("this is no IPv6 address; correct it (such as 2001:db8::10)") from None
    if "%" in name:
        raise ValueError("an IPv6 address with a zone cannot be used from a pod; use a global or unique local address")


def _check_ipv4(address: str) -> None:
    try:
        ipaddress.IPv4Address(address)
    except ValueError:
        raise ValueError("this is no IPv4 address; correct it (such as 192.0.2.10)") from None
