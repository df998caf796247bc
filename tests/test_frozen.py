# SPDX-License-Identifier: MIT
"""The immutable JSON object: a mapping, a value, and deep as it may be, no deeper."""

from __future__ import annotations

import copy
import pickle
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


def test_it_is_a_mapping() -> None:
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
def test_it_takes_what_dict_takes_and_keeps_nothing_of_it(source: Any) -> None:
    frozen = FrozenDict(source)
    assert frozen == SAMPLE
    assert type(frozen._data) is dict
    assert type(frozen["b"]) is tuple
    assert type(frozen["b"][1]) is FrozenDict
    assert frozen.to_dict() == SAMPLE


def test_it_does_not_change() -> None:
    source = copy.deepcopy(SAMPLE)
    frozen: Any = FrozenDict(source)
    source["b"][1]["c"] = "changed"
    source["new"] = 1
    written = frozen.to_dict()
    written["b"].append(2)
    written["a"]["d"] = 3
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
        (None, False),
        ("ba", False),
        (5, False),
    ],
)
def test_it_equals_what_has_the_same_content_both_ways(other: Any, equal: bool) -> None:
    frozen = FrozenDict(SAMPLE)
    assert (frozen == other) is equal
    assert (other == frozen) is equal
    assert (frozen != other) is not equal


@given(OBJECTS)
def test_it_is_a_value(data: dict[str, Any]) -> None:
    frozen = FrozenDict(data)
    assert frozen == data
    assert data == frozen
    assert frozen.to_dict() == data
    backwards = FrozenDict(reversed(data.items()))
    assert backwards == frozen
    assert hash(backwards) == hash(frozen)
    assert eval(repr(frozen), {"FrozenDict": FrozenDict}) == frozen  # noqa: S307  (our own)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        twin = pickle.loads(pickle.dumps(frozen, protocol))  # noqa: S301  (our own)
        assert type(twin) is FrozenDict
        assert twin == frozen
        assert hash(twin) == hash(frozen)


@given(JSON)
def test_thawing_undoes_freezing(value: Any) -> None:
    assert thaw(freeze(value)) == value


def test_copies_of_it_are_itself() -> None:
    frozen = FrozenDict(SAMPLE)
    assert copy.copy(frozen) is frozen
    assert copy.deepcopy(frozen) is frozen
    assert copy.deepcopy([frozen])[0] is frozen


def test_its_repr_is_its_constructor() -> None:
    assert repr(FrozenDict()) == "FrozenDict({})"
    assert repr(FrozenDict(SAMPLE)) == "FrozenDict({'b': (1, FrozenDict({'c': None})), 'a': FrozenDict({'d': ()})})"


def test_it_is_no_dict_and_says_so_to_those_who_write_to_it() -> None:
    frozen = FrozenDict(SAMPLE)
    assert not isinstance(frozen, dict)
    assert {**frozen} == dict(frozen)
    assert FrozenDict() == EMPTY == {}
    assert not FrozenDict()


@pytest.mark.parametrize("objects", [True, False], ids=["objects", "arrays"])
def test_its_values_nest_100_deep_and_no_deeper(objects: bool) -> None:
    at_limit = {"key": nested(100, 1, objects=objects)}
    assert FrozenDict(at_limit).to_dict() == at_limit
    for too_deep in (
        nested(101, 1, objects=objects),
        nested(100, {}, objects=objects),
        nested(100, [], objects=objects),
    ):
        with pytest.raises(ValueError, match=r"^nested more than 100 levels deep, or cyclic$"):
            FrozenDict({"key": too_deep})


def test_what_contains_itself_is_refused() -> None:
    ring: dict[str, Any] = {}
    ring["ring"] = ring
    with pytest.raises(ValueError, match="or cyclic"):
        FrozenDict(ring)


def test_what_nests_too_deep_is_equal_to_none() -> None:
    assert FrozenDict({"key": 1}) != {"key": nested(101, 1, objects=True)}
