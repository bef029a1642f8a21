"""Runs the agent's real scripts, one process for each that runs at a time, over the fake Hyper-V module."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import agent as bundle

from hostsim.faults import Faults
from hostsim.installation import Installation
from hostsim.ledger import Ledger
from hostsim.pwsh.books import Books, Run
from hostsim.pwsh.guests import Guests
from hostsim.pwsh.relay import Relay, RelayLost, Relays, find_pwsh
from hostsim.pwsh.state import AGENT, IMAGES, MACHINES, StateFolder
from hostsim.pwsh.world import FolderWorld
from hostsim.script import Launch, RolloutCall, ShellKilled, Streams
from hostsim.tampering import tampered
from hostsim.versions import VersionBook
from hostsim.world import GIB

_OF_COMMAND = {
    "vm-provisioning": "Invoke-ProvisioningJob.ps1",
    "vm-removal": "Invoke-RemovalJob.ps1",
    "vm-update": "Invoke-UpdateJob.ps1",
    "host-inventory": "Get-HostInventory.ps1",
    "host-preflight": "Get-HostPreflight.ps1",
}
_LOOK_EVERY = 0.05
_FREE = 15 * 1024 * GIB


@dataclass(frozen=True)
class _Call:
    """A pipeline to run: a script by its path or by its text."""

    inputs: list[str]
    script: str = ""
    text: str = ""


class PwshAgent:
    """The agent of one host."""

    stop_seconds = 15.0

    def __init__(
        self,
        name: str,
        faults: Faults,
        ledger: Ledger,
        *,
        copy_seconds: float,
        boot_seconds: float,
        apply_seconds: float,
        installation: Installation = "by-hand",
    ) -> None:
        self.faults = faults
        self.ledger = ledger
        self._state = StateFolder()
        self._copy_seconds = copy_seconds
        self.world = FolderWorld(self._state, name)
        self.versions = VersionBook(self.world.agent, ledger)
        self._books = Books(self.world, ledger)
        self._guests = Guests(self.world, faults, boot_seconds, apply_seconds)
        self._relays = Relays(self._state.root)
        self._looking: asyncio.Task[None] | None = None
        self._killing: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[Any]] = set()
        self._ordered: dict[str, Any] = {}
        self._install(installation)

    async def start(self) -> None:
        """Start the first process and begin to watch the folder; `FileNotFoundError` where there is no `pwsh`."""
        find_pwsh()
        self._relays.warm()
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """End processes and guests."""
        if self._running:
            await asyncio.wait(self._running, timeout=10)
        for task in (self._looking, self._killing):
            if task:
                task.cancel()
                await asyncio.wait({task})
        self._guests.close()
        await self._relays.close()

    def has_script(self, path: str) -> bool:
        """Leave it to PowerShell to miss a script."""
        return True

    async def run(self, launch: Launch, streams: Streams) -> None:
        """Run one script to its end."""
        job = tampered(launch.job, self.faults.tampered.get(launch.vm_name, {}))
        run = Run(job["schema"]["id"], launch.vm_name, str(job.get("run", {}).get("machine_uid", "")))
        text = json.dumps(self._state.map_job(job), separators=(",", ":"), ensure_ascii=False)
        script = launch.script or f"{AGENT}\\{_OF_COMMAND[job['schema']['id']]}"
        call = _Call([base64.b64encode(text.encode()).decode()], script=self._state.inward(script))
        if not launch.changes_host:
            await self._run(call, run, streams)
            return
        of = launch.job["run"]
        note = self.ledger.begin_run(str(of["machine_uid"]), str(of["id"]), run.schema, launch.version)
        try:
            await self._run(call, run, streams)
        finally:
            self.ledger.end_run(note)

    async def roll_out(self, call: RolloutCall, streams: Streams) -> None:
        """Run the text of a rollout to its end."""
        header = [json.dumps(self._state.map_job(call.header))] if call.header else list(call.inputs[:1])
        await self._run(_Call([*header, *call.inputs[1:]], text=call.text), Run("rollout", "", ""), streams)

    async def _run(self, call: _Call, run: Run, streams: Streams) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        relay = await self._relays.take()
        self._books.runs[relay.pid] = run
        self._order_faults()
        well = False
        try:
            self.ledger.clear.append(relay.command_line())
            relay.begin(call.inputs, script=call.script, text=call.text)
            well = await self._attend(relay, run, streams)
        finally:
            if not well:
                await relay.kill()
            self._books.end_of(relay.pid)
            if well:
                await self._relays.give_back(relay)
            else:
                self._relays.warm()

    async def _attend(self, relay: Relay, run: Run, streams: Streams) -> bool:
        """Relay until the script has ended, or until it was stopped; return whether the process may be used again."""
        relaying = asyncio.create_task(self._relay(relay, run, streams))
        interrupted = asyncio.create_task(streams.interrupted.wait())
        try:
            await asyncio.wait({relaying, interrupted}, return_when=asyncio.FIRST_COMPLETED)
            if relaying.done():
                await relaying
                return True
        finally:
            interrupted.cancel()
            relaying.cancel()
            await asyncio.wait({relaying})
        relay.stop()
        with contextlib.suppress(RelayLost):
            async for message in relay.messages():
                if message["s"] == "end":
                    break
        return False

    async def _relay(self, relay: Relay, run: Run, streams: Streams) -> None:
        try:
            async for message in relay.messages():
                if message["s"] == "ready":
                    return
                await self._pass_on(relay, run, streams, message)
        except RelayLost as lost:
            # A fault of the module's may have ended the process: to the client, its shell is gone.
            self.ledger.clear.append(str(lost))
            raise ShellKilled from None

    async def _pass_on(self, relay: Relay, run: Run, streams: Streams, message: dict[str, Any]) -> None:
        stream, tags = message["s"], message.get("tags", [])
        text = self._state.map_record(str(message.get("text", "")))
        self.ledger.clear.append(text)
        if stream == "output":
            streams.output(text)
        elif stream == "error" or (stream == "end" and message["state"] == "Failed"):
            streams.error(text, self._state.outward(message["id"]), message["type"])
        elif "HyperVOperator" in tags:
            record = json.loads(text)
            self._books.catch_up()
            run.step = record.get("step", run.step)
            streams.record(text)
            await self._strike(relay, run, record)
        elif stream != "end":
            streams.noise(stream, text)
        if tags:
            self._order_faults()
            relay.acknowledge()

    async def _strike(self, relay: Relay, run: Run, record: dict[str, Any]) -> None:
        """Let the faults strike that strike where the script now waits."""
        step, state, faults = record.get("step"), record.get("state"), self.faults
        where = str(step) if state == "started" else f"{step}:{state}"
        if faults.kills_at(run.vm_name, where):
            raise ShellKilled
        if state != "started":
            return
        while faults.hang_at == step:  # noqa: ASYNC110 - a fault is set from other threads, which an Event is not for
            await asyncio.sleep(0.05)
        if step == "CopyImage":
            await asyncio.sleep(self._copy_seconds)
            if faults.kill_in_copy:
                faults.kill_in_copy = False
                self._killing = asyncio.create_task(self._kill_in_copy(relay, run))

    async def _kill_in_copy(self, relay: Relay, run: Run) -> None:
        """End the process when part of an image has been copied; a large image gives the time for it."""
        folder = self.world.machines / run.machine_uid
        while not any(path.stat().st_blocks for path in folder.glob("*.partial.vhdx")):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)
        relay.end()

    # --- the host ----------------------------------------------------------------------------------------------------

    def _install(self, installation: Installation) -> None:
        """Do what whoever prepares a host does."""
        if installation == "unprepared":
            return
        folder = Path(self._state.inward(AGENT))
        if installation == "by-hand":
            isos = {f"isos/{family}.iso": family.encode() * 1024 for family in ("windows", "linux")}
            for name, content in (bundle.scripts() | isos).items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        folder.mkdir(parents=True, exist_ok=True)
        roots = {"images": [self._state.inward(IMAGES)], "machines": [self._state.inward(MACHINES)]}
        (folder / "agent.json").write_text(json.dumps({"allowed_roots": roots}))

    async def _look(self) -> None:
        while True:
            self._order_faults()
            self._guests.look()
            self._books.catch_up()
            await asyncio.sleep(_LOOK_EVERY)

    def _order_faults(self) -> None:
        """Bring the faults to where the module looks for them."""
        self.world.set_free(0 if self.faults.disk_full else _FREE)
        words = "The start was ordered to fail." if self.faults.start_failure else None
        cmdlets = [dataclasses.asdict(fault) for fault in self.faults.cmdlets]
        ordered = {"cmdlets": cmdlets, "startFailure": words, "kvpAnswer": self.faults.kvp_answer}
        if ordered != self._ordered:
            self._ordered = ordered
            with self._state.locked():
                self._state.write(ordered, "faults.json")
