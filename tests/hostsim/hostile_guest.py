"""A guest that somebody hostile controls: it writes into its KVP items whatever can do harm, as often as Hyper-V takes it."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import random
from collections.abc import Iterator
from typing import Any, Literal

from joserfc.jwk import RSAKey

from hostsim.views import GuestVm

HostileMode = Literal["rekeying", "writing"]
_SECONDS = 0.01
"""Between two writes."""


class HostileGuest:
    """One boot of a hostile guest. `keys` are those that it posts."""

    def __init__(self, vm: GuestVm, mode: HostileMode, boot_seconds: float, keys: list[RSAKey]) -> None:
        self._vm = vm
        self._mode = mode
        self._boot = boot_seconds
        self._keys = keys

    async def run(self) -> None:
        """Boot, then write for ever."""
        await asyncio.sleep(self._boot)
        self._vm.configure([])
        write = self._rekey if self._mode == "rekeying" else self._write
        for number in itertools.count():
            write(number)
            await asyncio.sleep(_SECONDS)

    def _rekey(self, number: int) -> None:
        """Post a key; another one for each publication of data and each second."""
        published = self._vm.from_host.get("ProvisioningData", "")
        at = sum(published.encode()) + number * _SECONDS
        self._vm.tell("ProvisioningReady", self._ready(self._keys[int(at) % len(self._keys)]))

    def _ready(self, key: RSAKey, **more: Any) -> str:
        public = key.as_dict(private=False)
        body = {"protocol": 1, "vm": self._vm.vm_id, "key": {"kty": "RSA", "n": public["n"], "e": public["e"]}, **more}
        return json.dumps(body, separators=(",", ":"))

    def _write(self, number: int) -> None:
        """Write one of the harmful values into each of the items that the operator reads, and names and addresses beside them."""
        dice = random.Random(number)
        for item in ("ProvisioningReady", "ProvisioningState"):
            self._vm.tell(item, dice.choice(list(self._values(dice))))
        self._vm.tell(
            dice.choice(["NetworkAddressIPv4", "FullyQualifiedDomainName", "OSName", "\u202ex", ""]), "A" * 2_000
        )
        self._vm.configure(
            [dice.choice(["fe80::1%eth0" * 9, "10.0.0.1", "", "\x00\x1b[2J", "\ud83d", "<b>&amp;"]) for _ in range(65)]
        )

    def _values(self, dice: random.Random) -> Iterator[str | None]:
        manifest = self._vm.from_host.get("ProvisioningData.0", "..")
        run = self._run_of(manifest)
        state = {"vm": self._vm.vm_id, "run": run, "kid": "k", "step": "", "code": ""}
        key = dice.choice(self._keys)
        yield None
        yield self._ready(key)
        yield self._ready(key, vm="00000000-0000-4000-8000-000000000000")
        yield self._ready(key, protocol=True)
        yield self._ready(key)[: dice.randrange(1, 300)]
        yield from (json.dumps({**state, "state": one}) for one in ("applied", "applying", "failed", "x" * 500, None))
        yield json.dumps({**state, "state": "failed", "code": "a" * 64, "step": "b" * 64})
        yield "[" * 1_000
        yield '{"vm":' + "9" * 900 + "}"
        yield '{"vm": NaN, "vm": 1e999}'
        yield "\ud83d" * 500
        yield "\u202e\x00\x1b]0;x\x07" * 50
        yield "{" + '"a":1,' * 150 + '"vm":"x"}'
        yield ""

    @staticmethod
    def _run_of(part: str) -> str:
        """Return the run that sealed data is for: its header is not encrypted."""
        try:
            header = json.loads(base64.urlsafe_b64decode(part.split(".", maxsplit=1)[0] + "=="))
            return str(header.get("run", ""))
        except (ValueError, AttributeError):
            return ""
