"""Entries for submissions that are refused: they are wrong, or the host does not allow them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hyperv_operator.api.catalogue.model import (
    HOST_STALLED,
    HOST_WAITING,
    REFUSED,
    STALLED,
    UNSYNCED,
    WORKING,
    Actor,
    Entry,
    Retry,
)
from hyperv_operator.api.names import HostCondition, Reason

WRONG: Final[Mapping[Reason, Entry]] = {
    Reason.INVALID_SPEC: Entry(
        "The spec does not have the shape of the resource, which happens only if the resource definition in the cluster and the "
        "operator are of different versions.",
        Actor.CLUSTER_ADMIN,
        Retry.ON_CHANGE,
        "Apply the resource definitions of the operator's version, then correct the spec.",
        "The message names each path. The definitions are in `crds/`: `kubectl apply --server-side -f crds/`.",
        machine=REFUSED,
        host=(*HOST_STALLED, (HostCondition.REACHABLE, None)),
    ),
    Reason.INVALID_FIELDS: Entry(
        "One or more fields break a rule of the schema.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Correct spec.fields.",
        "The message has one sentence for each wrong field; [fields.md](fields.md) has every rule.",
        machine=REFUSED,
    ),
    Reason.SCHEMA_VERSION_MISMATCH: Entry(
        "`spec.schemaVersion` is not the version of the active schema.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Check the fields against the active version (docs/reference/fields.md), then set spec.schemaVersion to it.",
        "The message names both versions.",
        machine=REFUSED,
    ),
    Reason.FIELD_FROZEN: Entry(
        "A field was changed that cannot be changed any more, because the machine is made with its earlier value.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Set the field back, or delete this machine and apply a new one.",
        "The API server refuses such a change; this reason appears where it could not, for example while an older resource "
        "definition was installed. [fields.md](fields.md#changing-a-machine) lists until when each field can be changed.",
        machine=STALLED,
    ),
    Reason.SECRET_NOT_FOUND: Entry(
        "A Secret that `spec.secretFields` refers to does not exist in the machine's namespace.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Create the Secret, or correct the reference in spec.secretFields.",
        "`kubectl create secret generic <name> -n <namespace> --from-file=<key>=<file>`. The operator reads it every 30 s "
        "(`HVO_SECRET_POLL_SECONDS`).",
        machine=REFUSED,
    ),
    Reason.SECRET_KEY_NOT_FOUND: Entry(
        "The Secret does not have the key that `spec.secretFields` names.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Add the key to the Secret, or correct the reference in spec.secretFields.",
        "`kubectl describe secret <name> -n <namespace>` lists the keys. The operator reads the Secret every 30 s.",
        machine=REFUSED,
    ),
    Reason.SECRET_NOT_READABLE: Entry(
        "RBAC does not allow the operator to read the Secret.",
        Actor.CLUSTER_ADMIN,
        Retry.ON_CHANGE,
        "Allow the operator's ServiceAccount to get secrets in the machine's namespace, with a Role and a RoleBinding.",
        "Whoever administers the namespace can do that; the guide least-privilege has the manifest. The chart does it for all namespaces "
        "(`secrets.access: cluster`) or for those in `secrets.namespaces`. `kubectl auth can-i get secrets -n <namespace> "
        "--as system:serviceaccount:hyperv-system:hyperv-operator` shows whether it may.",
        machine=REFUSED,
    ),
    Reason.SECRET_INVALID: Entry(
        "The Secret's value is too short, too long, not UTF-8 text, or has control characters such as a line end.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Correct the value in the Secret.",
        "Write it without a trailing line end (`printf '%s'` instead of `echo`). The message never shows the value.",
        machine=REFUSED,
    ),
    Reason.GUEST_DATA_TOO_LARGE: Entry(
        "All `guest_*` and `cnf_*` fields together exceed the size of the key-value pairs that the guest can receive.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Shorten the largest field.",
        "The message names it.",
        machine=REFUSED,
    ),
}

NOT_ALLOWED: Final[Mapping[Reason, Entry]] = {
    Reason.HOST_NOT_FOUND: Entry(
        "There is no HyperVHost with the name in `spec.targetHost`, or its own spec cannot be read.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Create the HyperVHost, or delete this machine and apply it again with another spec.targetHost.",
        "`kubectl get hypervhosts` lists the hosts. A machine that is being deleted needs its host for the removal: create the "
        "host again, or abandon the machine (see `Deleting`).",
        machine=REFUSED,
    ),
    Reason.NAMESPACE_NOT_ALLOWED: Entry(
        "No entry of the host's `spec.tenants` selects the machine's namespace, or it is the operator's own namespace.",
        Actor.CLUSTER_ADMIN,
        Retry.ON_CHANGE,
        "Ask whoever manages the HyperVHost to add a tenant entry for this namespace, or choose another spec.targetHost.",
        "The entry's `namespaceSelector` has to match the labels of the namespace: `kubectl get namespace <namespace> "
        "--show-labels`.",
        machine=(*REFUSED, UNSYNCED),
    ),
    Reason.IMAGE_NOT_ALLOWED: Entry(
        "`image_name` matches none of the `images` that the host offers to this namespace.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Choose one of these images, or ask for another one in the tenant entry.",
        "The message lists the patterns.",
        machine=REFUSED,
    ),
    Reason.VLAN_NOT_ALLOWED: Entry(
        "`vlan_id` (0 by default) is in none of the `vlans` that the host offers to this namespace.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Choose one of these VLANs, or ask for another one in the tenant entry.",
        "The message lists the ranges.",
        machine=(*REFUSED, UNSYNCED),
    ),
    Reason.NAME_NOT_ALLOWED: Entry(
        "`vm_name` does not match the `vmNamePattern` that the host requires of this namespace.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Choose a name that matches the pattern.",
        "The message shows the pattern.",
        machine=(*REFUSED, UNSYNCED),
    ),
    Reason.DELETION_POLICY_NOT_ALLOWED: Entry(
        "`spec.deletionPolicy` is none of the `deletionPolicies` that the host offers to this namespace, or it cannot be read.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Set spec.deletionPolicy to Delete, or ask whoever manages the HyperVHost to allow it.",
        "A machine that is being deleted waits: nothing of it is deleted and nothing is released. On a machine that was launched, "
        "only `Accepted` shows the reason.",
        machine=(*REFUSED, *WORKING),
    ),
    Reason.SIZE_NOT_ALLOWED: Entry(
        "`cpu_cores` or `gb_ram` is greater than `maxCpuCores` or `maxMemoryGiB` of the namespace's tenant entry.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Choose a smaller size, or ask for a larger bound.",
        "Only what grows is compared: a machine that has more keeps it, and may always be made smaller or switched off.",
        machine=(*REFUSED, UNSYNCED),
    ),
    Reason.MACHINE_QUOTA_EXCEEDED: Entry(
        "The namespace has as many machines on the host as `maxMachines` of its tenant entry allows.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Delete a machine, or ask for a larger quota.",
        "Machines that were launched count, and VMs on the host that carry the operator's mark and have no resource any more. A "
        "machine that was launched keeps its place when the quota is lowered.",
        machine=REFUSED,
    ),
    Reason.SIZE_QUOTA_EXCEEDED: Entry(
        "The namespace's machines would have more CPU cores or memory on the host than `maxTotalCpuCores` or `maxTotalMemoryGiB` of "
        "its tenant entry allows.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Choose a smaller size, delete a machine, or ask for a larger quota.",
        "What counts is what `MachineQuotaExceeded` counts; only what grows is compared.",
        machine=(*REFUSED, UNSYNCED),
    ),
    Reason.DUPLICATE_NAME: Entry(
        "Another HyperVMachine holds this `vm_name` on the host or on its failover cluster.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Choose another vm_name, or remove the other machine.",
        "A machine that has a VM or was launched holds the name that it was launched with; else the oldest of those that could be "
        "launched now. `vm_name` is immutable from the launch on: delete this machine and apply it again.",
        machine=REFUSED,
    ),
    Reason.CLUSTER_REQUIRED: Entry(
        "`vm_clustered` is true, and the HyperVHost names no `spec.failoverCluster`.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Set vm_clustered to false, or choose a host of a failover cluster.",
        machine=REFUSED,
    ),
    Reason.HOST_CORDONED: Entry(
        "`spec.cordoned` of the HyperVHost is true, or the HyperVHost is being deleted, so that nothing new starts there.",
        Actor.CLUSTER_ADMIN,
        Retry.ON_CHANGE,
        "Set spec.cordoned of the HyperVHost to false, or choose another host.",
        '`kubectl patch hypervhost <host> --type merge -p \'{"spec":{"cordoned":false}}\'`. Machines that were launched before '
        "continue.",
        machine=WORKING,
    ),
    Reason.AGENT_ROLLOUT_INCOMPLETE: Entry(
        "The host does not have the operator's version of the agent yet, or its agent does not support the active schema version.",
        Actor.CLUSTER_ADMIN,
        Retry.BACKOFF,
        procedure="A rollout installs the agent on one host first, then on a few at a time, and stops at the first failure; the message "
        "says what it waits for. Where rollouts are off, update the agent on the host; `status.agent` of the HyperVHost shows "
        "its version. Runs continue with the version that they began with.",
        machine=WORKING,
        host=(*HOST_WAITING, (HostCondition.AGENT_READY, False)),
    ),
}
