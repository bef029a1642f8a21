"""The objects in a set of files. Ours are read, Namespaces for their labels only, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml
from pydantic import JsonValue

from hyperv_operator.api.names import API_VERSION, GROUP, HOST_KIND, INVENTORY_KIND, MACHINE_KIND
from hyperv_operator.commands.documents import compose, is_json, read
from hyperv_operator.commands.findings import Finding, Severity
from hyperv_operator.commands.sources import Source
from hyperv_operator.schema.yaml_source import Fault, Path, Position, Tree, child, pairs, position_of, text_of

_KINDS = (MACHINE_KIND, HOST_KIND)


@dataclass(frozen=True)
class Manifest:
    """A HyperVMachine or HyperVHost and its origin."""

    file: str
    document: int
    kind: str
    tree: Tree
    default_namespace: str = ""

    @property
    def body(self) -> Mapping[str, JsonValue]:
        """The object."""
        return self.tree.value if isinstance(self.tree.value, dict) else {}

    @property
    def metadata(self) -> Mapping[str, JsonValue]:
        """The metadata; empty if there is none."""
        found = self.body.get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def spec(self) -> Mapping[str, JsonValue]:
        """The spec; empty if there is none."""
        found = self.body.get("spec")
        return found if isinstance(found, dict) else {}

    @property
    def name(self) -> str:
        """The name; empty if it is unknown (`generateName`)."""
        found = self.metadata.get("name")
        return found if isinstance(found, str) else ""

    @property
    def namespace(self) -> str:
        """The namespace; empty if it is unknown, and for hosts."""
        found = self.metadata.get("namespace")
        if self.kind != MACHINE_KIND:
            return ""
        return found if isinstance(found, str) else self.default_namespace

    def finding(self, path: Path, code: str, message: str, severity: Severity = "error") -> Finding:
        """Return a finding about a path in this object."""
        at = self.tree.position(path)
        field_path = shown(path)
        return Finding(
            self.file,
            at.line,
            at.column,
            self.document,
            self.kind,
            self.namespace,
            self.name,
            field_path,
            code,
            message,
            severity,
        )


@dataclass
class Collection:
    """The contents of a set of files."""

    manifests: list[Manifest] = field(default_factory=list)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    """Labels of the namespaces that have a manifest."""
    findings: list[Finding] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """Names of the files in the order in which they were read."""
    skipped: int = 0


def visible(path: Path) -> Path:
    """Return a path without its end where that may be a secret that somebody wrote as a key."""
    if path[:2] == ("spec", "fields"):
        return path[:3]
    if path[:2] == ("spec", "secretFields"):
        depth = 3
        for names in (("secretKeyRef",), ("name", "key")):
            if depth >= len(path) or path[depth] not in names:
                break
            depth += 1
        return path[:depth]
    return path


def shown(path: Path) -> str:
    """Return a path as messages show it: `spec.tenants[0].images`."""
    text = ""
    for part in visible(path):
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def collect(sources: Iterator[Source], default_namespace: str = "") -> Collection:
    """Read all objects of a set of files. A file that cannot be read is a finding."""
    found = Collection()
    for source in sources:
        found.files.append(source.name)
        nodes, fault = _nodes(source)
        for index, node in enumerate(nodes):
            _take(found, source.name, index, node, default_namespace)
        if fault:
            found.findings.append(_file_finding(source.name, len(nodes), fault))
    return found


def _nodes(source: Source) -> tuple[list[yaml.Node], Fault | None]:
    try:
        text = source.text()
    except UnicodeDecodeError:
        remedy = "Save it as UTF-8, or leave the file out"
        return [], Fault(Position(1, 1), "encoding", "this is no text in UTF-8", remedy)
    return compose(text, is_json=source.is_json or is_json(text))


def _file_finding(file: str, document: int, fault: Fault) -> Finding:
    at = fault.position
    return Finding(file, at.line, at.column, document, "", "", "", "", fault.code, fault.message)


def _take(
    found: Collection, file: str, document: int, node: yaml.Node, namespace: str, *, in_list: bool = False
) -> None:
    if isinstance(node, yaml.ScalarNode) and node.value == "":
        return
    kind, api_version = text_of(child(node, "kind")), text_of(child(node, "apiVersion"))
    items = child(node, "items")
    if kind.endswith("List") and isinstance(items, yaml.SequenceNode) and not in_list:
        for item in items.value:
            _take(found, file, document, item, namespace, in_list=True)
        return
    if any(isinstance(key, yaml.MappingNode) for key, _, _ in pairs(node)):
        read_as = read(node)
        found.findings += [_file_finding(file, document, fault) for fault in read_as.faults[:1]]
        return
    group, _, version = api_version.partition("/")
    if kind == "Namespace" and api_version == "v1":
        _note_namespace(found, node)
    if kind in _KINDS and api_version == API_VERSION:
        found.manifests.append(Manifest(file, document, kind, read(node), namespace))
        return
    if wrong := _misnamed(kind, group, version):
        at = position_of(child(node, wrong[0]) or node)
        finding = Finding(file, at.line, at.column, document, kind, "", "", wrong[0], wrong[1], wrong[2])
        found.findings.append(finding)
    else:
        found.skipped += 1


def _misnamed(kind: str, group: str, version: str) -> tuple[str, str, str] | None:
    """Return what is wrong with the kind or apiVersion of an object that is meant to be one of ours: field, code, message."""
    known = ", ".join(_KINDS)
    if group == GROUP and kind not in (*_KINDS, INVENTORY_KIND):
        return "kind", "kind", f"the group {GROUP} has no such kind. Write one of: {known}."
    if group == GROUP and version != API_VERSION.partition("/")[2]:
        return "apiVersion", "api_version", f"the group {GROUP} has no such version. Write {API_VERSION}."
    if kind in _KINDS and group != GROUP:
        return "apiVersion", "api_version", f"{kind} belongs to another apiVersion. Write {API_VERSION}."
    return None


def _note_namespace(found: Collection, node: yaml.Node) -> None:
    metadata = child(node, "metadata")
    value = read(metadata).value if metadata is not None else None
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return
    labels = value.get("labels")
    name = str(value["name"])
    own = {key: text for key, text in labels.items() if isinstance(text, str)} if isinstance(labels, dict) else {}
    found.labels[name] = {**own, NAME_LABEL: name}


NAME_LABEL = "kubernetes.io/metadata.name"
"""Label that holds the name of a namespace; the API server sets it."""
