"""Manifests in YAML or JSON as trees with positions, and templates recognised as such."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import yaml

from hyperv_operator.schema import yaml_source
from hyperv_operator.schema.yaml_source import Fault, Position, Tree

_SURROGATES = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_TEMPLATE = "this is a template, not a manifest"
_RENDER = "Render it first: helm template CHART | hyperv-operator validate -f - (and leave the folder of the chart out)"


def compose(text: str, *, is_json: bool) -> tuple[list[yaml.Node], Fault | None]:
    """Return the documents of a text up to the first that cannot be parsed, and the fault of that one."""
    if is_json:
        if fault := _json_fault(text):
            return [], fault
        # JSON has tabs outside of strings only. YAML takes a pair of escaped surrogates for two characters.
        text = _SURROGATES.sub(lambda pair: str(json.loads(f'"{pair[0]}"')), text.replace("\t", " "))
    nodes, fault = yaml_source.compose(text)
    if fault and fault.code == "syntax" and "{{" in text:
        fault = Fault(_template_position(text, fault.position), "template", _TEMPLATE, _RENDER)
    return nodes, fault


def read(node: yaml.Node) -> Tree:
    """Read one object."""
    tree = yaml_source.read(node)
    # A line with `{{ ... }}` alone is a mapping whose key is a mapping.
    tree.faults = [
        replace(fault, code="template", problem=_TEMPLATE, remedy=_RENDER) if fault.code == "mapping_key" else fault
        for fault in tree.faults
    ]
    return tree


def is_json(text: str) -> bool:
    """Return whether a text is a JSON object. YAML refuses the tabs that JSON may be indented with."""
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return False
    return True


def _json_fault(text: str) -> Fault | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        return Fault(Position(error.lineno, error.colno), "syntax", problem, "Correct the file")
    except RecursionError:
        return Fault(Position(1, 1), "too_large", "this is nested too deeply", "Correct the file")
    return None


def _template_position(text: str, failed: Position) -> Position:
    """Return the last template line up to the one at which the parser stopped, which is often the next."""
    lines = text.splitlines()
    for index in range(min(failed.line, len(lines)) - 1, -1, -1):
        if "{{" in lines[index]:
            return Position(index + 1, lines[index].index("{{") + 1)
    return failed
