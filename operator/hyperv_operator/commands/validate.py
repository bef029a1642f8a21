"""`hyperv-operator validate`: check manifests without a cluster and without a host."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from hyperv_operator.api.names import HOST_KIND, MACHINE_KIND
from hyperv_operator.commands.findings import Finding, Summary, render, tightened
from hyperv_operator.commands.host_checks import check_host
from hyperv_operator.commands.machine_checks import CheckedMachine, check_machine
from hyperv_operator.commands.manifests import Collection, collect
from hyperv_operator.commands.schemas import read_schema
from hyperv_operator.commands.set_checks import KnownObjects, check_hosts, check_repeated, check_vm_names
from hyperv_operator.commands.sources import read_sources
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.settings import schema_path


def run(arguments: Namespace) -> int:
    """Print the findings; return 1 if there are errors. Raises `OperatorError` if a file or schema cannot be read."""
    schema = read_schema(schema_path(Path(arguments.schema) if arguments.schema else None))
    collection = collect(read_sources([*arguments.filename, *arguments.files]), arguments.namespace)
    known = collect(read_sources(arguments.host_manifests)) if arguments.host_manifests else None
    findings = check(schema, collection, known)
    if arguments.strict:
        findings = tightened(findings)
    errors = sum(one.severity == "error" for one in findings)
    summary = Summary(
        len(collection.files), len(collection.manifests), collection.skipped, errors, len(findings) - errors
    )
    sys.stdout.write(render(findings, summary, arguments.output))
    if arguments.output == "text":
        sys.stderr.write(f"{summary.sentence()}\n")
    return 1 if errors else 0


def check(schema: JobSchema, collection: Collection, known: Collection | None = None) -> list[Finding]:
    """Return the findings of a set of manifests by file and line; `known` has more hosts and namespaces to check against."""
    hosts = [check_host(one) for one in collection.manifests if one.kind == HOST_KIND]
    others = [check_host(one) for one in (known.manifests if known else ()) if one.kind == HOST_KIND]
    objects = KnownObjects(
        hosts={one.manifest.name: one.spec for one in (*others, *hosts) if one.spec and one.manifest.name},
        labels={**(known.labels if known else {}), **collection.labels},
        hosts_are_complete=known is not None,
    )
    machines: list[CheckedMachine] = []
    for manifest in collection.manifests:
        if manifest.kind == MACHINE_KIND:
            host = manifest.spec.get("targetHost")
            machines.append(check_machine(schema, manifest, host_has_cluster=objects.has_cluster(str(host))))
    findings = [
        *collection.findings,
        *(finding for host in hosts for finding in host.findings),
        *(finding for machine in machines for finding in machine.findings),
        *check_repeated(collection.manifests),
        *check_vm_names(machines, objects),
        *check_hosts(machines, objects),
    ]
    places = {name: index for index, name in enumerate(collection.files)}
    return sorted(findings, key=lambda one: (places[one.file], one.line, one.column))
