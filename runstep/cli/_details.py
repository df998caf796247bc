# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The details of a step in a timeline: messages, tool calls, errors and tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeAlias

from ..archive._summary import MAX_DECIMAL_BITS, counted, format_number
from ..frozen import FrozenDict
from ..steps import LastError, MessageCreationStepDetails, OtherStepDetails, RunStep, ToolCallsStepDetails, Usage
from ..tool_calls import (
    CodeInterpreterImage,
    CodeInterpreterLogs,
    CodeInterpreterOutput,
    CodeInterpreterToolCall,
    FileSearchResult,
    FileSearchToolCall,
    FunctionToolCall,
    OtherToolCall,
    RetrievalToolCall,
    ToolCall,
)
from ._terminal import Piece, display_width, escape, first_lines, squeeze, truncate, wrap

Line: TypeAlias = list[Piece]

_MAX_LINES = 3
_MAX_RESULTS = 5


def details(step: RunStep, width: int, full: bool) -> Iterator[Line]:
    """Yield the lines below the row of a step: texts are truncated unless `full` is true."""
    if full:
        yield from _text(step.id, width, full, "step ")
    step_details = step.step_details
    if isinstance(step_details, MessageCreationStepDetails):
        yield from _text(step_details.message_creation.message_id, width, full)
    elif isinstance(step_details, ToolCallsStepDetails):
        for call in step_details.tool_calls:
            yield from _CALLS[type(call)](call, width, full)
    else:
        yield from _other_details(step_details, width, full)
    if step.last_error is not None:
        yield from _error(step.last_error, width, full)
    if full and step.metadata:
        yield [("dim", "metadata")]
        yield from _indent(_text(_json(step.metadata, width, full), width - 2, full))
    if step.usage is not None:
        total, *parts = token_counts([step.usage])
        yield from pack([[("dim", text)] for text in (f"tokens {total}", *parts)], width)


def _other_details(step_details: OtherStepDetails, width: int, full: bool) -> Iterator[Line]:
    # The row shows the type, but may truncate it.
    raw = {key: value for key, value in step_details.raw.items() if full or key != "type"}
    yield from _text(_json(FrozenDict(raw), width, full), width, full)


def _error(error: LastError, width: int, full: bool) -> Iterator[Line]:
    if error.code or error.message:
        text = f"{error.code}: {error.message}"
        if not full:  # wrapped nevertheless, because the end of an error is often what matters
            text = truncate(squeeze(text, _MAX_LINES * width), _MAX_LINES * width)
        yield from _text(text, width, True, "error ", "red")


# Tool calls.


def _label(call: ToolCall, full: bool) -> Line:
    label: Line = [("cyan", truncate(call.type, 40))]
    return [*label, ("dim", f" {call.id}")] if full and call.id else label


def _code_interpreter(call: CodeInterpreterToolCall, width: int, full: bool) -> Iterator[Line]:
    body = call.code_interpreter
    yield _label(call, full)
    yield from _indent(_text(body.input, width - 2, full))
    for output in body.outputs:
        yield from _indent(_output(output, width - 2, full))


def _output(output: CodeInterpreterOutput, width: int, full: bool) -> Iterator[Line]:
    if isinstance(output, CodeInterpreterLogs):
        yield from _text(output.logs, width, full, "→ ")
    elif isinstance(output, CodeInterpreterImage):
        yield from _text(f"image {output.image.file_id}", width, full, "→ ")
    else:
        yield from _text(_json(output.raw, width, full), width, full, "→ ")


def _file_search(call: FileSearchToolCall, width: int, full: bool) -> Iterator[Line]:
    options, results = call.file_search.ranking_options, call.file_search.results
    label = _label(call, full)
    if options is not None:
        threshold = _unit_interval(options.score_threshold, "g")
        label.append(("dim", f" {truncate(options.ranker, 40)}, threshold {threshold}"))
    yield label
    if results is None:
        return
    if not results:
        yield [("dim", "  → (no results)")]
    shown = len(results) if full or len(results) == _MAX_RESULTS + 1 else _MAX_RESULTS
    for result in results[:shown]:
        yield from _indent(_result(result, width - 2, full))
    if len(results) > shown:
        yield [("dim", f"  … {counted(len(results) - shown, 'more result')}")]


def _result(result: FileSearchResult, width: int, full: bool) -> Iterator[Line]:
    score = _unit_interval(result.score, ".3f")
    yield from _text(f"{score}  {result.file_name}  {result.file_id}", width, full, "→ ")
    for content in result.content or ():
        if full and content.text is not None:
            yield from _indent(_text(content.text, width - 2, full))


def _function(call: FunctionToolCall, width: int, full: bool) -> Iterator[Line]:
    function = call.function
    label = _label(call, full)
    output: Iterable[Line] = [[("dim", "→ (no output)")]]
    if function.output is not None:
        output = _text(function.output, width - 2, full, "→ ")
    if full:
        yield label
        yield from _indent(_text(f"{function.name}({function.arguments})", width - 2, full))
        yield from _indent(output)
        return
    line = [*label, ("", f" {truncate(function.name, 64)}({squeeze(function.arguments, width)})")]
    lines = list(output)
    if len(lines) == 1 and _line_width([*line, *lines[0]]) < width:
        yield [*line, ("", " "), *lines[0]]
    else:
        yield line
        yield from _indent(lines)


def _retrieval(call: RetrievalToolCall, width: int, full: bool) -> Iterator[Line]:
    return _payload(_label(call, full), call.retrieval, width, full)


def _other_call(call: OtherToolCall, width: int, full: bool) -> Iterator[Line]:
    return _payload(_label(call, full), call.payload, width, full)


def _payload(label: Line, payload: FrozenDict[Any], width: int, full: bool) -> Iterator[Line]:
    if full:
        yield label
        yield from _indent(_text(_json(payload, width, full), width - 2, full))
    else:
        yield [*label, ("", f" {_json(payload, width, full)}")]


_CALLS: dict[type[Any], Callable[[Any, int, bool], Iterator[Line]]] = {
    CodeInterpreterToolCall: _code_interpreter,
    FileSearchToolCall: _file_search,
    FunctionToolCall: _function,
    RetrievalToolCall: _retrieval,
    OtherToolCall: _other_call,
}


# Text.


def _text(text: str, width: int, full: bool, prefix: str = "", style: str = "") -> Iterator[Line]:
    """Yield the first lines of `text` after `prefix`, or all of it, wrapped, if `full` is true."""
    text = text.strip("\r\n")
    if not text:
        yield [("dim", f"{prefix}(empty)")]
        return
    width -= len(prefix)
    more = 0
    lines: Iterable[str]
    if full:
        lines = wrap(text, width)
    else:
        lines, more = first_lines(text, width, _MAX_LINES)
    for line in lines:
        yield [("dim", prefix), (style, line)]
        prefix = " " * len(prefix)
    if more:
        yield [("dim", f"{prefix}… {counted(more, 'more line')}")]


def _indent(lines: Iterable[Line]) -> Iterator[Line]:
    for line in lines:
        yield [("", "  "), *line]


def _json(value: Any, width: int, full: bool) -> str:
    if full:
        return json.dumps(_plain(value, None), ensure_ascii=False, indent=2)
    return json.dumps(_plain(value, width), ensure_ascii=False)


def _plain(value: Any, max_length: int | None) -> Any:
    """Return `value` as plain JSON types, with at most `max_length` characters or items of each string or array."""
    if isinstance(value, str):
        return value[:max_length]
    if isinstance(value, FrozenDict):
        return {key[:max_length]: _plain(item, max_length) for key, item in islice(value.items(), max_length)}
    if isinstance(value, tuple):
        return [_plain(item, max_length) for item in islice(value, max_length)]
    if isinstance(value, int) and value.bit_length() > MAX_DECIMAL_BITS:
        return format_number(value)
    return value


def pack(items: list[Line], width: int) -> Iterator[Line]:
    """Yield lines of as many items as fit, separated by dots."""
    line: Line = []
    used = 0
    for item in items:
        size = _line_width(item)
        if line and used + 3 + size > width:
            yield line
            line, used = [], 0
        if line:
            line.append(("dim", " · "))
            used += 3
        line += item
        used += size
    if line:
        yield line


def _line_width(line: Line) -> int:
    return sum(display_width(escape(text)) for _, text in line)


# Numbers.


def _unit_interval(value: float, form: str) -> str:
    # Usually between 0 and 1; otherwise it may be an integer that is too long for a float.
    if isinstance(value, int) and abs(value) > 10**9:
        return format_number(value)
    return f"{value:{form}}"


def token_counts(usages: list[Usage]) -> list[str]:
    """Return the sums of total, prompt and completion tokens as text."""
    cached = sum(_detail(usage.prompt_token_details, "cached_tokens") for usage in usages)
    reasoning = sum(_detail(usage.completion_tokens_details, "reasoning_tokens") for usage in usages)
    return [
        format_number(sum(usage.total_tokens for usage in usages)),
        f"prompt {format_number(sum(usage.prompt_tokens for usage in usages))}"
        + (f" ({format_number(cached)} cached)" if cached else ""),
        f"completion {format_number(sum(usage.completion_tokens for usage in usages))}"
        + (f" ({format_number(reasoning)} reasoning)" if reasoning else ""),
    ]


def _detail(token_details: FrozenDict[Any] | None, key: str) -> int:
    value = None if token_details is None else token_details.get(key)
    return value if isinstance(value, int) else 0
