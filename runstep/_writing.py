# SPDX-License-Identifier: MIT
"""The writers' tools: what `to_dict` of several classes share."""

from __future__ import annotations

from typing import Any

from .frozen import FrozenDict, thaw


def leave_out(data: dict[str, Any], absent: tuple[str, ...]) -> None:
    """Take the keys that were `absent` out of `data` again, but for those that have got a value since."""
    for key in absent:
        if data[key] is None:
            del data[key]


def add_extra(data: dict[str, Any], extra: FrozenDict[Any]) -> None:
    """Put what came under unnamed keys behind the named ones, which win."""
    for key, value in extra.items():
        data.setdefault(key, thaw(value))
