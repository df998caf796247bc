# SPDX-License-Identifier: MIT
"""Properties that must hold for all documents: round trips, value semantics, and agreement with the diagnosis."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, fields, is_dataclass, replace
from enum import Enum
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import runstep
from runstep import FrozenDict, Problem, RunStep, RunStepPage, ValidationError, diagnose, diagnosis
from runstep.diagnosis import diagnose_as

from . import strategies
from .strategies import DOCUMENTS, PAGE, PARTS, STEP, damaged, parts_reordered, parts_with_subclasses

_DAMAGED_PARTS = st.sampled_from(sorted(DOCUMENTS)).flatmap(
    lambda kind: st.tuples(st.just(kind), damaged(DOCUMENTS[kind]))
)

long_run = settings(settings.get_profile("runstep"), max_examples=20_000)


def model(kind: str) -> Any:
    return getattr(runstep, kind)


def canonical(data: Any) -> str:
    """Return JSON text that distinguishes `1`, `1.0` and `true`, and ignores the order of keys."""
    return json.dumps(data, sort_keys=True)


def assert_plain(value: Any) -> None:
    """Check that `value` consists of the types that `json.loads` returns, without subclasses."""
    assert type(value) in (dict, list, str, int, float, bool, type(None))
    if isinstance(value, dict):
        for key, item in value.items():
            assert type(key) is str
            assert_plain(item)
    elif isinstance(value, list):
        for item in value:
            assert_plain(item)


def assert_immutable(value: Any) -> None:
    """Check that `value` and all nested values are immutable."""
    if is_dataclass(value):
        for field in fields(value):
            with pytest.raises(FrozenInstanceError):
                setattr(value, field.name, None)
            assert_immutable(getattr(value, field.name))
    elif isinstance(value, FrozenDict):
        assert type(value._data) is dict
        for key, item in value.items():
            assert type(key) is str
            assert_immutable(item)
    elif isinstance(value, tuple):
        for item in value:
            assert_immutable(item)
    else:
        assert isinstance(value, Enum) or type(value) in (str, int, float, bool, type(None))


# Round trips.


def check_round_trip(kind: str, data: Any) -> None:
    before = pickle.dumps(data)
    parsed = model(kind).from_dict(data)
    serialized = parsed.to_dict()
    assert serialized == data
    assert canonical(serialized) == canonical(data)
    assert pickle.dumps(data) == before
    assert_plain(serialized)
    reparsed = model(kind).from_dict(serialized)
    assert reparsed == parsed
    assert hash(reparsed) == hash(parsed)
    assert reparsed.to_dict() == data


@settings(settings.get_profile("runstep"), max_examples=300)
@given(PARTS)
def test_documents_round_trip(part: tuple[str, Any]) -> None:
    check_round_trip(*part)


@pytest.mark.long
@long_run
@given(PARTS)
def test_many_documents_round_trip(part: tuple[str, Any]) -> None:
    check_round_trip(*part)


@given(STEP | PAGE, st.none() | st.integers(0, 3))
def test_json_text_equals_json_dumps_and_round_trips(data: Any, indent: int | None) -> None:
    cls = RunStep if "step_details" in data else RunStepPage
    parsed = cls.from_dict(data)
    text = parsed.to_json(indent=indent)
    assert text == json.dumps(parsed.to_dict(), indent=indent)
    assert cls.from_json(text) == parsed
    assert cls.from_json(text.encode()).to_dict() == data


@given(PARTS)
def test_objects_share_no_data_with_input_or_output(part: tuple[str, Any]) -> None:
    kind, data = part
    original = copy.deepcopy(data)
    parsed = model(kind).from_dict(data)
    for document in (data, parsed.to_dict()):
        for container, key in reversed(strategies.slots(document)):
            container[key] = "changed"
        document.clear()
    assert parsed.to_dict() == original
    assert parsed == model(kind).from_dict(original)


# Value semantics.


@given(PARTS)
def test_parsed_objects_are_immutable(part: tuple[str, Any]) -> None:
    kind, data = part
    assert_immutable(model(kind).from_dict(data))


@given(parts_reordered())
def test_the_order_of_keys_is_ignored(parts: tuple[str, Any, Any]) -> None:
    kind, data, equal = parts
    first, second = model(kind).from_dict(data), model(kind).from_dict(equal)
    assert first == second
    assert hash(first) == hash(second)
    assert first.to_dict() == second.to_dict()


@given(PARTS, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_pickling_and_copying_preserve_missing_keys(part: tuple[str, Any], protocol: int) -> None:
    kind, data = part
    parsed = model(kind).from_dict(data)
    for duplicate in (
        pickle.loads(pickle.dumps(parsed, protocol)),  # noqa: S301  (trusted data)
        copy.copy(parsed),
        copy.deepcopy(parsed),
        replace(parsed),
    ):
        assert type(duplicate) is type(parsed)
        assert duplicate == parsed
        assert hash(duplicate) == hash(parsed)
        assert duplicate.to_dict() == data
        assert repr(duplicate) == repr(parsed)


@given(PARTS)
def test_constructing_from_the_fields_returns_an_equal_object(part: tuple[str, Any]) -> None:
    kind, data = part
    parsed = model(kind).from_dict(data)
    public = {field.name: getattr(parsed, field.name) for field in fields(parsed) if not field.name.startswith("_")}
    plain = {name: _to_plain_type(value) for name, value in public.items()}
    for built in (model(kind)(**public), model(kind)(**plain)):
        assert built == parsed
        assert hash(built) == hash(parsed)
        assert model(kind).from_dict(built.to_dict()) == parsed


def _to_plain_type(value: Any) -> Any:
    """Return a dict for a `FrozenDict`, a list for a tuple, a string for an enum member, or the value itself."""
    if isinstance(value, FrozenDict):
        return value.to_dict()
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, Enum) else value


@given(PARTS)
def test_asdict_contains_the_fields(part: tuple[str, Any]) -> None:
    kind, data = part
    parsed = model(kind).from_dict(data)
    dictionary = asdict(parsed)
    assert list(dictionary) == [field.name for field in fields(parsed)]
    for name, value in dictionary.items():
        if type(value) in (str, int, float, bool):
            assert value == getattr(parsed, name)


def _replace(obj: Any, changes: dict[str, Any]) -> Any:
    return replace(obj, **changes)


@given(STEP, st.integers())
def test_replace_preserves_missing_keys_unless_they_get_a_value(data: Any, time: int) -> None:
    parsed = RunStep.from_dict(data)
    assert replace(parsed, id="step_other").to_dict() == {**data, "id": "step_other"}
    for name in ("expired_at", "cancelled_at", "failed_at", "completed_at", "expires_at"):
        changed: RunStep = _replace(parsed, {name: time})
        assert changed.to_dict() == {**data, name: time}
        assert _replace(changed, {name: getattr(parsed, name)}).to_dict() == data


@given(PARTS)
def test_the_repr_can_be_evaluated(part: tuple[str, Any]) -> None:
    kind, data = part
    parsed = model(kind).from_dict(data)
    assert eval(repr(parsed), vars(runstep).copy()) == parsed  # noqa: S307  (trusted data)


@given(parts_with_subclasses())
def test_subclass_instances_are_parsed_as_plain_values(parts: tuple[str, Any, Any]) -> None:
    kind, data, equal = parts
    before = pickle.dumps(equal)
    parsed = model(kind).from_dict(equal)
    assert pickle.dumps(equal) == before
    assert parsed == model(kind).from_dict(data)
    assert_immutable(parsed)
    assert_plain(parsed.to_dict())
    assert canonical(parsed.to_dict()) == canonical(data)


# Parsing and diagnosis.


def collect_problems(parse: Callable[..., Any], data: Any, *, strict: bool) -> tuple[Problem, ...]:
    """Return the problems that `parse` raises, or an empty tuple."""
    try:
        parse(data, strict=strict)
    except ValidationError as error:
        return error.problems
    return ()


def check_agreement(kind: str, data: Any) -> None:
    before = pickle.dumps(data)
    problems = diagnose_as(kind, data)
    errors = tuple(problem for problem in problems if problem.level == "error")
    assert collect_problems(model(kind).from_dict, data, strict=False) == errors
    assert collect_problems(model(kind).from_dict, data, strict=True) == problems
    assert pickle.dumps(data) == before
    if not errors:
        parsed = model(kind).from_dict(data)
        assert_immutable(parsed)
        serialized = parsed.to_dict()
        assert_plain(serialized)
        assert model(kind).from_dict(serialized) == parsed
    for problem in problems:
        assert str(problem).isprintable()
        assert len(problem.message) < 200


@settings(settings.get_profile("runstep"), max_examples=300)
@given(_DAMAGED_PARTS)
def test_parsing_and_diagnosis_agree_on_parts(part: tuple[str, Any]) -> None:
    check_agreement(*part)


@settings(settings.get_profile("runstep"), max_examples=300)
@given(damaged(STEP))
def test_parsing_and_diagnosis_agree_on_steps(data: Any) -> None:
    check_agreement("RunStep", data)
    if not (isinstance(data, dict) and ("data" in data or data.get("object") == "list")):
        assert diagnose(data) == diagnose_as("RunStep", data)


@pytest.mark.long
@long_run
@given(_DAMAGED_PARTS)
def test_parsing_and_diagnosis_agree_on_many_parts(part: tuple[str, Any]) -> None:
    check_agreement(*part)


@pytest.mark.long
@settings(long_run, max_examples=30_000)
@given(damaged(STEP, max_changes=5) | damaged(PAGE, max_changes=5))
def test_parsing_and_diagnosis_agree_on_many_steps_and_pages(data: Any) -> None:
    check_agreement("RunStepPage" if isinstance(data, dict) and "data" in data else "RunStep", data)


@given(st.text(st.characters(), max_size=30) | st.binary(max_size=30) | st.builds(json.dumps, strategies.JSON))
def test_arbitrary_text_is_a_validation_error(text: str | bytes) -> None:
    for cls in (RunStep, RunStepPage):
        with pytest.raises(ValidationError):
            cls.from_json(text)


def _fail(*_: object) -> NoReturn:
    raise AssertionError


@given(PARTS)
def test_valid_documents_are_parsed_without_the_diagnosis(part: tuple[str, Any]) -> None:
    kind, data = part
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diagnosis, "diagnose_as", _fail)
        model(kind).from_dict(data)
