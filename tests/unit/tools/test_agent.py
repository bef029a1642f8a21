"""The agent's bundle is reproducible and complete, and its rollout script is self-contained."""

from __future__ import annotations

import ast
import os
import re
import shutil
import sys
from pathlib import Path

import agent
import isos
import pytest

from hyperv_operator.winrm.bundle import load_bundle
from unit.agent.source import COMMON, HOST, commands, nodes, parse_text, problems_of_51, text_of, windows_commands

ROOT = Path(__file__).resolve().parents[3]
TEXT = agent.script()


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    agent.build(folder)
    return folder


def test_the_bundle_is_reproducible(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "agent", tmp_path / "agent")
    for path in (tmp_path / "agent").rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(0o700)
    (tmp_path / "agent/host/lib/launch/Write-HvoLog.ps1~").write_text("left by an editor")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    agent.build(tmp_path / "out", tmp_path)
    assert _contents(tmp_path / "out") == _contents(bundle)


def test_what_an_older_bundle_had_is_gone(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "files/steps").mkdir(parents=True)
    (tmp_path / "files/steps/Provisioning.Old.ps1").write_text("old")
    agent.build(tmp_path)
    assert _contents(tmp_path) == _contents(bundle)


def test_it_contains_the_agent_and_its_isos_and_nothing_else(bundle: Path) -> None:
    sources = [path for path in HOST.rglob("*") if path.is_file() and "lib" not in path.parts]
    wanted = {path.relative_to(HOST).as_posix(): path.read_bytes() for path in sources}
    wanted |= {f"isos/{family}.iso": isos.build(kind) for family, kind in isos.kinds().items()}
    contents = _contents(bundle / "files")
    assert contents.pop(agent.FUNCTIONS)
    assert contents == wanted
    assert {"isos/windows.iso", "isos/linux.iso", "agent-manifest.json", "Get-HostInventory.ps1"} < wanted.keys()
    assert (bundle / "rollout.ps1").read_bytes() == TEXT.encode()
    assert {path.name for path in bundle.iterdir()} == {"files", "rollout.ps1", "first-contact.ps1"}


def test_hosts_accept_the_paths_of_all_files(bundle: Path) -> None:
    for name in _contents(bundle / "files"):
        assert re.fullmatch(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*", name)
        assert len(name) <= 200
        assert name.split("/")[0] not in {"versions", "agent.json"}


def test_one_file_contains_the_functions_of_all_others(bundle: Path) -> None:
    """A launch reads one file for all functions; the entry scripts and the tests load no other."""
    text = (bundle / "files" / agent.FUNCTIONS).read_bytes()
    root = parse_text(text)
    assert not root.has_error
    assert problems_of_51(text) == []
    assert b"<#" not in text
    (top,) = (child for child in root.children if child.type == "statement_list")
    assert {child.type for child in top.children} == {"function_statement"}
    defined = [text_of(node) for node in nodes(root, "function_name")]
    assert defined == sorted(path.stem for path in (HOST / "lib").rglob("*.ps1"))
    for path in (HOST / "lib").rglob("*.ps1"):
        assert re.sub(r" *<#.*?#>\n", "", path.read_text(), count=1, flags=re.DOTALL).encode() in text
    entries = [path for path in HOST.glob("*.ps1") if path.stem != "Invoke-HvoJob"]
    loads = {line for path in entries for line in path.read_text().splitlines() if line.startswith(". ")}
    assert loads == {f". (Join-Path $PSScriptRoot '{agent.FUNCTIONS}')"}


def test_a_launch_reads_few_files(bundle: Path) -> None:
    names = [
        name
        for name in _contents(bundle / "files")
        if name.endswith(".ps1") and not name.startswith(("steps/", "tasks/"))
    ]
    assert len(names) == 7


def test_the_isos_can_be_left_out(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert agent.main(["--without-isos", "--output", str(tmp_path / "a")]) == 0
    assert capsys.readouterr().out.split()[0] == agent.digest(tmp_path / "a" / "files")
    whole = _contents(bundle / "files")
    assert _contents(tmp_path / "a" / "files") == {name: whole[name] for name in whole if not name.startswith("isos/")}


def test_every_change_of_a_file_changes_the_digest(bundle: Path, tmp_path: Path) -> None:
    shutil.copytree(bundle / "files", tmp_path / "files")
    first = agent.digest(tmp_path / "files")
    assert first == agent.digest(bundle / "files")
    (tmp_path / "files/steps/Update.SetPower.ps1").rename(tmp_path / "files/steps/Update.SetPowers.ps1")
    second = agent.digest(tmp_path / "files")
    (tmp_path / "files/agent-manifest.json").write_text("{}")
    assert len({first, second, agent.digest(tmp_path / "files")}) == 3


def test_the_script_is_functions_and_the_line_that_starts_them() -> None:
    root = parse_text(TEXT.encode())
    assert not root.has_error
    assert TEXT.isascii()
    assert TEXT.endswith("}\n$input | Invoke-HvoRollout\n")
    (top,) = (child for child in root.children if child.type == "statement_list")
    assert {child.type for child in top.children[:-1]} == {"function_statement"}
    assert problems_of_51(TEXT.encode()) == []
    assert "<#" not in TEXT


def test_the_script_has_the_functions_that_it_calls_and_no_other() -> None:
    root = parse_text(TEXT.encode())
    defined = [text_of(node) for node in nodes(root, "function_name")]
    called = {one[0] for one in commands(root)}
    assert defined == sorted(set(defined))
    assert set(defined) == called - COMMON - windows_commands()


def test_the_script_loads_no_other_file() -> None:
    """The script is not a file on the host, so no other file is beside it."""
    assert "PSScriptRoot" not in TEXT
    assert "PSCommandPath" not in TEXT


def test_a_call_of_an_unknown_function_is_an_error(tmp_path: Path) -> None:
    for part in ("host/lib", "rollout"):
        shutil.copytree(ROOT / "agent" / part, tmp_path / "agent" / part)
    (tmp_path / "agent/host/lib/convert/ConvertTo-HvoHex.ps1").unlink()
    with pytest.raises(agent.BundleError, match="no function ConvertTo-HvoHex in agent/rollout"):
        agent.script(tmp_path)


def test_scripts_and_text_are_built_without_the_libraries_that_make_isos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "isos", None)
    assert agent.main(["--script"]) == 0
    assert capsys.readouterr().out == TEXT
    assert agent.main(["--without-isos", "--output", str(tmp_path)]) == 0


def test_the_command_builds_the_bundle_and_prints_its_digest(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert agent.main(["--output", str(tmp_path / "a")]) == 0
    assert capsys.readouterr().out.split()[0] == agent.digest(bundle / "files")
    assert _contents(tmp_path / "a") == _contents(bundle)


class TestImage:
    """The Dockerfile. The image cannot be built in a test, but the inputs of its build can be checked."""

    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")

    def test_every_path_that_is_copied_exists(self) -> None:
        sources = [
            name
            for line in self.text.splitlines()
            if line.startswith("COPY ") and "--from" not in line
            for name in line.split()[1:-1]
        ]
        assert {"agent", "tools/agent.py", "requirements/build.lock"} <= set(sources)
        assert [name for name in sources if not (ROOT / name).exists()] == []

    def test_the_libraries_that_build_the_bundle_are_locked(self) -> None:
        locked = re.findall(r"^([\w-]+)==", (ROOT / "requirements/build.lock").read_text(), re.MULTILINE)
        copied = set(re.findall(r"tools/(\w+)\.py", self.text))
        imported = set()
        for name in copied:
            for node in ast.walk(ast.parse((ROOT / "tools" / f"{name}.py").read_text())):
                if isinstance(node, ast.Import):
                    imported |= {one.name.split(".")[0] for one in node.names}
                elif isinstance(node, ast.ImportFrom):
                    imported.add((node.module or "").split(".")[0])
        assert imported - sys.stdlib_module_names - copied <= set(locked)
        assert "pycdlib" in imported

    def test_the_image_builds_with_the_versions_of_the_tests(self) -> None:
        pin = re.compile(r"^([\w-]+)==(\S+)", re.MULTILINE)
        tested = dict(pin.findall((ROOT / "requirements/test.lock").read_text()))
        for lock in ("build", "runtime"):
            pinned = dict(pin.findall((ROOT / f"requirements/{lock}.lock").read_text()))
            both = pinned.keys() & tested.keys()
            assert len(both) >= 5
            assert {name: pinned[name] for name in both} == {name: tested[name] for name in both}

    def test_the_image_has_kerberos(self) -> None:
        runtime = (ROOT / "requirements/runtime.lock").read_text()
        assert all(f"{name}==" in runtime for name in ("gssapi", "krb5"))
        assert "cython==" in (ROOT / "requirements/build.lock").read_text()
        _, _, image = self.text.rpartition("FROM ")
        assert "libgssapi-krb5-2" in image

    def test_the_image_sets_the_path_of_the_bundle(self) -> None:
        output = re.search(r"tools/agent\.py --output (\S+)", self.text)
        assert output
        assert f"COPY --from=build {output[1]} {output[1]}\n" in self.text
        assert re.search(rf"^ENV .*\bHVO_AGENT_FOLDER={output[1]}$", self.text, re.MULTILINE)


def test_a_signed_agent_is_a_version_of_its_own(tmp_path: Path) -> None:
    """Whoever signs the files does so before the rollout: the signature is a comment at the end, and part of the digest."""
    agent.build(tmp_path, with_isos=True)
    before = load_bundle(tmp_path)
    for path in (tmp_path / "files").rglob("*.ps1"):
        text = path.read_bytes() + b"\r\n# SIG # Begin signature block\r\n# MIIabc=\r\n# SIG # End signature block\r\n"
        assert not parse_text(text).has_error
        path.write_bytes(text)
    signed = load_bundle(tmp_path)
    assert signed.name != before.name
    assert signed.digest == agent.digest(tmp_path / "files")
    assert signed.script == before.script
