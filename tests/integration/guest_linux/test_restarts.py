"""Kills and reboots at every point, captured images, and a KVP daemon that starts late."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hyperv_operator.protocol.guest import GuestProgress
from integration.guest_linux.rig import (
    OTHER_VM,
    PASSWORD,
    RUN,
    SSH,
    STATIC,
    VM,
    System,
    everything,
    provision,
    sealed_for,
    serve,
)

KEY_FILE = "var/lib/hyperv-operator-guest/identity.json"


def _end(system: System) -> dict[str, Any]:
    """Return the final state: all files except those of the host, without what depends on the key."""
    assert system.passwords.endswith(f":{PASSWORD}\n")
    files: dict[str, Any] = {
        name: content
        for name, content in everything(system).items()
        if name.startswith("root/") and "/.kvp_pool_" not in name
    }
    state = json.loads(files.pop("root/var/lib/hyperv-operator-guest/state.json"))
    posted = {name: json.loads(text) for name, text in system.pool(1).items()}
    assert posted["ProvisioningState"]["kid"] == state["kid"]
    del state["kid"], posted["ProvisioningState"]["kid"]
    return {**files, "state": state, "posted": posted, "live": (system.record / "live").read_text()}


def _ready(folder: Path, network: str) -> System:
    """Return a system whose guest was killed after it had published its key."""
    system = System(folder, network)
    with system.boot() as run:
        run.until(system.key)
    return system


def _check_kept(system: System) -> None:
    if system.key() is None and system.state() is not None:
        kept = {path.name for path in (system.root / KEY_FILE).parent.iterdir()}
        assert kept & {"data.jwe", "state.json"}, "it has published a state and lost the data"


def _kill_before(system: System, number: int, fields: dict[str, Any]) -> bool:
    """Kill the guest before that change and finish after a reboot; return False if it makes fewer changes."""
    with system.boot(kill_at=number) as run:
        serve(system, run, fields)
        if run.finished() == 0:
            return False
        assert run.process.returncode == -9, system.log()
    _check_kept(system)
    provision(system, fields)
    return True


@pytest.mark.parametrize("network", ["netplan", "ifupdown"])
@pytest.mark.parametrize("shard", range(3))
def test_killed_before_any_change_it_reaches_the_same_final_state(tmp_path: Path, network: str, shard: int) -> None:
    ready = _ready(tmp_path / "ready", network)
    fields = {**STATIC, **SSH}
    whole = ready.copy(tmp_path / "whole")
    provision(whole, fields)
    wanted = _end(whole)
    for number in itertools.count(1 + shard, 3):
        system = ready.copy(tmp_path / str(number))
        killed = _kill_before(system, number, fields)
        assert _end(system) == wanted, f"killed before change {number}"
        if not killed:
            break
    assert number > 30, "the audit hook has missed changes"


def test_killed_while_it_creates_its_key_it_creates_one_at_the_next_boot(tmp_path: Path) -> None:
    for number in range(1, 9):
        system = System(tmp_path / str(number))
        assert _kill_before(system, number, {})
        assert system.read("etc/hostname") == "build-01\n"


def test_a_reboot_while_it_waits_keeps_the_key(tmp_path: Path) -> None:
    system = System(tmp_path)
    with system.boot() as run:
        key = run.until(system.key)
    system.set_pool(1, {})
    with system.boot() as run:
        assert run.until(system.key) == key


def test_stopped_by_a_signal_it_continues_at_the_next_boot(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.fail("chpasswd", 10_000)
    with system.boot("--patience", "600", "--pause", "60") as run:
        key = run.until(system.key)
        system.publish(sealed_for(key, {}))
        run.until(lambda: "PasswordRefused" in system.log())
        run.process.terminate()
        assert run.finished() == 0
    state = system.state()
    assert state is not None
    assert (state.state, state.step) == (GuestProgress.APPLYING, "Account")
    system.fail("chpasswd", 0)
    assert provision(system, {}).state is GuestProgress.APPLIED


def test_data_that_is_purged_after_it_was_stored_is_still_applied(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.fail("chpasswd", 10_000)
    with system.boot("--patience", "600") as run:
        key = run.until(system.key)
        system.publish(sealed_for(key, {}))
        run.until(system.state)
    system.purge()
    system.fail("chpasswd", 0)
    with system.boot() as run:
        assert run.finished() == 0
    state = system.state()
    assert state is not None
    assert state.state is GuestProgress.APPLIED


def test_damaged_stored_data_is_received_again(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.fail("chpasswd", 10_000)
    with system.boot("--patience", "600") as run:
        key = run.until(system.key)
        system.publish(sealed_for(key, {}))
        run.until(system.state)
    system.write("var/lib/hyperv-operator-guest/data.jwe", "")
    system.fail("chpasswd", 0)
    assert provision(system, {}).state is GuestProgress.APPLIED


@pytest.mark.parametrize("done", [True, False], ids=["after it had finished", "while it was waiting"])
def test_a_captured_image_creates_a_new_key_and_keeps_nothing(tmp_path: Path, done: bool) -> None:
    system = System(tmp_path)
    with system.boot() as run:
        before = run.until(system.key)
        if done:
            serve(system, run, {**STATIC, **SSH})
            assert run.finished() == 0
    system.set_vm(OTHER_VM)
    system.write("sys/class/dmi/id/product_uuid", "22222222-bbbb\n")
    with system.boot() as run:
        key = run.until(lambda: system.key(OTHER_VM))
        assert key != before
        assert system.pool(1).keys() == {"ProvisioningReady"}
        system.publish(sealed_for(before, {}, vm=VM))
        run.until(lambda: "is refused" in system.log())
        system.publish(sealed_for(key, {"vm_name": "build-02"}, vm=OTHER_VM))
        run.until(lambda: system.final(OTHER_VM))
        system.purge()
        assert run.finished() == 0
    assert system.read("etc/hostname") == "build-02\n"


def test_a_captured_image_loses_its_address_and_its_sudo_rights(tmp_path: Path) -> None:
    system = System(tmp_path)
    provision(system, {**STATIC, **SSH})
    system.set_vm(OTHER_VM)
    system.write("sys/class/dmi/id/product_uuid", "22222222-bbbb\n")
    system.fail("netplan", 1)
    before = system.argv().count("netplan apply\n")
    with system.boot() as run:
        key = run.until(lambda: system.key(OTHER_VM))
        system.publish(sealed_for(key, {}, vm=OTHER_VM))
        run.until(lambda: system.final(OTHER_VM))
        system.purge()
        assert run.finished() == 0
    assert system.argv().count("netplan apply\n") == before + 2, "a file that was written but not applied is not enough"
    written = system.read("etc/netplan/90-hyperv-operator.yaml")
    assert '"dhcp4": true' in written
    assert "192.168.1.101" not in written
    assert not (system.root / "etc/sudoers.d/91-hyperv-operator-ssh").exists()


def test_a_captured_image_waits_for_its_vm_id(tmp_path: Path) -> None:
    """The pool still has the old VM id when the guest starts; the SMBIOS UUID shows that it is stale."""
    system = System(tmp_path)
    provision(system, {})
    system.write("sys/class/dmi/id/product_uuid", "22222222-bbbb\n")
    with system.boot() as run:
        run.until(lambda: "Waiting for the host to publish the id of this VM" in system.log())
        assert system.key() is None
        system.set_vm(OTHER_VM)
        run.until(lambda: system.key(OTHER_VM))


def test_an_image_whose_pool_has_the_id_of_its_build_vm_recovers(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.set_vm(OTHER_VM)
    with system.boot() as run:
        stale = run.until(lambda: system.key(OTHER_VM))
        system.set_vm(VM)
        assert run.until(system.key) != stale


def test_it_waits_for_a_daemon_that_starts_late(tmp_path: Path) -> None:
    system = System(tmp_path)
    for path in (system.root / "var/lib/hyperv").iterdir():
        path.unlink()
    (system.root / "var/lib/hyperv").rmdir()
    with system.boot() as run:
        run.until(lambda: "hv_kvp_daemon must be running" in system.log())
        (system.root / "var/lib/hyperv").mkdir()
        system.set_pool(3, {"VirtualMachineId": "garbage"})
        system.set_vm(VM)
        run.until(system.key)


def test_other_items_of_the_pool_are_kept(tmp_path: Path) -> None:
    system = System(tmp_path)
    stale = json.dumps({"vm": OTHER_VM, "run": RUN, "kid": "k", "state": "applied", "step": "Done", "code": "None"})
    system.set_pool(1, {"Before": "1", "ProvisioningState": stale, "Behind": "2"})
    provision(system, {})
    pairs = system.pool(1)
    assert (pairs["Before"], pairs["Behind"]) == ("1", "2")
    assert json.loads(pairs["ProvisioningState"])["run"] == RUN


def test_it_waits_for_the_lock_of_the_daemon_and_keeps_its_file(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.set_pool(1, {"Before": "1"})
    path = system.root / "var/lib/hyperv/.kvp_pool_1"
    inode = path.stat().st_ino
    with _holding(path) as daemon, system.boot() as run:
        run.until(lambda: "Another process holds the lock of a pool. Trying again." in system.log())
        assert system.pool(1) == {"Before": "1"}
        daemon.communicate(b"\n")
        run.until(system.key)
    assert path.stat().st_ino == inode


def test_a_lock_that_is_never_released_does_not_keep_it_from_applying(tmp_path: Path) -> None:
    system = System(tmp_path)
    path = system.root / "var/lib/hyperv/.kvp_pool_1"
    with system.boot("--lock", "0.1") as run:
        key = run.until(system.key)
        with _holding(path) as daemon:
            system.publish(sealed_for(key, {}))
            run.until((system.root / "var/lib/hyperv-operator-guest/state.json").exists)
            assert system.read("etc/hostname") == "build-01\n"
            daemon.communicate(b"\n")
        run.until(system.final)
        run.process.terminate()
        assert run.finished() == 0


def test_a_signal_stops_it_while_it_waits_for_a_lock(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.set_pool(1, {"Before": "1"})
    with _holding(system.root / "var/lib/hyperv/.kvp_pool_1"), system.boot("--lock", "600") as run:
        run.until(lambda: "Creating a key" in system.log())
        run.process.terminate()
        assert run.finished() == 0


@contextmanager
def _holding(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Provide a process that holds the lock of a file until it reads a line, as hv_kvp_daemon does for a moment."""
    code = "import fcntl, sys; f = open(sys.argv[1], 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX); print(flush=True); sys.stdin.readline()"
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as daemon:
        assert daemon.stdout is not None
        daemon.stdout.readline()
        yield daemon
        daemon.kill()
