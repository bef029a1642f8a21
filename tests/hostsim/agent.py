"""The simulated agent: dispatches jobs, holds the machine's lock, and rejects superseded launches."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hostsim import identity, inventory, preflight, texts
from hostsim.faults import Faults
from hostsim.guest import start
from hostsim.ledger import Ledger
from hostsim.provisioning import Provisioning
from hostsim.removal import Removal
from hostsim.rollout import Rollout, refusal
from hostsim.script import Failed, Launch, Pending, RolloutCall, ShellKilled, Streams, outcome, write_step
from hostsim.tampering import tampered
from hostsim.versions import VersionBook
from hostsim.world import Folder, Vm, World

_RUNS = ("vm-provisioning", "vm-removal", "vm-update")


class Agent:
    """Runs jobs against the simulated world."""

    stop_seconds = 0.0

    def __init__(
        self,
        world: World,
        faults: Faults,
        ledger: Ledger,
        *,
        copy_seconds: float,
        boot_seconds: float,
        apply_seconds: float,
    ) -> None:
        self.world = world
        self.faults = faults
        self.ledger = ledger
        self.versions = VersionBook(world.agent, ledger)
        self.copy_seconds = copy_seconds
        self._boot_seconds = boot_seconds
        self._apply_seconds = apply_seconds
        self._guests: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Nothing to prepare."""

    async def run(self, launch: Launch, streams: Streams) -> None:
        """Run one job to its outcome."""
        job = tampered(launch.job, self.faults.tampered.get(launch.vm_name, {}))
        schema = job["schema"]
        if self.faults.language_mode != "FullLanguage":
            text = texts.language(self.faults.language_mode)
            streams.output(outcome("failed", "ConstrainedLanguage", text, code="ConstrainedLanguage"))
            return
        try:
            known = inventory.schema_versions(self.world, launch.version, schema["id"])
        except ValueError as error:
            streams.output(outcome("failed", "Internal", str(error), code="Internal"))
            return
        if schema["id"] == "host-inventory":
            self._read_inventory(job, launch.version, streams)
            return
        if schema["id"] == "host-preflight":
            self._read_preflight(job, streams)
            return
        if schema["id"] not in _RUNS or schema["version"] not in known:
            text = texts.unsupported(schema["id"], schema["version"], [str(version) for version in known])
            streams.output(outcome("failed", "SchemaMismatch", text, code="SchemaMismatch"))
            return
        run = job["run"]
        note = self.ledger.begin_run(str(run["machine_uid"]), str(run["id"]), schema["id"], launch.version)
        try:
            streams.noise("verbose", f"Job {schema['id']} of run {run['id']} \U0001f680 accepted.")
            for text in self.faults.chatter:
                streams.noise("information", text)
            streams.output(await self._run_or_refuse(schema["id"], job, streams))
        finally:
            self.ledger.end_run(note)

    def has_script(self, path: str) -> bool:
        """Return whether a script exists."""
        return self.world.agent.has(path)

    async def roll_out(self, call: RolloutCall, streams: Streams) -> None:
        """Answer one rollout call."""
        if self.faults.language_mode != "FullLanguage":
            answer = refusal("ConstrainedLanguage", texts.language_of_rollout(self.faults.language_mode))
            streams.output(json.dumps(answer, separators=(",", ":")))
            return
        host_id = {"smbios_uuid": self.world.smbios_uuid, "machine_guid": self.world.machine_guid}
        streams.output(json.dumps(Rollout(self.world.agent, host_id).answer(call.inputs), separators=(",", ":")))

    async def at_step(self, step: str, vm_name: str, streams: Streams) -> None:
        """Apply the faults of the beginning of a step."""
        streams.noise("information", f"{self.world.name}: entering {step}.")
        self._kill_shell_at(step, vm_name)
        while self.faults.hang_at == step:  # noqa: ASYNC110 - faults are set from other threads, where an asyncio.Event cannot be used
            await asyncio.sleep(0.05)

    def after_step(self, step: str, vm_name: str) -> None:
        """Apply the faults of the end of a step."""
        self._kill_shell_at(f"{step}:completed", vm_name)

    def in_copy(self) -> None:
        """Apply the fault of an image copy."""
        if self.faults.kill_in_copy:
            self.faults.kill_in_copy = False
            raise ShellKilled

    def _kill_shell_at(self, where: str, vm_name: str) -> None:
        if self.faults.kills_at(vm_name, where):
            raise ShellKilled

    def boot(self, vm: Vm) -> None:
        """Start a VM's guest."""
        guest = start(vm, self.faults.guest_of(vm.name), self._boot_seconds, self._apply_seconds)
        self._guests[vm.vm_id] = asyncio.create_task(guest)

    def halt(self, vm: Vm) -> None:
        """Stop a VM's guest."""
        task = self._guests.pop(vm.vm_id, None)
        if task:
            task.cancel()

    async def close(self) -> None:
        """Stop every guest."""
        for vm in list(self.world.vms.values()):
            self.halt(vm)

    def _read_inventory(self, job: dict[str, Any], version: str, streams: Streams) -> None:
        try:
            identity.check(self.world, job)
        except Failed as failure:
            streams.output(_failed(failure, None))
            return
        inventory.write(self.world, version, job, streams, self.faults.inventory)

    def _read_preflight(self, job: dict[str, Any], streams: Streams) -> None:
        try:
            identity.check(self.world, job)
        except Failed as failure:
            streams.output(_failed(failure, None))
            return
        preflight.write(self.world, job, streams, self.faults.preflight)

    async def _run_or_refuse(self, schema: str, job: dict[str, Any], streams: Streams) -> str:
        try:
            identity.check(self.world, job)
            return await self._run_changing_job(schema, job, streams)
        except Failed as failure:
            return _failed(failure, None)

    async def _run_changing_job(self, schema: str, job: dict[str, Any], streams: Streams) -> str:
        run, uid = job["run"], str(job["run"]["machine_uid"])
        removal = schema == "vm-removal"
        if uid in self.world.removed and not removal:
            path = f"{job['host']['paths']['machines']}\\{uid}.removed"
            return outcome("failed", "Superseded", texts.tombstone(path), code="Superseded")
        machines = str(job["host"]["paths"]["machines"])
        folder = self.world.folders.get(uid)
        if folder is not None and (folder.machines or machines) != machines:
            folder = None
        if folder is None and removal:
            return await Removal(self, job, None, streams).run()
        if folder is None:
            folder = self.world.folders[uid] = Folder(machines=machines)
        if folder.locked:
            return outcome("pending", "HostBusy", texts.BUSY, code="HostBusy")
        folder.locked = True
        try:
            journal = folder.journal
            if journal and run["attempt"] <= journal["attempt"]:
                text = texts.superseded(run["attempt"], run["generation"], journal["attempt"], journal["generation"])
                return outcome("failed", "Superseded", text, code="Superseded")
            if removal:
                return await Removal(self, job, folder, streams).run()
            if schema == "vm-update":
                return await self._update(job, folder, streams)
            return await self._provision(job, folder, streams)
        finally:
            folder.locked = False

    async def _provision(self, job: dict[str, Any], folder: Folder, streams: Streams) -> str:
        journal = folder.journal
        if journal and journal["state"] == "completed":
            journal.update(generation=job["run"]["generation"], attempt=job["run"]["attempt"])
            return outcome("completed", "Provisioned", texts.PROVISIONED_BEFORE, vm_id=journal["vm_id"])
        work = Provisioning(self, job, folder, streams)
        try:
            done = await work.run()
        except Pending as ended:
            work.end("pending", ended.reason, None)
            vm_id = (folder.journal or {}).get("vm_id")
            return outcome("pending", ended.reason, ended.message, vm_id=vm_id, guest_key=ended.key)
        except Failed as failure:
            work.end("failed", failure.code, failure.code)
            return _failed(failure, (folder.journal or {}).get("vm_id"))
        work.end("completed", "Provisioned", None)
        return done

    async def _update(self, job: dict[str, Any], folder: Folder, streams: Streams) -> str:
        uid, desired = str(job["run"]["machine_uid"]), job["desired"]
        vm = self.world.vms.get(str(job["machine"]["vm_id"]))
        if vm is not None and vm.unopened is not None:
            text = texts.unopened(vm.vm_id, vm.unopened)
            return outcome("failed", "VmUnreadable", text, code="VmUnreadable")
        if vm is None or vm.machine_uid != uid:
            return outcome("failed", "VmMissing", texts.no_vm(str(job["machine"]["vm_id"])), code="VmMissing")
        if folder.journal:
            folder.journal.update(generation=job["run"]["generation"], attempt=job["run"]["attempt"])
        was_running = vm.state == "Running"
        switched_off = desired["power_state"] == "Off" and desired["cpu_cores"] is None and desired["gb_ram"] is None
        if vm.critical and not switched_off:
            return outcome("failed", "VmCritical", texts.critical(vm.vm_id, vm.state), code="VmCritical")
        if desired["cpu_cores"] not in (None, vm.cpu_cores) and was_running and not vm.shuts_down:
            return outcome("failed", "GuestTimeout", texts.NO_SHUTDOWN, code="GuestTimeout")
        resize = desired["cpu_cores"] not in (None, vm.cpu_cores) or desired["gb_ram"] not in (None, vm.gb_ram)
        for step in ("SetProcessor", "SetMemory", "SetPower"):
            write_step(streams, step, "started")
            await self.at_step(step, vm.name, streams)
            if step == "SetProcessor" and desired["cpu_cores"]:
                vm.cpu_cores = desired["cpu_cores"]
            elif step == "SetMemory" and desired["gb_ram"]:
                vm.gb_ram = desired["gb_ram"]
            elif step == "SetPower":
                self._set_power(vm, desired["power_state"] or ("Running" if was_running else "Off"), restarted=resize)
            write_step(streams, step, "completed")
            self.after_step(step, vm.name)
        self.ledger.add("resize" if resize else "power", uid, json.dumps(desired))
        return outcome("completed", "Updated", texts.updated(vm.name), vm_id=vm.vm_id)

    def _set_power(self, vm: Vm, state: str, *, restarted: bool) -> None:
        """Start or stop a VM; a change for which it has to be off has restarted it."""
        if vm.state == "Running" and (restarted or state != "Running"):
            self.halt(vm)
            vm.state = "Off"
        if vm.state != "Running" and state == "Running":
            vm.state = "Running"
            self.boot(vm)


def _failed(failure: Failed, vm_id: str | None) -> str:
    diagnosis = {"summary": failure.summary} if failure.summary else None
    return outcome(
        "failed",
        failure.code,
        failure.message,
        code=failure.code,
        vm_id=vm_id,
        diagnosis=diagnosis,
    )
