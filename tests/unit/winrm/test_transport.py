"""What the transport makes of an error's body and headers."""

from __future__ import annotations

import pytest

from hostsim import hostile
from hostsim.soap import SOAP
from hyperv_operator.winrm.transport import _action, _decoded, _is_fault, _seconds

_FAULT = f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><s:Code/></s:Fault></s:Body></s:Envelope>'


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("17", 17),
        ("0", 0),
        ("999999", 999_999),
        ("1000000", None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_the_time_to_wait_is_a_number_of_seconds(header: str, seconds: int | None) -> None:
    assert _seconds(header) == seconds


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (_FAULT.encode(), True),
        (_FAULT.encode("utf-16"), True),
        (_FAULT.replace("Fault", "Other").encode(), False),
        (_FAULT.replace(SOAP, "urn:other").encode(), False),
        (b"<html><body><h1>503</h1></body></html>", False),
        (b"Service Unavailable", False),
        (b"", False),
        (f"<!DOCTYPE a>{_FAULT}".encode(), False),
        (hostile._deep().encode(), False),
        (hostile._entities().encode(), False),
    ],
)
def test_only_an_envelope_with_a_fault_is_a_fault(body: bytes, expected: bool) -> None:
    assert _is_fault(body) is expected


def test_a_body_is_text_whatever_it_holds() -> None:
    assert _decoded("ü".encode()) == "ü"
    assert _decoded("ü".encode("utf-16")) == "ü"
    assert _decoded(b"a\xff") == "a\N{REPLACEMENT CHARACTER}"


def test_the_action_of_a_message_is_found() -> None:
    assert _action(b'<h><wsa:Action s:mustUnderstand="true">http://x/Get</wsa:Action></h>') == "http://x/Get"
    assert _action(b"<h/>") == ""
