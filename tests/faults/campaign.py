"""A campaign: the undisturbed trial of each scenario, and the faults to inject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from faults.catalogue import Fault, all_faults, parse_fault, select
from faults.comparison import Record
from faults.jobs import Jobs
from faults.scenarios import SCENARIOS
from faults.trial import Result


@dataclass
class Campaign:
    """What is to be tried."""

    faults: list[Fault] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    """By scenario: what its trials are compared with."""
    failed: list[Result] = field(default_factory=list)
    """Undisturbed trials that did not succeed, or not twice in the same way. Nothing is injected into their scenarios."""


def prepare(jobs: Jobs, scenarios: Sequence[str], only: Sequence[str] = ()) -> Campaign:
    """Run scenarios undisturbed, and choose the faults: all, or those that `only` names or matches.

    An id without `*` is taken as it is, even if the undisturbed trial did not reach its place. Raises ValueError for an invalid one.
    """
    exact = [parse_fault(text) for text in only if "*" not in text]
    patterns = [text for text in only if "*" in text]
    named = {one.scenario for one in exact} | {text.partition("/")[0] for text in patterns}
    unknown = sorted(name for name in named - set(SCENARIOS) if "*" not in name)
    if unknown:
        raise ValueError(f"There is no scenario {', '.join(unknown)}. Choose from {', '.join(SCENARIOS)}.")
    is_open = not only or any("*" in name for name in named)
    campaign = Campaign()
    for name in scenarios:
        if is_open or name in named:
            _add(campaign, jobs, name, None if not only else patterns)
    campaign.faults += [one for one in exact if one.scenario in campaign.records]
    campaign.faults = list(dict.fromkeys(campaign.faults))
    return campaign


def _add(campaign: Campaign, jobs: Jobs, name: str, patterns: Sequence[str] | None) -> None:
    """Run a scenario twice without a fault: at leisure for its record, then as fast as with faults for its places."""
    first = jobs.perform(name)
    second = jobs.perform(name, first.record) if not first.deviations else first
    if second.deviations:
        campaign.failed.append(second)
        return
    print(f"{name}: {len(second.places)} places, {second.seconds} s undisturbed", flush=True)
    campaign.records[name] = first.record
    found = all_faults(name, second.places)
    campaign.faults += found if patterns is None else select(found, patterns) if patterns else []
