"""What is read of the ConfigMap in which the API server says who it is."""

from __future__ import annotations

import pytest

from hyperv_operator.errors import ClusterError
from hyperv_operator.kube.access import front_proxy
from hyperv_operator.ports import FrontProxy

DATA = {
    "client-ca-file": "not this one",
    "requestheader-client-ca-file": "PEM\n",
    "requestheader-allowed-names": '["front-proxy-client"]',
    "requestheader-username-headers": '["X-Remote-User"]',
    "requestheader-group-headers": '["X-Remote-Group"]',
    "requestheader-extra-headers-prefix": '["X-Remote-Extra-"]',
    "requestheader-uid-headers": '["X-Remote-Uid"]',
}


def test_the_configuration_of_an_api_server() -> None:
    expected = FrontProxy(
        "PEM", ("front-proxy-client",), ("X-Remote-User",), ("X-Remote-Group",), ("X-Remote-Extra-",), ("X-Remote-Uid",)
    )
    assert front_proxy(DATA) == expected


@pytest.mark.parametrize("missing", ["requestheader-client-ca-file", "requestheader-username-headers"])
def test_without_an_authority_or_a_header_for_the_user_there_is_none(missing: str) -> None:
    assert front_proxy({key: value for key, value in DATA.items() if key != missing}) is None
    assert front_proxy({**DATA, missing: ""}) is None


def test_any_name_is_allowed_if_the_list_is_empty_or_missing() -> None:
    for text in ("", "[]"):
        found = front_proxy({**DATA, "requestheader-allowed-names": text})
        assert found
        assert found.allowed_names == ()


@pytest.mark.parametrize("text", ["front-proxy-client", '"front-proxy-client"', "{}"])
def test_a_list_that_cannot_be_read_is_not_taken_for_an_empty_one(text: str) -> None:
    with pytest.raises(ClusterError, match="requestheader-allowed-names is not a JSON list"):
        front_proxy({**DATA, "requestheader-allowed-names": text})
