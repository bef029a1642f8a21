"""Churn: many machines and random faults for a time; then the faults stop, and everything has to become what was asked for."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typing_extensions import override

from controlplane.waiting import WaitTimedOut, wait_until
from faults import admin, comparison
from faults.catalogue import kinds_at
from faults.comparison import Deviation
from faults.hosts import TappedHost
from faults.places import Layer, Place
from faults.proxy import DOWN_SECONDS
from faults.site import Site
from faults.stage import CANARY, HostPlan, Stage
from faults.supervisor import Supervisor
from faults.tap import Tap
from faults.wishes import Event, Wish, draw

SETTINGS: Mapping[str, str] = {
    "HVO_AWAITED_INVENTORY_SECONDS": "1",
    "HVO_INVENTORY_INTERVAL_LIMIT_SECONDS": "3",
    "HVO_WATCH_STALE_SECONDS": "15",
}
_RATE = 0.01
"""Probability of a fault at a place."""
_RARE = frozenset({"kill", "kill-before", "kill-after", "down", "host-dead", "reboot"})
_RARELY = 0.1
"""Of the rare faults that are drawn, this part happens."""
_SILENT_FOR = 5.0


class _RandomTap(Tap):
    """Injects faults at random, until it is stopped."""

    def __init__(self, seed: str) -> None:
        super().__init__()
        self.active = True
        self.injected = 0
        self._chance = random.Random(f"{seed}/faults")

    @override
    def _arrive(self, place: Place) -> tuple[Place, str | None]:
        if not self.active or self._chance.random() >= _RATE:
            return place, None
        kind = self._chance.choice(list(kinds_at(place)))
        if kind in _RARE and self._chance.random() >= _RARELY:
            return place, None
        self.injected += 1
        return place, kind

    @override
    def reach(self, layer: Layer, kind: str) -> tuple[Place, str | None]:
        # The canary Lease is written every second; nothing else depends on it.
        if kind.endswith(".leases"):
            return Place(layer, kind, 1), None
        return super().reach(layer, kind)


def churn(site: Site, seed: str, log: Path, *, machines: int, hosts: int, seconds: float) -> list[Deviation]:
    """Run churn and return what is wrong in the end. The events come from the seed; what they meet depends on timing.

    `log` is the file for the operator's log. It is overwritten.
    """
    plans = tuple(HostPlan(f"h{number}", {"maxConcurrentRuns": 8}) for number in range(1, hosts + 1))
    events, wishes = draw(seed, machines, [plan.alias for plan in plans], seconds)
    number, tap = next(site.numbers), _RandomTap(seed)
    traffic = site.proxy.begin(tap)
    log.unlink(missing_ok=True)
    stage = Stage(site.admin, number, tap, plans)
    with stage.set_up(), Supervisor(lambda: site.start_operator(log, SETTINGS), log) as supervisor:
        tap.kill = supervisor.kill
        _play(site, stage, supervisor, events, wishes)
        tap.active = False
        for host in stage.hosts.values():
            host.recover()
        counts = f"{tap.injected} faults, {supervisor.kills} kills, {supervisor.exits} exits, {len(events)} events"
        print(f"faults stop: {counts}", flush=True)
        deviations = _await_wishes(stage, wishes, within=60 + machines / 2)
        deviations += _await_silence(stage, lambda: traffic.last_write_at)
        if supervisor.readiness() != "200":
            deviations.append(Deviation("not-ready", supervisor.readiness()))
        entries = [entry for host in stage.hosts.values() for entry in list(host.ledger.entries)]
        deviations += comparison.several_vms(entries)
        shown = [text for host in stage.hosts.values() for text in host.ledger.canaries_seen(CANARY)]
        if shown or CANARY in log.read_text(errors="replace"):
            deviations.append(Deviation("secret-shown", str(shown[:1])))
    return deviations


def _play(site: Site, stage: Stage, supervisor: Supervisor, events: list[Event], wishes: Mapping[str, Wish]) -> None:
    """Let the events happen at their times."""
    began, pace, on = time.monotonic(), threading.Event(), set(wishes)
    for event in events:
        pace.wait(max(0.0, began + event.at - time.monotonic()))
        if event.ask == "create":
            stage.create_machine(event.of, wishes[event.of].host)
        elif event.ask == "resize":
            stage.change_machine(event.of, {"fields": {"cpu_cores": event.cpu_cores, "gb_ram": event.gb_ram}})
        elif event.ask == "power":
            on ^= {event.of}
            stage.change_machine(event.of, {"powerState": "Running" if event.of in on else "Off"})
        elif event.ask == "delete":
            stage.delete_machine(event.of)
        elif event.ask == "kill":
            supervisor.kill()
        elif event.ask == "cut":
            site.proxy.cut_all()
        elif event.ask == "down":
            site.proxy.go_down(DOWN_SECONDS)
        else:
            stage.hosts[event.of].call(stage.hosts[event.of].go_down_for_a_time)


def _await_wishes(stage: Stage, wishes: Mapping[str, Wish], within: float) -> list[Deviation]:
    try:
        wait_until(lambda: _unfulfilled(stage, wishes), lambda left: not left, what="wishes", within=within, every=0.5)
    except WaitTimedOut as error:
        left = error.seen if isinstance(error.seen, dict) else {}
        return [Deviation("not-converged", f"{alias}: {what}") for alias, what in left.items()]
    return []


def _unfulfilled(stage: Stage, wishes: Mapping[str, Wish]) -> dict[str, str]:
    """Return what differs from the wishes, by machine."""
    bodies = (stage.admin.get(admin.machines(stage.namespace)) or {})["items"]
    by_uid = {body["metadata"]["uid"]: body for body in bodies}
    found: dict[str, list[str]] = {}
    for host in stage.hosts.values():
        for uid, shown in host.call(lambda: _vms(host)):  # noqa: B023
            found.setdefault(uid, []).append(shown)
    left: dict[str, str] = {}
    for alias, wish in wishes.items():
        uid = stage.uids[alias]
        wanted = [_shown(wish)] if wish.exists else []
        state = _state(by_uid.get(uid), exists=wish.exists)
        traces = [] if wish.exists else [one for host in stage.hosts.values() for one in host.simulated.traces_of(uid)]
        if state or found.get(uid, []) != wanted or traces:
            left[alias] = f"{state or 'as asked'}; VMs {found.get(uid, [])} instead of {wanted} {traces}"
    return left


def _vms(host: TappedHost) -> list[tuple[str, str]]:
    vms = host.simulated.vms.values()
    return [(vm.machine_uid or "", f"{vm.cpu_cores} cores, {vm.gb_ram} GB, {vm.state}") for vm in vms]


def _shown(wish: Wish) -> str:
    return f"{wish.cpu_cores} cores, {wish.gb_ram} GB, {'Running' if wish.is_on else 'Off'}"


def _state(body: dict[str, Any] | None, *, exists: bool) -> str:
    """Return what is wrong with a machine's resource; nothing if it is as it should be."""
    if body is None or not exists:
        return "" if (body is None) != exists else "missing" if exists else "not deleted"
    status = body.get("status", {})
    ready: dict[str, str] = next((one for one in status.get("conditions", []) if one["type"] == "Ready"), {})
    if ready.get("status") != "True":
        return f"Ready is {ready.get('status')}: {ready.get('reason')}: {ready.get('message')}"
    stale = status.get("observedGeneration") != body["metadata"]["generation"]
    return "an old generation is shown" if stale else ""


def _await_silence(stage: Stage, last_write_at: Any) -> list[Deviation]:
    began = time.monotonic()

    def quiet_for() -> float:
        times = [entry.at for host in stage.hosts.values() for entry in list(host.ledger.entries)]
        mutated = time.monotonic() - (time.time() - max(times, default=0.0))
        return time.monotonic() - float(max(began, mutated, last_write_at()))

    try:
        wait_until(quiet_for, lambda passed: passed >= _SILENT_FOR, what="silence", within=40, every=0.2)
    except WaitTimedOut:
        return [Deviation("not-silent", "writes or mutations go on")]
    return []
