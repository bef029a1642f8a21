"""For any content of a manifest, `validate` ends with findings and not with a traceback."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperv_operator.commands.findings import Summary, render
from hyperv_operator.commands.manifests import collect
from hyperv_operator.commands.schemas import read_schema
from hyperv_operator.commands.sources import Source
from hyperv_operator.commands.validate import check
from unit.commands.samples import ROOT, host, machine

SCHEMA = read_schema(ROOT / "Schemas" / "job-inputs.yaml")
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
)


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, child in children for place in _places(child, (*path, key)))]


def _replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = node.copy()
    copy[path[0]] = _replaced(node[path[0]], path[1:], value)
    return copy


@pytest.mark.parametrize("body", [machine(vlan_id=3, guest_v4_ipaddr="10.0.0.9"), host()])
@settings(deadline=None)
@given(data=st.data())
def test_any_value_in_any_place_ends_with_findings(body: dict[str, Any], data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(_places(body)))
    text = yaml.safe_dump_all([_replaced(body, place, data.draw(_VALUES)), body], allow_unicode=True)
    collection = collect(iter([Source("a.yaml", text.encode())]))
    findings = check(SCHEMA, collection)
    for form in ("text", "json", "github"):
        render(findings, Summary(1, 1, 0, len(findings), 0), form)


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet="{}[]:,-&*!|>'\"%@#? \n\tab<", max_size=60).map(str.encode))
def test_any_bytes_end_with_findings(content: bytes) -> None:
    for name in ("a.yaml", "a.json"):
        check(SCHEMA, collect(iter([Source(name, content)])))
