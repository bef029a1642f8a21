"""From the models and the job schema to the three CustomResourceDefinitions."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from hyperv_operator.api import names
from hyperv_operator.api.host import HyperVHostSpec, HyperVHostStatus
from hyperv_operator.api.inventory import HyperVHostInventoryStatus
from hyperv_operator.api.machine import HyperVMachineSpec, HyperVMachineStatus
from hyperv_operator.contract.os_family import PREFIXES
from hyperv_operator.contract.schema import FieldDefinition, FieldType, JobSchema, SetMode
from hyperv_operator.contract.validation import required_message, secret_inline_message
from hyperv_operator.contract.values import private_key_message

Json = dict[str, Any]

_KEEP = (
    "type",
    "description",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "maxItems",
    "minItems",
)
_LIST_KEYS = {"conditions": "type", "machines": "vmId", "placeholders": "uid"}
_TIME_LENGTH = 64
_MAP_LIMIT = 64


def structural(model: type[BaseModel]) -> Json:
    """Return a model's schema as a structural one: no references, no unions with null, every list with a type."""
    raw = model.model_json_schema(by_alias=True)
    return _node(raw, raw.get("$defs", {}), "")


def _node(raw: Json, definitions: Json, name: str) -> Json:
    described = raw.get("description")
    if "$ref" in raw:
        raw = {**definitions[raw["$ref"].rsplit("/", 1)[-1]], **({"description": described} if described else {})}
    if "anyOf" in raw:
        inner = next(option for option in raw["anyOf"] if option.get("type") != "null")
        raw = {**inner, **({"description": described} if described else {})}
        return _node(raw, definitions, name)
    node = {key: raw[key] for key in _KEEP if key in raw}
    if raw.get("format") == "date-time":
        node |= {"format": "date-time", "maxLength": _TIME_LENGTH}
    if "const" in raw:
        node["enum"] = [raw["const"]]
    if isinstance(raw.get("default"), str | int | bool):
        node["default"] = raw["default"]
    if node.get("type") == "array":
        node["items"] = _node(raw["items"], definitions, "")
        node["x-kubernetes-list-type"] = "map" if name in _LIST_KEYS else "atomic"
        if name in _LIST_KEYS:
            node["x-kubernetes-list-map-keys"] = [_LIST_KEYS[name]]
    if "properties" in raw:
        node["properties"] = {key: _node(value, definitions, key) for key, value in raw["properties"].items()}
        if raw.get("required"):
            node["required"] = list(raw["required"])
    elif node.get("type") == "object":
        more = raw.get("additionalProperties")
        node["additionalProperties"] = _node(more, definitions, "") if isinstance(more, dict) else {"type": "string"}
        node["maxProperties"] = raw.get("maxProperties", _MAP_LIMIT)
    if "enum" in node and node.get("type") == "string":
        node.pop("maxLength", None)
    return node


# --- spec.fields -----------------------------------------------------------------------------------------------------

_TYPES = {FieldType.INTEGER: "integer", FieldType.BOOLEAN: "boolean"}


def _field(definition: FieldDefinition) -> Json:
    limits = definition.validations
    text = " ".join(part for part in (f"{definition.label}.", definition.description, definition.hint) if part)
    node: Json = {"type": _TYPES.get(definition.type, "string"), "description": text}
    if definition.is_secret:
        node["maxLength"] = 8_192
        node["description"] = f"{text} Secret: it is refused here and belongs under spec.secretFields."
        return node
    if node["type"] == "string":
        node["maxLength"] = limits.max_length or (15 if definition.type is FieldType.IPV4 else 253)
        if limits.min_length:
            node["minLength"] = limits.min_length
    pairs = {"minimum": limits.minimum, "maximum": limits.maximum, "pattern": limits.pattern}
    node |= {key: value for key, value in pairs.items() if value is not None}
    if limits.enum:
        node["enum"] = list(limits.enum)
        node.pop("maxLength", None)
    if definition.type is FieldType.IPV4:
        octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
        node["pattern"] = rf"^{octet}(\.{octet}){{3}}$"
    return node


def _rule(rule: str, message: str, **more: str) -> Json:
    return {"rule": rule, "message": message, **more}


def _fields(schema: JobSchema) -> Json:
    rules = []
    for definition in schema.fields:
        name = definition.id
        if definition.is_secret:
            rules.append(_rule(f"!has(self.{name})", secret_inline_message(name)))
        elif definition.required:
            rules.append(_rule(f"has(self.{name})", required_message(name, is_secret=False)))
        if definition.type is FieldType.MULTILINE:
            rules.append(_rule(f"!has(self.{name}) || !self.{name}.contains('PRIVATE KEY')", private_key_message(name)))
    return {
        "type": "object",
        "description": f"The fields of schema version {schema.version} that are not secret.",
        "properties": {definition.id: _field(definition) for definition in schema.fields},
        "x-kubernetes-validations": rules,
    }


def _has(schema: JobSchema, name: str) -> str:
    definition = schema.field(name)
    assert definition is not None
    if definition.is_secret:
        return f"(has(self.secretFields) && has(self.secretFields.{name}))"
    return f"has(self.fields.{name})"


def _is_family(schema: JobSchema, members: tuple[str, ...]) -> str:
    """Return the condition under which a set's members apply: what does not apply is dropped, not refused."""
    definitions = [schema.field(name) for name in members]
    families = {one.applicability.os_family for one in definitions if one and one.applicability}
    if not families:
        return ""
    family = next(iter(families))[0]
    prefixes = ", ".join(f"'{prefix.lower()}'" for prefix, of in PREFIXES if of is family)
    inferred = (
        f"has(self.fields.image_name) && [{prefixes}].exists(p, self.fields.image_name.lowerAscii().startsWith(p))"
    )
    return f"(has(self.fields.os_family) ? self.fields.os_family == '{family.value}' : {inferred})"


def _spec_rules(schema: JobSchema) -> list[Json]:
    rules = [
        _rule(_has(schema, definition.id), required_message(definition.id, is_secret=True))
        for definition in schema.fields
        if definition.is_secret and definition.required
    ]
    for group in schema.parameter_sets:
        given = [_has(schema, name) for name in group.members]
        if group.mode is SetMode.ALL_OR_NONE:
            holds = f"({' && '.join(given)}) || !({' || '.join(given)})"
        else:
            needed = " && ".join(_has(schema, name) for name in group.requires)
            holds = f"!({' || '.join(given)}) || ({needed})"
        guard = _is_family(schema, group.members)
        rules.append(_rule(f"!{guard} || ({holds})" if guard else holds, group.message))
    return rules


def _frozen(schema: JobSchema) -> list[Json]:
    """Return the transition rules: at the root, since what freezes fields is in status."""
    identity = [definition.id for definition in schema.fields if definition.immutable]
    guest = [one.id for one in schema.fields if one.id.startswith(("guest_", "cnf_")) and not one.is_secret]

    def same(names: list[str]) -> str:
        # Not `.?name`: what the server estimates for comparing optional values is beyond its budget.
        new, old = "self.spec.fields", "oldSelf.spec.fields"
        return " && ".join(
            f"(has({new}.{name}) ? has({old}.{name}) && {new}.{name} == {old}.{name} : !has({old}.{name}))"
            for name in names
        )

    return [
        _rule(
            f"!has(oldSelf.status) || !has(oldSelf.status.vmId) || ({same(identity)})",
            f"{' and '.join(identity)} cannot be changed once the VM exists: delete this machine and apply a new one.",
        ),
        _rule(
            f"!has(oldSelf.status) || !has(oldSelf.status.sealed) || ({same(guest)})",
            "guest_* and cnf_* fields cannot be changed once they were published to the guest: delete this machine and "
            "apply a new one.",
        ),
    ]


# --- the three resources ---------------------------------------------------------------------------------------------


def _column(name: str, path: str, kind: str = "string", *, wide: bool = False) -> Json:
    column = {"name": name, "type": kind, "jsonPath": path}
    return {**column, "priority": 1} if wide else column


def _condition(kind: str, part: str) -> str:
    return f".status.conditions[?(@.type=='{kind}')].{part}"


def _crd(plural: str, kind: str, short: str, scope: str, version: Json) -> Json:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{names.GROUP}"},
        "spec": {
            "group": names.GROUP,
            "scope": scope,
            "names": {
                "plural": plural,
                "singular": kind.lower(),
                "kind": kind,
                "listKind": f"{kind}List",
                "shortNames": [short],
                "categories": ["hyperv"],
            },
            "versions": [{"name": names.VERSION, "served": True, "storage": True, **version}],
        },
    }


def _root(description: str, properties: Json, required: list[str], rules: list[Json] | None = None) -> Json:
    node: Json = {
        "type": "object",
        "description": description,
        "properties": {
            "apiVersion": {"type": "string", "maxLength": 253},
            "kind": {"type": "string", "maxLength": 63},
            "metadata": {"type": "object"},
            **properties,
        },
        "required": required,
    }
    if rules:
        node["x-kubernetes-validations"] = rules
    return {"openAPIV3Schema": node}


def _machine(schema: JobSchema) -> Json:
    spec = structural(HyperVMachineSpec)
    reference = spec["properties"]["secretFields"]["additionalProperties"]
    spec["properties"]["fields"] = _fields(schema)
    spec["properties"]["secretFields"] = {
        "type": "object",
        "description": spec["properties"]["secretFields"]["description"],
        "properties": {
            one.id: {**reference, "description": f"{one.label}. {one.description}"}
            for one in schema.fields
            if one.is_secret
        },
    }
    spec["properties"]["targetHost"]["x-kubernetes-validations"] = [
        _rule("self == oldSelf", "spec.targetHost cannot be changed: delete this machine and apply a new one.")
    ]
    spec["x-kubernetes-validations"] = _spec_rules(schema)
    properties = {"spec": spec, "status": structural(HyperVMachineStatus)}
    return {
        "subresources": {"status": {}},
        "selectableFields": [{"jsonPath": ".spec.targetHost"}],
        "additionalPrinterColumns": [
            _column("Ready", _condition("Ready", "status")),
            _column("Status", _condition("Ready", "reason")),
            _column("Host", ".spec.targetHost"),
            _column("Power", ".status.powerState"),
            _column("Step", ".status.run.step"),
            _column("VM ID", ".status.vmId", wide=True),
            _column("Message", _condition("Ready", "message"), wide=True),
            _column("Age", ".metadata.creationTimestamp", "date"),
        ],
        "schema": _root("A virtual machine on a Hyper-V host.", properties, ["spec"], _frozen(schema)),
    }


def _host() -> Json:
    spec = structural(HyperVHostSpec)
    spec["properties"]["connection"]["x-kubernetes-validations"] = [
        _rule(
            "!has(self.transport) || self.transport != 'http' || !has(self.authentication) || "
            "!(self.authentication in ['basic', 'certificate'])",
            "transport http needs an authentication that encrypts messages: kerberos, negotiate or ntlm",
        )
    ]
    return {
        "subresources": {"status": {}},
        "additionalPrinterColumns": [
            _column("Ready", _condition("Ready", "status")),
            _column("Status", _condition("Ready", "reason")),
            _column("Address", ".spec.address"),
            _column("Agent", ".status.agent.version"),
            _column("Memory Free", ".status.capacity.memoryFreeGib", "integer"),
            _column("Message", _condition("Ready", "message"), wide=True),
            _column("Age", ".metadata.creationTimestamp", "date"),
        ],
        "schema": _root("A Hyper-V host.", {"spec": spec, "status": structural(HyperVHostStatus)}, ["spec"]),
    }


def _inventory() -> Json:
    return {
        "subresources": {"status": {}},
        "additionalPrinterColumns": [
            _column("Observed", ".status.observedAt", "date"),
            _column("Age", ".metadata.creationTimestamp", "date"),
        ],
        "schema": _root("What Hyper-V reports on a host.", {"status": structural(HyperVHostInventoryStatus)}, []),
    }


def definitions(schema: JobSchema) -> dict[str, Json]:
    """Return the CustomResourceDefinitions by file name."""
    return {
        "hypervmachines.yaml": _crd(names.MACHINES, names.MACHINE_KIND, "hvm", "Namespaced", _machine(schema)),
        "hypervhosts.yaml": _crd(names.HOSTS, names.HOST_KIND, "hvh", "Cluster", _host()),
        "hypervhostinventories.yaml": _crd(names.INVENTORIES, names.INVENTORY_KIND, "hvi", "Cluster", _inventory()),
    }
