# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""What exports could not keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, final

from ..steps import RunStep

Path: TypeAlias = tuple[str | int, ...]


@final
@dataclass(frozen=True, slots=True)
class Loss:
    """A value of a run step or a message that an export changed or left out."""

    step_id: str | None
    """The id of the step, also of one that wrote a message; None if the loss holds for every step, or there is none."""
    path: tuple[str | int, ...]
    """The path of the value in the step; that of a value in a message begins with `messages` and its index."""
    reason: str
    """What happened to the value, and why; never payload data."""


@final
class Losses:
    """Collects losses. Equal ones are collected once."""

    def __init__(self) -> None:
        self._losses: dict[Loss, None] = {}

    def add(self, step: RunStep | None, path: Path, reason: str) -> None:
        """Add the loss of what is at `path` of a step, or of messages or all steps if it is None."""
        self._losses[Loss(None if step is None else step.id, path, reason)] = None

    def all(self) -> tuple[Loss, ...]:
        """Return the losses, those of no particular step first."""
        return tuple(sorted(self._losses, key=lambda loss: loss.step_id is not None))
