"""A hypothesis strategy for valid schemas: the fields that the operator requires, others of every type, and sets."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import strategies as st

from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.model import JobSchema

PATTERNS = ("^[a-z]+$", "^(gold|silver)$", "^[A-Za-z0-9._-]*$", "^[^\\x00-\\x1f]{2,}$")
_NEEDED: list[dict[str, Any]] = [
    {"id": "vm_name", "type": "string", "required": True, "immutable": True, "validations": {"max_length": 63}},
    {"id": "image_name", "type": "string", "required": True, "validations": {"min_length": 1, "max_length": 128}},
    {"id": "os_family", "type": "string", "validations": {"enum": ["windows", "linux"]}},
    {"id": "gb_ram", "type": "integer", "required": True, "validations": {"minimum": 1, "maximum": 64}},
    {"id": "cpu_cores", "type": "integer", "required": True, "validations": {"minimum": 1, "maximum": 64}},
]
_MEANT: list[dict[str, Any]] = [
    {"id": "guest_la_uid", "type": "string", "validations": {"max_length": 64}},
    {"id": "guest_v4_ipaddr", "type": "ipv4"},
    {"id": "guest_v4_cidrprefix", "type": "integer", "validations": {"minimum": 8, "maximum": 30}},
    {"id": "guest_v4_defaultgw", "type": "ipv4"},
    {"id": "vm_clustered", "type": "boolean"},
]


@st.composite
def _field(draw: st.DrawFn, number: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(["string", "secret", "integer", "boolean", "ipv4", "hostname", "multiline"]))
    prefix = draw(st.sampled_from(["guest", "cnf", "extra"]))
    made: dict[str, Any] = {"id": f"{prefix}_f{number}", "type": kind}
    limits: dict[str, Any] = {}
    if kind == "integer":
        low = draw(st.integers(-5, 5))
        limits = {"minimum": low, "maximum": low + draw(st.integers(0, 10))}
    elif kind == "string" and draw(st.booleans()):
        limits = {"enum": draw(st.lists(st.sampled_from(["gold", "silver", "a b", "é"]), min_size=1, unique=True))}
    elif kind in ("string", "secret", "multiline"):
        low = draw(st.integers(0, 3))
        limits = {"min_length": low, "max_length": low + draw(st.integers(1, 16_000))}
        if kind != "secret" and draw(st.booleans()):
            limits["pattern"] = draw(st.sampled_from(PATTERNS))
    if limits:
        made["validations"] = limits
    manner = draw(st.sampled_from(["plain", "required", "windows", "linux", "immutable"]))
    if manner in ("windows", "linux"):
        made["applicability"] = {"os_family": [manner]}
    elif manner == "required" or (manner == "immutable" and kind != "secret"):
        made[manner] = True
    if kind == "boolean" and manner != "required" and draw(st.booleans()):
        made["default"] = draw(st.booleans())
    return made


@st.composite
def schemas(draw: st.DrawFn) -> JobSchema:
    """Generate a valid schema, through the text of its file."""
    others = [one for one in _MEANT if draw(st.booleans())]
    fields = _NEEDED + others + [draw(_field(number)) for number in range(draw(st.integers(0, 8)))]
    for order, one in enumerate(fields):
        one |= {"label": one["id"], "description": f"About {one['id']}.", "group": "all", "order": order}
    document = {
        "version": draw(st.integers(1, 9)),
        "id": "vm-provisioning",
        "name": "Generated",
        "description": "A schema that was generated.",
        "groups": [{"id": "all", "label": "All"}],
        "fields": fields,
        "parameter_sets": draw(_sets(fields)),
    }
    return load_schema(yaml.safe_dump(document, sort_keys=False))


@st.composite
def _sets(draw: st.DrawFn, fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made = []
    for family in (None, "windows", "linux"):
        free = [
            one["id"]
            for one in fields
            if one.get("applicability", {}).get("os_family", [None]) == [family]
            and not one.get("required")
            and "default" not in one
            and one["id"] != "os_family"
        ]
        if len(free) >= 2 and draw(st.booleans()):
            members = draw(st.lists(st.sampled_from(free), min_size=2, max_size=4, unique=True))
            if draw(st.booleans()):
                rule: dict[str, Any] = {"mode": "all-or-none", "members": members}
            else:
                rule = {"mode": "requires", "members": members[1:], "requires": members[:1]}
            made.append({"id": f"set-{family or 'all'}", "message": "These go together.", **rule})
    return made
