# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Events of a run's stream, and parsers for their data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, final

from .._json import decode, decode_strictly
from .._reading import ReadFailure, draft, freeze_json
from .._writing import set_field
from ..errors import Problem, ValidationError, json_type
from ..frozen import thaw
from ..steps import RunStep
from .deltas import RunStepDelta


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of a stream (`RunStepStreamEvent`; API reference, "Assistants streaming", "Events")."""

    event: str
    """The type of the event; `message` if the stream has none."""
    data: RunStep | RunStepDelta | str
    """The run step or delta of a run step event; for any other event, the text."""
    error: ValidationError | None = field(default=None, compare=False)
    """Why the data of a run step event is invalid, or why it was discarded; otherwise None. Ignored by equality."""

    def __post_init__(self) -> None:
        if not isinstance(self.event, str):
            message = f"event: expected a string, got {json_type(self.event)}"
            raise TypeError(message)
        if not isinstance(self.data, (RunStep, RunStepDelta, str)):
            message = f"data: expected RunStep, RunStepDelta or a string, got {json_type(self.data)}"
            raise TypeError(message)
        # A name may be a member of an enum.
        set_field(self, "event", str.__str__(self.event))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Event:
        """Parse an event that was logged as `{"event": …, "data": …}`, with data that is decoded or text.

        If the data of a run step event is invalid, `error` is set. The data of any other event is text; if it was
        decoded, JSON text. Raises `ValidationError` if `data` is not such an object, or contains values that are not
        JSON.
        """
        event, content = _event_and_data(data)
        if isinstance(content, str):
            return parse_event(event, str.__str__(content))
        parse = _PARSERS.get(event)
        error: ValidationError | None = None
        if parse is not None:
            try:
                return Event(event=event, data=parse(content))
            except ValidationError as failure:
                error = failure
        return Event(event=event, data=_json_text(content), error=error)

    def json(self) -> Any:
        """Decode the data of an event of any type; for a run step or delta, return its `to_dict`.

        Raises `ValidationError` if the data is invalid JSON.
        """
        return decode_strictly(self.data) if isinstance(self.data, str) else self.data.to_dict()


_PARSERS: dict[str, Callable[[Any], RunStep | RunStepDelta]] = {
    "thread.run.step.created": RunStep.from_dict,
    "thread.run.step.in_progress": RunStep.from_dict,
    "thread.run.step.delta": RunStepDelta.from_dict,
    "thread.run.step.completed": RunStep.from_dict,
    "thread.run.step.failed": RunStep.from_dict,
    "thread.run.step.cancelled": RunStep.from_dict,
    "thread.run.step.expired": RunStep.from_dict,
}


def _event_and_data(data: object) -> tuple[str, Any]:
    if not isinstance(data, Mapping):
        raise ValidationError((Problem((), "error", f"expected an object, got {json_type(data)}"),))
    problems: list[Problem] = []
    event: Any = data.get("event")
    if "event" not in data:
        problems.append(Problem(("event",), "error", "expected a string, but the key is missing"))
    elif not isinstance(event, str):
        problems.append(Problem(("event",), "error", f"expected a string, got {json_type(event)}"))
    if "data" not in data:
        problems.append(Problem(("data",), "error", "expected a value, but the key is missing"))
    if problems:
        raise ValidationError(problems)
    return str.__str__(event), data["data"]


def _json_text(data: Any) -> str:
    try:
        return json.dumps(thaw(freeze_json(data)), ensure_ascii=False)
    except ReadFailure:
        message = "expected a JSON value, got something else or a value nested too deeply"
    except ValueError:
        message = "expected a JSON value, got an integer with too many digits"
    raise ValidationError([Problem(("data",), "error", message)])


_EventDraft = draft(Event)


def parse_event(event: str, text: str) -> Event:
    """Return the event of a type and its data. Invalid data sets `error`."""
    new = _EventDraft()
    new.event = event
    new.data = text
    new.error = None
    parse = _PARSERS.get(event)
    if parse is not None:
        try:
            new.data = parse(decode(text))
        except ValidationError as error:
            new.error = error
    new.__class__ = Event
    parsed: Event = new
    return parsed


def discarded_event(event: str, max_event_size: int) -> Event:
    """Return the event in place of one with more than `max_event_size` bytes."""
    problem = Problem((), "error", f"event of more than {max_event_size} bytes")
    return Event(event=event, data="", error=ValidationError((problem,)))
