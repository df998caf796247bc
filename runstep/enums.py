# SPDX-License-Identifier: MIT
"""The closed vocabularies of the API reference; a value they do not name is read as the plain `str` it came as."""

from __future__ import annotations

from enum import Enum


class _Vocabulary(str, Enum):
    """A string that prints as its value and whose `repr` evaluates."""

    __str__ = str.__str__
    __format__ = str.__format__  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class RunStepType(_Vocabulary):
    """The `type` of a run step (API reference, "The run step object")."""

    MESSAGE_CREATION = "message_creation"
    TOOL_CALLS = "tool_calls"


class RunStepStatus(_Vocabulary):
    """The `status` of a run step (API reference, "The run step object")."""

    IN_PROGRESS = "in_progress"
    CANCELLED = "cancelled"
    FAILED = "failed"
    COMPLETED = "completed"
    EXPIRED = "expired"


class LastErrorCode(_Vocabulary):
    """The `code` of a run step's `last_error` (API reference, "The run step object")."""

    SERVER_ERROR = "server_error"
    RATE_LIMIT_EXCEEDED = "rate_limit_exceeded"


class FileSearchRanker(_Vocabulary):
    """The `ranker` that a file search used (API reference, "The run step object", ranking options)."""

    AUTO = "auto"
    DEFAULT_2024_08_21 = "default_2024_08_21"


# What a run step may call itself in `object`; the second is the name in the first published schema (2023-11-06).
RUN_STEP_OBJECTS = ("thread.run.step", "assistant.run.step")

# A dict of members is several times faster than calling the class, and leaves unknown values to `get`.
RUN_STEP_TYPES = {member.value: member for member in RunStepType}
RUN_STEP_STATUSES = {member.value: member for member in RunStepStatus}
LAST_ERROR_CODES = {member.value: member for member in LastErrorCode}
FILE_SEARCH_RANKERS = {member.value: member for member in FileSearchRanker}

# The way back: members are strings, so one table serves all of them, and an unknown value is its own.
PLAIN: dict[str, str] = {
    member: member.value
    for vocabulary in (RunStepType, RunStepStatus, LastErrorCode, FileSearchRanker)
    for member in vocabulary
}
