"""The HTTP control interface of a simulated host: inspect it, change it by hand, inject faults."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import Any

from aiohttp import web

from hostsim.faults import CmdletFault
from hostsim.host import SimulatedHost


def application(host: SimulatedHost) -> web.Application:
    """Return the interface; the README lists its requests."""
    control = _Control(host)
    app = web.Application(client_max_size=16 * 1024**2)
    app.router.add_get("/vms", control.vms)
    app.router.add_delete("/vms/{vm}", control.delete_vm)
    app.router.add_patch("/vms/{vm}", control.change_vm)
    app.router.add_get("/ledger", control.ledger)
    app.router.add_get("/runs", control.runs)
    app.router.add_get("/rollouts", control.rollouts)
    app.router.add_get("/versions", control.versions)
    app.router.add_put("/versions/{version}/{path:.+}", control.write)
    app.router.add_delete("/versions/{version}/{path:.+}", control.delete)
    app.router.add_get("/shells", control.shells)
    app.router.add_post("/shells", control.leak)
    app.router.add_get("/faults", control.faults)
    app.router.add_patch("/faults", control.change_faults)
    app.router.add_post("/reboot", control.reboot)
    return app


class _Control:
    def __init__(self, host: SimulatedHost) -> None:
        self._host = host

    async def vms(self, _: web.Request) -> web.Response:
        shown = [
            {
                "id": vm.vm_id,
                "name": vm.name,
                "state": vm.state,
                "addresses": vm.addresses,
                "configured": bool(vm.received),
            }
            for vm in self._host.world.vms.values()
        ]
        return web.json_response(shown)

    async def delete_vm(self, request: web.Request) -> web.Response:
        vm_id = request.match_info["vm"]
        if vm_id not in self._host.world.vms:
            return web.Response(status=404, text=f"there is no VM {vm_id}; GET /vms lists them\n")
        await self._call(lambda: self._host.world.delete_vm(vm_id))
        return web.Response(text=f"{vm_id} is deleted\n")

    async def change_vm(self, request: web.Request) -> web.Response:
        vm_id, asked = request.match_info["vm"], await request.json()
        if vm_id not in self._host.world.vms:
            return web.Response(status=404, text=f"there is no VM {vm_id}; GET /vms lists them\n")
        if not isinstance(asked, dict) or not asked or asked.keys() - {"unopened", "critical"}:
            return web.Response(status=400, text="give unopened (a text, or null), critical (true or false), or both\n")
        if "unopened" in asked:
            await self._call(lambda: self._host.world.break_vm(vm_id, asked["unopened"]))
        if "critical" in asked:
            await self._call(lambda: self._host.world.set_critical(vm_id, critical=bool(asked["critical"])))
        return web.Response(text=f"{vm_id} is changed\n")

    async def ledger(self, _: web.Request) -> web.Response:
        return _listed(self._host.ledger.entries)

    async def runs(self, _: web.Request) -> web.Response:
        return _listed(self._host.ledger.runs)

    async def rollouts(self, _: web.Request) -> web.Response:
        return _listed(self._host.ledger.rollouts)

    async def versions(self, _: web.Request) -> web.Response:
        return web.json_response(await self._call(self._host.world.agent.versions))

    async def write(self, request: web.Request) -> web.Response:
        version, path, content = *_place(request), await request.read()
        await self._call(lambda: self._host.world.agent.write(version, path, content))
        return web.Response(text=f"{path} of {version} is written\n")

    async def delete(self, request: web.Request) -> web.Response:
        version, path = _place(request)
        try:
            await self._call(lambda: self._host.world.agent.delete(version, path))
        except KeyError:
            return web.Response(status=404, text=f"{version} has no {path}; GET /versions lists the versions\n")
        return web.Response(text=f"{path} of {version} is deleted\n")

    async def shells(self, _: web.Request) -> web.Response:
        ledger = self._host.ledger
        names = await self._call(self._host.wsman.shells.open_names)
        return web.json_response({"open": names, "own": ledger.shells, "peak": ledger.shells_peak})

    async def leak(self, request: web.Request) -> web.Response:
        asked = await request.json()
        known = {"name", "number", "account", "idle_seconds"}
        if not isinstance(asked, dict) or "name" not in asked or asked.keys() - known:
            return web.Response(status=400, text=f"give name and, if need be, {', '.join(sorted(known - {'name'}))}\n")
        await asyncio.to_thread(lambda: self._host.leak_shells(**asked))
        return web.Response(text="opened\n")

    async def faults(self, _: web.Request) -> web.Response:
        return web.json_response(dataclasses.asdict(self._host.faults), dumps=_dumps)

    async def change_faults(self, request: web.Request) -> web.Response:
        faults, changes = self._host.faults, await request.json()
        known = {field.name for field in dataclasses.fields(faults)}
        unknown = sorted(set(changes) - known)
        if unknown:
            text = f"no such faults: {', '.join(unknown)}; there are: {', '.join(sorted(known))}\n"
            return web.Response(status=400, text=text)
        if "cmdlets" in changes:
            changes["cmdlets"] = [CmdletFault(**one) for one in changes["cmdlets"]]
        for name, value in changes.items():
            setattr(faults, name, value)
        return await self.faults(request)

    async def reboot(self, _: web.Request) -> web.Response:
        await asyncio.to_thread(self._host.reboot)
        return web.Response(text="rebooted\n")

    async def _call(self, function: Any) -> Any:
        """Call a function on the host's own thread."""
        return await asyncio.to_thread(self._host.call, function)


def _place(request: web.Request) -> tuple[str, str]:
    return request.match_info["version"], request.match_info["path"]


def _listed(notes: list[Any]) -> web.Response:
    return web.json_response([dataclasses.asdict(note) for note in notes])


def _dumps(value: object) -> str:
    """Return a value as JSON; a set, which faults may contain, becomes a list."""
    return json.dumps(value, default=sorted)
