"""The validator's error codes: when each comes, and the sentence it comes with, said by the validator itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import JsonValue

from hyperv_operator.schema import values
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.schema.problems import FieldError
from hyperv_operator.schema.validation import Rejected, validate_job_submission

_GOOD: dict[str, JsonValue] = {
    "vm_name": "web-01",
    "image_name": "Windows Server 2022",
    "gb_ram": 8,
    "cpu_cores": 4,
    "guest_la_uid": "Administrator",
}
_STATIC: dict[str, JsonValue] = {
    "guest_v4_ipaddr": "192.168.1.100",
    "guest_v4_cidrprefix": 24,
    "guest_v4_defaultgw": "192.168.1.1",
    "guest_v4_dns1": "192.168.1.10",
}
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9mNn4VJ0C8d3mJ3lqf3YpB3H2cL0P3l2c8JmVtE9Xk"
_LINUX: dict[str, JsonValue] = {"image_name": "Ubuntu", "cnf_ansible_ssh_user": "ansible"}
_DOMAIN: dict[str, JsonValue] = {"guest_domain_jointarget": "example.com", "guest_domain_joinuid": "svc-join"}


@dataclass(frozen=True)
class Probe:
    """A mistake and the code that it has to be answered with. A change to None leaves the field out."""

    code: str
    when: str
    changes: dict[str, JsonValue] = field(default_factory=dict)
    between_fields: bool = False
    secrets: tuple[str, ...] = ("guest_la_pw",)
    stored_value: str | None = None
    """The value behind guest_la_pw, where the mistake is in a Secret."""
    host_has_cluster: bool | None = None


PROBES: tuple[Probe, ...] = (
    Probe("required", "A required field, or a reference to a required secret, is missing.", {"gb_ram": None}),
    Probe("unknown", "The schema has no such field.", {"vlan": 10}),
    Probe("secret_inline", "A secret's value is given under `spec.fields`.", {"guest_la_pw": "value"}),
    Probe("not_secret", "`spec.secretFields` names a field that is not secret.", secrets=("guest_la_pw", "vlan_id")),
    Probe("type", "The value is of another type. Resources are not cast; forms are.", {"gb_ram": "8"}),
    Probe("range", "A number is outside of its limits.", {"gb_ram": 0}),
    Probe("length", "A text, or a secret's value, is too short or too long.", {"vm_name": "a" * 64}),
    Probe("pattern", "A text does not match its field's pattern.", {"vm_name": "web 01"}),
    Probe("enum", "A text is none of the values that the field takes.", {"os_family": "solaris"}),
    Probe("ipv4", "A text is no IPv4 address.", {**_STATIC, "guest_v4_ipaddr": "192.168.1.300"}),
    Probe("hostname", "A text is no DNS name.", {**_STATIC, "guest_net_dnssuffix": "-example.com"}),
    Probe("private_key", "A text holds a private key.", {"cnf_ansible_ssh_key": "-----BEGIN OPENSSH PRIVATE KEY-----"}),
    Probe("control", "A secret's value has control characters.", stored_value="Secret-123\n"),
    Probe("unknown_family", "Neither `os_family` nor the image's name tells the OS family.", {"image_name": "Haiku"}),
    Probe("incomplete_set", "Some members of an all-or-none set are missing.", {"guest_v4_ipaddr": "192.168.1.100"}),
    Probe(
        "requires", "A field is given without those it needs.", {"guest_domain_joinou": "OU=Servers,DC=example,DC=com"}
    ),
    Probe(
        "not_a_host",
        "The address or the gateway is the network's own or its broadcast address, or an address is none that a machine "
        "can have (loopback, multicast, reserved).",
        {**_STATIC, "guest_v4_ipaddr": "192.168.1.255"},
        between_fields=True,
    ),
    Probe(
        "outside_subnet",
        "The gateway is not inside the network of address and prefix length.",
        {**_STATIC, "guest_v4_defaultgw": "10.0.0.1"},
        between_fields=True,
    ),
    Probe(
        "own_address",
        "The gateway is the guest's own address.",
        {**_STATIC, "guest_v4_defaultgw": "192.168.1.100"},
        between_fields=True,
    ),
    Probe(
        "netbios",
        "A Windows machine's name is longer than a computer name may be.",
        {"vm_name": "web-server-number-01"},
        between_fields=True,
    ),
    Probe("digits_only", "A machine's name has no letter.", {"vm_name": "2026"}, between_fields=True),
    Probe(
        "account_length",
        "The local administrator's name is longer than the guest's system allows.",
        {"guest_la_uid": "a" * 21},
        between_fields=True,
    ),
    Probe(
        "same_as_computer",
        "On Windows: the local administrator has the machine's own name.",
        {"guest_la_uid": "WEB-01"},
        between_fields=True,
    ),
    Probe(
        "reserved_name",
        "A name has a meaning in Windows, in Linux or for the operator: a device, a built-in account, a word of sudoers, `localhost`, "
        "the name of a VM that is being made.",
        {"vm_name": "localhost"},
        between_fields=True,
    ),
    Probe(
        "not_a_domain",
        "A domain or a DNS suffix ends with a number.",
        {**_DOMAIN, "guest_domain_jointarget": "192.168.1.10"},
        between_fields=True,
        secrets=("guest_la_pw", "guest_domain_joinpw"),
    ),
    Probe(
        "join_account",
        "The domain join account lacks a part, or is a local one.",
        {**_DOMAIN, "guest_domain_joinuid": ".\\svc-join"},
        between_fields=True,
        secrets=("guest_la_pw", "guest_domain_joinpw"),
    ),
    Probe(
        "ssh_key_missing",
        "A text has no public key in OpenSSH's format.",
        {**_LINUX, "cnf_ansible_ssh_key": "~/.ssh/id_ed25519.pub"},
        between_fields=True,
    ),
    Probe(
        "ssh_key",
        "A line is no public key in OpenSSH's format, or its key can never work: it is incomplete, of another type than it says, or too "
        "short. Or there are too many lines. The API server does not check this; admission and the operator do.",
        {**_LINUX, "cnf_ansible_ssh_key": f"{_KEY}\nno-pty {_KEY}"},
        between_fields=True,
    ),
    Probe(
        "kvp_budget",
        "All guest data together is too large to be published.",
        {
            "image_name": "Ubuntu",
            "cnf_ansible_ssh_user": "a",
            "cnf_ansible_ssh_key": f"{_KEY} " + "\U0001f511" * 12_000,
        },
        between_fields=True,
    ),
    Probe(
        "no_cluster",
        "`vm_clustered` is true on a host without a failover cluster.",
        {"vm_clustered": True},
        between_fields=True,
        host_has_cluster=False,
    ),
)


def answer(schema: JobSchema, probe: Probe) -> FieldError:
    """Return the validator's error for a probe; `LookupError` if it is not the one that the probe expects."""
    errors = _secret(schema, probe.stored_value) if probe.stored_value is not None else _submit(schema, probe)
    for error in errors:
        if error.code == probe.code:
            return error
    raise LookupError(f"the probe of code {probe.code} is answered with {[error.code for error in errors]}")


def _submit(schema: JobSchema, probe: Probe) -> tuple[FieldError, ...]:
    submission = {name: value for name, value in {**_GOOD, **probe.changes}.items() if value is not None}
    result = validate_job_submission(
        schema, submission, secrets=probe.secrets, strict=True, host_has_cluster=probe.host_has_cluster
    )
    return result.errors if isinstance(result, Rejected) else ()


def _secret(schema: JobSchema, value: str) -> tuple[FieldError, ...]:
    definition = schema.field("guest_la_pw")
    error = values.check_secret(definition, value) if definition else None
    return (error,) if error else ()
