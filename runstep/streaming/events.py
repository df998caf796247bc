# SPDX-License-Identifier: MIT
"""One event of a stream: a name and data go in, and what they tell of a run step comes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

from .._json import decode
from .._reading import Unreadable, draft, keep
from ..errors import Problem, ValidationError, json_type
from ..frozen import thaw
from ..steps import RunStep
from .deltas import RunStepDelta, read_delta

_DELTA_EVENT = "thread.run.step.delta"
_STEP_EVENTS = frozenset(
    {
        "thread.run.step.created",
        "thread.run.step.in_progress",
        "thread.run.step.completed",
        "thread.run.step.failed",
        "thread.run.step.cancelled",
        "thread.run.step.expired",
    }
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of a stream (API reference, "Assistants streaming", "Events").

    `event` is its name, "message" where the stream gave none. `data` is a `RunStep` or a `RunStepDelta` for the
    events of a run step that the reference names, and the text as it came for any other. `error` is None, or the
    `ValidationError` of a step event that could not be read, whose `data` is then the text; or that of an event of
    any name that was dropped because it was too big, whose `data` is then empty. It is no part of equality.
    """

    event: str
    data: RunStep | RunStepDelta | str
    error: ValidationError | None = field(default=None, compare=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Event:
        """Read an event as some programs log it: `{"event": …, "data": …}`, the data decoded or as text.

        A step event that cannot be read has its `error`, as in a stream. Any other event has its data as text,
        JSON where they came decoded. Raises `ValidationError` for what is no such object, or not JSON.
        """
        event, content = _read_logged(data)
        if isinstance(content, str):
            return read_event(event, content)
        try:
            if event == _DELTA_EVENT:
                return Event(event=event, data=RunStepDelta.from_dict(content))
            if event in _STEP_EVENTS:
                return Event(event=event, data=RunStep.from_dict(content))
        except ValidationError as failure:
            error: ValidationError | None = failure
        else:
            error = None
        return Event(event=event, data=_text_of(content), error=error)


def _read_logged(data: object) -> tuple[str, Any]:
    if not isinstance(data, Mapping):
        raise ValidationError((Problem((), "error", f"expected an object, got {json_type(data)}"),))
    problems: list[Problem] = []
    event = data.get("event")
    if "event" not in data:
        problems.append(Problem(("event",), "error", "expected a string, but the key is missing"))
    elif not isinstance(event, str):
        problems.append(Problem(("event",), "error", f"expected a string, got {json_type(event)}"))
    if "data" not in data:
        problems.append(Problem(("data",), "error", "expected a value, but the key is missing"))
    if problems:
        raise ValidationError(tuple(problems))
    return str(event), data["data"]


def _text_of(content: Any) -> str:
    try:
        return json.dumps(thaw(keep(content)), ensure_ascii=False)
    except Unreadable:
        problem = Problem(("data",), "error", "expected JSON, got a value that it has not, or one that nests too deep")
    raise ValidationError((problem,))


_EventDraft = draft(Event)


def read_event(event: str, text: str) -> Event:
    """Return the event of that name whose data are `text`; it never fails."""
    new = _EventDraft()
    new.event = event
    new.error = None
    try:
        if event == _DELTA_EVENT:
            new.data = read_delta(decode(text))
        elif event in _STEP_EVENTS:
            new.data = RunStep.from_dict(decode(text))
        else:
            new.data = text
    except ValidationError as error:
        new.data = text
        new.error = error
    new.__class__ = Event
    return new  # type: ignore[no-any-return]


def dropped_event(event: str, max_event_size: int) -> Event:
    """Return the report of an event of that name that had more than `max_event_size` bytes."""
    problem = Problem((), "error", f"expected an event of at most {max_event_size} bytes, got more")
    return Event(event=event, data="", error=ValidationError((problem,)))
