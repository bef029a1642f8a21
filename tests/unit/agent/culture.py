"""What the current culture changes in PowerShell, as patterns in the code of a script.

Where it matters, by the documentation and the public issues of PowerShell:

- `-match`, `-replace`, `-split`, `-like` and their negations ignore case by the current culture (`RegexOptions.IgnoreCase` and
  `WildcardOptions.IgnoreCase`), as `ValidatePattern`, `switch -Regex`, `switch -Wildcard` and `Select-String` do. In Turkish `I` is not
  the capital of `i`. With the prefix c they compare ordinally.
- `-eq`, `-in`, `-contains`, `switch` and `ValidateSet` compare by the invariant culture everywhere (PowerShell#8180).
- `Sort-Object`, `Compare-Object`, `Group-Object` and `Select-Object -Unique` compare by the current culture, with `-CaseSensitive` too
  (PowerShell#18655, PowerShell#9348).
- The keys of `@{}` and `[ordered]@{}` compare by the culture of the session in Windows PowerShell 5.1 (PowerShell#8280, PowerShell#8566).
- `StartsWith`, `EndsWith`, `IndexOf`, `LastIndexOf` and `Compare` of strings compare by the current culture; in Thai, punctuation is
  ignored. `Contains`, `Replace` and `Split` compare ordinally ("Best practices for comparing strings in .NET").
- `ToString()`, `-f` with a format that is not hexadecimal, and `Parse` use the numbers and the calendar of the current culture: in Thai,
  2026 is 2569. An expandable string and a cast to `[string]` use the invariant culture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from unit.agent.source import commands, nodes, parse_text, text_of, walk

_OPERATORS = re.compile(r"-i?(?:match|notmatch|replace|split|like|notlike)", re.IGNORECASE)
_COMPARING = frozenset({"startswith", "endswith", "indexof", "lastindexof"})
_CONVERTING = frozenset({"format", "todouble", "tosingle", "todecimal", "todatetime"})
_INLINE = re.compile(r"\(\?[a-z]*i[a-z]*[:)]")
"""The option of a pattern that makes it ignore case: `(?i)`."""
_NAMED = re.compile(r"CurrentCulture(?:IgnoreCase)?$")
_PARSED = re.compile(
    r"\[(?:System\.)?(?:DateTime|DateTimeOffset|TimeSpan|double|single|float|decimal|int\d*|long|u?int\d+|byte)\]",
    re.IGNORECASE,
)
_SORTED = re.compile(
    r"\[(?:System\.Collections\.Generic\.)(?:SortedDictionary|SortedSet|SortedList)\[string\b", re.IGNORECASE
)
_BY_CULTURE = frozenset({"Compare-Object", "Group-Object", "Get-Unique"})
_FORMAT = re.compile(r"\{\d+(?:,|:(?!x\d*\}))", re.IGNORECASE)
_NOT_TEXT = frozenset({"TimeCreated"})
"""Properties that are not strings, so that they sort the same everywhere."""
_STRING_COMPARISON = re.compile(
    r"\[(?:System\.)?StringComparison\]::Ordinal(?:IgnoreCase)?\b|\$\w*(?:comparison|ordinal)\b", re.IGNORECASE
)


def problems(text: bytes) -> list[str]:
    """Return what the current culture changes in a script: the expressions, as their source has them."""
    root = parse_text(text)
    found: list[str] = []
    for check in (_operators, _attributes, _calls, _switches, _formats, _commands, _literals):
        found += check(root)
    found += [text_of(node) for node in nodes(root, "type_literal") if _SORTED.match(text_of(node))]
    return found


def _operators(root: Node) -> Iterator[str]:
    for node in walk(root):
        if node.type in ("comparison_operator", "-split", "-isplit") and _OPERATORS.fullmatch(text_of(node)):
            yield text_of(node.parent or node)


def _attributes(root: Node) -> Iterator[str]:
    for node in nodes(root, "attribute"):
        if re.match(r"\[ValidatePattern\(", text_of(node), re.IGNORECASE) and not re.search(
            r",\s*Options\s*=\s*'None'\s*\)", text_of(node)
        ):
            yield text_of(node)


def _calls(root: Node) -> Iterator[str]:
    for node in nodes(root, "invokation_expression"):
        name, arguments = _method(node), _arguments(node)
        static = any(child.type == "::" for child in node.children)
        known = (
            (name in _COMPARING and not static and not _is_ordinal(arguments))
            or name in ("tolower", "toupper", "compareto")
            or (name == "tostring" and not static and not _is_invariant_format(arguments))
            or (name == "compare" and static and not _STRING_COMPARISON.search(text_of(node)))
            or (name == "sort" and not any("StringComparer]::Ordinal" in text for text in arguments))
            or (name in ("parse", "tryparse") and _PARSED.match(text_of(node)) and not _has_culture(arguments))
            or (name in _CONVERTING and static and not _has_culture(arguments))
            or (
                "IgnoreCase" in text_of(node)
                and re.match(r"\[regex\]", text_of(node), re.IGNORECASE)
                and not _is_invariant(arguments)
            )
        )
        if known:
            yield text_of(node)


def _method(node: Node) -> str:
    names = [child for child in node.children if child.type == "member_name"]
    return text_of(names[-1]).lower() if names else ""


def _arguments(node: Node) -> list[str]:
    return [text_of(one) for one in nodes_below(node, "argument_list") for one in _expressions(one)]


def nodes_below(node: Node, kind: str) -> list[Node]:
    """Return the children of a kind."""
    return [child for child in node.children if child.type == kind]


def _expressions(arguments: Node) -> Iterable[Node]:
    for inner in nodes_below(arguments, "argument_expression_list"):
        yield from nodes_below(inner, "argument_expression")


def _is_ordinal(arguments: list[str]) -> bool:
    """Return whether a comparison names how it compares, or is one of characters."""
    return any(_STRING_COMPARISON.fullmatch(text) or text.startswith("[char]") for text in arguments)


def _is_invariant_format(arguments: list[str]) -> bool:
    """Return whether `ToString` names a culture, or is that of a GUID."""
    return arguments in (["'D'"], ["'N'"]) or _has_culture(arguments)


def _is_invariant(arguments: list[str]) -> bool:
    return any("CultureInvariant" in text for text in arguments)


def _has_culture(arguments: list[str]) -> bool:
    return any(text.lower() == "$invariant" or "InvariantCulture" in text for text in arguments)


def _switches(root: Node) -> Iterator[str]:
    for node in nodes(root, "switch_statement"):
        parameters = [text_of(one).lower() for one in nodes(node, "switch_parameter")]
        if {"-wildcard", "-regex"} & set(parameters) and "-casesensitive" not in parameters:
            yield text_of(node).partition("{")[0].strip()


def _literals(root: Node) -> Iterator[str]:
    """Yield patterns that ignore case by their own option, and what names the current culture."""
    for kind in ("verbatim_string_characters", "expandable_string_literal", "verbatim_here_string_characters"):
        yield from (text_of(node) for node in nodes(root, kind) if _INLINE.search(text_of(node)))
    yield from (text_of(node) for node in nodes(root, "member_access") if _NAMED.search(text_of(node)))


def _formats(root: Node) -> Iterator[str]:
    for node in nodes(root, "format_expression"):
        if any(text_of(child).lower() == "-f" for child in node.children) and _FORMAT.search(text_of(node.children[0])):
            yield text_of(node)


def _commands(root: Node) -> Iterator[str]:
    for name, *rest in commands(root):
        given = {text.lower() for text in rest}
        by_culture = {
            "Select-String": "-casesensitive" not in given,
            "Select-Object": "-unique" in given,
            "Sort-Object": not _sorts_no_text(rest),
            "Get-Date": bool({"-format", "-uformat"} & given),
        }
        simplified = name in ("Where-Object", "where", "?") and any(_OPERATORS.fullmatch(text) for text in rest)
        if simplified or by_culture.get(name, name in _BY_CULTURE):
            yield " ".join([name, *rest])


def _sorts_no_text(rest: list[str]) -> bool:
    return "-Property" in rest and rest[rest.index("-Property") + 1] in _NOT_TEXT


def keys(root: Node) -> set[str]:
    """Return the names of the entries of a script's hashtable literals."""
    return {text_of(node).strip("'\"") for node in nodes(root, "key_expression")}


def members(root: Node) -> set[str]:
    """Return the names of the members that a script reads or sets, apart from methods and static members."""
    found = set()
    for node in nodes(root, "member_access"):
        if not any(child.type == "::" for child in node.children):
            found |= {text_of(child) for child in nodes_below(node, "member_name")}
    return found
