# SPDX-License-Identifier: MIT
"""Tests of line numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep.archive import _positions
from runstep.archive._positions import JsonPositions, SourceText

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def all_paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield the paths and values of `value` and of everything nested in it."""
    yield path, value
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from all_paths(item, (*path, key))


@given(JSON, st.sampled_from([None, 0, 2]), st.booleans())
def test_each_value_is_found_on_its_line(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = "\n" + json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    positions = JsonPositions(SourceText(text), 1)
    for path, item in all_paths(value):
        line = text.split("\n")[positions.line(path) - 1]
        first = json.dumps(item, indent=indent, ensure_ascii=ascii_only).split("\n")[0]
        assert first in line
        assert positions.line((*path, "missing")) == positions.line(path)


def test_the_last_of_two_equal_keys_is_found() -> None:
    assert JsonPositions(SourceText('{"a": 1,\n"a": 2}'), 0).line(("a",)) == 2


def test_a_value_below_100_levels_has_the_line_of_what_contains_it() -> None:
    positions = JsonPositions(SourceText("[\n" * 102 + "]\n" * 102), 0)
    assert [positions.line((0,) * depth) for depth in (1, 99, 100, 101)] == [2, 100, 101, 101]


def test_a_deep_value_is_located_with_a_bounded_number_of_decodings(monkeypatch: pytest.MonkeyPatch) -> None:
    depth = 500
    calls: list[int] = []
    decode = json.JSONDecoder().raw_decode

    def counting(text: str, offset: int) -> Any:
        calls.append(offset)
        return decode(text, offset)

    monkeypatch.setattr(_positions, "_decode", counting)
    JsonPositions(SourceText("[" * depth + "]" * depth), 0).line((0,) * depth)
    assert len(calls) == 100


def test_a_value_after_one_that_is_nested_too_deeply_has_the_line_of_its_container(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "[\n1,\n[[]],\n2]"
    calls: list[int] = []
    decode = json.JSONDecoder().raw_decode

    def limited(text: str, offset: int) -> Any:
        calls.append(offset)
        if text.startswith("[[", offset):
            raise RecursionError
        return decode(text, offset)

    positions = JsonPositions(SourceText(text), 0)
    monkeypatch.setattr(_positions, "_decode", limited)
    for _ in range(3):
        assert [positions.line((index,)) for index in range(3)] == [2, 3, 1]
    assert calls == [2, 5]
