# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Run steps as input items of the Responses and Conversations APIs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, final

from ..frozen import FrozenDict, thaw
from ..steps import OtherStepDetails, RunStep
from ..tool_calls import CodeInterpreterLogs, CodeInterpreterToolCall, FileSearchToolCall, OtherToolCall
from ._conversation import (
    HOSTED_TYPES,
    Call,
    Conversion,
    Losses,
    Message,
    Messages,
    Names,
    Part,
    Pending,
    add_output_losses,
    convert,
    is_kept,
    to_call,
)

_MAX_NAME_LENGTH = 128
_MAX_OUTPUT_LENGTH = 10_485_760

Other = Callable[[RunStep, OtherToolCall], Iterable[dict[str, Any]]]


def to_items(  # noqa: PLR0913  (options are by keyword)
    steps: Iterable[RunStep],
    *,
    messages: Messages = (),
    hosted: Literal["function", "native", "omit"] = "function",
    container_id: str | None = None,
    pending: Pending = "omit",
    other: Other | None = None,
) -> Conversion:
    """Return the input items for `POST /responses` and `POST /conversations/{id}/items`.

    `messages` are decoded `thread.message` objects, as `read_messages` yields them, or texts by the ids of messages.
    Calls of hosted tools become function calls, native items, or are omitted; a native call of the code interpreter
    needs the `container_id` of a container that exists. A call without output is omitted unless `pending` is `"keep"`,
    because the server refuses it. `other` converts the calls of tools without an item of their own. Steps of several
    threads are converted thread after thread. What is not converted is in the losses.
    """
    converter = ItemConverter(hosted=hosted, container_id=container_id, pending=pending, other=other)
    return convert(steps, messages, converter)


def batches(items: Iterable[dict[str, Any]], size: int = 20) -> Iterator[list[dict[str, Any]]]:
    """Yield items in lists of at most `size`, which the server accepts at a time. No call is parted from its output."""
    if size < 2:
        message = f"expected a size of at least 2, got {size}"
        raise ValueError(message)
    batch: list[dict[str, Any]] = []
    for unit in _units(items):
        if len(batch) + len(unit) > size:
            yield batch
            batch = []
        batch += unit
    if batch:
        yield batch


def _units(items: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield each item on its own, but a call with the output that follows it."""
    call: list[dict[str, Any]] = []
    for item in items:
        if call and item["type"] == "function_call_output" and item["call_id"] == call[0].get("call_id"):
            yield [*call, item]
            call = []
            continue
        if call:
            yield call
        call = [item]
    if call:
        yield call


@final
class ItemConverter:
    """Converts steps and messages to items of the Responses API."""

    def __init__(
        self,
        *,
        hosted: str = "function",
        container_id: str | None = None,
        pending: Pending = "omit",
        other: Other | None = None,
    ) -> None:
        if hosted not in ("function", "native", "omit"):
            message = f"expected hosted to be 'function', 'native' or 'omit', got {hosted!r}"
            raise ValueError(message)
        self.losses = Losses()
        self._names = Names(self.losses, _MAX_NAME_LENGTH)
        self._hosted = hosted
        self._container_id = container_id
        self._pending: Pending = pending
        self._other = other

    def step(self, step: RunStep) -> Iterator[dict[str, Any]]:
        """Yield the calls of a step with their outputs."""
        details = step.step_details
        if isinstance(details, OtherStepDetails):
            yield from self._activities(step, details)
        if len(step.tool_calls) > 1:
            self.losses.add(None, ("step_details", "tool_calls"), "parallel calls are no longer grouped")
        for index, tool_call in enumerate(step.tool_calls):
            path = ("step_details", "tool_calls", index)
            if tool_call.type in HOSTED_TYPES:
                if self._hosted == "omit":
                    self.losses.add(step, path, "a hosted tool is omitted")
                    continue
                if self._hosted == "native" and (item := self._native(step, index)) is not None:
                    yield item
                    continue
            call = to_call(step, index)
            if call is not None:
                if is_kept(call, self._pending, self.losses):
                    yield from self._mcp(call, tool_call) if tool_call.type == "mcp" else self._pair(call)
            elif self._other is not None and isinstance(tool_call, OtherToolCall):
                yield from self._other(step, tool_call)
            else:
                self.losses.add(step, path, "calls of this tool are not converted")

    def message(self, step: RunStep | None, message: Message) -> Iterator[dict[str, Any]]:
        """Yield a message of the user, or a message for each text of the assistant."""
        if message.role == "user":
            content = [_input_part(part) for part in message.parts if part.type != "refusal"]
            if len(content) < len(message.parts):
                self.losses.add(step, (*message.path, "content"), "refusal in a message of the user is not converted")
            if content:
                yield {"type": "message", "role": "user", "content": content}
            else:
                self.losses.add(step, message.path, "a message without content to convert is omitted")
            return
        if not message.parts:
            self.losses.add(step, message.path, "a message without content to convert is omitted")
        for part in message.parts:
            if part.type in ("text", "refusal"):
                yield {"type": "message", "role": "assistant", "content": part.value}
            else:
                reason = f"{part.type} in a message of the assistant is not converted"
                self.losses.add(step, (*message.path, "content"), reason)

    def _pair(self, call: Call) -> Iterator[dict[str, Any]]:
        id_ = self._names.id(call)
        name = self._names.name(call)
        yield {"type": "function_call", "call_id": id_, "name": name, "arguments": call.arguments}
        if call.output is not None:
            if len(call.output) > _MAX_OUTPUT_LENGTH:
                self.losses.add(call.step, call.path, f"the output is cut at {_MAX_OUTPUT_LENGTH:,} characters")
            yield {"type": "function_call_output", "call_id": id_, "output": call.output[:_MAX_OUTPUT_LENGTH]}

    def _mcp(self, call: Call, tool_call: Any) -> Iterator[dict[str, Any]]:
        server_label = tool_call.raw.get("server_label")
        if not isinstance(server_label, str):
            self.losses.add(
                call.step, (*call.path, "server_label"), "the server is unknown, so the call became a function"
            )
            yield from self._pair(call)
            return
        item = {"type": "mcp_call", "id": self._names.id(call), "server_label": server_label, "name": call.name}
        item["arguments"] = call.arguments
        if call.output is not None:
            item["output"] = call.output
        yield item

    def _native(self, step: RunStep, index: int) -> dict[str, Any] | None:
        """Return the item of a hosted tool; None if there is none for it."""
        call = step.tool_calls[index]
        path = ("step_details", "tool_calls", index)
        status = {"completed": "completed", "failed": "failed"}.get(step.status, "incomplete")
        if isinstance(call, FileSearchToolCall):
            id_ = self._names.id(Call(step, path, call.id, "", "", None))
            self.losses.add(step, (*path, "file_search"), "the queries of file searches are not known")
            if call.file_search.ranking_options is not None:
                self.losses.add(step, (*path, "file_search", "ranking_options"), "ranking options are not converted")
            item: dict[str, Any] = {"type": "file_search_call", "id": id_, "queries": [], "status": status}
            if call.file_search.results is not None:
                item["results"] = [
                    {
                        "file_id": result.file_id,
                        "filename": result.file_name,
                        "score": result.score,
                        "text": "\n".join([content.text or "" for content in result.content or ()]),
                    }
                    for result in call.file_search.results
                ]
                if any(result.attributes for result in call.file_search.results):
                    self.losses.add(step, (*path, "file_search", "results"), "attributes are not converted")
            return item
        if isinstance(call, CodeInterpreterToolCall) and self._container_id is not None:
            add_output_losses(step, path, call, self.losses)
            return {
                "type": "code_interpreter_call",
                "id": self._names.id(Call(step, path, call.id, "", "", None)),
                "container_id": self._container_id,
                "code": call.code_interpreter.input,
                "outputs": [
                    {"type": "logs", "logs": output.logs}
                    for output in call.code_interpreter.outputs
                    if isinstance(output, CodeInterpreterLogs)
                ],
                "status": status,
            }
        return None

    def _activities(self, step: RunStep, details: OtherStepDetails) -> Iterator[dict[str, Any]]:
        """Yield the lists of tools that Azure reports as a step of their own."""
        activities = details.raw.get("activities")
        if not isinstance(activities, tuple):
            self.losses.add(step, ("step_details",), "steps of this type are not converted")
            return
        for index, activity in enumerate(activities):
            item = _tool_list(activity)
            if item is None:
                self.losses.add(
                    step, ("step_details", "activities", index), "activities of this type are not converted"
                )
            else:
                yield item


def _tool_list(activity: Any) -> dict[str, Any] | None:
    if not isinstance(activity, FrozenDict) or activity.get("type") != "mcp_list_tools":
        return None
    id_, server_label, tools = activity.get("id"), activity.get("server_label"), activity.get("tools")
    if not isinstance(id_, str) or not isinstance(server_label, str) or not isinstance(tools, FrozenDict):
        return None
    listed: list[dict[str, Any]] = []
    for name, tool in tools.items():
        if not isinstance(tool, FrozenDict):
            return None
        item: dict[str, Any] = {"name": name, "input_schema": thaw(tool.get("parameters"))}
        if isinstance(tool.get("description"), str):
            item["description"] = tool["description"]
        listed.append(item)
    return {"type": "mcp_list_tools", "id": id_, "server_label": server_label, "tools": listed}


def _input_part(part: Part) -> dict[str, Any]:
    if part.type == "text":
        return {"type": "input_text", "text": part.value}
    if part.type == "file":
        return {"type": "input_file", "file_id": part.value}
    key = "image_url" if part.type == "image_url" else "file_id"
    return {"type": "input_image", key: part.value, "detail": part.detail}
