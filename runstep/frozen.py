# SPDX-License-Identifier: MIT
"""JSON objects that cannot change: plain values go in, `FrozenDict`s and tuples come out, and back again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, final

_Value_co = TypeVar("_Value_co", covariant=True)

MAX_DEPTH = 100
"""How many arrays and objects deep a value in a `FrozenDict` may nest."""


@final
class FrozenDict(Mapping[str, _Value_co]):
    """An immutable JSON object: its arrays are tuples, the objects in it are `FrozenDict`s.

    It hashes without regard to order, equals any mapping of the same content (lists standing for
    tuples), pickles, is its own copy and deep copy, and its `repr` evaluates.
    Takes a mapping, or pairs of key and value. Raises `ValueError` for a value that nests deeper than
    100 arrays and objects, as one that contains itself does.
    """

    __slots__ = ("_data", "_nested")

    # Nothing sets it after creation; there is no `__setattr__` to forbid it, because that would cost
    # every object that is read a detour.
    _data: dict[str, _Value_co]
    # Whether a value may be a tuple or a `FrozenDict`: if not, the way back is a plain copy.
    _nested: bool

    # Not `__init__`, which could be called again.
    def __new__(cls, data: Mapping[str, _Value_co] | Iterable[tuple[str, _Value_co]] = (), /) -> FrozenDict[_Value_co]:
        """Return the frozen copy of `data`."""
        held = {key: freeze(value) for key, value in dict(data).items()}
        if not held:
            return EMPTY  # the one empty object that there is
        return frozen(held, any(isinstance(value, (tuple, FrozenDict)) for value in held.values()))

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
        except ValueError:
            return False  # it nests too deep to be one of these

    def __hash__(self) -> int:
        return hash(frozenset(self._data.items()))

    def __repr__(self) -> str:
        return f"FrozenDict({self._data!r})"

    def __copy__(self) -> FrozenDict[_Value_co]:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> FrozenDict[_Value_co]:
        return self

    def __reduce__(self) -> tuple[type[FrozenDict[_Value_co]], tuple[dict[str, _Value_co]]]:
        return FrozenDict, (self._data.copy(),)

    def to_dict(self) -> dict[str, Any]:
        """Return a fresh `dict` of plain JSON types: lists for tuples, dicts for `FrozenDict`s."""
        if self._nested:
            return {key: thaw(value) for key, value in self._data.items()}
        return self._data.copy()


def freeze(value: Any, depth: int = 0) -> Any:
    """Return `value` with each mapping in it as a `FrozenDict` and each list or tuple as a tuple.

    Anything else stays what it is. Raises `ValueError` beyond 100 arrays and objects deep.
    """
    if type(value) is FrozenDict and not value._nested and depth < MAX_DEPTH:
        return value
    if isinstance(value, Mapping):
        inner = _deeper(depth)
        items = value.items()
        return frozen({key: freeze(item, inner) for key, item in items})
    if isinstance(value, (list, tuple)):
        inner = _deeper(depth)
        return tuple([freeze(item, inner) for item in value])
    return value


def thaw(value: Any) -> Any:
    """Return `value` in plain JSON types: the way back from `freeze`, always fresh."""
    if type(value) is FrozenDict:
        return value.to_dict()
    if type(value) is tuple:
        return [thaw(item) for item in value]
    return value


_new = object.__new__


def frozen(data: dict[str, Any], nested: bool = True) -> FrozenDict[Any]:
    """Return the `FrozenDict` that holds `data` itself: not copied, and frozen already.

    `nested` is False if no value of it is a tuple or a `FrozenDict`.
    """
    new: FrozenDict[Any] = _new(FrozenDict)
    new._data = data
    new._nested = nested
    return new


EMPTY: FrozenDict[Any] = frozen({}, False)


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        message = f"nests deeper than {MAX_DEPTH} arrays and objects, or contains itself"
        raise ValueError(message)
    return depth + 1
