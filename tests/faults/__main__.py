"""`python -m faults`: one trial for each fault and place, compared with the undisturbed trial; or churn."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from faults import summary
from faults.campaign import prepare
from faults.catalogue import sample
from faults.churn import churn
from faults.jobs import Jobs
from faults.scenarios import SCENARIOS
from faults.site import Site
from faults.trial import Result

_PROGRESS_EVERY = 50


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code: 1 if a trial deviates."""
    chosen = _parser().parse_args(arguments)
    if chosen.churn:
        return _churn(chosen)
    began = time.monotonic()
    with Jobs(chosen.jobs) as jobs:
        try:
            campaign = prepare(jobs, chosen.scenario or list(SCENARIOS), chosen.only or [])
        except ValueError as error:
            print(error, file=sys.stderr)
            return 2
        faults = sample(campaign.faults, chosen.sample, chosen.seed) if chosen.sample else campaign.faults
        if chosen.list:
            print(*faults, sep="\n")
            return 0
        seed = f", seed {chosen.seed}" if chosen.sample else ""
        print(f"{len(faults)} trials{seed}, {chosen.jobs} at a time", flush=True)
        results = list(campaign.failed)
        for done, result in enumerate(jobs.perform_all(faults, campaign.records), start=1):
            results.append(result)
            if result.deviations:
                print(f"{result.identity}: {result.outcome}", flush=True)
            if done % _PROGRESS_EVERY == 0:
                print(f"{done} of {len(faults)} trials, {time.monotonic() - began:.0f} s", flush=True)
                write(chosen.output, results)
    write(chosen.output, results)
    print(summary.table(results))
    print(f"{time.monotonic() - began:.0f} s. Details: {chosen.output}")
    return int(any(one.deviations for one in results))


def _churn(chosen: argparse.Namespace) -> int:
    """Run churn; return the exit code."""
    print(f"churn, seed {chosen.seed}: {chosen.machines} machines, {chosen.hosts} hosts", flush=True)
    log = chosen.output.with_suffix(".log").absolute()
    log.parent.mkdir(parents=True, exist_ok=True)
    options = {name: getattr(chosen, name) for name in ("machines", "hosts", "seconds")}
    with Site.open() as site:
        deviations = churn(site, chosen.seed, log, **options)
    for one in deviations:
        print(f"{one.name}: {one.detail}")
    print(f"{len(deviations)} deviations, seed {chosen.seed}. The operator's log: {log}" if deviations else "ok")
    return int(bool(deviations))


def write(file: Path, results: Sequence[Result]) -> None:
    """Write the details of the trials as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(summary.details(results), indent=1) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--scenario", action="append", choices=list(SCENARIOS), help="only this one; can be repeated")
    parser.add_argument("--only", action="append", metavar="ID", help="only the fault with this id; `*` as in a shell")
    parser.add_argument("--sample", type=int, metavar="N", help="only N faults, chosen at random")
    parser.add_argument("--seed", default="1", help="of the sample, and of churn")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="number of trials at a time")
    parser.add_argument("--list", action="store_true", help="list the ids instead of running them")
    parser.add_argument("--churn", action="store_true", help="many machines and random faults, in place of single ones")
    parser.add_argument("--machines", type=int, default=200, help="of churn")
    parser.add_argument("--hosts", type=int, default=5, help="of churn")
    parser.add_argument("--seconds", type=float, default=90.0, help="how long churn injects faults")
    parser.add_argument("--output", type=Path, default=Path("dist/faults.json"), help="file for the details")
    return parser


if __name__ == "__main__":
    sys.exit(main())
