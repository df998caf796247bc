# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Enums of the API reference. Unknown values are parsed as plain `str`."""

from __future__ import annotations

from enum import Enum


class _StrEnum(str, Enum):
    """An enum of strings that are printed as their values."""

    __str__ = str.__str__
    __format__ = str.__format__  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class RunStepType(_StrEnum):
    """The type of a run step (API reference, "The run step object", `type`)."""

    MESSAGE_CREATION = "message_creation"
    TOOL_CALLS = "tool_calls"


class RunStepStatus(_StrEnum):
    """The status of a run step (API reference, "The run step object", `status`)."""

    IN_PROGRESS = "in_progress"
    CANCELLED = "cancelled"
    FAILED = "failed"
    COMPLETED = "completed"
    EXPIRED = "expired"


class LastErrorCode(_StrEnum):
    """The code of an error (API reference, "The run step object", `last_error`)."""

    SERVER_ERROR = "server_error"
    RATE_LIMIT_EXCEEDED = "rate_limit_exceeded"


class FileSearchRanker(_StrEnum):
    """The ranker of a file search (`FileSearchRanker`; API reference, "The run step object", `ranking_options`)."""

    AUTO = "auto"
    DEFAULT_2024_08_21 = "default_2024_08_21"


# The values of `object` in a run step. The second one is from the first published schema (2023-11-06).
RUN_STEP_OBJECTS = ("thread.run.step", "assistant.run.step")

# Looking up a member in a dict is several times faster than calling the enum.
RUN_STEP_TYPES = {member.value: member for member in RunStepType}
RUN_STEP_STATUSES = {member.value: member for member in RunStepStatus}
LAST_ERROR_CODES = {member.value: member for member in LastErrorCode}
FILE_SEARCH_RANKERS = {member.value: member for member in FileSearchRanker}

# From members to plain strings. Members are strings, so one dict is enough for all enums.
PLAIN: dict[str, str] = {
    member: member.value for enum in (RunStepType, RunStepStatus, LastErrorCode, FileSearchRanker) for member in enum
}
