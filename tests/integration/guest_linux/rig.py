"""A simulated Linux system that the real guest runs on, and its host: pools, sealing, publishing, purging."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any, TypeVar

from hyperv_operator.protocol.guest import GuestKey, GuestState, parse_guest_ready, parse_guest_state
from hyperv_operator.protocol.job import guest_plaintext
from hyperv_operator.protocol.sealing import seal, split

_T = TypeVar("_T")
HERE = Path(__file__).resolve().parent
ISO = HERE.parents[2] / "agent" / "guest" / "linux" / "iso"
GUEST = ISO / "guest"
VM, OTHER_VM = "5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d", "9a1b7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d"
RUN = "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10"
PASSWORD = "canary:pä$$word'9f3"
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHX6KsqhTkyjVOzfGq/yoNQIcncVB2QL5I2gF8lHZRTM ansible@example.com"
LEASE = "192.168.1.200/24\n"
"""The address that a DHCP server has given at the boot."""
FIELDS: dict[str, Any] = {"vm_name": "build-01", "guest_la_uid": "operator", "gb_ram": 4}
STATIC: dict[str, Any] = {
    "guest_v4_ipaddr": "192.168.1.101",
    "guest_v4_cidrprefix": 24,
    "guest_v4_defaultgw": "192.168.1.1",
    "guest_v4_dns1": "192.168.1.10",
    "guest_v4_dns2": "192.168.1.11",
    "guest_net_dnssuffix": "example.com",
}
SSH: dict[str, Any] = {"cnf_ansible_ssh_user": "ansible", "cnf_ansible_ssh_key": SSH_KEY}
NETWORKS = {
    "NetworkManager": ("nmcli",),
    "netplan": ("netplan",),
    "networkd": ("networkctl",),
    "ifupdown": ("ifup", "ifdown"),
    "ifupdown with resolvconf": ("ifup", "ifdown", "resolvconf"),
    "wicked": ("wicked", "netconfig"),
}
_COMMON = ("getent", "useradd", "chpasswd", "hostnamectl", "uname", "visudo", "sudo", "systemctl", "ip", "restorecon")
_FOLDERS = (
    "etc/cloud/cloud.cfg.d",
    "etc/sudoers.d",
    "etc/NetworkManager/system-connections",
    "etc/systemd/network",
    "etc/network/interfaces.d",
    "etc/sysconfig/network",
    "var/lib/hyperv",
    "run",
    "root",
)


class System:
    """A system below a folder. Its commands are recorded, and the test acts as its host."""

    def __init__(self, folder: Path, network: str = "netplan") -> None:
        self.root = folder / "root"
        self.record = folder / "record"
        self._commands = folder / "bin"
        for path in (*(self.root / name for name in _FOLDERS), self.record / "fail", self._commands):
            path.mkdir(parents=True)
        self._device("eth0", "hv_netvsc", 2)
        self._device("enP1s1", "mlx5_core", 1)
        self.write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")
        self.write("etc/shadow", "root:*:20000:0:99999:7:::\n")
        self.write("etc/group", "root:x:0:\nadmin:x:4:\n")
        self.write("etc/hostname", "localhost\n")
        self.write("etc/hosts", "127.0.0.1 localhost\n127.0.1.1 localhost\n")
        self.write("sys/class/dmi/id/product_uuid", "11111111-AAAA\n")
        self.write("etc/resolv.conf", "search lease.example\nnameserver 192.168.1.12\n")
        if network.startswith("ifupdown"):
            # As Debian's installer leaves it.
            text = "source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n\n"
            self.write("etc/network/interfaces", text + "allow-hotplug eth0\niface eth0 inet dhcp\n")
        if network == "netplan":
            self.write("etc/netplan/50-cloud-init.yaml", "network: {}\n")
        (self.record / "live").write_text(LEASE)
        (self.record / "route").write_text("default via 192.168.1.2 dev eth0 proto dhcp metric 100\n")
        (self.record / "nodename").write_text("localhost\n")
        (self.record / "nm").write_text("eth0:connected\nlo:unmanaged\n")
        self.install(*_COMMON, *NETWORKS[network])
        self.set_vm(VM)

    def copy(self, folder: Path) -> System:
        """Return a copy of the system below another folder."""
        shutil.copytree(self.root.parent, folder, symlinks=True)
        other = copy(self)
        other.root, other.record, other._commands = folder / "root", folder / "record", folder / "bin"
        return other

    def _device(self, name: str, driver: str, index: int) -> None:
        self.write(f"sys/class/net/{name}/ifindex", f"{index}\n")
        device = self.root / "sys/class/net" / name / "device"
        device.mkdir()
        (device / "driver").symlink_to(f"../../../../bus/drivers/{driver}")

    def install(self, *commands: str) -> None:
        """Install commands."""
        for name in commands:
            shutil.copy(HERE / "fake.sh", self._commands / name)
            (self._commands / name).chmod(0o755)

    def uninstall(self, command: str) -> None:
        """Uninstall a command."""
        (self._commands / command).unlink()

    def fail(self, command: str, times: int) -> None:
        """Let a command fail that often."""
        (self.record / "fail" / command).write_text(str(times))

    def write(self, name: str, text: str) -> None:
        """Write a file of the system."""
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def read(self, name: str) -> str:
        """Return a file of the system."""
        return (self.root / name).read_text()

    def argv(self) -> str:
        """Return the commands that were run, one per line."""
        path = self.record / "argv"
        return path.read_text() if path.exists() else ""

    @property
    def passwords(self) -> str:
        """Return the last standard input of chpasswd."""
        path = self.record / "stdin"
        return path.read_text() if path.exists() else ""

    def log(self) -> str:
        """Return the output of the guest."""
        return (self.record / "log").read_text()

    def environment(self) -> dict[str, str]:
        """Return the environment that commands of this system run in."""
        return {"PATH": str(self._commands), "FAKE_ROOT": str(self.root), "FAKE_RECORD": str(self.record)}

    # --- pools, as hv_kvp_daemon keeps them ---------------------------------------------------------------------------

    def _pool(self, number: int) -> Path:
        return self.root / "var/lib/hyperv" / f".kvp_pool_{number}"

    def pool(self, number: int) -> dict[str, str]:
        """Return a pool's pairs; a key that is there twice fails the test."""
        path = self._pool(number)
        content = path.read_bytes() if path.exists() else b""
        assert len(content) % 2_560 == 0
        records = [content[start : start + 2_560] for start in range(0, len(content), 2_560)]
        pairs = [(one[:512].split(b"\0")[0].decode(), one[512:].split(b"\0")[0].decode()) for one in records]
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    def set_pool(self, number: int, pairs: Mapping[str, str]) -> None:
        """Write a pool as the daemon does: it locks the file, truncates it, and writes all it knows."""
        # The daemon does not clear a record before it copies a value, so the bytes after the NUL are arbitrary.
        records = [
            name.encode().ljust(512, b"\0") + (value.encode() + b"\0").ljust(2_048, b"\xff")
            for name, value in pairs.items()
        ]
        with self._pool(number).open("ab") as locked:
            fcntl.lockf(locked, fcntl.LOCK_EX)
            self._pool(number).write_bytes(b"".join(records))

    def set_vm(self, vm: str) -> None:
        """Publish the VM id to the guest."""
        self.set_pool(3, {"HostName": "hyperv01", "VirtualMachineId": vm.upper()})

    def key(self, vm: str = VM) -> GuestKey | None:
        """Return the key that the guest publishes, as the operator reads it."""
        return parse_guest_ready(self.pool(1).get("ProvisioningReady"), vm)

    def state(self, vm: str = VM, run: str = RUN) -> GuestState | None:
        """Return the state that the guest publishes, as the operator reads it."""
        return parse_guest_state(self.pool(1).get("ProvisioningState"), vm, run, None)

    def final(self, vm: str = VM) -> GuestState | None:
        """Return the published state if it is final."""
        state = self.state(vm)
        return state if state is not None and state.is_final else None

    def at(self, step: str) -> GuestState | None:
        """Return the published state if it is at that step."""
        state = self.state()
        return state if state is not None and state.step == step else None

    def publish(self, sealed: str, *, without: str | None = None, **manifest: Any) -> None:
        """Publish sealed data as the host agent does, all at once; `without` names an item that is missing."""
        parts, text = split(sealed)
        pairs = {f"ProvisioningData.{number}": part for number, part in enumerate(parts)}
        pairs["ProvisioningData"] = json.dumps({**json.loads(text), **manifest})
        self.set_pool(0, {name: value for name, value in pairs.items() if name != without})

    def purge(self) -> None:
        """Delete the published data."""
        self.set_pool(0, {})

    # --- the guest ----------------------------------------------------------------------------------------------------

    @contextmanager
    def boot(
        self,
        *arguments: str,
        python: str = sys.executable,
        command: list[str] | None = None,
        kill_at: int | None = None,
    ) -> Iterator[Run]:
        """Run the guest; kill it when the block ends."""
        before = [] if kill_at is None else [str(HERE / "kill_at.py"), str(kill_at)]
        options = [
            "--key-bits",
            "2048",
            "--poll",
            "0.02",
            "--patience",
            "0",
            "--pause",
            "0.01",
            "--lock",
            "0.3",
            *arguments,
        ]
        start = command or [python, "-I", "-B", *before, str(GUEST)]
        with (self.record / "log").open("ab") as log:
            process = subprocess.Popen(
                [*start, "--root", str(self.root), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment(),
            )
        try:
            yield Run(process, self)
        finally:
            process.kill()
            process.wait()


class Run:
    """One run of the guest."""

    def __init__(self, process: subprocess.Popen[bytes], system: System) -> None:
        self.process = process
        self._system = system

    def until(self, what: Callable[[], _T | None]) -> _T:
        """Return the first true result; fail if the guest ends before, or after a minute."""
        deadline = time.monotonic() + 60
        while True:
            ended = self.process.poll() is not None
            found = what()
            if found:
                return found
            assert not ended, f"the guest has ended: {self._system.log()}"
            assert time.monotonic() < deadline, f"the guest takes too long: {self._system.log()}"
            self.rest()

    def rest(self) -> None:
        """Wait a moment, or until the guest ends."""
        try:
            self.process.wait(0.01)
        except subprocess.TimeoutExpired:
            return

    def finished(self) -> int:
        """Wait for the guest to end; return its exit code."""
        return self.process.wait(60)


def sealed_for(key: GuestKey, fields: Mapping[str, Any], *, vm: str = VM, run: str = RUN, **secrets: str) -> str:
    """Seal guest data as the operator does."""
    plaintext = guest_plaintext("linux", {**FIELDS, **fields}, {"guest_la_pw": PASSWORD, **secrets})
    return seal(plaintext, key, vm_id=vm, run_id=run)


def serve(system: System, run: Run, fields: Mapping[str, Any]) -> None:
    """Act as the host until the guest ends: publish data for each key, and purge it after the final state."""
    published: GuestKey | None = None
    deadline = time.monotonic() + 60
    while run.process.poll() is None:
        assert time.monotonic() < deadline, f"the guest takes too long: {system.log()}"
        state, key = system.state(), system.key()
        if state is not None and state.is_final:
            system.purge()
        elif key is not None and key != published:
            published = key
            system.publish(sealed_for(key, fields))
        run.rest()


def provision(system: System, fields: Mapping[str, Any], **options: Any) -> GuestState:
    """Boot the guest, act as its host, and return its final state."""
    with system.boot(**options) as run:
        serve(system, run, fields)
        assert run.finished() == 0, system.log()
    state = system.state()
    assert state is not None
    return state


def interpreters() -> list[str]:
    """Return the Pythons to run the guest with: this one, and 3.6 if it is installed."""
    oldest = shutil.which("python3.6")
    if oldest is None:
        return [sys.executable]
    # A version manager may have a wrapper for 3.6 without having 3.6.
    asked = subprocess.run([oldest, "-c", "import sys; print(sys.executable)"], check=False, capture_output=True)
    found = asked.stdout.decode().strip()
    return [sys.executable, found] if asked.returncode == 0 and found else [sys.executable]


def everything(system: System) -> dict[str, bytes]:
    """Return every file of the system and the records, except the standard input of chpasswd."""
    found = {}
    for top in (system.root, system.record):
        for folder, _, names in os.walk(top):
            for name in names:
                path = Path(folder) / name
                if path.is_file() and path != system.record / "stdin":
                    found[str(path.relative_to(top.parent))] = path.read_bytes()
    return found
