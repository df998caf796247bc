# SPDX-License-Identifier: MIT
"""Markers, fixtures and Hypothesis settings for all tests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, settings

import runstep

PACKAGE = runstep.__name__
"""The name of the package. In a vendored copy it is another one: change the imports of the tests, and nothing else."""

PACKAGE_FOLDER = Path(runstep.__path__[0])
ROOT = PACKAGE_FOLDER.parents[PACKAGE.count(".")]
"""The folder from which the package can be imported."""

IS_CHECKOUT = PACKAGE == "runstep" and (ROOT / ".ci").is_dir()
"""Whether the package is in a checkout or a source distribution, not a copy of it in another project."""

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")
"""Skip a test that needs a POSIX system."""

DATA = Path(__file__).parent / "data"
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
"""Captured data beside the checkout, which may be missing."""

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="needs captured data in ../shared/corpus")
"""Skip a test that needs captured data."""

Mark: TypeAlias = Callable[[Callable[..., None]], Callable[..., None]]
"""A decorator for test functions, as returned by `pytest.mark.parametrize`."""

# A slow machine must not fail a property test. Tests get the profile with `settings.get_profile("runstep")`.
_NO_TIME_LIMITS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
# CI runs must be reproducible; other runs generate new examples each time.
settings.register_profile("runstep", _NO_TIME_LIMITS, max_examples=100, derandomize="CI" in os.environ)
settings.load_profile("runstep")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks. A copy of the tests has no `pyproject.toml`."""
    config.addinivalue_line("markers", "long: takes minutes; only run with `-m long`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests marked `long` unless `-m` is given."""
    if config.getoption("markexpr"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("long")]


@pytest.fixture(scope="session")
def step() -> Callable[..., dict[str, Any]]:
    """Return a function that returns a valid run step, with keys added or replaced."""
    text = (DATA / "valid" / "documented_message.json").read_text(encoding="utf-8")

    def make(**keys: Any) -> dict[str, Any]:
        return {**json.loads(text), **keys}

    return make
