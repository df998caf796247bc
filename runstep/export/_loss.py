# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""What an export could not keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Loss:
    """A value of a run step that an export changed or left out."""

    step_id: str | None
    """The id of the step; None if the value does not belong to a step."""
    path: tuple[str | int, ...]
    """The path of the value in the step, of keys and indexes; empty for the whole step."""
    reason: str
    """What happened to the value, and why; never payload data."""
