"""Simulated hosts whose WSMan requests and agent's steps are places."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from aiohttp import web
from typing_extensions import override

from faults.proxy import DELAY_SECONDS, DOWN_SECONDS
from faults.tap import Tap
from hostsim.faults import Faults
from hostsim.host import SimulatedHost
from hostsim.soap import NAMESPACES, Fault
from hostsim.views import HostAgent
from hostsim.world import World
from hostsim.wsman import WsmanServer

_PASSING_SECONDS = 1.0
"""How long a quota or a full volume lasts."""


class TappedHost(SimulatedHost):
    """A simulated host of one trial."""

    def __init__(self, name: str, tap: Tap, **options: Any) -> None:
        super().__init__(name, **options)
        self._tap = tap
        self._is_down = False
        self.faults = _StepFaults(self._reach)
        self._agent.faults = self.faults
        self.wsman = _TappedServer(self._agent, self.gate, name.upper(), tap)

    @property
    def simulated(self) -> World:
        """The state of the host, which its own thread modifies."""
        world = self.world
        assert isinstance(world, World)
        return world

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop of the host's thread, while it runs."""
        assert self._loop is not None
        return self._loop

    def go_down_for_a_time(self) -> None:
        """Refuse connections and break open ones for two seconds; to be called on the host's thread."""
        if not self._is_down:
            self._is_down = True
            self._background(self._be_down())

    async def _be_down(self) -> None:
        await self._unlisten()
        await asyncio.sleep(DOWN_SECONDS)
        await self._listen()
        self._is_down = False

    def recover(self) -> None:
        """End the faults that would pass by themselves."""
        self.faults.quota = self.faults.disk_full = False
        self.faults.lost_replies = 0

    def _reach(self, where: str) -> bool:
        """Number a step, and inject the fault that is due there; return whether the run's shell dies."""
        _, fault = self._tap.reach("step", where)
        if fault == "kill":
            self._tap.kill()
        elif fault == "run-reply-lost":
            self.faults.lost_replies += 1
        elif fault == "quota":
            self._pass("quota")
        elif fault == "disk-full":
            self._pass("disk_full")
        elif fault == "host-dead":
            self.go_down_for_a_time()
        elif fault == "reboot":
            self.wsman.shells.kill()
        return fault in ("shell-killed", "reboot")

    def _pass(self, name: str) -> None:
        setattr(self.faults, name, True)
        self.loop.call_later(_PASSING_SECONDS, lambda: setattr(self.faults, name, False))

    def _background(self, work: Any) -> None:
        task = self.loop.create_task(work)
        # Only the result is dropped; the set keeps the task from being collected.
        _BACKGROUND.add(task)
        task.add_done_callback(_BACKGROUND.discard)


_BACKGROUND: set[asyncio.Task[Any]] = set()


class _StepFaults(Faults):
    """Faults that report each step that the agent begins or completes."""

    def __init__(self, reach: Callable[[str], bool]) -> None:
        super().__init__()
        self._reach_step = reach

    @override
    def kills_at(self, vm_name: str, where: str) -> bool:
        return self._reach_step(where)


class _TappedServer(WsmanServer):
    def __init__(self, agent: HostAgent, gate: Any, computer: str, tap: Tap) -> None:
        super().__init__(agent, gate, computer)
        self._tap = tap

    @override
    async def handle(self, request: web.Request) -> web.StreamResponse:
        try:
            content = await request.read()
        except ConnectionResetError:  # the operator was killed meanwhile
            return _abort(request)
        envelope = ET.fromstring(content) if content else None
        _, fault = self._tap.reach("host", self._kind(request, envelope))
        if fault == "kill-before":
            self._tap.kill()
        if fault in ("kill-before", "request-lost"):
            return _abort(request)
        if fault == "unavailable":
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text="Service Unavailable")
        if fault == "delay":
            await asyncio.sleep(DELAY_SECONDS)
        if fault == "shell-lost" and envelope is not None:
            with suppress(Fault):
                self.shells.find(envelope).shell.kill()
        response = await super().handle(request)
        if fault == "kill-after":
            self._tap.kill()
        return _abort(request) if fault in ("kill-after", "reply-lost") else response

    def _kind(self, request: web.Request, envelope: ET.Element | None) -> str:
        """Return the WSMan operation; `Logon` until the connection is authenticated."""
        if envelope is None or request.transport not in self.gate._open:
            return "Logon"
        return envelope.findtext(".//a:Action", "", NAMESPACES).rsplit("/", 1)[-1]


def _abort(request: web.Request) -> web.Response:
    """Break the connection. The response reaches nobody, but aiohttp wants one."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=HTTPStatus.BAD_GATEWAY)
