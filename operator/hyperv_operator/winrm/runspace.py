"""A runspace pool whose answers are read by this package: bounded, in linear time, and without keeping what was delivered."""

from __future__ import annotations

import base64
import binascii
import xml.etree.ElementTree as ET
from typing import Any, Final

from pypsrp.complex_objects import RunspacePoolState
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import NAMESPACES, OptionSet
from typing_extensions import override

from hyperv_operator.border.text import clean
from hyperv_operator.ports import LogStream
from hyperv_operator.winrm import records
from hyperv_operator.winrm.allowance import AnswerRefused
from hyperv_operator.winrm.fragments import MAX_OBJECT, Reassembly
from hyperv_operator.winrm.records import StreamItem

_RSP: Final = NAMESPACES["rsp"]
_MAX_OPENING_RECEIVES = 50


class HostRunspacePool(RunspacePool):
    """A runspace pool on a host. Objects of a pipeline's streams are in `take`, and never in pypsrp's own lists."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._reassembly = Reassembly()
        self._items: list[tuple[LogStream, bytes | StreamItem]] = []
        self._opening_receives = 0
        self.received_bytes = 0
        """Bytes of the last answer's output."""

    def take(self) -> list[tuple[LogStream, bytes | StreamItem]]:
        """Return what has arrived since the last call, in order: the XML of an object, or an item that is already read."""
        taken, self._items = self._items, []
        return taken

    @override
    def _receive(self, id: str | None = None, timeout: int | None = None) -> list[tuple[int, Any]]:
        pipeline = self.pipelines.get(id) if id else None
        if self.state == RunspacePoolState.NEGOTIATION_SENT:
            self._opening_receives += 1
            if self._opening_receives > _MAX_OPENING_RECEIVES:
                raise AnswerRefused(f"did not open a runspace within {_MAX_OPENING_RECEIVES} answers.")
        data = self._output(pipeline, timeout)
        self.received_bytes = len(data)
        for message in self._reassembly.feed(data):
            if message is None:
                note = f"An object of more than {MAX_OBJECT:,} bytes was dropped."
                self._items.append((LogStream.WARNING, StreamItem(LogStream.WARNING, note)))
            else:
                self._dispatch(message, pipeline)
        return []

    def _output(self, pipeline: PowerShell | None, timeout: int | None) -> bytes:
        """Receive output once and return it."""
        receive = ET.Element(f"{{{_RSP}}}Receive")
        wanted = ET.SubElement(receive, f"{{{_RSP}}}DesiredStream")
        wanted.text = "stdout"
        # pypsrp has no public names for what the host has answered.
        if pipeline is not None and pipeline._command_id:  # noqa: SLF001
            wanted.attrib["CommandId"] = pipeline._command_id  # noqa: SLF001
        options = OptionSet()
        options.add_option("WSMAN_CMDSHELL_OPTION_KEEPALIVE", "True")
        shell, selectors = self.shell, self.shell._selector_set  # noqa: SLF001
        answer = self.connection.receive(
            shell.resource_uri, receive, option_set=options, selector_set=selectors, timeout=timeout
        )
        streams = answer.iterfind("rsp:ReceiveResponse/rsp:Stream", NAMESPACES)
        try:
            return b"".join(base64.b64decode(one.text) for one in streams if one.text)
        except (binascii.Error, ValueError):
            raise AnswerRefused("sent output that is no base64.") from None

    def _dispatch(self, message: bytes, pipeline: PowerShell | None) -> None:
        kind, xml = records.split(message)
        if kind == records.RUNSPACEPOOL_STATE:
            state = records.read_state(xml)
            self.state = state.number
            if state.number == RunspacePoolState.BROKEN:
                shown = clean(" ".join(state.error.text.split()), 300) if state.error else "no reason is given"
                raise AnswerRefused(f"broke off the runspace ({shown}).")
        elif kind == records.SESSION_CAPABILITY:
            self.protocol_version = records.read_protocol_version(xml)
        elif pipeline is not None and kind == records.PIPELINE_STATE:
            state = records.read_state(xml)
            pipeline.state = state.number
            if state.error is not None:
                self._items.append((LogStream.ERROR, state.error))
        elif pipeline is not None and kind in records.STREAMS:
            self._items.append((records.STREAMS[kind], xml))
