"""A machine of a real Debian, provisioned by its first boot and booted twice more without the ISO: `make userland` runs many."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from userland import images, rootfs
from userland.__main__ import build_iso
from userland.kvpdevice import FROM_HOST, KvpDevice, KvpUnavailable
from userland.trial import run_trial

DISTRIBUTION, STACK = "Debian 12", images.STACKS["ifupdown"]
MAKING_SECONDS = 120.0
"""How long a command may take that makes the root file systems. Where it takes longer, `make userland` has to make them first."""


@pytest.fixture(scope="module")
def debian() -> None:
    """Make the root file systems unless they are cached."""
    reason = rootfs.missing()
    if reason is not None:
        pytest.skip(reason)
    started = time.monotonic()
    try:
        rootfs.find_or_make(DISTRIBUTION, STACK.packages, print, within=MAKING_SECONDS)
        rootfs.tools(print)
    except rootfs.Unavailable as unavailable:
        pytest.skip(f"no root file system of {DISTRIBUTION} can be made here: {unavailable}")
    if time.monotonic() - started > MAKING_SECONDS:
        pytest.skip("the root file systems were made, which took too long to go on; the next run has them")


@pytest.mark.usefixtures("debian")
def test_an_installed_debian_keeps_all_that_was_requested_when_the_iso_is_gone(tmp_path: Path) -> None:
    outcome = run_trial(build_iso(tmp_path), DISTRIBUTION, STACK, "static", print)
    assert outcome.is_right, outcome


@contextmanager
def _device(folder: Path) -> Iterator[KvpDevice]:
    (folder / "hv_kvp").touch()
    with KvpDevice(folder / "hv_kvp") as device:
        yield device


@pytest.mark.usefixtures("debian")
def test_the_stand_in_for_the_device_of_the_kvp_daemon_notices_that_none_runs(tmp_path: Path) -> None:
    with _device(tmp_path) as device:
        with pytest.raises(KvpUnavailable, match="has not registered"):
            device.wait_registered(0)
        with pytest.raises(KvpUnavailable, match="is not running"):
            device.items(FROM_HOST)
    assert not [one for one in threading.enumerate() if one.name == "kvp-device"]
