"""One guest, from its key to the state it ends with. Whoever kills it anywhere and starts it again gets the same end."""

import json
import re
import sys
from typing import Any, Callable, NamedTuple, Optional

from hvo_guest import account, codes, hostname, inbox, jwe, kvp, libcrypto, network, settings, ssh
from hvo_guest.store import Identity, State, Store
from hvo_guest.system import System
from hvo_guest.codes import StepFailed

UNIT = "hyperv-operator-guest.service"
_READY, _STATE = "ProvisioningReady", "ProvisioningState"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_FINAL = ("applied", "failed")

Options = NamedTuple("Options", [("key_bits", int), ("poll", float), ("tries", int)])
_Step = Callable[[System, settings.Settings], None]
_STEPS = (
    (codes.HOSTNAME, hostname.apply),
    (codes.ACCOUNT, account.apply),
    (codes.NETWORK, network.apply),
    (codes.SSH, ssh.apply),
)


class Guest:
    """The guest of whatever VM this system turns out to be."""

    def __init__(self, system: System, options: Options, library: Any) -> None:
        self._system = system
        self._options = options
        self._library = library
        self._pools = kvp.Pools(system.path(kvp.FOLDER))
        self._store = Store(system)
        self._said = ""

    def run(self) -> None:
        """Go on until the host has taken note of the final state, or until told to stop."""
        self._store.prepare()
        while not self._system.stop.is_set():
            vm = self._vm()
            if vm is not None and self._pass(vm):
                return
            self._system.stop.wait(self._options.poll)

    def _vm(self) -> Optional[str]:
        """Return the VM this is, or None while the host has not told.

        The pool outlasts reboots: a captured image shows the VM it was captured from until the host writes it anew. The
        firmware's own number is right at once, and tells such an image from the VM that the key was made for.
        """
        vm = self._pools.read(kvp.INTRINSIC).get("VirtualMachineId", "").lower()
        identity = self._store.identity()
        stale = identity is not None and identity.vm == vm and identity.machine != self._machine()
        if stale or not _GUID.match(vm):
            self._say("Waiting for the host to tell which VM this is; hv_kvp_daemon has to run.")
            return None
        return vm

    def _machine(self) -> str:
        return (self._system.read("/sys/class/dmi/id/product_uuid") or "").strip().lower()

    def _pass(self, vm: str) -> bool:
        """Do what can be done now; tell whether nothing is left to do."""
        identity = self._store.identity()
        if identity is None or identity.vm != vm:
            self._store.forget_all()
            identity = self._make_key(vm)
        state = self._store.state(vm)
        if state is not None and state.state in _FINAL:
            return self._finish(state, identity)
        key = libcrypto.PrivateKey.from_der(self._library, identity.key) if identity.key is not None else None
        if key is None:
            return False
        opened = self._stored(key, vm) or self._receive(key, vm)
        if opened is None:
            return False
        return self._finish(self._apply(opened, vm, jwe.thumbprint(jwe.public_jwk(key))), identity)

    def _make_key(self, vm: str) -> Identity:
        self._say("Making a key for VM %s." % vm)
        key = libcrypto.PrivateKey.generate(self._library, self._options.key_bits)
        identity = Identity(vm, self._machine(), key.to_der())
        self._store.save_identity(identity)
        return identity

    def _stored(self, key: libcrypto.PrivateKey, vm: str) -> Optional[jwe.Opened]:
        sealed = self._store.data()
        if sealed is None:
            return None
        try:
            return jwe.open_sealed(sealed, key, self._library, vm)
        except jwe.Refused:
            self._store.forget_data()  # not whole on the disk: ask for it again
            return None

    def _receive(self, key: libcrypto.PrivateKey, vm: str) -> Optional[jwe.Opened]:
        """Post the key, and take what is published for it."""
        ready = {"protocol": 1, "vm": vm, "key": {"kty": "RSA", **jwe.public_jwk(key)}}
        self._pools.change(kvp.FROM_GUEST, **{_READY: _compact(ready), _STATE: None})
        try:
            sealed = inbox.join(self._pools.read(kvp.FROM_HOST))
            if sealed is None:
                self._say("The key is posted; waiting for the configuration.")
                return None
            opened = jwe.open_sealed(sealed, key, self._library, vm)
        except jwe.Refused as refused:
            self._say("What the host has published is not taken: %s." % refused)
            return None
        self._store.save_data(sealed)
        return opened

    def _apply(self, opened: jwe.Opened, vm: str, kid: str) -> State:
        """Go through the steps; returns the final state, or the last one if told to stop."""
        state = State(vm, opened.run, kid, "applying", codes.READ, codes.NO_CODE)
        try:
            self._post(state)
            wanted = settings.parse(opened.plaintext)
            for step, apply in _STEPS:
                state = state._replace(step=step)
                self._post(state)
                self._try(apply, wanted)
                if self._system.stop.is_set():
                    return state
            return state._replace(state="applied", step=codes.DONE)
        except StepFailed as failed:
            return state if self._system.stop.is_set() else state._replace(state="failed", code=failed.code)

    def _try(self, apply: _Step, wanted: settings.Settings) -> None:
        """Do a step, several times if need be: at boot, what a step needs may not be up yet."""
        for attempt in range(1, self._options.tries + 1):
            try:
                apply(self._system, wanted)
            except StepFailed as failed:
                code = failed.code
            except OSError:
                code = "FileFailed"
            except Exception:  # noqa: BLE001 - what else went wrong may quote a field, so not even its text is kept
                code = "Internal"
            else:
                return
            self._say("Attempt %d of %d ended with %s." % (attempt, self._options.tries, code))
            if attempt == self._options.tries or code in codes.ONCE or self._system.stop.is_set():
                raise StepFailed(code)
            self._system.wait()

    def _finish(self, state: State, identity: Identity) -> bool:
        """Keep and post the final state, forget what was sealed, and, once the host has purged it, the key as well."""
        if state.state not in _FINAL:
            return False
        if self._store.state(state.vm) != state:
            self._store.save_state(state)
        self._store.forget_data()
        self._post(state)
        if not inbox.is_purged(self._pools.read(kvp.FROM_HOST)):
            return False
        if identity.key is not None:
            self._store.save_identity(identity._replace(key=None))
        if self._system.has("systemctl"):
            # Another VM made from this disk starts it again, if it is given the ISO.
            self._system.try_run(["systemctl", "disable", "--quiet", UNIT])
        return True

    def _post(self, state: State) -> None:
        self._say("%s: step %s, code %s." % (state.state, state.step, state.code))
        self._pools.change(kvp.FROM_GUEST, **{_STATE: _compact(dict(state._asdict())), _READY: None})

    def _say(self, text: str) -> None:
        """Tell the journal and the console, once."""
        if text != self._said:
            self._said = text
            print(text, file=sys.stderr, flush=True)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
