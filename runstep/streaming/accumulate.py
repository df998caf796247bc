# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The accumulator of run steps and deltas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, final

from ..enums import RunStepStatus
from ..steps import OtherStepDetails, RunStep, StepDetails, ToolCallsStepDetails
from ._builders import DETAILS_BUILDERS, MAX_TYPE_CHANGES
from .deltas import OtherStepDetailsDelta, RunStepDelta, ToolCallsStepDetailsDelta
from .events import Event

_ENDED = frozenset({RunStepStatus.CANCELLED, RunStepStatus.FAILED, RunStepStatus.COMPLETED, RunStepStatus.EXPIRED})


class _StepBuilder:
    """One step: the last complete one, and a builder for the deltas since then."""

    __slots__ = ("_type_changes", "details", "step")

    def __init__(self) -> None:
        self.step: RunStep | None = None
        self.details: Any = None
        self._type_changes = 0

    def replace(self, step: RunStep) -> None:
        self.step = step
        details = step.step_details
        if self.details is None:
            return
        if step.status in _ENDED or self.details.delta_type is not _empty_delta_type(details):
            self.details = None
        elif type(details) is ToolCallsStepDetails:
            self.details.add(ToolCallsStepDetailsDelta(extra=details.extra))

    def add(self, delta: Any) -> None:
        if self.details is None or type(delta) is not self.details.delta_type:
            if self.details is not None:
                self._type_changes += 1
                previous = self.details.build() if self._type_changes <= MAX_TYPE_CHANGES else None
            else:
                previous = None if self.step is None else self.step.step_details
            self.details = DETAILS_BUILDERS[type(delta)](previous)
        self.details.add(delta)

    def build(self) -> RunStep:
        assert self.step is not None  # noqa: S101  (only announced steps are built)
        return self.step if self.details is None else replace(self.step, step_details=self.details.build())


def _empty_delta_type(details: StepDetails) -> type[Any] | None:
    """Return the class of the deltas whose accumulated details remain if a new step has these; None if they do not."""
    if isinstance(details, ToolCallsStepDetails):
        return None if details.tool_calls else ToolCallsStepDetailsDelta
    if isinstance(details, OtherStepDetails):
        has_content = any(value for key, value in details.raw.items() if key != "type")
        return None if has_content else OtherStepDetailsDelta
    return None


@final
class RunStepAccumulator:
    """The current state of run steps, from complete steps and deltas in the order in which they were sent.

    Deltas are accumulated by class and `index`: fragments of `arguments`, `input` and `logs` are joined, other values
    are replaced, and null does not clear a value. What no delta has set yet is empty. Tool calls are sorted by index.
    Calls of unknown tools are accumulated by the names of their keys: objects key by key, arrays of objects by the
    `index` of their items. Unknown keys of a delta and of its `delta` object belong to the event, not to the step.

    A complete step replaces the accumulated one. Only while the step has not ended, empty details do not replace
    accumulated ones, because servers send them when they know nothing yet. To repeat a stream from its beginning, use a
    new accumulator; otherwise the fragments would be joined twice.

    If a delta changes the type of a call, the previous keys are kept as extra keys, unless they are defined for the new
    type, would be nested too deeply, or the type has changed more than eight times.
    """

    __slots__ = ("_builders", "_changed", "_pending", "_steps")

    def __init__(self) -> None:
        self._builders: dict[str, _StepBuilder] = {}
        self._pending: dict[str, _StepBuilder] = {}
        self._steps: dict[str, RunStep] = {}
        self._changed: set[str] = set()

    def add(self, item: RunStep | RunStepDelta | Event | Mapping[str, Any]) -> None:
        """Add a step, a delta, an event, or a mapping for `Event.from_dict`. Other events are ignored.

        Raises `ValidationError` for a mapping that is not an event, or whose step or delta is invalid, and `TypeError`
        for anything else. To ignore invalid events, check the `error` of `Event.from_dict` instead.
        """
        if isinstance(item, Mapping):
            item = Event.from_dict(item)
            if item.error is not None:
                raise item.error
        elif not isinstance(item, (RunStep, RunStepDelta, Event)):
            message = f"expected a RunStep, RunStepDelta, Event or mapping, got {type(item).__name__}"
            raise TypeError(message)
        self._add(item.data if isinstance(item, Event) else item)

    def _add(self, data: RunStep | RunStepDelta | str) -> None:
        """Add the data of an event. Text is the data of any other event."""
        if type(data) is RunStepDelta:
            self._add_delta(data)
        elif type(data) is RunStep:
            self._add_step(data)

    @property
    def steps(self) -> Mapping[str, RunStep]:
        """The current state of each announced step by id, as a read-only mapping that does not change later.

        Only tool calls and steps with new deltas are built again; all others are the same objects as before.
        """
        for id_ in self._changed:
            self._steps[id_] = self._builders[id_].build()
        self._changed.clear()
        return MappingProxyType(self._steps.copy())

    @property
    def pending(self) -> Mapping[str, StepDetails]:
        """Partial details of steps known only from deltas, by the id of the step, as a read-only mapping."""
        return MappingProxyType({id_: builder.details.build() for id_, builder in self._pending.items()})

    def _add_step(self, step: RunStep) -> None:
        id_ = step.id
        builder = self._builders.get(id_)
        if builder is None:
            builder = self._builders[id_] = self._pending.pop(id_) if id_ in self._pending else _StepBuilder()
        builder.replace(step)
        self._steps[id_] = step
        self._changed.add(id_)

    def _add_delta(self, delta: RunStepDelta) -> None:
        details = delta.delta.step_details
        if details is None:
            return
        id_ = delta.id
        builder = self._builders.get(id_)
        if builder is not None:
            self._changed.add(id_)
        else:
            builder = self._pending.get(id_)
            if builder is None:
                builder = self._pending[id_] = _StepBuilder()
        builder.add(details)
