# SPDX-License-Identifier: MIT
"""What a `thread.run.step.delta` event tells of a step: decoded JSON goes in, frozen objects come out, and back.

Named and cut like the classes of the step itself. A delta tells little at a time, so what the step's classes
require is optional here; only where a fragment belongs (`index`) and what it is of (`type`) must be there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar, final

from .._reading import (
    FAILURES,
    Unreadable,
    absent,
    absent_of_two,
    array,
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
from .._writing import add_extra, hold, hold_frozen, leave_out
from ..errors import Problem
from ..frozen import EMPTY, FrozenDict
from ..tool_calls import FileSearch, read_file_search

_Model = TypeVar("_Model")


def _read(reader: Callable[[Any], _Model], data: Any, kind: str, *, strict: bool) -> _Model:
    return read(reader, data, kind, strict=strict, diagnose_as=_diagnose_as)


def _diagnose_as(kind: str, data: object) -> tuple[Problem, ...]:
    from .diagnosis import diagnose_delta_as  # noqa: PLC0415  (most programs never need it)

    return diagnose_delta_as(kind, data)


# Code interpreter: fragments of its outputs, of what it ran, of the call.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFileDelta:
    """The file of an image that the code interpreter made (API reference, "The run step delta object")."""

    file_id: str | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("file_id",), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> ImageFileDelta:
        """Read a decoded `image` object of a delta. Raises `ValidationError`."""
        return _read(_read_image_file, data, "ImageFileDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        data: dict[str, Any] = {"file_id": self.file_id}
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_ImageFileDraft = draft(ImageFileDelta)
_IMAGE_FILE_OPTIONAL = ("file_id",)
_IMAGE_FILE_KEYS = frozenset(_IMAGE_FILE_OPTIONAL)


def _read_image_file(data: Any) -> ImageFileDelta:
    if type(data) is not dict:
        data = mapping(data)
    new = _ImageFileDraft()
    file_id = data.get("file_id")
    new.file_id = file_id if file_id is None or type(file_id) is str else string(file_id)
    gone = new._absent = absent(data, _IMAGE_FILE_OPTIONAL)
    new.extra = EMPTY if len(data) + len(gone) == 1 else unnamed(data, _IMAGE_FILE_KEYS)
    new.__class__ = ImageFileDelta
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterLogsDelta:
    """A fragment of text that code wrote (API reference, "The run step delta object").

    `index` tells which of the call's outputs the fragment belongs to.
    """

    type: ClassVar[Literal["logs"]] = "logs"

    index: int
    logs: str | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("logs",), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterLogsDelta:
        """Read a decoded output of type `logs` of a delta. Raises `ValidationError`."""
        return _read(tagged(_read_logs, "logs"), data, "CodeInterpreterLogsDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the output as fresh plain JSON types."""
        data: dict[str, Any] = {"index": self.index, "type": "logs", "logs": self.logs}
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_LogsDraft = draft(CodeInterpreterLogsDelta)
_LOGS_OPTIONAL = ("logs",)
_LOGS_KEYS = frozenset({"index", "type", *_LOGS_OPTIONAL})


def _read_logs(data: Any) -> CodeInterpreterLogsDelta:
    new = _LogsDraft()
    index = data["index"]
    logs = data.get("logs")
    new.index = index if type(index) is int else integer(index)
    new.logs = logs if logs is None or type(logs) is str else string(logs)
    gone = new._absent = absent(data, _LOGS_OPTIONAL)
    new.extra = EMPTY if len(data) + len(gone) == 3 else unnamed(data, _LOGS_KEYS)
    new.__class__ = CodeInterpreterLogsDelta
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterImageDelta:
    """An image that code made (API reference, "The run step delta object").

    `index` tells which of the call's outputs it is.
    """

    type: ClassVar[Literal["image"]] = "image"

    index: int
    image: ImageFileDelta | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("image",), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterImageDelta:
        """Read a decoded output of type `image` of a delta. Raises `ValidationError`."""
        return _read(tagged(_read_image, "image"), data, "CodeInterpreterImageDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the output as fresh plain JSON types."""
        image = self.image
        data: dict[str, Any] = {
            "index": self.index,
            "type": "image",
            "image": None if image is None else image.to_dict(),
        }
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_ImageDraft = draft(CodeInterpreterImageDelta)
_IMAGE_OPTIONAL = ("image",)
_IMAGE_KEYS = frozenset({"index", "type", *_IMAGE_OPTIONAL})


def _read_image(data: Any) -> CodeInterpreterImageDelta:
    new = _ImageDraft()
    index = data["index"]
    image = data.get("image")
    new.index = index if type(index) is int else integer(index)
    new.image = None if image is None else _read_image_file(image)
    gone = new._absent = absent(data, _IMAGE_OPTIONAL)
    new.extra = EMPTY if len(data) + len(gone) == 3 else unnamed(data, _IMAGE_KEYS)
    new.__class__ = CodeInterpreterImageDelta
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCodeInterpreterOutputDelta:
    """A fragment of an output of a type that the API reference does not name, kept whole in `raw`."""

    raw: FrozenDict[Any]

    def __post_init__(self) -> None:
        hold_frozen(self, "raw")

    @property
    def index(self) -> int:
        """Which of the call's outputs the fragment belongs to."""
        return int(self.raw["index"])

    @property
    def type(self) -> str:
        """What the output calls itself."""
        return self.raw["type"]  # type: ignore[no-any-return]

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> OtherCodeInterpreterOutputDelta:
        """Read a decoded output of any type of a delta. Raises `ValidationError`."""
        return _read(_read_other_output, data, "OtherCodeInterpreterOutputDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the output as fresh plain JSON types."""
        return self.raw.to_dict()


_OtherOutputDraft = draft(OtherCodeInterpreterOutputDelta)


def _read_other_output(data: Any) -> OtherCodeInterpreterOutputDelta:
    new = _OtherOutputDraft()
    raw = new.raw = read_raw(data)
    integer(raw["index"])
    new.__class__ = OtherCodeInterpreterOutputDelta
    return new  # type: ignore[no-any-return]


CodeInterpreterOutputDelta: TypeAlias = (
    CodeInterpreterLogsDelta | CodeInterpreterImageDelta | OtherCodeInterpreterOutputDelta
)

_OUTPUT_READERS: dict[str, Callable[[Any], CodeInterpreterOutputDelta]] = {
    "logs": _read_logs,
    "image": _read_image,
}


def _read_output(data: Any) -> CodeInterpreterOutputDelta:
    if type(data) is not dict:
        data = mapping(data)
    return _OUTPUT_READERS.get(data["type"], _read_other_output)(data)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterDelta:
    """A fragment of the code that runs, and what came of it (API reference, "The run step delta object")."""

    input: str | None = None
    outputs: tuple[CodeInterpreterOutputDelta, ...] | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("input", "outputs"), repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.outputs is not None:
            hold(self, "outputs", tuple(self.outputs))
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterDelta:
        """Read a decoded `code_interpreter` object of a delta. Raises `ValidationError`."""
        return _read(_read_code_interpreter, data, "CodeInterpreterDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        outputs = self.outputs
        data: dict[str, Any] = {
            "input": self.input,
            "outputs": None if outputs is None else [output.to_dict() for output in outputs],
        }
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_CodeInterpreterDraft = draft(CodeInterpreterDelta)
_CODE_INTERPRETER_ABSENT = absent_of_two("input", "outputs")
_CODE_INTERPRETER_KEYS = frozenset({"input", "outputs"})


def _read_code_interpreter(data: Any) -> CodeInterpreterDelta:
    if type(data) is not dict:
        data = mapping(data)
    new = _CodeInterpreterDraft()
    code = data.get("input")
    outputs = data.get("outputs")
    if outputs is not None:
        if type(outputs) is not list:
            outputs = array(outputs)
        outputs = tuple([_read_output(output) for output in outputs])
    new.input = code if code is None or type(code) is str else string(code)
    new.outputs = outputs
    gone = new._absent = _CODE_INTERPRETER_ABSENT["input" in data]["outputs" in data]
    new.extra = EMPTY if len(data) + len(gone) == 2 else unnamed(data, _CODE_INTERPRETER_KEYS)
    new.__class__ = CodeInterpreterDelta
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterToolCallDelta:
    """A fragment of a call of the code interpreter (API reference, "The run step delta object").

    `index` tells which of the step's tool calls the fragment belongs to; `id` comes with the first one only.
    """

    type: ClassVar[Literal["code_interpreter"]] = "code_interpreter"

    index: int
    id: str | None = None
    code_interpreter: CodeInterpreterDelta | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("id", "code_interpreter"), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterToolCallDelta:
        """Read a decoded tool call of type `code_interpreter` of a delta. Raises `ValidationError`."""
        return _read(
            tagged(_read_code_interpreter_call, "code_interpreter"), data, "CodeInterpreterToolCallDelta", strict=strict
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the call as fresh plain JSON types."""
        body = self.code_interpreter
        data: dict[str, Any] = {
            "index": self.index,
            "id": self.id,
            "type": "code_interpreter",
            "code_interpreter": None if body is None else body.to_dict(),
        }
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_CodeInterpreterCallDraft = draft(CodeInterpreterToolCallDelta)
_CODE_INTERPRETER_CALL_ABSENT = absent_of_two("id", "code_interpreter")
_CODE_INTERPRETER_CALL_KEYS = frozenset({"index", "id", "type", "code_interpreter"})


def _read_code_interpreter_call(data: Any) -> CodeInterpreterToolCallDelta:
    new = _CodeInterpreterCallDraft()
    index = data["index"]
    id_ = data.get("id")
    body = data.get("code_interpreter")
    new.index = index if type(index) is int else integer(index)
    new.id = id_ if id_ is None or type(id_) is str else string(id_)
    new.code_interpreter = None if body is None else _read_code_interpreter(body)
    gone = new._absent = _CODE_INTERPRETER_CALL_ABSENT["id" in data]["code_interpreter" in data]
    new.extra = EMPTY if len(data) + len(gone) == 4 else unnamed(data, _CODE_INTERPRETER_CALL_KEYS)
    new.__class__ = CodeInterpreterToolCallDelta
    return new  # type: ignore[no-any-return]


# File search: never in fragments.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearchToolCallDelta:
    """News of a search in files (API reference, "The run step delta object").

    `index` tells which of the step's tool calls it is. `file_search` is the step's own class: live servers send
    how it ranks; what was found only ever comes with the whole step.
    """

    type: ClassVar[Literal["file_search"]] = "file_search"

    index: int
    id: str | None = None
    file_search: FileSearch | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("id", "file_search"), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FileSearchToolCallDelta:
        """Read a decoded tool call of type `file_search` of a delta. Raises `ValidationError`."""
        return _read(tagged(_read_file_search_call, "file_search"), data, "FileSearchToolCallDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as fresh plain JSON types."""
        body = self.file_search
        data: dict[str, Any] = {
            "index": self.index,
            "id": self.id,
            "type": "file_search",
            "file_search": None if body is None else body.to_dict(),
        }
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_FileSearchCallDraft = draft(FileSearchToolCallDelta)
_FILE_SEARCH_CALL_ABSENT = absent_of_two("id", "file_search")
_FILE_SEARCH_CALL_KEYS = frozenset({"index", "id", "type", "file_search"})


def _read_file_search_call(data: Any) -> FileSearchToolCallDelta:
    new = _FileSearchCallDraft()
    index = data["index"]
    id_ = data.get("id")
    body = data.get("file_search")
    new.index = index if type(index) is int else integer(index)
    new.id = id_ if id_ is None or type(id_) is str else string(id_)
    new.file_search = None if body is None else read_file_search(body)
    gone = new._absent = _FILE_SEARCH_CALL_ABSENT["id" in data]["file_search" in data]
    new.extra = EMPTY if len(data) + len(gone) == 4 else unnamed(data, _FILE_SEARCH_CALL_KEYS)
    new.__class__ = FileSearchToolCallDelta
    return new  # type: ignore[no-any-return]


# Functions: fragments of what the model wants called, of the call.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDelta:
    """A fragment of a function that the model wants called (API reference, "The run step delta object").

    `arguments` is a fragment of JSON text, cut anywhere; `name` comes with the first one only.
    """

    name: str | None = None
    arguments: str | None = None
    output: str | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("name", "arguments", "output"), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FunctionDelta:
        """Read a decoded `function` object of a delta. Raises `ValidationError`."""
        return _read(_read_function, data, "FunctionDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        data: dict[str, Any] = {"name": self.name, "arguments": self.arguments, "output": self.output}
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_FunctionDraft = draft(FunctionDelta)
_FUNCTION_OPTIONAL = ("name", "arguments", "output")
_FUNCTION_KEYS = frozenset(_FUNCTION_OPTIONAL)
_FUNCTION_ABSENT_LATER = ("name", "output")


def _read_function(data: Any) -> FunctionDelta:
    if type(data) is not dict:
        data = mapping(data)
    new = _FunctionDraft()
    arguments = data.get("arguments")
    new.arguments = arguments if arguments is None or type(arguments) is str else string(arguments)
    if len(data) == 1 and "arguments" in data:  # nearly all of them
        new.name = new.output = None
        new.extra = EMPTY
        new._absent = _FUNCTION_ABSENT_LATER
    else:
        name = data.get("name")
        output = data.get("output")
        new.name = name if name is None or type(name) is str else string(name)
        new.output = output if output is None or type(output) is str else string(output)
        gone = new._absent = absent(data, _FUNCTION_OPTIONAL)
        new.extra = EMPTY if len(data) + len(gone) == 3 else unnamed(data, _FUNCTION_KEYS)
    new.__class__ = FunctionDelta
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionToolCallDelta:
    """A fragment of a call of a function of the user's (API reference, "The run step delta object").

    `index` tells which of the step's tool calls the fragment belongs to; `id` comes with the first one only.
    """

    type: ClassVar[Literal["function"]] = "function"

    index: int
    id: str | None = None
    function: FunctionDelta | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("id", "function"), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FunctionToolCallDelta:
        """Read a decoded tool call of type `function` of a delta. Raises `ValidationError`."""
        return _read(tagged(_read_function_call, "function"), data, "FunctionToolCallDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as fresh plain JSON types."""
        body = self.function
        data: dict[str, Any] = {
            "index": self.index,
            "id": self.id,
            "type": "function",
            "function": None if body is None else body.to_dict(),
        }
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_FunctionCallDraft = draft(FunctionToolCallDelta)
_FUNCTION_CALL_ABSENT = absent_of_two("id", "function")
_FUNCTION_CALL_KEYS = frozenset({"index", "id", "type", "function"})


def _read_function_call(data: Any) -> FunctionToolCallDelta:
    new = _FunctionCallDraft()
    index = data["index"]
    id_ = data.get("id")
    body = data.get("function")
    new.index = index if type(index) is int else integer(index)
    new.id = id_ if id_ is None or type(id_) is str else string(id_)
    new.function = None if body is None else _read_function(body)
    gone = new._absent = _FUNCTION_CALL_ABSENT["id" in data]["function" in data]
    new.extra = EMPTY if len(data) + len(gone) == 4 else unnamed(data, _FUNCTION_CALL_KEYS)
    new.__class__ = FunctionToolCallDelta
    return new  # type: ignore[no-any-return]


# What is no longer, and what never was, in the reference.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalToolCallDelta:
    """News of a call of the retrieval tool, which file search replaced in v2 (API reference of 2024-03-27).

    `index` tells which of the step's tool calls it is.
    """

    type: ClassVar[Literal["retrieval"]] = "retrieval"

    index: int
    id: str | None = None
    retrieval: FrozenDict[Any] | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("id", "retrieval"), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "retrieval", "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> RetrievalToolCallDelta:
        """Read a decoded tool call of type `retrieval` of a delta. Raises `ValidationError`."""
        return _read(tagged(_read_retrieval_call, "retrieval"), data, "RetrievalToolCallDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as fresh plain JSON types."""
        body = self.retrieval
        data: dict[str, Any] = {
            "index": self.index,
            "id": self.id,
            "type": "retrieval",
            "retrieval": None if body is None else body.to_dict(),
        }
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_RetrievalCallDraft = draft(RetrievalToolCallDelta)
_RETRIEVAL_CALL_ABSENT = absent_of_two("id", "retrieval")
_RETRIEVAL_CALL_KEYS = frozenset({"index", "id", "type", "retrieval"})


def _read_retrieval_call(data: Any) -> RetrievalToolCallDelta:
    new = _RetrievalCallDraft()
    index = data["index"]
    id_ = data.get("id")
    body = data.get("retrieval")
    new.index = index if type(index) is int else integer(index)
    new.id = id_ if id_ is None or type(id_) is str else string(id_)
    new.retrieval = None if body is None else keep_object(mapping_or_php(body))
    gone = new._absent = _RETRIEVAL_CALL_ABSENT["id" in data]["retrieval" in data]
    new.extra = EMPTY if len(data) + len(gone) == 4 else unnamed(data, _RETRIEVAL_CALL_KEYS)
    new.__class__ = RetrievalToolCallDelta
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherToolCallDelta:
    """A fragment of a call of a tool that the API reference does not name, kept whole in `raw`."""

    raw: FrozenDict[Any]

    def __post_init__(self) -> None:
        hold_frozen(self, "raw")

    @property
    def index(self) -> int:
        """Which of the step's tool calls the fragment belongs to."""
        return int(self.raw["index"])

    @property
    def type(self) -> str:
        """What the call calls its tool."""
        return self.raw["type"]  # type: ignore[no-any-return]

    @property
    def id(self) -> str | None:
        """The call's id, None where the fragment has none that is a string."""
        value = self.raw.get("id")
        return value if isinstance(value, str) else None

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> OtherToolCallDelta:
        """Read a decoded tool call of any type of a delta. Raises `ValidationError`."""
        return _read(_read_other_call, data, "OtherToolCallDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as fresh plain JSON types."""
        return self.raw.to_dict()


_OtherCallDraft = draft(OtherToolCallDelta)


def _read_other_call(data: Any) -> OtherToolCallDelta:
    new = _OtherCallDraft()
    raw = new.raw = read_raw(data)
    integer(raw["index"])
    new.__class__ = OtherToolCallDelta
    return new  # type: ignore[no-any-return]


ToolCallDelta: TypeAlias = (
    CodeInterpreterToolCallDelta
    | FileSearchToolCallDelta
    | FunctionToolCallDelta
    | RetrievalToolCallDelta
    | OtherToolCallDelta
)

_CALL_READERS: dict[str, Callable[[Any], ToolCallDelta]] = {
    "code_interpreter": _read_code_interpreter_call,
    "file_search": _read_file_search_call,
    "function": _read_function_call,
    "retrieval": _read_retrieval_call,
}


# What the step does.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCreationDelta:
    """Which message the step writes (API reference, "The run step delta object")."""

    message_id: str | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("message_id",), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> MessageCreationDelta:
        """Read a decoded `message_creation` object of a delta. Raises `ValidationError`."""
        return _read(_read_message_creation, data, "MessageCreationDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        data: dict[str, Any] = {"message_id": self.message_id}
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_MessageCreationDraft = draft(MessageCreationDelta)
_MESSAGE_CREATION_OPTIONAL = ("message_id",)
_MESSAGE_CREATION_KEYS = frozenset(_MESSAGE_CREATION_OPTIONAL)


def _read_message_creation(data: Any) -> MessageCreationDelta:
    if type(data) is not dict:
        data = mapping(data)
    new = _MessageCreationDraft()
    message_id = data.get("message_id")
    new.message_id = message_id if message_id is None or type(message_id) is str else string(message_id)
    gone = new._absent = absent(data, _MESSAGE_CREATION_OPTIONAL)
    new.extra = EMPTY if len(data) + len(gone) == 1 else unnamed(data, _MESSAGE_CREATION_KEYS)
    new.__class__ = MessageCreationDelta
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCreationStepDetailsDelta:
    """News of a step that writes a message (API reference, "The run step delta object")."""

    type: ClassVar[Literal["message_creation"]] = "message_creation"

    message_creation: MessageCreationDelta | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("message_creation",), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> MessageCreationStepDetailsDelta:
        """Read decoded step details of type `message_creation` of a delta. Raises `ValidationError`."""
        return _read(
            tagged(_read_message_creation_details, "message_creation"),
            data,
            "MessageCreationStepDetailsDelta",
            strict=strict,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the details as fresh plain JSON types."""
        creation = self.message_creation
        data: dict[str, Any] = {
            "type": "message_creation",
            "message_creation": None if creation is None else creation.to_dict(),
        }
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_MessageCreationDetailsDraft = draft(MessageCreationStepDetailsDelta)
_MESSAGE_CREATION_DETAILS_OPTIONAL = ("message_creation",)
_MESSAGE_CREATION_DETAILS_KEYS = frozenset({"type", *_MESSAGE_CREATION_DETAILS_OPTIONAL})


def _read_message_creation_details(data: Any) -> MessageCreationStepDetailsDelta:
    new = _MessageCreationDetailsDraft()
    creation = data.get("message_creation")
    new.message_creation = None if creation is None else _read_message_creation(creation)
    gone = new._absent = absent(data, _MESSAGE_CREATION_DETAILS_OPTIONAL)
    new.extra = EMPTY if len(data) + len(gone) == 2 else unnamed(data, _MESSAGE_CREATION_DETAILS_KEYS)
    new.__class__ = MessageCreationStepDetailsDelta
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallsStepDetailsDelta:
    """News of a step that calls tools (API reference, "The run step delta object").

    The fragments in `tool_calls` come in any order, and several of one call may come at once.
    """

    type: ClassVar[Literal["tool_calls"]] = "tool_calls"

    tool_calls: tuple[ToolCallDelta, ...] | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("tool_calls",), repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.tool_calls is not None:
            hold(self, "tool_calls", tuple(self.tool_calls))
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> ToolCallsStepDetailsDelta:
        """Read decoded step details of type `tool_calls` of a delta. Raises `ValidationError`."""
        return _read(tagged(_read_tool_calls_details, "tool_calls"), data, "ToolCallsStepDetailsDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the details as fresh plain JSON types."""
        calls = self.tool_calls
        data: dict[str, Any] = {
            "type": "tool_calls",
            "tool_calls": None if calls is None else [call.to_dict() for call in calls],
        }
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_ToolCallsDetailsDraft = draft(ToolCallsStepDetailsDelta)
_TOOL_CALLS_DETAILS_OPTIONAL = ("tool_calls",)
_TOOL_CALLS_DETAILS_KEYS = frozenset({"type", *_TOOL_CALLS_DETAILS_OPTIONAL})


def _read_tool_calls_details(data: Any) -> ToolCallsStepDetailsDelta:
    new = _ToolCallsDetailsDraft()
    calls = data.get("tool_calls")
    if calls is not None:
        fragments: list[ToolCallDelta] = []
        for call in calls if type(calls) is list else array(calls):
            plain = call if type(call) is dict else mapping(call)
            fragments.append(_CALL_READERS.get(plain["type"], _read_other_call)(plain))
        calls = tuple(fragments)
    new.tool_calls = calls
    if "tool_calls" in data:
        new._absent = ()
        new.extra = EMPTY if len(data) == 2 else unnamed(data, _TOOL_CALLS_DETAILS_KEYS)
    else:
        new._absent = _TOOL_CALLS_DETAILS_OPTIONAL
        new.extra = EMPTY if len(data) == 1 else unnamed(data, _TOOL_CALLS_DETAILS_KEYS)
    new.__class__ = ToolCallsStepDetailsDelta
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherStepDetailsDelta:
    """News of step details of a type that the API reference does not name, kept whole in `raw`."""

    raw: FrozenDict[Any]

    def __post_init__(self) -> None:
        hold_frozen(self, "raw")

    @property
    def type(self) -> str:
        """What the details call themselves."""
        return self.raw["type"]  # type: ignore[no-any-return]

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> OtherStepDetailsDelta:
        """Read decoded step details of any type of a delta. Raises `ValidationError`."""
        return _read(_read_other_details, data, "OtherStepDetailsDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the details as fresh plain JSON types."""
        return self.raw.to_dict()


_OtherDetailsDraft = draft(OtherStepDetailsDelta)


def _read_other_details(data: Any) -> OtherStepDetailsDelta:
    new = _OtherDetailsDraft()
    new.raw = read_raw(data)
    new.__class__ = OtherStepDetailsDelta
    return new  # type: ignore[no-any-return]


StepDetailsDelta: TypeAlias = MessageCreationStepDetailsDelta | ToolCallsStepDetailsDelta | OtherStepDetailsDelta

_DETAILS_READERS: dict[str, Callable[[Any], StepDetailsDelta]] = {
    "message_creation": _read_message_creation_details,
    "tool_calls": _read_tool_calls_details,
}


# The delta.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StepDelta:
    """The part of a delta that tells what is new (API reference, "The run step delta object", `delta`)."""

    step_details: StepDetailsDelta | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("step_details",), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> StepDelta:
        """Read the decoded `delta` object of a delta. Raises `ValidationError`."""
        return _read(_read_step_delta, data, "StepDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        details = self.step_details
        data: dict[str, Any] = {"step_details": None if details is None else details.to_dict()}
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_StepDeltaDraft = draft(StepDelta)
_STEP_DELTA_OPTIONAL = ("step_details",)
_STEP_DELTA_KEYS = frozenset(_STEP_DELTA_OPTIONAL)


def _read_step_delta(data: Any) -> StepDelta:
    if type(data) is not dict:
        data = mapping(data)
    new = _StepDeltaDraft()
    details = data.get("step_details")
    if details is not None:
        if type(details) is not dict:
            details = mapping(details)
        details = _DETAILS_READERS.get(details["type"], _read_other_details)(details)
    new.step_details = details
    if "step_details" in data:
        new._absent = ()
        new.extra = EMPTY if len(data) == 1 else unnamed(data, _STEP_DELTA_KEYS)
    else:
        new._absent = _STEP_DELTA_OPTIONAL
        new.extra = unnamed(data, _STEP_DELTA_KEYS)
    new.__class__ = StepDelta
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunStepDelta:
    """What one `thread.run.step.delta` event tells of a step (API reference, "The run step delta object").

    `id` is the step's. Two equal deltas may write documents that differ in null against absent, as steps may.
    """

    id: str
    object: str = "thread.run.step.delta"
    delta: StepDelta
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> RunStepDelta:
        """Read a delta as `json.loads` decodes it.

        `strict` refuses what the newest published schema does not allow; a `file_search` is held to the
        schema of the step's. Raises `ValidationError`.
        """
        return _read(_read_delta, data, "RunStepDelta", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the delta as fresh plain JSON types: the keys it was read with, and those set since."""
        data: dict[str, Any] = {"id": self.id, "object": self.object, "delta": self.delta.to_dict()}
        if self._absent and self.object == "thread.run.step.delta":
            del data["object"]
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_DeltaDraft = draft(RunStepDelta)
_DELTA_OPTIONAL = ("object",)
_DELTA_KEYS = frozenset({"id", "delta", *_DELTA_OPTIONAL})


def _read_delta(data: Any) -> RunStepDelta:
    if type(data) is not dict:
        data = mapping(data)
    new = _DeltaDraft()
    id_ = data["id"]
    new.id = id_ if type(id_) is str else string(id_)
    if data.get("object", "thread.run.step.delta") != "thread.run.step.delta":
        raise Unreadable
    new.object = "thread.run.step.delta"  # one string for all of them
    new.delta = _read_step_delta(data["delta"])
    if "object" in data:
        new._absent = ()
        new.extra = EMPTY if len(data) == 3 else unnamed(data, _DELTA_KEYS)
    else:
        new._absent = _DELTA_OPTIONAL
        new.extra = EMPTY if len(data) == 2 else unnamed(data, _DELTA_KEYS)
    new.__class__ = RunStepDelta
    return new  # type: ignore[no-any-return]


def read_delta(data: Any) -> RunStepDelta:
    """Do what `RunStepDelta.from_dict` does, without the way to it."""
    try:
        return _read_delta(data)
    except FAILURES as failure:
        raise reason(failure, data, "RunStepDelta", _diagnose_as) from None
