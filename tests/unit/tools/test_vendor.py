"""The console's vendored libraries are the pinned ones, and a changed file is noticed without a network."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import npmpackage
import pytest
import vendor


def test_the_vendored_files_are_the_pinned_ones() -> None:
    assert vendor.differing(vendor.FOLDER) == []


def test_changed_missing_and_additional_files_are_named(tmp_path: Path) -> None:
    folder = shutil.copytree(vendor.FOLDER, tmp_path / "vendor")
    (folder / "htm.js").write_text("changed")
    (folder / "LICENSE-preact.txt").unlink()
    (folder / "other.js").touch()
    first, *others = vendor.differing(folder)
    assert first == "other.js is in no package"
    assert [one.split()[0] for one in others] == ["LICENSE-preact.txt", "htm.js"]


def test_imports_become_paths_and_pointers_to_source_maps_go() -> None:
    source = b'import{options as n}from"preact";export{n as x};\n//# sourceMappingURL=hooks.mjs.map\n'
    assert vendor.vendored(source, "hooks.js") == b'import{options as n}from"./preact.js";export{n as x};\n'
    assert vendor.vendored(source, "LICENSE.txt") == source


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Provide the archive that `npm pack` will have written."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        entry = tarfile.TarInfo("package/a.js")
        entry.size = 2
        tar.addfile(entry, io.BytesIO(b"ok"))

    def npm(arguments: list[str], *, cwd: Path, **_: Any) -> subprocess.CompletedProcess[str]:
        (cwd / "made.tgz").write_bytes(buffer.getvalue())
        return subprocess.CompletedProcess(arguments, 0, "", "")

    monkeypatch.setattr(npmpackage, "npm", npm)
    return buffer.getvalue()


def _package(archive: bytes) -> npmpackage.Package:
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    return npmpackage.Package("some", "1.0.0", f"sha512-{digest}")


def test_files_of_the_pinned_package_are_read(archive: bytes) -> None:
    assert npmpackage.read_files(_package(archive), ["a.js"]) == {"a.js": b"ok"}
    with pytest.raises(npmpackage.PackageUnusable, match=r"some@1\.0\.0 has no file b\.js"):
        npmpackage.read_files(_package(archive), ["b.js"])


def test_another_package_under_the_same_version_is_refused(archive: bytes) -> None:
    with pytest.raises(npmpackage.PackageUnusable, match="it was replaced in the registry"):
        npmpackage.read_files(_package(archive + b"x"), ["a.js"])


def test_a_registry_that_cannot_be_reached_is_reported_with_what_npm_said(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess[str]([], 1, "", "network is unreachable")
    monkeypatch.setattr(npmpackage, "npm", lambda *_, **__: failed)
    with pytest.raises(npmpackage.PackageUnusable, match="exited with 1: network is unreachable; check npm's registry"):
        npmpackage.read_files(vendor.HTM, ["LICENSE"])
