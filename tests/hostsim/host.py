"""A simulated host: start and stop it, inspect it, inject faults."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from aiohttp import web

from hostsim.agent import Agent
from hostsim.auth import Gate
from hostsim.faults import Faults
from hostsim.installation import AgentFolder, Installation, installed
from hostsim.ledger import Ledger
from hostsim.pwsh.agent import PwshAgent
from hostsim.tls import Authority, authority
from hostsim.views import HostAgent, WorldView
from hostsim.world import World
from hostsim.wsman import WsmanServer

T = TypeVar("T")
AgentKind = Literal["simulated", "pwsh"]
"""The simulated agent, or the real scripts in `pwsh`."""


class SimulatedHost:
    """A host with its own thread and event loop, as a context manager. Its state survives stop() and start()."""

    address = "127.0.0.1"

    def __init__(
        self,
        name: str = "hyperv01",
        *,
        port: int = 0,
        username: str = "svc-hyperv",
        password: str = "Simulated-Host-1",
        copy_seconds: float = 0.1,
        boot_seconds: float = 0.1,
        apply_seconds: float = 0.1,
        trusted: bool = True,
        agent: AgentKind = "simulated",
        installation: Installation = "by-hand",
    ) -> None:
        self.name = name
        self.port = port
        self.faults = Faults()
        self.ledger = Ledger()
        self.gate = Gate(username, password)
        times = {"copy_seconds": copy_seconds, "boot_seconds": boot_seconds, "apply_seconds": apply_seconds}
        self._agent: HostAgent
        if agent == "pwsh":
            self._agent = PwshAgent(name.upper(), self.faults, self.ledger, installation=installation, **times)
        else:
            world = World(name=name.upper(), agent=AgentFolder(installed(installation)))
            self._agent = Agent(world, self.faults, self.ledger, **times)
        self.wsman = WsmanServer(self._agent, self.gate, name.upper())
        self.ca_pem = authority().pem
        issuer = authority() if trusted else Authority("Somebody else")
        self._tls = issuer.context()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._runner: web.AppRunner | None = None

    @property
    def agent(self) -> HostAgent:
        """What runs the host's scripts."""
        return self._agent

    @property
    def world(self) -> WorldView:
        """The host's state."""
        return self._agent.world

    @property
    def username(self) -> str:
        """The account that may log on."""
        return self.gate.username

    @property
    def password(self) -> str:
        """The account's password."""
        return self.gate.password

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start to listen; the port stays the same after a restart."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name=f"hostsim-{self.name}", daemon=True)
            self._thread.start()
            self._wait(self._agent.start())
        self._wait(self._listen())

    def go_down(self) -> None:
        """Stop listening and break every connection; scripts and guests continue."""
        self._wait(self._unlisten())

    def come_back(self) -> None:
        """Listen again."""
        self._wait(self._listen())

    def change_places(self, other: SimulatedHost) -> None:
        """Exchange addresses with another host: each now stands behind the other's."""
        self.go_down()
        other.go_down()
        self.port, other.port = other.port, self.port
        self.come_back()
        other.come_back()

    def reboot(self) -> None:
        """Kill every shell and script; VMs and files stay."""
        self.call(self.wsman.shells.kill)

    def set_password(self, password: str) -> None:
        """Change the account's password; open connections have to log on again."""

        def change() -> None:
            self.gate.password = password
            self.gate.forget()

        self.call(change)

    def leak_shells(self, name: str, number: int = 1, *, account: str | None = None, idle_seconds: float = 0) -> None:
        """Open orphaned shells, by default of the operator's account."""
        self.call(lambda: self.wsman.shells.leak(name, number, account or self.username, idle_seconds))

    def call(self, function: Callable[[], T]) -> T:
        """Call a function on the host's own thread, where its state may be modified."""

        async def inner() -> T:
            return function()

        return self._wait(inner())

    def stop(self) -> None:
        """Stop listening, then stop scripts, guests and the thread."""
        if self._loop is None or self._thread is None:
            return
        self._wait(self._unlisten())
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._loop = self._thread = None
        # asyncio in Python 3.11 leaks transports whose TLS handshake the client aborted. Collect them here, not during a test.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self) -> None:
        app = web.Application(client_max_size=16 * 1024**2)
        app.router.add_post("/wsman", self.wsman.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, keepalive_timeout=300)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.address, self.port, ssl_context=self._tls).start()
        self.port = int(self._runner.addresses[0][1])

    async def _unlisten(self) -> None:
        if self._runner:
            runner, self._runner = self._runner, None
            await runner.cleanup()
        self.gate.forget()

    async def _end(self) -> None:
        self.wsman.shells.kill()
        await self._agent.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
