"""`python -m faults`: one run for each fault and place, compared with the undisturbed run; or churn."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from faults import summary
from faults.catalogue import Fault, all_faults, parse_fault, sample, select
from faults.churn import churn
from faults.comparison import Record
from faults.jobs import Jobs
from faults.run import Result
from faults.scenarios import SCENARIOS
from faults.site import Site

_PROGRESS_EVERY = 50


class UndisturbedFailed(Exception):
    """The scenario does not even succeed without a fault, or not twice in the same way."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code: 1 if a run deviates."""
    chosen = _parser().parse_args(arguments)
    if chosen.churn:
        return _churn(chosen)
    results: list[Result] = []
    began = time.monotonic()
    with Jobs(chosen.jobs) as jobs:
        try:
            faults, records = prepare(jobs, chosen.scenario or list(SCENARIOS), chosen.only or [])
        except (UndisturbedFailed, ValueError) as error:
            print(error, file=sys.stderr)
            return 2
        if chosen.sample:
            faults = sample(faults, chosen.sample, str(chosen.seed))
        if chosen.list:
            print(*faults, sep="\n")
            return 0
        seed = f", seed {chosen.seed}" if chosen.sample else ""
        print(f"{len(faults)} runs{seed}, {chosen.jobs} at a time", flush=True)
        for result in jobs.perform_all(faults, records):
            results.append(result)
            if result.outcome not in ("ok", "not reached"):
                print(f"{result.fault}: {result.outcome}", flush=True)
            if len(results) % _PROGRESS_EVERY == 0:
                print(f"{len(results)} of {len(faults)} runs, {time.monotonic() - began:.0f} s", flush=True)
                write(chosen.output, results)
    write(chosen.output, results)
    print(summary.table(results))
    print(f"{time.monotonic() - began:.0f} s. Details: {chosen.output}")
    return int(any(one.deviations for one in results))


def _churn(chosen: argparse.Namespace) -> int:
    """Run churn; return the exit code."""
    print(f"churn, seed {chosen.seed}: {chosen.machines} machines, {chosen.hosts} hosts", flush=True)
    with Site.open() as site:
        deviations = churn(site, str(chosen.seed), chosen.machines, chosen.hosts, chosen.seconds)
    for one in deviations:
        print(f"{one.name}: {one.detail}")
    print("ok" if not deviations else f"{len(deviations)} deviations, seed {chosen.seed}")
    return int(bool(deviations))


def prepare(jobs: Jobs, scenarios: Sequence[str], only: Sequence[str]) -> tuple[list[Fault], dict[str, Record]]:
    """Run the scenarios undisturbed; return the faults to inject, and what the runs with them are compared with.

    An id without `*` is taken as it is, even if the undisturbed run did not reach its place.
    """
    exact = [parse_fault(text) for text in only if "*" not in text]
    patterns = [text for text in only if "*" in text]
    if only:
        named = {text.partition("/")[0] for text in only}
        scenarios = [one for one in scenarios if one in named or any("*" in name for name in named)]
    faults, records = list(exact), {}
    for name in scenarios:
        record, found = _undisturbed(jobs, name)
        records[name] = record
        faults += select(found, patterns) if patterns or not only else []
    unknown = {one.scenario for one in faults} - set(records)
    if unknown:
        raise ValueError(f"There is no scenario {', '.join(sorted(unknown))}. Choose from {', '.join(SCENARIOS)}.")
    return list(dict.fromkeys(faults)), records


def _undisturbed(jobs: Jobs, name: str) -> tuple[Record, list[Fault]]:
    """Run a scenario twice without a fault: at leisure for its record, then as fast as with faults for its places."""
    first = jobs.perform(name)
    second = jobs.perform(name, first.record) if not first.deviations else first
    if second.deviations:
        lines = [f"{one.name}: {one.detail}" for one in second.deviations]
        raise UndisturbedFailed("\n".join([f"{name} fails without a fault:", *lines, *second.evidence]))
    print(f"{name}: {len(second.places)} places, {second.seconds} s undisturbed", flush=True)
    return first.record, all_faults(name, second.places)


def write(file: Path, results: Sequence[Result]) -> None:
    """Write the details of the runs as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(summary.details(results), indent=1) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=list(SCENARIOS), help="only this one; can be repeated")
    parser.add_argument("--only", action="append", metavar="ID", help="only the fault with this id; `*` as in a shell")
    parser.add_argument("--sample", type=int, metavar="N", help="only N faults, chosen at random")
    parser.add_argument("--seed", default="1", help="of the sample, and of churn")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="number of runs at a time")
    parser.add_argument("--list", action="store_true", help="list the ids instead of running them")
    parser.add_argument("--churn", action="store_true", help="many machines and random faults, in place of single ones")
    parser.add_argument("--machines", type=int, default=200, help="of churn")
    parser.add_argument("--hosts", type=int, default=5, help="of churn")
    parser.add_argument("--seconds", type=float, default=90.0, help="how long churn injects faults")
    parser.add_argument("--output", type=Path, default=Path("dist/faults.json"), help="file for the details")
    return parser


if __name__ == "__main__":
    sys.exit(main())
