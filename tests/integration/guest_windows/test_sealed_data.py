"""The Windows guest decrypts and applies what the operator seals, on a machine in memory that PowerShell runs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hyperv_operator.protocol.guest import GuestKey, GuestProgress, parse_guest_ready, parse_guest_state
from hyperv_operator.protocol.job import guest_plaintext
from hyperv_operator.protocol.sealing import seal, split
from powershell import PWSH, needs_pwsh

VM = "5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d"
RUN = "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10"
EXAMPLES = Path(__file__).parents[3] / "Schemas" / "examples" / "guest"

pytestmark = [
    needs_pwsh,
    pytest.mark.timeout(240),
]


@dataclass
class LiveGuest:
    """A running guest. Each of its messages is answered with the values that the host publishes."""

    process: subprocess.Popen[str]

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read() if self.process.stderr else ""
        message: dict[str, Any] = json.loads(line)
        return message

    def answer(self, values: Mapping[str, str]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(values) + "\n")
        self.process.stdin.flush()


@contextmanager
def live_guest() -> Iterator[LiveGuest]:
    assert PWSH is not None
    script = Path(__file__).with_name("live_guest.ps1")
    command = [PWSH, "-NoProfile", "-NonInteractive", "-File", str(script), "-Vm", VM]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            yield LiveGuest(process)
        finally:
            process.kill()


def published(sealed: str) -> dict[str, str]:
    parts, manifest = split(sealed)
    return {**{f"ProvisioningData.{n}": part for n, part in enumerate(parts)}, "ProvisioningData": manifest}


def published_key(message: dict[str, Any]) -> GuestKey:
    key = parse_guest_ready(message["ready"], VM)
    assert key is not None
    return key


def fields_and_secrets(**more: Any) -> tuple[dict[str, Any], dict[str, str]]:
    fields = {**json.loads((EXAMPLES / "plaintext-windows.json").read_text())["fields"], **more}
    secrets = {name: fields.pop(name) for name in ("guest_la_pw", "guest_domain_joinpw")}
    return fields, secrets


@pytest.mark.parametrize(
    "password",
    [
        "Pa55-w0rd",
        "2026-01-01T00:00:00Z",
        '/Date(1234567890)/"quoted"\\ $(Get-Date) `n',
        "\u00e9\u4e2d\U0001f511 with spaces ",
    ],
)
def test_the_guest_applies_what_the_operator_seals(password: str) -> None:
    fields, secrets = fields_and_secrets(guest_la_pw=password)
    with live_guest() as guest:
        key = published_key(guest.receive())
        sealed = seal(guest_plaintext("windows", fields, secrets), key, vm_id=VM.upper(), run_id=RUN)
        guest.answer(published(sealed))
        end = guest.receive()
    assert end["result"] == "Applied"
    state = parse_guest_state(end["state"], VM, RUN, key.kid)
    assert state is not None
    assert (state.state, state.step, state.code) == (GuestProgress.APPLIED, "Done", "None")
    assert end["ready"] is None
    assert end["name"] == "web-server-01"
    assert end["password"] == password
    assert end["addresses"] == ["192.168.1.100/24"]
    assert end["joined_as"] == ["example.com\\svc-domainjoin"]
    assert end["join_password"] == ["example-join-password"]
    assert end["keys"] == 0
    assert not any(secret in text for text in end["left"] for secret in (password, "example-join-password"))


def test_the_largest_data_is_applied() -> None:
    fields, secrets = fields_and_secrets(guest_domain_joinou="OU=" + "x" * 509, guest_filler="y" * 40_000)
    with live_guest() as guest:
        key = published_key(guest.receive())
        sealed = seal(guest_plaintext("windows", fields, secrets), key, vm_id=VM, run_id=RUN)
        assert len(sealed) > 50_000
        guest.answer(published(sealed))
        assert guest.receive()["result"] == "Applied"


def test_other_data_is_ignored_until_the_right_data_is_published() -> None:
    fields, secrets = fields_and_secrets()
    plaintext = guest_plaintext("windows", fields, secrets)
    with live_guest() as guest, live_guest() as stranger:
        key = published_key(guest.receive())
        other = published_key(stranger.receive())
        assert other.kid != key.kid
        right = seal(plaintext, key, vm_id=VM, run_id=RUN)
        elsewhere = "00000000-0000-4000-8000-000000000000"
        attempts = [
            ("OtherVm", published(seal(plaintext, key, vm_id=elsewhere, run_id=RUN))),
            ("OtherKey", published(seal(plaintext, other, vm_id=VM, run_id=RUN))),
            ("NoRun", published(seal(plaintext, key, vm_id=VM, run_id="run"))),
            ("TagWrong", published(right[:-4] + ("AAAA" if not right.endswith("AAAA") else "BBBB"))),
            ("NoJwe", published(right.rsplit(".", 1)[0])),
            (
                "DigestWrong",
                published(right) | {"ProvisioningData.0": published(plaintext.decode() * 2)["ProvisioningData.0"]},
            ),
            ("PartMissing", {"ProvisioningData": published(right)["ProvisioningData"]}),
        ]
        for refusal, values in attempts:
            guest.answer(values)
            message = guest.receive()
            assert message["log"][-1].endswith(f"Waiting {refusal}")
            assert message["state"] is None
            assert published_key(message).kid == key.kid
        guest.answer(published(right))
        assert guest.receive()["result"] == "Applied"


def test_a_failure_is_published_as_a_state_that_the_operator_can_parse() -> None:
    fields, secrets = fields_and_secrets(vm_name="a-name-of-too-many-characters")
    with live_guest() as guest:
        key = published_key(guest.receive())
        guest.answer(published(seal(guest_plaintext("windows", fields, secrets), key, vm_id=VM, run_id=RUN)))
        end = guest.receive()
    assert end["result"] == "Failed"
    state = parse_guest_state(end["state"], VM, RUN, key.kid)
    assert state is not None
    assert (state.state, state.step, state.code) == (GuestProgress.FAILED, "Read", "InvalidData")
    assert end["name"] == "WIN-IMAGE"
    assert end["keys"] == 0
