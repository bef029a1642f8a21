"""Fixtures and settings that every folder of tests may use."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["controlplane.fixtures"]

# How long an example takes says nothing on a machine that builds an API server at the same time.
# Continuous integration judges a change: it gets the same examples each time. New ones are found at a desk, and by `make fuzz`.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("default")
