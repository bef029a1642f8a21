"""Invoke-RemovalJob.ps1: removes cluster role, VM and folder, and says what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hostsim import texts
from hostsim.script import Failed, Streams, outcome, write_step
from hostsim.world import Folder

if TYPE_CHECKING:
    from hostsim.agent import Agent


class Removal:
    """One launch for one machine, whose lock it holds if the machine has a folder."""

    def __init__(self, agent: Agent, job: dict[str, Any], folder: Folder | None, streams: Streams) -> None:
        self._agent = agent
        self._world = agent.world
        self._job = job
        self._uid = str(job["run"]["machine_uid"])
        self._cluster_uid = job["run"]["cluster_uid"]
        self._name = str(job["machine"].get("vm_name") or "")
        self._journal = folder.journal if folder else None
        self._folder = folder
        self._known = [one for one in (job["machine"].get("vm_id"), (self._journal or {}).get("vm_id")) if one]
        self._streams = streams

    async def run(self) -> str:
        """Run the steps; return the outcome, or raise `Failed`."""
        if self._journal:
            run = self._job["run"]
            self._journal.update(
                run_id=run["id"], generation=run["generation"], attempt=run["attempt"], state="running"
            )
        try:
            return await self._run()
        except Failed as failure:
            if self._journal:
                self._journal.update(state="failed", reason=failure.code, code=failure.code)
            raise

    async def _run(self) -> str:
        before = self._world.removed.get(self._uid)
        repeated = self._uid in self._world.removed
        self._world.removed[self._uid] = before
        self._check_owner()
        for step in ("RemoveClusterRole", "RemoveVM", "RemoveFiles", "VerifyRemoved"):
            write_step(self._streams, step, "started")
            await self._agent.at_step(step, self._name, self._streams)
            if step == "RemoveClusterRole":
                self._remove_role()
            elif step == "RemoveVM":
                found = self._remove_vm(repeated=repeated)
                if before is None or found == "VmRemoved":
                    self._world.removed[self._uid] = found
            elif step == "RemoveFiles" and self._folder is not None:
                self._world.folders.pop(self._uid, None)
                self._agent.ledger.add("delete_folder", self._uid)
            write_step(self._streams, step, "completed")
            self._agent.after_step(step, self._name)
        return outcome("completed", "Removed", texts.REMOVED, finding=self._world.removed[self._uid])

    def _check_owner(self) -> None:
        vms = self._world.vms_of(self._uid)
        if not vms:
            self._check_known()
        if len(vms) > 1:
            raise Failed("IdentityConflict", texts.several_vms(len(vms), [vm.vm_id for vm in vms]))
        for vm in vms:
            if vm.cluster_uid not in (None, self._cluster_uid):
                raise Failed("NotOwned", texts.other_cluster(vm.vm_id, str(vm.cluster_uid)))

    def _check_known(self) -> None:
        """Refuse where a VM is there that is or was the machine's."""
        broken = self._world.unopened(self._uid, self._known)
        if broken:
            raise Failed("VmUnreadable", texts.own_unopened(broken.vm_id, broken.name, str(broken.unopened)))
        for vm_id in self._known:
            if vm_id in self._world.vms:
                raise Failed("NotOwned", texts.unmarked_at_removal(vm_id, self._uid))

    def _remove_role(self) -> None:
        node = self._world.node_of(self._uid)
        if node is not None and not self._world.vms_of(self._uid):
            raise Failed("ClusterFailed", texts.on_another_node(node.vms_of(self._uid)[0].vm_id, node.name))
        if self._uid in self._world.clustered:
            self._world.clustered.discard(self._uid)
            self._agent.ledger.add("delete_role", self._uid)

    def _remove_vm(self, *, repeated: bool) -> str:
        """Remove the VM; return what was found."""
        vms = self._world.vms_of(self._uid)
        for vm in vms:
            self._agent.halt(vm)
            del self._world.vms[vm.vm_id]
            self._agent.ledger.add("delete_vm", self._uid, vm.vm_id)
        if vms:
            return "VmRemoved"
        self._check_known()
        return "NoVmRegistered" if self._never_registered(repeated=repeated) else "NoVmFound"

    def _never_registered(self, *, repeated: bool) -> bool:
        if self._known or self._folder is None:
            return False
        if self._journal is None:
            return not repeated and not self._folder.files
        return self._folder.lost_vm_id is None and "RegisterVM" not in self._journal["steps"]
