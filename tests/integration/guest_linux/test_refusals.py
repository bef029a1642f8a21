"""Data that a guest refuses, and data that it cannot apply: it waits for correct data, and reports failures as codes."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import RSAKey

from hyperv_operator.protocol.guest import GuestKey, GuestProgress
from hyperv_operator.protocol.job import guest_plaintext
from hyperv_operator.protocol.sealing import seal, split
from integration.guest_linux.rig import (
    FIELDS,
    OTHER_VM,
    PASSWORD,
    RUN,
    SSH,
    SSH_KEY,
    STATIC,
    VM,
    System,
    provision,
    sealed_for,
    serve,
)

LONG = {"guest_of_tomorrow": "x" * 600}
"""An unknown field that makes the data two parts long."""
Tamper = Callable[[System, GuestKey], None]


def _segments(change: Callable[[list[str]], list[str]]) -> Tamper:
    def publish(system: System, key: GuestKey) -> None:
        system.publish(".".join(change(sealed_for(key, LONG).split("."))))

    return publish


def _flip(segment: str, at: int = 8) -> str:
    """Change one bit of the bytes that a segment encodes."""
    raw = bytearray(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    raw[at % len(raw)] ^= 1
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _flipped(number: int) -> Tamper:
    return _segments(lambda parts: [_flip(part) if index == number else part for index, part in enumerate(parts)])


def _header(**change: Any) -> Tamper:
    """Seal correctly, but with another header."""

    def publish(system: System, key: GuestKey) -> None:
        header = {"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512", "kid": key.kid, "vm": VM, "run": RUN, **change}
        public = RSAKey.import_key({"kty": "RSA", "n": key.n, "e": key.e})
        algorithms = [*(value for name, value in header.items() if name == "zip"), header["alg"], header["enc"]]
        registry = jwe.JWERegistry(algorithms=algorithms, strict_check_header=False)
        plaintext = guest_plaintext("linux", FIELDS, {"guest_la_pw": PASSWORD})
        system.publish(jwe.encrypt_compact(header, plaintext, public, registry=registry))

    return publish


def _other_key(system: System, key: GuestKey) -> None:
    public = RSAKey.generate_key(2048).as_dict(private=False)
    other = GuestKey.model_validate({"kty": "RSA", "n": public["n"], "e": public["e"]})
    system.publish(sealed_for(other, {}))


def _other_key_under_our_kid(system: System, key: GuestKey) -> None:
    """Data that is sealed to another key, with a header that names the right one."""
    other = RSAKey.generate_key(2048)
    header = {"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512", "kid": key.kid, "vm": VM, "run": RUN}
    registry = jwe.JWERegistry(algorithms=["RSA-OAEP-256", "A256CBC-HS512"], strict_check_header=False)
    system.publish(jwe.encrypt_compact(header, b"{}", other, registry=registry))


def _without(name: str) -> Tamper:
    def publish(system: System, key: GuestKey) -> None:
        # Not taken away afterwards: a quick guest would have read it by then.
        system.publish(sealed_for(key, LONG), without=name)

    return publish


def _manifest(**change: Any) -> Tamper:
    def publish(system: System, key: GuestKey) -> None:
        system.publish(sealed_for(key, LONG), **change)

    return publish


def _raw_manifest(text: str) -> Tamper:
    def publish(system: System, key: GuestKey) -> None:
        system.publish(sealed_for(key, {}), without="ProvisioningData")
        system.set_pool(0, {**system.pool(0), "ProvisioningData": text})

    return publish


def _oversized(system: System, key: GuestKey) -> None:
    """A part that is too long, with a correct checksum."""
    sealed = sealed_for(key, {"cnf_ansible_ssh_key": "x" * 2_000})
    parts = {f"ProvisioningData.{n}": sealed[n * 1_001 : (n + 1) * 1_001] for n in range(len(sealed) // 1_001 + 1)}
    digest = hashlib.sha256(sealed.encode()).hexdigest()
    manifest = {"protocol": 1, "parts": len(parts), "sha256": digest}
    system.set_pool(0, {**parts, "ProvisioningData": json.dumps(manifest)})


REFUSED: dict[str, tuple[Tamper, str]] = {
    "header changed": (_segments(lambda parts: [_flip(parts[0], 12), *parts[1:]]), "its header"),
    "wrapped key changed": (_flipped(1), "its authentication tag is wrong"),
    "vector changed": (_flipped(2), "its authentication tag is wrong"),
    "ciphertext changed": (_flipped(3), "its authentication tag is wrong"),
    "tag changed": (_flipped(4), "its authentication tag is wrong"),
    "tag cut": (_segments(lambda parts: [*parts[:4], parts[4][:20]]), "its authentication tag is wrong"),
    "no tag": (_segments(lambda parts: [*parts[:4], ""]), "it is not a JWE"),
    "ciphertext cut by a block": (_segments(lambda p: [*p[:3], p[3][:64], p[4]]), "its authentication tag is wrong"),
    "four segments": (_segments(lambda parts: parts[:4]), "it is not a JWE"),
    "padding": (_segments(lambda parts: [*parts[:4], parts[4] + "="]), "it is not a JWE"),
    "no wrapped key": (_segments(lambda parts: [parts[0], "", *parts[2:]]), "it is not a JWE"),
    "a short wrapped key": (_segments(lambda parts: [parts[0], "AAAA", *parts[2:]]), "its authentication tag is wrong"),
    "another VM": (_header(vm=OTHER_VM), "it is for another VM"),
    "no VM": (_header(vm=None), "it is for another VM"),
    "no run": (_header(run=""), "its header names no run"),
    "a run with a line end": (_header(run="a\nb"), "its header names no run"),
    "another key": (_other_key, "it is sealed to another key"),
    "another key under our kid": (_other_key_under_our_kid, "its authentication tag is wrong"),
    "another algorithm": (_header(enc="A256GCM"), "its header names other algorithms"),
    "compressed": (_header(zip="DEF"), "its header names other algorithms"),
    "first part missing": (_without("ProvisioningData.0"), "a part of it is missing"),
    "last part missing": (_without("ProvisioningData.1"), "a part of it is missing"),
    "one part too few": (_manifest(parts=1), "its checksum differs"),
    "wrong digest": (_manifest(sha256="ab" * 32), "its checksum differs"),
    "no digest": (_manifest(sha256=None), "its manifest has no checksum"),
    "too many parts": (_manifest(parts=121), "its manifest has an invalid number of parts"),
    "no parts": (_manifest(parts=0), "its manifest has an invalid number of parts"),
    "parts that are true": (_manifest(parts=True), "its manifest has an invalid number of parts"),
    "another protocol": (_manifest(protocol=2), "has another protocol version"),
    "a long manifest": (_manifest(padding="x" * 1_000), "its manifest is too long"),
    "no JSON": (_raw_manifest("{"), "its manifest is not JSON"),
    "a list": (_raw_manifest("[1]"), "has another protocol version"),
    "deep JSON": (_raw_manifest("[" * 900), "its manifest is not JSON"),
    "parts too long": (_oversized, "is empty or too long"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_invalid_data_is_refused_and_correct_data_is_still_accepted(tmp_path: Path, name: str) -> None:
    tamper, reason = REFUSED[name]
    system = System(tmp_path)
    with system.boot() as run:
        key = run.until(system.key)
        tamper(system, key)
        run.until(lambda: "is refused" in system.log())
        assert reason in system.log()
        assert system.key() == key
        assert system.state() is None
        assert not (system.root / "var/lib/hyperv-operator-guest/data.jwe").exists()
        assert system.argv() == ""
        serve(system, run, {})
        assert run.finished() == 0
    state = system.state()
    assert state is not None
    assert state.state is GuestProgress.APPLIED


def test_data_of_another_run_is_refused_after_data_was_stored(tmp_path: Path) -> None:
    """Replayed data of an older run must not replace that of a newer one."""
    system = System(tmp_path)
    old = "00000000-0000-4000-8000-000000000001"
    system.fail("chpasswd", 10_000)
    with system.boot("--patience", "600") as run:
        key = run.until(system.key)
        replayed = sealed_for(key, {"vm_name": "old-name"}, run=old)
        system.publish(sealed_for(key, {}))
        run.until(system.state)
        system.publish(replayed)
    with system.boot("--patience", "600") as run:  # and after a reboot in the middle of it
        run.until(system.state)
        system.fail("chpasswd", 0)
        run.until(system.final)
        system.publish(replayed)
    with system.boot() as run:  # and when it has finished, while the host has not purged the data
        run.until(lambda: system.pool(1).get("ProvisioningState"))
        system.purge()
        assert run.finished() == 0
    with system.boot() as run:
        system.publish(replayed)
        system.purge()
        assert run.finished() == 0
    assert system.read("etc/hostname") == "build-01\n"
    assert system.state(run=old) is None


def _sealed(key: GuestKey, plaintext: bytes) -> str:
    return seal(plaintext, key, vm_id=VM, run_id=RUN)


def _plain(**fields: Any) -> bytes:
    given = {**FIELDS, "guest_la_pw": PASSWORD, **fields}
    return guest_plaintext("linux", {name: value for name, value in given.items() if value is not None}, {})


INVALID: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{", "InvalidData"),
    "no object": (b"[]", "InvalidData"),
    "no fields": (b'{"protocol":1,"os_family":"linux"}', "InvalidData"),
    "another protocol": (b'{"protocol":2,"os_family":"linux","fields":{}}', "UnsupportedProtocol"),
    "for Windows": (guest_plaintext("windows", FIELDS, {"guest_la_pw": PASSWORD}), "WrongFamily"),
    "no password": (_plain(guest_la_pw=None), "InvalidData"),
    "a password of two lines": (_plain(guest_la_pw="x\nroot:y"), "InvalidData"),
    "an account that is an option": (_plain(guest_la_uid="--uid"), "InvalidData"),
    "an account of two fields": (_plain(guest_la_uid="a:b"), "InvalidData"),
    "an account of two lines": (_plain(guest_la_uid="a\nb"), "InvalidData"),
    "a name with a slash": (_plain(vm_name="../x"), "InvalidData"),
    "a name with a line end": (_plain(vm_name="build-01\n"), "InvalidData"),
    "half an address": (_plain(guest_v4_ipaddr="192.168.1.2"), "InvalidData"),
    "no address": (_plain(**{**STATIC, "guest_v4_ipaddr": "192.168.1.2\n[x]"}), "InvalidData"),
    "a prefix of text": (_plain(**{**STATIC, "guest_v4_cidrprefix": "24"}), "InvalidData"),
    "a gateway elsewhere": (_plain(**{**STATIC, "guest_v4_defaultgw": "10.0.0.1"}), "InvalidData"),
    "a suffix of two lines": (_plain(**{**STATIC, "guest_net_dnssuffix": "example.com\nx"}), "InvalidData"),
    "an SSH user without key": (_plain(cnf_ansible_ssh_user="ansible"), "InvalidData"),
    "an SSH key without user": (_plain(cnf_ansible_ssh_key=SSH_KEY), "InvalidData"),
    "a private key": (_plain(**{**SSH, "cnf_ansible_ssh_key": "-----BEGIN PRIVATE KEY-----"}), "InvalidData"),
    "an SSH key with options": (_plain(**{**SSH, "cnf_ansible_ssh_key": 'command="x" ' + SSH_KEY}), "InvalidData"),
}


@pytest.mark.parametrize("name", INVALID)
def test_invalid_fields_end_in_a_code_and_change_nothing(tmp_path: Path, name: str) -> None:
    plaintext, code = INVALID[name]
    system = System(tmp_path)
    with system.boot() as run:
        key = run.until(system.key)
        system.publish(_sealed(key, plaintext))
        state = run.until(system.final)
        system.purge()
        assert run.finished() == 0
    assert (state.state, state.step, state.code) == (GuestProgress.FAILED, "Read", code)
    assert system.argv() == "systemctl disable --quiet hyperv-operator-guest.service\n"
    assert not (system.root / "var/lib/hyperv-operator-guest/data.jwe").exists()


def _no_command(name: str) -> Callable[[System], None]:
    return lambda system: system.uninstall(name)


def _failing(name: str) -> Callable[[System], None]:
    return lambda system: system.fail(name, 100)


def _without_address(system: System) -> None:
    system.install("netplan")
    (system.root.parent / "bin/netplan").write_text("#!/bin/sh\n")


def _busy(system: System) -> None:
    system.write("run/cloud-init/status.json", "{}")


def _without_interface(system: System) -> None:
    (system.root / "sys/class/net/eth0/device/driver").unlink()


def _linked_keys(system: System) -> None:
    system.write("home/ansible/.ssh/id", "")
    system.write("etc/passwd", "ansible:x:0:0::/home/ansible:/bin/sh\n")
    (system.root / "home/ansible/.ssh/authorized_keys").symlink_to(system.root / "etc/hosts")


def _linked_folder(system: System) -> None:
    system.write("home/ansible/x", "")
    system.write("etc/passwd", "ansible:x:0:0::/home/ansible:/bin/sh\n")
    (system.root / "home/ansible/.ssh").symlink_to(system.root / "etc")


def _no_sudo(system: System) -> None:
    (system.root / "etc/sudoers.d").rmdir()


def _read_only(system: System) -> None:
    (system.root / "etc/netplan/90-hyperv-operator.yaml").mkdir()


FAILURES: dict[str, tuple[Callable[[System], None], str, str]] = {
    "hostnamectl": (_failing("hostnamectl"), "Hostname", "CommandFailed"),
    "useradd": (_failing("useradd"), "Account", "AccountRefused"),
    "no useradd": (_no_command("useradd"), "Account", "CommandMissing"),
    "chpasswd": (_failing("chpasswd"), "Account", "PasswordRefused"),
    "no sudo": (_no_sudo, "Account", "SudoMissing"),
    "visudo": (_failing("visudo"), "Account", "SudoersRefused"),
    "no network service": (_no_command("netplan"), "Network", "NoNetworkService"),
    "netplan": (_failing("netplan"), "Network", "CommandFailed"),
    "no interface": (_without_interface, "Network", "NoInterface"),
    "no address": (_without_address, "Network", "NotAsRequested"),
    "cloud-init that does not finish": (_busy, "CloudInit", "CloudInitBusy"),
    "a folder in the way": (_read_only, "Network", "FileFailed"),
    "keys that are a link": (_linked_keys, "Ssh", "PathRefused"),
    "a folder that is a link": (_linked_folder, "Ssh", "PathRefused"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failed_step_ends_in_its_code(tmp_path: Path, name: str) -> None:
    arrange, step, code = FAILURES[name]
    system = System(tmp_path)
    arrange(system)
    hosts = system.read("etc/passwd")
    state = provision(system, {**STATIC, **SSH})
    assert (state.state, state.step, state.code) == (GuestProgress.FAILED, step, code)
    assert not (system.root / "var/lib/hyperv-operator-guest/data.jwe").exists()
    assert PASSWORD not in system.log() + system.argv()
    assert SSH_KEY not in system.read("etc/hosts")
    assert system.read("etc/passwd").startswith(hosts)
    assert list(system.root.rglob(".*.hvo")) == []


def _keeps_lease(system: System) -> None:
    """A client that goes on renewing its lease beside the static address."""
    _after(system, "netplan", 'echo 192.168.1.200/24 >>"$FAKE_RECORD/live"')


def _no_suffix(system: System) -> None:
    _after(system, "netplan", 'sed -i /^search/d "$FAKE_ROOT/etc/resolv.conf"')


def _forgotten_name(system: System) -> None:
    _after(system, "hostnamectl", 'echo other >"$FAKE_RECORD/nodename"')


def _locked_account(system: System) -> None:
    _after(system, "chpasswd", """sed -i 's/^operator:/operator:!/' "$FAKE_ROOT/etc/shadow\"""")


def _expired_account(system: System) -> None:
    _after(system, "chpasswd", """sed -i 's/^operator:.*/operator:$y$x:1:0:9:7::20:/' "$FAKE_ROOT/etc/shadow\"""")


def _no_shell(system: System) -> None:
    system.write("etc/passwd", "operator:x:7:7::/home/operator:/usr/sbin/nologin\n")


def _no_includes(system: System) -> None:
    """A sudoers file that does not include the folder."""
    _after(system, "sudo", "exit 1")


def _other_keys_file(system: System) -> None:
    system.install("sshd")
    (system.record / "sshd").write_text("pubkeyauthentication yes\nauthorizedkeysfile /etc/ssh/keys/%u\n")


def _no_keys_at_all(system: System) -> None:
    system.install("sshd")
    (system.record / "sshd").write_text("pubkeyauthentication no\nauthorizedkeysfile .ssh/authorized_keys\n")


def _open_home(system: System) -> None:
    """sshd reads no keys from a home that others may write to (StrictModes)."""
    _after(system, "useradd", 'chmod 777 "$FAKE_ROOT/home/ansible" 2>&1 || true')


def _after(system: System, command: str, script: str) -> None:
    """Let something on the system change what a command has done."""
    place = system.root.parent / "bin" / command
    hidden = system.root.parent / "real"
    hidden.mkdir()
    place.rename(hidden / command)
    place.write_text(f'#!/bin/sh\nPATH=/usr/bin:/bin\n"{hidden / command}" "$@" && {script}\n')
    place.chmod(0o755)


DIFFERENCES: dict[str, tuple[Callable[[System], None], str, str]] = {
    "a lease beside the address": (_keeps_lease, "Network", "guest_v4_ipaddr"),
    "no suffix": (_no_suffix, "Network", "guest_net_dnssuffix"),
    "a name that is not kept": (_forgotten_name, "Hostname", "vm_name"),
    "an account that is locked": (_locked_account, "Account", "guest_la_pw"),
    "an account that has expired": (_expired_account, "Account", "guest_la_uid"),
    "an account without a shell": (_no_shell, "Account", "guest_la_uid"),
    "sudo that reads no rules": (_no_includes, "Account", "guest_la_uid"),
    "keys that are read elsewhere": (_other_keys_file, "Ssh", "cnf_ansible_ssh_key"),
    "no logins with keys": (_no_keys_at_all, "Ssh", "cnf_ansible_ssh_key"),
    "a home that others may write to": (_open_home, "Ssh", "cnf_ansible_ssh_key"),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_what_the_system_does_not_have_as_requested_is_named(tmp_path: Path, name: str) -> None:
    arrange, step, field = DIFFERENCES[name]
    system = System(tmp_path)
    arrange(system)
    state = provision(system, {**STATIC, **SSH})
    found = (state.state, state.step, state.code, state.field)
    assert found == (GuestProgress.FAILED, step, "NotAsRequested", field)


def test_what_cloud_init_changes_before_it_has_finished_is_changed_back(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.fail("uname", 0)
    system.write("run/cloud-init/status.json", "{}")
    with system.boot("--patience", "600") as run:
        system.publish(sealed_for(run.until(system.key), {}))
        run.until(lambda: "CloudInitBusy" in system.log())
        system.write("etc/hostname", "golden\n")
        system.write("run/cloud-init/result.json", "{}")
        state = run.until(system.final)
        system.purge()
        assert run.finished() == 0
    assert state.state is GuestProgress.APPLIED
    assert system.read("etc/hostname") == "build-01\n"


def test_a_missing_libcrypto_is_reported_and_nothing_is_published(tmp_path: Path) -> None:
    system = System(tmp_path)
    with system.boot("--libcrypto", "/nowhere/libcrypto.so") as run:
        assert run.finished() == 1
    assert "no libcrypto of OpenSSL 1.1 or 3 is installed. Install OpenSSL in the image." in system.log()
    assert system.pool(1) == {}


def test_a_second_instance_leaves_the_first_alone(tmp_path: Path) -> None:
    system = System(tmp_path)
    with system.boot() as first:
        first.until(system.key)
        with system.boot() as second:
            assert second.finished() == 1
        serve(system, first, {})
        assert first.finished() == 0
    assert "Another instance of the guest is already running." in system.log()


def test_the_long_field_makes_two_parts(tmp_path: Path) -> None:
    system = System(tmp_path)
    with system.boot() as run:
        sealed = sealed_for(run.until(system.key), LONG)
    assert len(split(sealed)[0]) == 2, "the tests above treat part 1 as the last one"
