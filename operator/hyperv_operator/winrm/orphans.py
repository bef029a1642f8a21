"""Orphaned shells: those that earlier operators left on a host. They are found and removed.

The shell of an operator that crashed stays until the host's idle timeout, and counts against the account's quota until then.
A shell is recognised by its name, which contains an operator's identity, and by its owner. Another operator with the same account
may still be running (two overlap during an update), so a shell is an orphan only if it got no request for a minute, or is
disconnected. A running operator polls for output every 2 seconds while something runs in its shell, and never disconnects one. It
may therefore lose only an idle shell that it kept for reuse, and opens another. The same rules apply to shells with this process's
own name: two starts may share an identity, and a shell that is being opened is not yet known.
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
"""Prefix of the names of all operators' shells."""
ORPHAN_IDLE_SECONDS: Final = 60.0
"""A shell without a request for longer than this is an orphan."""
_SHELL_RESOURCE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_REAP_SECONDS = 60.0
_PAGE_SIZE = 50
_MAX_PAGES = 40
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


@dataclass(frozen=True)
class Shell:
    """A shell on the host."""

    id: str
    name: str
    owner: str
    """`DOMAIN\\account`."""
    resource_uri: str
    state: str
    idle_seconds: float


@dataclass(frozen=True)
class OrphanCriteria:
    """Identifies the orphans of an account."""

    account: str | None
    """The owner in the host's spelling, or else the user name of the credentials; None if neither is known."""
    live: Collection[str]
    """Ids of the shells of this process's sessions, in capitals."""

    def matches(self, shell: Shell) -> bool:
        """Return whether a shell is an orphan of an operator with this account."""
        return (
            shell.name.startswith(PREFIX)
            and shell.id.upper() not in self.live
            and self.account is not None
            and is_same_account(shell.owner, self.account)
            and (shell.idle_seconds > ORPHAN_IDLE_SECONDS or shell.state == "Disconnected")
        )


def is_same_account(owner: str, account: str) -> bool:
    r"""Return whether an owner (`EXAMPLE\svc`) is an account (`EXAMPLE\svc`, `svc@example.com`, `svc`); False if in doubt."""
    domain, _, name = owner.casefold().rpartition("\\")
    given = account.casefold()
    if "\\" in given:
        return given in (f"{domain}\\{name}", f".\\{name}")
    user, _, realm = given.partition("@")
    return user == name and realm.partition(".")[0] in ("", domain)


def reap(connection: Connection, criteria: OrphanCriteria) -> int:
    """Remove the matching shells over an existing connection; return how many. Raises `HostError`."""
    removed = 0
    with translated(connection.endpoint, effect=False, has_ticket=connection.has_ticket):
        found = [shell for shell in _list_shells(connection.wsman) if criteria.matches(shell)]
    for shell in found:
        try:
            with translated(connection.endpoint, effect=False, has_ticket=connection.has_ticket):
                selectors = SelectorSet()
                selectors.add_option("ShellId", shell.id)
                connection.wsman.delete(shell.resource_uri, selector_set=selectors)
        except ShellLost:
            # The host has ended it meanwhile.
            continue
        removed += 1
    return removed


def reap_over_new_connection(endpoint: HostEndpoint, criteria: OrphanCriteria) -> int:
    """Remove the matching shells over a connection of its own, which needs no shell; return how many. Raises `HostError`."""
    with tempfile.TemporaryDirectory(prefix="hvo-session-") as folder:
        with translated(endpoint, effect=False):
            connection = connect(endpoint, Path(folder))
        connection.begin_call(_REAP_SECONDS)
        try:
            return reap(connection, criteria)
        finally:
            connection.wsman.close()


def _list_shells(wsman: WSMan) -> Iterator[Shell]:
    body = wsman.enumerate(_SHELL_RESOURCE, _request("Enumerate", "wsman", "OptimizeEnumeration"))
    answer = body.find("wsen:EnumerateResponse", NAMESPACES)
    for _ in range(_MAX_PAGES):
        if answer is None:
            return
        for item in answer.iterfind(".//rsp:Shell", NAMESPACES):
            yield _shell(item)
        context = answer.findtext("wsen:EnumerationContext", "", NAMESPACES)
        if not context or any(
            answer.find(f"{space}:EndOfSequence", NAMESPACES) is not None for space in ("wsen", "wsman")
        ):
            return
        body = wsman.pull(_SHELL_RESOURCE, _request("Pull", "wsen", "EnumerationContext", context))
        answer = body.find("wsen:PullResponse", NAMESPACES)


def _request(action: str, space: str, first: str, text: str | None = None) -> ET.Element:
    request = ET.Element(f"{{{NAMESPACES['wsen']}}}{action}")
    ET.SubElement(request, f"{{{NAMESPACES[space]}}}{first}").text = text
    ET.SubElement(request, f"{{{NAMESPACES[space]}}}MaxElements").text = str(_PAGE_SIZE)
    return request


def _shell(item: ET.Element) -> Shell:
    def text(name: str) -> str:
        return (item.findtext(f"rsp:{name}", "", NAMESPACES) or "").strip()

    return Shell(
        id=text("ShellId"),
        name=text("Name"),
        owner=text("Owner"),
        resource_uri=text("ResourceUri") or _SHELL_RESOURCE,
        state=text("State"),
        idle_seconds=_seconds(text("ShellInactivity")),
    )


def _seconds(duration: str) -> float:
    """Return an XML duration in seconds; 0 for an invalid one."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return 0.0
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
