"""The agent's folder on a host: the installation by hand, the versions from rollouts, and their digests."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Literal

ROOT = "C:\\ProgramData\\HyperVOperator"
"""Path of the folder on every host."""
SCRIPTS = (
    "Invoke-ProvisioningJob.ps1",
    "Invoke-RemovalJob.ps1",
    "Invoke-UpdateJob.ps1",
    "Get-HostInventory.ps1",
    "Get-HostPreflight.ps1",
)
"""The scripts that can be launched."""
MANUAL_VERSION = "1.0.0"
"""Version of the agent that was installed by hand."""
Installation = Literal["by-hand", "none", "unprepared"]
"""What was done by hand before the host starts: the agent installed, the folder prepared, or nothing."""
_VERSION = re.compile(r"[0-9a-f]{16}")
_VERSIONS = "versions/"
_INCOMING = f"{_VERSIONS}.incoming-"


def digest(files: Mapping[str, bytes]) -> str:
    """Return the digest of a folder from its files by relative path."""
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  {path}\n"
        for path, content in files.items()
        if path != "agent.json" and not path.startswith(_VERSIONS)
    ]
    lines.sort(key=lambda line: line.encode("utf-16-be"))
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def name_of(version_digest: str) -> str:
    """Return the name of the version with this digest."""
    return version_digest.removeprefix("sha256:")[:16]


_ROOTS = {"images": ["D:\\DiskImages"], "machines": ["D:\\VMs"]}


def incoming(upload: str) -> str:
    """Return the staging folder of an upload."""
    return f"{_INCOMING}{upload}"


def is_at(root: str) -> bool:
    """Return whether a Windows path is the folder's."""
    return root.rstrip("\\").casefold() == ROOT.casefold()


def version_in(script: str) -> str:
    """Return the name of the version that a script's Windows path is in; empty for the agent installed by hand."""
    parts = script.split("\\")
    return parts[-2] if len(parts) > 2 and parts[-3].casefold() == "versions" else ""


def installed(installation: Installation) -> dict[str, bytes]:
    """Return the initial files, for the simulated agent."""
    if installation == "unprepared":
        return {}
    files = {"agent.json": json.dumps({"allowed_roots": _ROOTS}).encode()}
    if installation == "by-hand":
        files["agent-manifest.json"] = json.dumps({"version": MANUAL_VERSION, "schema_versions": [1]}).encode()
        files |= {name: f"# {name}\n".encode() for name in (*SCRIPTS, "Invoke-HvoJob.ps1")}
    return files


@dataclass(frozen=True)
class Manifest:
    """The manifest of an agent."""

    version: str
    schema_versions: list[int]


class AgentFolder:
    """The folder, on any storage; its relative paths use `/`."""

    def __init__(self, files: MutableMapping[str, bytes]) -> None:
        self.files = files
        self.uploads: dict[str, float] = {}
        """When each upload was last written (seconds since 1970), for the simulated agent."""

    def within(self, folder: str) -> dict[str, bytes]:
        """Return the files below a folder by relative path."""
        start = f"{folder}/"
        found = {path: self.files.get(path) for path in list(self.files) if path.startswith(start)}
        # A file of a real folder may be deleted between listing and reading.
        return {path.removeprefix(start): content for path, content in found.items() if content is not None}

    def names(self) -> list[str]:
        """Return the names of the installed versions, sorted."""
        found = {path.split("/")[1] for path in list(self.files) if path.startswith(_VERSIONS)}
        return sorted(name for name in found if _VERSION.fullmatch(name))

    def versions(self) -> dict[str, str]:
        """Return the current digests of the versions by name."""
        return {name: digest(self.within(f"versions/{name}")) for name in self.names()}

    def manifest(self, version: str) -> Manifest:
        """Return the manifest of a version; `ValueError` if it is unreadable."""
        try:
            found = json.loads(self.files[f"versions/{version}/agent-manifest.json"])
            return Manifest(str(found["version"]), [int(one) for one in found["schema_versions"]])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"agent-manifest.json of version {version} cannot be read.") from error

    def has(self, script: str) -> bool:
        """Return whether a Windows path is a file in the folder."""
        start = f"{ROOT}\\"
        inside = script[: len(start)].casefold() == start.casefold()
        return inside and script[len(start) :].replace("\\", "/") in self.files

    def write(self, version: str, path: str, content: bytes) -> None:
        """Write a file of a version, as if by hand."""
        self.files[f"versions/{version}/{path}"] = content

    def delete(self, version: str, path: str) -> None:
        """Delete a file of a version, as if by hand."""
        del self.files[f"versions/{version}/{path}"]

    def clear(self, folder: str) -> None:
        """Delete a folder recursively."""
        for path in [path for path in list(self.files) if path.startswith(f"{folder}/")]:
            del self.files[path]
