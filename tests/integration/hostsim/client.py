"""A client of a simulated host, built on pypsrp without the operator."""

from __future__ import annotations

import base64
import json
import tempfile
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import NAMESPACES, SelectorSet, WSMan

from hostsim.host import SimulatedHost
from hostsim.installation import ROOT, digest

_ENUMERATION = NAMESPACES["wsen"]
_WSMAN = NAMESPACES["wsman"]
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TEXT = "function Invoke-HvoRollout { $input }\n$input | Invoke-HvoRollout"
"""A rollout script text for the simulated agent."""
AGENT_FILES = {
    "agent-manifest.json": b'{"version":"2.0.0","schema_versions":[1,2]}',
    "Invoke-ProvisioningJob.ps1": b"# provisions\n",
    "Invoke-RemovalJob.ps1": b"# removes\n",
    "Invoke-UpdateJob.ps1": b"# updates\n",
    "Get-HostInventory.ps1": b"# looks\n",
    "steps/Empty.ps1": b"",
    "isos/linux.iso": bytes(range(256)) * 400,
}
"""A version of the agent for the simulated agent."""
INVENTORY: dict[str, Any] = {
    "schema": {"id": "host-inventory", "version": 1},
    "host": {"paths": {"images": "D:\\DiskImages", "machines": "D:\\VMs"}},
}
"""An inventory job."""


@dataclass(frozen=True)
class Ran:
    """The output of a pipeline."""

    output: list[str]
    errors: list[str]
    """The identifiers of the error records."""

    @property
    def last(self) -> dict[str, Any]:
        """The last object of the output."""
        found: dict[str, Any] = json.loads(self.output[-1])
        return found


class Client:
    """One connection with one shell."""

    def __init__(self, wsman: WSMan, pool: RunspacePool, host: SimulatedHost) -> None:
        self.identity = {"smbios_uuid": host.world.smbios_uuid, "machine_guid": host.world.machine_guid}
        self.wsman = wsman
        self.pool = pool
        self.text = TEXT

    def run(self, text: str, *inputs: str, is_command: bool = False) -> Ran:
        """Run a script text, or a command, to its end."""
        shell = PowerShell(self.pool)
        if is_command:
            shell.add_cmdlet(text)
        else:
            shell.add_script(text)
        shell.invoke(input=list(inputs))  # type: ignore[arg-type] # its hint forgets lists
        return Ran([str(one) for one in shell.output], [str(error.fq_error) for error in shell.streams.error])

    def roll(self, operation: str, *pieces: str, **header: Any) -> dict[str, Any]:
        """Make one call of a rollout; return its answer."""
        return self.run(self.text, json.dumps({"operation": operation, "root": ROOT, **header}), *pieces).last

    def bring(self, files: dict[str, bytes], upload: str | None = None) -> str:
        """Bring a version to the host; return its name."""
        upload = upload or uuid.uuid4().hex
        assert self.roll("receive", *pieces(files), upload=upload)["ok"]
        answer = self.roll("activate", upload=upload, digest=digest(files))
        assert answer["ok"], answer
        return str(answer["version"])

    def launch(self, script: str, job: dict[str, Any], version: str = "") -> Ran:
        """Start a script of a version, or of the agent that was installed by hand; the job names the client's host."""
        job = {**job, "host": {"identity": self.identity, **job["host"]}}
        folder = f"{ROOT}\\versions\\{version}" if version else ROOT
        data = base64.b64encode(json.dumps(job).encode()).decode()
        return self.run(f"$input | & '{folder}\\{script}'", data)

    def agent(self, version: str = "") -> dict[str, Any]:
        """Return what the inventory of a version says of the agent."""
        about: dict[str, Any] = json.loads(self.launch("Get-HostInventory.ps1", INVENTORY, version).output[0])["agent"]
        return about

    def shells(self, *, optimize: bool = True, most: int | None = 32_000) -> list[dict[str, str]]:
        """Enumerate the host's shells as Get-WSManInstance does, so many at a time."""
        request = ET.Element(f"{{{_ENUMERATION}}}Enumerate")
        if optimize:
            ET.SubElement(request, f"{{{_WSMAN}}}OptimizeEnumeration")
            if most is not None:
                ET.SubElement(request, f"{{{_WSMAN}}}MaxElements").text = str(most)
        answer = self.wsman.enumerate(SHELL, request)
        found = _shells(answer)
        while not any(one.tag.endswith("}EndOfSequence") for one in answer.iter()):
            answer = self.pull(answer.findtext(f".//{{{_ENUMERATION}}}EnumerationContext", ""), most)
            found += _shells(answer)
        return found

    def pull(self, context: str, most: int | None = None) -> ET.Element:
        """Ask for the next items of an enumeration."""
        request = ET.Element(f"{{{_ENUMERATION}}}Pull")
        ET.SubElement(request, f"{{{_ENUMERATION}}}EnumerationContext").text = context
        if most is not None:
            ET.SubElement(request, f"{{{_ENUMERATION}}}MaxElements").text = str(most)
        return self.wsman.pull(SHELL, request)

    def end_shell(self, shell_id: str) -> None:
        """Delete a shell by its id."""
        selectors = SelectorSet()
        selectors.add_option("ShellId", shell_id)
        self.wsman.delete(SHELL, selector_set=selectors)


def _shells(answer: ET.Element) -> list[dict[str, str]]:
    return [
        {child.tag.rpartition("}")[2]: child.text or "" for child in shell}
        for shell in answer.findall(".//rsp:Shell", NAMESPACES)
    ]


@contextmanager
def connected(
    host: SimulatedHost, *, name: str = "a client", configuration: str = "Microsoft.PowerShell"
) -> Iterator[Client]:
    """Provide a shell on a host."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as trusted:
        trusted.write(host.ca_pem)
        trusted.flush()
        with WSMan(
            host.address,
            port=host.port,
            username=host.username,
            password=host.password,
            auth="ntlm",
            cert_validation=trusted.name,  # type: ignore[arg-type] # its hint forgets paths
            operation_timeout=20,
            read_timeout=30,
        ) as wsman:
            pool = RunspacePool(wsman, configuration_name=configuration, idle_timeout=180)
            pool.shell.name = name
            pool.open()
            try:
                yield Client(wsman, pool, host)
            finally:
                # A fault or another client may have ended the shell.
                with suppress(WSManFaultError):
                    pool.close()


def pieces(files: dict[str, bytes], size: int = 40_000) -> list[str]:
    """Return files as pieces of this size in bytes."""
    return [
        piece(path, content[start : start + size], start)
        for path, content in files.items()
        for start in range(0, max(1, len(content)), size)
    ]


def piece(path: str, content: bytes, offset: int = 0) -> str:
    """Return one piece of a file."""
    return json.dumps({"path": path, "offset": offset, "data": base64.b64encode(content).decode()})


def names(shells: Sequence[dict[str, str]]) -> list[str]:
    """Return the names of enumerated shells."""
    return [shell.get("Name", "") for shell in shells]


def provisioning(schema_version: int = 1, run: str | None = None, attempt: int = 1) -> dict[str, Any]:
    """Return a launch of a new machine."""
    return {
        "schema": {"id": "vm-provisioning", "version": schema_version},
        "host": {"paths": {"images": "D:\\DiskImages", "machines": "D:\\VMs"}, "virtual_switch": "External"},
        "run": {
            "id": run or str(uuid.uuid4()),
            "machine_uid": "m-1",
            "cluster_uid": "c",
            "generation": 1,
            "attempt": attempt,
            "deadline_seconds": 60,
            "wait_seconds": 0,
        },
        "fields": {"vm_name": "one", "image_name": "Ubuntu 24.04", "gb_ram": 1, "cpu_cores": 1},
        "sealed_data": None,
    }
