"""`python -m mutants [MODULE ...]`: put faults into the pure packages and report those that no unit test notices."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

from hypothesis import Phase, settings

from mutants.campaign import Campaign
from mutants.config import load_config, load_equivalents
from mutants.forks import ForkError, run_forked
from mutants.generation import ROOT, Mutant, find_modules, find_mutants
from mutants.reach import Reach, record
from mutants.report import Report
from mutants.state import Fingerprints, Remembered, State, load_state
from mutants.trial import Verdict

_RECORDING_SECONDS = 600.0
_SAVE_EVERY = 25


def main() -> int:
    """Run as the arguments say; return the exit code."""
    arguments = _parse()
    # The processes that were forked end with this one.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    os.chdir(ROOT)
    # Every run has the same examples, and none of them is made smaller: that a test fails is all that counts.
    os.environ["CI"] = "1"
    settings.register_profile(
        "mutants", max_examples=25, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(settings.get_profile("default").suppress_health_check),
    )  # fmt: skip
    config = load_config()
    all_modules = find_modules(config, [])
    modules = find_modules(config, arguments.modules or (config.covered if arguments.sample else []))
    mutants = [mutant for module in modules for mutant in find_mutants(module, config)]
    if not mutants:
        print(
            f"No module is named {' or '.join(arguments.modules)}. Name one below hyperv_operator, such as core.retry."
        )
        return 2
    if arguments.sample:
        print(f"{arguments.sample} of {len(mutants)} mutants, seed {arguments.seed}")
        mutants = random.Random(arguments.seed).sample(mutants, min(arguments.sample, len(mutants)))
    prints = Fingerprints(all_modules, config.test_folders)
    # A sample is judged by itself: it neither takes nor leaves verdicts.
    state = State(kept=False) if arguments.sample else State() if arguments.fresh else load_state()
    if state.reach is None or state.reach.fingerprint != prints.everything:
        folders = [folder for folder in config.test_folders if (ROOT / folder).is_dir()]
        print("Recording which tests reach which lines.", flush=True)
        ((_, reach),) = run_forked(
            lambda _: record(all_modules, folders, prints.everything), [0], jobs=1, wall_seconds=_RECORDING_SECONDS
        )
        if isinstance(reach, ForkError):
            print(reach)
            return 2
        state.reach = reach
        state.save()
    _preload(state.reach)
    campaign = Campaign(config, modules, state.reach)
    verdicts = _test(campaign, mutants, state, prints, arguments.jobs)
    report = Report(verdicts, load_equivalents())
    print(report.text())
    failures = _judge(
        report,
        arguments.modules or config.covered,
        config.threshold,
        strict=arguments.strict,
        whole=not arguments.modules and not arguments.sample,
    )
    print("\n".join(failures))
    return 1 if failures and (arguments.strict or arguments.sample) else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", help="a package or module below hyperv_operator: core, schema.values; all if none"
    )
    parser.add_argument(
        "--strict", action="store_true", help="fail if a survivor is not listed or the score is too low"
    )
    parser.add_argument(
        "--sample", type=int, metavar="N", help="N mutants of the packages that keep the score, at random"
    )
    parser.add_argument(
        "--seed", default=os.environ.get("MUTANTS_SEED") or time.strftime("%Y-%m-%d", time.gmtime()),
        help="of the sample; MUTANTS_SEED, or else the date",
    )  # fmt: skip
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants tested at a time")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    return parser.parse_args()


def _preload(reach: Reach) -> None:
    """Import the libraries once, so that no mutant's process has to. The operator's own modules are left out."""
    for name in reach.libraries:
        with suppress(Exception):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()


def _test(
    campaign: Campaign, mutants: Sequence[Mutant], state: State, prints: Fingerprints, jobs: int
) -> dict[Mutant, Verdict]:
    verdicts: dict[Mutant, Verdict] = {}
    killers: dict[Mutant, str] = {}
    for mutant in mutants:
        known = state.verdicts.get(mutant.key)
        if known is not None and known.fingerprint == prints.of(mutant, known.verdict):
            verdicts[mutant] = known.verdict
        elif known is not None and known.verdict.killer is not None:
            killers[mutant] = known.verdict.killer
    left = [mutant for mutant in mutants if mutant not in verdicts]
    print(f"{len(mutants)} mutants: {len(verdicts)} known from earlier runs, {len(left)} to test.", flush=True)
    begun = time.monotonic()
    try:
        results = campaign.run(left, killers, jobs)
        for number, (mutant, verdict) in enumerate(results, start=1):
            verdicts[mutant] = verdict
            state.verdicts[mutant.key] = Remembered(verdict=verdict, fingerprint=prints.of(mutant, verdict))
            if number % _SAVE_EVERY == 0 or number == len(left):
                state.save()
                print(f"{number}/{len(left)} after {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    finally:
        state.save()
    return {mutant: verdicts[mutant] for mutant in mutants}


def _judge(report: Report, patterns: Sequence[str], threshold: float, *, strict: bool, whole: bool) -> list[str]:
    """Return what is wrong with the mutants in these modules."""
    failures = []
    if report.score(patterns) < threshold:
        failures.append(f"Fewer than {threshold:.0%} of the mutants in {', '.join(patterns)} died.")
    unlisted = [mutant for mutant in report.survivors() if mutant.is_in(patterns)]
    if strict and unlisted:
        failures.append(
            f"{len(unlisted)} survivors: add tests that fail, or list them in tests/mutants/equivalent.toml."
        )
    if whole:
        failures += [
            f"equivalent.toml lists a mutant that does not survive: {entry.where}: {entry.becomes}"
            for entry in report.needless()
        ]
    return failures


if __name__ == "__main__":
    sys.exit(main())
