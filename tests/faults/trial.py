"""One trial: a scenario from beginning to end, with one fault or none, and what differs from the undisturbed trial."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from controlplane.waiting import WaitTimedOut, wait_until
from faults import admin, comparison, facts
from faults.catalogue import Fault
from faults.comparison import Deviation, Record
from faults.places import ApiRequest, Place
from faults.proxy import Traffic
from faults.scenarios import Phase, Scenario
from faults.site import STALE_SECONDS, Site
from faults.stage import CANARY, Stage
from faults.supervisor import Supervisor
from faults.tap import Tap
from hostsim.ledger import Entry

CONVERGED_WITHIN = 30.0
"""Seconds from the request of a phase to its end."""
SILENT_WITHIN = 8.0
SILENT_FOR = 0.7
"""Seconds without an API write and without a mutation, longer than an inventory interval."""
_READY_WITHIN = 15.0
_LEASE_SECONDS = 1.0
_EXITS_AT_MOST = 3
_LOG_LINES = 12


@dataclass(frozen=True)
class Result:
    """What became of one trial."""

    scenario: str
    fault: Fault | None
    reached: bool
    """Whether the fault was injected."""
    deviations: tuple[Deviation, ...]
    seconds: float
    record: Record
    places: tuple[Place, ...]
    restarts: int = 0
    evidence: tuple[str, ...] = field(default=())
    """The last lines of the operator's log, if there are deviations."""

    @property
    def identity(self) -> str:
        """The fault's id."""
        return str(self.fault or f"{self.scenario}/undisturbed")

    @property
    def outcome(self) -> str:
        """`ok`, `not reached`, or the names of the deviations."""
        if self.deviations:
            return ", ".join(sorted({one.name for one in self.deviations}))
        return "ok" if self.reached else "not reached"


def perform(site: Site, scenario: Scenario, fault: Fault | None = None, expected: Record | None = None) -> Result:
    """Run a scenario. Without `expected`, its record is that of an undisturbed trial."""
    began = time.monotonic()
    number = next(site.numbers)
    tap = Tap(fault)
    log = site.folder / f"operator-{number}.log"
    stage = Stage(site.admin, number, tap, scenario.plans, scenario.failover_cluster)
    early: list[Deviation] = []
    traffic = site.proxy.begin(tap, lambda about, content: early.extend(_ready_too_early(stage, about, content)))
    with stage.set_up(), Supervisor(lambda: site.start_operator(log), log) as supervisor:
        tap.kill = supervisor.kill
        trial = _Trial(stage, traffic, supervisor, expected)
        trial.go_through(scenario.phases)
        trial.check_end(tap)
    trial.deviations += early[:1]
    lines = log.read_text(errors="replace").splitlines()
    if any(CANARY in line for line in lines):
        trial.deviations.append(Deviation("secret-shown", "a secret value is in the operator's log"))
    log.unlink()
    return Result(
        scenario.name,
        fault,
        tap.fired_at is not None or fault is None,
        tuple(trial.deviations),
        round(time.monotonic() - began, 2),
        trial.record,
        tuple(tap.places),
        supervisor.kills + supervisor.exits,
        tuple(lines[-_LOG_LINES:]) if trial.deviations else (),
    )


def _ready_too_early(stage: Stage, about: ApiRequest, content: bytes) -> list[Deviation]:
    """Return a deviation if this write says Ready=True of a machine whose guest has not received its data."""
    if (about.resource, about.subresource) != (admin.MACHINES, "status"):
        return []
    uid = next((uid for alias, uid in stage.uids.items() if stage.name(alias) == about.name), "")
    received = any(vm.received for host in stage.hosts.values() for vm in list(host.simulated.vms_of(uid)))
    if received or not comparison.claims_ready(content):
        return []
    return [Deviation("ready-too-early", f"{about.name} is called Ready, and no guest has received its data")]


class _Trial:
    def __init__(self, stage: Stage, traffic: Traffic, supervisor: Supervisor, expected: Record | None) -> None:
        self.deviations: list[Deviation] = []
        self._stage = stage
        self._traffic = traffic
        self._supervisor = supervisor
        self._expected = expected
        self._phases: dict[str, facts.Facts] = {}
        self._images = {alias: dict(host.simulated.images) for alias, host in stage.hosts.items()}
        self.record = Record()

    def go_through(self, phases: tuple[Phase, ...]) -> None:
        """Ask for each phase and wait for its end; stop at one that does not end."""
        for number, phase in enumerate(phases, start=1):
            phase.ask(self._stage)
            if not self._wait_for(phase):
                return
            # The machine exists and is left alone: everything has to fall silent.
            if number >= len(phases) - 1 or self._expected is None:
                self._wait_for_silence(phase.name)

    def check_end(self, tap: Tap) -> None:
        """Compare what the trial left behind."""
        stage = self._stage
        self.record = Record(self._phases, self._mutations(), comparison.created_and_deleted(self._traffic.writes))
        self.deviations += comparison.several_vms(self._entries())
        for alias, host in stage.hosts.items():
            now, changed = host.simulated.images, host.simulated.changed_images()
            self.deviations += comparison.images_written(self._images[alias], now, changed)
        self._check_secrets()
        if self._supervisor.exits > _EXITS_AT_MOST:
            self._note("crash-loop", f"the operator ended by itself {self._supervisor.exits} times")
        if self.deviations:
            return
        if self._expected is not None:
            self.deviations += comparison.compare_counts(self._expected, self.record)
        self._check_traces()
        self._check_readiness(tap)

    def _check_readiness(self, tap: Tap) -> None:
        """A watch that the fault ended shows in the readiness only later."""
        due = (tap.fired_at or 0.0) + STALE_SECONDS + _LEASE_SECONDS
        wait_until(lambda: time.monotonic() >= due, what="the readiness to show the fault")
        try:
            wait_until(self._supervisor.readiness, lambda found: found == "200", what="/readyz", within=_READY_WITHIN)
        except WaitTimedOut as error:
            self._note("not-ready", str(error.seen))

    def _wait_for(self, phase: Phase) -> bool:
        stage = self._stage
        expected: Mapping[str, str] = self._expected.phases[phase.name] if self._expected else {}

        def satisfied(found: facts.Facts) -> bool:
            return found == expected if self._expected else phase.done(found)

        try:
            found = wait_until(
                lambda: facts.gather(stage, expected or None),
                satisfied,
                what=phase.name,
                within=CONVERGED_WITHIN,
                every=0.05,
            )
        except WaitTimedOut:
            seen = facts.gather(stage)
            detail = comparison.differences(expected, seen) if self._expected else [str(seen)]
            self._note(f"{phase.name}-not-reached", "; ".join(detail))
            return False
        self._phases[phase.name] = found
        return True

    def _wait_for_silence(self, phase: str) -> None:
        since = time.monotonic()

        def quiet_for() -> float:
            entries = self._entries()
            mutated = time.monotonic() - (time.time() - max((one.at for one in entries), default=0.0))
            last = max(mutated, self._traffic.last_write_at)
            return time.monotonic() - max(last, since)

        try:
            wait_until(quiet_for, lambda passed: passed >= SILENT_FOR, what="silence", within=SILENT_WITHIN, every=0.05)
        except WaitTimedOut:
            entries = [f"{one.kind} on a host" for one in self._entries()[-3:]]
            self._note("not-silent", f"after {phase}: {self._traffic.last_writes[-6:] + entries}")
        if self._expected is None:
            self._phases[phase] = facts.gather(self._stage)

    def _entries(self) -> list[Entry]:
        return [one for host in self._stage.hosts.values() for one in list(host.ledger.entries)]

    def _mutations(self) -> dict[str, dict[str, int]]:
        aliases = {uid: alias for alias, uid in self._stage.uids.items()}
        return comparison.count_mutations(self._entries(), aliases)

    def _check_traces(self) -> None:
        """The last phase of every scenario deletes its machines."""
        for alias, uid in self._stage.uids.items():
            for host in self._stage.hosts.values():
                traces = host.simulated.traces_of(uid)
                if traces:
                    self._note("trace-left", f"of {alias}: {traces}")
            if not any(uid in host.simulated.removed for host in self._stage.hosts.values()):
                self._note("no-tombstone", alias)
        running = {alias: host.ledger.running for alias, host in self._stage.hosts.items() if host.ledger.running}
        if running:
            self._note("still-running", str(running))

    def _check_secrets(self) -> None:
        seen = [text for host in self._stage.hosts.values() for text in host.ledger.canaries_seen(CANARY)]
        seen += [str(body) for body in self._traffic.bodies if CANARY.encode() in body]
        if seen:
            self._note("secret-shown", seen[0][:200])

    def _note(self, name: str, detail: str) -> None:
        self.deviations.append(Deviation(name, detail))
