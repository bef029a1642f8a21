"""Entries for hosts that cannot be used, and for calls to a host that failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hyperv_operator.api.catalogue.model import (
    HOST_FAILING,
    HOST_SHUT,
    HOST_STALLED,
    STALLED,
    UNSEEN,
    WORKING,
    Actor,
    Entry,
    Retry,
)
from hyperv_operator.api.names import HostCondition, Reason

UNUSABLE: Final[Mapping[Reason, Entry]] = {
    Reason.HOST_UNREACHABLE: Entry(
        "The host did not answer, or the connection broke.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Check that the host is up, the address, the port, the firewall and the network in between.",
        "From a machine in the operator's network, `curl -kv https://<address>:<port>/wsman` must return an HTTP status. After "
        "`HVO_BREAKER_FAILURES` timeouts in a row the circuit breaker opens: the operator launches nothing on the host until an "
        "inventory succeeds.",
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
    Reason.WINRM_UNAVAILABLE: Entry(
        "The host is up, and its WinRM service is not: it refused the connection or answered with HTTP 503.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Start the WinRM service on the host, or correct spec.connection.port.",
        "On the host, `Get-Service WinRM` must show Running, and `winrm enumerate winrm/config/listener` must list the port; a "
        "firewall can refuse connections too. The circuit breaker opens as with `HostUnreachable`.",
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
    Reason.TLS_UNTRUSTED: Entry(
        "The host's certificate is not trusted, has expired or carries another name, or the port does not speak TLS 1.2 or later.",
        Actor.CLUSTER_ADMIN,
        Retry.BACKOFF,
        "Put the issuing CA into spec.connection.caBundle, and make sure that the certificate carries the name in spec.address.",
        "`openssl s_client -connect <address>:<port> -showcerts` shows the certificate chain.",
        machine=(*STALLED, *UNSEEN),
        host=HOST_SHUT,
    ),
    Reason.AUTHENTICATION_FAILED: Entry(
        "The host refused the credentials, does not offer this authentication, or does not allow the account to use WinRM.",
        Actor.CLUSTER_ADMIN,
        Retry.BACKOFF,
        "Correct the user name and password in the credentials Secret, and make sure that the account may log on over the network.",
        "`spec.connection.credentialsSecretRef` names the Secret. On the host, run `Add-LocalGroupMember -Group 'Remote "
        "Management Users' -Member <account>`, and the same for `Hyper-V Administrators`. To prevent a lockout of the account, "
        "the operator stops offering a Secret after two refused logons, counted over all hosts that use it, until the Secret "
        "changes; it tries new credentials on one host at a time. If the Secret was right, annotate it to try again: `kubectl "
        "annotate secret <name> -n hyperv-system --overwrite checked=<date>`.",
        machine=(*STALLED, *UNSEEN),
        host=HOST_SHUT,
    ),
    Reason.CREDENTIALS_UNUSABLE: Entry(
        "The credentials Secret is missing, unreadable or lacks a key; the certificate, private key or keytab in it is invalid; or the "
        "host's `caBundle` cannot be read.",
        Actor.CLUSTER_ADMIN,
        Retry.BACKOFF,
        "Correct the Secret that spec.connection.credentialsSecretRef names.",
        "It is in the operator's namespace and needs `username` and `password`, `username` and `keytab` for Kerberos, or `tls.crt` "
        "and `tls.key` for authentication by certificate: `kubectl describe secret <name> -n hyperv-system` lists its keys.",
        machine=(*STALLED, *UNSEEN),
        host=HOST_SHUT,
    ),
    Reason.KDC_UNREACHABLE: Entry(
        "No domain controller (KDC) of the account's realm answers, so that there is no Kerberos ticket to log on with.",
        Actor.CLUSTER_ADMIN,
        Retry.BACKOFF,
        "Check the names in krb5.conf, and that the operator can reach port 88 (TCP) of the domain controllers.",
        "The chart's value `kerberos.krb5Conf` is the krb5.conf. The operator did not contact the host itself.",
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
    Reason.HOST_IDENTITY_CHANGED: Entry(
        "Another machine answers at the host's address than the one pinned at first contact, or two HyperVHosts lead to the same "
        "machine.",
        Actor.CLUSTER_ADMIN,
        Retry.BACKOFF,
        "Correct spec.address or DNS. If the host was rebuilt on purpose, delete this HyperVHost and create it again.",
        "The operator changes nothing on the host meanwhile. Of two HyperVHosts for one machine, delete one: `kubectl delete "
        "hypervhost <host>`.",
        machine=(*STALLED, *UNSEEN),
        host=HOST_STALLED,
    ),
    Reason.AGENT_MISSING: Entry(
        "The agent's script is not on the host, the host is not prepared for the agent, or the session configuration does not offer "
        "the agent's command.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Prepare the host (docs/guides/prepare-host.md), or correct spec.paths.agent of the HyperVHost.",
        "`spec.connection.configurationName` names the session configuration; for a JEA endpoint, `Get-PSSessionConfiguration` on "
        "the host lists those that are registered.",
        machine=(*STALLED, *UNSEEN),
        host=(*HOST_STALLED, (HostCondition.AGENT_READY, False)),
    ),
    Reason.AGENT_INCOMPATIBLE: Entry(
        "The agent on the host does not support the operator's schema version.",
        Actor.HOST_ADMIN,
        Retry.ON_CHANGE,
        "Update the agent on the host.",
        "Machines on the host wait with `AgentRolloutIncomplete`. [agent-rollout](../guides/agent-rollout.md#by-hand) describes "
        "the installation by hand.",
        host=(*HOST_STALLED, (HostCondition.AGENT_READY, False)),
    ),
    Reason.SCRIPTS_BLOCKED: Entry(
        "The execution policy of the host does not let the agent's scripts start: it allows no scripts, or only scripts with a signature.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Set the execution policy to RemoteSigned, or sign the agent's files (docs/guides/application-control.md).",
        "`Get-ExecutionPolicy -List` on the host shows the policy of each scope. One of the scopes MachinePolicy and UserPolicy comes "
        "from Group Policy, and is changed there.",
        machine=(*STALLED, *UNSEEN),
        host=(*HOST_STALLED, (HostCondition.AGENT_READY, False)),
    ),
    Reason.PREFLIGHT_FAILED: Entry(
        "The preflight found something on the host without which no machine can be provisioned there.",
        Actor.HOST_ADMIN,
        Retry.ON_CHANGE,
        "Correct what status.preflight of the HyperVHost names.",
        "While a row blocks, the preflight is repeated with each inventory, so that a repaired host is noticed soon. "
        "Machines that were launched before continue. [preflight](preflight.md) lists the rows.",
        machine=STALLED,
        host=HOST_STALLED,
    ),
    Reason.AGENT_ROLLOUT_FAILED: Entry(
        "The operator's version of the agent could not be installed on the host, or does not work there.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Check the free space and the account's write access at spec.paths.agent, and the host's PowerShell log.",
        "Nothing new starts on the host; runs continue with the version that they began with. The rollout to further hosts has "
        "stopped, unless this host worked with the version before: `spec.cordoned: true` lets it continue without this host.",
        machine=(*STALLED, *UNSEEN),
        host=(*HOST_STALLED, (HostCondition.AGENT_READY, False)),
    ),
    Reason.INVENTORY_STALE: Entry(
        "The last complete inventory is older than three times `spec.inventoryIntervalSeconds`.",
        Actor.NOBODY,
        Retry.ON_CHANGE,
        procedure="`Reachable` of the same host shows why it cannot be read, and who must act.",
        host=((HostCondition.INVENTORY_FRESH, False),),
    ),
    Reason.ORPHANS_FOUND: Entry(
        "VMs on the host carry this cluster's ownership mark, and their HyperVMachines do not exist any more.",
        Actor.CLUSTER_ADMIN,
        Retry.ON_CHANGE,
        "Remove each VM in Hyper-V, or take the lines with hyperv-operator.io out of its notes if it is to stay.",
        "A machine that was deleted with `deletionPolicy: Retain`, abandoned, or released by removing its finalizer by hand leaves its VM. "
        "Such VMs count towards the quota of the namespace in their mark. The metric `hyperv_operator_orphans` has their number.",
        host=((HostCondition.NO_ORPHANS, False),),
    ),
}

CALL_FAILED: Final[Mapping[Reason, Entry]] = {
    Reason.QUOTA_EXCEEDED: Entry(
        "WinRM refused the call because a quota of the operator's account (shells, operations or connections) is used up.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Close shells that other clients hold with this account, or lower spec.maxConcurrentRuns.",
        "On the host, `Get-WSManInstance -ResourceURI shell -Enumerate` lists the shells and `Get-ChildItem "
        "WSMan:\\localhost\\Shell` the quotas.",
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
    Reason.SHELL_LOST: Entry(
        "The remote shell ended during a call: the WinRM service or the host was restarted, or the shell reached its memory limit.",
        Actor.HOST_ADMIN,
        Retry.NOW,
        procedure="If this lasts, check `Get-Item WSMan:\\localhost\\Shell\\MaxMemoryPerShellMB` on the host.",
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
    Reason.CALL_TIMEOUT: Entry(
        "A call did not end by its deadline and was abandoned.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Check the host's load and disks.",
        "The deadlines are `HVO_RUN_DEADLINE_SECONDS`, `HVO_UPDATE_DEADLINE_SECONDS`, `HVO_REMOVAL_DEADLINE_SECONDS` and "
        "`HVO_INVENTORY_DEADLINE_SECONDS` in the chart's `settings`. The agent may still be working on the host; the next launch "
        "skips the steps that it has finished.",
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
    Reason.CALL_CANCELLED: Entry(
        "The operator cancelled the call, for instance because it was shutting down.",
        Actor.NOBODY,
        Retry.NOW,
        machine=WORKING,
    ),
    Reason.PROTOCOL_VIOLATION: Entry(
        "The answer is not WinRM's, or the agent ended without an outcome that the protocol allows.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Check that spec.connection.port is a port of WinRM, and the agent's lines in the operator's log.",
        "`kubectl logs -n hyperv-system deployment/hyperv-operator` shows the log. The agent's version has to match the "
        "operator's: see `status.agent` of the HyperVHost.",
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
}
