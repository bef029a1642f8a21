"""The provisioning of one VM, from the key to the final state. It can be killed anywhere and started again."""

import json
import re
import sys
import time
from contextlib import suppress
from typing import Any, Callable, NamedTuple, Optional

from hvo_guest import account, cloudinit, codes, hostname, jwe, kvp, libcrypto, network, published, settings, ssh
from hvo_guest.codes import StepFailed
from hvo_guest.store import Identity, State, Store
from hvo_guest.system import System

UNIT = "hyperv-operator-guest.service"
_VM_ID = "VirtualMachineId"
_READY_KEY, _STATE_KEY = "ProvisioningReady", "ProvisioningState"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_FINAL = ("applied", "failed")

_LOCKED = "Another process holds the lock of a pool. Trying again."
_MIN_TRIES = 2

Options = NamedTuple("Options", [("key_bits", int), ("poll", float), ("patience", float), ("lock", float)])
_Step = Callable[[System, settings.Settings], None]
_STEPS = (
    (codes.HOSTNAME, hostname.apply),
    (codes.ACCOUNT, account.apply),
    (codes.NETWORK, network.apply),
    (codes.SSH, ssh.apply),
    (codes.CLOUD_INIT, cloudinit.apply),
)
_CHECKED = (
    (codes.HOSTNAME, hostname.apply, hostname.check),
    (codes.ACCOUNT, account.apply, account.check),
    (codes.NETWORK, network.apply, network.check),
    (codes.SSH, ssh.apply, ssh.check),
)
"""Read back once more when cloud-init has finished, because it and later steps could have changed an earlier one's work."""


class Guest:
    """The guest of the VM that this system runs in."""

    def __init__(self, system: System, options: Options, library: Any) -> None:
        self._system = system
        self._options = options
        self._library = library
        self._pools = kvp.Pools(system.path(kvp.FOLDER), system.stop, options.lock)
        self._store = Store(system)
        self._last_line = ""

    def run(self) -> None:
        """Run until the host has deleted its data after the final state, or until stopped."""
        self._store.prepare()
        while not self._system.stop.is_set():
            try:
                vm = self._vm()
                if vm is not None and self._reconcile(vm):
                    return
            except kvp.Locked:
                self._log(_LOCKED)
            self._system.stop.wait(self._options.poll)

    def _vm(self) -> Optional[str]:
        """Return the id of this VM, or None while the host has not published it.

        The pool survives reboots, so a captured image has the id of the VM that it was captured from until the host
        updates the pool. The SMBIOS UUID is correct from the start: if the key was created with another one, the id is stale.
        """
        vm = self._pools.read(kvp.INTRINSIC, _VM_ID.__eq__).get(_VM_ID, "").lower()
        identity = self._store.identity()
        stale = identity is not None and identity.vm == vm and identity.machine != self._smbios_uuid()
        if stale or not _GUID.match(vm):
            self._log("Waiting for the host to publish the id of this VM. hv_kvp_daemon must be running.")
            return None
        return vm

    def _smbios_uuid(self) -> str:
        return (self._system.read("/sys/class/dmi/id/product_uuid") or "").strip().lower()

    def _reconcile(self, vm: str) -> bool:
        """Do what is possible now; return whether nothing is left to do."""
        identity = self._store.identity()
        if identity is None or identity.vm != vm:
            self._store.delete_all()
            identity = self._create_key(vm)
        state = self._store.state(vm)
        if state is not None and state.state in _FINAL:
            return self._finish(state, identity)
        key = libcrypto.PrivateKey.from_der(self._library, identity.key) if identity.key is not None else None
        if key is None:
            return False
        unsealed = self._stored(key, vm) or self._receive(key, vm)
        if unsealed is None:
            return False
        return self._finish(self._apply(unsealed, vm, jwe.thumbprint(jwe.public_jwk(key))), identity)

    def _create_key(self, vm: str) -> Identity:
        self._log("Creating a key for VM %s." % vm)
        key = libcrypto.PrivateKey.generate(self._library, self._options.key_bits)
        identity = Identity(vm, self._smbios_uuid(), key.to_der())
        self._store.save_identity(identity)
        return identity

    def _stored(self, key: libcrypto.PrivateKey, vm: str) -> Optional[jwe.Unsealed]:
        sealed = self._store.data()
        if sealed is None:
            return None
        try:
            return jwe.unseal(sealed, key, self._library, vm)
        except jwe.Refused:
            self._store.delete_data()  # damaged on disk: wait for it again
            return None

    def _receive(self, key: libcrypto.PrivateKey, vm: str) -> Optional[jwe.Unsealed]:
        """Publish the key; store and return the data that the host has published for it."""
        ready = {"protocol": 1, "vm": vm, "key": {"kty": "RSA", **jwe.public_jwk(key)}}
        is_posted = True
        try:
            self._pools.change(kvp.FROM_GUEST, **{_READY_KEY: _compact(ready), _STATE_KEY: None})
        except kvp.Locked:  # the data may be there all the same, for the key that was posted before
            is_posted = False
        try:
            sealed = published.join(self._pools.read(kvp.FROM_HOST, published.is_part))
            if sealed is None:
                self._log("The key is published. Waiting for the configuration." if is_posted else _LOCKED)
                return None
            unsealed = jwe.unseal(sealed, key, self._library, vm)
        except jwe.Refused as refused:
            self._log("The published configuration is refused: %s." % refused)
            return None
        self._store.save_data(sealed)
        return unsealed

    def _apply(self, unsealed: jwe.Unsealed, vm: str, kid: str) -> State:
        """Apply the steps; return the final state, or the current one if stopped."""
        state = State(vm, unsealed.run, kid, "applying", codes.READ, codes.NO_CODE, "")
        try:
            self._announce(state)
            wanted = settings.parse(unsealed.plaintext)
            for step, apply in _STEPS:
                state = state._replace(step=step)
                self._announce(state)
                self._try(apply, wanted)
                if self._system.stop.is_set():
                    return state
            for step, apply, check in _CHECKED:
                state = state._replace(step=step)
                if not self._holds(check, wanted):
                    self._announce(state)
                    self._try(apply, wanted)
            return state if self._system.stop.is_set() else state._replace(state="applied", step=codes.DONE)
        except StepFailed as failed:
            if self._system.stop.is_set():
                return state
            return state._replace(state="failed", code=failed.code, field=failed.field)

    def _holds(self, check: _Step, wanted: settings.Settings) -> bool:
        try:
            check(self._system, wanted)
        except (StepFailed, OSError):
            return False
        return True

    def _try(self, apply: _Step, wanted: settings.Settings) -> None:
        """Apply a step, again and again for some minutes, because what it needs may not be there yet."""
        deadline = time.monotonic() + self._options.patience
        tries = 0
        while not self._system.stop.is_set():
            tries += 1
            try:
                apply(self._system, wanted)
            except StepFailed as error:
                failed = error
            except OSError:
                failed = StepFailed("FileFailed")
            except Exception:  # noqa: BLE001 - the text of another exception may contain a field, so it is dropped
                failed = StepFailed("Internal")
            else:
                return
            self._log("Try %d failed with %s." % (tries, _named(failed.code, failed.field)))
            is_last = tries >= _MIN_TRIES and time.monotonic() >= deadline
            if is_last or failed.code in codes.NOT_RETRIED:
                raise failed
            self._system.wait()

    def _finish(self, state: State, identity: Identity) -> bool:
        """Save and publish the final state and delete the data; once the host has purged its copy, delete the key, too."""
        if state.state not in _FINAL:
            return False
        if self._store.state(state.vm) != state:
            self._store.save_state(state)
        self._store.delete_data()
        self._publish(state)
        if not published.is_purged(self._pools.read(kvp.FROM_HOST, published.is_part)):
            return False
        if identity.key is not None:
            self._store.save_identity(identity._replace(key=None))
        if self._system.has("systemctl"):
            # A VM that is created from this disk enables the unit again when it boots with the ISO.
            self._system.try_run(["systemctl", "disable", "--quiet", UNIT])
        return True

    def _announce(self, state: State) -> None:
        """Publish the current step, if nobody holds the lock: that is no reason to stop."""
        with suppress(kvp.Locked):
            self._publish(state)

    def _publish(self, state: State) -> None:
        self._log("%s: step %s, code %s." % (state.state, state.step, _named(state.code, state.field)))
        item = {name: value for name, value in state._asdict().items() if name != "field" or value}
        self._pools.change(kvp.FROM_GUEST, **{_STATE_KEY: _compact(item), _READY_KEY: None})

    def _log(self, text: str) -> None:
        """Write a line to the journal and the console, unless it repeats the last one."""
        if text != self._last_line:
            self._last_line = text
            print(text, file=sys.stderr, flush=True)


def _named(code: str, field: str) -> str:
    return "%s (%s)" % (code, field) if field else code


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
