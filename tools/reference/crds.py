"""One page a kind, from its CustomResourceDefinition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hyperv_operator.api import names
from hyperv_operator.api.catalogue import HOST_CONDITIONS, MACHINE_CONDITIONS
from reference.conditions import types
from reference.markdown import code, codes, page, span, table

Json = dict[str, Any]

_BUILT_IN = ("apiVersion", "kind", "metadata")


def render(definition: Json) -> str:
    """Return the page of a CustomResourceDefinition."""
    spec = definition["spec"]
    version = spec["versions"][0]
    root = version["schema"]["openAPIV3Schema"]
    sections = [
        f"## {code(name)}\n\n{_properties(node, name, required=name in root.get('required', []))}"
        for name, node in root["properties"].items()
        if name not in _BUILT_IN
    ]
    return page(
        spec["names"]["kind"],
        _intro(definition, version),
        *sections,
        _rules(root),
        _conditions(spec),
        _columns(version),
    )


def _intro(definition: Json, version: Json) -> str:
    spec = definition["spec"]
    called = spec["names"]
    scope = "namespaced" if spec["scope"] == "Namespaced" else "cluster-scoped"
    text = (
        f"{version['schema']['openAPIV3Schema']['description']} `{spec['group']}/{version['name']}`, {scope}; "
        f"`kubectl get {called['plural']}`, short {codes(called['shortNames'])}; category {codes(called['categories'])}."
    )
    selectable = [one["jsonPath"].lstrip(".") for one in version.get("selectableFields", [])]
    if selectable:
        text += f" Field selectors: {codes(selectable)}."
    if called["kind"] == names.MACHINE_KIND:
        text += " [fields.md](fields.md) tells more about `spec.fields` and `spec.secretFields`."
    return text


# --- properties ------------------------------------------------------------------------------------------------------


def _properties(node: Json, path: str, *, required: bool) -> str:
    rows = list(_rows(node, path, required=required))
    return table(("property", "type", "required", "limits", "default", "description"), rows)


def _rows(node: Json, path: str, *, required: bool) -> Iterator[tuple[str, ...]]:
    default = "" if "default" not in node else code(_value(node["default"]))
    yield (
        code(path),
        kind_of(node),
        "yes" if required else "no",
        limits(node),
        default,
        node.get("description", ""),
    )
    yield from _children(node, path)


def _children(node: Json, path: str) -> Iterator[tuple[str, ...]]:
    for name, child in node.get("properties", {}).items():
        yield from _rows(child, f"{path}.{name}", required=name in node.get("required", []))
    # What a list or a map holds has a row of its own only where it has properties: its type and limits stand with the list.
    for part, suffix in (("items", "[]"), ("additionalProperties", ".<key>")):
        inner = node.get(part)
        if isinstance(inner, dict):
            yield from _children(inner, f"{path}{suffix}")


def kind_of(node: Json) -> str:
    """Return a property's type in words."""
    if node.get("format") == "date-time":
        return "time (RFC 3339)"
    if node["type"] == "array":
        return f"list of {kind_of(node['items'])}"
    if isinstance(node.get("additionalProperties"), dict):
        return f"map to {kind_of(node['additionalProperties'])}"
    return str(node["type"])


def limits(node: Json) -> str:
    """Return a property's limits in words, those of a list's or a map's content included."""
    is_time = node.get("format") == "date-time"
    parts = [
        "" if is_time else span(node.get("minLength"), node.get("maxLength"), " characters"),
        span(node.get("minimum"), node.get("maximum"), ""),
        span(node.get("minItems"), node.get("maxItems"), " items"),
        span(node.get("minProperties"), node.get("maxProperties"), " keys"),
        f"one of {codes(node['enum'])}" if "enum" in node else "",
        f"matching {code(node['pattern'])}" if "pattern" in node else "",
    ]
    keys = node.get("x-kubernetes-list-map-keys")
    parts.append(f"one item for each {codes(keys)}" if keys else "")
    inner = node.get("items") or node.get("additionalProperties")
    inside = limits(inner) if isinstance(inner, dict) else ""
    parts.append(f"each {inside}" if inside else "")
    return ", ".join(part for part in parts if part)


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) or '""'


# --- rules, conditions, columns --------------------------------------------------------------------------------------


def rules(node: Json, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield every CEL rule below a node: its place, its message, its expression."""
    for rule in node.get("x-kubernetes-validations", []):
        yield path, rule.get("message", ""), rule["rule"]
    for name, child in node.get("properties", {}).items():
        yield from rules(child, f"{path}.{name}" if path else name)
    for part, suffix in (("items", "[]"), ("additionalProperties", ".<key>")):
        if isinstance(node.get(part), dict):
            yield from rules(node[part], f"{path}{suffix}")


def _rules(root: Json) -> str:
    found = [
        f"- {code(path) if path else 'the whole resource'}: {message}\n\n  ```text\n  {expression}\n  ```"
        for path, message, expression in rules(root)
    ]
    if not found:
        return ""
    intro = "The API server refuses what breaks one of these, with its sentence (CEL; `oldSelf`: only on a change)."
    return "\n\n".join(["## Rules", intro, *found])


def _conditions(spec: Json) -> str:
    match spec["names"]["kind"]:
        case names.MACHINE_KIND:
            shown = types(MACHINE_CONDITIONS, "conditions.md")
        case names.HOST_KIND:
            shown = types(HOST_CONDITIONS, "conditions.md")
        case _:
            return ""
    return f"## Condition types\n\n{shown}"


def _columns(version: Json) -> str:
    rows = [
        (one["name"], code(one["jsonPath"]), "with `-o wide`" if one.get("priority") else "always")
        for one in version.get("additionalPrinterColumns", [])
    ]
    return f"## Columns of `kubectl get`\n\n{table(('column', 'from', 'shown'), rows)}" if rows else ""
