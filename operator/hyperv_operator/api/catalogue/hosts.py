"""Reasons for which a host cannot be worked with, or a call to it did not do its work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hyperv_operator.api.names import HostCondition, Reason
from hyperv_operator.api.catalogue.model import (
    HOST_FAILING,
    HOST_SHUT,
    HOST_STALLED,
    STALLED,
    UNSEEN,
    WORKING,
    Attention,
    Explanation,
)

UNUSABLE: Final[Mapping[Reason, Explanation]] = {
    Reason.HOST_UNREACHABLE: Explanation(
        "Nothing answers at the host's address, or a connection broke: name, network, firewall, or the host is down. After some "
        "calls in a row without an answer (`HVO_BREAKER_FAILURES`) launches are held back until the host answers an inventory.",
        "From a machine in the operator's network: `curl -kv https://<address>:<port>/wsman` has to be answered with an HTTP "
        "status. It is tried again by itself.",
        Attention.IF_IT_LASTS,
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
    Reason.WINRM_UNAVAILABLE: Explanation(
        "The host is there, but WinRM on it is not: the connection was refused (the service is stopped, has no listener on the "
        "port, or a firewall refuses for it), or HTTP 503 was the answer. Launches are held back as with `HostUnreachable`.",
        "On the host: `Get-Service WinRM` has to say Running, and `winrm enumerate winrm/config/listener` has to show the port. "
        "It is tried again by itself.",
        Attention.IF_IT_LASTS,
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
    Reason.TLS_UNTRUSTED: Explanation(
        "The host's certificate is not trusted, has expired or carries another name; or the port does not speak TLS.",
        "`openssl s_client -connect <address>:<port> -showcerts` shows the chain. Put the issuing CA into "
        "`spec.connection.caBundle`, and let the certificate carry the name in `spec.address`.",
        Attention.YES,
        machine=(*STALLED, *UNSEEN),
        host=HOST_SHUT,
    ),
    Reason.AUTHENTICATION_FAILED: Explanation(
        "The host refused the credentials, offers no such authentication, or knows the account and does not let it use "
        "WinRM. After two refused logons, on whatever hosts that use the Secret, none of them is offered it again before it "
        "changes, so that the account is not locked out. New credentials are tried on one host at a time.",
        "Correct user name and password in the Secret that `spec.connection.credentialsSecretRef` names, or on the host: "
        "`Add-LocalGroupMember -Group 'Remote Management Users' -Member <account>`, the same for `Hyper-V Administrators`. "
        "If the Secret itself was right, touch it: `kubectl annotate secret <name> -n hyperv-system --overwrite "
        "checked=<date>`.",
        Attention.YES,
        machine=(*STALLED, *UNSEEN),
        host=HOST_SHUT,
    ),
    Reason.CREDENTIALS_UNUSABLE: Explanation(
        "The Secret that `spec.connection.credentialsSecretRef` names is missing in the operator's namespace, may not be "
        "read, or lacks a key; or the certificate, private key or keytab in it cannot be used.",
        "It needs `username` and `password`, `username` and `keytab` for Kerberos, or `tls.crt` and `tls.key` for "
        "authentication by certificate: `kubectl describe secret <name> -n hyperv-system` shows its keys.",
        Attention.YES,
        machine=(*STALLED, *UNSEEN),
        host=HOST_SHUT,
    ),
    Reason.KDC_UNREACHABLE: Explanation(
        "No domain controller (KDC) of the account's realm answers, so there is no Kerberos ticket to log on with. The host "
        "itself was not asked.",
        "Check the names in krb5.conf (the chart's `kerberos.krb5Conf`), and that port 88 (TCP) of the domain controllers can be "
        "reached from the operator's pod. It is tried again by itself.",
        Attention.IF_IT_LASTS,
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
    Reason.HOST_IDENTITY_CHANGED: Explanation(
        "Another machine answers at the host's address than the one that was pinned at the first contact, or two "
        "HyperVHosts are answered by the same machine. Nothing is done there.",
        "Correct `spec.address` or DNS. If the host was rebuilt on purpose, or the record is a double: `kubectl delete "
        "hypervhost <host>`, and create it again if it is the one to keep.",
        Attention.YES,
        machine=(*STALLED, *UNSEEN),
        host=HOST_STALLED,
    ),
    Reason.AGENT_MISSING: Explanation(
        "The agent's script is not in `spec.paths.agent` on the host, the folder was not prepared for it, or the session "
        "configuration in `spec.connection.configurationName` does not exist or does not offer the agent's command.",
        "Prepare the host (docs/guides/prepare-host.md), or correct the path; for a JEA endpoint: "
        "`Get-PSSessionConfiguration` on the host lists what is registered.",
        Attention.YES,
        machine=(*STALLED, *UNSEEN),
        host=(*HOST_STALLED, (HostCondition.AGENT_READY, False)),
    ),
    Reason.AGENT_INCOMPATIBLE: Explanation(
        "The agent on the host does not support the operator's schema version. Machines there wait with "
        "`AgentRolloutIncomplete`.",
        "Bring the agent on the host up to date.",
        Attention.YES,
        host=(*HOST_STALLED, (HostCondition.AGENT_READY, False)),
    ),
    Reason.AGENT_ROLLOUT_FAILED: Explanation(
        "The operator's version of the agent could not be put on the host, or does not work there. Nothing new starts "
        "there; what is under way goes on with the version that it began with. The rollout to further hosts has stopped, unless "
        "it is this host alone that was not prepared for it.",
        "The message says what happened: free space on the volume of `spec.paths.agent`, give the account the right to "
        "write there (or install the version by hand), or look at the host's PowerShell log. It is tried again by itself. "
        "`spec.cordoned: true` lets the rollout go on without this host.",
        Attention.YES,
        host=(*HOST_STALLED, (HostCondition.AGENT_READY, False)),
    ),
    Reason.INVENTORY_STALE: Explanation(
        "The last complete inventory is older than three times `spec.inventoryIntervalSeconds`.",
        "`Reachable` of the same host says why it cannot be read.",
        Attention.IF_IT_LASTS,
        host=((HostCondition.INVENTORY_FRESH, False),),
    ),
}

CALL_FAILED: Final[Mapping[Reason, Explanation]] = {
    Reason.QUOTA_EXCEEDED: Explanation(
        "WinRM refused because a quota of the operator's account (shells, operations, connections) is used up.",
        "It is tried again by itself. If it lasts, look on the host who holds shells (`Get-WSManInstance -ResourceURI shell "
        "-Enumerate`) and what is allowed (`Get-ChildItem WSMan:\\localhost\\Shell`), or lower `spec.maxConcurrentRuns`.",
        Attention.IF_IT_LASTS,
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
    Reason.SHELL_LOST: Explanation(
        "The remote shell died while a call was using it: the WinRM service or the host was restarted, or the shell reached "
        "its memory limit.",
        "It is tried again at once. If it lasts: `Get-Item WSMan:\\localhost\\Shell\\MaxMemoryPerShellMB` on the host.",
        Attention.IF_IT_LASTS,
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
    Reason.CALL_TIMEOUT: Explanation(
        "A call did not end by its deadline (`HVO_RUN_DEADLINE_SECONDS`, `HVO_UPDATE_DEADLINE_SECONDS`, "
        "`HVO_REMOVAL_DEADLINE_SECONDS` or `HVO_INVENTORY_DEADLINE_SECONDS`) and was given up. What it was doing may still go "
        "on on the host.",
        "It is tried again by itself; the agent finds its finished steps. If it lasts, look for a slow disk, or raise the "
        "deadline in the chart's `settings`.",
        Attention.IF_IT_LASTS,
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
    Reason.CALL_CANCELLED: Explanation(
        "The operator gave a call up itself, for instance because it was being stopped.",
        "Nothing: it looks again at once.",
        Attention.NO,
        machine=WORKING,
    ),
    Reason.PROTOCOL_VIOLATION: Explanation(
        "What answered is not WinRM, or the agent ended without an outcome or with one that is not the protocol's.",
        "If it lasts, check that `spec.connection.port` is a port of WinRM and that the agent's version fits; the operator's "
        "log has the agent's lines: `kubectl logs -n hyperv-system deployment/hyperv-operator`.",
        Attention.IF_IT_LASTS,
        machine=(*WORKING, *UNSEEN),
        host=HOST_FAILING,
    ),
}
