# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Run steps as messages of the Chat Completions API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, final

from ..steps import OtherStepDetails, RunStep
from ._calls import HOSTED_TYPES, Call, Names, Pending, check_options, is_kept, to_call
from ._conversation import Conversion, convert
from ._losses import Losses
from ._messages import Message, Messages, Part

# The server refuses longer ids of calls, and longer names of functions.
_MAX_ID_LENGTH = 40
_MAX_NAME_LENGTH = 64


def to_messages(
    steps: Iterable[RunStep],
    *,
    messages: Messages = (),
    hosted: Literal["function", "omit"] = "function",
    pending: Pending = "omit",
) -> Conversion:
    """Return the messages of the Chat Completions API for the conversation that steps belong to.

    `messages` are decoded `thread.message` objects, as `read_messages` yields them, or texts by the ids of messages.
    Calls of hosted tools become functions, or are omitted. A call without output is omitted unless `pending` is
    `"keep"`. Steps of several threads are converted thread after thread. What is not converted is in the losses.
    """
    return convert(steps, messages, ChatConverter(hosted=hosted, pending=pending))


@final
class ChatConverter:
    """Converts steps and messages to messages of the Chat Completions API."""

    def __init__(self, *, hosted: str = "function", pending: Pending = "omit") -> None:
        check_options(hosted, ("function", "omit"), pending)
        self.losses: Losses = Losses()
        self._names = Names(self.losses, max_id_length=_MAX_ID_LENGTH, max_name_length=_MAX_NAME_LENGTH)
        self._hosted = hosted
        self._pending: Pending = pending

    def step(self, step: RunStep) -> Iterator[dict[str, Any]]:
        """Yield the message with the calls of a step, and a message for each output."""
        if isinstance(step.step_details, OtherStepDetails):
            self.losses.add(step, ("step_details",), "steps of this type are not converted")
        calls = [(self._names.id(step, call.path, call.id), call) for call in self._calls(step)]
        if calls:
            # Some programs that read these messages require the key.
            tool_calls = [self._tool_call(id_, call) for id_, call in calls]
            yield {"role": "assistant", "content": None, "tool_calls": tool_calls}
        for id_, call in calls:
            if call.output is not None:
                yield {"role": "tool", "tool_call_id": id_, "content": call.output}

    def _calls(self, step: RunStep) -> Iterator[Call]:
        for index, tool_call in enumerate(step.tool_calls):
            path = ("step_details", "tool_calls", index)
            if self._hosted == "omit" and tool_call.type in HOSTED_TYPES:
                self.losses.add(step, path, "a hosted tool is omitted")
                continue
            call = to_call(step, index)
            if call is None:
                self.losses.add(step, path, "calls of this tool are not converted")
            elif is_kept(call, self._pending, self.losses):
                yield call

    def _tool_call(self, id_: str, call: Call) -> dict[str, Any]:
        function = {"name": self._names.name(call), "arguments": call.arguments}
        return {"id": id_, "type": "function", "function": function}

    def message(self, step: RunStep | None, message: Message) -> Iterator[dict[str, Any]]:
        """Yield a message, unless nothing of it can be converted."""
        parts: list[dict[str, Any]] = []
        for part in message.parts:
            converted = _part(message.role, part)
            if converted is not None:
                parts.append(converted)
            else:
                self.losses.add(step, part.path, f"{part.type} in a message of the {message.role} is not converted")
        if not parts:
            self.losses.add(step, message.path, "a message without content to convert is omitted")
        elif len(parts) == 1 and parts[0]["type"] == "text":
            yield {"role": message.role, "content": parts[0]["text"]}
        else:
            yield {"role": message.role, "content": parts}


def _part(role: str, part: Part) -> dict[str, Any] | None:
    if part.type == "text":
        return {"type": "text", "text": part.value}
    if role == "assistant":
        return {"type": "refusal", "refusal": part.value} if part.type == "refusal" else None
    if part.type == "image_url":
        return {"type": "image_url", "image_url": {"url": part.value, "detail": part.detail}}
    return {"type": "file", "file": {"file_id": part.value}} if part.type == "file" else None
