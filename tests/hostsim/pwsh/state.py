"""The folder that the fake Hyper-V module keeps a host in: its files, its lock, and how Windows paths lead into it."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hostsim.installation import ROOT

_WINDOWS = re.compile(r"^([A-Z]):[\\/](.*)$", re.DOTALL)
AGENT = ROOT
IMAGES = "D:\\DiskImages"
MACHINES = "D:\\VMs"


class StateFolder:
    """`agent/tests/FakeHyperV/README.md` describes it. It is deleted with this object."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="hostsim-"))
        root = re.escape(str(self.root))
        self._outward = re.compile(rf"{root}/([A-Z])((?:/(?:(?!{root})[^\"'\n;,])*)?)")
        weakref.finalize(self, shutil.rmtree, self.root, ignore_errors=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock that the module's processes take, too."""
        descriptor = os.open(self.root / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def read(self, *parts: str) -> Any:
        """Return a JSON file's content; None if there is none."""
        try:
            return json.loads(self.root.joinpath(*parts).read_text())
        except FileNotFoundError:
            return None

    def write(self, value: Any, *parts: str) -> None:
        """Replace a JSON file."""
        path = self.root.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        following = path.with_name(f"{path.name}.{os.getpid()}.new")
        following.write_text(json.dumps(value))
        following.replace(path)

    def inward(self, windows: str) -> str:
        """Return where a Windows path leads in the folder; other text stays as it is."""
        match = _WINDOWS.match(windows)
        if match is None:
            return windows
        rest = match[2].replace("\\", "/")
        return str(self.root / match[1]) + (f"/{rest}" if rest else "/")

    def outward(self, text: str) -> str:
        """Return a text with every path of the folder as the Windows path that it stands for."""
        return self._outward.sub(lambda match: f"{match[1]}:{match[2].replace('/', chr(92)) or chr(92)}", text)

    def map_job(self, value: Any) -> Any:
        """Return a job with its Windows paths led into the folder."""
        return _walk(value, self.inward)

    def map_record(self, text: str) -> str:
        """Return a record, or other text, as it would read on Windows."""
        if str(self.root) not in text:
            return text
        try:
            value = json.loads(text)
        except ValueError:
            return self.outward(text)
        return json.dumps(_walk(value, self.outward), separators=(",", ":"), ensure_ascii=False)


def _walk(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return {key: _walk(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_walk(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def flocked(path: Path) -> bool:
    """Return whether a process holds a file's lock, without touching it."""
    try:
        about = path.stat()
    except FileNotFoundError:
        return False
    wanted = f"{os.major(about.st_dev):02x}:{os.minor(about.st_dev):02x}:{about.st_ino}"
    return any(wanted in line.split() for line in Path("/proc/locks").read_text().splitlines())
