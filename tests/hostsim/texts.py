"""What the agent says about a launch or a rollout, word for word: tests/unit/agent/test_texts.py compares it with the agent's scripts."""

from __future__ import annotations

from collections.abc import Sequence

PROVISIONED_BEFORE = "Nothing was left to do."
REMOVED = "VM, disk, ISO and journal are gone."
BUSY = "Another process is working on this machine."
NO_KEY = "The VM runs; its guest has not posted a key yet."
KEY_POSTED = "The VM runs; its guest has posted its key and waits for its data."
PUBLISHED = "Configuration is published; waiting for the guest to apply it."
APPLYING = "The guest is applying its configuration."
NO_CLUSTER = "This host is not a node of a failover cluster that answers."
NO_SHUTDOWN = (
    "The VM has to be off for this change, and its guest did not shut down: its Shutdown integration service does not answer (No "
    "Contact)."
)
NOT_CLUSTERED = "vm_clustered is true, and this host is not a node of a failover cluster that answers."
WRONG_KEY = "The sealed data is for another key than the guest posts now."
NOTHING_TO_KEEP = "The header does not list what to keep."
KEY_GONE = "The sealed data is for a key, and the guest posts none now."
UNUSABLE_KEY = (
    "The VM runs and its heartbeat answers, but the guest posts a key that cannot be used: it is another VM's, as of a "
    "captured image, or no RSA key of 2,048 to 4,096 bits."
)
NO_ISO = (
    "The VM runs and its heartbeat answers, but no key was ever posted: the provisioning ISO is not attached."
)  # fmt: skip
NO_KVP = (
    "The VM runs and its heartbeat answers, but no key was ever posted: the provisioning ISO is attached, so the image "
    "probably lacks the KVP service."
)


def provisioned(vm_name: str) -> str:
    return f"{vm_name} is provisioned."


def updated(vm_name: str) -> str:
    return f"{vm_name} has the desired CPU, memory and power state."


def unsupported(schema: str, version: str, known: Sequence[str]) -> str:
    return f"Schema {schema} version {version} is not supported. Supported: {schema} version {', '.join(known)}."


def tombstone(path: str) -> str:
    return f"This machine was removed from this host: its tombstone {path} exists."


def superseded(attempt: int, generation: int, last_attempt: int, last_generation: int) -> str:
    return (
        f"Launch {attempt} of generation {generation} is not newer than the last one in the journal, launch {last_attempt} of "
        f"generation {last_generation}."
    )


def other_host(smbios_uuid: str, machine_guid: str, own_smbios_uuid: str, own_machine_guid: str) -> str:
    return (
        f"The job is for the host with SMBIOS UUID {smbios_uuid} and machine GUID {machine_guid}; this one has {own_smbios_uuid} and "
        f"{own_machine_guid}. Nothing was changed."
    )


def invalid_keys(keys: Sequence[str]) -> str:
    return f"These keys of the job are missing or do not have the schema's form: {', '.join(keys)}."


def not_lost(vm_id: str, found: Sequence[str]) -> str:
    return f"The job calls VM {vm_id} lost, and this host has VM {', '.join(found)}. Nothing was changed."


def unmarked(vm_id: str, machine_uid: str) -> str:
    return (
        f"VM {vm_id} no longer carries this machine's mark (hyperv-operator.io/machine-uid={machine_uid} in its notes). Nothing was "
        "changed."
    )


def unmarked_at_removal(vm_id: str, machine_uid: str) -> str:
    return (
        f"VM {vm_id} no longer carries this machine's mark (hyperv-operator.io/machine-uid={machine_uid} in its notes). Nothing was "
        "removed."
    )


def other_cluster(vm_id: str, cluster_uid: str) -> str:
    return f"VM {vm_id} belongs to the Kubernetes cluster {cluster_uid}. Nothing was changed."


def other_vm(vm_id: str, known: Sequence[str]) -> str:
    return f"The VM with this machine's mark is {vm_id}, but the machine's VM is {' or '.join(known)}. Nothing was changed."


def on_another_node(vm_id: str, node: str) -> str:
    return f"The failover cluster runs VM {vm_id} on node {node}, not on this node."


def no_vm(vm_id: str) -> str:
    return f"VM {vm_id} no longer exists on this host."


def unopened(vm_id: str, problem: str) -> str:
    return f"VM {vm_id} exists on this host and cannot be opened: {problem}."


def own_unopened(vm_id: str, vm_name: str, problem: str) -> str:
    return f"VM {vm_id} ({vm_name}) on this host cannot be opened and is this machine's. Nothing was changed. Hyper-V says: {problem}."


def name_unopened(vm_name: str, vm_id: str, problem: str) -> str:
    return f"A VM with the name {vm_name}, {vm_id}, exists on this host and cannot be opened: {problem}."


def critical(vm_id: str, state: str) -> str:
    return f"VM {vm_id} is in the state {state}Critical. Hyper-V says: Cannot connect to virtual machine configuration storage."


def several_vms(count: int, ids: Sequence[str]) -> str:
    return f"{count} VMs carry this machine's mark: {', '.join(ids)}. Nothing was changed."


def name_in_use(vm_name: str, vm_id: str) -> str:
    return f"Another VM with the name {vm_name} exists on this host: {vm_id}."


def no_switch(name: str) -> str:
    return f"This host has no virtual switch '{name}'."


def switches(names: Sequence[str]) -> str:
    return f"The host has these switches: {', '.join(names)}."


def not_shared(path: str, cluster: str) -> str:
    return f"{path} is on no cluster shared volume of {cluster}, and vm_clustered is true."


def shared(paths: Sequence[str]) -> str:
    return f"The cluster has these shared volumes: {', '.join(paths)}."


def no_role(why: str) -> str:
    return f"No cluster role can be made in this network logon, and none by a task that runs as SYSTEM ({why.rstrip('.')})."


def no_memory(needed: float, free: float) -> str:
    return f"{needed:.1f} GB of memory are needed and {free:.1f} GB are free on this host."


def no_image(name: str, folder: str) -> str:
    return f"No image '{name}' in {folder}."


def unusable_image(path: str, problem: str) -> str:
    return f"The image {path} {problem}."


def changed_image(path: str, count: int, uids: Sequence[str]) -> str:
    return (
        f"The image {path} was changed after the differencing disks of {count} machines were made from it, among them: "
        f"{', '.join(uids)}."
    )


def images(folder: str, names: Sequence[str]) -> str:
    shown = f": {', '.join(names)}" if names else ""
    return f"The folder {folder} holds {len(names)} {'image' if len(names) == 1 else 'images'}{shown}."


def disk_full(step: str) -> str:
    return f"{step} ran out of disk space: There is not enough space on the disk."


def not_started(vm_name: str) -> str:
    return f"The VM could not be started: '{vm_name}' failed to start."


def last_event(vm_name: str) -> str:
    return f"The host's last event for the VM: 12030 '{vm_name}' failed to start."


def guest_failed(step: str, code: str, field: str = "") -> str:
    return f"The guest failed at {step} with {code} ({field})." if field else f"The guest failed at {step} with {code}."


def guest_failed_summary(step: str, code: str, field: str = "") -> str:
    named = f"{code} ({field})" if field else code
    return f"The guest took its data and failed at {step}: {named}."


def no_key_in_time(seconds: int) -> str:
    return f"The guest posted no key within {seconds} seconds."


def no_state_in_time(seconds: int) -> str:
    return f"The guest reported no final state within {seconds} seconds."


def not_running(state: str) -> str:
    return f"The VM does not run: it is {state}."


def still_applying(step: str) -> str:
    return f"The VM runs and its heartbeat answers; the guest took its data and is still applying it at {step}."


def key_unanswered(seconds: int) -> str:
    return (
        f"The VM runs and its heartbeat answers. The guest posted a key {seconds} seconds ago and has not answered since: its "
        "provisioning service probably stopped, or could not open the data."
    )


def not_a_path(root: str) -> str:
    return f"The root '{root}' is not a plain full path."


def not_prepared(path: str) -> str:
    return f"{path} does not exist, or the account may not see it."


def unknown_operation(operation: str) -> str:
    return f"The operation '{operation}' is unknown: operator and rollout.ps1 have different versions."


def not_an_object(what: str) -> str:
    return f"The {what} of the request is not an object in JSON."


def not_an_upload(upload: str) -> str:
    return f"The upload '{upload}' is not 32 hexadecimal digits."


def not_a_digest(digest: str) -> str:
    return f"The digest '{digest}' is not sha256: and 64 hexadecimal digits."


def path_refused(path: str) -> str:
    return (
        f"The path '{path}' is not allowed for a file of the agent: it has to be relative, with /, of letters, digits, "
        "dots, hyphens and underscores, at most 200 characters."
    )


def piece_incomplete(path: str) -> str:
    return f"A piece of {path} lacks its offset or its data."


def piece_unreadable(path: str) -> str:
    return f"The data of a piece of {path} is not base64."


def piece_misplaced(path: str, offset: int, present: int) -> str:
    return f"A piece of {path} belongs at byte {offset}, and {present} bytes are there: a piece is missing or was sent twice."


def nothing_uploaded(versions: str) -> str:
    return f"Nothing of this upload is in {versions}."


def other_digest(found: str, wanted: str) -> str:
    return f"What was received has the digest {found} and not {wanted}."


def not_a_version(name: str) -> str:
    return f"'{name}' in keep is not the name of a version, 16 hexadecimal digits. Nothing was removed."


def language(mode: str) -> str:
    return f"PowerShell runs the agent's scripts in the language mode {mode} on this host, and they need FullLanguage."


def language_of_rollout(mode: str) -> str:
    return f"PowerShell runs the operator's script in the language mode {mode} on this host, and it needs FullLanguage."
