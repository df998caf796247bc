# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Run steps in other forms: chat messages, items of the Responses API, and tables."""

from __future__ import annotations

from ._conversation import Conversion
from ._losses import Loss

__all__ = ["Conversion", "Loss"]
