"""The guide for Linux images: its data source file wins, and its table says what `make userland` has found in each combination."""

from __future__ import annotations

import re

import pytest

from userland import images, rootfs
from userland.__main__ import table
from userland.trial import PROPERTIES, Outcome

GUIDE = images.GUIDE.read_text()


@pytest.mark.parametrize(
    "other",
    [
        "05_logging.cfg",
        "90_dpkg.cfg",
        "99-installer.cfg",
        "99_dpkg.cfg",
        "curtin-preserve-sources.cfg",
        "subiquity-disable-cloudinit-networking.cfg",
    ],
)
def test_its_files_decide_over_those_of_packages_and_installers(other: str) -> None:
    """cloud-init reads the folder in the order of the names; the last file decides (canonical/cloud-init, helpers.py)."""
    names = set(re.findall(r"/etc/cloud/cloud\.cfg\.d/([a-z-]+\.cfg)", GUIDE))
    assert names == {"zz-datasource.cfg", "zz-hyperv-operator.cfg"}
    assert all(max([other, name]) == name for name in names)


def test_its_table_has_each_combination_that_is_run_and_each_was_right() -> None:
    combinations = [
        (one, stack, kind) for one in rootfs.DISTRIBUTIONS for stack in images.STACKS for kind in ("static", "DHCP")
    ]
    right = table(Outcome(*combination, "applied", ({}, {}, {})) for combination in combinations)
    assert right in GUIDE


def test_a_property_that_is_not_right_shows_in_the_table() -> None:
    outcome = Outcome("Debian 12", "ifupdown", "static", "applied", ({}, {"host keys": "[]"}, {}))
    assert not outcome.is_right
    row = table([outcome]).splitlines()[-1]
    assert row.split(" | ")[4 + PROPERTIES.index("host keys")].strip(" |") == "yes no yes"
    assert not Outcome("Debian 12", "ifupdown", "static", "failed Network NotAsRequested", ({}, {}, {})).is_right
    assert not Outcome("Debian 12", "ifupdown", "static", "applied", ({},)).is_right
