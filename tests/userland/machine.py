"""A machine: a real userland under its own systemd, with a disk that stays between boots, on a network with a router."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from userland import rootfs
from userland.kvpdevice import KvpDevice

HERE = Path(__file__).resolve().parent
MAC = "00:15:5d:00:00:01"
ROUTER, OTHER_ROUTER, DNS, DNS2 = "192.168.1.1", "192.168.1.2", "192.168.1.10", "192.168.1.11"
DOMAIN = "example.com"
PROBE, PROBE_ADDRESS, PROBE_ADDRESS2 = "probe", "192.168.1.77", "192.168.1.78"
LEASE = "192.168.1.200"


class MachineFailed(Exception):
    """A machine did not boot, or a command in it failed."""


def run(*command: str | Path, within: float = 60, stdin: str = "", check: bool = True) -> str:
    """Return the output of a command; raise MachineFailed if it fails and `check`."""
    try:
        done = subprocess.run(command, input=stdin, check=False, capture_output=True, text=True, timeout=within)
    except subprocess.TimeoutExpired as expired:
        raise MachineFailed(f"{' '.join(map(str, command))} takes too long: {expired.stdout!r}") from None
    if check and done.returncode != 0:
        raise MachineFailed(
            f"{' '.join(map(str, command))} exited with {done.returncode}: {(done.stderr + done.stdout)[-800:]}"
        )
    return done.stdout


class Network:
    """A network namespace with a router, a DHCP server, and two DNS servers that know one name."""

    def __init__(self, folder: Path, tools: Path, name: str) -> None:
        self._folder = folder
        self._tools = tools
        self.namespace = f"hvo-{name}-r"
        self._cables = 0
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        run("ip", "netns", "add", self.namespace)
        self._stack.callback(run, "ip", "netns", "delete", self.namespace)
        self._ip("link", "set", "lo", "up")
        self._ip("link", "add", "lan", "type", "bridge")
        self._ip("link", "set", "lan", "up")
        for address in (ROUTER, OTHER_ROUTER, DNS, DNS2):
            self._ip("address", "add", f"{address}/24", "dev", "lan")
        upper = self._folder / "router"
        upper.mkdir()
        self._root = self._stack.enter_context(rootfs.overlaid((self._tools,), upper))
        (self._root / "dev/null").touch()
        # A lease names another router and another DNS server than a static configuration, and each DNS server has another
        # address for the same name, so that a leftover of a lease shows.
        pool = [f"--dhcp-range={LEASE},{LEASE},10m", f"--dhcp-option=3,{OTHER_ROUTER}", f"--dhcp-option=6,{DNS2}"]
        self._serve(f"--listen-address={DNS}", f"--address=/{PROBE}.{DOMAIN}/{PROBE_ADDRESS}")
        self._serve(f"--listen-address={DNS2},{ROUTER}", f"--address=/{PROBE}.{DOMAIN}/{PROBE_ADDRESS2}", *pool)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _serve(self, *arguments: str) -> None:
        """Start a dnsmasq."""
        always = ["--keep-in-foreground", "--no-resolv", "--no-hosts", "--pid-file", "--log-facility=-", "--user=root"]
        always += ["--bind-interfaces", "--dhcp-leasefile=/tmp/leases", f"--domain={DOMAIN}"]
        log = self._stack.enter_context((self._folder / "router.log").open("a"))
        command = [*self._chroot(), "dnsmasq", *always, *arguments]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)

    def _ip(self, *arguments: str) -> None:
        run("ip", "-n", self.namespace, *arguments)

    def _chroot(self) -> list[str]:
        return ["nsenter", f"--net=/run/netns/{self.namespace}", "chroot", str(self._root)]

    def plug(self, namespace: str) -> None:
        """Connect a machine's namespace by a new cable; its end there is eth0."""
        self._cables += 1
        cable = f"cable{self._cables}"
        run(
            "ip",
            "link",
            "add",
            cable,
            "netns",
            self.namespace,
            "type",
            "veth",
            "peer",
            "name",
            "eth0",
            "netns",
            namespace,
        )
        run("ip", "-n", namespace, "link", "set", "eth0", "address", MAC)
        self._ip("link", "set", cable, "master", "lan", "up")

    def new_key(self) -> str:
        """Make an SSH key; return the public half."""
        run(*self._chroot(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/key")
        return (self._root / "root/key.pub").read_text().strip()

    def ssh(self, user: str, address: str, command: str) -> str:
        """Log in by SSH with that key and run a command."""
        options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
        options += ["-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-i", "/root/key"]
        return run(*self._chroot(), "ssh", *options, f"{user}@{address}", command, within=30)


class Machine:
    """One machine. It is off until `boot`."""

    def __init__(self, folder: Path, system: rootfs.Rootfs, network: Network, kvp: KvpDevice, name: str) -> None:
        self._folder = folder
        self._system = system
        self._network = network
        self.kvp = kvp
        self._namespace = f"hvo-{name}"
        self._cgroup = rootfs.cgroups() / f"hvo-{name}"
        self._process: subprocess.Popen[bytes] | None = None
        self._init: int | None = None
        self._disc: str | None = None
        self.disk = folder / "disk"
        self.disk.mkdir()

    @contextmanager
    def prepared(self) -> Iterator[Path]:
        """Provide the root of the machine while it is off, to prepare its image."""
        with rootfs.overlaid(self._system.layers, self.disk) as root:
            yield root

    def insert(self, iso: Path) -> None:
        """Insert a disc; it is there at the next boot."""
        self._disc = run("losetup", "--find", "--show", "--read-only", iso).strip()

    def eject(self) -> None:
        """Eject the disc; it is gone at the next boot."""
        if self._disc is not None:
            run("losetup", "--detach", self._disc)
        self._disc = None

    def boot(self) -> None:
        """Boot, and wait until systemd has started everything."""
        run("ip", "netns", "add", self._namespace)
        self._network.plug(self._namespace)
        (self._folder / "discs").write_text(f"{self._disc.removeprefix('/dev/loop')}\n" if self._disc else "")
        lower = ":".join(map(str, self._system.layers))
        script = ["bash", str(HERE / "boot.sh"), str(self._folder), lower, str(self._cgroup)]
        with (self._folder / "boot.log").open("ab") as log:
            command = ["nsenter", f"--net=/run/netns/{self._namespace}", *script]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._init = self._wait_for_init()

    def _wait_for_init(self) -> int:
        """Return the process that is number 1 in the machine."""
        assert self._process is not None
        for _ in _moments(20):
            if self._process.poll() is not None:
                raise MachineFailed((self._folder / "boot.log").read_text()[-800:])
            children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
            if children and Path(f"/proc/{children[0]}/comm").read_text().strip() == "systemd":
                return int(children[0])
        raise MachineFailed("systemd has not started")

    def wait_booted(self, seconds: float = 180) -> None:
        """Wait until systemd has no job left, and cloud-init has finished if it runs."""
        for _ in _moments(seconds):
            if self.ask("systemctl", "is-system-running").strip() in ("running", "degraded"):
                return
        raise MachineFailed(f"the machine has not booted: {self.ask('systemctl', 'list-jobs')}{self.log()[-3000:]}")

    def run(self, *command: str, within: float = 60, stdin: str = "", check: bool = True) -> str:
        """Return the output of a command in the machine; raise MachineFailed if it fails and `check`."""
        enter = [
            "nsenter",
            "--target",
            str(self._init),
            "--all",
            "env",
            "-i",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL=C",
        ]
        return run(*enter, *command, within=within, stdin=stdin, check=check)

    def ask(self, *command: str) -> str:
        """Return the output of a command in the machine, whether or not it fails."""
        return self.run(*command, check=False)

    def json(self, *command: str) -> Any:
        """Return the output of a command in the machine, which is JSON."""
        return json.loads(self.run(*command) or "[]")

    def log(self, unit: str | None = None) -> str:
        """Return the log of this boot."""
        return self.ask("journalctl", "--boot", "--no-pager", "--output=cat", *(["--unit", unit] if unit else []))

    def shut_down(self) -> None:
        """Shut down, and cut the power after half a minute."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                if self._init is not None:
                    self.ask("systemctl", "poweroff", "--no-block")
                    self._process.wait(30)
            self._process.kill()
            self._process.wait()
        self._process, self._init = None, None
        self.kvp.restarted()
        run("ip", "netns", "delete", self._namespace, check=False)
        for path in (*sorted(self._cgroup.rglob("*"), reverse=True), self._cgroup):
            if path.is_dir():
                path.rmdir()


def _moments(seconds: float) -> Iterator[None]:
    """Yield now and then until the time is over."""
    import threading

    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        pause.wait(0.2)
