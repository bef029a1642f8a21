"""Fixtures and settings of all tests."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["controlplane.fixtures"]

# No deadline, because the machine may be building an API server at the same time.
# In CI the examples are the same every time, so that a failure is due to the change. New ones come from local runs and `make fuzz`.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("default")
