"""Reasons for which a submission is not taken on: it is wrong, or the host does not allow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hyperv_operator.api.names import HostCondition, Reason
from hyperv_operator.api.catalogue.model import HOST_STALLED, HOST_WAITING, REFUSED, WORKING, Attention, Explanation

WRONG: Final[Mapping[Reason, Explanation]] = {
    Reason.INVALID_SPEC: Explanation(
        "The spec does not have the shape of the resource, which only happens when its definition in the cluster is older "
        "or newer than the operator. The message names each path.",
        "Apply the definitions that came with this version (`kubectl apply --server-side -f crds/`), then correct the spec.",
        Attention.YES,
        machine=REFUSED,
        host=(*HOST_STALLED, (HostCondition.REACHABLE, None)),
    ),
    Reason.INVALID_FIELDS: Explanation(
        "One or more fields break a rule of the schema. The message has one sentence for each, all at once.",
        "Correct `spec.fields` as the sentences say; [fields.md](fields.md) has every rule.",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.SCHEMA_VERSION_MISMATCH: Explanation(
        "`spec.schemaVersion` is not the version of the schema that is active.",
        "Check the fields against [fields.md](fields.md) and set `spec.schemaVersion` to the version in the message.",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.SECRET_NOT_FOUND: Explanation(
        "A Secret that `spec.secretFields` refers to does not exist in the machine's namespace.",
        "Create it: `kubectl create secret generic <name> -n <namespace> --from-file=<key>=<file>`. It is looked for every "
        "30 s (`HVO_SECRET_POLL_SECONDS`).",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.SECRET_KEY_NOT_FOUND: Explanation(
        "The Secret exists, but does not have the key that `spec.secretFields` names.",
        "Add the key to the Secret, or correct the reference. It is looked for every 30 s.",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.SECRET_NOT_READABLE: Explanation(
        "The operator's account is not allowed to read the Secret.",
        "Give it `get` on secrets in that namespace (the chart does): `kubectl auth can-i get secrets -n <namespace> "
        "--as system:serviceaccount:hyperv-system:hyperv-operator`.",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.SECRET_INVALID: Explanation(
        "The Secret's value is too short, too long, not UTF-8 text, or has control characters such as a line end.",
        "Write the value anew without a line end at its end (`printf '%s'` instead of `echo`). The message never shows it.",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.GUEST_DATA_TOO_LARGE: Explanation(
        "All `guest_*` and `cnf_*` fields together do not fit into the key-value pairs that the guest can be given.",
        "Shorten the field that the message names as the largest.",
        Attention.YES,
        machine=REFUSED,
    ),
}

NOT_ALLOWED: Final[Mapping[Reason, Explanation]] = {
    Reason.HOST_NOT_FOUND: Explanation(
        "There is no HyperVHost of the name in `spec.targetHost`, or its own spec cannot be read.",
        "`kubectl get hypervhosts` lists them. Create it, or delete the machine and apply it with another "
        "`spec.targetHost`. While a machine is being deleted: create the host again, or abandon the machine (see `Deleting`).",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.NAMESPACE_NOT_ALLOWED: Explanation(
        "No entry of the host's `spec.tenants` selects the machine's namespace.",
        "Have an entry added whose `namespaceSelector` matches, or label the namespace so that one does: `kubectl get "
        "namespace <namespace> --show-labels`.",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.IMAGE_NOT_ALLOWED: Explanation(
        "`image_name` matches none of the `images` that the host offers to this namespace. The message lists them.",
        "Choose one of them, or have the image added to the tenant entry.",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.VLAN_NOT_ALLOWED: Explanation(
        "`vlan_id` (0 if not given) is in none of the `vlans` that the host offers to this namespace.",
        "Choose one of those in the message, or have it added to the tenant entry.",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.NAME_NOT_ALLOWED: Explanation(
        "`vm_name` does not match the `vmNamePattern` that the host asks of this namespace.",
        "Choose a name that matches the pattern in the message.",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.MACHINE_QUOTA_EXCEEDED: Explanation(
        "The namespace has as many machines on the host as `maxMachines` of its tenant entry allows.",
        "Delete one, or have `maxMachines` raised.",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.DUPLICATE_NAME: Explanation(
        "Another HyperVMachine holds this `vm_name` on the host or on its failover cluster: one that has a VM already, else "
        "the older one.",
        "Delete this machine and apply it with another `vm_name`, or remove the other one.",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.CLUSTER_REQUIRED: Explanation(
        "`vm_clustered` is true, but the HyperVHost names no `spec.failoverCluster`.",
        "Set `vm_clustered` to false, or choose a host of a failover cluster.",
        Attention.YES,
        machine=REFUSED,
    ),
    Reason.HOST_CORDONED: Explanation(
        "`spec.cordoned` of the HyperVHost is true, or the HyperVHost is being deleted: nothing new starts there. What has begun "
        "goes on.",
        '`kubectl patch hypervhost <host> --type merge -p \'{"spec":{"cordoned":false}}\'`, or use another host.',
        Attention.IF_IT_LASTS,
        machine=WORKING,
    ),
    Reason.AGENT_ROLLOUT_INCOMPLETE: Explanation(
        "The host does not have the operator's version of the agent yet, or one that was installed by hand does not support "
        "the active schema version. Runs that are under way go on with the version that they began with.",
        "A rollout goes on by itself: one host first, then a few at a time, none after a failure; the message says what it "
        "waits for. Where there is none, bring the agent on the host up to date; `status.agent` of the HyperVHost shows what "
        "is there.",
        Attention.IF_IT_LASTS,
        machine=WORKING,
        host=(*HOST_WAITING, (HostCondition.AGENT_READY, False)),
    ),
}
