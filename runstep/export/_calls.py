# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Tool calls as function calls, with ids and names that a target accepts."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from hashlib import blake2b
from typing import Any, Literal, NamedTuple, TypeAlias, final

from ..frozen import thaw
from ..steps import RunStep
from ..tool_calls import (
    CodeInterpreterImage,
    CodeInterpreterLogs,
    CodeInterpreterToolCall,
    FileSearchToolCall,
    FunctionToolCall,
    OtherToolCall,
    RetrievalToolCall,
    ToolCall,
)
from ._losses import Losses, Path

Pending: TypeAlias = Literal["omit", "keep"]
CallPath: TypeAlias = tuple[str, str, int]

HOSTED_TYPES = frozenset({"code_interpreter", "file_search", "retrieval"})


class Call(NamedTuple):
    """A tool call in the form of a function call. `output` is None if there is none yet."""

    step: RunStep
    path: CallPath
    id: str
    name: str
    arguments: str
    output: str | None


def check_options(hosted: str, known: Collection[str], pending: str) -> None:
    """Raise `ValueError` for a value of an option that does not exist."""
    for name, value, values in (("hosted", hosted, known), ("pending", pending, ("omit", "keep"))):
        if value not in values:
            message = f"expected {name} to be one of {', '.join(map(repr, values))}, got {value!r}"
            raise ValueError(message)


def to_call(step: RunStep, index: int) -> Call | None:
    """Return a tool call of a step as a function call; None if its tool is unknown.

    A hosted tool becomes a function with its type as the name, and with its input and output as JSON or text. A call
    of an unknown tool needs the keys of a function: `openapi` has them in an object, `mcp` beside the type.
    """
    call = step.tool_calls[index]
    path = ("step_details", "tool_calls", index)
    if isinstance(call, FunctionToolCall):
        return Call(step, path, call.id, call.function.name, call.function.arguments, call.function.output)
    if isinstance(call, OtherToolCall):
        body = _function_body(call)
        name, arguments = body.get("name"), body.get("arguments")
        if not isinstance(name, str) or not isinstance(arguments, str):
            return None
        output = body.get("error") if body.get("output") is None else body.get("output")
        if output is not None and not isinstance(output, str):
            output = _json(thaw(output))
        return Call(step, path, call.id or "", name, arguments, output)
    output = None if is_pending(step, call) else ""
    if isinstance(call, CodeInterpreterToolCall):
        outputs = call.code_interpreter.outputs
        logs = "\n".join([item.logs for item in outputs if isinstance(item, CodeInterpreterLogs)])
        code = _json({"code": call.code_interpreter.input})
        return Call(step, path, call.id, call.type, code, logs or output)
    results = call.to_dict().get("file_search", {}).get("results")
    return Call(step, path, call.id, call.type, "{}", output if results is None else _json(results))


def is_pending(step: RunStep, call: ToolCall) -> bool:
    """Return whether a call of a hosted tool has no output, because the step did not complete."""
    if step.status == "completed":
        return False
    if isinstance(call, CodeInterpreterToolCall):
        return not call.code_interpreter.outputs
    return isinstance(call, RetrievalToolCall) or (
        isinstance(call, FileSearchToolCall) and call.file_search.results is None
    )


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _function_body(call: OtherToolCall) -> dict[str, Any]:
    body = {"openapi": call.raw.get("function"), "mcp": call.raw}.get(call.type)
    return dict(body) if body is not None and not isinstance(body, (str, int, float, tuple)) else {}


def is_kept(call: Call, pending: Pending, losses: Losses, converted_keys: Collection[str] = ()) -> bool:
    """Return whether a call is converted, and add its losses. It is not if it has no output.

    `converted_keys` are keys of unknown tools that a target has besides those of a function.
    """
    step, path = call.step, call.path
    if call.output is None and pending == "omit":
        losses.add(step, path, "a call without output is omitted")
        return False
    if not _is_json(call.arguments):
        losses.add(step, path, "the arguments are not JSON, and some programs reject them")
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
        _add_losses_of_unknown(call, original, losses, converted_keys)
    return True


def _add_losses_of_unknown(
    call: Call, original: OtherToolCall, losses: Losses, converted_keys: Collection[str]
) -> None:
    body = _function_body(original)
    if not converted_keys:
        losses.add(call.step, call.path, "a call of another tool became a function")
    converted = {"name", "arguments", "output", *converted_keys}
    if body.get("output") is None:
        converted.add("error")
        if call.output is not None:
            losses.add(call.step, (*call.path, "error"), "the error became the output")
    path: Path = call.path
    if original.type == "openapi":
        path = (*path, "function")
        unknown = [(*call.path, key) for key in original.raw if key not in ("id", "type", "function")]
    else:
        converted |= {"id", "type"}
        unknown = []
    for loss in [*unknown, *[(*path, key) for key in body if key not in converted]]:
        losses.add(call.step, loss, "unknown keys are not converted")


def add_output_losses(step: RunStep, path: Path, call: CodeInterpreterToolCall, losses: Losses) -> None:
    """Add the losses of outputs other than logs."""
    for number, item in enumerate(call.code_interpreter.outputs):
        if not isinstance(item, CodeInterpreterLogs):
            kind = "an image" if isinstance(item, CodeInterpreterImage) else "an output of an unknown type"
            losses.add(step, (*path, "code_interpreter", "outputs", number), f"{kind} is not converted")


@final
class Names:
    """Ids and names that a target accepts, of at most these lengths. Each id is used once."""

    def __init__(self, losses: Losses, *, max_id_length: int, max_name_length: int) -> None:
        self._losses = losses
        self._match_id = re.compile(f"[A-Za-z0-9_-]{{1,{max_id_length}}}").fullmatch
        self._max_name_length = max_name_length
        self._used: set[str] = set()

    def id(self, step: RunStep, path: Path, id_: str) -> str:
        """Return the id of a call, which is its id or a hash."""
        if self._match_id(id_) and id_ not in self._used:
            self._used.add(id_)
            return id_
        self._losses.add(step, (*path, "id"), "the id is replaced, because it is refused or not unique")
        text = "\0".join([step.thread_id, step.run_id, step.id, str(path), id_])
        while True:
            new = f"call_{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"
            if new not in self._used:
                self._used.add(new)
                return new
            text = new

    def name(self, call: Call) -> str:
        """Return the name of a function, with a replacement for characters that are refused."""
        name = re.sub("[^A-Za-z0-9_-]", "_", call.name)[: self._max_name_length] or "_"
        if name != call.name:
            self._losses.add(call.step, call.path, "the name is replaced, because it is refused")
        return name
