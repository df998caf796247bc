# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Helpers of constructors and of `to_dict`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType, UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from .errors import Problem, ValidationError, json_type, quoted
from .frozen import EMPTY, FrozenDict, thaw

# Arguments of constructors. Parsers fill drafts instead, so none of this is executed for parsed objects.

_Convert: TypeAlias = Callable[[Any, str], Any]


def set_field(model: Any, name: str, value: object) -> None:
    """Set a field of a frozen object during its construction."""
    object.__setattr__(model, name, value)


def check_arguments(model: Any) -> None:
    """Check the fields of a new object against their annotations, and convert them.

    Sequences become tuples, mappings `FrozenDict`, strings members of enums, and instances of subclasses plain values.
    Raises `TypeError` for a value of another type, and `ValidationError` for a number that JSON does not have, and for
    a key in `extra` that belongs to a field.
    """
    cls: Any = type(model)
    keys, types, converters = _field_checks(cls)
    for name, valid_types in types:
        value = getattr(model, name)
        if type(value) not in valid_types:
            set_field(model, name, converters[name](value, name))
    extra = getattr(model, "extra", EMPTY)
    if extra is not EMPTY and not keys.isdisjoint(extra):
        message = "expected a key that is not defined in the schema"
        raise ValidationError([Problem(("extra", key), "error", message) for key in extra if key in keys])


@cache
def _field_checks(
    model: Any,
) -> tuple[frozenset[str], tuple[tuple[str, frozenset[type]], ...], dict[str, _Convert]]:
    """Return the keys of a class, for each field the types that need no conversion, and a converter."""
    hints = get_type_hints(model)
    checks = {field.name: _check_of(hints[field.name]) for field in fields(model) if not field.name.startswith("_")}
    types = tuple([(name, check[0]) for name, check in checks.items()])
    keys = {*checks, "type"} if hasattr(model, "type") else set(checks)
    return frozenset(keys - {"extra"}), types, {name: check[1] for name, check in checks.items()}


def _check_of(hint: Any) -> tuple[frozenset[type], _Convert]:
    """Return the types that need no conversion, and a function that converts other values, or rejects them."""
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    none = {type(None)} & set(members)
    members = tuple([member for member in members if member is not type(None)])
    origins = [get_origin(member) or member for member in members]
    if tuple in origins:
        item_types, convert_item = _check_of(get_args(members[0])[0])
        return frozenset(none), _tuple_of(item_types, convert_item)
    if FrozenDict in origins or Mapping in origins:
        return frozenset({FrozenDict, *none}), _frozen_dict
    if all(is_dataclass(origin) for origin in origins):
        return frozenset({*origins, *none}), _wrong_model(" or ".join([origin.__name__ for origin in origins]))
    enums = [origin for origin in origins if issubclass(origin, Enum)]
    if enums:
        return frozenset({*enums, *none}), _enum_or_string({member.value: member for member in enums[0]})
    types, convert = _SCALAR_CHECKS[origins[0]]
    return frozenset({*types, *none}), convert


def _wrong_type(name: str, expected: str, value: object) -> TypeError:
    return TypeError(f"{name}: expected {expected}, got {json_type(value)}")


def _string(value: Any, name: str) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    raise _wrong_type(name, "a string", value)


def _integer(value: Any, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__int__(value)
    raise _wrong_type(name, "an integer", value)


def _number(value: Any, name: str) -> float:
    if isinstance(value, float):
        number = float.__float__(value)
        if number - number != 0:
            raise ValidationError([Problem((name,), "error", f"expected a number, got {json_type(value)}")])
        return number
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__int__(value)
    raise _wrong_type(name, "a number", value)


def _boolean(value: Any, name: str) -> bool:
    raise _wrong_type(name, "a boolean", value)


# A float may be infinite, so none is valid without a check.
_SCALAR_CHECKS: dict[Any, tuple[tuple[type, ...], _Convert]] = {
    str: ((str,), _string),
    int: ((int,), _integer),
    float: ((int,), _number),
    bool: ((bool,), _boolean),
}


def _frozen_dict(value: Any, name: str) -> FrozenDict[Any]:
    if not isinstance(value, Mapping):
        raise _wrong_type(name, "a mapping", value)
    try:
        return FrozenDict(value)
    except TypeError as error:
        message = f"{name}: {error}"
        raise TypeError(message) from None
    except ValueError as error:
        raise ValidationError([Problem((name,), "error", str(error))]) from None


def _enum_or_string(members: Mapping[str, Enum]) -> _Convert:
    def convert(value: Any, name: str) -> Any:
        text = _string(value, name)
        return members.get(text, text)

    return convert


def _wrong_model(expected: str) -> _Convert:
    def convert(value: Any, name: str) -> Any:
        advice = " (use from_dict for decoded JSON)" if isinstance(value, Mapping) else ""
        message = f"{name}: expected {expected}, got {json_type(value)}{advice}"
        raise TypeError(message)

    return convert


def _tuple_of(item_types: frozenset[type], convert_item: _Convert) -> _Convert:
    def convert(value: Any, name: str) -> tuple[Any, ...]:
        if type(value) is tuple and item_types.issuperset(map(type, value)):
            return value
        if not isinstance(value, Iterable) or isinstance(value, (str, bytes, Mapping, AbstractSet)):
            raise _wrong_type(name, "a sequence", value)
        return tuple(
            [
                item if type(item) in item_types else convert_item(item, f"{name}[{index}]")
                for index, item in enumerate(value)
            ]
        )

    return convert


def check_raw(raw: FrozenDict[Any], known_types: Iterable[str], *, has_index: bool = False) -> None:
    """Check that an object belongs to an `Other…` class: that it has a type without a class of its own."""
    type_ = raw.get("type")
    if not isinstance(type_, str):
        raise ValidationError([Problem(("type",), "error", f"expected a string, got {json_type(type_)}")])
    if type_ in known_types:
        message = f"expected a type without a class of its own, got {quoted(type_)}"
        raise ValidationError([Problem(("type",), "error", message)])
    index = raw.get("index")
    if has_index and type(index) is not int and not (type(index) is float and index.is_integer()):
        raise ValidationError([Problem(("index",), "error", f"expected an integer, got {json_type(index)}")])


# Serialization.


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
