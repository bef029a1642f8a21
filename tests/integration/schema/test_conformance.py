"""The operator's validation and the real API server agree, with the same messages where CEL can express them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.validation import Rejected, validate_job_submission
from submissions import table
from submissions.strategies import submissions

from .conftest import Resource, Serve

_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9mNn4VJ0C8d3mJ3lqf3YpB3H2cL0P3l2c8JmVtE9Xk"
TEXT = (Path(__file__).resolve().parents[3] / "Schemas" / "job-inputs.yaml").read_text()
SCHEMA = load_schema(TEXT)
ELSEWHERE = frozenset({"kvp_budget", "no_cluster", "ssh_key"})
"""Codes that no rule of a resource can report: they depend on the size of sealed data, on the host, or on the bytes of a key."""
FEW = settings(
    max_examples=500, suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink], derandomize=True
)


@pytest.fixture(scope="module")
def resource(serve: Serve) -> Resource:
    return serve(SCHEMA, "conformance.example.com")


@pytest.mark.parametrize("case", table.cases(), ids=lambda case: case.name)
def test_the_api_server_refuses_the_whole_table(resource: Resource, case: table.Case) -> None:
    verdict = resource.judge(case.fields, case.secrets)
    assert not verdict.accepted
    text = " ".join(f"{field} {sentence}" for field, sentence in verdict.causes)
    if "pruning" in case.refused_by:
        assert "unknown field" in text
    elif "schema" in case.refused_by:
        assert not verdict.by_rules
        assert all(error["field"] in text for error in case.errors if error["refused_by"] == "schema")
    else:
        assert verdict.by_rules
        assert verdict.sentences == sorted(error["message"] for error in case.errors)


def check_alike(resource: Resource, schema: Any, fields: dict[str, Any], secrets: dict[str, str]) -> None:
    own = validate_job_submission(schema, fields, secrets=tuple(secrets), strict=True)
    errors = [one for one in own.errors if one.code not in ELSEWHERE] if isinstance(own, Rejected) else []
    verdict = resource.judge(fields, secrets)
    assert verdict.accepted == (not errors), (errors, verdict)
    # The API server accepts 8.0 as an integer until a rule reads it; then the rule cannot be evaluated.
    if verdict.by_rules and not any(isinstance(value, float) for value in fields.values()):
        assert verdict.sentences == sorted(error.message for error in errors)


@FEW
@given(data=st.data())
def test_operator_and_api_server_agree_on_generated_submissions(resource: Resource, data: st.DataObject) -> None:
    check_alike(resource, SCHEMA, *data.draw(submissions(SCHEMA)))


MORE = """
  - id: backup_policy
    label: Backup policy
    description: Name of the backup policy.
    type: string
    example: gold
    group: cluster
    order: 20
    validations: {enum: [gold, silver]}
  - id: guest_timezone
    label: Time zone
    description: Time zone of a Windows guest.
    type: string
    example: UTC
    group: guest
    order: 30
    applicability: {os_family: [windows]}
    validations: {enum: [utc, cet]}
  - id: guest_swap_gb
    label: Swap
    description: Swap of a Linux guest in GiB.
    type: integer
    example: 4
    group: guest
    order: 40
    applicability: {os_family: [linux]}
    validations: {minimum: 1, maximum: 64}
  - id: guest_proxy
    label: Proxy
    description: Name of the proxy.
    type: hostname
    example: proxy.example.com
    group: network
    order: 80
  - id: cnf_token
    label: Token
    description: Token of the configuration management.
    type: secret
    group: automation
    order: 30
    applicability: {os_family: [linux]}
    validations: {max_length: 64}
  - id: cnf_monitored
    label: Monitored
    description: Whether the guest is monitored.
    type: boolean
    default: true
    group: automation
    order: 40
  - id: guest_syslog
    label: Log server
    description: Address of the log server of a Linux guest.
    type: ipv4
    example: 10.0.0.9
    group: network
    order: 90
    applicability: {os_family: [linux]}
  - id: guest_motd
    label: Message of the day
    description: Text that is shown after logging on to a Linux guest.
    type: multiline
    example: Hello
    group: guest
    order: 50
    applicability: {os_family: [linux]}
    validations: {max_length: 256}
"""
SETS = """
  - id: token
    mode: requires
    members: [cnf_token]
    requires: [cnf_ansible_ssh_user, backup_policy]
    message: A token needs an SSH user and a backup policy.
"""


@pytest.fixture(scope="module")
def grown() -> Any:
    text = TEXT.replace("example: UTC", "example: utc") + SETS.rstrip("\n")
    return load_schema(text.replace("\nparameter_sets:", f"{MORE.replace('UTC', 'utc')}\nparameter_sets:") + "\n")


@pytest.fixture(scope="module")
def grown_resource(serve: Serve, grown: Any) -> Resource:
    return serve(grown, "grown.example.com")


@FEW
@given(data=st.data())
def test_operator_and_api_server_agree_on_new_fields_of_the_schema(
    grown_resource: Resource, grown: Any, data: st.DataObject
) -> None:
    """Every type of field, with and without applicability: no code knows them."""
    check_alike(grown_resource, grown, *data.draw(submissions(grown)))


def test_the_estimated_cost_of_rules_is_below_half_of_the_budget(serve: Serve) -> None:
    """The API server estimates the cost of a rule from the maximum lengths. It accepts the rules with all lengths doubled."""

    def double(definition: dict[str, Any]) -> None:
        spec = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
        for node in spec["properties"]["fields"]["properties"].values():
            if "maxLength" in node:
                node["maxLength"] *= 2

    assert serve(SCHEMA, "doubled.example.com", double).group


def test_the_largest_submission_is_within_the_budget_at_run_time(resource: Resource) -> None:
    fields = table.bases()["linux"]["fields"]
    name = "n" * 63
    huge = {
        "vm_name": name,
        "guest_v4_ipaddr": "192.168.100.100",
        "guest_v4_cidrprefix": 24,
        "guest_v4_defaultgw": "192.168.100.101",
        "guest_v4_dns1": "192.168.100.102",
        "guest_v4_dns2": "192.168.100.103",
        "guest_net_dnssuffix": ".".join(["a" * 62] * 4),
        "guest_domain_joinou": "OU=" + "x" * 509,
        "cnf_ansible_ssh_user": "a" * 32,
        "cnf_ansible_ssh_key": f"{_KEY}\n" * 63 + f"{_KEY} ".ljust(16_384 - 63 * (len(_KEY) + 1), "c"),
    }
    verdict = resource.judge({**fields, **huge}, {"guest_la_pw": "key"})
    assert verdict.accepted, verdict
