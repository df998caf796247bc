# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Messages of threads, and their places between steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from ..archive.runs import by_thread, group_runs
from ..steps import RunStep, milliseconds
from ._losses import Losses, Path

Messages: TypeAlias = Iterable[Mapping[str, Any]] | Mapping[str, str]
"""Decoded `thread.message` objects, or texts by the ids of messages."""

_KEYS_OF_IMAGES = {"image_url": "url", "image_file": "file_id"}


class Part(NamedTuple):
    """A part of the content of a message: its text, URL, or the id of a file; of an image also the detail."""

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
        elif parsed.pop(id_, None) is not None:
            losses.add(None, path, "an earlier state of the message is not converted")
            parsed[id_] = message
        else:
            parsed[id_] = message
    return parsed


def _parse_text(text: object, path: Path) -> Message | None:
    return Message(path, "assistant", [Part("text", text)]) if isinstance(text, str) else None


def _parse_message(data: object, path: Path, losses: Losses) -> Message | None:
    role, content = _get(data, "role"), _get(data, "content")
    if role not in ("user", "assistant") or not isinstance(content, (str, list)):
        return None
    losses.add(None, ("messages",), "of messages, only the role and the content are converted")
    parts = [Part("text", content)] if isinstance(content, str) else list(_parts(content, path, losses))
    parts += _files(data, path, losses)
    thread_id = _get(data, "thread_id")
    return Message(
        path, role, parts, thread_id if isinstance(thread_id, str) else None, _time(_get(data, "created_at"))
    )


def _parts(content: list[Any], path: Path, losses: Losses) -> Iterator[Part]:
    for index, item in enumerate(content):
        type_ = str(_get(item, "type"))
        kind: Any = type_  # not narrowed by the comparisons below
        body = _get(item, type_)
        value: Any = body
        detail: Any = _get(body, "detail")
        if type_ == "text":
            value = body if isinstance(body, str) else _get(body, "value")
            if _get(body, "annotations"):
                losses.add(None, (*path, "content", index, "text", "annotations"), "annotations are not converted")
        elif type_ in _KEYS_OF_IMAGES:
            value = _get(body, _KEYS_OF_IMAGES[type_])
        if type_ in ("text", "refusal", *_KEYS_OF_IMAGES) and isinstance(value, str):
            yield Part(kind, value, detail if detail in ("low", "high") else "auto")
        else:
            losses.add(None, (*path, "content", index), "the part is malformed or of an unknown type")


def _files(data: object, path: Path, losses: Losses) -> Iterator[Part]:
    """Yield the files of a message: its `attachments`, or in the first version of the API, its `file_ids`."""
    for key in ("attachments", "file_ids"):
        items = _get(data, key)
        for index, item in enumerate(items if isinstance(items, list) else [items] if items else ()):
            file_id = item if isinstance(item, str) and key == "file_ids" else _get(item, "file_id")
            if isinstance(file_id, str):
                yield Part("file", file_id)
            else:
                losses.add(None, (*path, key, index), "the file is malformed")
            if _get(item, "tools"):
                losses.add(None, (*path, key, index, "tools"), "the tools of a file are not converted")


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

    A message that a step refers to has the place of the step. Any other message comes before the first step that was
    created in the same second or later.
    """
    parsed = _parse_messages(messages, losses)
    listings: dict[str | None, list[int]] = {}
    for message in parsed.values():
        if message.time is not None:
            listings.setdefault(message.thread_id, []).append(message.time)
    is_oldest_first = {id_: times[0] < times[-1] for id_, times in listings.items()}
    grouped = by_thread(steps)
    entries = {id_: list(_entries(grouped[id_], parsed, losses)) for id_ in grouped}
    others: dict[str, list[Message]] = {id_: [] for id_ in entries}
    for message in parsed.values():
        # A message without a thread may belong to the only one, but only a time tells its place.
        is_only = len(entries) == 1 and message.thread_id is None and message.time is not None
        thread_id = next(iter(entries)) if is_only else message.thread_id
        if thread_id is None or thread_id not in others:
            losses.add(None, message.path, "the message belongs to no thread of the steps")
            continue
        others[thread_id].append(message)
        if message.time is None:
            losses.add(None, (*message.path, "created_at"), "the time is not known, so the message is the first one")
    for thread_id in grouped:
        same = others.pop(thread_id)
        if same and not is_oldest_first.get(same[0].thread_id, False):
            same.reverse()
        yield thread_id, _merge(entries.pop(thread_id), same, losses)


def _entries(steps: list[RunStep], messages: dict[str, Message], losses: Losses) -> Iterator[Entry]:
    """Yield the steps of a thread in order, with the messages that they refer to, which are removed from `messages`."""
    used: set[str] = set()
    for run in group_runs(steps):
        if run.earlier_states:
            losses.add(None, ("steps",), "earlier states of steps are not converted")
        for step in run.steps:
            message: Message | None = None
            message_id = step.message_id
            if message_id is not None and message_id not in used:
                path = ("step_details", "message_creation", "message_id")
                used.add(message_id)
                message = messages.pop(message_id, None)
                if message is None:
                    losses.add(step, path, "the message is not given")
                elif message.thread_id not in (None, step.thread_id):
                    losses.add(step, path, "the message is of another thread")
            yield step, message


def _merge(entries: list[Entry], messages: list[Message], losses: Losses) -> list[Entry]:
    """Return the entries of steps with other messages, listed oldest first, at their times.

    A step without a time has that of its message, or else of the step before it, or else of the next one.
    """
    times = [_start(step, message) for step, message in entries]
    known = next((time for time in times if time is not None), None)
    ordered = sorted(messages, key=lambda message: message.time or 0)
    merged: list[Entry] = []
    position = 0
    for (step, message), time in zip(entries, times, strict=True):
        if time is not None:
            known = time
        elif messages and step is not None:
            losses.add(step, ("created_at",), "the time is not known, so the place among messages is a guess")
        while position < len(ordered) and (known is None or (ordered[position].time or 0) // 1000 <= known // 1000):
            merged.append((None, ordered[position]))
            position += 1
        merged.append((step, message))
    return merged + [(None, message) for message in ordered[position:]]


def _start(step: RunStep | None, message: Message | None) -> int | None:
    time = None if step is None else milliseconds(step.created_at)
    return message.time if time is None and message is not None else time
