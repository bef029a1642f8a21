"""The host that a job is for: another machine may stand behind its address."""

from __future__ import annotations

from typing import Any

from hostsim import texts
from hostsim.script import Failed
from hostsim.world import World


def check(world: World, job: dict[str, Any]) -> None:
    """Raise `Failed` if a job that changes the host does not name it, or if a job names another host."""
    named = job["host"].get("identity")
    if named is None:
        if job["schema"]["id"] in ("host-inventory", "host-preflight"):
            return
        raise Failed("InvalidDefinition", texts.invalid_keys(["host.identity"]))
    own = (world.smbios_uuid, world.machine_guid)
    wanted = (named["smbios_uuid"], named["machine_guid"])
    if [one.casefold() for one in own] != [one.casefold() for one in wanted]:
        raise Failed("HostIdentityChanged", texts.other_host(*wanted, *own))
