"""Requests that a browser sends for pages of other origins."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from hyperv_operator.gateway.origins import is_foreign

OWN = {"Host": "vm.example.com", "Origin": "https://vm.example.com"}
FOREIGN = {"Host": "vm.example.com", "Origin": "https://evil.example.com"}


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({"Host": "vm.example.com"}, False),  # a program
        (OWN, False),
        (OWN | {"Origin": "https://VM.example.com"}, False),
        (OWN | {"Host": "vm.example.com:8443"}, True),
        (FOREIGN, True),
        (FOREIGN | {"Origin": "null"}, True),
        (FOREIGN | {"Sec-Fetch-Site": "same-origin"}, False),  # a proxy has changed Host
        (FOREIGN | {"Sec-Fetch-Site": "none"}, False),
        (OWN | {"Sec-Fetch-Site": "cross-site"}, True),
        (OWN | {"Sec-Fetch-Site": "same-site"}, True),
    ],
)
def test_what_changes_something_comes_from_the_own_pages(
    method: str, headers: dict[str, str], *, foreign: bool
) -> None:
    assert is_foreign(Headers(headers), method, websocket=False) is foreign


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_safe_request_is_never_foreign_but_a_websocket_is(method: str) -> None:
    assert not is_foreign(Headers(FOREIGN), method, websocket=False)
    assert is_foreign(Headers(FOREIGN), method, websocket=True)
    assert not is_foreign(Headers(OWN), method, websocket=True)
