"""A `pwsh` process that runs pipelines one after another: Relay.ps1 is its other end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
MODULE = REPOSITORY / "agent" / "tests" / "FakeHyperV" / "FakeHyperV.psd1"
_SCRIPT = Path(__file__).with_name("Relay.ps1")
_LINE = 4 * 1024**2
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


def find_pwsh() -> str:
    """Return the path of `pwsh`; `FileNotFoundError` where it is not installed."""
    path = shutil.which("pwsh")
    if path is None:
        raise FileNotFoundError("pwsh is not on the PATH: install PowerShell 7, or use the built-in agent.")
    return path


class RelayLost(Exception):
    """The process has ended of itself; what it wrote to its error stream is the message."""


class Relay:
    """One process; it runs one pipeline at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        # asyncio reaps in a thread of its own, which Popen.kill() gets in the way of.
        self._handle = os.pidfd_open(process.pid)
        assert process.stderr is not None
        self._errors = asyncio.create_task(process.stderr.read())

    @classmethod
    async def start(cls, state: Path) -> Relay:
        """Start a process and wait until its first pipeline may begin."""
        environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
        environment |= {"HVO_FAKE_STATE": str(state), "POWERSHELL_TELEMETRY_OPTOUT": "1", "NO_COLOR": "1"}
        arguments = ("-NoLogo", "-NoProfile", "-NonInteractive", "-File", str(_SCRIPT), "-Module", str(MODULE))
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            find_pwsh(),
            *arguments,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=environment,
            limit=_LINE,
            start_new_session=True,
        )
        relay = cls(process)
        try:
            async for message in relay.messages():
                if message["s"] == "ready":
                    break
        except BaseException:
            await relay.kill()
            raise
        return relay

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def command_line(self) -> str:
        """Return what everybody on the machine can read of the process."""
        return " ".join(Path(f"/proc/{self.pid}/cmdline").read_text().split("\0"))

    def begin(self, inputs: Sequence[str], *, script: str = "", text: str = "") -> None:
        """Begin a pipeline: a script by its path or by its text, and the strings that are piped into it."""
        self._tell({"script": script, "text": text, "inputs": inputs})

    def acknowledge(self) -> None:
        """Let the script go on after a record with tags."""
        self._tell({"ack": True})

    def stop(self) -> None:
        """Stop the pipeline as Ctrl-C does."""
        self._tell({"stop": True})

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """Give what the process tells; raises `RelayLost` when it ends."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            try:
                message = json.loads(line)
            except ValueError:
                message = {"s": "information", "text": line.decode(errors="replace").rstrip(), "tags": []}
            yield message
        raise RelayLost((await self._errors).decode(errors="replace")[-2000:])

    def end(self) -> None:
        """End the process without a chance to clean up."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    async def kill(self) -> None:
        """End the process, and wait until it is gone."""
        if self._handle >= 0:
            self.end()
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._errors
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _tell(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")


class Relays:
    """The processes of one host. A few that are idle are kept, as starting one takes long."""

    _MOST = 3

    def __init__(self, state: Path) -> None:
        self._state = state
        self._idle: list[Relay] = []
        self._warming: asyncio.Task[Relay] | None = None

    def warm(self) -> None:
        """Start a process ahead of its use."""
        if self._warming is None and not self._idle:
            self._warming = asyncio.create_task(Relay.start(self._state))

    async def take(self) -> Relay:
        """Return an idle process, or a new one."""
        if self._idle:
            return self._idle.pop()
        if self._warming is not None:
            warming, self._warming = self._warming, None
            return await warming
        return await Relay.start(self._state)

    async def give_back(self, relay: Relay) -> None:
        """Keep a process whose pipeline has ended well."""
        if len(self._idle) < self._MOST:
            self._idle.append(relay)
        else:
            await relay.kill()

    async def close(self) -> None:
        """End every idle process."""
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.wait({self._warming})
            if not self._warming.cancelled() and self._warming.exception() is None:
                self._idle.append(self._warming.result())
        for relay in self._idle:
            await relay.kill()
        self._idle.clear()
