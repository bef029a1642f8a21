"""Whether a call binds to a parameter set, by the rules of PowerShell."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from cmdlets.calls import Call, Element, Kind
from cmdlets.catalogue import COMMON, SWITCH, Signature

PIPED = frozenset({"inputobject"})
"""The parameters that the agent gives through a pipeline."""
_ALIASES = {alias: name for name, (alias, _) in COMMON.items()}


def problems(call: Call, signature: Signature) -> list[str]:
    """Return why a call does not bind to a cmdlet; nothing if it binds, whatever it splats."""
    if call.module and call.module.lower() != signature.module.lower():
        return [f"it is in the module {signature.module}"]
    given, positional, found = _given(call, signature)
    unknown = [text for text, keys in call.splats.items() if keys is None]
    if found or unknown:
        return [*found, *(f"what {text} holds cannot be followed" for text in unknown)]
    alternatives = [keys for keys in call.splats.values() if keys is not None]
    for combination in itertools.product(*alternatives):
        names = [*given]
        for key in itertools.chain(*(sorted(keys) for keys in combination)):
            name = _resolved(key, signature)
            found += [f"it has no parameter {key}"] if name is None else []
            names.append(name or key.lower())
        found += [] if found else _of_sets(call, signature, names, positional)
    return list(dict.fromkeys(found))


def says_what_errors_do(call: Call, signature: Signature) -> bool:
    """Return whether a call has -ErrorAction, whatever it splats."""
    given, _, _ = _given(call, signature)
    keys = [
        {_resolved(key, signature) for key in one}
        for alternatives in call.splats.values()
        for one in alternatives or ()
    ]
    return "erroraction" in given or (bool(keys) and all("erroraction" in one for one in keys))


def _given(call: Call, signature: Signature) -> tuple[list[str], int, list[str]]:
    """Return the parameters of a call by their full names, how many values it gives by position, and what is wrong."""
    given: list[str] = []
    positional, found = 0, []
    elements = list(call.elements)
    while elements:
        element = elements.pop(0)
        if element.kind is Kind.VALUE:
            positional += 1
        elif element.kind is Kind.PARAMETER:
            name = _resolved(element.text.removeprefix("-"), signature)
            if name is None:
                found.append(_why_unknown(element, signature))
                elements = _without_value(elements)
                continue
            given.append(name)
            if elements and elements[0].attached:
                elements.pop(0)
            elif _type(name, signature) != SWITCH:
                if not elements or elements[0].kind is not Kind.VALUE:
                    found.append(f"{element.text} has no value")
                elements = _without_value(elements)
    return given, positional, found


def _without_value(elements: list[Element]) -> list[Element]:
    return elements[1:] if elements and elements[0].kind is Kind.VALUE else elements


def _resolved(text: str, signature: Signature) -> str | None:
    """Return the full name of a parameter, which an alias may stand for, but no abbreviation: a later version can break it."""
    name = text.lower()
    name = signature.aliases.get(name, name)
    name = _ALIASES.get(name, name)
    return name if name in signature.types or name in COMMON else None


def _why_unknown(element: Element, signature: Signature) -> str:
    start = element.text.removeprefix("-").lower()
    meant = sorted(name for name in (*signature.types, *signature.aliases, *COMMON) if name.startswith(start))
    return f"{element.text} is short for {' or '.join(meant)}" if meant else f"it has no parameter {element.text}"


def _type(name: str, signature: Signature) -> str:
    return COMMON[name][1] if name in COMMON else signature.types[name]


def _of_sets(call: Call, signature: Signature, names: list[str], positional: int) -> Iterator[str]:
    """Yield why no set takes all of the parameters and has all that it requires."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        yield f"{', '.join(twice)} is given twice"
    own = {name for name in names if name not in COMMON}
    left = [name for name in signature.positions if name not in own]
    if positional > len(left):
        yield f"{positional} values are given by position"
        return
    own |= set(left[:positional])
    fitting = {name: parameters for name, parameters in signature.sets.items() if own <= parameters.keys()}
    if not fitting:
        yield f"no parameter set has all of {', '.join(sorted(own))}"
        return
    piped = PIPED if call.piped else frozenset[str]()
    missing = [
        {key for key, one in parameters.items() if one.mandatory} - own - piped for parameters in fitting.values()
    ]
    if all(missing):
        closest: set[str] = min(missing, key=len)
        yield f"{', '.join(sorted(closest))} is missing"
