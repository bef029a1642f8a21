"""Every error of the operator.

    OperatorError
    ├── SettingsError            the operator's own settings cannot be used; it does not start
    ├── ContractError
    │   ├── SchemaFileError      job-inputs.yaml is broken
    │   ├── BundleError          the folder with the agent is not whole
    │   ├── SealingError         guest data cannot be encrypted to the key the guest posted
    │   └── RecordError          the agent or the guest sent something that is not the contract's
    ├── HostError                a call to a Hyper-V host did not do its work
    │   ├── HostUnreachable      no connection: name, network, firewall, host down
    │   │   ├── WinRmUnavailable the host is there, its WinRM service is not
    │   │   └── CircuitOpen     not called at all, as the last calls had no answer
    │   ├── TlsUntrusted         the host's certificate is not trusted
    │   ├── AuthenticationFailed there is no logon, for a reason that only a person can remove
    │   │   ├── LogonRefused     the credentials were refused: counts towards a lockout of the account
    │   │   └── LogonSuspended    not tried at all, as these credentials were refused too often
    │   ├── KdcUnreachable       no Kerberos ticket could be asked for
    │   ├── LogonPending         not tried yet: new credentials are proven by one call at a time
    │   ├── CredentialsUnusable  the credentials Secret is missing or lacks a key
    │   ├── QuotaExceeded        a WinRM quota of the host is used up
    │   ├── ShellLost            the remote shell died while a call was using it
    │   ├── CallTimeout          the call did not end by its deadline
    │   ├── CallCancelled        the operator gave the call up
    │   ├── ProtocolViolation    the host's answer is not WSMan, PSRP or the agent's protocol
    │   ├── WrongHost            another machine answers than the one that is pinned
    │   ├── AgentMissing         the agent's script is not on the host
    │   └── RolloutFailed        the operator's version of the agent could not be put on the host, or does not work there
    │       └── AgentFilesInUse    something on the host is using what would be replaced
    └── ClusterError             a call to the Kubernetes API did not do its work
        ├── ObjectGone           the object does not exist (any more)
        ├── WriteConflict        somebody else wrote the object first
        └── AccessForbidden      RBAC does not allow it

None of them inherits from a framework. A message never holds a secret, a script or a payload: it may end up in a
condition.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Retry(Enum):
    """What makes another attempt worth while."""

    NOW = "now"
    """Look again at once: the call may or may not have done its work."""
    BACKOFF = "backoff"
    """Wait a little, longer each time."""
    CHANGE = "change"
    """Wait until a person changes the resource, the Secret or the host."""


class OperatorError(Exception):
    """The root: what happened, in a sentence that a person can act on."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SettingsError(OperatorError):
    """The operator's settings cannot be used."""


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


class HostError(OperatorError):
    """A call to a host failed. `effect_unknown` tells that the call may have changed the host all the same."""

    retry: Retry = Retry.BACKOFF
    host_answered: bool | None = None
    """Whether the failure shows that the host is there (a refusal is an answer) or that it is not; None: neither."""
    tried: bool = True
    """Whether anything was tried at all; what was not has not failed, and is no reason to wait longer."""

    def __init__(self, message: str, *, effect_unknown: bool = False) -> None:
        super().__init__(message)
        self.effect_unknown = effect_unknown


class HostUnreachable(HostError):
    """No connection to the host's WinRM service, or it broke."""

    host_answered: bool | None = False


class WinRmUnavailable(HostUnreachable):
    """Something answers at the host's address, but not WinRM: the port is closed, or HTTP 503 is all that comes."""


class CircuitOpen(HostUnreachable):
    """The executor refused the call, since the host did not answer the last ones; nothing was tried."""

    host_answered = None
    tried = False


class TlsUntrusted(HostError):
    """The host's certificate could not be verified."""

    retry = Retry.CHANGE
    host_answered = True


class AuthenticationFailed(HostError):
    """There is no logon: the way to authenticate is not offered, or the account may not use the endpoint."""

    retry = Retry.CHANGE
    host_answered: bool | None = True


class LogonRefused(AuthenticationFailed):
    """The credentials were refused. Each time may count towards a lockout of the account, so it must not happen often."""


class LogonSuspended(AuthenticationFailed):
    """Nothing was tried: the same version of the credentials was refused too often, here or on other hosts."""

    host_answered = None
    tried = False


class KdcUnreachable(HostError):
    """No domain controller could be asked for a Kerberos ticket; the host itself was not asked."""


class LogonPending(HostError):
    """Nothing was tried yet: credentials that have not been taken by any host are offered by one call at a time."""

    retry = Retry.NOW
    tried = False


class CredentialsUnusable(HostError):
    """The credentials Secret is missing, unreadable, or lacks what the authentication needs."""

    retry = Retry.CHANGE


class QuotaExceeded(HostError):
    """WinRM refused because a quota (shells, commands, connections) is used up."""

    host_answered = True


class ShellLost(HostError):
    """The remote shell is gone: idle timeout, memory limit, service restart or reboot."""

    retry = Retry.NOW
    host_answered = True


class CallTimeout(HostError):
    """The call did not end by its deadline and was abandoned."""


class CallCancelled(HostError):
    """The operator itself gave the call up (deletion, shutdown)."""

    retry = Retry.NOW


class ProtocolViolation(HostError):
    """The host answered, but not with what the protocol allows."""

    host_answered = True


class WrongHost(HostError):
    """Another machine answers at the host's address than the one that was pinned."""

    retry = Retry.CHANGE
    host_answered = True


class AgentMissing(HostError):
    """The agent's script or command does not exist on the host."""

    retry = Retry.CHANGE
    host_answered = True


class RolloutFailed(HostError):
    """The operator's version of the agent could not be put on the host, or does not work there."""

    host_answered = True

    def __init__(self, message: str, *, effect_unknown: bool = False, was_there: bool = False) -> None:
        super().__init__(message, effect_unknown=effect_unknown)
        self.was_there = was_there
        """Its files were on the host already, as they should be: it has worked there, and something else has changed."""


class AgentFilesInUse(RolloutFailed):
    """Something on the host is using what would be replaced: that passes."""


class ClusterError(OperatorError):
    """A call to the Kubernetes API failed; it is worth trying again."""


class ObjectGone(ClusterError):
    """The object does not exist (any more)."""


class WriteConflict(ClusterError):
    """The object changed since it was read."""


class AccessForbidden(ClusterError):
    """The operator's RBAC does not allow the call."""
