"""`python -m hostsim`: a simulated host for trying the operator, with a control interface."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from typing import get_args

import yaml
from aiohttp import web

from hostsim import control, manifests
from hostsim.host import AgentKind, SimulatedHost
from hostsim.installation import Installation


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hostsim", description=__doc__)
    parser.add_argument("--name", default="hyperv01", help="name of the HyperVHost")
    parser.add_argument("--port", type=int, default=5986, help="WinRM port; 0 takes a free one")
    parser.add_argument("--control-port", type=int, default=0, help="port of the control interface")
    parser.add_argument("--namespace", default="hyperv-system", help="namespace for the credentials Secret")
    parser.add_argument(
        "--agent", choices=get_args(AgentKind), default="simulated", help="built in, or the real scripts"
    )
    parser.add_argument(
        "--installation",
        choices=get_args(Installation),
        default="by-hand",
        help="what a person has done: installed an agent, prepared the folder for one, or nothing",
    )
    parser.add_argument("--copy-seconds", type=float, default=5, help="how long an image takes to copy")
    parser.add_argument("--boot-seconds", type=float, default=5, help="how long a guest takes to boot")
    parser.add_argument("--apply-seconds", type=float, default=5, help="how long a guest takes to configure itself")
    return parser.parse_args()


async def _serve(host: SimulatedHost, control_port: int) -> None:
    runner = web.AppRunner(control.application(host), access_log=None)
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
    """Start a host, print the resources that register it, serve until Ctrl-C."""
    given = _arguments()
    times = {
        "copy_seconds": given.copy_seconds,
        "boot_seconds": given.boot_seconds,
        "apply_seconds": given.apply_seconds,
    }
    with SimulatedHost(
        given.name, port=given.port, agent=given.agent, installation=given.installation, **times
    ) as host:
        resources = [manifests.credentials(host, given.namespace), manifests.hyperv_host(host)]
        print(yaml.safe_dump_all(resources, sort_keys=False), flush=True)
        print(json.dumps({"images": sorted(host.world.images)}), file=sys.stderr)
        asyncio.run(_serve(host, given.control_port))


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as error:
        sys.exit(str(error))
