"""The signatures that functions of PowerShell declare, in the form of the documented ones, and how fakes differ from these."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from cmdlets.catalogue import SWITCH, Parameter, Signature
from unit.agent.source import nodes, text_of

ALL_SETS = "__AllParameterSets"


def signature_of(name: str, function: Node) -> Signature:
    """Return the signature of a function."""
    blocks = nodes(function, "param_block")[:1]
    found: list[tuple[str, str, dict[str, bool]]] = []
    aliases: dict[str, str] = {}
    for block in blocks:
        for parameter in nodes(block, "script_parameter"):
            if parameter.parent is not None and parameter.parent.parent != block:
                continue
            variable = next(text_of(child) for child in parameter.children if child.type == "variable").lstrip("$")
            attributes = [text_of(one) for one in nodes(parameter, "attribute")]
            found.append((variable, _type(attributes), _sets(attributes)))
            for text in attributes:
                if re.match(r"\[Alias\(", text, re.IGNORECASE):
                    aliases |= {alias.lower(): variable.lower() for alias in re.findall(r"'([^']+)'", text)}
    names = {set_name for _, _, sets in found for set_name in sets} - {ALL_SETS} or {ALL_SETS}
    result: dict[str, dict[str, Parameter]] = {set_name: {} for set_name in sorted(names)}
    for variable, kind, sets in found:
        for set_name, mandatory in sets.items():
            for target in names if set_name == ALL_SETS else {set_name}:
                result[target][variable.lower()] = Parameter(variable, kind, mandatory)
    return Signature("", name, (), result, aliases, tuple(variable.lower() for variable, _, _ in found))


def _type(attributes: list[str]) -> str:
    types = [text[1:-1] for text in attributes if re.fullmatch(r"\[[\w.]+(?:\[[\w.]*\])?\]", text)]
    return types[-1].lower() if types else "object"


def _sets(attributes: list[str]) -> dict[str, bool]:
    """Return the sets of a parameter, each with whether it requires the parameter."""
    found: dict[str, bool] = {}
    for text in attributes:
        if re.match(r"\[Parameter\b", text, re.IGNORECASE):
            name = re.search(r"ParameterSetName\s*=\s*'([^']+)'", text, re.IGNORECASE)
            mandatory = re.search(r"\bMandatory\b(?!\s*=\s*\$false)", text, re.IGNORECASE)
            found[name[1] if name else ALL_SETS] = mandatory is not None
    return found or {ALL_SETS: False}


def is_advanced(function: Node) -> bool:
    """Return whether a function refuses parameters that it does not have."""
    blocks = nodes(function, "param_block")[:1]
    text = "".join(text_of(function).encode()[: block.end_byte - function.start_byte].decode() for block in blocks)
    return bool(re.search(r"\[(?:CmdletBinding|Parameter)\(", text, re.IGNORECASE))


def differences(fake: Signature, documented: list[Signature]) -> Iterator[str]:
    """Yield what a fake has that the documented cmdlet has on no version."""
    types = {key: kind for one in documented for key, kind in one.types.items()}
    aliases = {pair for one in documented for pair in one.aliases.items()}
    for key, kind in fake.types.items():
        if key not in types:
            yield f"has a parameter {key}"
        elif (kind == SWITCH) != (types[key] == SWITCH):
            yield f"has another type of {key}"
    yield from (f"has an alias {alias} of {key}" for alias, key in fake.aliases.items() if (alias, key) not in aliases)
    for name, parameters in fake.sets.items():
        required = {key for key, one in parameters.items() if one.mandatory}
        real = [sets for one in documented for sets in one.sets.values() if parameters.keys() <= sets.keys()]
        if not real and parameters.keys() <= types.keys():
            yield f"has a set {name} of {', '.join(sorted(parameters))}"
        needs = [{key for key, one in sets.items() if one.mandatory} - required for sets in real]
        if real and all(needs):
            closest: set[str] = min(needs, key=len)
            yield f"does not require {', '.join(sorted(closest))} in its set {name}"
