# SPDX-License-Identifier: MIT
"""Tests of the enums, whose members behave like their string values."""

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
MEMBERS = [pytest.param(member, id=member.value) for enum in VALUES for member in enum]


@pytest.mark.parametrize("enum", VALUES, ids=lambda enum: enum.__name__)
def test_values_match_the_api_reference(enum: type[Enum]) -> None:
    assert [member.value for member in enum] == VALUES[enum]
    assert [member.name for member in enum] == [value.upper() for value in VALUES[enum]]


@pytest.mark.parametrize("member", MEMBERS)
def test_a_member_behaves_like_its_value(member: Enum) -> None:
    value = member.value
    assert isinstance(member, str)
    assert member == value
    assert hash(member) == hash(value)
    assert {value: 1}[member] == 1
    assert str(member) == f"{member}" == format(member) == value
    assert f"{member:>20}" == f"{value:>20}"
    assert "%s" % member == value  # noqa: UP031  (tests this formatting)
    assert json.dumps(member) == json.dumps(value)
    assert type(member)(value) is member


@pytest.mark.parametrize("member", MEMBERS)
def test_members_are_singletons(member: Enum) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(member, protocol)) is member  # noqa: S301  (trusted data)
    assert copy.copy(member) is member
    assert copy.deepcopy(member) is member


@pytest.mark.parametrize("member", MEMBERS)
def test_the_repr_can_be_evaluated(member: Enum) -> None:
    assert repr(member) == f"{type(member).__name__}.{member.name}"
    assert eval(repr(member), vars(enums).copy()) is member  # noqa: S307  (trusted data)


@pytest.mark.parametrize("enum", VALUES, ids=lambda enum: enum.__name__)
def test_an_unknown_value_is_rejected(enum: type[Enum]) -> None:
    with pytest.raises(ValueError, match="surprise"):
        enum("surprise")
