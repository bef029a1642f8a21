"""The gateway answers as its OpenAPI document says, whatever it is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from controlplane.plane import ControlPlane
from e2e.gateway import Gateway, gateway, person, token_of
from hyperv_operator.gateway.app import routes

pytestmark = pytest.mark.timeout(180)

_EXAMPLES = 12
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def served(cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    log = tmp_path_factory.mktemp("gateway") / "gateway.log"
    namespace = cluster.new_namespace("fuzz")
    person(cluster, namespace)
    limits = {"requests_per_minute": "1000000", "address_requests_per_minute": "1000000"}
    with gateway(cluster, log, default_namespace=namespace, **limits) as running:
        yield running
    assert "failed unexpectedly" not in log.read_text()


@pytest.fixture(scope="module")
def token(cluster: ControlPlane) -> str:
    return token_of(cluster.admin_kubeconfig)


# A stream does not end: its tests are in test_gateway_streams.py.
_SCHEMA = schemathesis.openapi.from_dict(routes().openapi()).exclude(path_regex="/stream$")
_OPERATIONS = {one.ok().label: one.ok() for one in _SCHEMA.get_all_operations() if isinstance(one, Ok)}

# Nothing can be wrong about a request without parameters.
_CASES = [
    (name, mode)
    for name, one in _OPERATIONS.items()
    for mode in GenerationMode
    if not mode.is_negative or one.definition.raw.get("parameters") or one.body
]


@pytest.mark.parametrize(("name", "mode"), _CASES)
def test_every_answer_is_documented(name: str, mode: GenerationMode, served: Gateway, token: str) -> None:
    @settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=_OPERATIONS[name].as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        answer = case.call(base_url=served.url, headers={"Authorization": f"Bearer {token}"}, timeout=20)
        case.validate_response(answer, checks=_CHECKS)

    check()


def test_the_document_is_valid_and_the_one_in_the_repository(served: Gateway) -> None:
    shown = served.get("/api/openapi.json").json
    validate(shown)
    assert shown["openapi"] == "3.1.0"
    committed = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.json"
    assert committed.read_text() == json.dumps(shown, indent=2, ensure_ascii=False) + "\n"
