"""The shells of a host: their owners, the quota of an account, and their WinRM descriptions."""

from __future__ import annotations

import re
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from xml.sax.saxutils import escape

from hostsim.auth import Gate
from hostsim.psrp import Shell
from hostsim.soap import ACCESS_DENIED, ENUMERATION_CLOSED, NAMESPACES, NO_SHELL, TOO_MANY_SHELLS, Fault
from hostsim.views import HostAgent

_IDLE_TIMEOUT = "7200"
_CONFIGURATION = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"


class OpenShell:
    """An open shell of `account`. Times are seconds of a monotonic clock."""

    def __init__(self, shell: Shell, uri: str, account: str, *, name: str = "", client: str = "127.0.0.1") -> None:
        self.shell = shell
        self.uri = uri
        self.account = account
        self.name = name
        self.client = client
        self.idle_timeout = _IDLE_TIMEOUT
        self.requests = 0
        """Number of requests in progress."""
        self.opened_at = self.used_at = time.monotonic()

    def describe(self, computer: str) -> str:
        """Return the shell's XML description."""
        now = time.monotonic()
        parts = {
            "ShellId": self.shell.id,
            "Name": self.name,
            "ResourceUri": self.uri,
            "Owner": f"{computer}\\{self.account}",
            "ClientIP": self.client,
            "IdleTimeOut": f"PT{float(self.idle_timeout):.3f}S",
            "InputStreams": "stdin pr",
            "OutputStreams": "stdout",
            "State": "Connected",
            "ShellRunTime": _duration(now - self.opened_at),
            "ShellInactivity": _duration(0 if self.requests else now - self.used_at),
        }
        description = "".join(f"<r:{key}>{escape(value)}</r:{key}>" for key, value in parts.items() if value)
        return f"<r:Shell>{description}</r:Shell>"


class Shells:
    """All open shells of a host."""

    def __init__(self, agent: HostAgent, gate: Gate, computer: str) -> None:
        self._agent = agent
        self._gate = gate
        self._computer = computer
        self._open: dict[str, OpenShell] = {}
        self.names: list[str] = []
        """Names of all shells opened so far."""

    def open(self, envelope: ET.Element, creation: bytes, client: str) -> OpenShell:
        """Open the shell of a Create request; raises `Fault` beyond the quota."""
        faults = self._agent.faults
        if faults.quota or len(self._own()) >= faults.shell_quota:
            raise Fault(
                TOO_MANY_SHELLS,
                "The WS-Management service cannot process the request. This user is allowed a maximum number of "
                f"{faults.shell_quota} concurrent shells, which has been exceeded. Close existing shells or raise the "
                "quota for this user.",
            )
        uri = envelope.findtext(".//w:ResourceURI", "", NAMESPACES)
        shell = Shell(self._agent, uri.rsplit("/", 1)[-1], creation, self._forget)
        opened = OpenShell(
            shell, uri, self._gate.username, name=envelope.findtext(".//r:Name", "", NAMESPACES), client=client
        )
        timeout = re.fullmatch(r"PT([\d.]+)S", envelope.findtext(".//r:IdleTimeOut", "", NAMESPACES))
        opened.idle_timeout = timeout[1] if timeout else _IDLE_TIMEOUT
        self._agent.ledger.sessions += 1
        self._add(opened)
        return opened

    def leak(self, name: str, number: int, account: str, idle_seconds: float) -> None:
        """Open orphaned shells, as crashed clients leave them, that have been idle for `idle_seconds`."""
        for _ in range(number):
            opened = OpenShell(Shell(self._agent, "", b"", self._forget), _CONFIGURATION, account, name=name)
            opened.opened_at -= idle_seconds
            opened.used_at -= idle_seconds
            self._add(opened)

    def find(self, envelope: ET.Element) -> OpenShell:
        """Return the shell of a request; raises `Fault` if it does not exist or the account has no access."""
        key = _selected(envelope)
        opened = self._open.get(key)
        if opened is None:
            raise Fault(NO_SHELL, f"The request failed because the shell was not found on the server: {key}.")
        if opened not in self._visible():
            raise Fault(ACCESS_DENIED, "Access is denied. ")
        return opened

    @contextmanager
    def used(self, envelope: ET.Element) -> Iterator[None]:
        """Count the body as a request to its shell, if it names one, so that the shell is not idle meanwhile."""
        opened = self._open.get(_selected(envelope))
        if opened is None:
            yield
            return
        opened.requests += 1
        try:
            yield
        finally:
            opened.requests -= 1
            opened.used_at = time.monotonic()

    def describe(self, opened: OpenShell) -> str:
        """Return a shell's XML description."""
        return opened.describe(self._computer)

    def describe_all(self) -> list[str]:
        """Return the XML descriptions of the shells that the account can see."""
        return [self.describe(opened) for opened in self._visible()]

    def commands_of(self, opened: OpenShell) -> list[str]:
        """Return the XML descriptions of a shell's running commands."""
        return [
            f"<r:Command><r:CommandId>{str(key).upper()}</r:CommandId><r:CommandLine></r:CommandLine>"
            "<r:CommandState>Running</r:CommandState></r:Command>"
            for key, pipeline in opened.shell.pipelines.items()
            if not pipeline.done
        ]

    def open_names(self) -> list[str]:
        """Return the names of all open shells of all accounts."""
        return [opened.name for opened in self._open.values()]

    def kill(self) -> None:
        """Kill every shell, like a reboot."""
        for opened in list(self._open.values()):
            opened.shell.kill()

    def _visible(self) -> list[OpenShell]:
        """Return the shells that the account can see and end: for an administrator, all."""
        return list(self._open.values()) if self._gate.is_administrator else self._own()

    def _own(self) -> list[OpenShell]:
        return [opened for opened in self._open.values() if opened.account == self._gate.username]

    def _add(self, opened: OpenShell) -> None:
        self.names.append(opened.name)
        self._open[opened.shell.id] = opened
        self._agent.ledger.count_shells(len(self._own()))

    def _forget(self, shell_id: str) -> None:
        self._open.pop(shell_id, None)
        self._agent.ledger.count_shells(len(self._own()))


class Enumerations:
    """Enumerations in progress. A request without MaxElements gets one item."""

    def __init__(self) -> None:
        self._left: dict[str, list[str]] = {}

    def begin(self, request: ET.Element, items: list[str]) -> str:
        """Answer an Enumerate."""
        limit = int(request.findtext(".//w:MaxElements", "1", NAMESPACES))
        if request.find(".//w:OptimizeEnumeration", NAMESPACES) is None:
            limit = 0
        context = self._keep(items[limit:]) if len(items) > limit or not limit else ""
        answer = f"<n:EnumerationContext>{context}</n:EnumerationContext>"
        if limit and items:
            answer += f"<w:Items>{''.join(items[:limit])}</w:Items>"
        if not context:
            answer += "<w:EndOfSequence/>"
        return f"<n:EnumerateResponse>{answer}</n:EnumerateResponse>"

    def pull(self, request: ET.Element) -> str:
        """Answer a Pull; raises `Fault` for an unknown enumeration."""
        items = self._left.pop(request.findtext(".//n:EnumerationContext", "", NAMESPACES), None)
        if items is None:
            raise Fault(ENUMERATION_CLOSED, "The supplied enumeration context is invalid.")
        limit = int(request.findtext(".//n:MaxElements", "1", NAMESPACES))
        end = "<n:EndOfSequence/>"
        begin = ""
        if len(items) > limit:
            end, begin = "", f"<n:EnumerationContext>{self._keep(items[limit:])}</n:EnumerationContext>"
        return f"<n:PullResponse>{begin}<n:Items>{''.join(items[:limit])}</n:Items>{end}</n:PullResponse>"

    def _keep(self, items: list[str]) -> str:
        context = f"uuid:{str(uuid.uuid4()).upper()}"
        self._left[context] = items
        return context


def _selected(envelope: ET.Element) -> str:
    return envelope.findtext(".//w:Selector[@Name='ShellId']", "", NAMESPACES).upper()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"P{days}DT{hours}H{minutes}M{rest}S"
