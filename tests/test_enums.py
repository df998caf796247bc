# SPDX-License-Identifier: MIT
"""The closed vocabularies: their members are the strings of the API reference, and behave as such."""

from __future__ import annotations

import copy
import json
import pickle
from enum import Enum

import pytest

from runstep import FileSearchRanker, LastErrorCode, RunStepStatus, RunStepType, enums

VALUES: dict[type[Enum], list[str]] = {
    RunStepType: ["message_creation", "tool_calls"],
    RunStepStatus: ["in_progress", "cancelled", "failed", "completed", "expired"],
    LastErrorCode: ["server_error", "rate_limit_exceeded"],
    FileSearchRanker: ["auto", "default_2024_08_21"],
}
MEMBERS = [pytest.param(member, id=member.value) for vocabulary in VALUES for member in vocabulary]


@pytest.mark.parametrize("vocabulary", VALUES, ids=lambda vocabulary: vocabulary.__name__)
def test_the_values_are_those_of_the_reference_in_its_order(vocabulary: type[Enum]) -> None:
    assert [member.value for member in vocabulary] == VALUES[vocabulary]
    assert [member.name for member in vocabulary] == [value.upper() for value in VALUES[vocabulary]]


@pytest.mark.parametrize("member", MEMBERS)
def test_a_member_is_its_value(member: Enum) -> None:
    value = member.value
    assert isinstance(member, str)
    assert member == value
    assert hash(member) == hash(value)
    assert {value: 1}[member] == 1
    assert str(member) == f"{member}" == format(member) == value
    assert f"{member:>20}" == f"{value:>20}"
    assert "%s" % member == value  # noqa: UP031  (one more way to print)
    assert json.dumps(member) == json.dumps(value)
    assert type(member)(value) is member


@pytest.mark.parametrize("member", MEMBERS)
def test_a_member_is_one_object_for_ever(member: Enum) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(member, protocol)) is member  # noqa: S301  (our own)
    assert copy.copy(member) is member
    assert copy.deepcopy(member) is member


@pytest.mark.parametrize("member", MEMBERS)
def test_the_repr_evaluates(member: Enum) -> None:
    assert repr(member) == f"{type(member).__name__}.{member.name}"
    assert eval(repr(member), vars(enums).copy()) is member  # noqa: S307  (our own)


@pytest.mark.parametrize("vocabulary", VALUES, ids=lambda vocabulary: vocabulary.__name__)
def test_an_unknown_value_is_no_member(vocabulary: type[Enum]) -> None:
    with pytest.raises(ValueError, match="surprise"):
        vocabulary("surprise")
