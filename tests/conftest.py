"""Settings of all tests: how hard the properties are tried, and kernels that are compiled once before they are timed."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("ci", deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("nightly", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def warm_lock() -> None:
    """Compile or load the kernels of the lock, so that no single example of a property pays for it."""
    from support.locks import chamber, fleet, lock, simulate_checked

    simulate_checked(fleet(["sea", "canal"], [0.0, 1.0]), lock(chamber()))


@pytest.fixture(scope="session")
def warm_policies(warm_lock: None) -> None:
    """Compile or load the kernel that plans as well."""
    from support.locks import chamber, fleet, lock, simulate_checked

    simulate_checked(fleet(["sea", "canal"], [0.0, 1.0]), lock(chamber()), policy="look_ahead")
