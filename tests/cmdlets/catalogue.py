"""The documented signatures: parameter sets by cmdlet and version of Windows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

DATA = Path(__file__).with_name("cmdlets.jsonl")
WINDOWS = ("winserver2016-ps", "winserver2019-ps", "winserver2022-ps", "winserver2025-ps")
"""The versions of Windows Server that the agent supports, for the modules of Windows."""
POWERSHELL = "powershell-5.1"
"""Where the modules that are part of Windows PowerShell are documented; they are the same on all versions of Windows Server."""
SWITCH = "switch"

COMMON = {
    "verbose": ("vb", SWITCH), "debug": ("db", SWITCH), "erroraction": ("ea", ""), "warningaction": ("wa", ""),
    "informationaction": ("infa", ""), "errorvariable": ("ev", ""), "warningvariable": ("wv", ""), "informationvariable": ("iv", ""),
    "outvariable": ("ov", ""), "outbuffer": ("ob", ""), "pipelinevariable": ("pv", ""),
}  # fmt: skip
"""The parameters that every cmdlet has in Windows PowerShell 5.1 (about_CommonParameters), with alias and type."""


POSITIONS = {"foreach-object": ("process",), "where-object": ("filterscript",), "join-path": ("path", "childpath")}
"""The parameters that the agent gives by position (`Position` on the pages of these cmdlets)."""


FUNCTION_MODULES = frozenset(
    {
        "BranchCache", "Defender", "DnsClient", "DnsServer", "iSCSI", "NetAdapter", "NetConnection", "NetEventPacketCapture", "NetLbfo",
        "NetNat", "NetQos", "NetSecurity", "NetSwitchTeam", "NetTCPIP", "PrintManagement", "ScheduledTasks", "ServerManager", "SmbShare",
        "SmbWitness", "Storage", "VpnClient",
    }
)  # fmt: skip
"""The modules of Windows whose commands are functions: made of CDXML, "Cmdlet definition XML" in Microsoft's documentation, or scripts."""
FUNCTIONS = frozenset(
    {
        "convertfrom-sddlstring",
        "format-hex",
        "get-filehash",
        "import-powershelldatafile",
        "new-guid",
        "new-temporaryfile",
    }
)
"""Commands of Microsoft.PowerShell.Utility that are functions of a script module in Windows PowerShell 5.1 (PowerShell#2750)."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of one set."""

    name: str
    type: str
    mandatory: bool


@dataclass(frozen=True)
class Signature:
    """A cmdlet's parameter sets on some versions."""

    module: str
    name: str
    on: tuple[str, ...]
    sets: Mapping[str, Mapping[str, Parameter]]
    """The parameters of each set, by name in lower case."""
    aliases: Mapping[str, str]
    """Alias to parameter, both in lower case."""
    positions: tuple[str, ...] = ()
    """The parameters that may be given by position, in lower case."""

    @property
    def is_function(self) -> bool:
        """Whether the command is a function of a module.

        A function of a module sees no preference of its caller but those of the global scope, so that its errors do not stop a script
        that has set $ErrorActionPreference (PowerShell#4568, PowerShell#24389).
        """
        return self.module in FUNCTION_MODULES or self.name.lower() in FUNCTIONS

    @cached_property
    def types(self) -> dict[str, str]:
        """The types of all parameters, by name in lower case."""
        return {key: one.type for parameters in self.sets.values() for key, one in parameters.items()}


class Catalogue:
    """Signatures by name."""

    def __init__(self, signatures: Iterable[Signature]) -> None:
        """Take the signatures; a name may have several, on different versions."""
        self._by_name: dict[str, list[Signature]] = {}
        for one in signatures:
            self._by_name.setdefault(one.name.lower(), []).append(one)

    def __contains__(self, name: str) -> bool:
        """Return whether a cmdlet is known on any version."""
        return name.lower() in self._by_name

    def all(self, name: str) -> list[Signature]:
        """Return a cmdlet's signatures on all versions."""
        return self._by_name.get(name.lower(), [])

    def on(self, name: str, version: str) -> Signature | None:
        """Return a cmdlet's signature on a version of Windows Server."""
        return next((one for one in self.all(name) if version in one.on or POWERSHELL in one.on), None)

    def names(self) -> set[str]:
        """Return the names of the cmdlets, as they are written."""
        return {signatures[0].name for signatures in self._by_name.values()}


def parse(line: str) -> Signature:
    """Return the signature in a line of the data."""
    row = json.loads(line)
    sets = {name: {one.name.lower(): one for one in map(_parameter, parameters)} for name, parameters in row["sets"]}
    aliases = {alias.lower(): name.lower() for name, aliases in row["aliases"].items() for alias in aliases}
    return Signature(
        row["module"], row["name"], tuple(row["on"]), sets, aliases, POSITIONS.get(row["name"].lower(), ())
    )


def _parameter(text: str) -> Parameter:
    name, _, kind = text.removeprefix("!").partition(":")
    return Parameter(name, kind, text.startswith("!"))


def load(path: Path = DATA) -> Catalogue:
    """Return the catalogue in a file."""
    return Catalogue(parse(line) for line in path.read_text(encoding="utf-8").splitlines())
