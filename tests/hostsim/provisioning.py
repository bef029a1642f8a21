"""Invoke-ProvisioningJob.ps1, implemented from the protocol: every step is idempotent."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hostsim import texts
from hostsim.script import Failed, Pending, Streams, outcome, write_step
from hostsim.world import GIB, Folder, Vm, timestamp

if TYPE_CHECKING:
    from hostsim.agent import Agent

_PART = 1_000


class Provisioning:
    """One launch for one machine, whose lock it holds."""

    def __init__(self, agent: Agent, job: dict[str, Any], folder: Folder, streams: Streams) -> None:
        self._agent = agent
        self._world = agent.world
        self._job = job
        self._fields = job["fields"]
        self._run = job["run"]
        self._uid = str(self._run["machine_uid"])
        self._name = str(self._fields["vm_name"])
        self._folder = folder
        self._streams = streams

    async def run(self) -> str:
        """Run the steps; return the outcome, or raise `Failed` or `Pending`."""
        self._begin()
        self._find_vm()
        await self._step("PreChecks", self._pre_checks)
        await self._step("CopyImage", self._copy_image)
        await self._step("CopyProvisioningISO", self._copy_iso)
        await self._step("RegisterVM", self._register)
        vm = self._vm()
        self._journal["vm_id"] = vm.vm_id
        if not self._guest_state(vm) and self._job["sealed_data"] is None and not self._done("PublishProvisioningData"):
            self._enter("WaitForProvisioningKey")
            await self._agent.at_step("WaitForProvisioningKey", self._name, self._streams)
            key = await self._wait_for_key(vm)
            raise Pending("WaitingForGuestKey", texts.KEY_POSTED if key else texts.NO_KEY, key)
        self._finish_step("WaitForProvisioningKey")
        if self._job["sealed_data"] and not self._guest_state(vm):
            await self._step("PublishProvisioningData", self._publish, again=True)
        await self._wait_for_guest(vm)
        await self._step("PurgeProvisioningData", self._purge)
        if (self._guest_state(vm) or {}).get("state") == "failed":
            state = self._guest_state(vm) or {}
            failed = (state["step"], state["code"], state.get("field", ""))
            raise Failed("GuestFailed", texts.guest_failed(*failed), summary=texts.guest_failed_summary(*failed))
        await self._step("EjectProvisioningISO", self._eject)
        if self._fields.get("vm_clustered"):
            await self._step("RegisterCluster", self._cluster)
        return outcome("completed", "Provisioned", texts.provisioned(self._name), vm_id=vm.vm_id)

    # --- journal -----------------------------------------------------------------------------------------------------

    @property
    def _journal(self) -> dict[str, Any]:
        assert self._folder.journal is not None
        return self._folder.journal

    def _begin(self) -> None:
        before = self._folder.journal or {"steps": {}, "vm_id": None}
        if before.get("run_id") not in (None, self._run["id"]):
            self._folder.started_at = time.monotonic() if before["vm_id"] else None
        self._folder.journal = {
            "machine_uid": self._uid,
            "cluster_uid": self._run["cluster_uid"],
            "run_id": self._run["id"],
            "generation": self._run["generation"],
            "attempt": self._run["attempt"],
            "vm_id": before["vm_id"],
            "state": "running",
            "step": before.get("step"),
            "steps": before["steps"],
            "reason": None,
            "code": None,
            "updated_at": timestamp(),
        }

    def end(self, state: str, reason: str, code: str | None) -> None:
        """Record the end of the launch in the journal."""
        self._journal.update(state=state, reason=reason, code=code, updated_at=timestamp())
        self._agent.ledger.clear.append(json.dumps(self._journal))

    def _done(self, step: str) -> bool:
        return bool(self._journal["steps"].get(step) == "completed")

    def _enter(self, step: str) -> None:
        self._journal["step"] = step
        self._journal["steps"][step] = "started"
        self._journal["updated_at"] = timestamp()
        write_step(self._streams, step, "started")

    def _finish_step(self, step: str) -> None:
        if not self._done(step):
            self._journal["steps"][step] = "completed"
            write_step(self._streams, step, "completed")
            self._agent.after_step(step, self._name)

    async def _step(self, step: str, work: Any, *, again: bool = False) -> None:
        if self._done(step) and not again and not (step == "RegisterVM" and not self._runs()):
            write_step(self._streams, step, "skipped")
            return
        self._enter(step)
        await self._agent.at_step(step, self._name, self._streams)
        try:
            await work()
        except Failed:
            self._journal["steps"][step] = "failed"
            write_step(self._streams, step, "failed")
            raise
        self._journal["steps"][step] = "completed"
        write_step(self._streams, step, "completed")
        self._agent.after_step(step, self._name)

    def _runs(self) -> bool:
        return any(vm.state == "Running" and not vm.critical for vm in self._world.vms_of(self._uid))

    # --- the machine's VM --------------------------------------------------------------------------------------------

    def _find_vm(self) -> None:
        """Find the VM; forget one of an unfinished machine that is gone, so that another is made from a new disk."""
        world, known = self._world, self._journal["vm_id"]
        lost = self._job.get("lost_vm_id")
        if lost and not world.unopened(self._uid, [lost]):
            self._check_lost(lost)
        own = world.vms_of(self._uid)
        if own:
            self._take(own, known)
            return
        broken = world.unopened(self._uid, [one for one in (known, lost) if one])
        if broken:
            raise Failed("VmUnreadable", texts.own_unopened(broken.vm_id, broken.name, str(broken.unopened)))
        if known is None:
            return
        self._check_other_nodes(known)
        if known in world.vms:
            raise Failed("NotOwned", texts.unmarked(known, self._uid))
        self._folder.lost_vm_id = known
        self._folder.files.discard("disk.vhdx")
        self._folder.started_at = self._folder.published_run = None
        self._folder.taken_up = False
        self._journal.update(vm_id=None, steps={})

    def _take(self, own: list[Vm], known: str | None) -> None:
        vm = own[0]
        if len(own) > 1:
            raise Failed("IdentityConflict", texts.several_vms(len(own), [one.vm_id for one in own]))
        if vm.cluster_uid not in (None, self._run["cluster_uid"]):
            raise Failed("NotOwned", texts.other_cluster(vm.vm_id, str(vm.cluster_uid)))
        if known not in (None, vm.vm_id) and vm.name != f"hvo-{self._uid}":
            raise Failed("IdentityConflict", texts.other_vm(vm.vm_id, [str(known)]))
        if known is None:
            self._folder.taken_up = True
        self._journal["vm_id"] = vm.vm_id
        self._restore_publication(vm)

    def _restore_publication(self, vm: Vm) -> None:
        """Continue with the data of a run whose journal was lost, if the guest says that it has it."""
        if not self._folder.taken_up or self._folder.published_run or vm.state != "Running":
            return
        try:
            state = json.loads(vm.from_guest.get("ProvisioningState", "null"))
            if state["vm"] != vm.vm_id:
                return
            self._folder.published_run = str(state["run"])
        except (ValueError, TypeError, KeyError):
            return
        self._journal["steps"].update(
            dict.fromkeys(("PreChecks", "CopyImage", "CopyProvisioningISO", "RegisterVM"), "completed")
        )
        self._folder.started_at = self._folder.started_at or time.monotonic()

    def _check_lost(self, vm_id: str) -> None:
        marked = self._world.vms_of(self._uid) if self._journal["vm_id"] == vm_id else []
        found = {*(vm.vm_id for vm in marked), *({vm_id} & self._world.vms.keys())}
        if found:
            raise Failed("IdentityConflict", texts.not_lost(vm_id, sorted(found)))
        self._check_other_nodes(vm_id)

    def _check_other_nodes(self, vm_id: str) -> None:
        node = self._world.node_of(self._uid)
        if node is not None and vm_id in node.vms:
            raise Failed("ClusterFailed", texts.on_another_node(vm_id, node.name))

    # --- steps -------------------------------------------------------------------------------------------------------

    async def _pre_checks(self) -> None:
        fields, world = self._fields, self._world
        if self._job["host"]["virtual_switch"] not in world.switches:
            text = texts.no_switch(self._job["host"]["virtual_switch"])
            raise Failed("SwitchNotFound", text, summary=texts.switches(world.switches))
        if fields.get("vm_clustered"):
            self._check_role()
        if (wrong := world.unusable_images.get(fields["image_name"])) is not None:
            path = f"{self._job['host']['paths']['images']}\\{fields['image_name']}.vhdx"
            raise Failed("ImageUnusable", texts.unusable_image(path, wrong))
        self._check_parent()
        if fields["gb_ram"] * GIB > world.memory_free():
            raise Failed("InsufficientMemory", texts.no_memory(fields["gb_ram"], world.memory_free() / GIB))
        self._check_name()

    def _check_parent(self) -> None:
        image = self._fields["image_name"]
        children = self._world.children_of(image)
        if self._job["host"].get("clone") == "Differencing" and children and image in self._world.changed_parents:
            path = f"{self._job['host']['paths']['images']}\\{image}.vhdx"
            raise Failed("ImageChanged", texts.changed_image(path, len(children), children[:5]))

    def _check_role(self) -> None:
        """Refuse what could not become a role of the cluster: the image is not copied for nothing."""
        world, machines = self._world, str(self._job["host"]["paths"]["machines"])
        if world.failover_cluster is None:
            raise Failed("ClusterFailed", texts.NOT_CLUSTERED)
        folders = [machines]
        if self._job["host"].get("clone") == "Differencing":
            folders.append(str(self._job["host"]["paths"]["images"]))
        for folder in folders:
            inside = (
                f"{folder}\\".casefold().startswith(f"{root.rstrip(chr(92))}\\".casefold())
                for root in world.cluster_volumes
            )
            if not any(inside):
                text, summary = texts.not_shared(folder, world.failover_cluster), texts.shared(world.cluster_volumes)
                raise Failed("ClusterRoleUnavailable", text, summary=summary)
        if world.network_logon and not world.administrator:
            raise Failed("ClusterRoleUnavailable", texts.no_role("Access is denied."))

    def _check_name(self) -> None:
        other = self._world.vm_named(self._fields["vm_name"])
        if other and other.unopened is not None:
            raise Failed("NameInUse", texts.name_unopened(self._fields["vm_name"], other.vm_id, other.unopened))
        if other and other.machine_uid != self._uid:
            raise Failed("NameInUse", texts.name_in_use(self._fields["vm_name"], other.vm_id))

    async def _copy_image(self) -> None:
        image = self._fields["image_name"]
        size = next((s for name, s in self._world.images.items() if name.casefold() == image.casefold()), None)
        if size is None:
            folder, names = self._job["host"]["paths"]["images"], sorted(self._world.images)
            raise Failed("ImageNotFound", texts.no_image(image, folder), summary=texts.images(folder, names))
        for percent in (25, 50, 75):
            if self._agent.faults.disk_full:
                raise Failed("InsufficientSpace", texts.disk_full("CopyImage"))
            await asyncio.sleep(self._agent.copy_seconds / 4)
            if percent > 25:
                self._agent.in_copy()
            write_step(self._streams, "CopyImage", "progress", f"{size * percent // 100 / GIB:.1f} GB", percent)
        await asyncio.sleep(self._agent.copy_seconds / 4)
        self._folder.files.add("disk.vhdx")
        self._folder.parent = image if self._job["host"].get("clone") == "Differencing" else None
        self._agent.ledger.add("copy_image", self._uid, image)

    async def _copy_iso(self) -> None:
        self._folder.files.add("provisioning.iso")
        self._agent.ledger.add("copy_iso", self._uid)

    async def _register(self) -> None:
        fields, world = self._fields, self._world
        vms = world.vms_of(self._uid)
        if not vms:
            self._check_name()
            vm = Vm(str(uuid.uuid4()), f"hvo-{self._uid}", fields["cpu_cores"], fields["gb_ram"], self._uid)
            vm.cluster_uid, vm.vlan_id, vm.iso_attached = self._run["cluster_uid"], fields.get("vlan_id", 0), True
            vm.machine = self._run.get("machine")
            world.vms[vm.vm_id] = vm
            self._agent.ledger.add("create_vm", self._uid, vm.vm_id)
            vms = [vm]
        vm = vms[0]
        self._journal["vm_id"] = vm.vm_id
        vm.name = fields["vm_name"]
        if vm.critical:
            raise Failed("VmCritical", texts.critical(vm.vm_id, vm.state))
        if vm.state != "Running":
            if self._agent.faults.start_failure:
                raise Failed("StartFailed", texts.not_started(vm.name), summary=texts.last_event(vm.name))
            vm.state = "Running"
            self._agent.ledger.add("start_vm", self._uid, vm.vm_id)
            self._agent.boot(vm)
        if self._folder.started_at is None:
            self._folder.started_at = time.monotonic()

    async def _publish(self) -> None:
        vm, sealed = self._vm(), str(self._job["sealed_data"])
        header = json.loads(_decode(sealed.split(".", 1)[0]))
        key = self._key_of(vm)
        if header.get("vm") != vm.vm_id or not key or header.get("kid") != _thumbprint(key):
            raise Failed("GuestKeyInvalid", texts.WRONG_KEY if key else texts.KEY_GONE)
        self._clear_data(vm)
        parts = [sealed[start : start + _PART] for start in range(0, len(sealed), _PART)]
        for number, part in enumerate(parts):
            vm.from_host[f"ProvisioningData.{number}"] = part
        manifest = {"protocol": 1, "parts": len(parts), "sha256": hashlib.sha256(sealed.encode()).hexdigest()}
        self._agent.ledger.add("publish", self._uid, sealed)
        self._folder.published_run = self._run["id"]
        vm.post(vm.from_host, "ProvisioningData", json.dumps(manifest))

    async def _purge(self) -> None:
        self._clear_data(self._vm())
        self._agent.ledger.add("purge", self._uid)

    async def _eject(self) -> None:
        self._vm().iso_attached = False
        self._folder.files.discard("provisioning.iso")
        self._agent.ledger.add("eject_iso", self._uid)

    async def _cluster(self) -> None:
        if self._world.failover_cluster is None:
            raise Failed("ClusterFailed", texts.NO_CLUSTER)
        self._world.clustered.add(self._uid)
        self._agent.ledger.add("cluster_role", self._uid)

    # --- guest -------------------------------------------------------------------------------------------------------

    def _vm(self) -> Vm:
        vms = self._world.vms_of(self._uid)
        if len(vms) != 1:
            if not vms:
                raise Failed("VmMissing", texts.no_vm(str(self._journal["vm_id"])))
            raise Failed("IdentityConflict", texts.several_vms(len(vms), [vm.vm_id for vm in vms]))
        return vms[0]

    def _key_of(self, vm: Vm) -> dict[str, Any] | None:
        try:
            state = json.loads(vm.from_guest.get("ProvisioningReady", "null"))
            return dict(state["key"]) if state["vm"] == vm.vm_id else None
        except (ValueError, TypeError, KeyError):
            return None

    def _guest_state(self, vm: Vm) -> dict[str, Any] | None:
        try:
            state = json.loads(vm.from_guest.get("ProvisioningState", "null"))
            # A later run continues with the data that an earlier one has published, and the guest reports that run's id.
            run = self._folder.published_run or self._run["id"]
            return dict(state) if state["vm"] == vm.vm_id and state["run"] == run else None
        except (ValueError, TypeError, KeyError):
            return None

    def _clear_data(self, vm: Vm) -> None:
        for key in [key for key in vm.from_host if key.startswith("ProvisioningData")]:
            vm.post(vm.from_host, key, None)

    async def _until(self, vm: Vm, found: Any) -> Any:
        """Wait for an item from the guest, at most for the launch's `wait_seconds`."""
        ends = time.monotonic() + self._run["wait_seconds"]
        while not (value := found(vm)):
            left = ends - time.monotonic()
            if left <= 0:
                return None
            try:
                async with asyncio.timeout(left):
                    await vm.changed.wait()
            except TimeoutError:
                continue
        return value

    async def _wait_for_key(self, vm: Vm) -> dict[str, Any] | None:
        key: dict[str, Any] | None = await self._until(vm, self._key_of)
        if key is None:
            self._check_deadline(texts.no_key_in_time, vm)
        return key

    async def _wait_for_guest(self, vm: Vm) -> None:
        self._enter("WaitForGuest")
        await self._agent.at_step("WaitForGuest", self._name, self._streams)
        state = await self._until(vm, lambda one: _final(self._guest_state(one)))
        if state is None:
            self._check_deadline(texts.no_state_in_time, vm)
            raise Pending("WaitingForGuest", texts.APPLYING if self._guest_state(vm) else texts.PUBLISHED)
        self._finish_step("WaitForGuest")

    def _check_deadline(self, text: Callable[[int], str], vm: Vm) -> None:
        limit = self._run["deadline_seconds"]
        assert self._folder.started_at is not None
        if time.monotonic() - self._folder.started_at > limit:
            raise Failed("GuestTimeout", text(limit), summary=self._likely_cause(vm))

    def _likely_cause(self, vm: Vm) -> str:
        state = self._guest_state(vm)
        if vm.state != "Running":
            return texts.not_running(vm.state)
        if state:
            return texts.still_applying(state["step"])
        if self._key_of(vm):
            assert self._folder.started_at is not None
            return texts.key_unanswered(int(time.monotonic() - self._folder.started_at))
        if "ProvisioningReady" in vm.from_guest:
            return texts.UNUSABLE_KEY
        return texts.NO_KVP if vm.iso_attached else texts.NO_ISO


def _final(state: dict[str, Any] | None) -> dict[str, Any] | None:
    return state if state and state["state"] in ("applied", "failed") else None


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _thumbprint(key: dict[str, Any]) -> str:
    text = json.dumps({"e": key["e"], "kty": key["kty"], "n": key["n"]}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
