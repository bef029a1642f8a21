"""Exact resources of each host; the status of a HyperVHost has rounded figures."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

from hyperv_operator.protocol.inventory import InventoryReport


class HostFacts(Collector):
    """Gauges of each host's last inventory, built at each scrape."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._seen: dict[str, tuple[InventoryReport, datetime]] = {}

    def store(self, host: str, report: InventoryReport, begun_at: datetime) -> None:
        """Replace the inventory of a host."""
        self._seen[host] = (report, begun_at)

    def forget(self, host: str) -> None:
        """Remove a host."""
        self._seen.pop(host, None)

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        seen = sorted(self._seen.items())
        plain = [
            ("inventory_timestamp_seconds", "Start of the last complete inventory, as Unix time."),
            ("host_logical_processors", "Logical processors of a host."),
            ("host_memory_bytes", "Memory of a host."),
            ("host_memory_free_bytes", "Free memory of a host."),
        ]
        families = [GaugeMetricFamily(f"{self._prefix}_{name}", text, labels=["host"]) for name, text in plain]
        size = GaugeMetricFamily(f"{self._prefix}_host_volume_bytes", "Size of a volume.", labels=["host", "volume"])
        free = GaugeMetricFamily(
            f"{self._prefix}_host_volume_free_bytes", "Free space of a volume.", labels=["host", "volume"]
        )
        vms = GaugeMetricFamily(
            f"{self._prefix}_host_vms",
            "VMs on a host, by state and by whether they carry an ownership mark.",
            labels=["host", "state", "marked"],
        )
        unreadable = GaugeMetricFamily(
            f"{self._prefix}_host_unreadable_lines",
            "Lines of a host's last inventory that could not be read as a whole, by kind.",
            labels=["host", "kind"],
        )
        unopened = GaugeMetricFamily(
            f"{self._prefix}_host_unreadable_vms", "VMs that Hyper-V knows on a host and cannot open.", labels=["host"]
        )
        for host, (report, begun_at) in seen:
            facts = report.facts
            values = (
                begun_at.timestamp(),
                facts.logical_processors,
                facts.memory_total_bytes,
                facts.memory_free_bytes,
            )
            for family, value in zip(families, values, strict=True):
                if value is not None:
                    family.add_metric([host], value)
            for kind, lines in sorted(report.unreadable_counts.items()):
                unreadable.add_metric([host, kind], lines)
            unopened.add_metric([host], len(report.vm_problems))
            # Two series of one name would make the whole scrape invalid.
            for volume in {volume.path: volume for volume in facts.volumes}.values():
                size.add_metric([host, volume.path], volume.size_bytes)
                free.add_metric([host, volume.path], volume.free_bytes)
            tally = Tally((vm.state, "true" if vm.machine_uid else "false") for vm in report.vms)
            for labels, count in sorted(tally.items()):
                vms.add_metric([host, *labels], count)
        yield from (*families, size, free, vms, unreadable, unopened)
