"""A sample of the faults of one scenario, another one every day. `make faults` runs all of them."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from faults import summary
from faults.campaign import prepare
from faults.catalogue import sample
from faults.jobs import Jobs
from faults.scenarios import SCENARIOS

_JOBS = 2
_SECONDS = 60.0
"""No trial begins later than this after the first, so that the test takes two minutes at most."""
_TRIALS = 60


@pytest.mark.timeout(300)
def test_a_sample_of_faults_ends_as_the_undisturbed_trial() -> None:
    seed = datetime.now(UTC).strftime("%Y-%m-%d")  # noqa: TID251 - the sample of a day
    scenario = random.Random(seed).choice(sorted(SCENARIOS))
    print(f'make faults ARGS="--scenario {scenario} --sample {_TRIALS} --seed {seed}"')
    with Jobs(_JOBS) as jobs:
        campaign = prepare(jobs, [scenario])
        faults = sample(campaign.faults, _TRIALS, seed)
        results = [*campaign.failed, *jobs.perform_all(faults, campaign.records, within=_SECONDS)]
    found = summary.table(results)
    print(found)
    assert not any(one.deviations for one in results), f"seed {seed}\n{found}"
