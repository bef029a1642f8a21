"""WSMan faults and HTTP statuses as `HostError`.

Fault codes are those of wsmerror.h (0x8033….) and of winerror.h; the latter are sent as they are or as an HRESULT (0x8007….).
What each error means for a resource is in the catalogue of reasons (`api.catalogue`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from hyperv_operator.border.text import clean
from hyperv_operator.errors import (
    AgentMissing,
    AuthenticationFailed,
    CallTimeout,
    HostError,
    HostUnreachable,
    ProtocolViolation,
    QuotaExceeded,
    ShellLost,
    WinRmUnavailable,
)


class Meaning(Enum):
    """The meaning of a fault."""

    QUOTA = auto()
    NO_RESOURCES = auto()
    SHELL_LOST = auto()
    NOT_RUNNING = auto()
    TIMED_OUT = auto()
    ACCESS_DENIED = auto()
    REMOTE_ACCESS_OFF = auto()
    RUN_AS_FAILED = auto()
    NO_CONFIGURATION = auto()
    ENVELOPE_TOO_LARGE = auto()


MEANINGS: Final[Mapping[int, Meaning]] = {
    0x8033803F: Meaning.QUOTA,  # QUOTA_LIMIT
    0x803381A5: Meaning.QUOTA,  # QUOTA_MAX_SHELLS
    0x803381A6: Meaning.QUOTA,  # QUOTA_MAX_OPERATIONS
    0x803381A7: Meaning.QUOTA,  # QUOTA_USER: requests in a time slot
    0x803381A8: Meaning.QUOTA,  # QUOTA_SYSTEM
    0x803381AB: Meaning.QUOTA,  # QUOTA_MAX_SHELLUSERS
    0x803381E4: Meaning.QUOTA,  # QUOTA_MAX_SHELLS_PPQ: the endpoint's own quotas, to 0x803381E9
    0x803381E5: Meaning.QUOTA,  # QUOTA_MAX_USERS_PPQ
    0x803381E6: Meaning.QUOTA,  # QUOTA_MAX_PLUGINSHELLS_PPQ
    0x803381E7: Meaning.QUOTA,  # QUOTA_MAX_PLUGINOPERATIONS_PPQ
    0x803381E8: Meaning.QUOTA,  # QUOTA_MAX_OPERATIONS_USER_PPQ
    0x803381E9: Meaning.QUOTA,  # QUOTA_MAX_COMMANDS_PER_SHELL_PPQ
    0x80338032: Meaning.QUOTA,  # CONCURRENCY
    0x803381EA: Meaning.NO_RESOURCES,  # QUOTA_MIN_REQUIREMENT_NOT_AVAILABLE_PPQ: of the system
    8: Meaning.NO_RESOURCES,  # NOT_ENOUGH_MEMORY
    14: Meaning.NO_RESOURCES,  # OUTOFMEMORY
    1450: Meaning.NO_RESOURCES,  # NO_SYSTEM_RESOURCES
    1455: Meaning.NO_RESOURCES,  # COMMITMENT_LIMIT: the page file is too small
    0x8033803D: Meaning.SHELL_LOST,  # INVALID_SELECTORS
    0x8033805B: Meaning.SHELL_LOST,  # UNEXPECTED_SELECTORS: no shell has this id
    0x80338098: Meaning.SHELL_LOST,  # SESSION_ALREADY_CLOSED
    0x8033814A: Meaning.SHELL_LOST,  # SHELL_ALREADY_CLOSED
    0x8033814C: Meaning.SHELL_LOST,  # SHELL_INVALID_SHELL_HANDLE
    0x8033814D: Meaning.SHELL_LOST,  # SHELL_INVALID_COMMAND_HANDLE
    0x8033814F: Meaning.SHELL_LOST,  # COMMAND_ALREADY_CLOSED
    0x8033816E: Meaning.SHELL_LOST,  # SHELL_NOT_INITIALIZED
    0x803381A9: Meaning.SHELL_LOST,  # DIFFERENT_AUTHZ_TOKEN: the account's rights changed under the shell
    0x803381CC: Meaning.SHELL_LOST,  # COMMAND_TERMINATED
    0x803381DE: Meaning.SHELL_LOST,  # SERVICE_STREAM_DISCONNECTED
    0x803381FA: Meaning.SHELL_LOST,  # CLIENT_SESSION_UNUSABLE
    995: Meaning.SHELL_LOST,  # OPERATION_ABORTED
    1722: Meaning.SHELL_LOST,  # RPC_S_SERVER_UNAVAILABLE: the shell's process has died
    1726: Meaning.SHELL_LOST,  # RPC_S_CALL_FAILED
    1727: Meaning.SHELL_LOST,  # RPC_S_CALL_FAILED_DNE
    1062: Meaning.NOT_RUNNING,  # SERVICE_NOT_ACTIVE
    1115: Meaning.NOT_RUNNING,  # SHUTDOWN_IN_PROGRESS
    0x80338014: Meaning.NOT_RUNNING,  # ENDPOINT_UNAVAILABLE
    0x80338029: Meaning.TIMED_OUT,  # OPERATION_TIMEDOUT
    5: Meaning.ACCESS_DENIED,
    0x80338036: Meaning.ACCESS_DENIED,  # FAILED_AUTHENTICATION
    0x8033809D: Meaning.ACCESS_DENIED,  # SECURITY_UNMAPPED
    0x803381AC: Meaning.REMOTE_ACCESS_OFF,  # REMOTESHELLS_NOT_ALLOWED
    0x803381DD: Meaning.REMOTE_ACCESS_OFF,  # SERVICE_REMOTE_ACCESS_DISABLED
    0x803381E3: Meaning.REMOTE_ACCESS_OFF,  # REMOTE_CONNECTION_NOT_ALLOWED
    1326: Meaning.RUN_AS_FAILED,  # LOGON_FAILURE of the endpoint's run-as account; the operator's own logon has succeeded
    0x803381C3: Meaning.RUN_AS_FAILED,  # RUNAS_INVALIDUSERCREDENTIALS
    0x803381DF: Meaning.RUN_AS_FAILED,  # CREATESHELL_RUNAS_FAILED
    0x803381FB: Meaning.RUN_AS_FAILED,  # VIRTUALACCOUNT_NOTSUPPORTED
    0x803381FC: Meaning.RUN_AS_FAILED,  # VIRTUALACCOUNT_NOTSUPPORTED_DOWNLEVEL
    0x803381FD: Meaning.RUN_AS_FAILED,  # RUNASUSER_MANAGEDACCOUNT_LOGON_FAILED
    0x80338000: Meaning.NO_CONFIGURATION,  # RESOURCE_NOT_FOUND
    0x8033803B: Meaning.NO_CONFIGURATION,  # INVALID_RESOURCE_URI
    0x80338026: Meaning.ENVELOPE_TOO_LARGE,  # ENVELOPE_TOO_LARGE
    0x80338048: Meaning.ENVELOPE_TOO_LARGE,  # MAX_ENVELOPE_SIZE_EXCEEDED
    0x80338049: Meaning.ENVELOPE_TOO_LARGE,  # SERVER_ENVELOPE_LIMIT
}
SUBCODES: Final[Mapping[str, Meaning]] = {
    "AccessDenied": Meaning.ACCESS_DENIED,
    "QuotaLimit": Meaning.QUOTA,
    "Concurrency": Meaning.QUOTA,
    "TimedOut": Meaning.TIMED_OUT,
    "InvalidSelectors": Meaning.SHELL_LOST,
    "DestinationUnreachable": Meaning.NO_CONFIGURATION,
}
"""By the SOAP subcode, for a fault without a number."""
_PHRASES: Final[Mapping[str, Meaning]] = {
    "quota": Meaning.QUOTA,
    "maximum number of concurrent": Meaning.QUOTA,
    "shell was not found": Meaning.SHELL_LOST,
    "access is denied": Meaning.ACCESS_DENIED,
    "session configuration": Meaning.NO_CONFIGURATION,
}
"""By the text, for a fault with a generic number. The operator requests English texts."""
_MAX_TEXT = 300
_MAX_CODE = 60
_CHECK_PORT: Final = "Check that spec.connection.port is a port of WinRM."
_DIRECT: Final = "Set spec.address and spec.connection.port to the host itself."
_GATEWAY_STATUSES: Final = (502, 504)
_HRESULT_OF_WIN32 = 0x80070000


def error_from_fault(code: int | str | None, text: str, where: str) -> HostError:
    """Return the error for a WSManFault, by its code or, for a generic code, by its text."""
    shown = clean(" ".join(text.split()), _MAX_TEXT)
    match _meaning(code, shown):
        case Meaning.QUOTA:
            return QuotaExceeded(f"A WinRM quota of the operator's account on {where} is used up: {shown}")
        case Meaning.NO_RESOURCES:
            return QuotaExceeded(
                f"{where} has no memory left for another remote shell ({shown}).", remedy="Free memory on the host."
            )
        case Meaning.SHELL_LOST:
            return ShellLost(f"The remote shell on {where} was lost: {shown}", effect_unknown=True)
        case Meaning.NOT_RUNNING:
            return HostUnreachable(f"WinRM on {where} is stopping or starting: {shown}", effect_unknown=True)
        case Meaning.TIMED_OUT:
            return CallTimeout(f"WinRM on {where} did not finish the operation in time.", effect_unknown=True)
        case Meaning.ACCESS_DENIED:
            return AuthenticationFailed(
                f"{where} accepted the logon but does not let the account use this WinRM endpoint.",
                remedy="Add the account to Remote Management Users (or the endpoint's own group) and to Hyper-V Administrators.",
            )
        case Meaning.REMOTE_ACCESS_OFF:
            return AuthenticationFailed(
                f"{where} allows no remote shells ({shown}).",
                remedy="Run `Enable-PSRemoting` on the host, and `Set-Item WSMan:\\localhost\\Shell\\AllowRemoteShellAccess $true`.",
            )
        case Meaning.RUN_AS_FAILED:
            return AuthenticationFailed(
                f"The run-as account of the endpoint on {where} cannot log on ({shown}).",
                remedy="Check the endpoint's virtual or managed account, and register the endpoint again.",
            )
        case Meaning.NO_CONFIGURATION:
            return AgentMissing(
                f"{where} has no session configuration with the name in spec.connection.configurationName ({shown}).",
                remedy="Register the session configuration on the host, or correct the name.",
            )
        case Meaning.ENVELOPE_TOO_LARGE:
            return ProtocolViolation(
                f"The message size limit of WinRM on {where} is below its default ({shown}).",
                remedy="Run `Set-Item WSMan:\\localhost\\MaxEnvelopeSizekb 500` on the host.",
            )
        case None:
            return ProtocolViolation(f"WinRM on {where} returned fault {_shown(code)}: {shown}")


def _meaning(code: int | str | None, text: str) -> Meaning | None:
    if isinstance(code, int):
        number = code & 0xFFFFFFFF
        if number & 0xFFFF0000 == _HRESULT_OF_WIN32:
            number &= 0xFFFF
        if number in MEANINGS:
            return MEANINGS[number]
    elif code and (known := SUBCODES.get(code.rpartition(":")[2])):
        return known
    words = text.casefold()
    return next((meaning for phrase, meaning in _PHRASES.items() if phrase in words), None)


def _shown(code: int | str | None) -> str:
    if isinstance(code, int):
        return f"{code & 0xFFFFFFFF:#x}"
    return " ".join(code.split())[:_MAX_CODE] if code else "without a number"


def error_from_http_status(status: int, where: str, retry_after: int | None = None) -> HostError:
    """Return the error for an HTTP response without a WSManFault; `retry_after` is the seconds that it asks to wait."""
    wait = "" if retry_after is None else f" It asks to be left alone for {retry_after} s."
    if status == 503:
        return WinRmUnavailable(
            f"{where} returned HTTP 503: its WinRM service is stopped or overloaded.{wait}",
            remedy="Restart the service on the host (Restart-Service WinRM), and check what keeps it busy.",
        )
    if status in _GATEWAY_STATUSES:
        return HostUnreachable(
            f"A proxy or load balancer at {where} answered HTTP {status}: it does not reach the host.{wait}",
            remedy=_DIRECT,
        )
    if status == 429:
        return QuotaExceeded(f"WinRM on {where} is too busy (HTTP 429).{wait}")
    if status == 403:
        return AuthenticationFailed(
            f"{where} rejected the operator's address or certificate (HTTP 403).",
            remedy="Check WinRM's IPv4Filter and its rules for client certificates on the host (`winrm get "
            "winrm/config/service`).",
        )
    if status == 404:
        return ProtocolViolation(f"{where} has no WinRM service at /wsman (HTTP 404).", remedy=_CHECK_PORT)
    if status == 407:
        return ProtocolViolation(f"A proxy at {where} asks for a logon of its own (HTTP 407).", remedy=_DIRECT)
    return ProtocolViolation(f"{where} returned HTTP {status} without a WinRM message.{wait}", remedy=_CHECK_PORT)
