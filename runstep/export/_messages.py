# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Messages of threads, and their places between steps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from ..archive.runs import by_thread, group_runs
from ..steps import RunStep, milliseconds
from ._losses import Losses, Path

Messages: TypeAlias = Iterable[Mapping[str, Any]] | Mapping[str, str]
"""Decoded `thread.message` objects, or texts by the ids of messages."""

# Where the parts have their values, and their other keys that are converted.
_VALUE_KEYS = {"text": "value", "image_url": "url", "image_file": "file_id"}
_OTHER_KEYS = {"text": ("annotations",), "image_url": ("detail",), "image_file": ("detail",)}


class Part(NamedTuple):
    """A part of the content of a message: its text, URL, or the id of a file; of an image also the detail."""

    path: Path
    type: Literal["text", "refusal", "image_url", "image_file", "file"]
    value: str
    detail: Literal["auto", "low", "high"] = "auto"


class Message(NamedTuple):
    """A message, and its path in the losses. `time` is in milliseconds, None if it is unset."""

    path: Path
    role: Literal["user", "assistant"]
    parts: list[Part]
    thread_id: str | None = None
    time: int | None = None


def _parse_messages(messages: Messages, losses: Losses) -> dict[str, Message]:
    """Return the messages by id. A message that occurs several times has its last state and place."""
    parsed: dict[str, Message] = {}
    source: Any = messages
    is_mapping = isinstance(messages, Mapping)
    items: Iterable[tuple[Any, Any]] = source.items() if is_mapping else enumerate(source)
    for key, data in items:
        path = ("messages", key)
        id_ = key if is_mapping else _get(data, "id")
        message = _parse_text(data, path) if is_mapping else _parse_message(data, path, losses)
        if message is None or not isinstance(id_, str):
            losses.add(None, path, "the message is malformed")
            continue
        if parsed.pop(id_, None) is not None:
            losses.add(None, path, "an earlier state of the message is not converted")
        parsed[id_] = message
    return parsed


def _parse_text(text: object, path: Path) -> Message | None:
    return Message(path, "assistant", [Part(path, "text", text)]) if isinstance(text, str) else None


def _parse_message(data: object, path: Path, losses: Losses) -> Message | None:
    role, content = _get(data, "role"), _get(data, "content")
    if role not in ("user", "assistant") or not isinstance(content, (str, list)):
        return None
    losses.add(None, ("messages",), "of messages, only the role and the content are converted")
    items = [{"type": "text", "text": content}] if isinstance(content, str) else content
    parts = [*_parts(items, (*path, "content"), losses), *_files(data, path, losses)]
    thread_id = _get(data, "thread_id")
    if not isinstance(thread_id, str):
        thread_id = None
    return Message(path, role, parts, thread_id, _time(_get(data, "created_at")))


def _parts(content: list[Any], path: Path, losses: Losses) -> Iterator[Part]:
    for index, item in enumerate(content):
        part = _parse_part(item, (*path, index), losses)
        if part is None:
            losses.add(None, (*path, index), "the part is malformed or of an unknown type")
        else:
            yield part


def _parse_part(item: object, path: Path, losses: Losses) -> Part | None:
    kind = _get(item, "type")
    if kind not in ("text", "refusal", "image_url", "image_file"):
        return None
    body = _get(item, kind)
    value = body if isinstance(body, str) else _get(body, _VALUE_KEYS.get(kind, ""))
    if not isinstance(value, str):
        return None
    _add_unknown(item, ("type", kind), path, losses)
    _add_unknown(body, (*_OTHER_KEYS.get(kind, ()), _VALUE_KEYS.get(kind)), (*path, kind), losses)
    if _get(body, "annotations"):
        losses.add(None, (*path, kind, "annotations"), "annotations are not converted")
    detail = _get(body, "detail")
    if detail not in (None, "auto", "low", "high"):
        losses.add(None, (*path, kind, "detail"), "the detail is unknown, and became auto")
        detail = None
    return Part(path, kind, value, detail or "auto")


def _add_unknown(data: object, known: Collection[str | None], path: Path, losses: Losses) -> None:
    for key in data if isinstance(data, Mapping) else ():
        if key not in known:
            losses.add(None, (*path, key), "unknown keys are not converted")


def _files(data: object, path: Path, losses: Losses) -> Iterator[Part]:
    """Yield the files of a message: its `attachments`, or in the first version of the API, its `file_ids`."""
    for key in ("attachments", "file_ids"):
        items = _get(data, key)
        for index, item in enumerate(items if isinstance(items, list) else [items] if items else ()):
            file_path = (*path, key, index)
            file_id = item if isinstance(item, str) and key == "file_ids" else _get(item, "file_id")
            if isinstance(file_id, str):
                yield Part(file_path, "file", file_id)
            else:
                losses.add(None, file_path, "the file is malformed")
            if _get(item, "tools"):
                losses.add(None, (*file_path, "tools"), "the tools of a file are not converted")


def _time(value: object) -> int | None:
    """Return a time in milliseconds; like in steps, it may be a whole float."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return milliseconds(value) if type(value) is int else None


def _get(value: object, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


# Threads.

Entry: TypeAlias = tuple[RunStep | None, Message | None]
"""A message without a step, a step, or a step that wrote a message, which may be unknown."""


def threads(steps: Iterable[RunStep], messages: Messages, losses: Losses) -> Iterator[tuple[str, list[Entry]]]:
    """Yield the id of each thread, and its messages and steps in order.

    A message that a step refers to has the place of the step. Any other message comes before the first run that began
    in the same second or later, because the API accepts no message during a run; if the times of runs have
    milliseconds, before the first run that began later.
    """
    parsed = _parse_messages(messages, losses)
    grouped = by_thread(steps)
    # The order of a listing is that of all its messages, also of those that steps refer to.
    is_oldest_first = {id_: _is_oldest_first(id_, parsed.values()) for id_ in grouped}
    used: dict[str, str] = {}
    runs = {id_: [list(run) for run in _runs(grouped[id_], parsed, used, losses)] for id_ in grouped}
    others: dict[str, list[Message]] = {id_: [] for id_ in grouped}
    for message in parsed.values():
        # A message without a thread may belong to the only one, but only a time tells its place.
        is_only = len(grouped) == 1 and message.thread_id is None and message.time is not None
        thread_id = next(iter(grouped)) if is_only else message.thread_id
        if thread_id is None or thread_id not in others:
            losses.add(None, message.path, "the message belongs to no thread of the steps")
            continue
        others[thread_id].append(message)
        if message.time is None:
            losses.add(None, (*message.path, "created_at"), "the time is not known, so the message is the first one")
    for thread_id in grouped:
        same = others.pop(thread_id)
        if not is_oldest_first[thread_id]:
            same.reverse()
        yield thread_id, _merge(runs.pop(thread_id), same, losses)


def _is_oldest_first(thread_id: str, messages: Iterable[Message]) -> bool:
    times = [
        message.time for message in messages if message.thread_id in (None, thread_id) and message.time is not None
    ]
    return bool(times) and times[0] < times[-1]


def _runs(
    steps: list[RunStep], messages: dict[str, Message], used: dict[str, str], losses: Losses
) -> Iterator[Iterator[Entry]]:
    for run in group_runs(steps):
        if run.earlier_states:
            losses.add(None, ("steps",), "earlier states of steps are not converted")
        yield ((step, _message_of(step, messages, used, losses)) for step in run.steps)


def _message_of(step: RunStep, messages: dict[str, Message], used: dict[str, str], losses: Losses) -> Message | None:
    """Remove the message that a step refers to, and return it. `used` has the threads of those returned before."""
    id_ = step.message_id
    if id_ is None:
        return None
    path = ("step_details", "message_creation", "message_id")
    message = messages.pop(id_, None)
    if message is None:
        if id_ not in used:
            losses.add(step, path, "the message is not given")
        elif used[id_] != step.thread_id:
            losses.add(step, path, "the message is converted in another thread")
        return None
    used[id_] = step.thread_id
    if message.thread_id not in (None, step.thread_id):
        losses.add(step, path, "the message is of another thread")
    return message


def _merge(runs: list[list[Entry]], messages: list[Message], losses: Losses) -> list[Entry]:
    """Return the entries of runs in order, with other messages, listed oldest first, between them."""
    starts = [(_start(run), run) for run in runs]
    starts.sort(key=lambda item: (item[0] is None, item[0] or 0))
    ordered = sorted(messages, key=lambda message: message.time or 0)
    merged: list[Entry] = []
    position = 0
    for start, run in starts:
        for step, message in run:
            is_guess = len(run) > 1 or (start is None and len(runs) + len(messages) > 1)
            if step is not None and is_guess and _start([(step, message)]) is None:
                losses.add(step, ("created_at",), "the time is not known, so the place is a guess")
        while position < len(ordered) and _is_before(ordered[position].time or 0, start):
            merged.append((None, ordered[position]))
            position += 1
        merged += run
    return merged + [(None, message) for message in ordered[position:]]


def _start(entries: list[Entry]) -> int | None:
    """Return the earliest time of steps, or of their messages if they have none."""
    times: list[int] = []
    for step, message in entries:
        time = None if step is None else milliseconds(step.created_at)
        if time is None and message is not None:
            time = message.time
        if time is not None:
            times.append(time)
    return min(times, default=None)


def _is_before(time: int, start: int | None) -> bool:
    """Return whether a message precedes a run. A run without a time is the last one."""
    return start is None or time <= start or (start % 1000 == 0 and time // 1000 <= start // 1000)
