"""The ISOs are reproducible and readable, and the Linux one starts its guest."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pycdlib
import pytest
import yaml

from integration.guest_linux.rig import ISO, System, serve

ROOT = Path(__file__).resolve().parents[3]
UNIT = "hyperv-operator-guest.service"


def _build(root: Path, output: Path, *families: str, **environment: str) -> bytes:
    """Build with the builder of a checkout; return the first ISO."""
    command = [sys.executable, str(root / "tools" / "isos.py"), "--output", str(output), *families]
    subprocess.run(command, check=True, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    return (output / f"{families[0]}.iso").read_bytes()


@pytest.fixture(scope="module")
def linux(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return _build(ROOT, tmp_path_factory.mktemp("isos"), "linux")


def _checkout(folder: Path) -> Path:
    """Copy what the builder needs, with other times and modes, a bytecode cache and a backup file."""
    shutil.copytree(ROOT / "tools", folder / "tools")
    shutil.copytree(ISO, folder / "agent/guest/linux/iso", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (folder / "agent").rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(0o700)
    cache = folder / "agent/guest/linux/iso/guest/__pycache__"
    cache.mkdir()
    (cache / "x.cpython-311.pyc").write_bytes(b"x")
    (folder / "agent/guest/linux/iso/user-data~").write_text("x")
    return folder


def _names(content: bytes, **facade: str) -> dict[str, bytes]:
    """Return the files as a reader of Rock Ridge or Joliet sees them."""
    iso = pycdlib.PyCdlib()
    iso.open_fp(io.BytesIO(content))
    kind = next(iter(facade))
    found = {}
    for folder, _, names in iso.walk(**facade):
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            target = io.BytesIO()
            iso.get_file_from_iso_fp(target, **{kind: path})
            found[path.lstrip("/")] = target.getvalue()
    iso.close()
    return found


def _sources(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def test_it_is_reproducible_in_another_folder_and_time_zone(tmp_path: Path, linux: bytes) -> None:
    again = _build(_checkout(tmp_path / "elsewhere"), tmp_path / "out", "linux", TZ="Asia/Tokyo", LC_ALL="C")
    assert again == linux


def test_its_time_is_fixed_or_that_of_source_date_epoch(tmp_path: Path, linux: bytes) -> None:
    other = _build(ROOT, tmp_path, "linux", SOURCE_DATE_EPOCH="1700000000")
    assert b"20231114" in other[16 * 2_048 : 17 * 2_048]
    assert b"20260101" in linux[16 * 2_048 : 17 * 2_048]


def test_cloud_init_finds_it_by_its_label(linux: bytes) -> None:
    assert linux[16 * 2_048 + 40 : 16 * 2_048 + 72].decode().rstrip() == "CIDATA"
    assert len(linux) < 512 * 1_024


@pytest.mark.parametrize("facade", [{"rr_path": "/"}, {"joliet_path": "/"}], ids=["Rock Ridge", "Joliet"])
def test_it_contains_the_guest_and_nothing_else(linux: bytes, facade: dict[str, str]) -> None:
    assert _names(linux, **facade) == dict(_sources(ISO))


def test_the_windows_iso_takes_scripts_and_settings_at_any_depth(tmp_path: Path) -> None:
    root = _checkout(tmp_path / "checkout")
    folder = root / "agent/guest/windows/iso"
    wanted = {
        "Start-Guest.ps1": b"\xef\xbb\xbf# start\r\n",
        "unattend.xml": b"<x/>",
        "settings.json": b"{}",
        "guest.conf": b"a=b",
        "modules/Guest.Key.with.a.long.name/Guest.Key.with.a.long.name.psm1": b"# module",
    }
    for name, content in {**wanted, "README.md": b"not for the guest", "modules/x.tmp": b"x"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    built = _build(root, tmp_path / "out", "windows")
    assert _names(built, joliet_path="/") == wanted
    assert built[16 * 2_048 + 40 : 16 * 2_048 + 72].decode().rstrip() == "HVOWIN"
    assert _build(root, tmp_path / "again", "windows", TZ="America/New_York") == built


def test_a_guest_without_files_is_an_error(tmp_path: Path) -> None:
    root = _checkout(tmp_path / "checkout")
    command = [sys.executable, str(root / "tools" / "isos.py"), "--output", str(tmp_path / "out"), "windows"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "There is nothing for the ISO HVOWIN" in done.stderr
    assert not (tmp_path / "out").exists()


def _bootcmd(content: bytes) -> list[str]:
    data: dict[str, Any] = yaml.safe_load(_names(content, rr_path="/")["user-data"])
    assert _names(content, rr_path="/")["user-data"].startswith(b"#cloud-config\n")
    assert (data["preserve_hostname"], data["users"]) == (True, [])
    [command] = data["bootcmd"]
    return [str(word) for word in command]


def test_its_meta_data_is_the_same_for_each_vm_and_runs_before_the_network(linux: bytes) -> None:
    assert yaml.safe_load(_names(linux, rr_path="/")["meta-data"]) == {
        "instance-id": "hyperv-operator",
        "dsmode": "local",
    }


def _insert(system: System, content: bytes) -> dict[str, str]:
    """Insert the ISO into the drive of the system; return the environment of cloud-init's commands."""
    disc = system.root.parent / "disc"
    for name, data in _names(content, rr_path="/").items():
        (disc / name).parent.mkdir(parents=True, exist_ok=True)
        (disc / name).write_bytes(data)
        (disc / name).chmod(0o444)
    commands = system.root.parent / "drive"
    commands.mkdir()
    for name, text in {
        "blkid": '[ "$*" = "-L CIDATA" ] && echo /dev/sr0',
        "mount": f'[ "$1 $2 $3" = "-o ro /dev/sr0" ] && cp -R "{disc}/." "$4"',
        "umount": 'rm -r "$1"/*',
    }.items():
        (commands / name).write_text(f"#!/bin/sh\n{text}\n")
        (commands / name).chmod(0o755)
    environment = system.environment()
    path = f"{commands}:{environment['PATH']}:/usr/bin:/bin"
    return {**environment, "PATH": path, "DESTDIR": str(system.root), "TMPDIR": str(system.root.parent)}


def test_cloud_init_installs_and_starts_the_guest_at_every_boot(tmp_path: Path, linux: bytes) -> None:
    system = System(tmp_path)
    environment = _insert(system, linux)
    library = system.root / "usr/local/lib/hyperv-operator-guest"
    for _ in range(2):
        subprocess.run(_bootcmd(linux), check=True, env=environment)
        assert dict(_sources(library)) == dict(_sources(ISO / "guest"))
        library.joinpath("left-over.py").write_text("")
    assert [path.name for path in library.parent.iterdir()] == ["hyperv-operator-guest"]
    assert (system.root / "etc/systemd/system" / UNIT).read_bytes() == (ISO / "guest" / UNIT).read_bytes()
    assert (system.root / "etc/systemd/system/multi-user.target.wants" / UNIT).exists()
    started = [line for line in system.argv().splitlines() if line.startswith("systemctl")]
    wanted = ["systemctl daemon-reload", f"systemctl enable --quiet {UNIT}", f"systemctl start --no-block {UNIT}"]
    assert started == wanted * 2
    assert not list(tmp_path.glob("tmp.*"))


def test_at_later_boots_without_the_iso_its_command_does_nothing(tmp_path: Path, linux: bytes) -> None:
    """cloud-init keeps the user-data of the ISO, and a command that fails would make the whole boot an error."""
    system = System(tmp_path)
    environment = _insert(system, linux)
    (tmp_path / "drive" / "blkid").write_text("#!/bin/sh\nexit 2\n")
    done = subprocess.run(_bootcmd(linux), check=True, env=environment, capture_output=True, text=True)
    assert "The ISO of hyperv-operator is not in the drive." in done.stdout
    assert system.argv() == ""
    assert not (system.root / "usr/local/lib/hyperv-operator-guest").exists()


def test_the_installed_guest_works(tmp_path: Path, linux: bytes) -> None:
    system = System(tmp_path)
    subprocess.run(_bootcmd(linux), check=True, env=_insert(system, linux))
    (system.root.parent / "bin" / "python3").symlink_to(sys.executable)
    (system.root.parent / "bin" / "dirname").symlink_to("/usr/bin/dirname")
    unit = (system.root / "etc/systemd/system" / UNIT).read_text()
    [start] = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    shell, script = start.removeprefix("ExecStart=").split()
    with system.boot(command=[shell, str(system.root / script.lstrip("/"))]) as run:
        serve(system, run, {})
        assert run.finished() == 0
    assert system.final() is not None
    assert not (system.root / "etc/systemd/system/multi-user.target.wants" / UNIT).exists()


def test_an_image_without_python_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    command = ["/bin/sh", str(ISO / "guest" / "run.sh")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "needs Python 3.6 or later. Install it in the image." in done.stderr
