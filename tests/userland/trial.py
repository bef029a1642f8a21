"""One trial: a machine of an image is provisioned by its first boot, and looked at after each of three."""

from __future__ import annotations

import io
import json
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pycdlib

from hyperv_operator.protocol.guest import GuestState, parse_guest_ready, parse_guest_state
from hyperv_operator.protocol.job import guest_plaintext
from hyperv_operator.protocol.sealing import seal, split
from userland import images, rootfs
from userland.kvpdevice import FROM_GUEST, FROM_HOST, INTRINSIC, KvpDevice
from userland.machine import (
    DNS,
    DOMAIN,
    LEASE,
    OTHER_ROUTER,
    PROBE,
    PROBE_ADDRESS,
    PROBE_ADDRESS2,
    ROUTER,
    Machine,
    MachineFailed,
    Network,
)

VM = "5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d"
RUN = "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10"
PASSWORD = "Correct horse 9 battery"
ADDRESS = "192.168.1.101"
STATIC: dict[str, Any] = {
    "guest_v4_ipaddr": ADDRESS,
    "guest_v4_cidrprefix": 24,
    "guest_v4_defaultgw": ROUTER,
    "guest_v4_dns1": DNS,
    "guest_net_dnssuffix": DOMAIN,
}
PROPERTIES = ("address", "route", "DNS", "hostname", "account", "key", "host keys", "users", "cloud-init")


@dataclass(frozen=True)
class Outcome:
    """What a trial found: the guest's final state, and after each boot the properties that are not as they should be."""

    distribution: str
    stack: str
    addressing: str
    state: str
    boots: tuple[dict[str, str], ...]
    """For each boot, what was found instead of what was asked for, by property; nothing if all is right."""

    @property
    def is_right(self) -> bool:
        """Whether the guest reported `applied` and everything is as it was asked for after each boot."""
        return self.state == "applied" and len(self.boots) == 3 and not any(self.boots)


def read_iso(iso: Path) -> dict[str, bytes]:
    """Return the files of an ISO."""
    image = pycdlib.PyCdlib()
    image.open(str(iso))
    found = {}
    for folder, _, names in image.walk(rr_path="/"):
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            content = io.BytesIO()
            image.get_file_from_iso_fp(content, rr_path=path)
            found[path.lstrip("/")] = content.getvalue()
    image.close()
    return found


@contextmanager
def booted_from(
    iso: Path, distribution: str, stack: images.Stack, report: rootfs.Report
) -> Iterator[tuple[Machine, Network]]:
    """Provide a machine of the image with the ISO in its drive, off, and its network."""
    system = rootfs.find_or_make(distribution, stack.packages, report)
    with ExitStack() as stack_:
        folder = Path(stack_.enter_context(tempfile.TemporaryDirectory(dir=rootfs.cache_root(), prefix=".trial-")))
        (folder / "kvp").touch()
        name = f"{os.getpid() % 100_000}"  # of interfaces, which may have 15 characters
        network = stack_.enter_context(Network(folder, rootfs.tools(report), name))
        kvp = stack_.enter_context(KvpDevice(folder / "kvp"))
        vm = Machine(folder, system, network, kvp, name)
        stack_.callback(vm.eject)
        stack_.callback(vm.shut_down)
        with vm.prepared() as root:
            images.prepare(root, stack, read_iso(iso))
        vm.insert(iso)
        yield vm, network


def provision(vm: Machine, fields: dict[str, Any], seconds: float) -> GuestState:
    """Act as host and operator until the guest's final state; return it."""
    pause = threading.Event()
    vm.kvp.wait_registered(20)
    vm.kvp.set(INTRINSIC, {"HostName": "HV01", "VirtualMachineId": VM.upper()})
    published = None
    for _ in range(int(seconds)):
        posted = vm.kvp.items(FROM_GUEST)
        key = parse_guest_ready(posted.get("ProvisioningReady"), VM)
        state = parse_guest_state(posted.get("ProvisioningState"), VM, RUN, None)
        if state is not None and state.is_final:
            names = sorted(vm.kvp.items(FROM_HOST))
            vm.kvp.delete(FROM_HOST, names)
            assert vm.kvp.items(FROM_HOST) == {}
            return state
        if key is not None and key != published:
            published = key
            plaintext = guest_plaintext("linux", fields, {"guest_la_pw": PASSWORD})
            parts, manifest = split(seal(plaintext, key, vm_id=VM, run_id=RUN))
            vm.kvp.set(FROM_HOST, {f"ProvisioningData.{number}": part for number, part in enumerate(parts)})
            vm.kvp.set(FROM_HOST, {"ProvisioningData": manifest})
        pause.wait(1)
    raise MachineFailed(f"the guest has no final state: {vm.log()[-3000:]}")


def look(vm: Machine, network: Network, address: str, addressing: str) -> dict[str, Any]:
    """Return what the machine has, as its own commands and a login from outside show it."""
    addresses = [
        f"{one['local']}/{one['prefixlen']}"
        for link in vm.json("ip", "-json", "-4", "address", "show", "dev", "eth0", "scope", "global")
        for one in link.get("addr_info", ())
    ]
    routes = [route.get("gateway", "") for route in vm.json("ip", "-json", "-4", "route", "show", "default")]
    accounts = [line.split(":") for line in vm.run("getent", "passwd").splitlines()]
    keys = vm.run("sh", "-c", "for one in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $one; done").splitlines()
    return {
        "address": addresses,
        "route": routes[:1],
        # A lease's domain is searched or not, as the network service likes.
        "DNS": vm.ask("getent", "ahostsv4", PROBE if addressing == "static" else f"{PROBE}.{DOMAIN}").split()[:1],
        "hostname": [vm.run("uname", "-n").strip(), (vm.disk / "etc/hostname").read_text().strip()],
        "account": _account(vm),
        "key": _login(network, address),
        "host keys": sorted(" ".join(key.split()[i] for i in (-1, 1))[:20] for key in keys),
        "cloud-init": vm.ask("cloud-init", "status").split()[1:2],
        "users": sorted(name for name, _, uid, *_ in accounts if 1_000 <= int(uid) < 60_000),
    }


def _account(vm: Machine) -> list[str]:
    """Return who the local administrator is under sudo, with the password that was asked for."""
    command = ["runuser", "-u", "operator", "--", "sudo", "-k", "-S", "-p", "", "id", "-un"]
    return vm.run(*command, stdin=f"{PASSWORD}\n", check=False).split()


def _login(network: Network, address: str) -> list[str]:
    try:
        return network.ssh("ansible", address, "sudo -n id -un; id -un").split()
    except MachineFailed as failed:
        return [str(failed)[-120:].strip()]


def expected(addressing: str) -> dict[str, Any]:
    """Return what each property should be, except for the host keys."""
    static = addressing == "static"
    return {
        "address": [f"{ADDRESS if static else LEASE}/24"],
        "route": [ROUTER if static else OTHER_ROUTER],
        "DNS": [PROBE_ADDRESS if static else PROBE_ADDRESS2],
        "hostname": ["build-01", "build-01"],
        "account": ["root"],
        "key": ["root", "ansible"],
        "users": ["ansible", "operator"],
        "cloud-init": ["done"],
    }


def run_trial(iso: Path, distribution: str, stack: images.Stack, addressing: str, report: rootfs.Report) -> Outcome:
    """Provision a machine at its first boot, eject the ISO, boot twice more; look after each boot."""
    wanted = expected(addressing)
    address = wanted["address"][0].partition("/")[0]
    boots: list[dict[str, str]] = []
    with booted_from(iso, distribution, stack, report) as (vm, network):
        fields = {"vm_name": "build-01", "guest_la_uid": "operator", "cnf_ansible_ssh_user": "ansible"}
        fields |= {"cnf_ansible_ssh_key": network.new_key(), **(STATIC if addressing == "static" else {})}
        vm.boot()
        state = provision(vm, fields, 400)
        text = "applied" if state.state == "applied" else f"{state.state} {state.step} {state.code}"
        for number in (1, 2, 3):
            if number > 1:
                vm.shut_down()
                vm.eject()
                vm.boot()
            vm.wait_booted()
            found = look(vm, network, address, addressing)
            if number == 1:
                wanted["host keys"] = found["host keys"]
            boots.append({name: json.dumps(found[name]) for name in PROPERTIES if found[name] != wanted[name]})
    return Outcome(distribution, stack.name, addressing, text, tuple(boots))
