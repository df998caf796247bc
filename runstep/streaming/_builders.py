# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Builders, which accumulate deltas: one for each class of step details, tool calls and outputs.

A builder starts empty, or with the object of an earlier step, and takes the deltas of one class, its `delta_type`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ..frozen import EMPTY, FrozenDict, frozen
from ..steps import (
    MessageCreation,
    MessageCreationStepDetails,
    OtherStepDetails,
    StepDetails,
    ToolCallsStepDetails,
)
from ..tool_calls import (
    CodeInterpreter,
    CodeInterpreterImage,
    CodeInterpreterLogs,
    CodeInterpreterOutput,
    CodeInterpreterToolCall,
    FileSearch,
    FileSearchToolCall,
    Function,
    FunctionToolCall,
    ImageFile,
    OtherCodeInterpreterOutput,
    OtherToolCall,
    RetrievalToolCall,
    ToolCall,
)
from .deltas import (
    CodeInterpreterImageDelta,
    CodeInterpreterLogsDelta,
    CodeInterpreterToolCallDelta,
    FileSearchToolCallDelta,
    FunctionToolCallDelta,
    MessageCreationStepDetailsDelta,
    OtherCodeInterpreterOutputDelta,
    OtherStepDetailsDelta,
    OtherToolCallDelta,
    RetrievalToolCallDelta,
    ToolCallsStepDetailsDelta,
)

# Parts of builders.


class _TextBuilder:
    """A string that arrives in fragments."""

    __slots__ = ("_fragments",)

    def __init__(self, text: str = "") -> None:
        self._fragments = [text]

    def add(self, fragment: str) -> None:
        self._fragments.append(fragment)

    def build(self) -> str:
        text = "".join(self._fragments)
        if any("\udc00" <= fragment[:1] <= "\udfff" for fragment in self._fragments):
            text = _SURROGATE_PAIR.sub(_join_surrogates, text)
        self._fragments = [text]
        return text


# A server may split the two escapes of a character, such as `\ud83d` and `\ude00`.
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def _join_surrogates(match: re.Match[str]) -> str:
    return match[0].encode("utf-16", "surrogatepass").decode("utf-16")


def _update_extra(extra: dict[str, Any], new: Mapping[str, Any]) -> None:
    """Set the values of keys not defined in the schema; null does not replace a value."""
    for key, value in new.items():
        if value is not None or key not in extra:
            extra[key] = value


def _build_extra(extra: dict[str, Any]) -> FrozenDict[Any]:
    return frozen(extra.copy()) if extra else EMPTY


def _previous_keys(previous: Any, *defined: str) -> dict[str, Any]:
    """Return what an object of another type contains, apart from keys that the new type defines."""
    return {key: value for key, value in _previous_raw(previous).items() if key not in defined}


def _previous_raw(previous: Any) -> FrozenDict[Any]:
    """Return all of an object of another type; nothing if it would be nested too deeply in its new place."""
    try:
        return FrozenDict(previous.to_dict())
    except ValueError:
        return EMPTY


# A change of the type copies the previous keys. No server changes it repeatedly; this only stops attacks.
MAX_TYPE_CHANGES = 8


# Integers below it are their own hashes, but too few to collide much.
_MAX_PLAIN_INDEX = 1 << 16


class _LargeIndex(int):
    """An integer with a hash that depends on the process: integers that collide in a dict are easy to find."""

    def __hash__(self) -> int:
        return hash(self.to_bytes(self.bit_length() // 8 + 1, "little", signed=True))


def _index_key(index: int) -> int:
    """Return the index, in a form that is safe as a key of a dict."""
    return index if 0 <= index < _MAX_PLAIN_INDEX else _LargeIndex(index)


class _IndexedBuilder:
    """An array of objects that deltas refer to by index. Only objects that have changed are built again."""

    __slots__ = ("_builders", "_built", "_changed", "_create", "_is_sorted", "_last", "_type_changes")

    def __init__(self, create: Mapping[type[Any], Callable[[Any], Any]], objects: tuple[Any, ...]) -> None:
        self._create = create
        self._builders: dict[int, Any] = {}
        # The objects of a step have no index, so their position serves as one.
        self._built: dict[int, Any] = dict(enumerate(objects))
        self._changed: dict[int, Any] = {}
        self._last = len(objects) - 1
        self._is_sorted = True
        self._type_changes: Counter[int] = Counter()

    def add(self, delta: Any) -> None:
        index = _index_key(delta.index)
        builder = self._builders.get(index)
        if builder is None or type(delta) is not builder.delta_type:
            builder = self._start(index, delta, builder)
        builder.add(delta)
        self._changed[index] = builder

    def _start(self, index: int, delta: Any, builder: Any) -> Any:
        """Return a new builder for an index, because there is none or because the type has changed."""
        if index > self._last:
            self._last = index
        elif index not in self._built:
            self._is_sorted = False
        previous = self._built.get(index)
        if builder is not None:
            self._type_changes[index] += 1
            previous = builder.build() if self._type_changes[index] <= MAX_TYPE_CHANGES else None
        builder = self._builders[index] = self._create[type(delta)](previous)
        self._built[index] = previous
        return builder

    def build(self) -> tuple[Any, ...]:
        for index, builder in self._changed.items():
            self._built[index] = builder.build()
        self._changed.clear()
        if not self._is_sorted:
            self._built = dict(sorted(self._built.items()))
            self._is_sorted = True
        return tuple(self._built.values())


# Objects of an unknown type.

_FRAGMENTED_KEYS = frozenset({"arguments", "input", "logs"})


class _ObjectBuilder:
    """A JSON object without a class: strings are joined according to their keys, arrays merged by `index`."""

    __slots__ = ("_values",)

    def __init__(self, data: Mapping[str, Any] = EMPTY) -> None:
        self._values: dict[str, Any] = {}
        self.add(data)

    def add(self, data: Mapping[str, Any]) -> None:
        for key, value in data.items():
            current = self._values.get(key)
            if value is None:
                self._values.setdefault(key, None)
            elif type(value) is str and key in _FRAGMENTED_KEYS:
                if type(current) is not _TextBuilder:
                    self._values[key] = current = _TextBuilder()
                current.add(value)
            elif type(value) is FrozenDict:
                if type(current) is not _ObjectBuilder:
                    self._values[key] = current = _ObjectBuilder()
                current.add(value)
            elif type(value) is tuple and _has_indices(value):
                if type(current) is not _ArrayBuilder:
                    self._values[key] = current = _ArrayBuilder(current)
                current.add(value)
            else:
                self._values[key] = value

    def build(self) -> FrozenDict[Any]:
        return frozen(
            {key: value.build() if type(value) in _NESTED_BUILDERS else value for key, value in self._values.items()}
        )


def _has_indices(value: tuple[Any, ...]) -> bool:
    return all(type(item) is FrozenDict and type(item.get("index")) is int for item in value)


class _ArrayBuilder:
    """An array of JSON objects with indices."""

    __slots__ = ("_builders",)

    def __init__(self, previous: object) -> None:
        self._builders: dict[int, _ObjectBuilder] = {}
        if type(previous) is tuple and all(type(item) is FrozenDict for item in previous):
            self._builders.update((index, _ObjectBuilder(item)) for index, item in enumerate(previous))

    def add(self, items: tuple[Any, ...]) -> None:
        for item in items:
            self._builders.setdefault(_index_key(item["index"]), _ObjectBuilder()).add(item)

    def build(self) -> tuple[FrozenDict[Any], ...]:
        return tuple([self._builders[index].build() for index in sorted(self._builders)])


_NESTED_BUILDERS = frozenset({_TextBuilder, _ObjectBuilder, _ArrayBuilder})


class _RawBuilder:
    """Accumulates an object of an unknown type, which is complete in `raw`."""

    delta_type: type[Any]
    model: type[Any]

    def __init__(self, previous: Any) -> None:
        self._raw = _ObjectBuilder(EMPTY if previous is None else _previous_raw(previous))

    def add(self, delta: Any) -> None:
        self._raw.add(delta.raw)

    def build(self) -> Any:
        return self.model(raw=self._raw.build())


class _IndexedRawBuilder(_RawBuilder):
    """Accumulates an object of an unknown type. Its index is only in the deltas."""

    def add(self, delta: Any) -> None:
        self._raw.add({key: value for key, value in delta.raw.items() if key != "index"})


# Code interpreter.


class _LogsBuilder:
    """Accumulates the logs of the code interpreter."""

    delta_type = CodeInterpreterLogsDelta
    __slots__ = ("_extra", "_logs")

    def __init__(self, previous: CodeInterpreterOutput | None) -> None:
        self._logs = _TextBuilder()
        self._extra: dict[str, Any] = {}
        if type(previous) is CodeInterpreterLogs:
            self._logs.add(previous.logs)
            self._extra.update(previous.extra)
        elif previous is not None:
            self._extra = _previous_keys(previous, "type", "logs", "index")

    def add(self, delta: CodeInterpreterLogsDelta) -> None:
        if delta.logs is not None:
            self._logs.add(delta.logs)
        _update_extra(self._extra, delta.extra)

    def build(self) -> CodeInterpreterLogs:
        return CodeInterpreterLogs(logs=self._logs.build(), extra=_build_extra(self._extra))


class _ImageBuilder:
    """Accumulates an image of the code interpreter."""

    delta_type = CodeInterpreterImageDelta
    __slots__ = ("_extra", "_file_id", "_image_extra")

    def __init__(self, previous: CodeInterpreterOutput | None) -> None:
        self._file_id = ""
        self._image_extra: dict[str, Any] = {}
        self._extra: dict[str, Any] = {}
        if type(previous) is CodeInterpreterImage:
            self._file_id = previous.image.file_id
            self._image_extra.update(previous.image.extra)
            self._extra.update(previous.extra)
        elif previous is not None:
            self._extra = _previous_keys(previous, "type", "image", "index")

    def add(self, delta: CodeInterpreterImageDelta) -> None:
        image = delta.image
        if image is not None:
            if image.file_id is not None:
                self._file_id = image.file_id
            _update_extra(self._image_extra, image.extra)
        _update_extra(self._extra, delta.extra)

    def build(self) -> CodeInterpreterImage:
        image = ImageFile(file_id=self._file_id, extra=_build_extra(self._image_extra))
        return CodeInterpreterImage(image=image, extra=_build_extra(self._extra))


class _OtherOutputBuilder(_IndexedRawBuilder):
    """Accumulates an output of an unknown type."""

    delta_type = OtherCodeInterpreterOutputDelta
    model = OtherCodeInterpreterOutput


_OUTPUT_BUILDERS = {builder.delta_type: builder for builder in (_LogsBuilder, _ImageBuilder, _OtherOutputBuilder)}


class _CodeInterpreterCallBuilder:
    """Accumulates a call of the code interpreter."""

    delta_type = CodeInterpreterToolCallDelta
    __slots__ = ("_body_extra", "_extra", "_id", "_input", "_outputs")

    def __init__(self, previous: ToolCall | None) -> None:
        self._id, self._extra = _id_and_extra(previous, CodeInterpreterToolCall, "code_interpreter")
        self._input = _TextBuilder()
        self._body_extra: dict[str, Any] = {}
        outputs: tuple[CodeInterpreterOutput, ...] = ()
        if type(previous) is CodeInterpreterToolCall:
            body = previous.code_interpreter
            self._input.add(body.input)
            self._body_extra.update(body.extra)
            outputs = body.outputs
        self._outputs = _IndexedBuilder(_OUTPUT_BUILDERS, outputs)

    def add(self, delta: CodeInterpreterToolCallDelta) -> None:
        if delta.id is not None:
            self._id = delta.id
        _update_extra(self._extra, delta.extra)
        body = delta.code_interpreter
        if body is not None:
            if body.input is not None:
                self._input.add(body.input)
            for output in body.outputs or ():
                self._outputs.add(output)
            _update_extra(self._body_extra, body.extra)

    def build(self) -> CodeInterpreterToolCall:
        body = CodeInterpreter(
            input=self._input.build(), outputs=self._outputs.build(), extra=_build_extra(self._body_extra)
        )
        return CodeInterpreterToolCall(id=self._id, code_interpreter=body, extra=_build_extra(self._extra))


def _id_and_extra(previous: ToolCall | None, call_type: type[Any], body: str) -> tuple[str, dict[str, Any]]:
    """Return the id and the extra keys of the previous call, which may have been of another type."""
    if previous is None:
        return "", {}
    if type(previous) is call_type and type(previous) is not OtherToolCall:
        return previous.id, dict(previous.extra)
    return previous.id or "", _previous_keys(previous, "id", "type", body)


# Other tool calls.


class _FileSearchCallBuilder:
    """Accumulates a file search. Its body does not arrive in fragments."""

    delta_type = FileSearchToolCallDelta
    __slots__ = ("_absent", "_body_extra", "_extra", "_id", "_ranking_options", "_results")

    def __init__(self, previous: ToolCall | None) -> None:
        self._id, self._extra = _id_and_extra(previous, FileSearchToolCall, "file_search")
        body = previous.file_search if type(previous) is FileSearchToolCall else FileSearch()
        self._ranking_options = body.ranking_options
        self._results = body.results
        self._body_extra = dict(body.extra)
        self._absent = body._absent

    def add(self, delta: FileSearchToolCallDelta) -> None:
        if delta.id is not None:
            self._id = delta.id
        _update_extra(self._extra, delta.extra)
        body = delta.file_search
        if body is not None:
            if body.ranking_options is not None:
                self._ranking_options = body.ranking_options
            if body.results is not None:
                self._results = body.results
            self._absent = tuple([key for key in self._absent if key in body._absent])
            _update_extra(self._body_extra, body.extra)

    def build(self) -> FileSearchToolCall:
        body = FileSearch(
            ranking_options=self._ranking_options,
            results=self._results,
            extra=_build_extra(self._body_extra),
            _absent=self._absent,
        )
        return FileSearchToolCall(id=self._id, file_search=body, extra=_build_extra(self._extra))


class _FunctionCallBuilder:
    """Accumulates a function call."""

    delta_type = FunctionToolCallDelta
    __slots__ = ("_absent", "_arguments", "_body_extra", "_extra", "_id", "_name", "_output")

    def __init__(self, previous: ToolCall | None) -> None:
        self._id, self._extra = _id_and_extra(previous, FunctionToolCall, "function")
        self._name = ""
        self._arguments = _TextBuilder()
        self._output: str | None = None
        self._absent: tuple[str, ...] = ("output",)
        self._body_extra: dict[str, Any] = {}
        if type(previous) is FunctionToolCall:
            body = previous.function
            self._name = body.name
            self._arguments.add(body.arguments)
            self._output = body.output
            self._absent = body._absent
            self._body_extra.update(body.extra)

    def add(self, delta: FunctionToolCallDelta) -> None:
        if delta.id is not None:
            self._id = delta.id
        # Most deltas have no extra keys, and these are the most frequent ones.
        if delta.extra is not EMPTY:
            _update_extra(self._extra, delta.extra)
        body = delta.function
        if body is not None:
            if body.arguments is not None:
                self._arguments.add(body.arguments)
            if body.name is not None:
                self._name = body.name
            if body.output is not None:
                self._output = body.output
            if "output" not in body._absent:
                self._absent = ()
            if body.extra is not EMPTY:
                _update_extra(self._body_extra, body.extra)

    def build(self) -> FunctionToolCall:
        body = Function(
            name=self._name,
            arguments=self._arguments.build(),
            output=self._output,
            extra=_build_extra(self._body_extra),
            _absent=self._absent,
        )
        return FunctionToolCall(id=self._id, function=body, extra=_build_extra(self._extra))


class _RetrievalCallBuilder:
    """Accumulates a call of the retrieval tool."""

    delta_type = RetrievalToolCallDelta
    __slots__ = ("_extra", "_id", "_retrieval")

    def __init__(self, previous: ToolCall | None) -> None:
        self._id, self._extra = _id_and_extra(previous, RetrievalToolCall, "retrieval")
        self._retrieval = previous.retrieval if type(previous) is RetrievalToolCall else EMPTY

    def add(self, delta: RetrievalToolCallDelta) -> None:
        if delta.id is not None:
            self._id = delta.id
        if delta.retrieval is not None:
            self._retrieval = delta.retrieval
        _update_extra(self._extra, delta.extra)

    def build(self) -> RetrievalToolCall:
        return RetrievalToolCall(id=self._id, retrieval=self._retrieval, extra=_build_extra(self._extra))


class _OtherCallBuilder(_IndexedRawBuilder):
    """Accumulates a call of an unknown tool."""

    delta_type = OtherToolCallDelta
    model = OtherToolCall


_CALL_BUILDERS = {
    builder.delta_type: builder
    for builder in (
        _CodeInterpreterCallBuilder,
        _FileSearchCallBuilder,
        _FunctionCallBuilder,
        _RetrievalCallBuilder,
        _OtherCallBuilder,
    )
}


# Step details.


class _MessageCreationDetailsBuilder:
    """Accumulates the details of a step that writes a message."""

    delta_type = MessageCreationStepDetailsDelta
    __slots__ = ("_body_extra", "_extra", "_message_id")

    def __init__(self, previous: StepDetails | None) -> None:
        self._message_id = ""
        self._extra: dict[str, Any] = {}
        self._body_extra: dict[str, Any] = {}
        if type(previous) is MessageCreationStepDetails:
            self._message_id = previous.message_creation.message_id
            self._extra.update(previous.extra)
            self._body_extra.update(previous.message_creation.extra)
        elif previous is not None:
            self._extra = _previous_keys(previous, "type", "message_creation")

    def add(self, delta: MessageCreationStepDetailsDelta) -> None:
        body = delta.message_creation
        if body is not None:
            if body.message_id is not None:
                self._message_id = body.message_id
            _update_extra(self._body_extra, body.extra)
        _update_extra(self._extra, delta.extra)

    def build(self) -> MessageCreationStepDetails:
        body = MessageCreation(message_id=self._message_id, extra=_build_extra(self._body_extra))
        return MessageCreationStepDetails(message_creation=body, extra=_build_extra(self._extra))


class _ToolCallsDetailsBuilder:
    """Accumulates the details of a step that calls tools."""

    delta_type = ToolCallsStepDetailsDelta
    __slots__ = ("_calls", "_extra")

    def __init__(self, previous: StepDetails | None) -> None:
        self._extra: dict[str, Any] = {}
        calls: tuple[ToolCall, ...] = ()
        if type(previous) is ToolCallsStepDetails:
            calls = previous.tool_calls
            self._extra.update(previous.extra)
        elif previous is not None:
            self._extra = _previous_keys(previous, "type", "tool_calls")
        self._calls = _IndexedBuilder(_CALL_BUILDERS, calls)

    def add(self, delta: ToolCallsStepDetailsDelta) -> None:
        for call in delta.tool_calls or ():
            self._calls.add(call)
        if delta.extra is not EMPTY:
            _update_extra(self._extra, delta.extra)

    def build(self) -> ToolCallsStepDetails:
        return ToolCallsStepDetails(tool_calls=self._calls.build(), extra=_build_extra(self._extra))


class _OtherDetailsBuilder(_RawBuilder):
    """Accumulates step details of an unknown type."""

    delta_type = OtherStepDetailsDelta
    model = OtherStepDetails


DETAILS_BUILDERS = {
    builder.delta_type: builder
    for builder in (_MessageCreationDetailsBuilder, _ToolCallsDetailsBuilder, _OtherDetailsBuilder)
}
