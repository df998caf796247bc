# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The conversion of threads, which the exports of conversations share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Protocol, final

from ..frozen import EMPTY
from ..steps import RunStep
from ._losses import Loss, Losses, Path
from ._messages import Message, Messages, threads


@final
@dataclass(frozen=True, slots=True)
class Conversion:
    """The items of another format, and what they do not contain of the steps and messages."""

    items: tuple[dict[str, Any], ...]
    losses: tuple[Loss, ...]


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
                _add_step_losses(step, converter.losses)
                items += converter.step(step)
            if message is not None:
                items += converter.message(step, message)
        yield thread_id, items


def convert(steps: Iterable[RunStep], messages: Messages, converter: Converter) -> Conversion:
    """Return the items of all threads, and the losses."""
    items = [item for _, thread in convert_threads(steps, messages, converter) for item in thread]
    return Conversion(tuple(items), converter.losses.all())


def _add_step_losses(step: RunStep, losses: Losses) -> None:
    """Add the losses of a step that do not depend on the target."""
    losses.add(None, ("id",), "ids of steps, runs and assistants are not converted")
    losses.add(None, ("created_at",), "times are not converted")
    losses.add(None, ("status",), "the status of steps is not converted")
    if step.usage is not None:
        losses.add(None, ("usage",), "usage is not converted")
    if step.metadata:
        losses.add(step, ("metadata",), "metadata is not converted")
    if step.last_error is not None:
        losses.add(step, ("last_error",), "errors are not converted")
    for path in _unknown_keys(step, ()):
        losses.add(step, path, "unknown keys are not converted")


def _unknown_keys(model: Any, path: Path) -> Iterator[Path]:
    """Yield the paths of keys not defined in the schema, except those of search results."""
    yield from [(*path, key) for key in getattr(model, "extra", EMPTY)]
    for field in fields(model):
        value = getattr(model, field.name)
        if is_dataclass(value):
            yield from _unknown_keys(value, (*path, field.name))
        elif field.name in ("tool_calls", "outputs"):
            for index, item in enumerate(value):
                yield from _unknown_keys(item, (*path, field.name, index))
