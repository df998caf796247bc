# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Models and parsers for tool calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias, final

from ._json import decode_strictly
from ._reading import (
    absent_of_two,
    draft,
    enum_member,
    freeze_object,
    number,
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
from ._writing import check_arguments, check_raw, remove_absent, with_extra
from .enums import FILE_SEARCH_RANKERS, PLAIN, FileSearchRanker
from .frozen import EMPTY, FrozenDict

# Each class is followed by its parser. An object that occurs in one place only, such as `function` in a function call,
# is parsed together with the object around it, because a call for each would take a twentieth of the time.

# Code interpreter.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """A file with an image from the code interpreter (API reference, "The run step object", `image`)."""

    file_id: str
    """The id of the file."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> ImageFile:
        """Parse a decoded `image` object. Raises `ValidationError`."""
        return parse(cls, _parse_image_file, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        data: dict[str, Any] = {"file_id": self.file_id}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_ImageFileDraft = draft(ImageFile)
_IMAGE_FILE_KEYS = frozenset({"file_id"})


def _parse_image_file(data: Any) -> Any:
    return _parse_image({"type": "image", "image": data}).image


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterLogs:
    """Text output of the code interpreter (`RunStepDetailsToolCallsCodeOutputLogsObject`).

    API reference, "The run step object", `outputs`.
    """

    type: ClassVar[Literal["logs"]] = "logs"
    """The type of the output."""

    logs: str
    """The text."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterLogs:
        """Parse a decoded output of type `logs`. Raises `ValidationError`."""
        return parse(cls, with_type(_parse_logs, "logs"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the output as new plain JSON types."""
        data: dict[str, Any] = {"type": "logs", "logs": self.logs}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_LogsDraft = draft(CodeInterpreterLogs)
_LOGS_KEYS = frozenset({"type", "logs"})


def _parse_logs(data: Any) -> Any:
    new = _LogsDraft()
    logs = data["logs"]
    new.logs = logs if type(logs) is str else string(logs)
    new.extra = EMPTY if len(data) == 2 else read_extra(data, _LOGS_KEYS)
    new.__class__ = CodeInterpreterLogs
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterImage:
    """Image output of the code interpreter (`RunStepDetailsToolCallsCodeOutputImageObject`).

    API reference, "The run step object", `outputs`.
    """

    type: ClassVar[Literal["image"]] = "image"
    """The type of the output."""

    image: ImageFile
    """The file with the image."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterImage:
        """Parse a decoded output of type `image`. Raises `ValidationError`."""
        return parse(cls, with_type(_parse_image, "image"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the output as new plain JSON types."""
        data: dict[str, Any] = {"type": "image", "image": self.image.to_dict()}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_ImageDraft = draft(CodeInterpreterImage)
_IMAGE_KEYS = frozenset({"type", "image"})


def _parse_image(data: Any) -> Any:
    new = _ImageDraft()
    body = data["image"]
    if type(body) is not dict:
        body = plain_dict(body)
    image = _ImageFileDraft()
    file_id = body["file_id"]
    image.file_id = file_id if type(file_id) is str else string(file_id)
    image.extra = EMPTY if len(body) == 1 else read_extra(body, _IMAGE_FILE_KEYS)
    image.__class__ = ImageFile
    new.image = image
    new.extra = EMPTY if len(data) == 2 else read_extra(data, _IMAGE_KEYS)
    new.__class__ = CodeInterpreterImage
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCodeInterpreterOutput:
    """An output of the code interpreter of a type that is not in the API reference."""

    raw: FrozenDict[Any]
    """The complete object."""

    def __post_init__(self) -> None:
        check_arguments(self)
        check_raw(self.raw, _OUTPUT_PARSERS)

    @property
    def type(self) -> str:
        """The type of the output."""
        return str(self.raw["type"])

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> OtherCodeInterpreterOutput:
        """Parse a decoded output of an unknown type. Raises `ValidationError`."""
        return parse(cls, with_unknown_type(_parse_other_output, _OUTPUT_PARSERS), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the output as new plain JSON types."""
        return self.raw.to_dict()


_OtherOutputDraft = draft(OtherCodeInterpreterOutput)


def _parse_other_output(data: Any) -> Any:
    new = _OtherOutputDraft()
    new.raw = read_raw(data)
    new.__class__ = OtherCodeInterpreterOutput
    return new


CodeInterpreterOutput: TypeAlias = CodeInterpreterLogs | CodeInterpreterImage | OtherCodeInterpreterOutput

_OUTPUT_PARSERS: dict[str, Callable[[Any], Any]] = {
    "logs": _parse_logs,
    "image": _parse_image,
}


def _parse_outputs(data: list[Any]) -> tuple[CodeInterpreterOutput, ...]:
    outputs: list[CodeInterpreterOutput] = []
    for output in data:
        plain = output if type(output) is dict else plain_dict(output)
        outputs.append(_OUTPUT_PARSERS.get(plain["type"], _parse_output)(plain))
    return tuple(outputs)


def _parse_output(data: Any) -> Any:
    return parser_for(data["type"], _OUTPUT_PARSERS, _parse_other_output)(data)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreter:
    """The code that ran, and its output (API reference, "The run step object", `code_interpreter`)."""

    input: str
    """The code."""
    outputs: tuple[CodeInterpreterOutput, ...]
    """The output of the code: logs and images; empty until there is any."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreter:
        """Parse a decoded `code_interpreter` object. Raises `ValidationError`."""
        return parse(cls, _parse_code_interpreter, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        data: dict[str, Any] = {"input": self.input, "outputs": [output.to_dict() for output in self.outputs]}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_CodeInterpreterDraft = draft(CodeInterpreter)
_CODE_INTERPRETER_KEYS = frozenset({"input", "outputs"})


def _parse_code_interpreter(data: Any) -> Any:
    return _parse_code_interpreter_call({"id": "", "type": "", "code_interpreter": data}).code_interpreter


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInterpreterToolCall:
    """A call of the code interpreter (`RunStepDetailsToolCallsCodeObject`).

    API reference, "The run step object", `tool_calls`.
    """

    type: ClassVar[Literal["code_interpreter"]] = "code_interpreter"
    """The type of the tool call."""

    id: str
    """The id of the tool call."""
    code_interpreter: CodeInterpreter
    """The code that ran, and its output."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> CodeInterpreterToolCall:
        """Parse a decoded tool call of type `code_interpreter`. Raises `ValidationError`."""
        return parse(cls, with_type(_parse_code_interpreter_call, "code_interpreter"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as new plain JSON types."""
        body = self.code_interpreter.to_dict()
        data: dict[str, Any] = {"id": self.id, "type": "code_interpreter", "code_interpreter": body}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_CodeInterpreterCallDraft = draft(CodeInterpreterToolCall)
_CODE_INTERPRETER_CALL_KEYS = frozenset({"id", "type", "code_interpreter"})


def _parse_code_interpreter_call(data: Any) -> Any:
    new = _CodeInterpreterCallDraft()
    id_ = data["id"]
    body = data["code_interpreter"]
    if type(body) is not dict:
        body = plain_dict(body)
    run = _CodeInterpreterDraft()
    code = body["input"]
    outputs = body["outputs"]
    if type(outputs) is not list:
        outputs = plain_list(outputs)
    run.input = code if type(code) is str else string(code)
    run.outputs = _parse_outputs(outputs) if outputs else ()
    run.extra = EMPTY if len(body) == 2 else read_extra(body, _CODE_INTERPRETER_KEYS)
    run.__class__ = CodeInterpreter
    new.id = id_ if type(id_) is str else string(id_)
    new.code_interpreter = run
    new.extra = EMPTY if len(data) == 3 else read_extra(data, _CODE_INTERPRETER_CALL_KEYS)
    new.__class__ = CodeInterpreterToolCall
    return new


# File search.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RankingOptions:
    """How a file search ranked its results (`RunStepDetailsToolCallsFileSearchRankingOptionsObject`).

    API reference, "The run step object", `ranking_options`.
    """

    ranker: FileSearchRanker | str
    """The ranker; a plain `str` if it is not in the API reference."""
    score_threshold: float
    """The minimum score of a result, from 0 to 1."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> RankingOptions:
        """Parse a decoded `ranking_options` object. Raises `ValidationError`."""
        return parse(cls, _parse_ranking_options, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        ranker = PLAIN.get(self.ranker, self.ranker)
        data: dict[str, Any] = {"ranker": ranker, "score_threshold": self.score_threshold}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_RankingOptionsDraft = draft(RankingOptions)
_RANKING_OPTIONS_KEYS = frozenset({"ranker", "score_threshold"})


def _parse_ranking_options(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    new = _RankingOptionsDraft()
    ranker = data["ranker"]
    threshold = data["score_threshold"]
    if type(threshold) is not float or threshold - threshold != 0:
        threshold = number(threshold)
    new.ranker = FILE_SEARCH_RANKERS.get(ranker) or enum_member(ranker, FILE_SEARCH_RANKERS)
    new.score_threshold = threshold
    new.extra = EMPTY if len(data) == 2 else read_extra(data, _RANKING_OPTIONS_KEYS)
    new.__class__ = RankingOptions
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearchContent:
    """A part of the content of a search result (API reference, "The run step object", `content`)."""

    type: str | None = "text"
    """Usually `text`; None if null or missing."""
    text: str | None = None
    """The text; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("type", "text"), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FileSearchContent:
        """Parse a decoded item of `content`. Raises `ValidationError`."""
        return parse(cls, _parse_content, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        data: dict[str, Any] = {"type": self.type, "text": self.text}
        if self._absent:
            remove_absent(data, self._absent)
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_ContentDraft = draft(FileSearchContent)
_CONTENT_ABSENT = absent_of_two("type", "text")
_CONTENT_KEYS = frozenset({"type", "text"})


def _parse_content(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    new = _ContentDraft()
    type_ = data.get("type")
    text = data.get("text")
    if type(text) is str and type(type_) is str and type_ == "text":
        new.type = "text"  # the constant, so that not every result keeps its own copy
        new.text = text
        new._absent = ()
        new.extra = EMPTY if len(data) == 2 else read_extra(data, _CONTENT_KEYS)
    else:
        new.type = type_ if type_ is None else string(type_)
        new.text = text if text is None else string(text)
        absent = new._absent = _CONTENT_ABSENT["type" in data]["text" in data]
        new.extra = EMPTY if len(data) + len(absent) == 2 else read_extra(data, _CONTENT_KEYS)
    new.__class__ = FileSearchContent
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearchResult:
    """A result of a file search (`RunStepDetailsToolCallsFileSearchResultObject`).

    API reference, "The run step object", `results`.
    """

    file_id: str
    """The id of the file."""
    file_name: str
    """The name of the file."""
    score: float
    """The score of the result, from 0 to 1."""
    content: tuple[FileSearchContent, ...] | None = None
    """The content that was found; None unless it was requested with `include[]`."""
    attributes: FrozenDict[Any] | None = None
    """The attributes of the file in its vector store; undocumented, None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("content", "attributes"), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FileSearchResult:
        """Parse a decoded item of `results`. Raises `ValidationError`."""
        return parse(cls, _parse_result, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
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
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_ResultDraft = draft(FileSearchResult)
_RESULT_ABSENT = absent_of_two("content", "attributes")
_RESULT_KEYS = frozenset({"file_id", "file_name", "score", "content", "attributes"})


def _parse_result(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
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
            content = plain_list(content)
        # The API sends one part, and a comprehension would take a twelfth of the time of a result.
        content = (
            (_parse_content(content[0]),) if len(content) == 1 else tuple([_parse_content(part) for part in content])
        )
    if attributes is not None:
        if type(attributes) is not dict:
            attributes = plain_dict_or_php(attributes)
        attributes = freeze_object(attributes) if attributes else EMPTY
    new.file_id = file_id if type(file_id) is str else string(file_id)
    new.file_name = file_name if type(file_name) is str else string(file_name)
    new.score = score
    new.content = content
    new.attributes = attributes
    if content is not None and attributes is not None:
        absent: tuple[str, ...] = ()
    else:
        absent = _RESULT_ABSENT["content" in data]["attributes" in data]
    new._absent = absent
    new.extra = EMPTY if len(data) + len(absent) == 5 else read_extra(data, _RESULT_KEYS)
    new.__class__ = FileSearchResult
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearch:
    """The options and results of a file search (API reference, "The run step object", `file_search`).

    Before August 2024, this object was always empty.
    """

    ranking_options: RankingOptions | None = None
    """How the results were ranked; None if null or missing."""
    results: tuple[FileSearchResult, ...] | None = None
    """The results; None if null or missing."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=("ranking_options", "results"), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FileSearch:
        """Parse a decoded `file_search` object. Raises `ValidationError`."""
        return parse(cls, parse_file_search, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
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
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_FileSearchDraft = draft(FileSearch)
_FILE_SEARCH_ABSENT = absent_of_two("ranking_options", "results")
_FILE_SEARCH_KEYS = frozenset({"ranking_options", "results"})


def parse_file_search(data: Any) -> Any:
    """Parse a `file_search` object. Raises one of `FAILURES`."""
    if type(data) is not dict:
        data = plain_dict_or_php(data)
    new = _FileSearchDraft()
    options = data.get("ranking_options")
    results = data.get("results")
    if results is not None:
        if type(results) is not list:
            results = plain_list(results)
        results = tuple([_parse_result(result) for result in results])
    new.ranking_options = None if options is None else _parse_ranking_options(options)
    new.results = results
    if options is not None and results is not None:
        absent: tuple[str, ...] = ()
    else:
        absent = _FILE_SEARCH_ABSENT["ranking_options" in data]["results" in data]
    new._absent = absent
    new.extra = EMPTY if len(data) + len(absent) == 2 else read_extra(data, _FILE_SEARCH_KEYS)
    new.__class__ = FileSearch
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearchToolCall:
    """A file search (`RunStepDetailsToolCallsFileSearchObject`).

    API reference, "The run step object", `tool_calls`.
    """

    type: ClassVar[Literal["file_search"]] = "file_search"
    """The type of the tool call."""

    id: str
    """The id of the tool call."""
    file_search: FileSearch
    """The options and results of the search."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FileSearchToolCall:
        """Parse a decoded tool call of type `file_search`. Raises `ValidationError`."""
        return parse(cls, with_type(_parse_file_search_call, "file_search"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as new plain JSON types."""
        data: dict[str, Any] = {"id": self.id, "type": "file_search", "file_search": self.file_search.to_dict()}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_FileSearchCallDraft = draft(FileSearchToolCall)
_FILE_SEARCH_CALL_KEYS = frozenset({"id", "type", "file_search"})


def _parse_file_search_call(data: Any) -> Any:
    new = _FileSearchCallDraft()
    id_ = data["id"]
    new.id = id_ if type(id_) is str else string(id_)
    new.file_search = parse_file_search(data["file_search"])
    new.extra = EMPTY if len(data) == 3 else read_extra(data, _FILE_SEARCH_CALL_KEYS)
    new.__class__ = FileSearchToolCall
    return new


# Functions.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """The function that the model called, and its output (API reference, "The run step object", `function`)."""

    name: str
    """The name of the function."""
    arguments: str
    """The arguments as JSON text written by the model, which may be invalid."""
    output: str | None = None
    """The output of the function; None until it was submitted."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""
    _absent: tuple[str, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        check_arguments(self)

    def parse_arguments(self) -> Any:
        """Decode the JSON text in `arguments`. Raises `ValidationError` if it is invalid or truncated."""
        return decode_strictly(self.arguments, ("arguments",))

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> Function:
        """Parse a decoded `function` object. Raises `ValidationError`."""
        return parse(cls, _parse_function, data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as new plain JSON types."""
        data: dict[str, Any] = {"name": self.name, "arguments": self.arguments}
        if self.output is not None or not self._absent:
            data["output"] = self.output
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_FunctionDraft = draft(Function)
_FUNCTION_OPTIONAL = ("output",)
_FUNCTION_KEYS = frozenset({"name", "arguments", *_FUNCTION_OPTIONAL})


def _parse_function(data: Any) -> Any:
    return _parse_function_call({"id": "", "type": "", "function": data}).function


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionToolCall:
    """A call of a function of the user (`RunStepDetailsToolCallsFunctionObject`).

    API reference, "The run step object", `tool_calls`.
    """

    type: ClassVar[Literal["function"]] = "function"
    """The type of the tool call."""

    id: str
    """The id of the tool call."""
    function: Function
    """The function, its arguments and its output."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> FunctionToolCall:
        """Parse a decoded tool call of type `function`. Raises `ValidationError`."""
        return parse(cls, with_type(_parse_function_call, "function"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as new plain JSON types."""
        data: dict[str, Any] = {"id": self.id, "type": "function", "function": self.function.to_dict()}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_FunctionCallDraft = draft(FunctionToolCall)
_FUNCTION_CALL_KEYS = frozenset({"id", "type", "function"})


def _parse_function_call(data: Any) -> Any:
    new = _FunctionCallDraft()
    id_ = data["id"]
    body = data["function"]
    if type(body) is not dict:
        body = plain_dict(body)
    function = _FunctionDraft()
    name = body["name"]
    arguments = body["arguments"]
    function.name = name if type(name) is str else string(name)
    function.arguments = arguments if type(arguments) is str else string(arguments)
    if "output" in body:
        output = body["output"]
        function.output = output if output is None or type(output) is str else string(output)
        function._absent = ()
        function.extra = EMPTY if len(body) == 3 else read_extra(body, _FUNCTION_KEYS)
    else:
        function.output = None
        function._absent = _FUNCTION_OPTIONAL
        function.extra = EMPTY if len(body) == 2 else read_extra(body, _FUNCTION_KEYS)
    function.__class__ = Function
    new.id = id_ if type(id_) is str else string(id_)
    new.function = function
    new.extra = EMPTY if len(data) == 3 else read_extra(data, _FUNCTION_CALL_KEYS)
    new.__class__ = FunctionToolCall
    return new


# Retrieval, and tools that are not in the API reference.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalToolCall:
    """A call of the retrieval tool of v1 (`RunStepDetailsToolCallsRetrievalObject`).

    API reference of 2023-11-06, "The run step object", `tool_calls`. In v2, file search replaced it.
    """

    type: ClassVar[Literal["retrieval"]] = "retrieval"
    """The type of the tool call."""

    id: str
    """The id of the tool call."""
    retrieval: FrozenDict[Any] = EMPTY
    """Always empty in the API; compatible services may send outputs."""
    extra: FrozenDict[Any] = EMPTY
    """Keys not defined in the schema."""

    def __post_init__(self) -> None:
        check_arguments(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> RetrievalToolCall:
        """Parse a decoded tool call of type `retrieval`. Raises `ValidationError`."""
        return parse(cls, with_type(_parse_retrieval_call, "retrieval"), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as new plain JSON types."""
        data: dict[str, Any] = {"id": self.id, "type": "retrieval", "retrieval": self.retrieval.to_dict()}
        return data if self.extra is EMPTY else with_extra(data, self.extra)


_RetrievalCallDraft = draft(RetrievalToolCall)
_RETRIEVAL_CALL_KEYS = frozenset({"id", "type", "retrieval"})


def _parse_retrieval_call(data: Any) -> Any:
    new = _RetrievalCallDraft()
    id_ = data["id"]
    new.id = id_ if type(id_) is str else string(id_)
    new.retrieval = freeze_object(plain_dict_or_php(data["retrieval"]))
    new.extra = EMPTY if len(data) == 3 else read_extra(data, _RETRIEVAL_CALL_KEYS)
    new.__class__ = RetrievalToolCall
    return new


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherToolCall:
    """A call of a tool that is not in the API reference."""

    raw: FrozenDict[Any]
    """The complete object."""

    def __post_init__(self) -> None:
        check_arguments(self)
        check_raw(self.raw, _CALL_PARSERS)

    @property
    def type(self) -> str:
        """The type of the tool call."""
        return str(self.raw["type"])

    @property
    def id(self) -> str | None:
        """The id of the tool call; None if it is missing or not a string."""
        value = self.raw.get("id")
        return value if isinstance(value, str) else None

    @property
    def payload(self) -> FrozenDict[Any]:
        """The object under the key named like the type; if there is none, everything except `id` and `type`."""
        body = self.raw.get(self.type)
        if isinstance(body, FrozenDict):
            return body
        return FrozenDict({key: value for key, value in self.raw.items() if key not in ("id", "type")})

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, strict: bool = False) -> OtherToolCall:
        """Parse a decoded tool call of an unknown type. Raises `ValidationError`."""
        return parse(cls, with_unknown_type(_parse_other_call, _CALL_PARSERS), data, strict=strict)

    def to_dict(self) -> dict[str, Any]:
        """Return the call as new plain JSON types."""
        return self.raw.to_dict()


_OtherCallDraft = draft(OtherToolCall)


def _parse_other_call(data: Any) -> Any:
    new = _OtherCallDraft()
    new.raw = read_raw(data)
    new.__class__ = OtherToolCall
    return new


ToolCall: TypeAlias = (
    CodeInterpreterToolCall | FileSearchToolCall | FunctionToolCall | RetrievalToolCall | OtherToolCall
)

_CALL_PARSERS: dict[str, Callable[[Any], Any]] = {
    "code_interpreter": _parse_code_interpreter_call,
    "file_search": _parse_file_search_call,
    "function": _parse_function_call,
    "retrieval": _parse_retrieval_call,
}


def tool_call_from_dict(data: dict[str, Any], *, strict: bool = False) -> ToolCall:
    """Parse a decoded tool call, of the class that its type names. Raises `ValidationError`."""
    call: ToolCall = parse_kind("ToolCall", _parse_call, data, strict=strict)
    return call


def _parse_call(data: Any) -> Any:
    if type(data) is not dict:
        data = plain_dict(data)
    return parser_for(data["type"], _CALL_PARSERS, _parse_other_call)(data)


def parse_tool_calls(data: list[Any]) -> tuple[ToolCall, ...]:
    """Parse tool calls, each according to its type. Raises one of `FAILURES`."""
    calls: list[ToolCall] = []
    for call in data:
        plain = call if type(call) is dict else plain_dict(call)
        calls.append(_CALL_PARSERS.get(plain["type"], _parse_call)(plain))
    return tuple(calls)
