"""The meaning of a failed call or an agent's code: reason, message, and who must act, all from the catalogue of reasons."""

from __future__ import annotations

import re
from typing import Final

from hyperv_operator import errors
from hyperv_operator.api.catalogue import CATALOGUE, Kstatus, Retry, explain, explain_to_owner
from hyperv_operator.api.names import Reason
from hyperv_operator.protocol.records import AgentCode

_REASON_OF_ERROR: Final[dict[type[errors.HostError], Reason]] = {
    errors.HostError: Reason.INTERNAL,
    errors.HostUnreachable: Reason.HOST_UNREACHABLE,
    errors.WinRmUnavailable: Reason.WINRM_UNAVAILABLE,
    errors.ConnectionLost: Reason.HOST_UNREACHABLE,
    errors.CircuitOpen: Reason.HOST_UNREACHABLE,
    errors.TlsUntrusted: Reason.TLS_UNTRUSTED,
    errors.AuthenticationFailed: Reason.AUTHENTICATION_FAILED,
    errors.LogonRefused: Reason.AUTHENTICATION_FAILED,
    errors.LogonSuspended: Reason.AUTHENTICATION_FAILED,
    errors.KdcUnreachable: Reason.KDC_UNREACHABLE,
    errors.LogonPending: Reason.WAITING_FOR_INVENTORY,
    errors.CredentialsUnusable: Reason.CREDENTIALS_UNUSABLE,
    errors.QuotaExceeded: Reason.QUOTA_EXCEEDED,
    errors.ShellLost: Reason.SHELL_LOST,
    errors.CallTimeout: Reason.CALL_TIMEOUT,
    errors.CallCancelled: Reason.CALL_CANCELLED,
    errors.ProtocolViolation: Reason.PROTOCOL_VIOLATION,
    errors.GuestKeyRefused: Reason.PROTOCOL_VIOLATION,
    errors.WrongHost: Reason.HOST_IDENTITY_CHANGED,
    errors.AgentMissing: Reason.AGENT_MISSING,
    errors.AgentBlocked: Reason.SCRIPTS_BLOCKED,
    errors.LanguageConstrained: Reason.CONSTRAINED_LANGUAGE,
    errors.ScriptsBlocked: Reason.SCRIPTS_BLOCKED,
    errors.RolloutFailed: Reason.AGENT_ROLLOUT_FAILED,
    errors.AgentFilesInUse: Reason.AGENT_ROLLOUT_INCOMPLETE,
}


def reason_of_error(error: errors.HostError) -> Reason:
    """Return the condition reason of a failed call."""
    return next(_REASON_OF_ERROR[kind] for kind in type(error).__mro__ if kind in _REASON_OF_ERROR)


def reason_of_code(code: AgentCode) -> Reason:
    """Return the condition reason of an agent's code: the two have the same name."""
    return Reason[code.name]


TRANSIENT: Final = frozenset(
    code for code in AgentCode if CATALOGUE[reason_of_code(code)].kstatus is Kstatus.IN_PROGRESS
)
"""Codes that the next launch, made from a new inventory, is expected to clear."""

FINAL: Final = frozenset(
    code for code in AgentCode if CATALOGUE[reason_of_code(code)].retry in (Retry.ON_CHANGE, Retry.NEVER)
)
"""Codes after which launching again changes nothing until something else has changed."""


def explain_code(code: AgentCode, facts: str = "") -> str:
    """Return the message for a code: the agent's facts (the code's cause if there are none) and the remedy."""
    return explain(reason_of_code(code), facts)


def explain_error(error: errors.HostError) -> str:
    """Return the message for a failed call: its facts and, once, the remedy of the error, of the agent's code, or of its reason."""
    remedy = error.remedy
    if not remedy and isinstance(error, errors.AgentFailed) and error.code:
        remedy = CATALOGUE[reason_of_code(AgentCode(error.code))].remedy
    return explain(reason_of_error(error), error.message, remedy)


def explain_to_owner_of_machine(error: errors.HostError) -> str:
    """Return the message about a failed call for the owner of a machine; the log has the details."""
    if isinstance(error, errors.GuestKeyRefused):
        return explain_error(error)
    return explain_to_owner(reason_of_error(error))


_LOCAL: Final = r"""[A-Za-z]:\\(?:[^\\"'<>|:*?,;\n]*[^\\\s"'<>|:*?,;]\\)*(?:[^\\\s"'<>|:*?,;)]*[^\\\s"'<>|:*?,;).])?"""
_SHARED: Final = r"""\\\\[^\s"'<>|*?,;)]*[^\s"'<>|*?,;).]"""
_PATH: Final = re.compile(f"{_LOCAL}|{_SHARED}")


def without_paths(text: str) -> str:
    """Return an agent's text without paths of the host, which are of no use to the owner of a machine."""
    return _PATH.sub("(a path on the host)", text)


def is_retried_at_once(error: errors.HostError) -> bool:
    """Return whether the first retry comes almost at once: the call may or may not have done its work."""
    return CATALOGUE[reason_of_error(error)].retry is Retry.NOW


def needs_person(error: errors.HostError) -> bool:
    """Return whether a machine or host stays as it is after this failed call until a person acts."""
    return CATALOGUE[reason_of_error(error)].needs_person
