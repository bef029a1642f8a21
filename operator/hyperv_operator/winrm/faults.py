"""What a WinRM failure means: from the numbers of a WSManFault, and of HTTP, to the operator's own errors.

The numbers are those of wsmerror.h (0x8033….) and of winerror.h, which come as they are or as an HRESULT (0x8007….). What each
error means for a resource is in the catalogue of reasons (`api.catalogue`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

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
    """What a fault says."""

    QUOTA = auto()
    NO_RESOURCES = auto()
    SHELL_LOST = auto()
    GOING_DOWN = auto()
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
    1062: Meaning.GOING_DOWN,  # SERVICE_NOT_ACTIVE
    1115: Meaning.GOING_DOWN,  # SHUTDOWN_IN_PROGRESS
    0x80338014: Meaning.GOING_DOWN,  # ENDPOINT_UNAVAILABLE
    0x80338029: Meaning.TIMED_OUT,  # OPERATION_TIMEDOUT
    5: Meaning.ACCESS_DENIED,
    0x80338036: Meaning.ACCESS_DENIED,  # FAILED_AUTHENTICATION
    0x8033809D: Meaning.ACCESS_DENIED,  # SECURITY_UNMAPPED
    0x803381AC: Meaning.REMOTE_ACCESS_OFF,  # REMOTESHELLS_NOT_ALLOWED
    0x803381DD: Meaning.REMOTE_ACCESS_OFF,  # SERVICE_REMOTE_ACCESS_DISABLED
    0x803381E3: Meaning.REMOTE_ACCESS_OFF,  # REMOTE_CONNECTION_NOT_ALLOWED
    1326: Meaning.RUN_AS_FAILED,  # LOGON_FAILURE, of whoever the endpoint runs as: our own logon was taken
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
"""Of a fault that has no number."""
_WORDS: Final[Mapping[str, Meaning]] = {
    "quota": Meaning.QUOTA,
    "maximum number of concurrent": Meaning.QUOTA,
    "shell was not found": Meaning.SHELL_LOST,
    "access is denied": Meaning.ACCESS_DENIED,
    "session configuration": Meaning.NO_CONFIGURATION,
}
"""Of a fault whose number is a general one; hosts answer in English, as they are asked to."""
_MESSAGE = 300
_PORT: Final = "Check that spec.connection.port is a port of WinRM."
_HRESULT_OF_WIN32 = 0x80070000


def of_wsman_fault(code: int | str | None, text: str, where: str) -> HostError:
    """Classify a WSManFault by its code, by its words where the code says nothing."""
    shown = " ".join(text.split())[:_MESSAGE]
    match _meaning(code, shown):
        case Meaning.QUOTA:
            return QuotaExceeded(
                f"WinRM on {where} refused because a quota of the operator's account is used up: {shown}"
            )
        case Meaning.NO_RESOURCES:
            return QuotaExceeded(
                f"{where} has no memory left for another remote shell ({shown}).", remedy="Free memory on the host."
            )
        case Meaning.SHELL_LOST:
            return ShellLost(f"The remote shell on {where} was lost: {shown}", effect_unknown=True)
        case Meaning.GOING_DOWN:
            return HostUnreachable(f"WinRM on {where} is being stopped or is not up yet: {shown}", effect_unknown=True)
        case Meaning.TIMED_OUT:
            return CallTimeout(f"An operation of WinRM on {where} timed out.", effect_unknown=True)
        case Meaning.ACCESS_DENIED:
            return AuthenticationFailed(
                f"{where} knows the account but does not let it use this WinRM endpoint.",
                remedy="Make the account a member of Remote Management Users (or of the endpoint's own group) and of Hyper-V "
                "Administrators.",
            )
        case Meaning.REMOTE_ACCESS_OFF:
            return AuthenticationFailed(
                f"{where} allows no remote shells ({shown}).",
                remedy="Run `Enable-PSRemoting` on the host, and `Set-Item WSMan:\\localhost\\Shell\\AllowRemoteShellAccess $true`.",
            )
        case Meaning.RUN_AS_FAILED:
            return AuthenticationFailed(
                f"The account that the endpoint on {where} runs as cannot log on ({shown}).",
                remedy="Register the endpoint anew, and check its virtual or managed account.",
            )
        case Meaning.NO_CONFIGURATION:
            return AgentMissing(
                f"{where} has no session configuration of the name in spec.connection.configurationName ({shown}).",
                remedy="Register the session configuration on the host, or correct the name.",
            )
        case Meaning.ENVELOPE_TOO_LARGE:
            return ProtocolViolation(
                f"{where} accepts only smaller messages than WinRM usually does ({shown}).",
                remedy="Run `Set-Item WSMan:\\localhost\\MaxEnvelopeSizekb 500` on the host.",
            )
        case None:
            return ProtocolViolation(f"WinRM on {where} answered with fault {_shown(code)}: {shown}")


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
    return next((meaning for phrase, meaning in _WORDS.items() if phrase in words), None)


def _shown(code: int | str | None) -> str:
    return f"{code & 0xFFFFFFFF:#x}" if isinstance(code, int) else code or "without a number"


def of_http_status(status: int, where: str) -> HostError:
    """Classify an HTTP answer that carries no WSManFault."""
    if status == 503:
        return WinRmUnavailable(
            f"{where} answers with HTTP 503: its WinRM service does not run, or is overloaded.",
            remedy="Restart the service on the host (Restart-Service WinRM), and check what keeps it busy.",
        )
    if status == 429:
        return QuotaExceeded(f"WinRM on {where} is too busy (HTTP 429).")
    if status == 403:
        return AuthenticationFailed(
            f"{where} turns the operator away (HTTP 403).",
            remedy="Check WinRM's IPv4Filter and the rules for client certificates on the host (`winrm get "
            "winrm/config/service`).",
        )
    if status == 404:
        return ProtocolViolation(f"There is no WinRM at {where}/wsman (HTTP 404).", remedy=_PORT)
    return ProtocolViolation(f"{where} answered with HTTP {status}, but not as WinRM does.", remedy=_PORT)
