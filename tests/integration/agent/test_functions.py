"""The agent's built functions, run in PowerShell, agree with Python: the sealing with joserfc, the digest with the build."""

from __future__ import annotations

import json
from pathlib import Path

import agent
import pytest
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from hyperv_operator.protocol.guest import parse_guest_ready
from powershell import needs_pwsh, run

VM = "5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d"
RUN = "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10"

_SEAL = f"""
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$lines = @($input)
$key = ConvertFrom-HvoGuestReady -Text $lines[0] -VmId '{VM}'
$sealed = @($lines | Select-Object -Skip 1 | ForEach-Object {{
    Protect-HvoGuestData -Plaintext ([System.Text.Encoding]::UTF8.GetBytes($_)) -Key $key -VmId '{VM.upper()}' -RunId '{RUN}'
}})
ConvertTo-Json -Compress -InputObject @{{ kid = $key.Kid; sealed = $sealed }}
"""


@needs_pwsh
@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_joserfc_opens_what_the_agent_seals(bits: int, tmp_path: Path) -> None:
    functions = tmp_path / agent.FUNCTIONS
    functions.write_bytes(agent.scripts()[agent.FUNCTIONS])
    key, other = RSAKey.generate_key(bits), RSAKey.generate_key(2048)
    public = key.as_dict(private=False)
    ready = json.dumps({"protocol": 1, "vm": VM, "key": {"kty": "RSA", "n": public["n"], "e": public["e"]}})
    # Every length around a block of the cipher, and one that fills many parts.
    texts = ["x" * length for length in (1, 15, 16, 17)] + [
        json.dumps({"pw": "\u00e9\U0001f680\"'<&>", "long": "y" * 20_000})
    ]
    done = run(f". '{functions}'\n{_SEAL}", stdin="\n".join([ready, *texts]) + "\n")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["kid"] == key.thumbprint()
    guest_key = parse_guest_ready(ready, VM)
    assert guest_key is not None
    assert told["kid"] == guest_key.kid
    registry = jwe.JWERegistry(algorithms=["RSA-OAEP-256", "A256CBC-HS512"], strict_check_header=False)
    assert len({sealed.split(".")[1] for sealed in told["sealed"]}) == len(texts)
    for text, sealed in zip(texts, told["sealed"], strict=True):
        opened = jwe.decrypt_compact(sealed, key, registry=registry)
        assert (opened.plaintext or b"").decode() == text
        header = opened.headers()
        assert (header["kid"], header["vm"], header["run"]) == (key.thumbprint(), VM, RUN)
        with pytest.raises(JoseError):
            jwe.decrypt_compact(sealed, other, registry=registry)
        head, *rest = sealed.split(".")
        with pytest.raises(JoseError):
            jwe.decrypt_compact(
                ".".join([head, *rest[:-1], ("B" if rest[-1][0] == "A" else "A") + rest[-1][1:]]),
                key,
                registry=registry,
            )


_TAMPER = """
$file = [System.IO.FileInfo]::new('%s')
$times = $file.CreationTimeUtc, $file.LastWriteTimeUtc
$stream = $file.Open('Open', 'ReadWrite')
$stream.WriteByte(32)
$stream.Dispose()
[System.IO.File]::SetCreationTimeUtc($file.FullName, $times[0])
[System.IO.File]::SetLastWriteTimeUtc($file.FullName, $times[1])
"""


@needs_pwsh
def test_the_agent_computes_the_digest_of_the_build(tmp_path: Path) -> None:
    """Also of a file that was changed since in the same process, with the size and the times that it had."""
    built = agent.build(tmp_path, with_isos=False)
    files = tmp_path / "files"
    digest = f"Get-HvoAgentDigest -AgentFolder '{files}'"
    step = files / "steps" / "Removal.RemoveVM.ps1"
    before = step.stat()
    done = run(f". '{files}/{agent.FUNCTIONS}'; {digest}; {_TAMPER % step}; {digest}")
    assert (step.stat().st_size, step.stat().st_mtime_ns // 1_000) == (before.st_size, before.st_mtime_ns // 1_000)
    assert done.stdout.split() == [built, agent.digest(files)], done.stderr
    assert agent.digest(files) != built
