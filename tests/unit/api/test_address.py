"""Addresses of hosts: what is accepted, what is refused with a sentence, and what becomes of it in a URL and a ticket."""

from __future__ import annotations

import re

import pytest

from hyperv_operator.api.address import PATTERN, bare, checked, host_name, with_port

GOOD = [
    # address, for sockets, the host's own name, with a port
    ("h", "h", "h", "h:5986"),
    ("hv01.example.com", "hv01.example.com", "hv01.example.com", "hv01.example.com:5986"),
    ("hv01.example.com.", "hv01.example.com.", "hv01.example.com", "hv01.example.com.:5986"),
    ("HV_01", "HV_01", "HV_01", "HV_01:5986"),
    ("_a-b.c_", "_a-b.c_", "_a-b.c_", "_a-b.c_:5986"),
    ("10.example", "10.example", "10.example", "10.example:5986"),
    ("192.0.2.10", "192.0.2.10", "192.0.2.10", "192.0.2.10:5986"),
    ("::1", "::1", "::1", "[::1]:5986"),
    ("[::1]", "::1", "::1", "[::1]:5986"),
    ("2001:DB8::10", "2001:DB8::10", "2001:DB8::10", "[2001:DB8::10]:5986"),
    ("::ffff:192.0.2.10", "::ffff:192.0.2.10", "::ffff:192.0.2.10", "[::ffff:192.0.2.10]:5986"),
    ("x" * 63, "x" * 63, "x" * 63, "x" * 63 + ":5986"),
]
BAD = [
    ("host:5986", "spec.connection.port"),
    ("cafe:5986", "spec.connection.port"),
    ("192.0.2.10:5986", "spec.connection.port"),
    ("[::1]:5986", "spec.connection.port"),
    ("a..b", "no empty part"),
    (".a", "no empty part"),
    ("a..", "no empty part"),
    ("-a", "no DNS name"),
    ("a-", "no DNS name"),
    ("a.-b", "no DNS name"),
    ("a b", "no DNS name"),
    ("a/b", "no DNS name"),
    ("a@b", "no DNS name"),
    ("a\n", "no DNS name"),
    ("ä", "no DNS name"),
    ("x" * 64, "no DNS name"),
    ("192.0.2.256", "no IPv4 address"),
    ("192.0.2", "no IPv4 address"),
    ("1", "no IPv4 address"),
    (".", "no IPv4 address"),
    ("1::2::3", "no IPv6 address"),
    ("[::1", "no IPv6 address"),
    ("::1]", "no IPv6 address"),
    (":::", "no IPv6 address"),
    ("fe80::1%eth0", "with a zone"),
]


@pytest.mark.parametrize(("address", "socket", "name", "shown"), GOOD)
def test_a_good_address_is_used_rightly_everywhere(address: str, socket: str, name: str, shown: str) -> None:
    assert checked(address) == address
    assert re.search(PATTERN, address)
    assert (bare(address), host_name(address), with_port(address, 5986)) == (socket, name, shown)


@pytest.mark.parametrize(("address", "problem"), BAD)
def test_a_bad_address_is_refused_with_a_sentence(address: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        checked(address)


@pytest.mark.parametrize(
    "address", ["host:5986", "cafe:5986", "192.0.2.10:5986", "a..b", "-a", "a b", "x" * 64, "[::1"]
)
def test_the_resource_definition_refuses_the_common_mistakes_too(address: str) -> None:
    assert re.search(PATTERN, address) is None
