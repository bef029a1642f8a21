"""Rules between fields: each at its edge and one beyond it, and only for the family that it is about."""

from __future__ import annotations

from typing import Any

import pytest

from hyperv_operator.protocol.job import guest_plaintext
from hyperv_operator.schema.cross_field_rules import check
from hyperv_operator.schema.os_family import OsFamily
from submissions.documents import schema

WINDOWS, LINUX = OsFamily.WINDOWS, OsFamily.LINUX
SCHEMA = schema(
    {"id": "guest_note", "validations": {"max_length": 16_000}},
    {"id": "guest_more", "validations": {"max_length": 16_000}},
    {"id": "guest_la_pw", "type": "secret", "validations": {"max_length": 127}},
    {"id": "cnf_token", "type": "secret", "validations": {"max_length": 10}},
)


def _codes(
    fields: dict[str, Any],
    family: OsFamily | None = WINDOWS,
    secrets: tuple[str, ...] = (),
    *,
    cluster: bool | None = None,
) -> dict[str, str]:
    return {error.field: error.code for error in check(SCHEMA, fields, family, secrets, host_has_cluster=cluster)}


def _address(address: str, prefix: int | None = 24, gateway: str | None = None) -> dict[str, Any]:
    given = {"guest_v4_ipaddr": address, "guest_v4_cidrprefix": prefix, "guest_v4_defaultgw": gateway}
    return {name: value for name, value in given.items() if value is not None}


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("0.1.2.3", False),
        ("1.0.0.1", True),
        ("126.255.255.1", True),
        ("127.0.0.1", False),
        ("128.0.0.1", True),
        ("223.0.0.1", True),
        ("224.0.0.1", False),
        ("255.1.1.1", False),
    ],
)
@pytest.mark.parametrize("prefix", [24, None])
def test_a_guests_address_is_one_that_a_machine_can_have(address: str, good: bool, prefix: int | None) -> None:
    assert _codes(_address(address, prefix)) == ({} if good else {"guest_v4_ipaddr": "not_a_host"})


@pytest.mark.parametrize(
    ("address", "prefix", "good"),
    [
        ("10.0.0.0", 24, False),
        ("10.0.0.1", 24, True),
        ("10.0.0.254", 24, True),
        ("10.0.0.255", 24, False),
        ("10.0.0.255", 23, True),
        ("10.0.0.0", None, True),
    ],
)
def test_a_guests_address_is_neither_the_networks_nor_its_broadcast_address(
    address: str, prefix: int | None, good: bool
) -> None:
    assert _codes(_address(address, prefix)) == ({} if good else {"guest_v4_ipaddr": "not_a_host"})


@pytest.mark.parametrize(
    ("gateway", "code"),
    [
        ("10.0.0.2", None),
        ("10.0.1.2", "outside_subnet"),
        ("10.0.0.1", "own_address"),
        ("10.0.0.0", "not_a_host"),
        ("10.0.0.255", "not_a_host"),
    ],
)
def test_a_gateway_is_another_host_of_the_same_network(gateway: str, code: str | None) -> None:
    assert _codes(_address("10.0.0.1", 24, gateway)) == ({"guest_v4_defaultgw": code} if code else {})


def test_a_gateway_is_judged_beside_a_wrong_address() -> None:
    wrong = _codes(_address("10.0.0.0", 24, "10.0.1.1"))
    assert wrong == {"guest_v4_ipaddr": "not_a_host", "guest_v4_defaultgw": "outside_subnet"}


def test_without_an_address_or_its_prefix_nothing_is_said_of_the_gateway() -> None:
    assert _codes({"guest_v4_cidrprefix": 24, "guest_v4_defaultgw": "10.0.1.1"}) == {}
    assert _codes(_address("10.0.0.1", None, "10.0.1.1")) == {}


@pytest.mark.parametrize("name", ["guest_v4_dns1", "guest_v4_dns2"])
@pytest.mark.parametrize(
    ("address", "good"),
    [("0.0.0.0", False), ("1.1.1.1", True), ("127.0.0.53", True), ("223.1.1.1", True), ("224.0.0.1", False)],
)
def test_a_dns_server_is_an_address_that_a_machine_can_have_or_loopback(name: str, address: str, good: bool) -> None:
    assert _codes({name: address}) == ({} if good else {name: "not_a_host"})


@pytest.mark.parametrize(
    ("name", "family", "code"),
    [
        ("a" * 15, WINDOWS, None),
        ("a" * 16, WINDOWS, "netbios"),
        ("a" * 16, LINUX, None),
        ("a" * 16, None, None),
        ("123", WINDOWS, "digits_only"),
        ("123", LINUX, "digits_only"),
        ("123", None, "digits_only"),
        ("9" * 16, WINDOWS, "netbios"),
        ("12a", LINUX, None),
        ("١٢", LINUX, None),
    ],
)
def test_a_name_fits_windows_and_has_a_letter(name: str, family: OsFamily | None, code: str | None) -> None:
    assert _codes({"vm_name": name}, family) == ({"vm_name": code} if code else {})


@pytest.mark.parametrize(
    ("account", "family", "code"),
    [
        ("a" * 20, WINDOWS, None),
        ("a" * 21, WINDOWS, "account_length"),
        ("a" * 32, LINUX, None),
        ("a" * 33, LINUX, "account_length"),
        ("a" * 33, None, None),
        ("WEB01", WINDOWS, "same_as_computer"),
        ("web01", WINDOWS, "same_as_computer"),
        ("web01", LINUX, None),
        ("web02", WINDOWS, None),
    ],
)
def test_an_account_fits_its_family_and_differs_from_a_windows_computers_name(
    account: str, family: OsFamily | None, code: str | None
) -> None:
    assert _codes({"guest_la_uid": account, "vm_name": "Web01"}, family) == ({"guest_la_uid": code} if code else {})


def test_an_account_is_compared_with_a_name_that_is_there() -> None:
    assert _codes({"guest_la_uid": "web01"}) == {}
    assert _codes({"vm_name": "web01"}) == {}


@pytest.mark.parametrize(
    ("clustered", "cluster", "good"),
    [(True, False, False), (True, True, True), (True, None, True), (False, False, True), (None, False, True)],
)
def test_a_clustered_vm_requires_a_host_with_a_cluster(
    clustered: bool | None, cluster: bool | None, good: bool
) -> None:
    fields = {} if clustered is None else {"vm_clustered": clustered}
    assert _codes(fields, cluster=cluster) == ({} if good else {"vm_clustered": "no_cluster"})


LIMIT = 48_000


def _filled(size: int, secrets: dict[str, str], text: str = "x") -> dict[str, Any]:
    """Return fields whose plaintext, with the secrets' values, has the size."""
    fields: dict[str, Any] = {"gb_ram": 1, "guest_note": "", "guest_more": "a"}
    missing = size - len(guest_plaintext("windows", fields, secrets))
    count, rest = divmod(missing, len(text.encode()))
    return {**fields, "guest_note": text * count, "guest_more": "a" * (rest + 1)}


@pytest.mark.parametrize(("size", "good"), [(LIMIT, True), (LIMIT + 1, False)])
@pytest.mark.parametrize("text", ["x", "é", "字"])
def test_the_guests_data_has_at_most_48000_bytes_as_it_is_sealed(size: int, good: bool, text: str) -> None:
    assert _codes(_filled(size, {}, text)) == ({} if good else {"guest_note": "kvp_budget"})


@pytest.mark.parametrize(("size", "good"), [(LIMIT, True), (LIMIT + 1, False)])
def test_a_secret_counts_with_four_bytes_for_each_character_that_it_may_have(size: int, good: bool) -> None:
    secrets = {"guest_la_pw": "p" * 127 * 4, "cnf_token": "t" * 10 * 4}
    fields = _filled(size, secrets)
    assert _codes(fields, secrets=tuple(secrets)) == ({} if good else {"guest_note": "kvp_budget"})


def test_what_is_not_for_the_guest_does_not_count() -> None:
    assert _codes({**_filled(LIMIT, {}), "image_name": "x" * 100}) == {}


def test_the_refusal_names_the_largest_field_its_size_and_what_is_too_much() -> None:
    (error,) = check(SCHEMA, _filled(LIMIT + 7, {}), WINDOWS, (), host_has_cluster=None)
    size = len('"guest_note":""') + len(_filled(LIMIT + 7, {})["guest_note"])
    assert f"takes up to {LIMIT + 7} bytes and {LIMIT} fit" in error.message
    assert f"the largest is guest_note with {size}: shorten it by 7 bytes" in error.message


def test_a_secret_may_be_the_largest() -> None:
    big = schema({"id": "guest_la_pw", "type": "secret", "validations": {"max_length": 16_000}})
    (error,) = check(big, {"vm_name": "a"}, None, ("guest_la_pw",), host_has_cluster=None)
    assert error.field == "guest_la_pw"
    size = 16_000 * 4 + len('"guest_la_pw":""')
    assert f"guest_la_pw with {size}" in error.message


def test_text_that_utf_8_cannot_say_is_counted_without_an_error() -> None:
    assert _codes({"guest_note": "\ud800"}) == {}
