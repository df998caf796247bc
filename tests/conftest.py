# SPDX-License-Identifier: MIT
"""What every test goes by: how many examples a property tries, which tests are long, where captured data lies."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, settings

DATA = Path(__file__).parent / "data"
Mark: TypeAlias = Callable[[Callable[..., None]], Callable[..., None]]
"""What a function returns that makes cases of files."""

SHARED = Path(__file__).parents[2] / "shared"

# A shared machine stalls now and then, which says nothing about a property. `settings.get_profile` reads these by name.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
# A gate gives the same answer twice; elsewhere each run looks at other examples.
settings.register_profile("runstep", _PATIENT, max_examples=100, derandomize="CI" in os.environ)
settings.load_profile("runstep")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out, unless a choice by marks was made."""
    if config.getoption("markexpr"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("long")]


@pytest.fixture(scope="session")
def step() -> Callable[..., dict[str, Any]]:
    """A maker of run steps as the newest published schema has them, with some keys set otherwise."""
    text = (DATA / "valid" / "documented_message.json").read_text(encoding="utf-8")

    def make(**keys: Any) -> dict[str, Any]:
        return {**json.loads(text), **keys}

    return make
