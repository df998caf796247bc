# SPDX-License-Identifier: MIT
"""Run steps and pages of them: decoded JSON or JSON text goes in, frozen objects come out, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias, final

from ._json import decode, encode
from ._reading import (
    FAILURES,
    Unreadable,
    absent,
    absent_of_two,
    array,
    boolean,
    draft,
    integer,
    keep_object,
    mapping,
    mapping_or_php,
    read,
    read_raw,
    reason,
    string,
    tagged,
    unnamed,
)
from ._writing import add_extra, hold, hold_frozen, hold_member, leave_out
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
from .errors import Problem
from .frozen import EMPTY, FrozenDict, frozen
from .metadata import METADATA_MAX_KEY_LENGTH, METADATA_MAX_PAIRS, METADATA_MAX_VALUE_LENGTH, checked_metadata
from .tool_calls import ToolCall, read_tool_calls

# What a step did.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCreation:
    """Which message a step wrote (API reference, "The run step object")."""

    message_id: str
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> MessageCreation:
        """Read a decoded `message_creation` object. Raises `ValidationError`."""
        return read(_read_message_creation, data, "MessageCreation", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        data: dict[str, Any] = {"message_id": self.message_id}
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_MessageCreationDraft = draft(MessageCreation)
_MESSAGE_CREATION_KEYS = frozenset({"message_id"})


def _read_message_creation(data: Any) -> MessageCreation:
    return _read_message_creation_details({"type": "", "message_creation": data}).message_creation


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCreationStepDetails:
    """The details of a step that wrote a message (API reference, "The run step object")."""

    type: ClassVar[Literal["message_creation"]] = "message_creation"

    message_creation: MessageCreation
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> MessageCreationStepDetails:
        """Read decoded step details of type `message_creation`. Raises `ValidationError`."""
        return read(
            tagged(_read_message_creation_details, "message_creation"),
            data,
            "MessageCreationStepDetails",
            strict=strict,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the details as fresh plain JSON types."""
        data: dict[str, Any] = {"type": "message_creation", "message_creation": self.message_creation.to_dict()}
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_MessageCreationDetailsDraft = draft(MessageCreationStepDetails)
_MESSAGE_CREATION_DETAILS_KEYS = frozenset({"type", "message_creation"})


def _read_message_creation_details(data: Any) -> MessageCreationStepDetails:
    new = _MessageCreationDetailsDraft()
    body = data["message_creation"]
    if type(body) is not dict:
        body = mapping(body)
    creation = _MessageCreationDraft()
    message_id = body["message_id"]
    creation.message_id = message_id if type(message_id) is str else string(message_id)
    creation.extra = EMPTY if len(body) == 1 else unnamed(body, _MESSAGE_CREATION_KEYS)
    creation.__class__ = MessageCreation
    new.message_creation = creation
    new.extra = EMPTY if len(data) == 2 else unnamed(data, _MESSAGE_CREATION_DETAILS_KEYS)
    new.__class__ = MessageCreationStepDetails
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallsStepDetails:
    """The details of a step that called tools (API reference, "The run step object")."""

    type: ClassVar[Literal["tool_calls"]] = "tool_calls"

    tool_calls: tuple[ToolCall, ...]
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold(self, "tool_calls", tuple(self.tool_calls))
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> ToolCallsStepDetails:
        """Read decoded step details of type `tool_calls`. Raises `ValidationError`."""
        return read(tagged(_read_tool_calls_details, "tool_calls"), data, "ToolCallsStepDetails", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the details as fresh plain JSON types."""
        calls = self.tool_calls
        # Most steps have one call, and without a comprehension they are written a tenth faster.
        written = [calls[0].to_dict()] if len(calls) == 1 else [call.to_dict() for call in calls]
        data: dict[str, Any] = {"type": "tool_calls", "tool_calls": written}
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_ToolCallsDetailsDraft = draft(ToolCallsStepDetails)
_TOOL_CALLS_DETAILS_KEYS = frozenset({"type", "tool_calls"})


def _read_tool_calls_details(data: Any) -> ToolCallsStepDetails:
    new = _ToolCallsDetailsDraft()
    calls = data["tool_calls"]
    if type(calls) is not list:
        calls = array(calls)
    new.tool_calls = read_tool_calls(calls)
    new.extra = EMPTY if len(data) == 2 else unnamed(data, _TOOL_CALLS_DETAILS_KEYS)
    new.__class__ = ToolCallsStepDetails
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherStepDetails:
    """Step details of a type that the API reference does not name, kept whole in `raw`."""

    raw: FrozenDict[Any]

    def __post_init__(self) -> None:
        hold_frozen(self, "raw")

    @property
    def type(self) -> str:
        """What the details call themselves."""
        return self.raw["type"]  # type: ignore[no-any-return]

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> OtherStepDetails:
        """Read decoded step details of any type. Raises `ValidationError`."""
        return read(_read_other_details, data, "OtherStepDetails", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the details as fresh plain JSON types."""
        return self.raw.to_dict()


_OtherDetailsDraft = draft(OtherStepDetails)


def _read_other_details(data: Any) -> OtherStepDetails:
    new = _OtherDetailsDraft()
    new.raw = read_raw(data)
    new.__class__ = OtherStepDetails
    return new  # type: ignore[no-any-return]


StepDetails: TypeAlias = MessageCreationStepDetails | ToolCallsStepDetails | OtherStepDetails

_DETAILS_READERS: dict[str, Callable[[Any], StepDetails]] = {
    "message_creation": _read_message_creation_details,
    "tool_calls": _read_tool_calls_details,
}


# How it went.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LastError:
    """Why a step failed (API reference, "The run step object").

    A code that the reference does not name is a plain `str`.
    """

    code: LastErrorCode | str
    message: str
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold_member(self, "code", LAST_ERROR_CODES)
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> LastError:
        """Read a decoded `last_error` object. Raises `ValidationError`."""
        return read(_read_last_error, data, "LastError", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        data: dict[str, Any] = {"code": PLAIN.get(self.code, self.code), "message": self.message}
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_LastErrorDraft = draft(LastError)
_LAST_ERROR_KEYS = frozenset({"code", "message"})


def _read_last_error(data: Any) -> LastError:
    if type(data) is not dict:
        data = mapping(data)
    new = _LastErrorDraft()
    code = data["code"]
    message = data["message"]
    new.code = LAST_ERROR_CODES.get(code) or string(code)
    new.message = message if type(message) is str else string(message)
    new.extra = EMPTY if len(data) == 2 else unnamed(data, _LAST_ERROR_KEYS)
    new.__class__ = LastError
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How many tokens a step took (API reference, "The run step object").

    The two details, so spelt, are not in the reference; live servers send them.
    """

    completion_tokens: int
    prompt_tokens: int
    total_tokens: int
    prompt_token_details: FrozenDict[Any] | None = None
    completion_tokens_details: FrozenDict[Any] | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(
        default=("prompt_token_details", "completion_tokens_details"), repr=False, compare=False
    )

    def __post_init__(self) -> None:
        hold_frozen(self, "prompt_token_details", "completion_tokens_details", "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> Usage:
        """Read a decoded `usage` object. Raises `ValidationError`."""
        return read(_read_usage, data, "Usage", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
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
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_UsageDraft = draft(Usage)
_USAGE_ABSENT = absent_of_two("prompt_token_details", "completion_tokens_details")
_USAGE_KEYS = frozenset(
    {"prompt_tokens", "completion_tokens", "total_tokens", "prompt_token_details", "completion_tokens_details"}
)


def _read_usage(data: Any) -> Usage:
    if type(data) is not dict:
        data = mapping(data)
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
            prompt = _read_token_details(prompt, "cached_tokens", _NO_CACHED_TOKENS)
        if completion is not None:
            completion = _read_token_details(completion, "reasoning_tokens", _NO_REASONING_TOKENS)
        new.prompt_token_details = prompt
        new.completion_tokens_details = completion
        if prompt is not None and completion is not None:
            gone: tuple[str, ...] = ()
        else:
            gone = _USAGE_ABSENT["prompt_token_details" in data]["completion_tokens_details" in data]
        new._absent = gone
        new.extra = EMPTY if len(data) + len(gone) == 5 else unnamed(data, _USAGE_KEYS)
    new.__class__ = Usage
    return new  # type: ignore[no-any-return]


def _read_token_details(data: Any, usual: str, none: FrozenDict[Any]) -> FrozenDict[Any]:
    if type(data) is not dict:
        data = mapping_or_php(data)
    # Nearly always it is one count, and mostly 0: one object serves for all of those.
    if len(data) == 1:
        count = data.get(usual)
        if type(count) is int:
            return frozen({usual: count}, False) if count else none
    return keep_object(data)


_NO_CACHED_TOKENS = FrozenDict({"cached_tokens": 0})
_NO_REASONING_TOKENS = FrozenDict({"reasoning_tokens": 0})


# The step, and a page of them.

_STEP_DOCUMENTED = (
    "id",
    "object",
    "created_at",
    "assistant_id",
    "thread_id",
    "run_id",
    "type",
    "status",
    "step_details",
    "last_error",
    "expired_at",
    "cancelled_at",
    "failed_at",
    "completed_at",
    "metadata",
    "usage",
)
_STEP_KEYS = frozenset({*_STEP_DOCUMENTED, "expires_at"})
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
_ABSENT_WHERE_DOCUMENTED = ("expires_at",)
_ABSENT_WHERE_LIVE = ("expired_at", "metadata")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunStep:
    """One step of a run: a message that was written, or tools that were called.

    The fields are those of the API reference ("The run step object") and one that live servers send,
    `expires_at`. Times are Unix seconds. A type or status that the reference does not name is a plain `str`.
    Two equal steps may write documents that differ in null against absent: each step knows which keys it
    was read with, which is no part of its value.
    """

    id: str
    object: str = "thread.run.step"
    created_at: int
    assistant_id: str
    thread_id: str
    run_id: str
    type: RunStepType | str
    status: RunStepStatus | str
    step_details: StepDetails
    last_error: LastError | None = None
    expired_at: int | None = None
    cancelled_at: int | None = None
    failed_at: int | None = None
    completed_at: int | None = None
    metadata: FrozenDict[str] | None = None
    usage: Usage | None = None
    expires_at: int | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=_ABSENT_WHERE_DOCUMENTED, repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_member(self, "type", RUN_STEP_TYPES)
        hold_member(self, "status", RUN_STEP_STATUSES)
        if self.metadata is not None:
            hold(self, "metadata", checked_metadata(self.metadata, ("metadata",)))
        hold_frozen(self, "extra")

    @property
    def ended_at(self) -> int | None:
        """When the step ended, in Unix seconds: the first that is set of completed, failed, cancelled, expired."""
        for time in (self.completed_at, self.failed_at, self.cancelled_at, self.expired_at):
            if time is not None:
                return time
        return None

    @property
    def duration(self) -> int | None:
        """Seconds from `created_at` to `ended_at`; None while it has not ended."""
        ended_at = self.ended_at
        return None if ended_at is None else ended_at - self.created_at

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls of the step; empty for a message."""
        details = self.step_details
        return details.tool_calls if isinstance(details, ToolCallsStepDetails) else ()

    @property
    def message_id(self) -> str | None:
        """The id of the message that the step wrote; None for any other step."""
        details = self.step_details
        return details.message_creation.message_id if isinstance(details, MessageCreationStepDetails) else None

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> RunStep:
        """Read a run step as `json.loads` decodes it.

        `strict` refuses what the newest published schema does not allow. Raises `ValidationError`.
        """
        if strict:
            return read(read_step, data, "RunStep", strict=strict)
        try:
            return read_step(data)
        except FAILURES as failure:
            raise reason(failure, data, "RunStep") from None

    def to_dict(self) -> dict[str, Any]:
        """Return the step as fresh plain JSON types: the keys it was read with, and those set since."""
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
        # These three tell the documented shape from the live one.
        absent = self._absent
        if self.expired_at is not None or "expired_at" not in absent:
            data["expired_at"] = self.expired_at
        if metadata is not None:
            data["metadata"] = metadata.to_dict()
        elif "metadata" not in absent:
            data["metadata"] = None
        if self.expires_at is not None or "expires_at" not in absent:
            data["expires_at"] = self.expires_at
        if absent is not _ABSENT_WHERE_LIVE and absent is not _ABSENT_WHERE_DOCUMENTED:
            leave_out(data, absent, {"object": "thread.run.step"})
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data

    @classmethod
    def from_json(cls, text: str | bytes, *, strict: bool = False) -> RunStep:
        """Read a run step from JSON text; bytes are UTF-8, UTF-16 or UTF-32. Raises `ValidationError`."""
        return cls.from_dict(decode(text), strict=strict)

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the step as JSON text in ASCII, as `json.dumps` writes it; `indent` in blanks, None for one line."""
        return encode(self.to_dict(), indent)


_StepDraft = draft(RunStep)


def read_step(data: Any) -> RunStep:  # noqa: PLR0915  (one statement a field, and calls cost)
    """Return the step that decoded JSON is, or raise one of `FAILURES`."""
    if type(data) is not dict:
        data = mapping(data)
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
    try:  # faster than `get`
        new.type = RUN_STEP_TYPES[type_]
        new.status = RUN_STEP_STATUSES[status]
    except KeyError:
        new.type = RUN_STEP_TYPES.get(type_) or string(type_)
        new.status = RUN_STEP_STATUSES.get(status) or string(status)
    details = data["step_details"]
    if type(details) is not dict:
        details = mapping(details)
    new.step_details = _DETAILS_READERS.get(details["type"], _read_other_details)(details)

    # Two sets of keys are usual: what the reference names, and what live servers send. Either is told from the
    # number of keys, if all of them are there.
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
            new._absent = _ABSENT_WHERE_LIVE
            new.extra = EMPTY
        elif size == 16:
            expired_at = data["expired_at"]
            metadata = data["metadata"]
            expires_at = None
            new._absent = _ABSENT_WHERE_DOCUMENTED
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
        gone = new._absent = absent(data, _STEP_OPTIONAL)
        new.extra = EMPTY if size + len(gone) == 17 else unnamed(data, _STEP_KEYS)

    if type(object_) is not str:
        object_ = string(object_)
    if object_ == "thread.run.step":
        new.object = "thread.run.step"  # one string for all of them
    elif object_ == "assistant.run.step":
        new.object = "assistant.run.step"
    else:
        raise Unreadable
    new.last_error = None if last_error is None else _read_last_error(last_error)
    new.expired_at = expired_at if expired_at is None or type(expired_at) is int else integer(expired_at)
    new.cancelled_at = cancelled_at if cancelled_at is None or type(cancelled_at) is int else integer(cancelled_at)
    new.failed_at = failed_at if failed_at is None or type(failed_at) is int else integer(failed_at)
    new.completed_at = completed_at if completed_at is None or type(completed_at) is int else integer(completed_at)
    new.metadata = None if metadata is None else _read_metadata(metadata)
    new.usage = None if usage is None else _read_usage(usage)
    new.expires_at = expires_at if expires_at is None or type(expires_at) is int else integer(expires_at)
    new.__class__ = RunStep
    return new  # type: ignore[no-any-return]


def _read_metadata(data: Any) -> FrozenDict[str]:
    if type(data) is not dict:
        data = mapping_or_php(data)
    if not data:
        return EMPTY
    if len(data) > METADATA_MAX_PAIRS:
        raise Unreadable
    for key, value in data.items():
        if type(key) is not str or type(value) is not str:
            return _read_metadata({string(key): string(value) for key, value in data.items()})
        if len(key) > METADATA_MAX_KEY_LENGTH or len(value) > METADATA_MAX_VALUE_LENGTH:
            raise Unreadable
    return frozen(data.copy(), False)


_PAGE_OPTIONAL = ("object", "first_id", "last_id", "has_more")
_PAGE_KEYS = frozenset({"data", *_PAGE_OPTIONAL})


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunStepPage:
    """A page of run steps, newest first unless it was asked for otherwise (API reference, "List run steps").

    Iterates over the steps in `data` and has their number as its length. The ids are those that the server
    gave: None on an empty page, and not always ids of the page's own steps.
    """

    object: str = "list"
    data: tuple[RunStep, ...]
    first_id: str | None = None
    last_id: str | None = None
    has_more: bool = False
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold(self, "data", tuple(self.data))
        hold_frozen(self, "extra")

    def __iter__(self) -> Iterator[RunStep]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> RunStepPage:
        """Read a page of run steps as `json.loads` decodes it.

        `strict` refuses what the newest published schema does not allow. Raises `ValidationError`.
        """
        return read(_read_page, data, "RunStepPage", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the page as fresh plain JSON types: the keys it was read with, and those set since."""
        data: dict[str, Any] = {
            "object": self.object,
            "data": [step.to_dict() for step in self.data],
            "first_id": self.first_id,
            "last_id": self.last_id,
            "has_more": self.has_more,
        }
        leave_out(data, self._absent, {"object": "list", "has_more": False})
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data

    @classmethod
    def from_json(cls, text: str | bytes, *, strict: bool = False) -> RunStepPage:
        """Read a page from JSON text; bytes are UTF-8, UTF-16 or UTF-32. Raises `ValidationError`."""
        return cls.from_dict(decode(text), strict=strict)

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the page as JSON text in ASCII, as `json.dumps` writes it; `indent` in blanks, None for one line."""
        return encode(self.to_dict(), indent)


_PageDraft = draft(RunStepPage)


def _read_page(data: Any) -> RunStepPage:
    if type(data) is not dict:
        data = mapping(data)
    new = _PageDraft()
    object_ = data.get("object", "list")
    steps = data["data"]
    first_id = data.get("first_id")
    last_id = data.get("last_id")
    has_more = data.get("has_more", False)
    if type(steps) is not list:
        steps = array(steps)
    new.object = object_ if type(object_) is str else string(object_)
    new.data = tuple([read_step(step) for step in steps])
    new.first_id = first_id if first_id is None or type(first_id) is str else string(first_id)
    new.last_id = last_id if last_id is None or type(last_id) is str else string(last_id)
    new.has_more = boolean(has_more)
    gone = new._absent = absent(data, _PAGE_OPTIONAL)
    new.extra = EMPTY if len(data) + len(gone) == 5 else unnamed(data, _PAGE_KEYS)
    new.__class__ = RunStepPage
    return new  # type: ignore[no-any-return]


def diagnose(data: Any) -> tuple[Problem, ...]:
    """Return every problem of a decoded run step or page, deviations from the newest published schema included.

    Empty means strictly valid. What does not say whether it is a step or a list is a page if it has `data`, but no
    `step_details`.
    """
    from .diagnosis import diagnose_as  # noqa: PLC0415  (loaded on demand: most programs never need it)

    return diagnose_as("RunStepPage" if isinstance(data, dict) and _is_page(data) else "RunStep", data)


def _is_page(data: dict[Any, Any]) -> bool:
    tag = data.get("object")
    if isinstance(tag, str) and (tag == "list" or tag in RUN_STEP_OBJECTS):
        return tag == "list"
    return "data" in data and "step_details" not in data
