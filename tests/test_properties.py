# SPDX-License-Identifier: MIT
"""What always holds, whatever the document: exact round trips, values that behave as values, two readers that agree."""

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
from runstep import FrozenDict, Problem, RunStep, RunStepPage, ValidationError, diagnose
from runstep.diagnosis import diagnose_as

from . import strategies
from .strategies import DOCUMENTS, PAGE, PARTS, STEP, damaged, parts_in_subclasses, parts_reordered

_DAMAGED_PARTS = st.sampled_from(sorted(DOCUMENTS)).flatmap(
    lambda kind: st.tuples(st.just(kind), damaged(DOCUMENTS[kind]))
)

long_run = settings(settings.get_profile("runstep"), max_examples=20_000)


def model(kind: str) -> Any:
    return getattr(runstep, kind)


def canonical(data: Any) -> str:
    """Text that tells `1` from `true` and from `1.0`, but no orders of keys."""
    return json.dumps(data, sort_keys=True)


def assert_plain(value: Any) -> None:
    """`value` is of the types that `json.loads` makes, and of none of their subclasses."""
    assert type(value) in (dict, list, str, int, float, bool, type(None))
    if isinstance(value, dict):
        for key, item in value.items():
            assert type(key) is str
            assert_plain(item)
    elif isinstance(value, list):
        for item in value:
            assert_plain(item)


def assert_immutable(value: Any) -> None:
    """Nothing that can be reached from `value` can be changed."""
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


# The round trip.


def check_round_trip(kind: str, data: Any) -> None:
    before = pickle.dumps(data)
    parsed = model(kind).from_dict(data)
    written = parsed.to_dict()
    assert written == data
    assert canonical(written) == canonical(data)
    assert pickle.dumps(data) == before
    assert_plain(written)
    again = model(kind).from_dict(written)
    assert again == parsed
    assert hash(again) == hash(parsed)
    assert again.to_dict() == data


@settings(settings.get_profile("runstep"), max_examples=300)
@given(PARTS)
def test_what_is_read_is_written_exactly(part: tuple[str, Any]) -> None:
    check_round_trip(*part)


@pytest.mark.long
@long_run
@given(PARTS)
def test_what_is_read_is_written_exactly_every_time(part: tuple[str, Any]) -> None:
    check_round_trip(*part)


@given(STEP | PAGE, st.none() | st.integers(0, 3))
def test_json_text_is_what_json_dumps_makes_and_is_read_again(data: Any, indent: int | None) -> None:
    cls = RunStepPage if "data" in data else RunStep
    parsed = cls.from_dict(data)
    text = parsed.to_json(indent=indent)
    assert text == json.dumps(parsed.to_dict(), indent=indent)
    assert cls.from_json(text) == parsed
    assert cls.from_json(text.encode()).to_dict() == data


@given(PARTS)
def test_a_change_of_the_argument_or_of_what_was_written_changes_no_object(part: tuple[str, Any]) -> None:
    kind, data = part
    original = copy.deepcopy(data)
    parsed = model(kind).from_dict(data)
    for changed in (data, parsed.to_dict()):
        for container, key in reversed(strategies.places(changed)):
            container[key] = "changed"
        changed.clear()
    assert parsed.to_dict() == original
    assert parsed == model(kind).from_dict(original)


# Values that behave as values.


@given(PARTS)
def test_nothing_in_a_read_object_can_change(part: tuple[str, Any]) -> None:
    kind, data = part
    assert_immutable(model(kind).from_dict(data))


@given(parts_reordered())
def test_the_order_of_keys_makes_no_difference(parts: tuple[str, Any, Any]) -> None:
    kind, data, same = parts
    first, second = model(kind).from_dict(data), model(kind).from_dict(same)
    assert first == second
    assert hash(first) == hash(second)
    assert first.to_dict() == second.to_dict()


@given(PARTS, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_objects_pickle_and_copy_with_what_they_know_of_presence(part: tuple[str, Any], protocol: int) -> None:
    kind, data = part
    parsed = model(kind).from_dict(data)
    for twin in (
        pickle.loads(pickle.dumps(parsed, protocol)),  # noqa: S301  (our own)
        copy.copy(parsed),
        copy.deepcopy(parsed),
        replace(parsed),
    ):
        assert type(twin) is type(parsed)
        assert twin == parsed
        assert hash(twin) == hash(parsed)
        assert twin.to_dict() == data
        assert repr(twin) == repr(parsed)


@given(PARTS)
def test_an_object_equals_the_one_that_a_constructor_makes_of_its_fields(part: tuple[str, Any]) -> None:
    kind, data = part
    parsed = model(kind).from_dict(data)
    public = {field.name: getattr(parsed, field.name) for field in fields(parsed) if not field.name.startswith("_")}
    loose = {name: _loose(value) for name, value in public.items()}
    for built in (model(kind)(**public), model(kind)(**loose)):
        assert built == parsed
        assert hash(built) == hash(parsed)
        assert model(kind).from_dict(built.to_dict()) == parsed


def _loose(value: Any) -> Any:
    """The types that a hand would write: a list for a tuple, a dict for a `FrozenDict`, a plain string."""
    if isinstance(value, FrozenDict):
        return value.to_dict()
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, Enum) else value


@given(PARTS)
def test_asdict_holds_the_fields(part: tuple[str, Any]) -> None:
    kind, data = part
    parsed = model(kind).from_dict(data)
    whole = asdict(parsed)
    assert list(whole) == [field.name for field in fields(parsed)]
    for name, value in whole.items():
        if type(value) in (str, int, float, bool):
            assert value == getattr(parsed, name)


def _replaced(model: Any, values: dict[str, Any]) -> Any:
    return replace(model, **values)


@given(STEP, st.integers())
def test_a_replaced_step_writes_what_got_a_value_and_keeps_what_was_absent(data: Any, time: int) -> None:
    parsed = RunStep.from_dict(data)
    assert replace(parsed, id="step_other").to_dict() == {**data, "id": "step_other"}
    for name in ("expired_at", "cancelled_at", "failed_at", "completed_at", "expires_at"):
        changed: RunStep = _replaced(parsed, {name: time})
        assert changed.to_dict() == {**data, name: time}
        assert _replaced(changed, {name: getattr(parsed, name)}).to_dict() == data


@given(PARTS)
def test_the_repr_evaluates(part: tuple[str, Any]) -> None:
    kind, data = part
    parsed = model(kind).from_dict(data)
    assert eval(repr(parsed), vars(runstep).copy()) == parsed  # noqa: S307  (our own)


@given(parts_in_subclasses())
def test_subclasses_of_the_json_types_are_read_as_what_they_are(parts: tuple[str, Any, Any]) -> None:
    kind, data, same = parts
    before = pickle.dumps(same)
    parsed = model(kind).from_dict(same)
    assert pickle.dumps(same) == before
    assert parsed == model(kind).from_dict(data)
    assert_immutable(parsed)
    assert_plain(parsed.to_dict())
    assert canonical(parsed.to_dict()) == canonical(data)


# The two readers.


def outcome(read: Callable[..., Any], data: Any, *, strict: bool) -> tuple[Problem, ...]:
    try:
        read(data, strict=strict)
    except ValidationError as error:
        return error.problems
    return ()


def check_agreement(kind: str, data: Any) -> None:
    before = pickle.dumps(data)
    problems = diagnose_as(kind, data)
    errors = tuple(problem for problem in problems if problem.level == "error")
    assert outcome(model(kind).from_dict, data, strict=False) == errors
    assert outcome(model(kind).from_dict, data, strict=True) == problems
    assert pickle.dumps(data) == before
    if not errors:
        parsed = model(kind).from_dict(data)
        assert_immutable(parsed)
        written = parsed.to_dict()
        assert_plain(written)
        assert model(kind).from_dict(written) == parsed
    for problem in problems:
        assert str(problem).isprintable()
        assert len(problem.message) < 200


@settings(settings.get_profile("runstep"), max_examples=300)
@given(_DAMAGED_PARTS)
def test_reading_fails_exactly_where_diagnose_finds_something(part: tuple[str, Any]) -> None:
    check_agreement(*part)


@settings(settings.get_profile("runstep"), max_examples=300)
@given(damaged(STEP))
def test_reading_a_step_fails_exactly_where_diagnose_finds_something(data: Any) -> None:
    check_agreement("RunStep", data)
    if not (isinstance(data, dict) and ("data" in data or data.get("object") == "list")):
        assert diagnose(data) == diagnose_as("RunStep", data)


@pytest.mark.long
@long_run
@given(_DAMAGED_PARTS)
def test_reading_any_part_fails_exactly_where_diagnose_finds_something(part: tuple[str, Any]) -> None:
    check_agreement(*part)


@pytest.mark.long
@settings(long_run, max_examples=30_000)
@given(damaged(STEP, most=5) | damaged(PAGE, most=5))
def test_reading_any_step_or_page_fails_exactly_where_diagnose_finds_something(data: Any) -> None:
    check_agreement("RunStepPage" if isinstance(data, dict) and "data" in data else "RunStep", data)


@given(st.text(st.characters(), max_size=30) | st.binary(max_size=30) | st.builds(json.dumps, strategies.JSON))
def test_reading_any_text_gives_an_object_or_a_validation_error(text: str | bytes) -> None:
    for cls in (RunStep, RunStepPage):
        with pytest.raises(ValidationError):
            cls.from_json(text)


def _never(*_: object) -> NoReturn:
    raise AssertionError


@given(PARTS)
def test_a_document_without_errors_is_read_without_the_diagnosis(part: tuple[str, Any]) -> None:
    kind, data = part
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("runstep.diagnosis.diagnose_as", _never)
        model(kind).from_dict(data)
