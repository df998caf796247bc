# SPDX-License-Identifier: MIT
"""What the constructors and the writers of several classes share: frozen fields, keys that were absent, extras."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from .frozen import FrozenDict, thaw


def hold(model: Any, name: str, value: object) -> None:
    """Set a field of a frozen object that is still being made."""
    object.__setattr__(model, name, value)


def hold_frozen(model: Any, *names: str) -> None:
    """Make `FrozenDict`s of the mappings that a constructor was given in the fields `names`."""
    for name in names:
        value = getattr(model, name)
        if value is not None and type(value) is not FrozenDict:
            object.__setattr__(model, name, FrozenDict(value))


def hold_member(model: Any, name: str, members: Mapping[str, Enum]) -> None:
    """Make the member of a vocabulary of the string that a constructor was given in a field, or a plain string."""
    value = getattr(model, name)
    plain = str.__str__(value) if isinstance(value, str) else value
    object.__setattr__(model, name, members.get(plain, plain))


def leave_out(
    data: dict[str, Any], absent: tuple[str, ...], defaults: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Take the keys that were `absent` out of `data` again, but for those that have got a value since.

    `defaults` holds what absent keys read as, where that is not None.
    """
    for key in absent:
        if key in data and data[key] == defaults.get(key):
            del data[key]


def add_extra(data: dict[str, Any], extra: FrozenDict[Any]) -> None:
    """Put what came under unnamed keys behind the named ones, which win."""
    for key, value in extra.items():
        data.setdefault(key, thaw(value))
