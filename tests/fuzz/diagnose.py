# SPDX-License-Identifier: MIT
"""Invariant: `from_dict` raises exactly the problems of level "error" of `diagnose`, with `strict` all of them."""

from __future__ import annotations

import json
from typing import Any

from runstep import Problem, RunStep, RunStepPage, ValidationError, diagnose

from .inputs import seeds

SEEDS = seeds("valid/*.json", "invalid/*.json", "*.json")


def check(data: bytes) -> None:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return
    problems = diagnose(document)
    errors = tuple(problem for problem in problems if problem.level == "error")
    cls = RunStepPage if is_page(document) else RunStep
    assert raised_problems(cls, document, strict=False) == errors
    assert raised_problems(cls, document, strict=True) == problems
    assert all(str(problem).isprintable() for problem in problems)


def is_page(document: Any) -> bool:
    """Return whether `diagnose` checks a document as a page."""
    if not isinstance(document, dict):
        return False
    if document.get("object") in ("thread.run.step", "assistant.run.step"):
        return False
    return document.get("object") == "list" or ("data" in document and "step_details" not in document)


def raised_problems(cls: type[RunStep | RunStepPage], document: Any, *, strict: bool) -> tuple[Problem, ...]:
    try:
        cls.from_dict(document, strict=strict)
    except ValidationError as error:
        return error.problems
    return ()
