"""Fixtures and settings that every folder of tests may use."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["controlplane.fixtures"]

# How long an example takes says nothing on a machine that builds an API server at the same time.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")
