"""Every code of the real agent, provoked once: it appears in the machine's conditions with its remedy."""

from __future__ import annotations

import base64
import fcntl
import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import agents, rig
from e2e.conftest import NewHost
from hostsim import vhdx
from hostsim.faults import CmdletFault
from hostsim.host import SimulatedHost
from hostsim.pwsh.state import AGENT, IMAGES
from hostsim.pwsh.world import FolderWorld
from hyperv_operator.api.catalogue import CATALOGUE
from hyperv_operator.api.names import Reason
from hyperv_operator.core import failures
from hyperv_operator.protocol.records import AgentCode

pytestmark = [*agents.REAL, pytest.mark.parametrize("agent", ["pwsh"])]
_LONG = {"HVO_RETRY_BASE_SECONDS": "600", "HVO_RETRY_LIMIT_SECONDS": "600"}
"""A failed machine is not retried during the test, so that its code stays visible."""
_OF_THE_HOST = ("HyperVUnavailable", "ConstrainedLanguage")
"""They end the host's inventory too, and the HyperVHost shows them before a machine can."""
_ONE_AT_A_TIME = ("InsufficientSpace", "IdentityConflict", "VmMissing", "VmCritical", "RemoveFailed")
"""Provoked one after another, because their faults would affect other machines or need a machine that has progressed further."""


def _name(code: str) -> str:
    return f"m-{code.lower()[:13]}"


def _sealed_to_unknown_key() -> str:
    header = {"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512", "kid": "nobody", "vm": str(uuid.uuid4()), "run": "none"}
    parts = [json.dumps(header).encode(), *([b"\0" * 16] * 4)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


_FIELDS: dict[str, dict[str, object]] = {
    "InsufficientMemory": {"gb_ram": 64},
    "IsoMissing": {"image_name": "Windows Server 2022"},
    "CopyFailed": {"image_name": "Ubuntu Locked"},
    "ImageUnusable": {"image_name": "Ubuntu Legacy"},
    "ClusterFailed": {"vm_clustered": True},
    "ClusterRoleUnavailable": {"vm_clustered": True},
}
_TAMPERED: dict[str, dict[str, Any]] = {
    "InvalidDefinition": {"fields": {"gb_ram": "much"}},
    "SchemaMismatch": {"schema": {"version": 99}},
    "Superseded": {"run": {"attempt": 1}},
    "ImageNotFound": {"fields": {"image_name": "Ubuntu Gone"}},
    "ImageChanged": {"host": {"clone": "Differencing"}},
    "SwitchNotFound": {"host": {"virtual_switch": "None"}},
    "HostIdentityChanged": {"host": {"identity": {"machine_guid": "another"}}},
    "PathNotAllowed": {"host": {"paths": {"machines": "E:\\Elsewhere"}}},
    "GuestTimeout": {"run": {"deadline_seconds": 1}},
    "GuestKeyInvalid": {"sealed_data": _sealed_to_unknown_key()},
}


def _cmdlets(uids: dict[str, str]) -> list[CmdletFault]:
    def broken(code: str, cmdlet: str, **more: Any) -> CmdletFault:
        fresh = cmdlet in ("New-VM", "Set-VMProcessor")
        vm = f"hvo-{uids[_name(code)]}" if fresh else _name(code)
        return CmdletFault(cmdlet, vm=vm, message=f"{cmdlet} was ordered to fail.", times=None, **more)

    return [
        broken("AccessDenied", "New-VM", category="PermissionDenied"),
        broken("RegisterFailed", "Set-VMProcessor"),
        broken("StartFailed", "Start-VM"),
        broken("PublishFailed", "Invoke-CimMethod AddKvpItems"),
        broken("ClusterFailed", "Add-ClusterVirtualMachineRole"),
        CmdletFault(
            f"Register-ScheduledTask *{uids[_name('ClusterRoleUnavailable')]}",
            message="Access is denied.",
            category="PermissionDenied",
            times=None,
        ),
        broken("Internal", "Set-VMDvdDrive"),
        broken("RemoveFailed", "Remove-VM"),
    ]


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Lock a file, like another process that uses it."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_parent(world: FolderWorld, image: str) -> None:
    """Leave what a machine leaves whose differencing disk was made from an image that has changed since."""
    folder = world.machines / str(uuid.uuid4())
    folder.mkdir(parents=True)
    (folder / "disk.vhdx").touch()
    was = {"name": image, "clone": "Differencing", "size_bytes": 1, "data_id": str(uuid.uuid4())}
    journal = {"machine_uid": folder.name, "cluster_uid": str(uuid.uuid4()), "steps": {}, "image": was}
    (folder / "journal.json").write_text(json.dumps(journal))


def _paused(cluster: ControlPlane, tenant: str, host: SimulatedHost, codes: list[str]) -> dict[str, str]:
    """Apply a paused machine for each code; return their UIDs by name."""
    resources = []
    for code in codes:
        secret, machine = rig.submission(host.name, _name(code), **{"gb_ram": 1, **_FIELDS.get(code, {})})
        resources += [secret, {**machine, "spec": {**machine["spec"], "paused": True}}]
    cluster.apply(resources, namespace=tenant)
    names = [_name(code) for code in codes]
    return {name: str(rig.machine(cluster, tenant, name)["metadata"]["uid"]) for name in names}


def _begin(cluster: ControlPlane, tenant: str, code: str, **fields: object) -> None:
    change = json.dumps({"spec": {"paused": False, "fields": fields}})
    cluster.kubectl("patch", "hvm", _name(code), "-n", tenant, "--type=merge", "-p", change)


def _wait_for_codes(cluster: ControlPlane, tenant: str, codes: list[str]) -> None:
    """Wait until each machine's last run ended with its code, and its Ready has the reason and the remedy, once."""

    def missing() -> dict[str, object]:
        listed = json.loads(cluster.kubectl("get", "hvm", "-n", tenant, "-o", "json"))["items"]
        machines = {one["metadata"]["name"]: one for one in listed}
        return {code: seen for code in codes if (seen := _lacks(machines[_name(code)], AgentCode(code)))}

    wait_until(missing, lambda left: not left, what="every code in its machine's conditions", within=300, every=1)


def _wait_for_host(cluster: ControlPlane, name: str, remedy: str) -> None:
    """Wait until the host is not Ready, with this remedy."""
    wait_until(
        lambda: rig.condition(json.loads(cluster.kubectl("get", "hvh", name, "-o", "json")), "Ready"),
        lambda ready: ready["status"] != "True" and remedy in ready["message"],
        what="the host to say what it lacks",
        within=60,
    )


def _lacks(machine: dict[str, Any], code: AgentCode) -> object:
    """Return the actual outcome, reason and message if they lack the code, its reason or its remedy; otherwise None."""
    outcome = machine["status"].get("run", {}).get("outcome", "")
    ready = rig.condition(machine, "Ready")
    retrying = code in (AgentCode.SUPERSEDED, AgentCode.GUEST_KEY_INVALID)
    reason = "Retrying" if retrying else str(failures.reason_of_code(code))
    there = (
        outcome.endswith(f": {code.value}")
        and ready.get("reason") == reason
        and ready["message"].count(CATALOGUE[failures.reason_of_code(code)].remedy) == 1
    )
    return None if there else (outcome, ready.get("reason"), ready.get("message"))


def test_every_code_of_the_agent_appears_in_the_conditions_with_its_remedy(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path
) -> None:
    host = new_host({"failoverCluster": "HVC-C"})
    world = host.world
    assert isinstance(world, FolderWorld)
    together = [code.value for code in AgentCode if code.value not in (*_ONE_AT_A_TIME, *_OF_THE_HOST)]
    world.failover_cluster = "HVC-C"
    world.memory_bytes = 48 * 1024**3
    world.images["Ubuntu Locked"] = 1024**3
    vhdx.write(Path(world.state.inward(IMAGES), "Ubuntu Legacy.vhdx"), style="MBR", efi=False)
    _make_parent(world, "Ubuntu 24.04")
    world.set_fact(logon="network")
    Path(world.state.inward(AGENT), "isos", "windows.iso").unlink()
    host.faults.guests = {_name("GuestTimeout"): "silent", _name("GuestFailed"): "failing"}
    host.faults.tampered = {_name(code): changes for code, changes in _TAMPERED.items()}
    ghost = world.add_vm("ghost")
    world.break_vm(ghost, "The volume is gone.")
    host.faults.tampered[_name("VmUnreadable")] = {"lost_vm_id": ghost}
    with ExitStack() as stack, rig.operator(cluster, log, agents.settings("pwsh") | _LONG):
        uids = _paused(cluster, tenant, host, [*together, *_ONE_AT_A_TIME])
        host.faults.cmdlets = _cmdlets(uids)
        world.add_vm(_name("NameInUse"))
        world.add_vm("strange", uids[_name("NotOwned")], str(uuid.uuid4()))
        busy = world.machines / uids[_name("HostBusy")]
        busy.mkdir(parents=True)
        stack.enter_context(_held(busy / "lock"))
        stack.enter_context(_held(Path(world.state.inward(IMAGES), "Ubuntu Locked.vhdx")))
        for code in [*together, "VmMissing", "VmCritical", "RemoveFailed"]:
            _begin(cluster, tenant, code)
        _wait_for_codes(cluster, tenant, together)
        for code in ("VmMissing", "VmCritical", "RemoveFailed"):
            wait_until(
                lambda code=code: rig.condition(rig.machine(cluster, tenant, _name(code)), "Ready"),  # type: ignore[misc]
                lambda ready: ready.get("status") == "True",
                what=f"{code} Ready",
                within=120,
                every=1,
            )

        host.faults.disk_full = True
        _begin(cluster, tenant, "InsufficientSpace")
        _wait_for_codes(cluster, tenant, ["InsufficientSpace"])
        host.faults.disk_full = False

        host.faults.hang_at = "CopyImage"
        _begin(cluster, tenant, "IdentityConflict")
        torn = uids[_name("IdentityConflict")]
        wait_until(lambda: torn in world.folders and world.folders[torn].locked, what="a run to tear", within=60)
        for number in range(2):
            world.add_vm(f"torn-{number}", torn)
        host.faults.hang_at = None
        _wait_for_codes(cluster, tenant, ["IdentityConflict"])

        host.faults.tampered = {_name("VmMissing"): {"machine": {"vm_id": str(uuid.uuid4())}}}
        _begin(cluster, tenant, "VmMissing", cpu_cores=3)
        world.set_critical(str(rig.machine(cluster, tenant, _name("VmCritical"))["status"]["vmId"]), critical=True)
        _begin(cluster, tenant, "VmCritical", cpu_cores=3)
        cluster.kubectl("delete", "hvm", _name("RemoveFailed"), "-n", tenant, "--wait=false")
        _wait_for_codes(cluster, tenant, ["VmMissing", "VmCritical", "RemoveFailed"])

        world.set_fact(vmms="Stopped")
        _wait_for_host(cluster, host.name, CATALOGUE[Reason.HYPER_V_UNAVAILABLE].remedy)
        world.set_fact(vmms="Running")
        assert world.changed_images() == []
        rig.remove_hosts(cluster)
