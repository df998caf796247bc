# SPDX-License-Identifier: MIT
"""Tests of `FrozenDict`, the immutable JSON object."""

from __future__ import annotations

import copy
import pickle
import time
from collections import ChainMap, OrderedDict, defaultdict
from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given

from runstep import FrozenDict
from runstep.frozen import EMPTY, freeze, thaw

from .strategies import JSON, OBJECTS, nested

SAMPLE: dict[str, Any] = {"b": [1, {"c": None}], "a": {"d": []}}


def test_it_is_a_hashable_mapping() -> None:
    frozen = FrozenDict(SAMPLE)
    assert isinstance(frozen, Mapping)
    assert isinstance(frozen, Hashable)
    assert len(frozen) == 2
    assert list(frozen) == ["b", "a"]
    assert "a" in frozen
    assert "c" not in frozen
    assert frozen["b"] == (1, {"c": None})
    assert frozen.get("c", 7) == 7
    assert list(frozen.items())[1] == ("a", {"d": ()})
    with pytest.raises(KeyError):
        frozen["c"]


@pytest.mark.parametrize(
    "source",
    [
        SAMPLE,
        list(SAMPLE.items()),
        OrderedDict(SAMPLE),
        defaultdict(list, SAMPLE),
        MappingProxyType(SAMPLE),
        ChainMap(SAMPLE),
        FrozenDict(SAMPLE),
        {"b": (1, MappingProxyType({"c": None})), "a": FrozenDict({"d": ()})},
    ],
    ids=lambda source: type(source).__name__,
)
def test_the_constructor_copies_mappings_and_pairs(source: Any) -> None:
    frozen = FrozenDict(source)
    assert frozen == SAMPLE
    assert type(frozen._data) is dict
    assert type(frozen["b"]) is tuple
    assert type(frozen["b"][1]) is FrozenDict
    assert frozen.to_dict() == SAMPLE


def test_it_is_immutable() -> None:
    source = copy.deepcopy(SAMPLE)
    frozen: Any = FrozenDict(source)
    source["b"][1]["c"] = "changed"
    source["new"] = 1
    thawed = frozen.to_dict()
    thawed["b"].append(2)
    thawed["a"]["d"] = 3
    assert frozen == SAMPLE
    with pytest.raises(TypeError):
        frozen["b"] = 1
    with pytest.raises(TypeError):
        del frozen["b"]
    with pytest.raises(AttributeError):
        frozen.new = 1
    with pytest.raises(AttributeError):
        frozen.clear()
    frozen.__init__({"other": 1})
    assert frozen == SAMPLE


@pytest.mark.parametrize(
    ("other", "equal"),
    [
        (SAMPLE, True),
        (FrozenDict(SAMPLE), True),
        (FrozenDict({"a": {"d": []}, "b": [1, {"c": None}]}), True),
        ({"b": (1, {"c": None}), "a": {"d": ()}}, True),
        (MappingProxyType(SAMPLE), True),
        ({}, False),
        ({**SAMPLE, "c": 1}, False),
        ({"b": [1, {"c": None}], "a": {"d": [0]}}, False),
        ({"b": [1, {"c": None}], "e": {"d": []}}, False),
        ([("b", 1)], False),
        ({1: 2, 2: 3}, False),
        ({"a": object(), "b": b"x"}, False),
        ({"a": float("nan"), "b": 1}, False),
        (None, False),
        ("ba", False),
        (5, False),
    ],
)
def test_equality_compares_contents_and_is_symmetric(other: Any, equal: bool) -> None:
    frozen = FrozenDict(SAMPLE)
    assert (frozen == other) is equal
    assert (other == frozen) is equal
    assert (frozen != other) is not equal


@given(OBJECTS)
def test_it_has_value_semantics(data: dict[str, Any]) -> None:
    frozen = FrozenDict(data)
    assert frozen == data
    assert data == frozen
    assert frozen.to_dict() == data
    reordered = FrozenDict(reversed(data.items()))
    assert reordered == frozen
    assert hash(reordered) == hash(frozen)
    assert eval(repr(frozen), {"FrozenDict": FrozenDict}) == frozen  # noqa: S307  (trusted data)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        duplicate = pickle.loads(pickle.dumps(frozen, protocol))  # noqa: S301  (trusted data)
        assert type(duplicate) is FrozenDict
        assert duplicate == frozen
        assert hash(duplicate) == hash(frozen)


@given(JSON)
def test_thaw_is_the_inverse_of_freeze(value: Any) -> None:
    assert thaw(freeze(value)) == value


def test_copies_are_the_same_object() -> None:
    frozen = FrozenDict(SAMPLE)
    assert copy.copy(frozen) is frozen
    assert copy.deepcopy(frozen) is frozen
    assert copy.deepcopy([frozen])[0] is frozen


def test_the_repr_is_a_constructor_call() -> None:
    assert repr(FrozenDict()) == "FrozenDict({})"
    assert repr(FrozenDict(SAMPLE)) == "FrozenDict({'b': (1, FrozenDict({'c': None})), 'a': FrozenDict({'d': ()})})"


def test_it_is_not_a_dict() -> None:
    frozen = FrozenDict(SAMPLE)
    assert not isinstance(frozen, dict)
    assert {**frozen} == dict(frozen)
    assert FrozenDict() == EMPTY == {}
    assert not FrozenDict()


@pytest.mark.parametrize("objects", [True, False], ids=["objects", "arrays"])
def test_values_may_be_nested_100_levels_deep(objects: bool) -> None:
    at_limit = {"key": nested(100, 1, objects=objects)}
    assert FrozenDict(at_limit).to_dict() == at_limit
    for too_deep in (
        nested(101, 1, objects=objects),
        nested(100, {}, objects=objects),
        nested(100, [], objects=objects),
    ):
        with pytest.raises(ValueError, match=r"^nested more than 100 levels deep, or cyclic$"):
            FrozenDict({"key": too_deep})


def test_a_cycle_is_rejected() -> None:
    cycle: dict[str, Any] = {}
    cycle["ring"] = cycle
    with pytest.raises(ValueError, match="or cyclic"):
        FrozenDict(cycle)


def test_a_dict_nested_too_deeply_is_not_equal() -> None:
    assert FrozenDict({"key": 1}) != {"key": nested(101, 1, objects=True)}


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (object(), TypeError("expected a JSON value, got a Python object")),
        (b"x", TypeError("expected a JSON value, got a Python bytes")),
        ({1, 2}, TypeError("expected a JSON value, got a Python set")),
        ([{"x": {1: 2}}], TypeError("expected string keys, got a Python int")),
        (float("nan"), ValueError("expected a finite number, got NaN or infinity")),
        ([float("-inf")], ValueError("expected a finite number, got NaN or infinity")),
    ],
    ids=repr,
)
def test_values_that_json_does_not_have_are_rejected(value: Any, error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        FrozenDict({"key": value})
    assert str(caught.value) == str(error)


def test_keys_that_are_not_strings_are_rejected() -> None:
    with pytest.raises(TypeError, match=r"^expected string keys, got a Python int$"):
        FrozenDict({5: 6})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_unpickling_does_not_take_longer_for_deeply_nested_values() -> None:
    def time_of_unpickling(depth: int) -> float:
        value: Any = [str(number) for number in range(20_000)]
        for _ in range(depth):
            value = {"key": value}
        frozen = FrozenDict({"key": value})
        pickled = pickle.dumps(frozen)
        times: list[float] = []
        for _ in range(20):
            started = time.perf_counter()
            assert pickle.loads(pickled) == frozen  # noqa: S301  (own data)
            times.append(time.perf_counter() - started)
        return min(times)

    assert time_of_unpickling(90) < 5 * time_of_unpickling(1)


def test_hashing_takes_linear_time_for_deeply_nested_values() -> None:
    def time_of_hashing(depth: int) -> float:
        value = FrozenDict({"key": nested(depth, 1, objects=True)})
        times: list[float] = []
        for _ in range(5):
            started = time.perf_counter()
            hash(value)
            times.append(time.perf_counter() - started)
        return min(times)

    # If each level took twice the time, it would be a million times as long.
    assert time_of_hashing(21) < 1000 * time_of_hashing(1)
    assert time_of_hashing(100) < 10_000 * time_of_hashing(1)
