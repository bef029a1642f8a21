"""A system without processes: files below a folder, and commands with canned answers."""

from __future__ import annotations

import threading
from pathlib import Path

from hvo_guest.system import System
from typing_extensions import override

DRIVER = "sys/class/net/eth0/device/driver"


class CannedSystem(System):
    """`answers` has the output of each command by its whole line; another one is not there."""

    def __init__(self, root: Path) -> None:
        super().__init__(str(root), 0, threading.Event())
        self.answers: dict[str, str] = {}
        self.folder = root

    @override
    def has(self, command: str) -> bool:
        return any(line.split()[0] == command for line in self.answers)

    @override
    def try_run(self, command: list[str], stdin: str = "") -> tuple[int, str]:
        answer = self.answers.get(" ".join(command))
        return (0, answer) if answer is not None else (1, "")

    def put(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.folder / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def with_network(root: Path) -> CannedSystem:
    """Return a system that has eth0, as `settings_of` of test_network asks for it."""
    system = CannedSystem(root)
    system.put("/sys/class/net/eth0/ifindex", "2\n")
    (root / DRIVER).parent.mkdir(parents=True)
    (root / DRIVER).symlink_to("../../../../bus/vmbus/drivers/hv_netvsc")
    system.answers = {
        "ip -4 -o addr show dev eth0 scope global": "2: eth0    inet 192.168.1.101/24 brd 192.168.1.255 scope global eth0\n",
        "ip -4 -o route show default": "default via 192.168.1.1 dev eth0 proto static \n",
    }
    system.put("/etc/resolv.conf", "search example.com\nnameserver 192.168.1.10\nnameserver 192.168.1.11\n")
    return system
