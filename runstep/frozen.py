# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The immutable JSON object, and conversion of values to and from immutable ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, final

_Value_co = TypeVar("_Value_co", covariant=True)

_SCALARS = frozenset({str, int, bool, type(None)})

MAX_DEPTH = 100
"""The maximum number of nested arrays and objects in a value of a `FrozenDict`."""


@final
class FrozenDict(Mapping[str, _Value_co]):
    """An immutable JSON object, created from a mapping or from pairs. Its arrays are tuples, its objects `FrozenDict`.

    It is hashable independently of the order of keys, and equals any mapping with the same content, in which lists
    equal tuples. It can be pickled, is its own copy and deep copy, and its `repr` can be evaluated. Raises `TypeError`
    for keys and values that JSON does not have, and `ValueError` for NaN, infinity, and values nested more than 100
    levels deep, including cycles.
    """

    __slots__ = ("_data", "_nested")

    # A `__setattr__` that forbids assignment would make parsing slower.
    _data: dict[str, _Value_co]
    # Whether a value may be a tuple or a `FrozenDict`; if not, `to_dict` is a plain copy.
    _nested: bool

    # `__init__` could be called again.
    def __new__(cls, data: Mapping[str, _Value_co] | Iterable[tuple[str, _Value_co]] = (), /) -> FrozenDict[_Value_co]:
        """Return an immutable copy of `data`."""
        copy = {_key(key): freeze(value) for key, value in dict(data).items()}
        if not copy:
            return EMPTY  # a singleton
        return frozen(copy, any(isinstance(value, (tuple, FrozenDict)) for value in copy.values()))

    def __getitem__(self, key: str) -> _Value_co:
        return self._data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __contains__(self, key: object) -> bool:
        return key in self._data

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrozenDict):
            return self._data == other._data
        if not isinstance(other, Mapping):
            return NotImplemented
        if len(self._data) != len(other):
            return False
        try:
            return self._data == FrozenDict(other)._data
        except (TypeError, ValueError):
            return False  # not JSON, or nested too deeply for a `FrozenDict`

    def __hash__(self) -> int:
        # Hashing a set of the items themselves hashes them twice on PyPy, which doubles the time for each level. Most
        # objects are empty.
        return hash(frozenset(map(hash, self._data.items()))) if self._data else 0

    def __repr__(self) -> str:
        return f"FrozenDict({self._data!r})"

    def __copy__(self) -> FrozenDict[_Value_co]:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> FrozenDict[_Value_co]:
        return self

    def __reduce__(self) -> tuple[Callable[..., FrozenDict[Any]], tuple[dict[str, _Value_co], bool]]:
        # The constructor would check nested values once per level.
        return frozen, (self._data.copy(), self._nested)

    def to_dict(self) -> dict[str, Any]:
        """Return a new `dict` of plain JSON types, with lists and dicts."""
        if self._nested:
            return {key: thaw(value) for key, value in self._data.items()}
        return self._data.copy()


def freeze(value: Any, depth: int = 0) -> Any:
    """Return `value` with mappings converted to `FrozenDict`, lists to tuples, and subclasses to plain types.

    Raises `TypeError` for a value that JSON does not have, and `ValueError` for NaN, infinity, and values nested more
    than 100 levels deep.
    """
    value_type = type(value)
    if value_type in _SCALARS or (value_type is FrozenDict and not value._nested and depth < MAX_DEPTH):
        return value
    if isinstance(value, Mapping):
        inner = _deeper(depth)
        return frozen({_key(key): freeze(item, inner) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        inner = _deeper(depth)
        return tuple([freeze(item, inner) for item in value])
    if isinstance(value, float):
        number = float.__float__(value)
        if number - number != 0:
            message = "expected a finite number, got NaN or infinity"
            raise ValueError(message)
        return number
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    message = f"expected a JSON value, got a Python {value_type.__name__}"
    raise TypeError(message)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key if type(key) is str else str.__str__(key)
    message = f"expected string keys, got a Python {type(key).__name__}"
    raise TypeError(message)


def thaw(value: Any) -> Any:
    """Return `value` as new plain JSON types. This is the inverse of `freeze`."""
    if type(value) is FrozenDict:
        return value.to_dict()
    if type(value) is tuple:
        return [thaw(item) for item in value]
    return value


_new = object.__new__


def frozen(data: dict[str, Any], nested: bool = True) -> FrozenDict[Any]:
    """Return a `FrozenDict` of `data`, whose values are immutable already, without copying it.

    `nested` is False if no value is a tuple or a `FrozenDict`.
    """
    new: FrozenDict[Any] = _new(FrozenDict)
    new._data = data
    new._nested = nested
    return new


EMPTY: FrozenDict[Any] = frozen({}, False)


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        message = f"nested more than {MAX_DEPTH} levels deep, or cyclic"
        raise ValueError(message)
    return depth + 1
