# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Run steps as input items of the Responses and Conversations APIs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Literal, final

from ..frozen import FrozenDict, thaw
from ..steps import OtherStepDetails, RunStep
from ..tool_calls import CodeInterpreterLogs, CodeInterpreterToolCall, FileSearchToolCall, OtherToolCall, ToolCall
from ._calls import (
    HOSTED_TYPES,
    Call,
    CallPath,
    Names,
    Pending,
    add_output_losses,
    check_options,
    is_kept,
    is_pending,
    to_call,
)
from ._conversation import Conversion, convert
from ._losses import Losses, Path
from ._messages import Message, Messages, Part

_MAX_ID_LENGTH = 64
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
        if call and item.get("call_id") is not None and item["call_id"] == call[0].get("call_id"):
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
        check_options(hosted, ("function", "native", "omit"), pending)
        self.losses: Losses = Losses()
        self._names = Names(self.losses, max_id_length=_MAX_ID_LENGTH, max_name_length=_MAX_NAME_LENGTH)
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
            item = None
            if tool_call.type in HOSTED_TYPES and self._hosted == "omit":
                self.losses.add(step, path, "a hosted tool is omitted")
                continue
            if self._hosted == "native":
                if self._pending == "omit" and is_pending(step, tool_call):
                    self.losses.add(step, path, "a call without output is omitted")
                    continue
                item = self._native(step, index)
            if item is not None:
                yield item
            elif (call := to_call(step, index)) is not None:
                yield from self._call(call, tool_call)
            elif self._other is not None and isinstance(tool_call, OtherToolCall):
                yield from self._other(step, tool_call)
            else:
                self.losses.add(step, path, "calls of this tool are not converted")

    def _call(self, call: Call, tool_call: ToolCall) -> Iterator[dict[str, Any]]:
        """Yield the item of an MCP call, or a call of a function and its output."""
        server_label = tool_call.raw.get("server_label") if isinstance(tool_call, OtherToolCall) else None
        if tool_call.type == "mcp" and isinstance(server_label, str):
            if is_kept(call, self._pending, self.losses, ("server_label",)):
                yield self._mcp(call, server_label)
        elif is_kept(call, self._pending, self.losses):
            yield from self._pair(call)

    def message(self, step: RunStep | None, message: Message) -> Iterator[dict[str, Any]]:
        """Yield a message of the user, or a message for each text of the assistant."""
        if not message.parts:
            self.losses.add(step, message.path, "a message without content to convert is omitted")
        if message.role == "user":
            content: list[dict[str, Any]] = []
            for part in message.parts:
                if part.type == "refusal":
                    self.losses.add(step, part.path, "refusal in a message of the user is not converted")
                else:
                    content.append(_input_part(part))
            if content:
                yield {"type": "message", "role": "user", "content": content}
            return
        texts = [part for part in message.parts if part.type in ("text", "refusal")]
        if len(texts) > 1:
            self.losses.add(step, message.path, "the message became several")
        for part in message.parts:
            if part not in texts:
                self.losses.add(step, part.path, f"{part.type} in a message of the assistant is not converted")
                continue
            if part.type == "refusal":
                self.losses.add(step, part.path, "a refusal became text")
            yield {"type": "message", "role": "assistant", "content": part.value}

    def _pair(self, call: Call) -> Iterator[dict[str, Any]]:
        id_ = self._names.id(call.step, call.path, call.id)
        name = self._names.name(call)
        yield {"type": "function_call", "call_id": id_, "name": name, "arguments": call.arguments}
        if call.output is not None:
            yield {"type": "function_call_output", "call_id": id_, "output": self._cut(call, call.output)}

    def _mcp(self, call: Call, server_label: str) -> dict[str, Any]:
        id_ = self._names.id(call.step, call.path, call.id)
        item = {"type": "mcp_call", "id": id_, "server_label": server_label, "name": call.name}
        item["arguments"] = call.arguments
        if call.output is not None:
            item["output"] = self._cut(call, call.output)
        return item

    def _cut(self, call: Call, output: str) -> str:
        if len(output) > _MAX_OUTPUT_LENGTH:
            self.losses.add(call.step, call.path, f"the output is cut at {_MAX_OUTPUT_LENGTH:,} characters")
        return output[:_MAX_OUTPUT_LENGTH]

    def _native(self, step: RunStep, index: int) -> dict[str, Any] | None:
        """Return the item of a hosted tool; None if there is none for it."""
        call = step.tool_calls[index]
        path = ("step_details", "tool_calls", index)
        status = {"completed": "completed", "failed": "failed"}.get(step.status, "incomplete")
        if isinstance(call, FileSearchToolCall):
            return {
                "type": "file_search_call",
                "id": self._names.id(step, path, call.id),
                "queries": [],
                "status": status,
                **self._search_results(step, path, call),
            }
        if isinstance(call, CodeInterpreterToolCall) and self._container_id is not None:
            add_output_losses(step, path, call, self.losses)
            outputs = call.code_interpreter.outputs
            return {
                "type": "code_interpreter_call",
                "id": self._names.id(step, path, call.id),
                "container_id": self._container_id,
                "code": call.code_interpreter.input,
                "outputs": [
                    {"type": "logs", "logs": output.logs}
                    for output in outputs
                    if isinstance(output, CodeInterpreterLogs)
                ],
                "status": status,
            }
        return None

    def _search_results(self, step: RunStep, path: CallPath, call: FileSearchToolCall) -> dict[str, Any]:
        search = (*path, "file_search")
        self.losses.add(step, search, "the queries of file searches are not known")
        if call.file_search.ranking_options is not None:
            self.losses.add(step, (*search, "ranking_options"), "ranking options are not converted")
        if call.file_search.results is None:
            self.losses.add(step, (*search, "results"), "the results are not given")
            return {}
        results: list[dict[str, Any]] = []
        for index, result in enumerate(call.file_search.results):
            parts = result.content or ()
            text = "\n".join([part.text for part in parts if part.text is not None])
            attributes = {} if result.attributes is None else result.attributes.to_dict()
            kept = {key: value for key, value in attributes.items() if isinstance(value, (str, int, float))}
            is_partial = any(part.extra or part.type != "text" or part.text is None for part in parts)
            if len(kept) < len(attributes) or result.extra or is_partial:
                self.losses.add(step, (*search, "results", index), "a part of the result is not converted")
            results.append(
                {
                    "file_id": result.file_id,
                    "filename": result.file_name,
                    "score": result.score,
                    "text": text,
                    "attributes": None if result.attributes is None else kept,
                }
            )
        return {"results": results}

    def _activities(self, step: RunStep, details: OtherStepDetails) -> Iterator[dict[str, Any]]:
        """Yield the lists of tools that Azure reports as a step of their own."""
        activities = details.raw.get("activities")
        if not isinstance(activities, tuple):
            self.losses.add(step, ("step_details",), "steps of this type are not converted")
            return
        self._add_unknown(step, ("step_details",), details.raw, ("type", "activities"))
        for index, activity in enumerate(activities):
            path = ("step_details", "activities", index)
            item = self._tool_list(step, path, activity)
            if item is None:
                self.losses.add(step, path, "activities of this type are not converted")
            else:
                yield item

    def _tool_list(self, step: RunStep, path: Path, activity: Any) -> dict[str, Any] | None:
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
            used = ["parameters"]
            if isinstance(tool.get("description"), str):
                item["description"] = tool["description"]
                used.append("description")
            if "annotations" in tool:
                item["annotations"] = thaw(tool["annotations"])
                used.append("annotations")
            self._add_unknown(step, (*path, "tools", name), tool, used)
            listed.append(item)
        self._add_unknown(step, path, activity, ("id", "type", "server_label", "tools"))
        id_ = self._names.id(step, path, id_)
        return {"type": "mcp_list_tools", "id": id_, "server_label": server_label, "tools": listed}

    def _add_unknown(self, step: RunStep, path: Path, data: FrozenDict[Any], used: Collection[str]) -> None:
        for key in data:
            if key not in used:
                self.losses.add(step, (*path, key), "unknown keys are not converted")


def _input_part(part: Part) -> dict[str, Any]:
    if part.type == "text":
        return {"type": "input_text", "text": part.value}
    if part.type == "file":
        return {"type": "input_file", "file_id": part.value}
    key = "image_url" if part.type == "image_url" else "file_id"
    return {"type": "input_image", key: part.value, "detail": part.detail}
