"""The agent's bundle: the files of one version, and the digest that names it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hyperv_operator.errors import BundleError

MANIFEST = "agent-manifest.json"
ISOS = ("isos/windows.iso", "isos/linux.iso")
VERSIONS = "versions"
"""Folder of the versions, below the agent's folder on the host."""
NAME_LENGTH = 16
"""Number of hexadecimal digits of the digest in the name of a version's folder."""


class AgentManifest(BaseModel):
    """`agent-manifest.json`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: Annotated[str, Field(min_length=1, max_length=64)]
    schema_versions: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1, max_length=16)]


@dataclass(frozen=True)
class AgentBundle:
    """One version of the agent."""

    version: str
    schema_versions: tuple[int, ...]
    digest: str
    """`sha256:` and 64 hexadecimal digits, as the agent's inventory reports it."""
    files: Mapping[str, bytes] = field(repr=False)
    """By path in the version's folder, separated by `/`."""
    script: str = field(repr=False)
    """The text that receives, activates and prunes versions on a host."""

    @property
    def name(self) -> str:
        """Name of the version's folder."""
        return version_name(self.digest)


def make_bundle(files: Mapping[str, bytes], script: str) -> AgentBundle:
    """Return the bundle of these files. Raise `BundleError` if the agent is incomplete."""
    for path in (MANIFEST, *ISOS):
        if path not in files:
            raise BundleError(f"{path} is missing.")
    try:
        manifest = AgentManifest.model_validate_json(files[MANIFEST])
    except ValidationError as error:
        raise BundleError(f"{MANIFEST} cannot be used: {_describe(error)}.") from None
    return AgentBundle(manifest.version, manifest.schema_versions, digest_of(files), files, script)


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the digest of a folder with these files."""
    lines = sorted(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in files.items())
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def version_name(digest: str) -> str:
    """Return the name of the folder of the version with this digest."""
    return digest.removeprefix("sha256:")[:NAME_LENGTH]


def version_folder(root: str, name: str | None) -> str:
    """Return the path of a version on a host. An agent without a version name is in `root` itself."""
    return f"{root}\\{VERSIONS}\\{name}" if name else root


def _describe(error: ValidationError) -> str:
    """Return the invalid keys and why they are invalid, without any value."""
    items = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in items)
