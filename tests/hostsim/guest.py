"""The guest in a VM: it has a real RSA key, and receives, decrypts and applies the published data."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Coroutine
from functools import cache
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from hostsim.faults import GuestMode
from hostsim.hostile_guest import HostileGuest
from hostsim.views import GuestVm

_KEYS = 4
_ALGORITHMS = ["RSA-OAEP-256", "A256CBC-HS512"]


@cache
def _key(number: int) -> RSAKey:
    """Return one of a few keys that all guests share, because generating a key is slow."""
    return RSAKey.generate_key(2048)


def start(vm: GuestVm, mode: GuestMode, boot_seconds: float, apply_seconds: float) -> Coroutine[Any, Any, None]:
    """Return one boot of a VM's guest, to be run as a task."""
    if mode in ("rekeying", "writing"):
        return HostileGuest(vm, mode, boot_seconds, [_key(number) for number in range(_KEYS)]).run()
    return Guest(vm, mode, boot_seconds, apply_seconds).run()


class Guest:
    """One boot of one guest."""

    def __init__(self, vm: GuestVm, mode: GuestMode, boot_seconds: float, apply_seconds: float) -> None:
        self._vm = vm
        self._mode = mode
        self._boot = boot_seconds
        self._apply = apply_seconds
        self._key = _key(int(vm.vm_id[:2], 16) % _KEYS)

    async def run(self) -> None:
        """Boot, post the key, wait for the data and apply it; runs until that is done or the VM is stopped."""
        await asyncio.sleep(self._boot)
        if self._vm.received is not None:
            # After a reboot it already has its data and posts no key.
            self._vm.configure(self._addresses(self._vm.received))
            if self._mode == "stopping":
                self._vm.shut_down()
            return
        # From now on its heartbeat reaches Hyper-V, whatever its provisioning service does.
        self._vm.configure([])
        if self._mode == "silent":
            return
        self._vm.tell("ProvisioningReady", self._ready())
        handled = ""
        while True:
            changed = self._vm.changed
            manifest = self._vm.from_host.get("ProvisioningData", "")
            if manifest and manifest != handled:
                handled = manifest
                opened = self._open(manifest)
                if opened:
                    await self._configure(*opened)
                    return
            await changed.wait()

    def _ready(self) -> str:
        public = self._key.as_dict(private=False)
        vm_id = "00000000-0000-4000-8000-000000000000" if self._mode == "foreign" else self._vm.vm_id
        key = {"kty": "RSA", "n": public["n"], "e": public["e"]}
        text = json.dumps({"protocol": 1, "vm": vm_id, "key": key}, separators=(",", ":"))
        return "<not json" if self._mode == "garbage" else text

    def _open(self, manifest: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Join, verify and decrypt the published parts; None if they are not for this guest."""
        published = json.loads(manifest)
        data = "".join(self._vm.from_host.get(f"ProvisioningData.{n}", "") for n in range(published["parts"]))
        if hashlib.sha256(data.encode()).hexdigest() != published["sha256"]:
            return None
        try:
            registry = jwe.JWERegistry(algorithms=_ALGORITHMS, strict_check_header=False)
            opened = jwe.decrypt_compact(data, self._key, registry=registry)
        except JoseError:
            return None
        header = dict(opened.headers())
        if header.get("vm") != self._vm.vm_id or header.get("kid") != self._key.thumbprint():
            return None
        plaintext = json.loads(opened.plaintext or b"{}")
        return header, plaintext

    async def _configure(self, header: dict[str, Any], data: dict[str, Any]) -> None:
        vm = self._vm
        vm.received = data
        self._report_state(header, "applying", "Hostname")
        vm.tell("ProvisioningReady", None)
        await asyncio.sleep(self._apply)
        if self._mode == "failing":
            self._report_state(header, "failed", "DomainJoin", "LogonFailure")
            return
        vm.configure(self._addresses(data))
        self._report_state(header, "applied", "")

    def _addresses(self, data: dict[str, Any]) -> list[str]:
        octet = int(self._vm.vm_id[:4], 16) % 250 + 2
        return [str(data["fields"].get("guest_v4_ipaddr") or f"10.20.30.{octet}")]

    def _report_state(self, header: dict[str, Any], state: str, step: str, code: str = "") -> None:
        ids = {"vm": header["vm"], "run": header["run"], "kid": header["kid"], "state": state}
        text = json.dumps({**ids, "step": step, "code": code}, separators=(",", ":"))
        self._vm.tell("ProvisioningState", text)
