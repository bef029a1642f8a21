"""Every error of the operator.

    OperatorError
    ├── SettingsError            the operator's own settings cannot be used; it does not start
    ├── TaskEnded                a background task has ended; the process ends
    ├── ContractError
    │   ├── SchemaFileError      job-inputs.yaml is broken
    │   ├── BundleError          the folder with the agent is not whole
    │   ├── SealingError         guest data cannot be encrypted to the key the guest posted
    │   └── RecordError          the agent or the guest sent something that is not the contract's
    │       └── JobFailed        the agent says that a job which only reads has failed
    ├── HostError                a call to a Hyper-V host failed
    │   ├── HostUnreachable      no connection: name, network, firewall, host down
    │   │   ├── WinRmUnavailable the host is up, its WinRM service is not
    │   │   ├── ConnectionLost   an open connection was reset or closed
    │   │   └── CircuitOpen      no call was made, because the last calls timed out
    │   ├── TlsUntrusted         the host's certificate is not trusted
    │   ├── AuthenticationFailed no logon is possible
    │   │   ├── LogonRefused     the credentials were refused: counts towards a lockout of the account
    │   │   └── LogonSuspended   no logon was tried, because these credentials were refused too often
    │   ├── KdcUnreachable       no domain controller answered a request for a Kerberos ticket
    │   ├── LogonPending         no logon was tried yet: one call at a time proves new credentials
    │   ├── CredentialsUnusable  the credentials Secret is missing, unreadable or invalid
    │   ├── QuotaExceeded        a WinRM quota of the host is used up
    │   ├── ShellLost            the remote shell ended during a call
    │   ├── CallTimeout          the call did not end by its deadline
    │   ├── CallCancelled        the operator cancelled the call
    │   ├── ProtocolViolation    the host's answer is not WSMan, PSRP or the agent's protocol
    │   │   ├── AgentFailed      the agent could not take an inventory, and says why
    │   │   └── GuestKeyRefused  the key that the machine's own guest posted cannot be used
    │   ├── WrongHost            another machine answers than the one that is pinned
    │   ├── AgentMissing         the agent's script is not on the host
    │   ├── AgentBlocked         a policy of the host does not let the agent's scripts run
    │   │   ├── LanguageConstrained  application control allows them constrained language only
    │   │   └── ScriptsBlocked   the execution policy does not let them start
    │   └── RolloutFailed        the operator's version of the agent could not be installed, or does not work
    │       └── AgentFilesInUse  a process on the host uses the files that would be replaced
    └── ClusterError             a call to the Kubernetes API failed
        ├── ObjectGone           the API server answered Not Found
        ├── WriteConflict        somebody else wrote the object first
        ├── WriteRefused         the API server refuses the object as invalid
        └── AccessForbidden      RBAC does not allow it

None of them inherits from a framework. A message never holds a secret, a script or a payload: it may end up in a
condition.
"""

from __future__ import annotations

from dataclasses import dataclass


class OperatorError(Exception):
    """The root. `message` says what happened, in a sentence or two."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SettingsError(OperatorError):
    """The operator's settings cannot be used."""


class TaskEnded(OperatorError):
    """A background task of the operator has ended; the process ends with it, so that Kubernetes starts a new one."""


class ContractError(OperatorError):
    """Something does not keep the contract between operator, agent and guest."""


@dataclass(frozen=True)
class SchemaProblem:
    """One thing that is wrong with a schema file."""

    line: int
    """From 1."""
    place: str
    """Path to the key, with fields and sets by their ids: `fields.vm_name.validations.pattern`."""
    message: str
    """What is wrong and what to do about it."""


class SchemaFileError(ContractError):
    """The schema file is broken; the message names every line and place, and the remedy."""

    def __init__(self, message: str, problems: tuple[SchemaProblem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class BundleError(ContractError):
    """The folder with the agent that goes to hosts is not whole."""


class SealingError(ContractError):
    """Guest data cannot be sealed."""


class RecordError(ContractError):
    """A record, outcome, inventory line or guest value is not what the contract says."""


class JobFailed(RecordError):
    """The agent says that a job which only reads has failed."""

    def __init__(self, job: str, cause: str, code: str | None) -> None:
        super().__init__(f"The {job} failed: {cause}")
        self.cause = cause
        """What the agent said."""
        self.code = code
        """The agent's code; None for one that this operator does not know."""


class HostError(OperatorError):
    """A call to a host failed. What it means for a resource is in the catalogue of reasons (`api.catalogue`)."""

    host_answered: bool | None = None
    """Whether the host answered (a refusal is an answer); None if the failure does not show it."""
    tried: bool = True
    """Whether a call was made at all; one that was not made does not count as a failure for the backoff."""

    def __init__(self, message: str, *, remedy: str = "", effect_unknown: bool = False) -> None:
        super().__init__(message)
        self.remedy = remedy
        """What to do, where the cause is known more precisely than the error's reason tells; else empty."""
        self.effect_unknown = effect_unknown
        """Whether the call may have changed the host although it failed."""


class HostUnreachable(HostError):
    """No connection to the host's WinRM service, or it broke."""

    host_answered: bool | None = False


class WinRmUnavailable(HostUnreachable):
    """The host is up, and WinRM is not: the port is closed, or the answer is HTTP 503."""


class ConnectionLost(HostUnreachable):
    """An open connection was reset or closed."""

    was_kept: bool = False
    """Whether the connection was kept from an earlier call, and may have been lost before this one."""


class CircuitOpen(HostUnreachable):
    """The executor refused the call, because the last calls to the host timed out."""

    host_answered = None
    tried = False


class TlsUntrusted(HostError):
    """The host's certificate could not be verified."""

    host_answered = True


class AuthenticationFailed(HostError):
    """No logon is possible: the host does not offer the authentication, or the account may not use the endpoint."""

    host_answered: bool | None = True


class LogonRefused(AuthenticationFailed):
    """The credentials were refused. Each refusal may count towards a lockout of the account."""


class LogonSuspended(AuthenticationFailed):
    """No logon was tried: this version of the credentials was refused too often, here or on other hosts."""

    host_answered = None
    tried = False


class KdcUnreachable(HostError):
    """No domain controller answered a request for a Kerberos ticket; the host was not contacted."""


class LogonPending(HostError):
    """No logon was tried yet: one call at a time proves credentials that no host has accepted so far."""

    tried = False


class CredentialsUnusable(HostError):
    """The credentials Secret is missing, unreadable, or lacks what the authentication needs."""


class QuotaExceeded(HostError):
    """WinRM refused because a quota (shells, commands, connections) is used up."""

    host_answered = True


class ShellLost(HostError):
    """The remote shell is gone: idle timeout, memory limit, service restart or reboot."""

    host_answered = True


class CallTimeout(HostError):
    """The call did not end by its deadline and was abandoned."""


class CallCancelled(HostError):
    """The operator itself cancelled the call (deletion, shutdown)."""


class ProtocolViolation(HostError):
    """The host answered, but not with what the protocol allows."""

    host_answered = True


class AgentFailed(ProtocolViolation):
    """The agent answered that it could not take an inventory. The code says what to do about it."""

    def __init__(
        self, message: str, *, code: str | None = None, remedy: str = "", effect_unknown: bool = False
    ) -> None:
        super().__init__(message, remedy=remedy, effect_unknown=effect_unknown)
        self.code = code
        """The agent's code, or None."""


class GuestKeyRefused(ProtocolViolation):
    """The key that the guest posted cannot be used. The message is about the machine's own guest, and its owner may read it."""


class WrongHost(HostError):
    """Another machine answers at the host's address than the one that was pinned."""

    host_answered = True


class AgentMissing(HostError):
    """The agent's script or command does not exist on the host."""

    host_answered = True


class AgentBlocked(HostError):
    """A policy of the host does not let the agent's scripts run; another version of them does not run either."""

    host_answered = True


class LanguageConstrained(AgentBlocked):
    """PowerShell runs the scripts in constrained language, because application control does not trust them."""


class ScriptsBlocked(AgentBlocked):
    """The execution policy does not let the scripts start: none at all, or none without a signature."""


class RolloutFailed(HostError):
    """The operator's version of the agent could not be installed on the host, or does not work there."""

    host_answered = True

    def __init__(
        self, message: str, *, remedy: str = "", effect_unknown: bool = False, was_there: bool = False
    ) -> None:
        super().__init__(message, remedy=remedy, effect_unknown=effect_unknown)
        self.was_there = was_there
        """Whether its files were on the host already, unmodified: the version is then not what has changed."""


class AgentFilesInUse(RolloutFailed):
    """A process on the host uses the files that would be replaced; it ends by itself."""


class ClusterError(OperatorError):
    """A call to the Kubernetes API failed; it is worth trying again."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds that the API server asks to wait (its header Retry-After); None if it does not ask."""


class ObjectGone(ClusterError):
    """The API server answered Not Found. Only after a GET of the object itself does this mean that the object is gone."""


class WriteConflict(ClusterError):
    """The object changed since it was read."""


class WriteRefused(ClusterError):
    """The API server refuses what was written as invalid: the same object will be refused again."""


class AccessForbidden(ClusterError):
    """The operator's RBAC does not allow the call."""
