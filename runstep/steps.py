# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Models and parsers for run steps, their details, and pages of run steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, SupportsIndex, TypeAlias, final, overload

from ._json import decode, encode
from ._reading import (
    FAILURES,
    ReadFailure,
    absent_keys,
    absent_of_two,
    boolean,
    draft,
    enum_member,
    explain,
    freeze_object,
    integer,
    parse,
    parse_kind,
    parser_for,
    plain_dict,
    plain_dict_or_php,
    plain_list,
    read_extra,
    read_raw,
    string,
    with_type,
    with_unknown_type,
)
from ._writing import check_arguments, check_raw, remove_absent, set_field, with_extra
from .enums import (
    LAST_ERROR_CODES,
    PLAIN,
    RUN_STEP_OBJECTS,
    RUN_STEP_STATUSES,
    RUN_STEP_TYPES,
    LastErrorCode,
    RunStepStatus,
    RunStepType,
)
from .errors import Problem, ValidationError, quoted
from .frozen import EMPTY, FrozenDict, frozen, thaw
from .metadata import METADATA_MAX_KEY_LENGTH, METADATA_MAX_PAIRS, METADATA_MAX_VALUE_LENGTH, checked_metadata
from .tool_calls import ToolCall, parse_tool_calls

# Step details.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCreation:
    """The message that a step created (API reference, "The run step object", `message_creation`)."""

    message_id: str
    """The id of the message."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> MessageCreation:
        """Parse a decoded `message_creation` object. Raises `ValidationError`."""
        return parse(cls, _parse_message_creation, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        data: dict[str, Any] = {"message_id": self.message_id}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_MessageCreationDraft = draft(MessageCreation)
_MESSAGE_CREATION_KEYS = frozenset({"message_id"})


def _parse_message_creation(data: Any) -> Any:
    return _parse_message_creation_details({"type": "", "message_creation": data}).message_creation


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCreationStepDetails:
    """The details of a step that created a message (`RunStepDetailsMessageCreationObject`).

    API reference, "The run step object", `step_details`.
    """

    type: ClassVar[Literal["message_creation"]] = "message_creation"
    """The type of the step details."""

    message_creation: MessageCreation
    """The message that the step created."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> MessageCreationStepDetails:
        """Parse decoded step details of type `message_creation`. Raises `ValidationError`."""
        return parse(cls, with_type(_parse_message_creation_details, "message_creation"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the details as new plain JSON types."""
        data: dict[str, Any] = {"type": "message_creation", "message_creation": self.message_creation.to_dict()}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_MessageCreationDetailsDraft = draft(MessageCreationStepDetails)
_MESSAGE_CREATION_DETAILS_KEYS = frozenset({"type", "message_creation"})


def _parse_message_creation_details(data: Any) -> Any:
    new = _MessageCreationDetailsDraft()
    body = data["message_creation"]
    if type(body) is not dict:
        body = plain_dict(body)
    creation = _MessageCreationDraft()
    message_id = body["message_id"]
    creation.message_id = message_id if type(message_id) is str else string(message_id)
    creation.extra = EMPTY if len(body) == 1 else read_extra(body, _MESSAGE_CREATION_KEYS)
    creation.__class__ = MessageCreation
    new.message_creation = creation
    new.extra = EMPTY if len(data) == 2 else read_extra(data, _MESSAGE_CREATION_DETAILS_KEYS)
    new.__class__ = MessageCreationStepDetails
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallsStepDetails:
    """The details of a step that called tools (`RunStepDetailsToolCallsObject`).

    API reference, "The run step object", `step_details`.
    """

    type: ClassVar[Literal["tool_calls"]] = "tool_calls"
    """The type of the step details."""

    tool_calls: tuple[ToolCall, ...]
    """The tool calls of the step; empty until the first one is known."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> ToolCallsStepDetails:
        """Parse decoded step details of type `tool_calls`. Raises `ValidationError`."""
        return parse(cls, with_type(_parse_tool_calls_details, "tool_calls"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the details as new plain JSON types."""
        calls = self.tool_calls
        # Most steps have one call, and a comprehension would take a tenth of the time.
        written = [calls[0].to_dict()] if len(calls) == 1 else [call.to_dict() for call in calls]
        data: dict[str, Any] = {"type": "tool_calls", "tool_calls": written}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_ToolCallsDetailsDraft = draft(ToolCallsStepDetails)
_TOOL_CALLS_DETAILS_KEYS = frozenset({"type", "tool_calls"})


def _parse_tool_calls_details(data: Any) -> Any:
    new = _ToolCallsDetailsDraft()
    calls = data["tool_calls"]
    if type(calls) is not list:
        calls = plain_list(calls)
    new.tool_calls = parse_tool_calls(calls)
    new.extra = EMPTY if len(data) == 2 else read_extra(data, _TOOL_CALLS_DETAILS_KEYS)
    new.__class__ = ToolCallsStepDetails
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherStepDetails:
    """Step details of a type that is not in the API reference."""

    raw: FrozenDict[Any]
    """The complete object."""

    def __post_init__(self) -> None:
        check_arguments(self)
        check_raw(self.raw, _DETAILS_PARSERS)

    @property
    def type(self) -> str:
        """The type of the step details."""
        return str(self.raw["type"])

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> OtherStepDetails:
        """Parse decoded step details of an unknown type. Raises `ValidationError`."""
        return parse(cls, with_unknown_type(_parse_other_details, _DETAILS_PARSERS), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the details as new plain JSON types."""
        return self.raw.to_dict()


_OtherDetailsDraft = draft(OtherStepDetails)


def _parse_other_details(data: Any) -> Any:
    new = _OtherDetailsDraft()
    new.raw = read_raw(data)
    new.__class__ = OtherStepDetails
    return new


StepDetails: TypeAlias = MessageCreationStepDetails | ToolCallsStepDetails | OtherStepDetails

_DETAILS_PARSERS: dict[str, Callable[[Any], Any]] = {
    "message_creation": _parse_message_creation_details,
    "tool_calls": _parse_tool_calls_details,
}


def step_details_from_dict(data: dict[str, Any], *, strict: bool = False) -> StepDetails:
    """Parse decoded step details, of the class that their type names. Raises `ValidationError`."""
    details: StepDetails = parse_kind("StepDetails", _parse_details, data, strict=strict)
    return details


def _parse_details(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    return parser_for(data["type"], _DETAILS_PARSERS, _parse_other_details)(data)


# The error and the usage of a step.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LastError:
    """Why a run step failed (API reference, "The run step object", `last_error`)."""

    code: LastErrorCode | str
    """The error code; a plain `str` if it is not in the API reference."""
    message: str
    """A human-readable description."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> LastError:
        """Parse a decoded `last_error` object. Raises `ValidationError`."""
        return parse(cls, _parse_last_error, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        data: dict[str, Any] = {"code": PLAIN.get(self.code, self.code), "message": self.message}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_LastErrorDraft = draft(LastError)
_LAST_ERROR_KEYS = frozenset({"code", "message"})


def _parse_last_error(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    new = _LastErrorDraft()
    code = data["code"]
    message = data["message"]
    new.code = LAST_ERROR_CODES.get(code) or enum_member(code, LAST_ERROR_CODES)
    new.message = message if type(message) is str else string(message)
    new.extra = EMPTY if len(data) == 2 else read_extra(data, _LAST_ERROR_KEYS)
    new.__class__ = LastError
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How many tokens a run step used (`RunStepCompletionUsage`; API reference, "The run step object", `usage`)."""

    completion_tokens: int
    """The number of completion tokens, including reasoning tokens."""
    prompt_tokens: int
    """The number of prompt tokens, including cached tokens."""
    total_tokens: int
    """The sum of prompt and completion tokens."""
    prompt_token_details: FrozenDict[Any] | None = None
    """Parts of the prompt tokens, such as `cached_tokens`; undocumented, and spelt so by servers."""
    completion_tokens_details: FrozenDict[Any] | None = None
    """Parts of the completion tokens, such as `reasoning_tokens`; undocumented."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(
        default=("prompt_token_details", "completion_tokens_details"), repr=False, compare=False
    )

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> Usage:
        """Parse a decoded `usage` object. Raises `ValidationError`."""
        return parse(cls, _parse_usage, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        data: dict[str, Any] = {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.total_tokens,
        }
        prompt, completion = self.prompt_token_details, self.completion_tokens_details
        if prompt is not None:
            data["prompt_token_details"] = prompt.to_dict()
        elif "prompt_token_details" not in self._absent:
            data["prompt_token_details"] = None
        if completion is not None:
            data["completion_tokens_details"] = completion.to_dict()
        elif "completion_tokens_details" not in self._absent:
            data["completion_tokens_details"] = None
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_UsageDraft = draft(Usage)
_USAGE_ABSENT = absent_of_two("prompt_token_details", "completion_tokens_details")
_USAGE_KEYS = frozenset(
    {"prompt_tokens", "completion_tokens", "total_tokens", "prompt_token_details", "completion_tokens_details"}
)


def _parse_usage(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    new = _UsageDraft()
    completion_tokens = data["completion_tokens"]
    prompt_tokens = data["prompt_tokens"]
    total_tokens = data["total_tokens"]
    new.completion_tokens = completion_tokens if type(completion_tokens) is int else integer(completion_tokens)
    new.prompt_tokens = prompt_tokens if type(prompt_tokens) is int else integer(prompt_tokens)
    new.total_tokens = total_tokens if type(total_tokens) is int else integer(total_tokens)
    if len(data) == 3:
        new.prompt_token_details = new.completion_tokens_details = None
        new._absent = _USAGE_ABSENT[False][False]
        new.extra = EMPTY
    else:
        prompt = data.get("prompt_token_details")
        completion = data.get("completion_tokens_details")
        if prompt is not None:
            prompt = _parse_token_details(prompt, "cached_tokens", _NO_CACHED_TOKENS)
        if completion is not None:
            completion = _parse_token_details(completion, "reasoning_tokens", _NO_REASONING_TOKENS)
        new.prompt_token_details = prompt
        new.completion_tokens_details = completion
        if prompt is not None and completion is not None:
            absent: tuple[str, ...] = ()
        else:
            absent = _USAGE_ABSENT["prompt_token_details" in data]["completion_tokens_details" in data]
        new._absent = absent
        new.extra = EMPTY if len(data) + len(absent) == 5 else read_extra(data, _USAGE_KEYS)
    new.__class__ = Usage
    return new


def _parse_token_details(data: Any, usual_key: str, zero: FrozenDict[Any]) -> FrozenDict[Any]:
    if type(data) is not dict:
        data = plain_dict_or_php(data)
    # Usually there is one count, and most of them are 0, for which one object is enough.
    if len(data) == 1:
        count = data.get(usual_key)
        if type(count) is int:
            return frozen({usual_key: count}, False) if count else zero
    return freeze_object(data)


_NO_CACHED_TOKENS = FrozenDict({"cached_tokens": 0})
_NO_REASONING_TOKENS = FrozenDict({"reasoning_tokens": 0})


# The run step.

# In seconds, this is the year 5138; in milliseconds, 1973.
MAX_SECONDS = 10**11


def milliseconds(time: int | None) -> int | None:
    """Return a time of a step in milliseconds, whichever unit it has; None if it is negative, which means unset."""
    if time is None or time < 0:
        return None
    return time if time > MAX_SECONDS else time * 1000


_STEP_OPTIONAL = (
    "object",
    "last_error",
    "expired_at",
    "cancelled_at",
    "failed_at",
    "completed_at",
    "metadata",
    "usage",
    "expires_at",
)
_STEP_KEYS = frozenset(
    {"id", "created_at", "assistant_id", "thread_id", "run_id", "type", "status", "step_details", *_STEP_OPTIONAL}
)
# The keys that are absent from the documented shape, and from the shape that live servers send.
_ABSENT_DOCUMENTED = ("expires_at",)
_ABSENT_LIVE = ("expired_at", "metadata")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunStep:
    """A step of a run: a message that was created, or a batch of tool calls (`RunStepObject`).

    API reference, "The run step object". All times are Unix times in seconds, as sent by the server.

    Equality ignores whether an optional key was null or missing, so two equal steps may serialize to documents that
    differ in this respect.
    """

    id: str
    """The id of the step."""
    object: str = "thread.run.step"
    """Always `thread.run.step`, or `assistant.run.step` in data of November 2023."""
    created_at: int
    """When the step was created."""
    assistant_id: str
    """The id of the assistant of the run."""
    thread_id: str
    """The id of the thread of the run."""
    run_id: str
    """The id of the run that the step belongs to."""
    type: RunStepType | str
    """The type of the step; a plain `str` if it is not in the API reference."""
    status: RunStepStatus | str
    """The status of the step; a plain `str` if it is not in the API reference."""
    step_details: StepDetails
    """The message that was created, or the tool calls."""
    last_error: LastError | None = None
    """The error of the step; None if there was none."""
    expired_at: int | None = None
    """When the step expired, because its run expired; None if it did not."""
    cancelled_at: int | None = None
    """When the step was cancelled; None if it was not."""
    failed_at: int | None = None
    """When the step failed; None if it did not."""
    completed_at: int | None = None
    """When the step was completed; None if it was not."""
    metadata: Mapping[str, str] | None = None
    """Up to 16 pairs of strings, with keys of up to 64 and values of up to 512 code points; a `FrozenDict`, or None."""
    usage: Usage | None = None
    """The tokens that the step used; None while it is in progress."""
    expires_at: int | None = None
    """When an unfinished step will expire; undocumented, but sent by live servers."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=_ABSENT_DOCUMENTED, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)
        if self.object not in RUN_STEP_OBJECTS:
            raise ValidationError([Problem(("object",), "error", f"expected a run step, got {quoted(self.object)}")])
        if self.metadata is not None:
            set_field(self, "metadata", checked_metadata(self.metadata, ("metadata",)))

    @property
    def ended_at(self) -> int | None:
        """When the step ended, in seconds: the first set of completed, failed, cancelled and expired.

        None if none is set. Some servers send -1 for a time that is not set, or milliseconds: negative times are unset,
        and times above 10^11 are milliseconds. The fields themselves are not converted.
        """
        ended = ended_milliseconds(self)
        return None if ended is None else ended // 1000

    @property
    def duration(self) -> int | None:
        """The seconds from `created_at` to `ended_at`; None if one of them is not set."""
        ended, created = ended_milliseconds(self), milliseconds(self.created_at)
        return None if ended is None or created is None else (ended - created) // 1000

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls of the step; empty for a message."""
        details = self.step_details
        return details.tool_calls if isinstance(details, ToolCallsStepDetails) else ()

    @property
    def message_id(self) -> str | None:
        """The id of the message that the step created; None for any other step."""
        details = self.step_details
        return details.message_creation.message_id if isinstance(details, MessageCreationStepDetails) else None

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> RunStep:
        """Parse a run step as decoded by `json.loads`.

        `strict` rejects deviations from the newest published schema. Raises `ValidationError`.
        """
        if strict:
            return parse(cls, parse_step, data, strict=True)
        try:  # as `parse` does, without the call
            return parse_step(data)
        except FAILURES as failure:
            raise explain(failure, cls.__name__, data) from None

    def to_dict(self) -> dict[str, Any]:
        """Return the step as new plain JSON types, with the keys that it was parsed from or that are set."""
        error, metadata, usage = self.last_error, self.metadata, self.usage
        data: dict[str, Any] = {
            "id": self.id,
            "object": self.object,
            "created_at": self.created_at,
            "assistant_id": self.assistant_id,
            "thread_id": self.thread_id,
            "run_id": self.run_id,
            "type": PLAIN.get(self.type, self.type),
            "status": PLAIN.get(self.status, self.status),
            "step_details": self.step_details.to_dict(),
            "last_error": None if error is None else error.to_dict(),
            "cancelled_at": self.cancelled_at,
            "failed_at": self.failed_at,
            "completed_at": self.completed_at,
            "usage": None if usage is None else usage.to_dict(),
        }
        # The documented shape and the live shape differ in these three.
        absent = self._absent
        if self.expired_at is not None or "expired_at" not in absent:
            data["expired_at"] = self.expired_at
        if metadata is not None:
            data["metadata"] = thaw(metadata)
        elif "metadata" not in absent:
            data["metadata"] = None
        if self.expires_at is not None or "expires_at" not in absent:
            data["expires_at"] = self.expires_at
        if absent is not _ABSENT_LIVE and absent is not _ABSENT_DOCUMENTED:
            remove_absent(data, absent, {"object": "thread.run.step"})
        return data if self.extra is EMPTY else with_extra(data, self.extra)

    @classmethod
    def from_json(cls, text: str | bytes, *, strict: bool = False) -> RunStep:
        """Parse a run step from JSON text; bytes are UTF-8, UTF-16 or UTF-32. Raises `ValidationError`."""
        return cls.from_dict(decode(text), strict=strict)

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the step as ASCII JSON text, like `json.dumps`, on one line or indented by `indent` spaces.

        Raises `ValueError` for an integer of more than 4,300 digits, which no JSON decoder of Python returns.
        """
        return encode(self.to_dict(), indent)


_StepDraft = draft(RunStep)


def ended_milliseconds(step: RunStep) -> int | None:
    """Return when a step ended, in milliseconds; None if it has not."""
    for time in (step.completed_at, step.failed_at, step.cancelled_at, step.expired_at):
        if time is not None and time >= 0:
            return milliseconds(time)
    return None


def parse_step(data: Any) -> RunStep:  # noqa: PLR0915  (one statement per field, because calls are slow)
    """Parse a run step. Raises one of `FAILURES`."""
    if type(data) is not dict:
        data = plain_dict(data)
    new = _StepDraft()
    id_ = data["id"]
    created_at = data["created_at"]
    assistant_id = data["assistant_id"]
    thread_id = data["thread_id"]
    run_id = data["run_id"]
    type_ = data["type"]
    status = data["status"]
    new.id = id_ if type(id_) is str else string(id_)
    new.created_at = created_at if type(created_at) is int else integer(created_at)
    new.assistant_id = assistant_id if type(assistant_id) is str else string(assistant_id)
    new.thread_id = thread_id if type(thread_id) is str else string(thread_id)
    new.run_id = run_id if type(run_id) is str else string(run_id)
    try:  # 5 % of the time for a message less than `get`
        new.type = RUN_STEP_TYPES[type_]
        new.status = RUN_STEP_STATUSES[status]
    except KeyError:
        new.type = enum_member(type_, RUN_STEP_TYPES)
        new.status = enum_member(status, RUN_STEP_STATUSES)
    details = data["step_details"]
    if type(details) is not dict:
        details = plain_dict(details)
    new.step_details = _DETAILS_PARSERS.get(details["type"], _parse_details)(details)

    # Nearly all steps have the documented or the live shape. The number of keys tells which, if all of them exist.
    size = len(data)
    try:
        object_ = data["object"]
        last_error = data["last_error"]
        cancelled_at = data["cancelled_at"]
        failed_at = data["failed_at"]
        completed_at = data["completed_at"]
        usage = data["usage"]
        if size == 15:
            expires_at = data["expires_at"]
            expired_at = metadata = None
            new._absent = _ABSENT_LIVE
            new.extra = EMPTY
        elif size == 16:
            expired_at = data["expired_at"]
            metadata = data["metadata"]
            expires_at = None
            new._absent = _ABSENT_DOCUMENTED
            new.extra = EMPTY
        else:
            raise KeyError  # noqa: TRY301
    except KeyError:
        object_ = data.get("object", "thread.run.step")
        last_error = data.get("last_error")
        expired_at = data.get("expired_at")
        cancelled_at = data.get("cancelled_at")
        failed_at = data.get("failed_at")
        completed_at = data.get("completed_at")
        metadata = data.get("metadata")
        usage = data.get("usage")
        expires_at = data.get("expires_at")
        absent = new._absent = absent_keys(data, _STEP_OPTIONAL)
        new.extra = EMPTY if size + len(absent) == 17 else read_extra(data, _STEP_KEYS)

    if type(object_) is not str:
        object_ = string(object_)
    if object_ == "thread.run.step":
        new.object = "thread.run.step"  # the constant, so that not every step keeps its own copy
    elif object_ == "assistant.run.step":
        new.object = "assistant.run.step"
    else:
        raise ReadFailure
    new.last_error = None if last_error is None else _parse_last_error(last_error)
    new.expired_at = expired_at if expired_at is None or type(expired_at) is int else integer(expired_at)
    new.cancelled_at = cancelled_at if cancelled_at is None or type(cancelled_at) is int else integer(cancelled_at)
    new.failed_at = failed_at if failed_at is None or type(failed_at) is int else integer(failed_at)
    new.completed_at = completed_at if completed_at is None or type(completed_at) is int else integer(completed_at)
    new.metadata = None if metadata is None else _parse_metadata(metadata)
    new.usage = None if usage is None else _parse_usage(usage)
    new.expires_at = expires_at if expires_at is None or type(expires_at) is int else integer(expires_at)
    new.__class__ = RunStep
    step: RunStep = new
    return step


def _parse_metadata(data: Any) -> FrozenDict[str]:
    if type(data) is not dict:
        data = plain_dict_or_php(data)
    if not data:
        return EMPTY
    if len(data) > METADATA_MAX_PAIRS:
        raise ReadFailure
    for key, value in data.items():
        if type(key) is not str or type(value) is not str:
            return _parse_metadata({string(key): string(value) for key, value in data.items()})
        if len(key) > METADATA_MAX_KEY_LENGTH or len(value) > METADATA_MAX_VALUE_LENGTH:
            raise ReadFailure
    return frozen(data.copy(), False)


# Pages.

_PAGE_OPTIONAL = ("object", "first_id", "last_id", "has_more")
_PAGE_KEYS = frozenset({"data", *_PAGE_OPTIONAL})


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunStepPage:
    """A page of run steps (`ListRunStepsResponse`; API reference, "List run steps").

    A sequence of its steps, newest first unless the request changed the order; a slice is a tuple.
    """

    object: str = "list"
    """Usually `list`."""
    data: tuple[RunStep, ...]
    """The steps of the page."""
    first_id: str | None = None
    """The id of the first step, according to the server; None for an empty page."""
    last_id: str | None = None
    """The id of the last step, according to the server; None for an empty page. The page may not contain it."""
    has_more: bool = False
    """Whether there is another page."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    def __iter__(self) -> Iterator[RunStep]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> RunStep: ...

    @overload
    def __getitem__(self, index: slice, /) -> tuple[RunStep, ...]: ...

    def __getitem__(self, index: SupportsIndex | slice, /) -> RunStep | tuple[RunStep, ...]:
        return self.data[index]

    def __reversed__(self) -> Iterator[RunStep]:
        return reversed(self.data)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> RunStepPage:
        """Parse a page of run steps as decoded by `json.loads`.

        `strict` rejects deviations from the newest published schema. Raises `ValidationError`.
        """
        return parse(cls, _parse_page, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the page as new plain JSON types, with the keys that it was parsed from or that are set."""
        data: dict[str, Any] = {
            "object": self.object,
            "data": [step.to_dict() for step in self.data],
            "first_id": self.first_id,
            "last_id": self.last_id,
            "has_more": self.has_more,
        }
        remove_absent(data, self._absent, {"object": "list", "has_more": False})
        return data if self.extra is EMPTY else with_extra(data, self.extra)

    @classmethod
    def from_json(cls, text: str | bytes, *, strict: bool = False) -> RunStepPage:
        """Parse a page from JSON text; bytes are UTF-8, UTF-16 or UTF-32. Raises `ValidationError`."""
        return cls.from_dict(decode(text), strict=strict)

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the page as ASCII JSON text, like `RunStep.to_json`."""
        return encode(self.to_dict(), indent)


_PageDraft = draft(RunStepPage)


def _parse_page(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    new = _PageDraft()
    object_ = data.get("object", "list")
    steps = data["data"]
    first_id = data.get("first_id")
    last_id = data.get("last_id")
    has_more = data.get("has_more", False)
    if type(steps) is not list:
        steps = plain_list(steps)
    new.object = object_ if type(object_) is str else string(object_)
    new.data = tuple([parse_step(step) for step in steps])
    new.first_id = first_id if first_id is None or type(first_id) is str else string(first_id)
    new.last_id = last_id if last_id is None or type(last_id) is str else string(last_id)
    new.has_more = boolean(has_more)
    absent = new._absent = absent_keys(data, _PAGE_OPTIONAL)
    new.extra = EMPTY if len(data) + len(absent) == 5 else read_extra(data, _PAGE_KEYS)
    new.__class__ = RunStepPage
    return new


def diagnose(data: Any) -> tuple[Problem, ...]:
    """Return all problems of a decoded run step or page, including deviations from the newest published schema.

    An empty tuple means that the document is strictly valid. A document without a known `object` is a page if it has
    `data` and no `step_details`.
    """
    from .diagnosis import diagnose_step_or_page  # noqa: PLC0415  (only needed for invalid data and strict mode)

    return diagnose_step_or_page(data)
