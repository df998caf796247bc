# SPDX-License-Identifier: MIT
"""The optimistic reader's tools: decoded JSON goes in, values that the frozen classes can hold come out.

Reading is done twice. The readers beside the classes are fast: they take for granted that a document
is good and keep no account of where they are. Where one meets what it cannot take, it raises `Unreadable`
(or falls over a missing key), and `read` has the walk in `diagnosis` find out all that is wrong.
What a reader does inline is the usual case, `type(x) is str`; the functions here take the unusual ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from .errors import Problem, ValidationError
from .frozen import EMPTY, MAX_DEPTH, FrozenDict, frozen

_Model = TypeVar("_Model")
_Diagnosis: TypeAlias = Callable[[str, object], tuple[Problem, ...]]


class Unreadable(Exception):  # noqa: N818
    """A reader has met what it cannot take; which, where and what else is wrong the diagnosis tells."""


# What a reader raises over a document that it cannot take; or, where nothing is wrong with that, over our mistake.
FAILURES = (Unreadable, KeyError, TypeError)


def draft(model: type[Any]) -> Any:
    """Return a mutable subclass of a frozen, slotted dataclass, for fast construction.

    The `__init__` of a frozen dataclass calls `object.__setattr__` for each field, which costs about 60 ns; plain
    assignment to a draft costs 5 ns. Python allows changing the class of an object to another class of the same
    layout, so `new.__class__ = model` turns the filled draft into the frozen object.
    """
    plain = {name: getattr(object, name) for name in ("__init__", "__setattr__", "__delattr__")}
    return type(f"_{model.__name__}Draft", (model,), {"__slots__": (), **plain})


def read(
    reader: Callable[[Any], _Model], data: Any, kind: str, *, strict: bool, diagnose_as: _Diagnosis | None = None
) -> _Model:
    """Return what `reader` makes of `data`, or raise the `ValidationError` with all that is wrong.

    `kind` is the name of the class, by which the diagnosis knows it: that of steps, unless `diagnose_as` is given.
    """
    if strict:
        problems = (diagnose_as or _diagnose_as)(kind, data)
        if problems:
            raise ValidationError(problems)
        return reader(data)
    try:
        return reader(data)
    except FAILURES as failure:
        raise reason(failure, data, kind, diagnose_as) from None


def reason(failure: Exception, data: Any, kind: str, diagnose_as: _Diagnosis | None = None) -> Exception:
    """Return the error that says why `data` could not be read: `failure` itself where that is our mistake."""
    problems = (diagnose_as or _diagnose_as)(kind, data)
    errors = tuple([problem for problem in problems if problem.level == "error"])
    return ValidationError(errors) if errors else failure


def _diagnose_as(kind: str, data: object) -> tuple[Problem, ...]:
    from .diagnosis import diagnose_as  # noqa: PLC0415  (most programs never need it)

    return diagnose_as(kind, data)


# Subclasses are taken, as the plain value that they are: the methods of `str`, `int` and `float` themselves
# return that, whatever the subclass overrides.


def string(value: Any) -> str:
    """Return a `str` for one of its subclasses."""
    if isinstance(value, str):
        return str.__str__(value)
    raise Unreadable


def integer(value: Any) -> int:
    """Return an `int` for one of its subclasses or a whole `float`; a `bool` is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__int__(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise Unreadable


def number(value: Any) -> float:
    """Return an `int` or `float` for one or a subclass of either; not NaN, infinity or a `bool`."""
    if isinstance(value, float) and value - value == 0:
        return float.__float__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__int__(value)
    raise Unreadable


def boolean(value: Any) -> bool:
    """Return a `bool`: there are no subclasses, so what is left here is none."""
    if isinstance(value, bool):
        return value
    raise Unreadable


def array(value: Any) -> list[Any]:
    """Return a `list` for one of its subclasses."""
    if isinstance(value, list):
        return list(value)
    raise Unreadable


def mapping(value: Any) -> dict[str, Any]:
    """Return a `dict` for one of its subclasses: a `defaultdict` would gain the keys it is asked for."""
    if isinstance(value, dict):
        return dict(value)
    raise Unreadable


def mapping_or_php(value: Any) -> dict[str, Any]:
    """Return a `dict` for one of its subclasses or for `[]`, which is what PHP makes of `{}`."""
    if isinstance(value, list) and not value:
        return {}
    return mapping(value)


_SCALARS = frozenset({str, int, bool, type(None)})


def keep(value: Any, depth: int = 0) -> Any:
    """Return the frozen copy of a JSON value that is kept as it came, whatever it is.

    Not `freeze`, which serves constructors: a document holds no tuples, and nothing but JSON.
    """
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is float:
        if value - value == 0:
            return value
        raise Unreadable
    if isinstance(value, dict):
        return keep_object(value if kind is dict else dict(value), depth)
    if isinstance(value, list):
        if depth >= MAX_DEPTH:
            raise Unreadable
        depth += 1
        return tuple([keep(item, depth) for item in value])
    if isinstance(value, str):
        return string(value)
    return number(value)


def tagged(reader: Callable[[Any], _Model], tag: str) -> Callable[[Any], _Model]:
    """Return `reader` for a document of its own, whose type no union has looked at yet."""

    def read_tagged(data: Any) -> _Model:
        if type(data) is not dict:
            data = mapping(data)
        if data["type"] != tag:
            raise Unreadable
        return reader(data)

    return read_tagged


def keep_object(data: dict[Any, Any], depth: int = -1) -> FrozenDict[Any]:
    """Return the frozen copy of a JSON object that is kept as it came.

    It is the values of the outermost object that may nest as deep as `MAX_DEPTH`, hence the default of -1.
    """
    if depth >= MAX_DEPTH:
        raise Unreadable
    if not data:
        return EMPTY
    depth += 1
    copy = data.copy()
    nested = False
    for key, value in data.items():
        if type(key) is not str:
            return _keep_odd_keys(data, depth)
        if type(value) is not str and type(value) is not int and value is not None:
            copy[key] = keep(value, depth)
            nested = True
    return frozen(copy, nested)


def _keep_odd_keys(data: dict[Any, Any], depth: int) -> FrozenDict[Any]:
    return frozen({string(key): keep(value, depth) for key, value in data.items()})


def unnamed(data: dict[str, Any], named: frozenset[str]) -> FrozenDict[Any]:
    """Return what `data` has under keys that its class does not name."""
    extra = {string(key): keep(value) for key, value in data.items() if key not in named}
    return frozen(extra) if extra else EMPTY


def read_raw(data: Any) -> FrozenDict[Any]:
    """Return the whole of an object of a type that no class names; the type must be there, as a string."""
    raw = keep_object(data if type(data) is dict else mapping(data))
    if type(raw["type"]) is not str:
        raise Unreadable
    return raw


# Which keys were absent repeats from object to object, so each combination is one tuple for all of them. A class
# with n keys that may be absent has at most 2**n combinations: strangers' data cannot make the table grow.
_absences: dict[tuple[str, ...], tuple[str, ...]] = {}


def absent(data: dict[str, Any], optional: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of the `optional` keys `data` has not."""
    missing = tuple([key for key in optional if key not in data])
    return _absences.setdefault(missing, missing)


def absent_of_two(
    first: str, second: str
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return a table of what is absent of two keys: `table[first in data][second in data]`, four times faster."""
    return ((first, second), (first,)), ((second,), ())
