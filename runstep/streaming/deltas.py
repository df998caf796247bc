# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Models and parsers for the data of `thread.run.step.delta` events.

The classes correspond to those of the run step. A delta contains only what is new, so what is required there is
optional here, except the `index` and the `type` of a tool call or output.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar, final

from .._reading import (
    ReadFailure,
    absent_keys,
    draft,
    freeze_object,
    integer,
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
from .._writing import check_arguments, check_raw, remove_absent, with_extra
from ..errors import Problem, ValidationError, quoted
from ..frozen import EMPTY, FrozenDict
from ..tool_calls import FileSearch, parse_file_search

_Model = TypeVar("_Model")


def _parse(model: type[_Model], parser: Callable[[Any], Any], data: Any, *, strict: bool) -> _Model:
    parsed: _Model = parse_kind(model.__name__, parser, data, strict=strict, diagnose=_diagnose)
    return parsed


def _diagnose(kind: str, data: object) -> tuple[Problem, ...]:
    from .diagnosis import diagnose_delta_as  # noqa: PLC0415  (only needed for invalid data and strict mode)

    return diagnose_delta_as(kind, data)


def _set_absent(new: Any, data: dict[str, Any], keys: frozenset[str], optional: tuple[str, ...]) -> None:
    """Set the absent and the extra keys of a draft. `keys` are those defined in the schema."""
    absent = new._absent = absent_keys(data, optional)
    new.extra = EMPTY if len(data) + len(absent) == len(keys) else read_extra(data, keys)


def _to_dict(delta: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Complete the serialized form of a delta: without absent keys, with extra keys."""
    if delta._absent:
        remove_absent(data, delta._absent)
    return data if delta.extra is EMPTY else with_extra(data, delta.extra)


# Most deltas contain a fragment of the arguments of a function. The parsers on the path to it set the absent and extra
# keys of this shape directly, which saves a quarter of the time.


# Outputs of the code interpreter.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFileDelta:
    """A file with an image from the code interpreter (API reference, "The run step delta object", `image`)."""

    file_id: str | None = None
    """The id of the file; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("file_id",), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> ImageFileDelta:
        """Parse a decoded `image` object of a delta. Raises `ValidationError`."""
        return _parse(cls, _parse_image_file, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        return _to_dict(self, {"file_id": self.file_id})


_ImageFileDraft = draft(ImageFileDelta)
_IMAGE_FILE_KEYS = frozenset({"file_id"})


def _parse_image_file(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    new = _ImageFileDraft()
    file_id = data.get("file_id")
    new.file_id = file_id if file_id is None or type(file_id) is str else string(file_id)
    _set_absent(new, data, _IMAGE_FILE_KEYS, ("file_id",))
    new.__class__ = ImageFileDelta
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterLogsDelta:
    """A fragment of text output (`RunStepDeltaStepDetailsToolCallsCodeOutputLogsObject`).

    API reference, "The run step delta object", `outputs`.
    """

    type: ClassVar[Literal["logs"]] = "logs"
    """The type of the output."""

    index: int
    """The index of the output in its tool call."""
    logs: str | None = None
    """A fragment of the text; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("logs",), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterLogsDelta:
        """Parse a decoded output of type `logs` of a delta. Raises `ValidationError`."""
        return _parse(cls, with_type(_parse_logs, "logs"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the output as new plain JSON types."""
        return _to_dict(self, {"index": self.index, "type": "logs", "logs": self.logs})


_LogsDraft = draft(CodeInterpreterLogsDelta)
_LOGS_KEYS = frozenset({"index", "type", "logs"})


def _parse_logs(data: Any) -> Any:
    new = _LogsDraft()
    index = data["index"]
    logs = data.get("logs")
    new.index = index if type(index) is int else integer(index)
    new.logs = logs if logs is None or type(logs) is str else string(logs)
    _set_absent(new, data, _LOGS_KEYS, ("logs",))
    new.__class__ = CodeInterpreterLogsDelta
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterImageDelta:
    """Image output (`RunStepDeltaStepDetailsToolCallsCodeOutputImageObject`).

    API reference, "The run step delta object", `outputs`.
    """

    type: ClassVar[Literal["image"]] = "image"
    """The type of the output."""

    index: int
    """The index of the output in its tool call."""
    image: ImageFileDelta | None = None
    """The file with the image; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("image",), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterImageDelta:
        """Parse a decoded output of type `image` of a delta. Raises `ValidationError`."""
        return _parse(cls, with_type(_parse_image, "image"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the output as new plain JSON types."""
        image = None if self.image is None else self.image.to_dict()
        return _to_dict(self, {"index": self.index, "type": "image", "image": image})


_ImageDraft = draft(CodeInterpreterImageDelta)
_IMAGE_KEYS = frozenset({"index", "type", "image"})


def _parse_image(data: Any) -> Any:
    new = _ImageDraft()
    index = data["index"]
    image = data.get("image")
    new.index = index if type(index) is int else integer(index)
    new.image = None if image is None else _parse_image_file(image)
    _set_absent(new, data, _IMAGE_KEYS, ("image",))
    new.__class__ = CodeInterpreterImageDelta
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCodeInterpreterOutputDelta:
    """An output of the code interpreter of a type that is not in the API reference."""

    raw: FrozenDict[Any]
    """The complete object."""

    def __post_init__(self) -> None:
        check_arguments(self)
        check_raw(self.raw, _OUTPUT_PARSERS, has_index=True)

    @property
    def index(self) -> int:
        """The index of the output in its tool call."""
        return int(self.raw["index"])

    @property
    def type(self) -> str:
        """The type of the output."""
        return str(self.raw["type"])

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> OtherCodeInterpreterOutputDelta:
        """Parse a decoded output of an unknown type of a delta. Raises `ValidationError`."""
        return _parse(cls, with_unknown_type(_parse_other_output, _OUTPUT_PARSERS), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the output as new plain JSON types."""
        return self.raw.to_dict()


_OtherOutputDraft = draft(OtherCodeInterpreterOutputDelta)


def _parse_other_output(data: Any) -> Any:
    new = _OtherOutputDraft()
    new.raw = read_raw(data)
    integer(new.raw["index"])
    new.__class__ = OtherCodeInterpreterOutputDelta
    return new


CodeInterpreterOutputDelta: TypeAlias = (
    CodeInterpreterLogsDelta | CodeInterpreterImageDelta | OtherCodeInterpreterOutputDelta
)

_OUTPUT_PARSERS: dict[str, Callable[[Any], Any]] = {
    "logs": _parse_logs,
    "image": _parse_image,
}


def _parse_output(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    return parser_for(data["type"], _OUTPUT_PARSERS, _parse_other_output)(data)


# Bodies of tool calls.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterDelta:
    """A fragment of code, and its output (API reference, "The run step delta object", `code_interpreter`)."""

    input: str | None = None
    """A fragment of the code; None if null or missing."""
    outputs: tuple[CodeInterpreterOutputDelta, ...] | None = None
    """New outputs, or fragments of them; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("input", "outputs"), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterDelta:
        """Parse a decoded `code_interpreter` object of a delta. Raises `ValidationError`."""
        return _parse(cls, _parse_code_interpreter, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        outputs = None if self.outputs is None else [output.to_dict() for output in self.outputs]
        return _to_dict(self, {"input": self.input, "outputs": outputs})


_CodeInterpreterDraft = draft(CodeInterpreterDelta)
_CODE_INTERPRETER_KEYS = frozenset({"input", "outputs"})


def _parse_code_interpreter(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    new = _CodeInterpreterDraft()
    code = data.get("input")
    outputs = data.get("outputs")
    if outputs is not None:
        if type(outputs) is not list:
            outputs = plain_list(outputs)
        outputs = tuple([_parse_output(output) for output in outputs])
    new.input = code if code is None or type(code) is str else string(code)
    new.outputs = outputs
    _set_absent(new, data, _CODE_INTERPRETER_KEYS, ("input", "outputs"))
    new.__class__ = CodeInterpreterDelta
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDelta:
    """A fragment of a function call (API reference, "The run step delta object", `function`)."""

    name: str | None = None
    """The name of the function; None except in the first delta of a call."""
    arguments: str | None = None
    """A fragment of the arguments, which are JSON text; None if null or missing."""
    output: str | None = None
    """The output of the function; None until it was submitted."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("name", "arguments", "output"), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FunctionDelta:
        """Parse a decoded `function` object of a delta. Raises `ValidationError`."""
        return _parse(cls, _parse_function, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        return _to_dict(self, {"name": self.name, "arguments": self.arguments, "output": self.output})


_FunctionDraft = draft(FunctionDelta)
_FUNCTION_KEYS = frozenset({"name", "arguments", "output"})
_FUNCTION_ABSENT = ("name", "output")


def _parse_function(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    new = _FunctionDraft()
    arguments = data.get("arguments")
    new.arguments = arguments if arguments is None or type(arguments) is str else string(arguments)
    if len(data) == 1 and arguments is not None:
        new.name = new.output = None
        new.extra = EMPTY
        new._absent = _FUNCTION_ABSENT
    else:
        name = data.get("name")
        output = data.get("output")
        new.name = name if name is None or type(name) is str else string(name)
        new.output = output if output is None or type(output) is str else string(output)
        _set_absent(new, data, _FUNCTION_KEYS, ("name", "arguments", "output"))
    new.__class__ = FunctionDelta
    return new


# Tool calls.


def _parse_call(new: Any, data: dict[str, Any], key: str, parse_body: Callable[[Any], Any]) -> Any:
    """Set the common fields of the draft of a tool call, and return its body, which is under `key`."""
    index = data["index"]
    id_ = data.get("id")
    body = data.get(key)
    new.index = index if type(index) is int else integer(index)
    new.id = id_ if id_ is None or type(id_) is str else string(id_)
    if body is not None and len(data) == (3 if id_ is None else 4):
        new._absent = _CALL_ABSENT if id_ is None else ()
        new.extra = EMPTY
    else:
        _set_absent(new, data, _CALL_KEYS[key], ("id", key))
    return None if body is None else parse_body(body)


_CALL_ABSENT = ("id",)
_CALL_KEYS = {
    key: frozenset({"index", "id", "type", key}) for key in ("code_interpreter", "file_search", "function", "retrieval")
}


def _call_to_dict(call: Any, body: Any) -> dict[str, Any]:
    key = call.type
    data = {"index": call.index, "id": call.id, "type": key, key: None if body is None else body.to_dict()}
    return _to_dict(call, data)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterToolCallDelta:
    """A fragment of a call of the code interpreter (`RunStepDeltaStepDetailsToolCallsCodeObject`).

    API reference, "The run step delta object", `tool_calls`.
    """

    type: ClassVar[Literal["code_interpreter"]] = "code_interpreter"
    """The type of the tool call."""

    index: int
    """The index of the tool call in its step."""
    id: str | None = None
    """The id of the tool call; None except in its first delta."""
    code_interpreter: CodeInterpreterDelta | None = None
    """A fragment of the code, and its output; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("id", "code_interpreter"), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterToolCallDelta:
        """Parse a decoded tool call of type `code_interpreter` of a delta. Raises `ValidationError`."""
        return _parse(cls, with_type(_parse_code_interpreter_call, "code_interpreter"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as new plain JSON types."""
        return _call_to_dict(self, self.code_interpreter)


_CodeInterpreterCallDraft = draft(CodeInterpreterToolCallDelta)


def _parse_code_interpreter_call(data: Any) -> Any:
    new = _CodeInterpreterCallDraft()
    new.code_interpreter = _parse_call(new, data, "code_interpreter", _parse_code_interpreter)
    new.__class__ = CodeInterpreterToolCallDelta
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearchToolCallDelta:
    """A file search (`RunStepDeltaStepDetailsToolCallsFileSearchObject`).

    API reference, "The run step delta object", `tool_calls`.
    """

    type: ClassVar[Literal["file_search"]] = "file_search"
    """The type of the tool call."""

    index: int
    """The index of the tool call in its step."""
    id: str | None = None
    """The id of the tool call; None except in its first delta."""
    file_search: FileSearch | None = None
    """The options of the search, in the class of the step; None if null or missing.

    Results are only in the complete step.
    """
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("id", "file_search"), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FileSearchToolCallDelta:
        """Parse a decoded tool call of type `file_search` of a delta. Raises `ValidationError`."""
        return _parse(cls, with_type(_parse_file_search_call, "file_search"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as new plain JSON types."""
        return _call_to_dict(self, self.file_search)


_FileSearchCallDraft = draft(FileSearchToolCallDelta)


def _parse_file_search_call(data: Any) -> Any:
    new = _FileSearchCallDraft()
    new.file_search = _parse_call(new, data, "file_search", parse_file_search)
    new.__class__ = FileSearchToolCallDelta
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionToolCallDelta:
    """A fragment of a function call (`RunStepDeltaStepDetailsToolCallsFunctionObject`).

    API reference, "The run step delta object", `tool_calls`.
    """

    type: ClassVar[Literal["function"]] = "function"
    """The type of the tool call."""

    index: int
    """The index of the tool call in its step."""
    id: str | None = None
    """The id of the tool call; None except in its first delta."""
    function: FunctionDelta | None = None
    """A fragment of the function call; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("id", "function"), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FunctionToolCallDelta:
        """Parse a decoded tool call of type `function` of a delta. Raises `ValidationError`."""
        return _parse(cls, with_type(_parse_function_call, "function"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as new plain JSON types."""
        return _call_to_dict(self, self.function)


_FunctionCallDraft = draft(FunctionToolCallDelta)


def _parse_function_call(data: Any) -> Any:
    new = _FunctionCallDraft()
    new.function = _parse_call(new, data, "function", _parse_function)
    new.__class__ = FunctionToolCallDelta
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalToolCallDelta:
    """A call of the retrieval tool of v1 (`RunStepDeltaStepDetailsToolCallsRetrievalObject`).

    API reference of 2024-03-27, "The run step delta object", `tool_calls`. In v2, file search replaced it.
    """

    type: ClassVar[Literal["retrieval"]] = "retrieval"
    """The type of the tool call."""

    index: int
    """The index of the tool call in its step."""
    id: str | None = None
    """The id of the tool call; None except in its first delta."""
    retrieval: FrozenDict[Any] | None = None
    """Always empty in the API; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("id", "retrieval"), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> RetrievalToolCallDelta:
        """Parse a decoded tool call of type `retrieval` of a delta. Raises `ValidationError`."""
        return _parse(cls, with_type(_parse_retrieval_call, "retrieval"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as new plain JSON types."""
        return _call_to_dict(self, self.retrieval)


_RetrievalCallDraft = draft(RetrievalToolCallDelta)


def _parse_retrieval(data: Any) -> Any:
    return freeze_object(plain_dict_or_php(data))


def _parse_retrieval_call(data: Any) -> Any:
    new = _RetrievalCallDraft()
    new.retrieval = _parse_call(new, data, "retrieval", _parse_retrieval)
    new.__class__ = RetrievalToolCallDelta
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherToolCallDelta:
    """A fragment of a call of a tool that is not in the API reference."""

    raw: FrozenDict[Any]
    """The complete object."""

    def __post_init__(self) -> None:
        check_arguments(self)
        check_raw(self.raw, _CALL_PARSERS, has_index=True)

    @property
    def index(self) -> int:
        """The index of the tool call in its step."""
        return int(self.raw["index"])

    @property
    def type(self) -> str:
        """The type of the tool call."""
        return str(self.raw["type"])

    @property
    def id(self) -> str | None:
        """The id of the tool call; None if it is missing or not a string."""
        value = self.raw.get("id")
        return value if isinstance(value, str) else None

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> OtherToolCallDelta:
        """Parse a decoded tool call of an unknown type of a delta. Raises `ValidationError`."""
        return _parse(cls, with_unknown_type(_parse_other_call, _CALL_PARSERS), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as new plain JSON types."""
        return self.raw.to_dict()


_OtherCallDraft = draft(OtherToolCallDelta)


def _parse_other_call(data: Any) -> Any:
    new = _OtherCallDraft()
    new.raw = read_raw(data)
    integer(new.raw["index"])
    new.__class__ = OtherToolCallDelta
    return new


ToolCallDelta: TypeAlias = (
    CodeInterpreterToolCallDelta
    | FileSearchToolCallDelta
    | FunctionToolCallDelta
    | RetrievalToolCallDelta
    | OtherToolCallDelta
)

_CALL_PARSERS: dict[str, Callable[[Any], Any]] = {
    "code_interpreter": _parse_code_interpreter_call,
    "file_search": _parse_file_search_call,
    "function": _parse_function_call,
    "retrieval": _parse_retrieval_call,
}


def _parse_any_call(data: Any) -> Any:
    return parser_for(data["type"], _CALL_PARSERS, _parse_other_call)(data)


# Step details.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCreationDelta:
    """The message that a step creates (API reference, "The run step delta object", `message_creation`)."""

    message_id: str | None = None
    """The id of the message; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("message_id",), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> MessageCreationDelta:
        """Parse a decoded `message_creation` object of a delta. Raises `ValidationError`."""
        return _parse(cls, _parse_message_creation, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        return _to_dict(self, {"message_id": self.message_id})


_MessageCreationDraft = draft(MessageCreationDelta)
_MESSAGE_CREATION_KEYS = frozenset({"message_id"})


def _parse_message_creation(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    new = _MessageCreationDraft()
    message_id = data.get("message_id")
    new.message_id = message_id if message_id is None or type(message_id) is str else string(message_id)
    _set_absent(new, data, _MESSAGE_CREATION_KEYS, ("message_id",))
    new.__class__ = MessageCreationDelta
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCreationStepDetailsDelta:
    """The details of a step that creates a message (`RunStepDeltaStepDetailsMessageCreationObject`).

    API reference, "The run step delta object", `step_details`.
    """

    type: ClassVar[Literal["message_creation"]] = "message_creation"
    """The type of the step details."""

    message_creation: MessageCreationDelta | None = None
    """The message that the step creates; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("message_creation",), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> MessageCreationStepDetailsDelta:
        """Parse decoded step details of type `message_creation` of a delta. Raises `ValidationError`."""
        return _parse(cls, with_type(_parse_message_creation_details, "message_creation"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the details as new plain JSON types."""
        creation = None if self.message_creation is None else self.message_creation.to_dict()
        return _to_dict(self, {"type": "message_creation", "message_creation": creation})


_MessageCreationDetailsDraft = draft(MessageCreationStepDetailsDelta)
_MESSAGE_CREATION_DETAILS_KEYS = frozenset({"type", "message_creation"})


def _parse_message_creation_details(data: Any) -> Any:
    new = _MessageCreationDetailsDraft()
    creation = data.get("message_creation")
    new.message_creation = None if creation is None else _parse_message_creation(creation)
    _set_absent(new, data, _MESSAGE_CREATION_DETAILS_KEYS, ("message_creation",))
    new.__class__ = MessageCreationStepDetailsDelta
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallsStepDetailsDelta:
    """The details of a step that calls tools (`RunStepDeltaStepDetailsToolCallsObject`).

    API reference, "The run step delta object", `step_details`.
    """

    type: ClassVar[Literal["tool_calls"]] = "tool_calls"
    """The type of the step details."""

    tool_calls: tuple[ToolCallDelta, ...] | None = None
    """Fragments of tool calls, in any order and possibly several of one call; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("tool_calls",), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> ToolCallsStepDetailsDelta:
        """Parse decoded step details of type `tool_calls` of a delta. Raises `ValidationError`."""
        return _parse(cls, with_type(_parse_tool_calls_details, "tool_calls"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the details as new plain JSON types."""
        calls = None if self.tool_calls is None else [call.to_dict() for call in self.tool_calls]
        return _to_dict(self, {"type": "tool_calls", "tool_calls": calls})


_ToolCallsDetailsDraft = draft(ToolCallsStepDetailsDelta)
_TOOL_CALLS_DETAILS_KEYS = frozenset({"type", "tool_calls"})


def _parse_tool_calls_details(data: Any) -> Any:
    new = _ToolCallsDetailsDraft()
    calls = data.get("tool_calls")
    if calls is not None:
        parsed: list[ToolCallDelta] = []
        for call in calls if type(calls) is list else plain_list(calls):
            plain = call if type(call) is dict else plain_dict(call)
            parsed.append(_CALL_PARSERS.get(plain["type"], _parse_any_call)(plain))
        calls = tuple(parsed)
    new.tool_calls = calls
    if calls is not None and len(data) == 2:
        new._absent = ()
        new.extra = EMPTY
    else:
        _set_absent(new, data, _TOOL_CALLS_DETAILS_KEYS, ("tool_calls",))
    new.__class__ = ToolCallsStepDetailsDelta
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherStepDetailsDelta:
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
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> OtherStepDetailsDelta:
        """Parse decoded step details of an unknown type of a delta. Raises `ValidationError`."""
        return _parse(cls, with_unknown_type(_parse_other_details, _DETAILS_PARSERS), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the details as new plain JSON types."""
        return self.raw.to_dict()


_OtherDetailsDraft = draft(OtherStepDetailsDelta)


def _parse_other_details(data: Any) -> Any:
    new = _OtherDetailsDraft()
    new.raw = read_raw(data)
    new.__class__ = OtherStepDetailsDelta
    return new


StepDetailsDelta: TypeAlias = MessageCreationStepDetailsDelta | ToolCallsStepDetailsDelta | OtherStepDetailsDelta

_DETAILS_PARSERS: dict[str, Callable[[Any], Any]] = {
    "message_creation": _parse_message_creation_details,
    "tool_calls": _parse_tool_calls_details,
}


def _parse_details(data: Any) -> Any:
    return parser_for(data["type"], _DETAILS_PARSERS, _parse_other_details)(data)


# The delta.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StepDelta:
    """What is new in a run step (API reference, "The run step delta object", `delta`)."""

    step_details: StepDetailsDelta | None = None
    """What is new in the step details; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("step_details",), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> StepDelta:
        """Parse the decoded `delta` object of a delta. Raises `ValidationError`."""
        return _parse(cls, _parse_step_delta, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        return _to_dict(self, {"step_details": None if self.step_details is None else self.step_details.to_dict()})


_StepDeltaDraft = draft(StepDelta)
_STEP_DELTA_KEYS = frozenset({"step_details"})


def _parse_step_delta(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    new = _StepDeltaDraft()
    details = data.get("step_details")
    if details is not None:
        if type(details) is not dict:
            details = plain_dict(details)
        details = _DETAILS_PARSERS.get(details["type"], _parse_details)(details)
    new.step_details = details
    if details is not None and len(data) == 1:
        new._absent = ()
        new.extra = EMPTY
    else:
        _set_absent(new, data, _STEP_DELTA_KEYS, ("step_details",))
    new.__class__ = StepDelta
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunStepDelta:
    """The data of a `thread.run.step.delta` event (`RunStepDeltaObject`).

    API reference, "The run step delta object". Equality ignores whether an optional key was null or missing.
    """

    id: str
    """The id of the run step."""
    object: str = "thread.run.step.delta"
    """Always `thread.run.step.delta`."""
    delta: StepDelta
    """What is new in the run step."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)
        if self.object != "thread.run.step.delta":
            message = f"expected a run step delta, got {quoted(self.object)}"
            raise ValidationError([Problem(("object",), "error", message)])

    @property
    def tool_calls(self) -> tuple[ToolCallDelta, ...]:
        """The fragments of tool calls; empty if there are none."""
        details = self.delta.step_details
        return (details.tool_calls or ()) if isinstance(details, ToolCallsStepDetailsDelta) else ()

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> RunStepDelta:
        """Parse a delta as decoded by `json.loads`.

        `strict` rejects deviations from the newest published schema, and in `file_search` from the schema of the step.
        Raises `ValidationError`.
        """
        return _parse(cls, _parse_delta, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the delta as new plain JSON types, with the keys that it was parsed from or that are set."""
        data: dict[str, Any] = {"id": self.id, "object": self.object, "delta": self.delta.to_dict()}
        if self._absent:
            del data["object"]
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_DeltaDraft = draft(RunStepDelta)
_DELTA_KEYS = frozenset({"id", "delta", "object"})


def _parse_delta(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    new = _DeltaDraft()
    id_ = data["id"]
    new.id = id_ if type(id_) is str else string(id_)
    if string(data.get("object", "thread.run.step.delta")) != "thread.run.step.delta":
        raise ReadFailure
    new.object = "thread.run.step.delta"
    new.delta = _parse_step_delta(data["delta"])
    if "object" in data and len(data) == 3:
        new._absent = ()
        new.extra = EMPTY
    else:
        _set_absent(new, data, _DELTA_KEYS, ("object",))
    new.__class__ = RunStepDelta
    return new
