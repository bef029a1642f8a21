"""`python -m hostsim`: a simulated host to try the operator against, with a control port to look into it."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import signal
import sys
from typing import get_args

import yaml
from aiohttp import web

from hostsim import manifests
from hostsim.faults import CmdletFault
from hostsim.host import AgentKind, SimulatedHost


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hostsim", description=__doc__)
    parser.add_argument("--name", default="hyperv01", help="name of the HyperVHost")
    parser.add_argument("--port", type=int, default=5986, help="WinRM port; 0 takes a free one")
    parser.add_argument("--control-port", type=int, default=0, help="port of the control interface")
    parser.add_argument("--namespace", default="hyperv-system", help="namespace for the credentials Secret")
    parser.add_argument(
        "--agent", choices=get_args(AgentKind), default="simulated", help="built in, or the real scripts"
    )
    parser.add_argument("--copy-seconds", type=float, default=5, help="how long an image takes to copy")
    parser.add_argument("--boot-seconds", type=float, default=5, help="how long a guest takes to boot")
    parser.add_argument("--apply-seconds", type=float, default=5, help="how long a guest takes to configure itself")
    return parser.parse_args()


def _control(host: SimulatedHost) -> web.Application:
    """GET /vms, GET /ledger, GET /faults; PATCH /faults with JSON changes faults; POST /reboot."""

    async def vms(_: web.Request) -> web.Response:
        shown = [
            {
                "id": vm.vm_id,
                "name": vm.name,
                "state": vm.state,
                "addresses": vm.addresses,
                "configured": bool(vm.received),
            }
            for vm in host.world.vms.values()
        ]
        return web.json_response(shown)

    async def ledger(_: web.Request) -> web.Response:
        return web.json_response([dataclasses.asdict(entry) for entry in host.ledger.entries])

    async def faults(request: web.Request) -> web.Response:
        if request.method == "PATCH":
            changes = await request.json()
            known = {field.name for field in dataclasses.fields(host.faults)}
            unknown = sorted(set(changes) - known)
            if unknown:
                text = f"no such faults: {', '.join(unknown)}; there are: {', '.join(sorted(known))}\n"
                return web.Response(status=400, text=text)
            if "cmdlets" in changes:
                changes["cmdlets"] = [CmdletFault(**one) for one in changes["cmdlets"]]
            for name, value in changes.items():
                setattr(host.faults, name, value)
        return web.json_response(dataclasses.asdict(host.faults))

    async def reboot(_: web.Request) -> web.Response:
        await asyncio.to_thread(host.reboot)
        return web.Response(text="rebooted\n")

    app = web.Application()
    app.router.add_get("/vms", vms)
    app.router.add_get("/ledger", ledger)
    app.router.add_get("/faults", faults)
    app.router.add_patch("/faults", faults)
    app.router.add_post("/reboot", reboot)
    return app


async def _serve(host: SimulatedHost, control_port: int) -> None:
    runner = web.AppRunner(_control(host), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host.address, control_port).start()
        print(f"Control interface: http://{host.address}:{runner.addresses[0][1]} (see README)", file=sys.stderr)
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()
    finally:
        await runner.cleanup()


def main() -> None:
    """Start a host, print the resources that point to it, serve until Ctrl-C."""
    given = _arguments()
    times = {
        "copy_seconds": given.copy_seconds,
        "boot_seconds": given.boot_seconds,
        "apply_seconds": given.apply_seconds,
    }
    with SimulatedHost(given.name, port=given.port, agent=given.agent, **times) as host:
        resources = [manifests.credentials(host, given.namespace), manifests.hyperv_host(host)]
        print(yaml.safe_dump_all(resources, sort_keys=False), flush=True)
        print(json.dumps({"images": sorted(host.world.images)}), file=sys.stderr)
        asyncio.run(_serve(host, given.control_port))


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as error:
        sys.exit(str(error))
