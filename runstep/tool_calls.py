# SPDX-License-Identifier: MIT
"""What a tool was asked and what it answered: the members of `step_details.tool_calls`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias, final

from ._reading import (
    absent_of_two,
    array,
    draft,
    keep_object,
    mapping,
    mapping_or_php,
    number,
    read,
    read_raw,
    string,
    tagged,
    unnamed,
)
from ._writing import add_extra, hold, hold_frozen, hold_member, leave_out
from .enums import FILE_SEARCH_RANKERS, PLAIN, FileSearchRanker
from .errors import Problem, ValidationError
from .frozen import EMPTY, FrozenDict

# Each class is followed by its reader. A body that lies in one place only (`function` in a function call) is read in
# the same function as what it lies in, because a call for each body took a twentieth of the time; the reader of
# the body alone wraps it.

# Code interpreter: its outputs, what it ran, the call.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """The file of an image that the code interpreter made (API reference, "The run step object")."""

    file_id: str
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> ImageFile:
        """Read a decoded `image` object. Raises `ValidationError`."""
        return read(_read_image_file, data, "ImageFile", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        data: dict[str, Any] = {"file_id": self.file_id}
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_ImageFileDraft = draft(ImageFile)
_IMAGE_FILE_KEYS = frozenset({"file_id"})


def _read_image_file(data: Any) -> ImageFile:
    return _read_image({"type": "image", "image": data}).image


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterLogs:
    """Text that code wrote (API reference, "The run step object", code interpreter outputs)."""

    type: ClassVar[Literal["logs"]] = "logs"

    logs: str
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterLogs:
        """Read a decoded output of type `logs`. Raises `ValidationError`."""
        return read(tagged(_read_logs, "logs"), data, "CodeInterpreterLogs", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the output as fresh plain JSON types."""
        data: dict[str, Any] = {"type": "logs", "logs": self.logs}
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_LogsDraft = draft(CodeInterpreterLogs)
_LOGS_KEYS = frozenset({"type", "logs"})


def _read_logs(data: Any) -> CodeInterpreterLogs:
    new = _LogsDraft()
    logs = data["logs"]
    new.logs = logs if type(logs) is str else string(logs)
    new.extra = EMPTY if len(data) == 2 else unnamed(data, _LOGS_KEYS)
    new.__class__ = CodeInterpreterLogs
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterImage:
    """An image that code made (API reference, "The run step object", code interpreter outputs)."""

    type: ClassVar[Literal["image"]] = "image"

    image: ImageFile
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterImage:
        """Read a decoded output of type `image`. Raises `ValidationError`."""
        return read(tagged(_read_image, "image"), data, "CodeInterpreterImage", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the output as fresh plain JSON types."""
        data: dict[str, Any] = {"type": "image", "image": self.image.to_dict()}
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_ImageDraft = draft(CodeInterpreterImage)
_IMAGE_KEYS = frozenset({"type", "image"})


def _read_image(data: Any) -> CodeInterpreterImage:
    new = _ImageDraft()
    body = data["image"]
    if type(body) is not dict:
        body = mapping(body)
    image = _ImageFileDraft()
    file_id = body["file_id"]
    image.file_id = file_id if type(file_id) is str else string(file_id)
    image.extra = EMPTY if len(body) == 1 else unnamed(body, _IMAGE_FILE_KEYS)
    image.__class__ = ImageFile
    new.image = image
    new.extra = EMPTY if len(data) == 2 else unnamed(data, _IMAGE_KEYS)
    new.__class__ = CodeInterpreterImage
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCodeInterpreterOutput:
    """An output of a type that the API reference does not name, kept whole in `raw`."""

    raw: FrozenDict[Any]

    def __post_init__(self) -> None:
        hold_frozen(self, "raw")

    @property
    def type(self) -> str:
        """What the output calls itself."""
        return self.raw["type"]  # type: ignore[no-any-return]

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> OtherCodeInterpreterOutput:
        """Read a decoded output of any type. Raises `ValidationError`."""
        return read(_read_other_output, data, "OtherCodeInterpreterOutput", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the output as fresh plain JSON types."""
        return self.raw.to_dict()


_OtherOutputDraft = draft(OtherCodeInterpreterOutput)


def _read_other_output(data: Any) -> OtherCodeInterpreterOutput:
    new = _OtherOutputDraft()
    new.raw = read_raw(data)
    new.__class__ = OtherCodeInterpreterOutput
    return new  # type: ignore[no-any-return]


CodeInterpreterOutput: TypeAlias = CodeInterpreterLogs | CodeInterpreterImage | OtherCodeInterpreterOutput

_OUTPUT_READERS: dict[str, Callable[[Any], CodeInterpreterOutput]] = {
    "logs": _read_logs,
    "image": _read_image,
}


def _read_outputs(data: list[Any]) -> tuple[CodeInterpreterOutput, ...]:
    outputs: list[CodeInterpreterOutput] = []
    for output in data:
        plain = output if type(output) is dict else mapping(output)
        outputs.append(_OUTPUT_READERS.get(plain["type"], _read_other_output)(plain))
    return tuple(outputs)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreter:
    """The code that ran and what came of it (API reference, "The run step object")."""

    input: str
    outputs: tuple[CodeInterpreterOutput, ...]
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold(self, "outputs", tuple(self.outputs))
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreter:
        """Read a decoded `code_interpreter` object. Raises `ValidationError`."""
        return read(_read_code_interpreter, data, "CodeInterpreter", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        data: dict[str, Any] = {"input": self.input, "outputs": [output.to_dict() for output in self.outputs]}
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_CodeInterpreterDraft = draft(CodeInterpreter)
_CODE_INTERPRETER_KEYS = frozenset({"input", "outputs"})


def _read_code_interpreter(data: Any) -> CodeInterpreter:
    return _read_code_interpreter_call({"id": "", "type": "", "code_interpreter": data}).code_interpreter


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterToolCall:
    """A call of the code interpreter (API reference, "The run step object")."""

    type: ClassVar[Literal["code_interpreter"]] = "code_interpreter"

    id: str
    code_interpreter: CodeInterpreter
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterToolCall:
        """Read a decoded tool call of type `code_interpreter`. Raises `ValidationError`."""
        return read(
            tagged(_read_code_interpreter_call, "code_interpreter"), data, "CodeInterpreterToolCall", strict=strict
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the call as fresh plain JSON types."""
        data: dict[str, Any] = {
            "id": self.id,
            "type": "code_interpreter",
            "code_interpreter": self.code_interpreter.to_dict(),
        }
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_CodeInterpreterCallDraft = draft(CodeInterpreterToolCall)
_CODE_INTERPRETER_CALL_KEYS = frozenset({"id", "type", "code_interpreter"})


def _read_code_interpreter_call(data: Any) -> CodeInterpreterToolCall:
    new = _CodeInterpreterCallDraft()
    id_ = data["id"]
    body = data["code_interpreter"]
    if type(body) is not dict:
        body = mapping(body)
    run = _CodeInterpreterDraft()
    code = body["input"]
    outputs = body["outputs"]
    if type(outputs) is not list:
        outputs = array(outputs)
    run.input = code if type(code) is str else string(code)
    run.outputs = _read_outputs(outputs) if outputs else ()
    run.extra = EMPTY if len(body) == 2 else unnamed(body, _CODE_INTERPRETER_KEYS)
    run.__class__ = CodeInterpreter
    new.id = id_ if type(id_) is str else string(id_)
    new.code_interpreter = run
    new.extra = EMPTY if len(data) == 3 else unnamed(data, _CODE_INTERPRETER_CALL_KEYS)
    new.__class__ = CodeInterpreterToolCall
    return new  # type: ignore[no-any-return]


# File search: how it ranked, what it found, the call.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RankingOptions:
    """How a file search ranked what it found (API reference, "The run step object").

    `score_threshold` lies between 0 and 1. A ranker that the reference does not name is a plain `str`.
    """

    ranker: FileSearchRanker | str
    score_threshold: float
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold_member(self, "ranker", FILE_SEARCH_RANKERS)
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> RankingOptions:
        """Read a decoded `ranking_options` object. Raises `ValidationError`."""
        return read(_read_ranking_options, data, "RankingOptions", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        data: dict[str, Any] = {
            "ranker": PLAIN.get(self.ranker, self.ranker),
            "score_threshold": self.score_threshold,
        }
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_RankingOptionsDraft = draft(RankingOptions)
_RANKING_OPTIONS_KEYS = frozenset({"ranker", "score_threshold"})


def _read_ranking_options(data: Any) -> RankingOptions:
    if type(data) is not dict:
        data = mapping(data)
    new = _RankingOptionsDraft()
    ranker = data["ranker"]
    threshold = data["score_threshold"]
    if type(threshold) is not float or threshold - threshold != 0:
        threshold = number(threshold)
    new.ranker = FILE_SEARCH_RANKERS.get(ranker) or string(ranker)
    new.score_threshold = threshold
    new.extra = EMPTY if len(data) == 2 else unnamed(data, _RANKING_OPTIONS_KEYS)
    new.__class__ = RankingOptions
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearchContent:
    """A piece of a file that a search found, sent only where it was asked for (`include[]`)."""

    type: str | None = "text"
    text: str | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("type", "text"), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FileSearchContent:
        """Read a decoded member of `content`. Raises `ValidationError`."""
        return read(_read_content, data, "FileSearchContent", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        data: dict[str, Any] = {"type": self.type, "text": self.text}
        if self._absent:
            leave_out(data, self._absent)
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_ContentDraft = draft(FileSearchContent)
_CONTENT_ABSENT = absent_of_two("type", "text")
_CONTENT_KEYS = frozenset({"type", "text"})


def _read_content(data: Any) -> FileSearchContent:
    if type(data) is not dict:
        data = mapping(data)
    new = _ContentDraft()
    type_ = data.get("type")
    text = data.get("text")
    if type(text) is str and type(type_) is str and type_ == "text":
        new.type = "text"  # one string for all of them
        new.text = text
        new._absent = ()
        new.extra = EMPTY if len(data) == 2 else unnamed(data, _CONTENT_KEYS)
    else:
        new.type = type_ if type_ is None else string(type_)
        new.text = text if text is None else string(text)
        gone = new._absent = _CONTENT_ABSENT["type" in data]["text" in data]
        new.extra = EMPTY if len(data) + len(gone) == 2 else unnamed(data, _CONTENT_KEYS)
    new.__class__ = FileSearchContent
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearchResult:
    """A file that a search found (API reference, "The run step object"); `score` lies between 0 and 1.

    `content` is None where it was not sent. `attributes` are not in the reference; live servers send them.
    """

    file_id: str
    file_name: str
    score: float
    content: tuple[FileSearchContent, ...] | None = None
    attributes: FrozenDict[Any] | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("content", "attributes"), repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.content is not None:
            hold(self, "content", tuple(self.content))
        hold_frozen(self, "attributes", "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FileSearchResult:
        """Read a decoded member of `results`. Raises `ValidationError`."""
        return read(_read_result, data, "FileSearchResult", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        data: dict[str, Any] = {"file_id": self.file_id, "file_name": self.file_name, "score": self.score}
        content, attributes = self.content, self.attributes
        if content is not None:
            data["content"] = [content[0].to_dict()] if len(content) == 1 else [part.to_dict() for part in content]
        elif "content" not in self._absent:
            data["content"] = None
        if attributes is not None:
            data["attributes"] = attributes.to_dict()
        elif "attributes" not in self._absent:
            data["attributes"] = None
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_ResultDraft = draft(FileSearchResult)
_RESULT_ABSENT = absent_of_two("content", "attributes")
_RESULT_KEYS = frozenset({"file_id", "file_name", "score", "content", "attributes"})


def _read_result(data: Any) -> FileSearchResult:
    if type(data) is not dict:
        data = mapping(data)
    new = _ResultDraft()
    file_id = data["file_id"]
    file_name = data["file_name"]
    score = data["score"]
    content = data.get("content")
    attributes = data.get("attributes")
    if type(score) is not float or score - score != 0:
        score = number(score)
    if content is not None:
        if type(content) is not list:
            content = array(content)
        # The API sends one part: reading it without a comprehension is a twelfth of the time of a result.
        content = (
            (_read_content(content[0]),) if len(content) == 1 else tuple([_read_content(part) for part in content])
        )
    if attributes is not None:
        if type(attributes) is not dict:
            attributes = mapping_or_php(attributes)
        attributes = keep_object(attributes) if attributes else EMPTY
    new.file_id = file_id if type(file_id) is str else string(file_id)
    new.file_name = file_name if type(file_name) is str else string(file_name)
    new.score = score
    new.content = content
    new.attributes = attributes
    if content is not None and attributes is not None:
        gone: tuple[str, ...] = ()
    else:
        gone = _RESULT_ABSENT["content" in data]["attributes" in data]
    new._absent = gone
    new.extra = EMPTY if len(data) + len(gone) == 5 else unnamed(data, _RESULT_KEYS)
    new.__class__ = FileSearchResult
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearch:
    """What a file search went by and what it found (API reference, "The run step object").

    Both parts are None where they were not sent: before August 2024 this was always the empty object.
    """

    ranking_options: RankingOptions | None = None
    results: tuple[FileSearchResult, ...] | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=("ranking_options", "results"), repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.results is not None:
            hold(self, "results", tuple(self.results))
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FileSearch:
        """Read a decoded `file_search` object. Raises `ValidationError`."""
        return read(read_file_search, data, "FileSearch", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        data: dict[str, Any] = {}
        options, results = self.ranking_options, self.results
        if options is not None:
            data["ranking_options"] = options.to_dict()
        elif "ranking_options" not in self._absent:
            data["ranking_options"] = None
        if results is not None:
            data["results"] = [result.to_dict() for result in results]
        elif "results" not in self._absent:
            data["results"] = None
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_FileSearchDraft = draft(FileSearch)
_FILE_SEARCH_ABSENT = absent_of_two("ranking_options", "results")
_FILE_SEARCH_KEYS = frozenset({"ranking_options", "results"})


def read_file_search(data: Any) -> FileSearch:
    """Return what decoded JSON under `file_search` is, or raise one of `FAILURES`."""
    if type(data) is not dict:
        data = mapping_or_php(data)
    new = _FileSearchDraft()
    options = data.get("ranking_options")
    results = data.get("results")
    if results is not None:
        if type(results) is not list:
            results = array(results)
        results = tuple([_read_result(result) for result in results])
    new.ranking_options = None if options is None else _read_ranking_options(options)
    new.results = results
    if options is not None and results is not None:
        gone: tuple[str, ...] = ()
    else:
        gone = _FILE_SEARCH_ABSENT["ranking_options" in data]["results" in data]
    new._absent = gone
    new.extra = EMPTY if len(data) + len(gone) == 2 else unnamed(data, _FILE_SEARCH_KEYS)
    new.__class__ = FileSearch
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearchToolCall:
    """A search in files (API reference, "The run step object")."""

    type: ClassVar[Literal["file_search"]] = "file_search"

    id: str
    file_search: FileSearch
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FileSearchToolCall:
        """Read a decoded tool call of type `file_search`. Raises `ValidationError`."""
        return read(tagged(_read_file_search_call, "file_search"), data, "FileSearchToolCall", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as fresh plain JSON types."""
        data: dict[str, Any] = {"id": self.id, "type": "file_search", "file_search": self.file_search.to_dict()}
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_FileSearchCallDraft = draft(FileSearchToolCall)
_FILE_SEARCH_CALL_KEYS = frozenset({"id", "type", "file_search"})


def _read_file_search_call(data: Any) -> FileSearchToolCall:
    new = _FileSearchCallDraft()
    id_ = data["id"]
    new.id = id_ if type(id_) is str else string(id_)
    new.file_search = read_file_search(data["file_search"])
    new.extra = EMPTY if len(data) == 3 else unnamed(data, _FILE_SEARCH_CALL_KEYS)
    new.__class__ = FileSearchToolCall
    return new  # type: ignore[no-any-return]


# Functions: what the model wanted called, the call.


def _refuse_constant(name: str) -> Any:
    """Refuse NaN and the infinities, which `json` reads although JSON has not got them."""
    raise ValueError(name)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function that the model wanted called (API reference, "The run step object").

    `arguments` is JSON text that the model wrote. `output` is None until the outputs were submitted.
    """

    name: str
    arguments: str
    output: str | None = None
    extra: FrozenDict[Any] = EMPTY
    _absent: tuple[str, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    def parse_arguments(self) -> Any:
        """Return the decoded `arguments`.

        Raises `ValidationError` where they are no JSON: the model wrote them, and may have got it wrong or
        been cut short.
        """
        import json  # noqa: PLC0415  (a program that does not call this starts faster without)

        try:
            return json.loads(self.arguments, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            problem = Problem(("arguments",), "error", "expected JSON text, got text that is not JSON")
        raise ValidationError((problem,))

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> Function:
        """Read a decoded `function` object. Raises `ValidationError`."""
        return read(_read_function, data, "Function", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as fresh plain JSON types."""
        data: dict[str, Any] = {"name": self.name, "arguments": self.arguments, "output": self.output}
        if self.output is None and "output" in self._absent:
            del data["output"]
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_FunctionDraft = draft(Function)
_FUNCTION_OPTIONAL = ("output",)
_FUNCTION_KEYS = frozenset({"name", "arguments", *_FUNCTION_OPTIONAL})


def _read_function(data: Any) -> Function:
    return _read_function_call({"id": "", "type": "", "function": data}).function


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionToolCall:
    """A call of a function of the user's (API reference, "The run step object")."""

    type: ClassVar[Literal["function"]] = "function"

    id: str
    function: Function
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold_frozen(self, "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FunctionToolCall:
        """Read a decoded tool call of type `function`. Raises `ValidationError`."""
        return read(tagged(_read_function_call, "function"), data, "FunctionToolCall", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as fresh plain JSON types."""
        data: dict[str, Any] = {"id": self.id, "type": "function", "function": self.function.to_dict()}
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_FunctionCallDraft = draft(FunctionToolCall)
_FUNCTION_CALL_KEYS = frozenset({"id", "type", "function"})


def _read_function_call(data: Any) -> FunctionToolCall:
    new = _FunctionCallDraft()
    id_ = data["id"]
    body = data["function"]
    if type(body) is not dict:
        body = mapping(body)
    function = _FunctionDraft()
    name = body["name"]
    arguments = body["arguments"]
    function.name = name if type(name) is str else string(name)
    function.arguments = arguments if type(arguments) is str else string(arguments)
    if "output" in body:
        output = body["output"]
        function.output = output if output is None or type(output) is str else string(output)
        function._absent = ()
        function.extra = EMPTY if len(body) == 3 else unnamed(body, _FUNCTION_KEYS)
    else:
        function.output = None
        function._absent = _FUNCTION_OPTIONAL
        function.extra = EMPTY if len(body) == 2 else unnamed(body, _FUNCTION_KEYS)
    function.__class__ = Function
    new.id = id_ if type(id_) is str else string(id_)
    new.function = function
    new.extra = EMPTY if len(data) == 3 else unnamed(data, _FUNCTION_CALL_KEYS)
    new.__class__ = FunctionToolCall
    return new  # type: ignore[no-any-return]


# What is no longer, and what never was, in the reference.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalToolCall:
    """A call of the retrieval tool, which file search replaced in v2 (API reference of 2023-11-06).

    `retrieval` was always empty; a compatible service puts `outputs` there.
    """

    type: ClassVar[Literal["retrieval"]] = "retrieval"

    id: str
    retrieval: FrozenDict[Any] = EMPTY
    extra: FrozenDict[Any] = EMPTY

    def __post_init__(self) -> None:
        hold_frozen(self, "retrieval", "extra")

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> RetrievalToolCall:
        """Read a decoded tool call of type `retrieval`. Raises `ValidationError`."""
        return read(tagged(_read_retrieval_call, "retrieval"), data, "RetrievalToolCall", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as fresh plain JSON types."""
        data: dict[str, Any] = {"id": self.id, "type": "retrieval", "retrieval": self.retrieval.to_dict()}
        if self.extra is not EMPTY:
            add_extra(data, self.extra)
        return data


_RetrievalCallDraft = draft(RetrievalToolCall)
_RETRIEVAL_CALL_KEYS = frozenset({"id", "type", "retrieval"})


def _read_retrieval_call(data: Any) -> RetrievalToolCall:
    new = _RetrievalCallDraft()
    id_ = data["id"]
    new.id = id_ if type(id_) is str else string(id_)
    new.retrieval = keep_object(mapping_or_php(data["retrieval"]))
    new.extra = EMPTY if len(data) == 3 else unnamed(data, _RETRIEVAL_CALL_KEYS)
    new.__class__ = RetrievalToolCall
    return new  # type: ignore[no-any-return]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherToolCall:
    """A call of a tool that the API reference does not name, kept whole in `raw`."""

    raw: FrozenDict[Any]

    def __post_init__(self) -> None:
        hold_frozen(self, "raw")

    @property
    def type(self) -> str:
        """What the call calls its tool."""
        return self.raw["type"]  # type: ignore[no-any-return]

    @property
    def id(self) -> str | None:
        """The call's id, None where there is none that is a string."""
        value = self.raw.get("id")
        return value if isinstance(value, str) else None

    @property
    def payload(self) -> FrozenDict[Any]:
        """The body of the call: the object under the key named like its type, else all but `id` and `type`."""
        body = self.raw.get(self.type)
        if isinstance(body, FrozenDict):
            return body
        return FrozenDict({key: value for key, value in self.raw.items() if key not in ("id", "type")})

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> OtherToolCall:
        """Read a decoded tool call of any type. Raises `ValidationError`."""
        return read(_read_other_call, data, "OtherToolCall", strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as fresh plain JSON types."""
        return self.raw.to_dict()


_OtherCallDraft = draft(OtherToolCall)


def _read_other_call(data: Any) -> OtherToolCall:
    new = _OtherCallDraft()
    new.raw = read_raw(data)
    new.__class__ = OtherToolCall
    return new  # type: ignore[no-any-return]


ToolCall: TypeAlias = (
    CodeInterpreterToolCall | FileSearchToolCall | FunctionToolCall | RetrievalToolCall | OtherToolCall
)

_CALL_READERS: dict[str, Callable[[Any], ToolCall]] = {
    "code_interpreter": _read_code_interpreter_call,
    "file_search": _read_file_search_call,
    "function": _read_function_call,
    "retrieval": _read_retrieval_call,
}


def read_tool_calls(data: list[Any]) -> tuple[ToolCall, ...]:
    """Return the tool calls that `data` holds, each by its type."""
    calls: list[ToolCall] = []
    for call in data:
        plain = call if type(call) is dict else mapping(call)
        calls.append(_CALL_READERS.get(plain["type"], _read_other_call)(plain))
    return tuple(calls)
