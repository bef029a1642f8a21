"""SOAP for WSMan: namespaces, responses and faults."""

from __future__ import annotations

import uuid
from xml.sax.saxutils import escape

from aiohttp import web

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
NAMESPACES = {
    "s": SOAP,
    "a": ADDRESSING,
    "n": ENUMERATION,
    "r": SHELL,
    "w": WSMAN,
    "x": TRANSFER,
    "p": "http://schemas.microsoft.com/powershell",
}
ACCESS_DENIED = 5
ABORTED = 995
ENUMERATION_CLOSED = 0x80338007
OPERATION_TIMEOUT = 0x80338029
INVALID_RESOURCE_URI = 0x8033803B
NO_SHELL = 0x8033805B
TOO_MANY_SHELLS = 0x803381A5
_SUBCODES = {
    ACCESS_DENIED: ("s:Sender", "w:AccessDenied"),
    ENUMERATION_CLOSED: ("s:Receiver", "n:InvalidEnumerationContext"),
    OPERATION_TIMEOUT: ("s:Receiver", "w:TimedOut"),
    INVALID_RESOURCE_URI: ("s:Sender", "a:DestinationUnreachable"),
    NO_SHELL: ("s:Sender", "w:InvalidSelectors"),
    TOO_MANY_SHELLS: ("s:Receiver", "w:QuotaLimit"),
}


class Fault(Exception):
    """An error that becomes a WSManFault."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def answer(message_id: str, action: str, body: str) -> web.Response:
    """Return the response to a request with this action."""
    return _response(200, message_id, f"{action}Response", body)


def refusal(message_id: str, fault: Fault) -> web.Response:
    """Return the response for a fault."""
    value, subcode = _SUBCODES.get(fault.code, ("s:Receiver", "w:InternalError"))
    body = (
        f"<s:Fault><s:Code><s:Value>{value}</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{escape(fault.message)}</s:Text></s:Reason><s:Detail>'
        f'<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{fault.code}" '
        f'Machine="hostsim"><f:Message>{escape(fault.message)}</f:Message></f:WSManFault></s:Detail></s:Fault>'
    )
    return _response(500, message_id, f"{ADDRESSING}/fault", body)


def _response(status: int, message_id: str, action: str, body: str) -> web.Response:
    spaces = "".join(f' xmlns:{name}="{NAMESPACES[name]}"' for name in "sanrwx")
    text = (
        f"<s:Envelope{spaces}><s:Header><a:Action>{action}</a:Action>"
        f"<a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID>"
        f"<a:To>{ADDRESSING}/role/anonymous</a:To><a:RelatesTo>{message_id}</a:RelatesTo></s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )
    return web.Response(status=status, text=text, content_type="application/soap+xml")
