"""Render the three CustomResourceDefinitions from the models and the job schema."""

from __future__ import annotations

from typing import Any

import crd_rules
import crd_transitions
from pydantic import BaseModel

from hyperv_operator.api import names
from hyperv_operator.api.common import Status
from hyperv_operator.api.host import NESTED_PATHS, HyperVHostSpec, HyperVHostStatus
from hyperv_operator.api.inventory import HyperVHostInventoryStatus
from hyperv_operator.api.machine import HyperVMachineSpec, HyperVMachineStatus
from hyperv_operator.schema.model import FieldDefinition, FieldType, JobSchema

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
    """Return the schema of a model in structural form: no references, no unions with null, every list with a type."""
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
    """Return the schema of a field. A field of one OS family has its limits in CEL, where they can be conditional."""
    text = " ".join(part for part in (definition.description, definition.hint) if part)
    node: Json = {"type": _TYPES.get(definition.type, "string"), "title": definition.label, "description": text}
    if definition.is_secret:
        node["description"] = f"{text} Secret: refused here, give it under spec.secretFields."
        return {**node, "maxLength": 8_192}
    limits = definition.validations
    always = definition.applicability is None
    if always and limits.enum:
        return {**node, "enum": list(limits.enum)}
    if definition.max_length is not None:
        node["maxLength"] = definition.max_length
    if always:
        pairs = {
            "minLength": limits.min_length,
            "minimum": limits.minimum,
            "maximum": limits.maximum,
            "pattern": definition.pattern,
            "format": "ipv4" if definition.type is FieldType.IPV4 else None,
        }
        node |= {key: value for key, value in pairs.items() if value is not None}
    return node


def _fields(schema: JobSchema) -> Json:
    return {
        "type": "object",
        "description": f"The fields of schema version {schema.version} that are not secret.",
        "properties": {definition.id: _field(definition) for definition in schema.fields},
        "x-kubernetes-validations": crd_rules.field_rules(schema),
    }


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
            "apiVersion": {"type": "string", "maxLength": 253, "description": "API group and version of the resource."},
            "kind": {"type": "string", "maxLength": 63, "description": "Kind of the resource."},
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
            one.id: {**reference, "title": one.label, "description": f"{one.description} {one.hint}".strip()}
            for one in schema.fields
            if one.is_secret
        },
    }
    spec["properties"]["targetHost"]["x-kubernetes-validations"] = [
        crd_rules.rule("self == oldSelf", "spec.targetHost cannot be changed: delete this machine and apply a new one.")
    ]
    spec["x-kubernetes-validations"] = crd_rules.spec_rules(schema)
    properties = {"spec": spec, "status": _unseen(HyperVMachineStatus)}
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
        "schema": _root(
            "A virtual machine on a Hyper-V host.", properties, ["spec"], crd_transitions.transition_rules(schema)
        ),
    }


def _unseen(model: type[Status]) -> Json:
    """Return a status that says by default that nothing was observed: without one, kstatus takes a new object for finished."""
    node = structural(model)
    node["properties"]["observedGeneration"]["default"] = -1
    return {**node, "default": {"observedGeneration": -1}}


def _is_in(path: str, folder: str) -> str:
    """Return the condition that a Windows path is a folder or in it; either may end with a separator."""
    ended = f"({folder}.endsWith('\\\\') ? {folder} : {folder} + '\\\\').lowerAscii()"
    return f"({path} + '\\\\').lowerAscii().startsWith({ended})"


def _host() -> Json:
    spec = structural(HyperVHostSpec)
    spec["properties"]["connection"]["x-kubernetes-validations"] = [
        crd_rules.rule(
            "!has(self.transport) || self.transport != 'http' || !has(self.authentication) || "
            "!(self.authentication in ['basic', 'certificate'])",
            "transport http needs an authentication that encrypts messages: kerberos, negotiate or ntlm",
        )
    ]
    spec["properties"]["paths"]["x-kubernetes-validations"] = [
        crd_rules.rule(
            f"!{_is_in('self.images', 'self.machines')} && !{_is_in('self.machines', 'self.images')}", NESTED_PATHS
        )
    ]
    spec["properties"]["tenants"]["items"]["properties"]["vmNamePattern"]["x-kubernetes-validations"] = [
        crd_rules.rule(
            "self.startsWith('^')", "a pattern begins with ^, so that no name matches somewhere in its middle"
        ),
        # What is no regular expression is an error of the rule itself, whatever it returns.
        crd_rules.rule("''.matches(self) in [true, false]", "this is no regular expression"),
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
        "schema": _root("A Hyper-V host.", {"spec": spec, "status": _unseen(HyperVHostStatus)}, ["spec"]),
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
