"""What a WinRM failure means: from numbers and exceptions of the layers below to the operator's own errors."""

from __future__ import annotations

from hyperv_operator.errors import (
    AgentMissing,
    AuthenticationFailed,
    HostError,
    ProtocolViolation,
    QuotaExceeded,
    ShellLost,
    WinRmUnavailable,
)

_QUOTA = frozenset(
    {
        0x803381A4,  # shells of a user, all hosts
        0x803381A5,  # shells of a user
        0x803381A6,  # operations of a user
        0x803381A7,  # requests of a user
        0x803381A8,  # requests of the service
        0x803381AA,
        0x803381AB,
        0x803381E4,
        0x803381E5,
        0x803381E6,
        0x803381E7,
        0x803381E8,
        0x803381E9,
    }
)
_SHELL_LOST = frozenset(
    {
        0x8033805B,  # no shell with this id
        0x80338111,  # the shell was closed
        0x80338113,
        0x803381C4,
        0x803381DE,  # the pool was disconnected
        995,  # the operation was aborted
        1726,  # the remote procedure call failed
    }
)
_ACCESS_DENIED = frozenset({5, 0x80070005})
_NO_CONFIGURATION = frozenset({0x8033800C, 0x80338000 + 0xBD})
_MESSAGE = 300


def of_wsman_fault(code: int | None, text: str, where: str) -> HostError:
    """Classify a WSManFault by its code, by its words where the code is a general one."""
    number = (code or 0) & 0xFFFFFFFF
    shown = " ".join(text.split())[:_MESSAGE]
    words = shown.lower()
    if number in _QUOTA or "quota" in words or "maximum number of concurrent" in words:
        return QuotaExceeded(f"WinRM on {where} refused because a quota of the operator's account is used up: {shown}")
    if number in _SHELL_LOST or ("shell was not found" in words):
        return ShellLost(f"The remote shell on {where} was lost: {shown}", effect_unknown=True)
    if number in _ACCESS_DENIED or "access is denied" in words:
        return AuthenticationFailed(
            f"{where} knows the account but does not let it use this WinRM endpoint. Make it a member of Remote "
            "Management Users (or of the endpoint's own group) and of Hyper-V Administrators."
        )
    if number in _NO_CONFIGURATION or "session configuration" in words:
        return AgentMissing(
            f"{where} has no session configuration of the name in spec.connection.configurationName: register it there, "
            f"or correct the name. ({shown})"
        )
    return ProtocolViolation(f"WinRM on {where} answered with fault {number:#x}: {shown}")


def of_http_status(status: int, where: str) -> HostError:
    """Classify an HTTP answer that carries no WSManFault."""
    if status == 503:
        return WinRmUnavailable(
            f"{where} answers with HTTP 503: its WinRM service does not run, or is overloaded. Start it anew on the host "
            "(Restart-Service WinRM), and look at what keeps it busy."
        )
    return ProtocolViolation(
        f"{where} answered with HTTP {status} and nothing that WinRM would say: is it a WinRM port?"
    )
