# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Helpers of the parsers: drafts of frozen objects, type conversions, and freezing of JSON values.

Data is parsed optimistically: a parser assumes a valid document and does not track its position. If it fails, or in
strict mode, `diagnosis` walks through the document again and collects all problems with their paths. Parsers test for
the exact types that `json.loads` returns; the functions here convert subclasses.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any, TypeAlias, TypeVar

from .errors import Problem, ValidationError
from .frozen import EMPTY, MAX_DEPTH, FrozenDict, frozen

_Model = TypeVar("_Model")
_Diagnose: TypeAlias = Callable[[str, object], tuple[Problem, ...]]


class ReadFailure(Exception):  # noqa: N818  (never seen by users)
    """The document is invalid. The diagnosis finds out why."""


# What a parser raises for an invalid document. If the diagnosis finds no error, the exception is a bug of ours.
FAILURES = (ReadFailure, KeyError, TypeError)


def draft(model: type[Any]) -> Any:
    """Return a mutable subclass of a frozen, slotted dataclass, for fast construction.

    The `__init__` of a frozen dataclass calls `object.__setattr__` for each field, which costs about 60 ns; plain
    assignment to a draft costs 5 ns. Python allows changing the class of an object to another class of the same
    layout, so `new.__class__ = model` turns the filled draft into the frozen object.
    """
    plain = {name: getattr(object, name) for name in ("__init__", "__setattr__", "__delattr__")}
    return type(f"_{model.__name__}Draft", (model,), {"__slots__": (), **plain})


def _diagnose(kind: str, data: object) -> tuple[Problem, ...]:
    from .diagnosis import diagnose_as  # noqa: PLC0415  (only needed for invalid data and strict mode)

    return diagnose_as(kind, data)


def parse(model: type[_Model], parser: Callable[[Any], Any], data: Any, *, strict: bool) -> _Model:
    """Return the object of class `model` that `parser` returns for `data`. Raises `ValidationError`."""
    parsed: _Model = parse_kind(model.__name__, parser, data, strict=strict)
    return parsed


def parse_kind(
    kind: str, parser: Callable[[Any], Any], data: Any, *, strict: bool, diagnose: _Diagnose = _diagnose
) -> Any:
    """Return what `parser` returns for `data`. `kind` is its name in the diagnosis. Raises `ValidationError`."""
    if strict:
        problems = diagnose(kind, data)
        if problems:
            raise ValidationError(problems)
        return parser(data)
    try:
        return parser(data)
    except FAILURES as failure:
        raise explain(failure, kind, data, diagnose) from None


def explain(failure: Exception, kind: str, data: Any, diagnose: _Diagnose = _diagnose) -> Exception:
    """Return the `ValidationError` with all errors in `data`, or the failure itself if there are none."""
    errors = [problem for problem in diagnose(kind, data) if problem.level == "error"]
    return ValidationError(errors) if errors else failure


def with_type(parser: Callable[[Any], Any], type_: str) -> Callable[[Any], Any]:
    """Return `parser` with a check of the type, which the parser of a union has done already."""

    def parse_with_type(data: Any) -> Any:
        if type(data) is not dict:
            data = plain_dict(data)
        if string(data["type"]) != type_:
            raise ReadFailure
        return parser(data)

    return parse_with_type


def with_unknown_type(parser: Callable[[Any], Any], known_types: Container[str]) -> Callable[[Any], Any]:
    """Return `parser` with a check that the type is unknown, which the parser of a union has done already."""

    def parse_with_unknown_type(data: Any) -> Any:
        if type(data) is not dict:
            data = plain_dict(data)
        if string(data["type"]) in known_types:
            raise ReadFailure
        return parser(data)

    return parse_with_unknown_type


def parser_for(type_: Any, parsers: Mapping[str, Callable[[Any], Any]], other: Callable[[Any], Any]) -> Any:
    """Return the parser for a type that `parsers` does not have, or that is an instance of a subclass of `str`."""
    return parsers.get(string(type_), other)


def enum_member(value: Any, members: Mapping[str, Any]) -> Any:
    """Return the member of an enum for a value that `members` does not have as it is, or a plain `str`."""
    plain = string(value)
    return members.get(plain, plain)


# Conversions. The methods of `str`, `int` and `float` return the plain value, whatever a subclass overrides.


def string(value: Any) -> str:
    """Return a `str` for an instance of a subclass."""
    if isinstance(value, str):
        return str.__str__(value)
    raise ReadFailure


def integer(value: Any) -> int:
    """Return an `int` for an instance of a subclass, except `bool`, or for a whole `float`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__int__(value)
    if isinstance(value, float) and float.is_integer(value):
        return float.__int__(value)
    raise ReadFailure


def number(value: Any) -> float:
    """Return an `int` or a finite `float` for an instance of either or of a subclass, except `bool`."""
    if isinstance(value, float):
        plain = float.__float__(value)
        if plain - plain == 0:
            return plain
    elif isinstance(value, int) and not isinstance(value, bool):
        return int.__int__(value)
    raise ReadFailure


def boolean(value: Any) -> bool:
    """Return `value` if it is a `bool`."""
    if isinstance(value, bool):
        return value
    raise ReadFailure


def plain_list(value: Any) -> list[Any]:
    """Return a `list` for an instance of a subclass, whatever it overrides."""
    if isinstance(value, list):
        return list.__getitem__(value, slice(None))
    raise ReadFailure


def plain_dict(value: Any) -> dict[str, Any]:
    """Return a `dict` for an instance of a subclass, whatever it overrides; a `defaultdict` would add keys."""
    if isinstance(value, dict):
        return dict(dict.items(value))
    raise ReadFailure


def plain_dict_or_php(value: Any) -> dict[str, Any]:
    """Return a `dict` like `plain_dict`; an empty one also for `[]`, which PHP writes for an empty object."""
    if isinstance(value, list) and not value:
        return {}
    return plain_dict(value)


# Values without a class. `freeze` in `frozen` does the same for constructors, which also accept tuples and mappings.

_SCALARS = frozenset({str, int, bool, type(None)})


def freeze_json(value: Any, depth: int = 0) -> Any:
    """Return the frozen copy of a JSON value."""
    value_type = type(value)
    if value_type in _SCALARS:
        return value
    if value_type is float:
        if value - value == 0:
            return value
        raise ReadFailure
    if isinstance(value, dict):
        return freeze_object(value if value_type is dict else plain_dict(value), depth)
    if isinstance(value, list):
        if depth >= MAX_DEPTH:
            raise ReadFailure
        depth += 1
        items = value if value_type is list else plain_list(value)
        return tuple([freeze_json(item, depth) for item in items])
    if isinstance(value, str):
        return string(value)
    return number(value)


def freeze_object(data: dict[Any, Any], depth: int = -1) -> FrozenDict[Any]:
    """Return the frozen copy of a JSON object.

    The depth of a value counts from the outermost object, hence the default of -1.
    """
    if depth >= MAX_DEPTH:
        raise ReadFailure
    if not data:
        return EMPTY
    depth += 1
    copy = data.copy()
    nested = False
    for key, value in data.items():
        if type(key) is not str:
            return frozen({string(key): freeze_json(value, depth) for key, value in data.items()})
        if type(value) is not str and type(value) is not int and value is not None:
            copy[key] = freeze_json(value, depth)
            nested = True
    return frozen(copy, nested)


def read_extra(data: dict[str, Any], keys: frozenset[str]) -> FrozenDict[Any]:
    """Return the part of `data` under keys not defined in the schema; `keys` are the others."""
    extra = {string(key): freeze_json(value) for key, value in data.items() if key not in keys}
    return frozen(extra) if extra else EMPTY


def read_raw(data: Any) -> FrozenDict[Any]:
    """Return the frozen copy of an object of an unknown type, whose type has been checked."""
    return freeze_object(data if type(data) is dict else plain_dict(data))


# Which optional keys were absent, so that `to_dict` can leave them out again.


def absent_keys(data: dict[str, Any], optional: tuple[str, ...]) -> tuple[str, ...]:
    """Return the `optional` keys that `data` does not have."""
    return tuple([key for key in optional if key not in data])


def absent_of_two(
    first: str, second: str
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return a table with which `table[first in data][second in data]` is `absent_keys`, four times faster."""
    return ((first, second), (first,)), ((second,), ())
