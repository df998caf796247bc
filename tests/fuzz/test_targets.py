# SPDX-License-Identifier: MIT
"""The invariants of the fuzz targets hold for their seeds, for some mutations of them, and for arbitrary bytes."""

from __future__ import annotations

import importlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..conftest import DATA, PACKAGE
from .__main__ import TARGETS, main
from .inputs import Vocabulary, mutate, vocabulary

each_target = pytest.mark.parametrize("name", TARGETS)


def module(name: str) -> Any:
    return importlib.import_module(f".{name}", __package__)


@cache
def known_values(name: str) -> Vocabulary:
    return vocabulary(module(name).SEEDS)


@each_target
def test_the_invariant_holds_for_the_seeds(name: str) -> None:
    assert len(module(name).SEEDS) >= 14
    for seed in module(name).SEEDS:
        module(name).check(seed)


@each_target
@given(data=st.data(), number=st.integers(0, 2**32))
def test_the_invariant_holds_for_mutations_of_the_seeds(name: str, data: st.DataObject, number: int) -> None:
    seed = data.draw(st.sampled_from(module(name).SEEDS))
    module(name).check(mutate(seed, number, known_values(name)))


@each_target
@given(data=st.binary())
def test_the_invariant_holds_for_bytes(name: str, data: bytes) -> None:
    module(name).check(data)


def nothing(*_: object, **__: object) -> tuple[()]:
    return ()


SAMPLES = {
    "diagnose": "invalid/three_faults.json",
    "feed": "streams/function.sse",
    "from_json": "valid/documented_tool_calls.json",
    "read_records": "archives/log.jsonl",
}

# A function that must not return nothing.
DEFECTS = {
    "diagnose": f"{PACKAGE}.RunStep.from_dict",
    "feed": f"{__package__}.feed.read_stream",
    "from_json": f"{PACKAGE}.RunStep.to_json",
    "read_records": f"{__package__}.read_records.read_steps",
}


@each_target
def test_the_command_line_checks_an_input_again(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "failed"
    file.write_bytes((DATA / SAMPLES[name]).read_bytes())
    monkeypatch.setattr("sys.argv", ["", name, str(file)])
    main()
    monkeypatch.setattr(DEFECTS[name], nothing)
    with pytest.raises(AssertionError):
        main()


def test_most_mutations_of_a_document_are_other_documents() -> None:
    seed = (DATA / SAMPLES["diagnose"]).read_bytes()
    mutations = [mutate(seed, number, known_values("diagnose")) for number in range(100)]
    assert sum(is_json(mutation) for mutation in mutations) > 80
    assert len(set(mutations)) > 80


def is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
