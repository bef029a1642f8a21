"""Hypothesis strategies for submissions, mostly near the limits, on either side of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hyperv_operator.schema.model import FieldDefinition, FieldType, JobSchema

IMAGES = (
    "Windows Server 2022", "windows 11", "Microsoft Windows Server", "Ubuntu 24.04", "UBUNTU", "RHEL 9", "Rocky Linux 9",
    "openSUSE Leap", "SUSE", "Debian 12", "Fedora", "Haiku", "My Ubuntu", " Ubuntu", "Ubuntu ", "a/b", "", "\u017fuse", "Windows\n",
    ".", "..", "...", ".a", "Windows.", "con", "NUL.ubuntu", "com\u00b9", "windows con", "lpt9 .x",
)  # fmt: skip
NAMES = (
    "web01", "WEB-01", "1", "42", "a" * 15, "a" * 16, "9" * 15, "9" * 16, "a" * 63, "a" * 64, "-a", "a-", "a b", "wéb", "", "admin",
    "web01\n", "a.b", "localhost", "LOCALHOST", "nul", "com1", "com10", "proxy", "Proxy", "network1",
    "hvo-3f0c6f0e-8f0b-4a3e-9b86-0d6f6a7a1c11", "HVO-3f0c6f0e-8f0b-4a3e-9b86-0d6f6a7a1c11", "hvo-3f0c6f0e-8f0b-4a3e-9b86-0d6f6a7a1c1",
)  # fmt: skip
ACCOUNTS = (
    "Administrator", "admin", "web01", "WEB01", "a" * 20, "a" * 21, "a" * 32, "a" * 33, "a" * 64, "a" * 65, "1a", "", "a b", "_x",
    "Guest", "guests", "SYSTEM", "admin.", "Defaults", "defaults", "ALL", "root", "daemon",
    "DAEMON", "systemd-network", "systemd", "nobody",
)  # fmt: skip
ADDRESSES = (
    "192.168.1.100", "192.168.1.1", "192.168.1.0", "192.168.1.255", "192.168.2.1", "10.0.0.1", "10.0.3.255", "10.0.0.0",
    "127.0.0.1", "0.0.0.0", "0.1.2.3", "223.255.255.254", "224.0.0.1", "255.255.255.255", "1.2.3", "01.2.3.4", "1.2.3.256",
    " 1.2.3.4", "1.2.3.4\n", "", "fe80::1", "a",
)  # fmt: skip
HOSTNAMES = (
    "example.com", "EXAMPLE.com", "example.com.", "a", "a..b", "-a.b", "a_b", "a" * 63 + ".x", "a" * 64 + ".x", "", "exa mple",
    "x" * 254, "10.0.0.1", "1", "a.1.", "1.a", "1a", "-a.1", ".".join(["a" * 62] * 4) + ".", ".", "a.b..",
)  # fmt: skip
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9mNn4VJ0C8d3mJ3lqf3YpB3H2cL0P3l2c8JmVtE9Xk"
KEYS = (
    _KEY,
    _KEY + "\n" + _KEY,
    f"# ops\r\n\r\n{_KEY} ops\r\n",
    "-----BEGIN PRIVATE KEY-----",
    _KEY + " PRIVATE KEY",
    "short",
    _KEY + " " + "x" * 16_303,
    _KEY + " " + "x" * 16_304,
    "ssh-\n" + "x" * 20,
    "# only a comment, no key",
    "# 64 lines" + "\n" * 63 + _KEY,
    "# 65 lines" + "\n" * 64 + _KEY,
    "# 64 lines" + "\n" * 63 + _KEY + "\n",
    f"{_KEY}\n\n{_KEY[:40]}\n{_KEY}",
    f"no-pty {_KEY}",
    f"{_KEY} a\u2028b",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQE=",
)
UNITS = (
    "OU=Servers,DC=example,DC=com",
    "cn=x",
    "OU=",
    "x",
    "OU='a'",
    "",
    "OU=" + "x" * 509,
    "OU=" + "x" * 510,
    "OU=a\x01",
    "ou=é",
)
WORDS = (
    "svc-join",
    "ansible",
    "Ansible",
    "DOM\\svc",
    "svc@example.com",
    "'",
    "",
    "x" * 32,
    "x" * 33,
    "a b",
    "_a",
    "windows",
    "linux",
    "daemon",
    "root",
    ".\\svc",
    "DOM\\",
    "\\svc",
    "svc@",
    "@example.com",
    "a\\b@c",
    " svc",
)
WRONG_TYPES = (True, 5, -1, 1.5, 8.0, "8", ["x"], {"a": 1}, "yes", None, 10**18)

_TEXTS = {
    "vm_name": NAMES,
    "image_name": IMAGES,
    "guest_la_uid": ACCOUNTS,
    "guest_domain_joinou": UNITS,
    "os_family": ("windows", "linux", "Windows", "macos", ""),
}
_BY_TYPE = {FieldType.IPV4: ADDRESSES, FieldType.HOSTNAME: HOSTNAMES, FieldType.MULTILINE: KEYS}


def value_of(definition: FieldDefinition) -> st.SearchStrategy[Any]:
    """Generate values for a field, mostly of the right type and near its limits."""
    limits = definition.validations
    if definition.type is FieldType.INTEGER:
        low, high = limits.minimum or 0, limits.maximum or 0
        likely: st.SearchStrategy[Any] = st.sampled_from([low, high, low - 1, high + 1]) | st.integers(low, high)
    elif definition.type is FieldType.BOOLEAN:
        likely = st.booleans()
    else:
        likely = st.sampled_from(_TEXTS.get(definition.id) or _BY_TYPE.get(definition.type, WORDS))
        if definition.example is not None:
            likely = likely | st.just(definition.example)
        if limits.enum:
            likely = likely | st.sampled_from(limits.enum)
    good = st.just(definition.example) if definition.example is not None else likely
    return st.integers(0, 19).flatmap(lambda n: st.sampled_from(WRONG_TYPES) if n == 0 else good if n < 8 else likely)


@st.composite
def submissions(draw: st.DrawFn, schema: JobSchema) -> tuple[dict[str, Any], dict[str, str]]:
    """Generate fields and secret references: mostly with the required ones, and with whole parameter sets or none."""
    whole = {group.id: draw(st.sampled_from(["all", "none", "none", "some"])) for group in schema.parameter_sets}
    fields: dict[str, Any] = {}
    secrets: dict[str, str] = {}
    for definition in schema.fields:
        sets = [group.id for group in schema.parameter_sets if definition.id in group.members]
        manner = "all" if definition.required else next((whole[one] for one in sets), "some")
        given = draw(st.integers(0, 29)) > 0 if manner == "all" else manner == "some" and draw(st.booleans())
        if not given:
            continue
        if definition.is_secret:
            secrets[definition.id] = "key"
            if draw(st.integers(0, 29)) == 0:
                fields[definition.id] = draw(st.sampled_from(["Inline-1", 5, None]))
        else:
            fields[definition.id] = draw(value_of(definition))
    return fields, secrets
