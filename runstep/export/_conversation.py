# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""What the exports of conversations share: messages and steps of threads in order, calls, and losses."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from hashlib import blake2b
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias, final

from ..archive.runs import by_thread, group_runs
from ..frozen import EMPTY
from ..steps import RunStep, milliseconds
from ..tool_calls import (
    CodeInterpreterImage,
    CodeInterpreterLogs,
    CodeInterpreterToolCall,
    FileSearchToolCall,
    FunctionToolCall,
    OtherToolCall,
    RetrievalToolCall,
)
from ._loss import Loss

Messages: TypeAlias = Iterable[Mapping[str, Any]] | Mapping[str, str]
"""Decoded `thread.message` objects, or texts by the ids of messages."""

Pending: TypeAlias = Literal["omit", "keep"]
_Path: TypeAlias = tuple[str | int, ...]


@final
@dataclass(frozen=True, slots=True)
class Conversion:
    """The items of another format, and what they do not contain of the steps and messages."""

    items: tuple[dict[str, Any], ...]
    losses: tuple[Loss, ...]


@final
class Losses:
    """Collects losses. One of no particular step is collected once."""

    def __init__(self) -> None:
        self._losses: dict[Loss, None] = {}

    def add(self, step: RunStep | None, path: _Path, reason: str) -> None:
        """Add the loss of what is at `path` of a step, or of all steps and messages."""
        self._losses[Loss(None if step is None else step.id, path, reason)] = None

    def all(self) -> tuple[Loss, ...]:
        """Return the losses, those of no particular step first."""
        return tuple(sorted(self._losses, key=lambda loss: loss.step_id is not None))


# Messages.


class Part(NamedTuple):
    """A part of the content of a message: its text, URL, or the id of a file; of an image also the detail."""

    type: Literal["text", "refusal", "image_url", "image_file", "file"]
    value: str
    detail: Literal["auto", "low", "high"] = "auto"


class Message(NamedTuple):
    """A message, and its path in the losses. `time` is in milliseconds, None if it is unset."""

    path: _Path
    role: Literal["user", "assistant"]
    parts: list[Part]
    thread_id: str | None = None
    time: int | None = None


def _parse_messages(messages: Messages, losses: Losses) -> dict[str, Message]:
    """Return the messages by id. A message that occurs several times has its last state and place."""
    parsed: dict[str, Message] = {}
    if isinstance(messages, Mapping):
        texts: Mapping[Any, Any] = messages
        for id_, text in texts.items():
            parsed[id_] = Message(("messages", id_), "assistant", [Part("text", text)])
        return parsed
    for index, data in enumerate(messages):
        path = ("messages", index)
        id_ = _get(data, "id")
        message = _parse_message(data, path, losses)
        if message is None or not isinstance(id_, str):
            losses.add(None, path, "the message is malformed")
        else:
            parsed.pop(id_, None)
            parsed[id_] = message
    return parsed


def _parse_message(data: object, path: _Path, losses: Losses) -> Message | None:
    role, content = _get(data, "role"), _get(data, "content")
    if role not in ("user", "assistant") or not isinstance(content, (str, list)):
        return None
    parts = [Part("text", content)] if isinstance(content, str) else list(_parts(content, path, losses))
    attachments = _get(data, "attachments")
    for attachment in attachments if isinstance(attachments, list) else ():
        file_id = _get(attachment, "file_id")
        if isinstance(file_id, str):
            parts.append(Part("file", file_id))
            losses.add(None, ("messages", "attachments", "tools"), "the tools of attachments are not converted")
    thread_id, created_at = _get(data, "thread_id"), _get(data, "created_at")
    return Message(
        path,
        role,
        parts,
        thread_id if isinstance(thread_id, str) else None,
        milliseconds(created_at) if type(created_at) is int else None,
    )


_KEYS_OF_IMAGES = {"image_url": "url", "image_file": "file_id"}


def _parts(content: list[Any], path: _Path, losses: Losses) -> Iterator[Part]:
    for index, item in enumerate(content):
        type_ = str(_get(item, "type"))
        kind: Any = type_  # not narrowed by the comparisons below
        body = _get(item, type_)
        value: Any = body
        detail: Any = _get(body, "detail")
        if type_ == "text":
            value = body if isinstance(body, str) else _get(body, "value")
            if _get(body, "annotations"):
                losses.add(None, ("messages", "content", "annotations"), "annotations are not converted")
        elif type_ in _KEYS_OF_IMAGES:
            value = _get(body, _KEYS_OF_IMAGES[type_])
        if type_ in ("text", "refusal", *_KEYS_OF_IMAGES) and isinstance(value, str):
            yield Part(kind, value, detail if detail in ("low", "high") else "auto")
        else:
            losses.add(None, (*path, "content", index), "the part is malformed or of an unknown type")


def _get(value: object, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


# Threads.

Entry: TypeAlias = tuple[RunStep | None, Message | None]
"""A message without a step, a step, or a step that wrote a message, which may be unknown."""


def threads(steps: Iterable[RunStep], messages: Messages, losses: Losses) -> Iterator[tuple[str, list[Entry]]]:
    """Yield the id of each thread, and its messages and steps in order.

    A message that a step refers to has the place of the step. Any other message comes before the first step that was
    created in the same second or later.
    """
    parsed = _parse_messages(messages, losses)
    used: set[str] = set()
    entries: dict[str, list[Entry]] = {}
    for thread_id, thread_steps in by_thread(steps).items():
        entries[thread_id] = []
        for run in group_runs(thread_steps):
            if run.earlier_states:
                losses.add(None, ("steps",), "earlier states of steps are not converted")
            for step in run.steps:
                message: Message | None = None
                message_id = step.message_id
                if message_id is not None and message_id not in used:
                    used.add(message_id)
                    message = parsed.pop(message_id, None)
                    if message is None:
                        path = ("step_details", "message_creation", "message_id")
                        losses.add(step, path, "the message is not given")
                entries[thread_id].append((step, message))
    others: dict[str, list[Message]] = {thread_id: [] for thread_id in entries}
    for message in parsed.values():
        # A message without a thread may belong to the only one, but only a time tells its place.
        is_only = len(entries) == 1 and message.thread_id is None and message.time is not None
        thread_id = next(iter(entries)) if is_only else message.thread_id or ""
        if thread_id in others:
            others[thread_id].append(message)
        else:
            losses.add(None, message.path, "the message belongs to no thread of the steps")
    for thread_id, thread_entries in entries.items():
        yield thread_id, _merge(thread_entries, others[thread_id])


def _merge(entries: list[Entry], messages: list[Message]) -> list[Entry]:
    """Return entries of steps and other messages in order. Messages are listed newest first, unless times say more."""
    times = [message.time for message in messages if message.time is not None]
    is_oldest_first = bool(times) and times[0] < times[-1]
    ordered = deque(sorted(messages if is_oldest_first else reversed(messages), key=lambda message: message.time or 0))
    merged: list[Entry] = []
    for step, message in entries:
        start = None if step is None else milliseconds(step.created_at)
        while ordered and start is not None and (ordered[0].time or 0) // 1000 <= start // 1000:
            merged.append((None, ordered.popleft()))
        merged.append((step, message))
    return merged + [(None, message) for message in ordered]


# Tool calls.

HOSTED_TYPES = frozenset({"code_interpreter", "file_search", "retrieval"})


class Call(NamedTuple):
    """A tool call in the form of a function call. `output` is None if there is none yet."""

    step: RunStep
    path: tuple[str, str, int]
    id: str
    name: str
    arguments: str
    output: str | None


def to_call(step: RunStep, index: int) -> Call | None:
    """Return a tool call of a step as a function call; None if its tool is unknown.

    A hosted tool becomes a function with its type as the name, and with its input and output as JSON or text.
    """
    call = step.tool_calls[index]
    path = ("step_details", "tool_calls", index)
    if isinstance(call, FunctionToolCall):
        return Call(step, path, call.id, call.function.name, call.function.arguments, call.function.output)
    if isinstance(call, OtherToolCall):
        # `openapi` has the keys of a function in an object, `mcp` beside the type.
        body = {"openapi": call.raw.get("function"), "mcp": call.raw}.get(call.type)
        name, arguments, output = _get(body, "name"), _get(body, "arguments"), _get(body, "output")
        if not isinstance(name, str) or not isinstance(arguments, str):
            return None
        return Call(step, path, call.id or "", name, arguments, output if isinstance(output, str) else None)
    if isinstance(call, CodeInterpreterToolCall):
        outputs = call.code_interpreter.outputs
        logs = "\n".join([item.logs for item in outputs if isinstance(item, CodeInterpreterLogs)])
        is_pending = not outputs and step.status == "in_progress"
        code = json.dumps({"code": call.code_interpreter.input})
        return Call(step, path, call.id, call.type, code, None if is_pending else logs)
    results = call.to_dict().get("file_search", {}).get("results")
    return Call(step, path, call.id, call.type, "{}", "" if results is None else json.dumps(results))


_KEYS_OF_UNKNOWN_CALLS = {"openapi": ("function",), "mcp": ("name", "arguments", "output", "server_label")}


def _add_call_losses(call: Call, losses: Losses) -> None:
    """Add the losses of a tool call that became a function call."""
    step, path = call.step, call.path
    original = step.tool_calls[path[2]]
    if original.type in HOSTED_TYPES:
        losses.add(step, path, "a hosted tool became a function")
    if isinstance(original, CodeInterpreterToolCall):
        add_output_losses(step, path, original, losses)
    elif isinstance(original, FileSearchToolCall):
        if original.file_search.ranking_options is not None:
            losses.add(step, (*path, "file_search", "ranking_options"), "ranking options are not converted")
        if original.file_search.results is None:
            losses.add(step, (*path, "file_search", "results"), "the results are not given")
    elif isinstance(original, RetrievalToolCall):
        losses.add(step, (*path, "retrieval"), "the results are not given")
    elif isinstance(original, OtherToolCall):
        for key in original.raw:
            if key not in ("id", "type", *_KEYS_OF_UNKNOWN_CALLS[original.type]):
                losses.add(step, (*path, key), "unknown keys are not converted")


def add_output_losses(step: RunStep, path: _Path, call: CodeInterpreterToolCall, losses: Losses) -> None:
    """Add the losses of outputs other than logs."""
    for number, item in enumerate(call.code_interpreter.outputs):
        if not isinstance(item, CodeInterpreterLogs):
            kind = "an image" if isinstance(item, CodeInterpreterImage) else "an output of an unknown type"
            losses.add(step, (*path, "code_interpreter", "outputs", number), f"{kind} is not converted")


def is_kept(call: Call, pending: Pending, losses: Losses) -> bool:
    """Return whether a call is converted, and add its losses. It is not if it has no output."""
    if call.output is None and pending == "omit":
        losses.add(call.step, call.path, "a call without output is omitted")
        return False
    _add_call_losses(call, losses)
    return True


_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@final
class Names:
    """Ids and names that a target accepts. An id that two steps use is made distinct."""

    def __init__(self, losses: Losses, max_length: int) -> None:
        self._losses = losses
        self._max_length = max_length
        self._steps: dict[str, str] = {}

    def id(self, call: Call) -> str:
        """Return the id of a call, which is its id or a hash."""
        if _ID.fullmatch(call.id) and self._steps.setdefault(call.id, call.step.id) == call.step.id:
            return call.id
        self._losses.add(call.step, (*call.path, "id"), "the id is replaced, because it is refused or not unique")
        text = "\0".join([call.step.id, str(call.path), call.id])
        return f"call_{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"

    def name(self, call: Call) -> str:
        """Return the name of a function, with a replacement for characters that are refused."""
        name = re.sub("[^A-Za-z0-9_-]", "_", call.name)[: self._max_length] or "_"
        if name != call.name:
            self._losses.add(call.step, call.path, "the name is replaced, because it is refused")
        return name


# What no target contains.


def add_step_losses(step: RunStep, losses: Losses) -> None:
    """Add the losses of a step that do not depend on the target."""
    losses.add(None, ("id",), "ids of steps, runs and assistants are not converted")
    losses.add(None, ("created_at",), "times are not converted")
    losses.add(None, ("status",), "the status of steps is not converted")
    if step.usage is not None:
        losses.add(None, ("usage",), "usage is not converted")
    if step.metadata:
        losses.add(None, ("metadata",), "metadata is not converted")
    if step.last_error is not None:
        losses.add(step, ("last_error",), "errors are not converted")
    for path in _unknown_keys(step, ()):
        losses.add(step, path, "unknown keys are not converted")


def _unknown_keys(model: Any, path: _Path) -> Iterator[_Path]:
    yield from [(*path, key) for key in getattr(model, "extra", EMPTY)]
    for field in fields(model):
        value = getattr(model, field.name)
        if is_dataclass(value):
            yield from _unknown_keys(value, (*path, field.name))
        elif field.name in ("tool_calls", "outputs", "results", "content"):
            for index, item in enumerate(value or ()):
                yield from _unknown_keys(item, (*path, field.name, index))


# The conversion.


class Converter(Protocol):
    """Converts the steps and messages of threads, one after another."""

    losses: Losses

    def step(self, step: RunStep) -> Iterator[dict[str, Any]]:
        """Yield the items of a step, except its message."""
        ...

    def message(self, step: RunStep | None, message: Message) -> Iterator[dict[str, Any]]:
        """Yield the items of a message, and of the step that wrote it."""
        ...


def convert_threads(
    steps: Iterable[RunStep], messages: Messages, converter: Converter
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the id and the items of each thread."""
    for thread_id, entries in threads(steps, messages, converter.losses):
        items: list[dict[str, Any]] = []
        for step, message in entries:
            if step is not None:
                add_step_losses(step, converter.losses)
                items += converter.step(step)
            if message is not None:
                reason = "times, ids and metadata of messages are not converted"
                converter.losses.add(None, ("messages",), reason)
                items += converter.message(step, message)
        yield thread_id, items


def convert(steps: Iterable[RunStep], messages: Messages, converter: Converter) -> Conversion:
    """Return the items of all threads, and the losses."""
    items = [item for _, thread in convert_threads(steps, messages, converter) for item in thread]
    return Conversion(tuple(items), converter.losses.all())
