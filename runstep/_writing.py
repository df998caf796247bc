# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Helpers of constructors and of `to_dict`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from .frozen import FrozenDict, thaw


def set_field(model: Any, name: str, value: object) -> None:
    """Set a field of a frozen object during its construction."""
    object.__setattr__(model, name, value)


def freeze_fields(model: Any, *names: str) -> None:
    """Convert mappings in the fields `names` to `FrozenDict`."""
    for name in names:
        value = getattr(model, name)
        if value is not None and type(value) is not FrozenDict:
            object.__setattr__(model, name, FrozenDict(value))


def coerce_enum(model: Any, name: str, members: Mapping[str, Enum]) -> None:
    """Convert the string in a field to a member of its enum if there is one, otherwise to a plain `str`."""
    value = getattr(model, name)
    plain = str.__str__(value) if isinstance(value, str) else value
    object.__setattr__(model, name, members.get(plain, plain))


def remove_absent(
    data: dict[str, Any], absent: tuple[str, ...], defaults: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Remove the `absent` keys from `data`, except those that have a value by now.

    `defaults` has the values of absent keys that are not None.
    """
    for key in absent:
        if key in data and data[key] == defaults.get(key):
            del data[key]


def with_extra(data: dict[str, Any], extra: FrozenDict[Any]) -> dict[str, Any]:
    """Add the keys not defined in the schema to `data`, and return it."""
    for key, value in extra.items():
        data.setdefault(key, thaw(value))
    return data
