"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("seeded", derandomize=True, deadline=None, max_examples=50,
                          suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "seeded"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Known answers and figures kept outside the project. In CI their absence is a failure, never a skip."""
    folder = os.environ.get("JINGWEI_SHARED")
    if folder and Path(folder).is_dir():
        return Path(folder)
    message = "set JINGWEI_SHARED to the folder with facts/ and oracles/ to run this test"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
