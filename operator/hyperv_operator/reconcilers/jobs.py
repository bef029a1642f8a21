"""The job definitions that are sent to the agent, built from a snapshot and a launch."""

from __future__ import annotations

from collections.abc import Iterable

from hyperv_operator.api.machine import Sealed
from hyperv_operator.core import provisioning
from hyperv_operator.core.actions import Launch, Provision, Remove, Update
from hyperv_operator.core.snapshot import HostView, Snapshot
from hyperv_operator.errors import ClusterError, GuestKeyRefused, SealingError
from hyperv_operator.protocol.job import (
    HostIdentity,
    HostOptions,
    HostPaths,
    InventoryJob,
    MachineRef,
    ProvisioningJob,
    RemovalJob,
    RunJob,
    RunRef,
    SchemaRef,
    UpdateJob,
    guest_plaintext,
)
from hyperv_operator.protocol.sealing import seal
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.held_secrets import HeldSecrets


def host_options(host: HostView, machines_folder: str | None = None) -> HostOptions:
    """Return what a job says about its host; `machines_folder` is that of a machine which was made in another one."""
    spec, identity = host.spec, host.identity
    return HostOptions(
        paths=HostPaths(
            agent=spec.paths.agent, images=spec.paths.images, machines=machines_folder or spec.paths.machines
        ),
        identity=identity and HostIdentity(smbios_uuid=identity.smbios_uuid, machine_guid=identity.machine_guid),
        virtual_switch=spec.virtual_switch,
        clone=spec.storage.clone,
        failover_cluster=spec.failover_cluster,
    )


def machines_folder(snapshot: Snapshot) -> str | None:
    """Return the folder that the machine was made in: as recorded or, after the status was lost, where its journal is."""
    if snapshot.status.origin:
        return snapshot.status.origin.machines_folder
    return next((journal.folder for journal in snapshot.journals() if journal.folder), None)


def inventory_job(host: HostView, cluster_uid: str, folders: Iterable[str] = ()) -> InventoryJob:
    """Return the job that reads a host's inventory; `folders` are those that its machines were made in."""
    return InventoryJob(
        schema_ref=SchemaRef(id="host-inventory", version=1),
        host=host_options(host),
        cluster_uid=cluster_uid,
        machine_folders=tuple(sorted(set(folders) - {host.spec.paths.machines})),
    )


async def build(
    deps: Dependencies, snapshot: Snapshot, launch: Launch, run_id: str, secrets: HeldSecrets
) -> tuple[RunJob, Sealed | None]:
    """Return the job of a launch, and what its guest data was sealed from; `secrets` holds the values in it.

    Raises `ClusterError` if a Secret cannot be read, `GuestKeyRefused` if the guest's key cannot be used.
    """
    host = host_options(launch.host, machines_folder(snapshot))
    run = RunRef(
        id=run_id,
        machine_uid=snapshot.uid,
        cluster_uid=await deps.namespaces.cluster_uid(),
        machine=f"{snapshot.namespace}/{snapshot.name}",
        generation=snapshot.generation,
        attempt=launch.attempt,
        deadline_seconds=deps.settings.guest_timeout_seconds,
        wait_seconds=deps.settings.guest_wait_seconds,
    )
    match launch.work:
        case Remove():
            schema = SchemaRef(id="vm-removal", version=1)
            return RemovalJob(schema_ref=schema, host=host, run=run, machine=_machine(snapshot)), None
        case Update(desired=desired):
            schema = SchemaRef(id="vm-update", version=1)
            return UpdateJob(schema_ref=schema, host=host, run=run, machine=_machine(snapshot), desired=desired), None
        case Provision() as work:
            schema = SchemaRef(id="vm-provisioning", version=work.spec.schema_version)
            job = ProvisioningJob(
                schema_ref=schema, fields=work.submission.fields, run=run, host=host, lost_vm_id=work.lost_vm_id
            )
            return await _with_guest_data(deps, snapshot, work, job, secrets)


def _machine(snapshot: Snapshot) -> MachineRef:
    name = snapshot.readable_spec.fields.get("vm_name") if snapshot.readable_spec else None
    return MachineRef(vm_id=snapshot.status.vm_id, vm_name=name if isinstance(name, str) else None)


async def _with_guest_data(
    deps: Dependencies, snapshot: Snapshot, work: Provision, job: ProvisioningJob, secrets: HeldSecrets
) -> tuple[ProvisioningJob, Sealed | None]:
    """Return the job with the guest data sealed to the guest's key, where the launch has one."""
    sealing, submission = work.sealing, work.submission
    if sealing is None:
        return job, None
    values, versions = await _read_secrets(deps, snapshot.namespace, work)
    secrets.hold(tuple(values.values()))
    try:
        plaintext = guest_plaintext(submission.os_family.value, submission.fields, values)
        data = seal(plaintext, sealing.key, vm_id=sealing.vm_id, run_id=job.run.id)
    except SealingError as error:
        raise GuestKeyRefused(error.message) from None
    sealed = Sealed(
        run_id=job.run.id,
        kid=sealing.key.kid,
        count=provisioning.sealings(snapshot) + 1,
        generation=snapshot.generation,
        secrets=versions,
    )
    return job.model_copy(update={"sealed_data": data}), sealed


async def _read_secrets(deps: Dependencies, namespace: str, work: Provision) -> tuple[dict[str, str], dict[str, str]]:
    """Read the secret fields' values now; return field to value, and Secret to resourceVersion.

    Raises `ClusterError` if a value cannot be read: the next pass reports which and why.
    """
    found, versions = {}, {}
    for name in work.submission.secret_fields:
        ref = work.spec.secret_fields[name].secret_key_ref
        secret = await deps.secrets.read(namespace, ref.name)
        if ref.key not in secret.data:
            raise ClusterError(f"Secret {ref.name!r} has lost its key {ref.key!r}.")
        found[name] = secret.data[ref.key].decode()
        versions[ref.name] = secret.resource_version
    return found, versions
