# SPDX-License-Identifier: MIT
"""Deltas held together: whole steps and fragments go in, each step as it stands now comes out.

For each class of fragment there is one that grows, made of nothing or of what a whole step had in that place.
Text is kept in pieces and joined where somebody asks; what nobody holds any longer then grows in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, final
from weakref import ref

from .._reading import draft
from ..enums import RunStepStatus
from ..frozen import EMPTY, FrozenDict, frozen
from ..steps import (
    MessageCreation,
    MessageCreationStepDetails,
    OtherStepDetails,
    RunStep,
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
    RunStepDelta,
    ToolCallsStepDetailsDelta,
)
from .events import Event

_Value_co = TypeVar("_Value_co", covariant=True)

# What grows.


class _Text:
    """A text that comes in fragments."""

    __slots__ = ("_pieces", "_text")

    def __init__(self) -> None:
        self._text = ""
        self._pieces: list[str] = []

    def add(self, piece: str) -> None:
        self._pieces.append(piece)

    def build(self) -> str:
        if self._pieces:
            # Python lengthens a string in place where a local variable is all that holds it.
            text, self._text = self._text, ""
            text += "".join(self._pieces)
            self._text = text
            self._pieces.clear()
        return self._text


def _set_extra(held: dict[str, Any], news: Mapping[str, Any]) -> None:
    """Take the values of unnamed keys; null takes nothing back."""
    for key, value in news.items():
        if value is not None or key not in held:
            held[key] = value


def _frozen_extra(held: dict[str, Any]) -> FrozenDict[Any]:
    return frozen(held.copy()) if held else EMPTY


def _other_keys(data: Any, *named: str) -> dict[str, Any]:
    """Return what something has besides the keys that its type, which has changed, gives a meaning."""
    return {key: value for key, value in _taken_over(data).items() if key not in named}


def _taken_over(data: Any) -> FrozenDict[Any]:
    """Return all of something whose type has changed; nothing of what would nest too deep in its new place."""
    try:
        return FrozenDict(data.to_dict())
    except ValueError:
        return EMPTY


# An object of a type that no class names.

_FRAGMENTS = frozenset({"arguments", "input", "logs"})


class _Tree:
    """An object whose keys have no class: texts grow by their names, objects by their keys, arrays by `index`."""

    __slots__ = ("_held",)

    def __init__(self, data: Mapping[str, Any] = EMPTY) -> None:
        self._held: dict[str, Any] = {}
        self.add(data)

    def add(self, news: Mapping[str, Any]) -> None:
        for key, value in news.items():
            held = self._held.get(key)
            if value is None:
                self._held.setdefault(key, None)
            elif type(value) is str and key in _FRAGMENTS:
                if type(held) is not _Text:
                    self._held[key] = held = _Text()
                held.add(value)
            elif type(value) is FrozenDict:
                if type(held) is not _Tree:
                    self._held[key] = held = _Tree()
                held.add(value)
            elif type(value) is tuple and _has_places(value):
                if type(held) is not _Trees:
                    self._held[key] = held = _Trees(held)
                held.add(value)
            else:
                self._held[key] = value

    def build(self) -> FrozenDict[Any]:
        return frozen(
            {key: value.build() if type(value) in _GROWING_VALUES else value for key, value in self._held.items()}
        )


def _has_places(value: tuple[Any, ...]) -> bool:
    return all(type(item) is FrozenDict and type(item.get("index")) is int for item in value)


class _Trees:
    """An array of such objects."""

    __slots__ = ("_trees",)

    def __init__(self, held: object) -> None:
        self._trees: dict[int, _Tree] = {}
        if type(held) is tuple and all(type(item) is FrozenDict for item in held):
            self._trees.update((place, _Tree(item)) for place, item in enumerate(held))

    def add(self, news: tuple[Any, ...]) -> None:
        for item in news:
            self._trees.setdefault(item["index"], _Tree()).add(item)

    def build(self) -> tuple[FrozenDict[Any], ...]:
        return tuple([self._trees[place].build() for place in sorted(self._trees)])


_GROWING_VALUES = frozenset({_Text, _Tree, _Trees})


# Things in an array that deltas touch by their index.


class _Indexed:
    """The members of an array as they grow: each is built anew when it was touched, and only then."""

    __slots__ = ("_built", "_grow", "_growing", "_is_sorted", "_last", "_touched")

    def __init__(self, grow: Mapping[type[Any], Callable[[Any], Any]], members: tuple[Any, ...]) -> None:
        self._grow = grow
        self._growing: dict[int, Any] = {}
        # The members of a whole step have no index; there it is their place.
        self._built: dict[int, Any] = dict(enumerate(members))
        self._touched: dict[int, Any] = {}
        self._last = len(members) - 1
        self._is_sorted = True

    def add(self, fragment: Any) -> None:
        index = fragment.index
        growing = self._growing.get(index)
        if growing is None or type(fragment) is not growing.fragment:
            growing = self._start(index, fragment, growing)
        growing.add(fragment)
        if index not in self._touched:
            self._touched[index] = growing
            self._built[index] = None  # so that nothing here holds on to its text

    def _start(self, index: int, fragment: Any, growing: Any) -> Any:
        if index > self._last:
            self._last = index
        elif index not in self._built:
            self._is_sorted = False
        known = self._built.get(index) if growing is None else growing.build()
        growing = self._growing[index] = self._grow[type(fragment)](known)
        self._touched.pop(index, None)
        return growing

    def build(self) -> tuple[Any, ...]:
        for index, growing in self._touched.items():
            self._built[index] = growing.build()
        self._touched.clear()
        if not self._is_sorted:
            self._built = dict(sorted(self._built.items()))
            self._is_sorted = True
        return tuple(self._built.values())


# Code interpreter.


class _GrowingLogs:
    fragment = CodeInterpreterLogsDelta
    __slots__ = ("_extra", "_logs")

    def __init__(self, known: CodeInterpreterOutput | None) -> None:
        self._logs = _Text()
        self._extra: dict[str, Any] = {}
        if type(known) is CodeInterpreterLogs:
            self._logs.add(known.logs)
            self._extra.update(known.extra)
        elif known is not None:
            self._extra = _other_keys(known, "type", "logs", "index")

    def add(self, news: CodeInterpreterLogsDelta) -> None:
        if news.logs is not None:
            self._logs.add(news.logs)
        _set_extra(self._extra, news.extra)

    def build(self) -> CodeInterpreterLogs:
        return CodeInterpreterLogs(logs=self._logs.build(), extra=_frozen_extra(self._extra))


class _GrowingImage:
    fragment = CodeInterpreterImageDelta
    __slots__ = ("_extra", "_file_id", "_image_extra")

    def __init__(self, known: CodeInterpreterOutput | None) -> None:
        self._file_id = ""
        self._image_extra: dict[str, Any] = {}
        self._extra: dict[str, Any] = {}
        if type(known) is CodeInterpreterImage:
            self._file_id = known.image.file_id
            self._image_extra.update(known.image.extra)
            self._extra.update(known.extra)
        elif known is not None:
            self._extra = _other_keys(known, "type", "image", "index")

    def add(self, news: CodeInterpreterImageDelta) -> None:
        image = news.image
        if image is not None:
            if image.file_id is not None:
                self._file_id = image.file_id
            _set_extra(self._image_extra, image.extra)
        _set_extra(self._extra, news.extra)

    def build(self) -> CodeInterpreterImage:
        image = ImageFile(file_id=self._file_id, extra=_frozen_extra(self._image_extra))
        return CodeInterpreterImage(image=image, extra=_frozen_extra(self._extra))


class _GrowingOtherOutput:
    fragment = OtherCodeInterpreterOutputDelta
    __slots__ = ("_tree",)

    def __init__(self, known: CodeInterpreterOutput | None) -> None:
        self._tree = _Tree(EMPTY if known is None else _taken_over(known))

    def add(self, news: OtherCodeInterpreterOutputDelta) -> None:
        self._tree.add(_without_index(news.raw))

    def build(self) -> OtherCodeInterpreterOutput:
        return OtherCodeInterpreterOutput(raw=self._tree.build())


def _without_index(raw: FrozenDict[Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key != "index"}


_OUTPUTS = {kind.fragment: kind for kind in (_GrowingLogs, _GrowingImage, _GrowingOtherOutput)}


class _GrowingCodeInterpreterCall:
    fragment = CodeInterpreterToolCallDelta
    __slots__ = ("_body_extra", "_extra", "_id", "_input", "_outputs")

    def __init__(self, known: ToolCall | None) -> None:
        self._id, self._extra = _id_and_extra(known, CodeInterpreterToolCall, "code_interpreter")
        self._input = _Text()
        self._body_extra: dict[str, Any] = {}
        outputs: tuple[CodeInterpreterOutput, ...] = ()
        if type(known) is CodeInterpreterToolCall:
            body = known.code_interpreter
            self._input.add(body.input)
            self._body_extra.update(body.extra)
            outputs = body.outputs
        self._outputs = _Indexed(_OUTPUTS, outputs)

    def add(self, news: CodeInterpreterToolCallDelta) -> None:
        if news.id is not None:
            self._id = news.id
        if news.extra is not EMPTY:
            _set_extra(self._extra, news.extra)
        body = news.code_interpreter
        if body is not None:
            if body.input is not None:
                self._input.add(body.input)
            for output in body.outputs or ():
                self._outputs.add(output)
            if body.extra is not EMPTY:
                _set_extra(self._body_extra, body.extra)

    def build(self) -> CodeInterpreterToolCall:
        body = CodeInterpreter(
            input=self._input.build(), outputs=self._outputs.build(), extra=_frozen_extra(self._body_extra)
        )
        return CodeInterpreterToolCall(id=self._id, code_interpreter=body, extra=_frozen_extra(self._extra))


def _id_and_extra(known: ToolCall | None, kind: type[Any], body: str) -> tuple[str, dict[str, Any]]:
    """Return what a growing call takes over from what was there, which may have been of another type."""
    if known is None:
        return "", {}
    if type(known) is kind and type(known) is not OtherToolCall:
        return known.id, dict(known.extra)
    return known.id or "", _other_keys(known, "id", "type", body)


# File search, functions, the rest.


class _GrowingFileSearchCall:
    fragment = FileSearchToolCallDelta
    __slots__ = ("_extra", "_file_search", "_id")

    def __init__(self, known: ToolCall | None) -> None:
        self._id, self._extra = _id_and_extra(known, FileSearchToolCall, "file_search")
        self._file_search = known.file_search if type(known) is FileSearchToolCall else FileSearch()

    def add(self, news: FileSearchToolCallDelta) -> None:
        if news.id is not None:
            self._id = news.id
        if news.file_search is not None:
            self._file_search = news.file_search
        _set_extra(self._extra, news.extra)

    def build(self) -> FileSearchToolCall:
        return FileSearchToolCall(id=self._id, file_search=self._file_search, extra=_frozen_extra(self._extra))


class _GrowingFunctionCall:
    fragment = FunctionToolCallDelta
    __slots__ = ("_absent", "_arguments", "_body_extra", "_extra", "_id", "_name", "_output")

    def __init__(self, known: ToolCall | None) -> None:
        self._id, self._extra = _id_and_extra(known, FunctionToolCall, "function")
        self._name = ""
        self._arguments = _Text()
        self._output: str | None = None
        self._absent: tuple[str, ...] = ("output",)
        self._body_extra: dict[str, Any] = {}
        if type(known) is FunctionToolCall:
            body = known.function
            self._name = body.name
            self._arguments.add(body.arguments)
            self._output = body.output
            self._absent = body._absent
            self._body_extra.update(body.extra)

    def add(self, news: FunctionToolCallDelta) -> None:
        if news.id is not None:
            self._id = news.id
        if news.extra is not EMPTY:
            _set_extra(self._extra, news.extra)
        body = news.function
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
                _set_extra(self._body_extra, body.extra)

    def build(self) -> FunctionToolCall:
        body = Function(
            name=self._name,
            arguments=self._arguments.build(),
            output=self._output,
            extra=_frozen_extra(self._body_extra),
            _absent=self._absent,
        )
        return FunctionToolCall(id=self._id, function=body, extra=_frozen_extra(self._extra))


class _GrowingRetrievalCall:
    fragment = RetrievalToolCallDelta
    __slots__ = ("_extra", "_id", "_retrieval")

    def __init__(self, known: ToolCall | None) -> None:
        self._id, self._extra = _id_and_extra(known, RetrievalToolCall, "retrieval")
        self._retrieval = known.retrieval if type(known) is RetrievalToolCall else EMPTY

    def add(self, news: RetrievalToolCallDelta) -> None:
        if news.id is not None:
            self._id = news.id
        if news.retrieval is not None:
            self._retrieval = news.retrieval
        _set_extra(self._extra, news.extra)

    def build(self) -> RetrievalToolCall:
        return RetrievalToolCall(id=self._id, retrieval=self._retrieval, extra=_frozen_extra(self._extra))


class _GrowingOtherCall:
    fragment = OtherToolCallDelta
    __slots__ = ("_tree",)

    def __init__(self, known: ToolCall | None) -> None:
        self._tree = _Tree(EMPTY if known is None else _taken_over(known))

    def add(self, news: OtherToolCallDelta) -> None:
        self._tree.add(_without_index(news.raw))

    def build(self) -> OtherToolCall:
        return OtherToolCall(raw=self._tree.build())


_CALLS = {
    kind.fragment: kind
    for kind in (
        _GrowingCodeInterpreterCall,
        _GrowingFileSearchCall,
        _GrowingFunctionCall,
        _GrowingRetrievalCall,
        _GrowingOtherCall,
    )
}


# Step details.


class _GrowingMessageCreation:
    fragment = MessageCreationStepDetailsDelta
    __slots__ = ("_body_extra", "_extra", "_message_id")

    def __init__(self, known: StepDetails | None) -> None:
        self._message_id = ""
        self._extra: dict[str, Any] = {}
        self._body_extra: dict[str, Any] = {}
        if type(known) is MessageCreationStepDetails:
            self._message_id = known.message_creation.message_id
            self._extra.update(known.extra)
            self._body_extra.update(known.message_creation.extra)
        elif known is not None:
            self._extra = _other_keys(known, "type", "message_creation")

    def add(self, news: MessageCreationStepDetailsDelta) -> None:
        body = news.message_creation
        if body is not None:
            if body.message_id is not None:
                self._message_id = body.message_id
            _set_extra(self._body_extra, body.extra)
        _set_extra(self._extra, news.extra)

    def build(self) -> MessageCreationStepDetails:
        body = MessageCreation(message_id=self._message_id, extra=_frozen_extra(self._body_extra))
        return MessageCreationStepDetails(message_creation=body, extra=_frozen_extra(self._extra))


class _GrowingToolCalls:
    fragment = ToolCallsStepDetailsDelta
    __slots__ = ("_calls", "_extra")

    def __init__(self, known: StepDetails | None) -> None:
        self._extra: dict[str, Any] = {}
        calls: tuple[ToolCall, ...] = ()
        if type(known) is ToolCallsStepDetails:
            calls = known.tool_calls
            self._extra.update(known.extra)
        elif known is not None:
            self._extra = _other_keys(known, "type", "tool_calls")
        self._calls = _Indexed(_CALLS, calls)

    def add(self, news: ToolCallsStepDetailsDelta) -> None:
        for call in news.tool_calls or ():
            self._calls.add(call)
        if news.extra is not EMPTY:
            _set_extra(self._extra, news.extra)

    def build(self) -> ToolCallsStepDetails:
        return ToolCallsStepDetails(tool_calls=self._calls.build(), extra=_frozen_extra(self._extra))


class _GrowingOtherDetails:
    fragment = OtherStepDetailsDelta
    __slots__ = ("_tree",)

    def __init__(self, known: StepDetails | None) -> None:
        self._tree = _Tree(EMPTY if known is None else _taken_over(known))

    def add(self, news: OtherStepDetailsDelta) -> None:
        self._tree.add(news.raw)

    def build(self) -> OtherStepDetails:
        return OtherStepDetails(raw=self._tree.build())


_DETAILS = {kind.fragment: kind for kind in (_GrowingMessageCreation, _GrowingToolCalls, _GrowingOtherDetails)}


# The step.

_ENDED = frozenset({RunStepStatus.CANCELLED, RunStepStatus.FAILED, RunStepStatus.COMPLETED, RunStepStatus.EXPIRED})
_StepDraft = draft(RunStep)


class _GrowingStep:
    """What is known of one step: the last whole one that was sent, and what deltas told since."""

    __slots__ = ("details", "step")

    def __init__(self) -> None:
        self.step: RunStep | None = None
        self.details: Any = None

    def replace(self, step: RunStep) -> None:
        self.step = step
        details = step.step_details
        if step.status in _ENDED:
            self.details = None
        elif (
            type(self.details) is _GrowingToolCalls and type(details) is ToolCallsStepDetails and not details.tool_calls
        ):
            self.details.add(ToolCallsStepDetailsDelta(extra=details.extra))
        elif type(self.details) is _GrowingOtherDetails and type(details) is OtherStepDetails and _is_bare(details):
            pass
        else:
            self.details = None

    def start(self, news: Any) -> Any:
        """Return the details as they grow from here on, of the type that a delta tells of."""
        if self.details is not None:
            known = self.details.build()
        else:
            known = None if self.step is None else self.step.step_details
        self.details = _DETAILS[type(news)](known)
        return self.details

    def build(self) -> RunStep:
        new = _StepDraft()
        for name in RunStep.__slots__:
            setattr(new, name, getattr(self.step, name))
        new.step_details = self.details.build()
        new.__class__ = RunStep
        return new  # type: ignore[no-any-return]


def _is_bare(details: OtherStepDetails) -> bool:
    """Tell details that name their type, and hold nothing else yet."""
    return not any(value for key, value in details.raw.items() if key != "type")


class _Steps(Mapping[str, _Value_co]):
    """Steps by their ids, as they stood when they were asked for."""

    __slots__ = ("__weakref__", "_steps")

    def __init__(self, steps: dict[str, _Value_co]) -> None:
        self._steps = steps

    def __getitem__(self, key: str) -> _Value_co:
        return self._steps[key]

    def __iter__(self) -> Iterator[str]:
        yield from self._steps  # holding the mapping, which then stays as it is

    def __len__(self) -> int:
        return len(self._steps)

    def __repr__(self) -> str:
        return repr(self._steps)


def _nobody() -> None:
    """Stand for a reference to a mapping that nobody holds."""


@final
class RunStepAccumulator:
    """Steps as they stand now, from whole steps and deltas in the order in which they were sent.

    Deltas are held together per class and by `index`: fragments of `arguments`, `input` and `logs` are joined, any
    other value is set, null tells nothing. What is not known yet is empty. Tool calls stand in the order of their
    indices; one of a type that the API reference does not name grows by the names of its keys alone, object by
    object, arrays by the `index` of their members. Unnamed keys of a delta and of its `delta` are not the step's,
    and stay with the event.

    A whole step replaces what was accumulated; but while a step has not ended, one whose details tell of nothing yet
    only says that the server had nothing to tell when it sent that, and takes nothing back. So a stream that is sent
    again from its beginning needs a new accumulator: its fragments would be joined twice.

    Where a delta changes the type of a call, what was known of it before is kept under the unnamed keys, unless
    they mean something else in the new type, or nest too deep there.
    """

    __slots__ = ("_growing", "_pending", "_steps", "_touched", "_view")

    def __init__(self) -> None:
        self._growing: dict[str, _GrowingStep] = {}
        self._pending: dict[str, _GrowingStep] = {}
        self._steps: dict[str, Any] = {}
        self._touched: dict[str, _GrowingStep] = {}
        self._view: Callable[[], _Steps[RunStep] | None] = _nobody

    def add(self, item: RunStep | RunStepDelta | Event | Mapping[str, Any]) -> None:
        """Take a step, a delta, an event, or an event as `Event.from_dict` reads it; other events change nothing.

        Raises `ValidationError` for a mapping that is no such event, or a step event that cannot be read. To go
        on over those, look at the `error` of `Event.from_dict` first.
        """
        if isinstance(item, Mapping):
            item = Event.from_dict(item)
            if item.error is not None:
                raise item.error
        self._add(item.data if isinstance(item, Event) else item)

    def _add(self, data: RunStep | RunStepDelta | str) -> None:
        """Take the data of an event; text, which is what all other events have, changes nothing."""
        if type(data) is RunStepDelta:
            self._add_delta(data)
        elif type(data) is RunStep:
            self._add_step(data)

    @property
    def steps(self) -> Mapping[str, RunStep]:
        """Each step that was announced, by its id, as it stands now; neither mapping nor steps change later.

        To ask costs building the tool calls that were touched since it was asked last, and one pass over the list
        of calls of their steps; all other calls and steps are the same objects as before. Text that has grown is
        lengthened in place, unless somebody holds an earlier step: that one keeps its text, and the new one is a copy.
        Likewise the mapping is copied only where somebody holds an earlier one.
        """
        for id_, growing in self._touched.items():
            self._steps[id_] = growing.build()
        self._touched.clear()
        view = self._view()
        if view is None:
            view = _Steps(self._steps)
            self._view = ref(view)
        return view

    @property
    def pending(self) -> Mapping[str, StepDetails]:
        """What deltas told of steps that no event has announced: details as they stand now, by the id of the step."""
        return _Steps({id_: growing.details.build() for id_, growing in self._pending.items()})

    def _add_step(self, step: RunStep) -> None:
        id_ = step.id
        growing = self._growing.get(id_)
        if growing is None:
            growing = self._growing[id_] = self._pending.pop(id_) if id_ in self._pending else _GrowingStep()
        growing.replace(step)
        self._release()
        self._steps[id_] = step
        if growing.details is None:
            self._touched.pop(id_, None)
        else:
            self._touched[id_] = growing

    def _add_delta(self, delta: RunStepDelta) -> None:
        news = delta.delta.step_details
        if news is None:
            return
        id_ = delta.id
        growing = self._growing.get(id_)
        if growing is None:
            growing = self._pending.get(id_)
            if growing is None:
                growing = self._pending[id_] = _GrowingStep()
        elif id_ not in self._touched:
            self._release()
            self._steps[id_] = None  # so that nothing here holds on to its text
            self._touched[id_] = growing
        details = growing.details
        if details is None or type(news) is not details.fragment:
            details = growing.start(news)
        details.add(news)

    def _release(self) -> None:
        """Leave the mapping to who holds it, before it changes."""
        if self._view() is not None:
            self._steps = self._steps.copy()
            self._view = _nobody
