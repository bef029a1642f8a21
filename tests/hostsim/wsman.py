"""WSMan over HTTP: envelopes in, envelopes or faults out."""

from __future__ import annotations

import asyncio
import base64
import re
import uuid
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

from aiohttp import web

from hostsim.auth import Gate
from hostsim.pipeline import Pipeline
from hostsim.psrp import Shell
from hostsim.views import HostAgent

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
_POWERSHELL = "http://schemas.microsoft.com/powershell"
_OPERATION_TIMEOUT = 0x80338029
_NO_SHELL = 0x8033805B
_TOO_MANY_SHELLS = 0x803381A5
_NS = {"s": _SOAP, "a": _ADDRESSING, "r": _SHELL, "w": _WSMAN, "p": _POWERSHELL}


class Fault(Exception):
    """Sent as a WSManFault."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class WsmanServer:
    """Serves /wsman."""

    def __init__(self, agent: HostAgent, gate: Gate) -> None:
        self.agent = agent
        self.gate = gate
        self.shells: dict[str, Shell] = {}
        self.names: list[str] = []
        """Names of all shells that were opened."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        refusal = self.gate.check(request)
        if refusal is not None:
            await request.read()
            self.agent.ledger.logons_refused = self.gate.refused
            return refusal
        body = await request.read()
        if not body:
            return web.Response()
        await asyncio.sleep(self.agent.faults.latency_seconds)
        envelope = ET.fromstring(body)
        message_id = envelope.findtext(".//a:MessageID", "", _NS)
        action = envelope.findtext(".//a:Action", "", _NS).rsplit("/", 1)[-1]
        try:
            answer = await getattr(self, f"_{action.lower()}")(envelope, request)
        except Fault as fault:
            return _response(500, message_id, f"{_ADDRESSING}/fault", _fault_body(fault))
        return _response(200, message_id, f"{_SHELL}/{action}Response", answer)

    def kill_shells(self) -> None:
        """Every shell dies, as in a reboot."""
        for shell in list(self.shells.values()):
            shell.kill()

    def _forget(self, shell_id: str) -> None:
        self.shells.pop(shell_id, None)

    # --- operations --------------------------------------------------------------------------------------------------

    async def _create(self, envelope: ET.Element, _: web.Request) -> str:
        if self.agent.faults.quota:
            raise Fault(
                _TOO_MANY_SHELLS,
                "The maximum number of concurrent shells for this user has been exceeded. Close existing shells or raise "
                "the quota for this user.",
            )
        creation = base64.b64decode(envelope.findtext(".//p:creationXml", "", _NS))
        uri = envelope.findtext(".//w:ResourceURI", "", _NS)
        self.names.append(envelope.findtext(".//r:Name", "", _NS))
        shell = Shell(self.agent, uri.rsplit("/", 1)[-1], creation, self._forget)
        self.shells[shell.id] = shell
        self.agent.ledger.sessions += 1
        return (
            f'<x:ResourceCreated xmlns:x="{_TRANSFER}"><a:Address>http://localhost/wsman</a:Address>'
            f"<a:ReferenceParameters><w:ResourceURI>{uri}</w:ResourceURI><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{shell.id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
            f"</x:ResourceCreated><r:Shell><r:ShellId>{shell.id}</r:ShellId><r:ResourceUri>{uri}</r:ResourceUri>"
            f"</r:Shell>"
        )

    async def _command(self, envelope: ET.Element, _: web.Request) -> str:
        shell = self._shell(envelope)
        line = envelope.find(".//r:CommandLine", _NS)
        assert line is not None
        command_id = line.get("CommandId") or str(uuid.uuid4())
        data = base64.b64decode(envelope.findtext(".//r:Arguments", "", _NS))
        shell.command(command_id, data)
        return f"<r:CommandResponse><r:CommandId>{command_id.upper()}</r:CommandId></r:CommandResponse>"

    async def _send(self, envelope: ET.Element, _: web.Request) -> str:
        shell = self._shell(envelope)
        for stream in envelope.findall(".//r:Stream", _NS):
            shell.send(stream.get("CommandId"), base64.b64decode(stream.text or ""))
        return "<r:SendResponse/>"

    async def _receive(self, envelope: ET.Element, request: web.Request) -> str:
        shell = self._shell(envelope)
        wanted = envelope.find(".//r:DesiredStream", _NS)
        command_id = wanted.get("CommandId") if wanted is not None else None
        source: Shell | Pipeline = self._pipeline(shell, command_id) if command_id else shell
        match = re.match(r"PT([\d.]+)S", envelope.findtext(".//w:OperationTimeout", "PT20S", _NS))
        limit = float(match[1]) if match else 20.0
        try:
            async with asyncio.timeout(limit):
                while not source.outbox and not shell.dead:
                    await source.changed.wait()
        except TimeoutError:
            if isinstance(source, Pipeline):
                source.asked_at = asyncio.get_running_loop().time()
            raise Fault(
                _OPERATION_TIMEOUT, "The WS-Management service cannot complete the operation in time."
            ) from None
        if shell.dead:
            raise Fault(_NO_SHELL, f"The shell was not found on the server: {shell.id}.")
        done = False
        attribute = f' CommandId="{command_id}"' if command_id else ""
        if isinstance(source, Pipeline):
            source.asked_at = asyncio.get_running_loop().time()
            done = source.done
            faults = self.agent.faults
            if done and source.changes_host and faults.lost_replies:
                faults.lost_replies -= 1
                shell.kill()
                if request.transport:
                    request.transport.abort()
        data = base64.b64encode(bytes(source.outbox)).decode()
        source.outbox.clear()
        state = f'<r:CommandState{attribute} State="{_SHELL}/CommandState/Done"/>' if done else ""
        return f'<r:ReceiveResponse><r:Stream Name="stdout"{attribute}>{data}</r:Stream>{state}</r:ReceiveResponse>'

    async def _signal(self, envelope: ET.Element, _: web.Request) -> str:
        shell = self._shell(envelope)
        signal = envelope.find(".//r:Signal", _NS)
        command_id = signal.get("CommandId") if signal is not None else None
        if command_id:
            self._pipeline(shell, command_id).stop()
        return "<r:SignalResponse/>"

    async def _delete(self, envelope: ET.Element, _: web.Request) -> str:
        self._shell(envelope).close()
        return ""

    def _shell(self, envelope: ET.Element) -> Shell:
        key = envelope.findtext(".//w:Selector[@Name='ShellId']", "", _NS)
        shell = self.shells.get(key)
        if shell is None:
            raise Fault(_NO_SHELL, f"The request failed because the shell was not found on the server: {key}.")
        return shell

    @staticmethod
    def _pipeline(shell: Shell, command_id: str) -> Pipeline:
        pipeline = shell.pipelines.get(uuid.UUID(command_id))
        if pipeline is None:
            raise Fault(995, "The I/O operation has been aborted.")
        return pipeline


def _response(status: int, message_id: str, action: str, body: str) -> web.Response:
    text = (
        f'<s:Envelope xmlns:s="{_SOAP}" xmlns:a="{_ADDRESSING}" xmlns:w="{_WSMAN}" xmlns:r="{_SHELL}"><s:Header>'
        f"<a:Action>{action}</a:Action><a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID>"
        f"<a:To>{_ADDRESSING}/role/anonymous</a:To><a:RelatesTo>{message_id}</a:RelatesTo></s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )
    return web.Response(status=status, text=text, content_type="application/soap+xml")


def _fault_body(fault: Fault) -> str:
    return (
        "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{escape(fault.message)}</s:Text></s:Reason><s:Detail>'
        f'<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{fault.code}" '
        f'Machine="hostsim"><f:Message>{escape(fault.message)}</f:Message></f:WSManFault></s:Detail></s:Fault>'
    )
