"""WSMan over HTTP: answers envelopes with envelopes or faults."""

from __future__ import annotations

import asyncio
import base64
import re
import uuid
import xml.etree.ElementTree as ET

from aiohttp import web

from hostsim import bombs, hostile
from hostsim.auth import Gate
from hostsim.pipeline import Pipeline
from hostsim.psrp import Shell
from hostsim.shells import Enumerations, Shells
from hostsim.soap import (
    ABORTED,
    INVALID_RESOURCE_URI,
    NAMESPACES,
    NO_SHELL,
    OPERATION_TIMEOUT,
    SHELL,
    Fault,
    answer,
    refusal,
)
from hostsim.views import HostAgent

_MAX_OUTPUT = 360_000
"""Bytes of output per answer, so that an envelope stays below the 512,000 bytes that clients ask for."""


class WsmanServer:
    """Serves /wsman."""

    def __init__(self, agent: HostAgent, gate: Gate, computer: str) -> None:
        self.agent = agent
        self.gate = gate
        self.shells = Shells(agent, gate, computer)
        self._enumerations = Enumerations()

    @property
    def names(self) -> list[str]:
        """Names of all shells opened so far."""
        return self.shells.names

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        faults = self.agent.faults
        if hostile.applies(faults, request, authenticated=False):
            return await hostile.answer(faults, request)
        refused = self.gate.check(request)
        if refused is not None:
            await request.read()
            return refused
        if hostile.applies(faults, request, authenticated=True):
            return await hostile.answer(faults, request)
        body = await request.read()
        if not body:
            return web.Response()
        await asyncio.sleep(self.agent.faults.latency_seconds)
        envelope = ET.fromstring(body)
        message_id = envelope.findtext(".//a:MessageID", "", NAMESPACES)
        action = envelope.findtext(".//a:Action", "", NAMESPACES)
        try:
            with self.shells.used(envelope):
                response = await getattr(self, f"_{action.rsplit('/', 1)[-1].lower()}")(envelope, request)
        except Fault as fault:
            return refusal(message_id, fault)
        return answer(message_id, action, response)

    # --- operations --------------------------------------------------------------------------------------------------

    async def _create(self, envelope: ET.Element, request: web.Request) -> str:
        creation = base64.b64decode(envelope.findtext(".//p:creationXml", "", NAMESPACES))
        opened = self.shells.open(envelope, creation, request.remote or "")
        return (
            "<x:ResourceCreated><a:Address>http://localhost/wsman</a:Address>"
            f"<a:ReferenceParameters><w:ResourceURI>{opened.uri}</w:ResourceURI><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{opened.shell.id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
            f"</x:ResourceCreated>{self.shells.describe(opened)}"
        )

    async def _enumerate(self, envelope: ET.Element, _: web.Request) -> str:
        uri = envelope.findtext(".//w:ResourceURI", "", NAMESPACES)
        if uri == SHELL:
            return self._enumerations.begin(envelope, self.shells.describe_all())
        if uri == f"{SHELL}/Command":
            return self._enumerations.begin(envelope, self.shells.commands_of(self.shells.find(envelope)))
        raise Fault(INVALID_RESOURCE_URI, f"The WS-Management service cannot enumerate {uri}.")

    async def _pull(self, envelope: ET.Element, _: web.Request) -> str:
        return self._enumerations.pull(envelope)

    async def _get(self, envelope: ET.Element, _: web.Request) -> str:
        return self.shells.describe(self.shells.find(envelope))

    async def _command(self, envelope: ET.Element, _: web.Request) -> str:
        shell = self.shells.find(envelope).shell
        line = envelope.find(".//r:CommandLine", NAMESPACES)
        assert line is not None
        command_id = line.get("CommandId") or str(uuid.uuid4())
        data = base64.b64decode(envelope.findtext(".//r:Arguments", "", NAMESPACES))
        shell.command(command_id, data)
        return f"<r:CommandResponse><r:CommandId>{command_id.upper()}</r:CommandId></r:CommandResponse>"

    async def _send(self, envelope: ET.Element, _: web.Request) -> str:
        shell = self.shells.find(envelope).shell
        for stream in envelope.findall(".//r:Stream", NAMESPACES):
            shell.send(stream.get("CommandId"), base64.b64decode(stream.text or ""))
        return "<r:SendResponse/>"

    async def _receive(self, envelope: ET.Element, request: web.Request) -> str:
        shell = self.shells.find(envelope).shell
        wanted = envelope.find(".//r:DesiredStream", NAMESPACES)
        command_id = wanted.get("CommandId") if wanted is not None else None
        source: Shell | Pipeline = self._pipeline(shell, command_id) if command_id else shell
        match = re.match(r"PT([\d.]+)S", envelope.findtext(".//w:OperationTimeout", "PT20S", NAMESPACES))
        limit = float(match[1]) if match else 20.0
        try:
            async with asyncio.timeout(limit):
                while not source.outbox and not shell.dead:
                    await source.changed.wait()
        except TimeoutError:
            if isinstance(source, Pipeline):
                source.asked_at = asyncio.get_running_loop().time()
            raise Fault(OPERATION_TIMEOUT, "The WS-Management service cannot complete the operation in time.") from None
        if shell.dead:
            raise Fault(NO_SHELL, f"The shell was not found on the server: {shell.id}.")
        done = False
        attribute = f' CommandId="{command_id}"' if command_id else ""
        if isinstance(source, Pipeline):
            source.asked_at = asyncio.get_running_loop().time()
            bombs.arm(source, self.agent.faults)
            if source.flood:
                flood = source.flood.pop()
                return f'<r:ReceiveResponse><r:Stream Name="stdout"{attribute}>{flood}</r:Stream></r:ReceiveResponse>'
            done = source.done and bombs.whole_fragments(source.outbox, _MAX_OUTPUT) == len(source.outbox)
            faults = self.agent.faults
            if done and source.changes_host and faults.lost_replies:
                faults.lost_replies -= 1
                shell.kill()
                if request.transport:
                    request.transport.abort()
        size = bombs.whole_fragments(source.outbox, _MAX_OUTPUT)
        sent = bytes(source.outbox[:size])
        del source.outbox[:size]
        data = base64.b64encode(sent).decode()
        state = f'<r:CommandState{attribute} State="{SHELL}/CommandState/Done"/>' if done else ""
        return f'<r:ReceiveResponse><r:Stream Name="stdout"{attribute}>{data}</r:Stream>{state}</r:ReceiveResponse>'

    async def _signal(self, envelope: ET.Element, _: web.Request) -> str:
        shell = self.shells.find(envelope).shell
        signal = envelope.find(".//r:Signal", NAMESPACES)
        command_id = signal.get("CommandId") if signal is not None else None
        if command_id:
            self._pipeline(shell, command_id).stop()
        return "<r:SignalResponse/>"

    async def _delete(self, envelope: ET.Element, _: web.Request) -> str:
        self.shells.find(envelope).shell.close()
        return ""

    @staticmethod
    def _pipeline(shell: Shell, command_id: str) -> Pipeline:
        pipeline = shell.pipelines.get(uuid.UUID(command_id))
        if pipeline is None:
            raise Fault(ABORTED, "The I/O operation has been aborted.")
        return pipeline
