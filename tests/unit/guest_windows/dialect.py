"""The dialect of the Windows guest's PowerShell, which is that of the host's, as a check on the text of a function."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from unit.agent.source import commands, nodes, parse_text, text_of

_HELP = re.compile(r"<#\n(.*?)\n( *)#>", re.DOTALL)
_POSITIONAL = frozenset({"Where-Object", "ForEach-Object"})
_KEYWORD = re.compile(r"\.(SYNOPSIS|DESCRIPTION|PARAMETER \w+|OUTPUTS|EXAMPLE)")


def problems_of_function(text: str) -> list[str]:
    """Return how the text of a function differs from the dialect."""
    root = parse_text(text.encode())
    help_text = _HELP.search(text)
    if help_text is None:
        return ["it has no help"]
    sections = _KEYWORD.findall(help_text[1])
    code = text.replace(help_text[0], "")
    return [
        *problems_of_layout(text),
        *_problems_of_sections(sections),
        *_problems_of_parameters(root, [name.split()[1] for name in sections if name.startswith("PARAMETER")]),
        *_problems_of_output(text, code, sections),
    ]


def problems_of_layout(text: str) -> Iterator[str]:
    """Yield what is wrong with indentation, help and construction in a function or a script."""
    root = parse_text(text.encode())
    if "\t" in text or any((len(line) - len(line.lstrip(" "))) % 4 for line in text.splitlines()):
        yield "its indentation is not a multiple of 4 spaces"
    if "[CmdletBinding(" not in text:
        yield "it lacks CmdletBinding"
    if any(one[0].lower() == "new-object" for one in commands(root)):
        yield "it calls New-Object"
    if set(re.findall(r"\[pscustomobject\]", text, re.IGNORECASE)) - {"[PSCustomObject]"}:
        yield "PSCustomObject is spelled differently"
    if re.search(r"^\s*(else|elseif|catch|finally)\b", _HELP.sub("", text), re.MULTILINE):
        yield "a block does not continue on the line of the brace"
    for name, *arguments in commands(root):
        if arguments and name not in _POSITIONAL and not arguments[0].startswith(("-", "@")):
            yield f"an argument of {name} has no name"
    for block, indent in _HELP.findall(text):
        for line in block.splitlines():
            wanted = indent if _KEYWORD.fullmatch(line.strip()) else indent + "    "
            if line.strip() and (not line.startswith(wanted) or (wanted == indent and line.startswith(indent + " "))):
                yield f"the help is not indented by 4 more than its keyword: {line.strip()}"


def _problems_of_sections(sections: list[str]) -> Iterator[str]:
    order = [name.split()[0] for name in sections]
    if order != sorted(order, key=["SYNOPSIS", "DESCRIPTION", "PARAMETER", "OUTPUTS", "EXAMPLE"].index):
        yield "the sections of its help are in another order"
    if order.count("SYNOPSIS") != 1:
        yield "its help has no synopsis"


def _problems_of_parameters(root: Node, documented: list[str]) -> Iterator[str]:
    parameters = nodes(root, "script_parameter")
    names = [_name(parameter) for parameter in parameters]
    for name, parameter in zip(names, parameters, strict=True):
        if not text_of(parameter).startswith("[Parameter("):
            yield f"parameter {name} has no [Parameter()]"
        if not re.search(rf"\[[A-Za-z.]+(\[\])?\] \${name}\b", text_of(parameter)):
            yield f"parameter {name} has no type"
    if names != documented:
        yield f"its help documents the parameters {documented}, and it has {names}"
    if len({parameter.start_point[0] for parameter in parameters}) != len(parameters):
        yield "two parameters are on one line"


def _name(parameter: Node) -> str:
    # A variable in an attribute, such as the $true of Mandatory, comes before the parameter's own.
    own = next(child for child in parameter.children if child.type == "variable")
    return text_of(own).removeprefix("$")


def _problems_of_output(text: str, code: str, sections: list[str]) -> Iterator[str]:
    declared = re.search(r"\[OutputType\(\[(.+?)\]\)\]", code)
    if (declared is None) == ("OUTPUTS" in sections):
        yield "OutputType and .OUTPUTS do not agree"
    last = code.rstrip().splitlines()[-2].strip()
    if declared is not None and not re.match(r"return\b|throw\b|\}|if .* \{ return |foreach ", last):
        yield "its last statement returns a value without return"
    if re.match(r"function Test-", text) and (declared is None or declared[1] != "bool"):
        yield "a Test- function returns a Boolean"
