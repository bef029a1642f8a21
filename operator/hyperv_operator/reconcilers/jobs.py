"""From a snapshot to the job that goes to the agent."""

from __future__ import annotations

from hyperv_operator.api.machine import HyperVMachineSpec, Sealed
from hyperv_operator.core import identity
from hyperv_operator.core.actions import JobKind, Launch
from hyperv_operator.core.provisioned import differences
from hyperv_operator.core.snapshot import HostView, Snapshot
from hyperv_operator.errors import ProtocolViolation, SealingError
from hyperv_operator.protocol.job import (
    DesiredVm,
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
from hyperv_operator.reconcilers.snapshot_builder import read_guest_secrets
from hyperv_operator.schema.validation import Accepted


def host_options(host: HostView) -> HostOptions:
    """Return what a job says about its host."""
    spec = host.spec
    return HostOptions(
        paths=HostPaths(agent=spec.paths.agent, images=spec.paths.images, machines=spec.paths.machines),
        virtual_switch=spec.virtual_switch,
        clone=spec.storage.clone,
        failover_cluster=spec.failover_cluster,
    )


def inventory_job(host: HostView, cluster_uid: str) -> InventoryJob:
    """Return the job that asks a host for its inventory."""
    return InventoryJob(
        schema_ref=SchemaRef(id="host-inventory", version=1), host=host_options(host), cluster_uid=cluster_uid
    )


async def build(deps: Dependencies, snapshot: Snapshot, launch: Launch, run_id: str) -> tuple[RunJob, Sealed | None]:
    """Return the job of a launch, and what its sealing was made from.

    Raises `ClusterError` if a Secret cannot be read, `ProtocolViolation` if the guest's key cannot be used.
    """
    place = identity.place(snapshot)
    assert place is not None
    host = host_options(place)
    run = RunRef(
        id=run_id,
        machine_uid=snapshot.uid,
        cluster_uid=await deps.namespaces.cluster_uid(),
        generation=snapshot.generation,
        attempt=launch.attempt,
        deadline_seconds=deps.settings.guest_timeout_seconds,
        wait_seconds=deps.settings.guest_wait_seconds,
    )
    fields = snapshot.spec.fields if snapshot.spec else {}
    name = fields.get("vm_name")
    machine = MachineRef(vm_id=snapshot.status.vm_id, vm_name=name if isinstance(name, str) else None)
    match launch.kind:
        case JobKind.REMOVE:
            return RemovalJob(
                schema_ref=SchemaRef(id="vm-removal", version=1), host=host, run=run, machine=machine
            ), None
        case JobKind.UPDATE:
            assert snapshot.spec is not None
            desired = _desired(snapshot, snapshot.spec)
            schema = SchemaRef(id="vm-update", version=1)
            return UpdateJob(schema_ref=schema, host=host, run=run, machine=machine, desired=desired), None
        case JobKind.PROVISION:
            return await _provisioning(deps, snapshot, launch, host, run)


def _desired(snapshot: Snapshot, spec: HyperVMachineSpec) -> DesiredVm:
    """Return what differs from the VM as it was seen; all of it where the VM was not seen."""
    own = identity.own_vm(snapshot)
    differing = {one.what for one in differences(spec, own[1])} if own else {"cpu_cores", "gb_ram", "powerState"}
    cpu, memory = spec.fields.get("cpu_cores"), spec.fields.get("gb_ram")
    return DesiredVm(
        cpu_cores=cpu if isinstance(cpu, int) and "cpu_cores" in differing else None,
        gb_ram=memory if isinstance(memory, int) and "gb_ram" in differing else None,
        power_state=spec.power_state if "powerState" in differing else None,
    )


async def _provisioning(
    deps: Dependencies, snapshot: Snapshot, launch: Launch, host: HostOptions, run: RunRef
) -> tuple[ProvisioningJob, Sealed | None]:
    submission = snapshot.submission
    assert isinstance(submission, Accepted)
    assert snapshot.spec is not None
    job = ProvisioningJob(
        schema_ref=SchemaRef(id="vm-provisioning", version=snapshot.spec.schema_version),
        fields=submission.fields,
        run=run,
        host=host,
    )
    if launch.seal_to is None or launch.vm_id is None:
        return job, None
    values, versions = await read_guest_secrets(deps, snapshot, submission.secret_fields)
    release = deps.redaction.hold(tuple(values.values()))
    try:
        plaintext = guest_plaintext(submission.os_family.value, submission.fields, values)
        data = seal(plaintext, launch.seal_to, vm_id=launch.vm_id, run_id=run.id)
    except SealingError as error:
        raise ProtocolViolation(error.message) from None
    finally:
        release()
    before = snapshot.status.sealed
    count = before.count + 1 if before and before.run_id == run.id else 1
    sealed = Sealed(run_id=run.id, kid=launch.seal_to.kid, count=count, secrets=versions)
    return job.model_copy(update={"sealed_data": data}), sealed
