"""Shells that operators have left behind on a host: found, and removed.

A shell of an operator that died lingers until the host ends it for being idle, and counts against the account's quota until then.
Whose a shell is can be told from its name, which carries an operator's identity, and from the account that owns it. Another
operator with the same account may be alive all the same (two overlap in an update). So a shell is taken for left behind only if
nobody has asked anything of it for a minute, or if it is disconnected. An operator asks for output every 2 seconds as long as
something runs in its shell, and disconnects none: what a live one may lose is a shell that it keeps for its next call, and it
opens another. All that goes for shells of this process's own name too: two starts may share an identity, and a shell that is just
being opened is not known yet.
"""

from __future__ import annotations

import re
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pypsrp.wsman import NAMESPACES, SelectorSet, WSMan

from hyperv_operator.errors import ShellLost
from hyperv_operator.ports import HostEndpoint
from hyperv_operator.winrm.connection import Connection, connect
from hyperv_operator.winrm.translation import translated

PREFIX: Final = "hyperv-operator-"
"""What the names of all operators' shells begin with."""
LEFT_ALONE: Final = 60.0
"""Seconds without a request to a shell."""
_SHELLS = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_PAGE = 50
_PAGES = 40
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


@dataclass(frozen=True)
class Shell:
    """A shell, as the host tells of it."""

    id: str
    name: str
    owner: str
    """`DOMAIN\\account`."""
    resource_uri: str
    state: str
    idle_seconds: float


@dataclass(frozen=True)
class Claim:
    """What makes a shell ours: the account, and that no session of this process lives in it."""

    account: str | None
    """The owner as the host names it, or else the user name of the credentials; None: neither is known."""
    live: Collection[str]
    """Ids, in capitals."""

    def covers(self, shell: Shell) -> bool:
        """Tell whether a shell was left behind by an operator of this account."""
        return (
            shell.name.startswith(PREFIX)
            and shell.id.upper() not in self.live
            and self.account is not None
            and is_same_account(shell.owner, self.account)
            and (shell.idle_seconds > LEFT_ALONE or shell.state == "Disconnected")
        )


def is_same_account(owner: str, account: str) -> bool:
    r"""Compare an owner (`EXAMPLE\svc`) with an account (`EXAMPLE\svc`, `svc@example.com`, `svc`); in doubt they differ."""
    domain, _, name = owner.casefold().rpartition("\\")
    given = account.casefold()
    if "\\" in given:
        return given in (f"{domain}\\{name}", f".\\{name}")
    user, _, realm = given.partition("@")
    return user == name and realm.partition(".")[0] in ("", domain)


def reap(connection: Connection, claim: Claim) -> int:
    """Remove what the claim covers, over a connection that is there; returns how many shells. Raises `HostError`."""
    removed = 0
    with translated(connection.endpoint, effect=False, has_ticket=connection.has_ticket):
        found = [shell for shell in _listed(connection.wsman) if claim.covers(shell)]
    for shell in found:
        try:
            with translated(connection.endpoint, effect=False, has_ticket=connection.has_ticket):
                selectors = SelectorSet()
                selectors.add_option("ShellId", shell.id)
                connection.wsman.delete(shell.resource_uri, selector_set=selectors)
        except ShellLost:
            # It has gone by itself meanwhile.
            continue
        removed += 1
    return removed


def reap_apart(endpoint: HostEndpoint, claim: Claim) -> int:
    """Do the same over a connection of its own, which needs no shell. Raises `HostError`."""
    with tempfile.TemporaryDirectory(prefix="hvo-session-") as folder:
        with translated(endpoint, effect=False):
            connection = connect(endpoint, Path(folder))
        try:
            return reap(connection, claim)
        finally:
            connection.wsman.close()


def _listed(wsman: WSMan) -> Iterator[Shell]:
    body = wsman.enumerate(_SHELLS, _request("Enumerate", "wsman", "OptimizeEnumeration"))
    answer = body.find("wsen:EnumerateResponse", NAMESPACES)
    for _ in range(_PAGES):
        if answer is None:
            return
        for item in answer.iterfind(".//rsp:Shell", NAMESPACES):
            yield _shell(item)
        context = answer.findtext("wsen:EnumerationContext", "", NAMESPACES)
        if not context or any(
            answer.find(f"{space}:EndOfSequence", NAMESPACES) is not None for space in ("wsen", "wsman")
        ):
            return
        body = wsman.pull(_SHELLS, _request("Pull", "wsen", "EnumerationContext", context))
        answer = body.find("wsen:PullResponse", NAMESPACES)


def _request(action: str, space: str, first: str, text: str | None = None) -> ET.Element:
    request = ET.Element(f"{{{NAMESPACES['wsen']}}}{action}")
    ET.SubElement(request, f"{{{NAMESPACES[space]}}}{first}").text = text
    ET.SubElement(request, f"{{{NAMESPACES[space]}}}MaxElements").text = str(_PAGE)
    return request


def _shell(item: ET.Element) -> Shell:
    def text(name: str) -> str:
        return (item.findtext(f"rsp:{name}", "", NAMESPACES) or "").strip()

    return Shell(
        id=text("ShellId"),
        name=text("Name"),
        owner=text("Owner"),
        resource_uri=text("ResourceUri") or _SHELLS,
        state=text("State"),
        idle_seconds=_seconds(text("ShellInactivity")),
    )


def _seconds(duration: str) -> float:
    """Return an XML duration in seconds; one that cannot be read is none at all."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return 0.0
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
