# SPDX-License-Identifier: MIT
"""Run steps go in, in any order; each run comes out as a timeline of plain lines for a terminal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any, TypeAlias

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
from ._terminal import Piece, columns, cut, escaped, first_lines, folded, padded, painted, squeezed

ASCII: dict[int, int] = str.maketrans("█░▏→…·", "#.|>~-")
"""For `str.translate`: an ASCII character for each that the timeline itself draws with.

For an output that cannot encode them; columns stay where they are.
"""

_Line: TypeAlias = list[Piece]

_LEAST_WIDTH = 40
_LEAST_WIDTH_FOR_BAR_IN_ROW = 72
_MOST_BAR = 100
_MOST_LINES = 3
_MOST_RESULTS = 5


def render(
    steps: Iterable[RunStep], *, width: int, colour: bool, full: bool = False, run: str | None = None
) -> Iterator[str]:
    r"""Yield the lines, without line ends, of a timeline of each run that `steps` belong to.

    `width` is in columns, and no line is wider; less than 40 is taken for 40. `colour` adds SGR colour codes
    (ECMA-48) and changes nothing else. `full` gives texts whole, folded at the width, the texts that searches found,
    metadata and the ids of steps and calls. `run` is the id of the only run to show. Without any step there is no
    line. Raises no error. Keys that the API reference does not name are shown of unknown tools and steps only.

    Runs come in the order in which they began. The steps of a run come in the order of the second in which
    they were created, steps without a time last. Within one second messages come last: the API may stamp a tool call
    like the message that used it, or later. A call that was stamped a second or more after its message stays
    behind it, because nothing in the data says that the two belong together; the bars show where they overlap.
    Else equal times keep the order of the API, whose listings are newest first ("List run steps"): of two steps the
    later one in the listing happened first. If the first step of a run that was given began, or else ended,
    before the last one, then the run was given oldest first and keeps its order.

    A step that is given more than once is shown as, and stands where, it was given last. Times above 10^11 are
    read as milliseconds, negative ones as unset. What a terminal could obey is shown escaped, as `\x1b`.
    """
    width = max(width, _LEAST_WIDTH)
    for index, timeline in enumerate(_timelines(steps, run)):
        if index:
            yield ""
        for line in timeline.lines(width, full):
            yield painted(line, width, colour=colour)


# Order and time.


def _milliseconds(time: int | None) -> int | None:
    if time is None or time < 0:
        return None
    # As seconds that is the year 5138, as milliseconds 1973.
    return time if time > 10**11 else time * 1000


def _start(step: RunStep) -> int | None:
    return _milliseconds(step.created_at)


def _end(step: RunStep) -> int | None:
    # Not `ended_at`: a server that writes -1 for what is unset would have each step end in 1969.
    for time in (step.completed_at, step.failed_at, step.cancelled_at, step.expired_at):
        if time is not None and time >= 0:
            return _milliseconds(time)
    return None


def _is_message(step: RunStep) -> bool:
    return isinstance(step.step_details, MessageCreationStepDetails)


def _ordered(steps: list[RunStep]) -> list[RunStep]:
    """Return the steps of one run, given in the order of a listing, in the order in which they happened."""

    def age(step: RunStep) -> tuple[int, int]:
        return _start(step) or 0, _end(step) or 0

    def place(step: RunStep) -> tuple[bool, int, bool, int]:
        start = _start(step)
        return start is None, (start or 0) // 1000, _is_message(step), start or 0

    timed = [step for step in steps if _start(step) is not None]
    is_oldest_first = bool(timed) and age(timed[0]) < age(timed[-1])
    return sorted(steps if is_oldest_first else reversed(steps), key=place)


def _timelines(steps: Iterable[RunStep], run: str | None) -> list[_Timeline]:
    runs: dict[str, dict[str, RunStep]] = {}
    given: Counter[str] = Counter()
    for step in steps:
        if run is None or step.run_id == run:
            states = runs.setdefault(step.run_id, {})
            states.pop(step.id, None)  # so that it takes the place of its last state
            states[step.id] = step
            given[step.run_id] += 1
    timelines = [_Timeline(_ordered(list(states.values())), given[id_] - len(states)) for id_, states in runs.items()]
    return sorted(timelines, key=lambda timeline: (timeline.start is None, timeline.start or 0))


# The page.


class _Timeline:
    """One run: its steps in order, when it began and ended, how many steps were given again."""

    def __init__(self, steps: list[RunStep], repeated: int) -> None:
        self.steps = steps
        self.repeated = repeated
        times = [time for step in steps for time in (_start(step), _end(step)) if time is not None]
        starts = [time for step in steps if (time := _start(step)) is not None]
        self.start = min(starts, default=None)
        self.end = max(times, default=None)

    @property
    def span(self) -> int:
        return 0 if self.start is None or self.end is None else self.end - self.start

    def lines(self, width: int, full: bool) -> Iterator[_Line]:
        yield from self.header(width)
        yield []
        yield from self.rows(width, full)
        yield from self.totals(width)

    def header(self, width: int) -> Iterator[_Line]:
        first = self.steps[0]
        yield [("dim", "run "), ("bold", first.run_id)]
        yield from _packed(
            [[("dim", "thread "), ("", first.thread_id)], [("dim", "assistant "), ("", first.assistant_id)]], width
        )
        statuses = Counter(str(step.status) for step in self.steps)
        facts: list[_Line] = []
        if self.start is not None:
            so_far = " so far" if "in_progress" in statuses else ""
            facts += [("", _utc(self.start))], [("", f"{_clock(self.span)}{so_far}")]
        facts.append([("", _counted(len(self.steps), "step"))])
        for status, count in statuses.items():
            facts.append([(_STATUS_STYLES.get(status, ""), f"{count:,} {cut(status, 30)}")])
        yield from _packed(facts, width)
        if self.repeated:
            states = "state was" if self.repeated == 1 else "states were"
            yield [("dim", f"{self.repeated} earlier {states} given too, the last of each step is shown")]

    def rows(self, width: int, full: bool) -> Iterator[_Line]:
        ats = [_offset(step, self.start) for step in self.steps]
        tooks = [_took(step) for step in self.steps]
        number = len(str(len(ats)))
        at = min(max(4, *map(len, ats)), 10)
        took = min(max(4, *map(len, tooks)), 10)
        type_ = min(max(4, *(columns(cut(step.type, 16)) for step in self.steps)), 16)
        status = min(max(6, *(columns(cut(step.status, 16)) for step in self.steps)), 16)
        indent = number + 3
        left = indent + at + 2 + took + 2 + type_ + 2 + status + 2
        is_wide = width >= _LEAST_WIDTH_FOR_BAR_IN_ROW
        bar = min(width - (left if is_wide else indent + status + 2), _MOST_BAR)
        margin = " " * indent
        last = _seconds(self.span)
        scale = "0s" + last.rjust(bar - 2) if self.span and len(last) < bar - 2 else "0s"
        yield from _row(
            [("dim", f" {'#':>{number}}  {'at':>{at}}  {'took':>{took}}  {'type':<{type_}}")],
            [("dim", f"{'status':<{status}}  {scale}")],
            "" if is_wide else margin,
        )
        for index, step in enumerate(self.steps):
            head = f" {index + 1:>{number}}  {cut(ats[index], at):>{at}}  {cut(tooks[index], took):>{took}}  "
            state = (_STATUS_STYLES.get(step.status, ""), padded(step.status, status))
            yield from _row(
                [("", head), ("bold", padded(step.type, type_))],
                [state, ("", "  "), (_bar_style(step), self.bar(step, bar))],
                "" if is_wide else margin,
            )
            for line in _details(step, width - indent, full):
                yield [("", margin), *line]

    def bar(self, step: RunStep, cells: int) -> str:
        """Return when the step was: blocks, a thin one for no time at all, pale ones for what is not over."""
        start, end = _start(step), _end(step)
        if self.start is None or start is None:
            return ""
        span = max(self.span, 1)
        first = min((start - self.start) * cells // span, cells - 1)
        if end is None:
            return " " * first + ("░" * (cells - first) if step.status == "in_progress" else "▏")
        if end <= start:
            return " " * first + "▏"
        return " " * first + "█" * max(-((self.start - end) * cells // span) - first, 1)

    def totals(self, width: int) -> Iterator[_Line]:
        times: Counter[str] = Counter()
        calls: Counter[str] = Counter()
        for step in self.steps:
            start, end = _start(step), _end(step)
            if start is not None and end is not None:
                times[step.type] += end - start
            calls.update(call.type for call in step.tool_calls)
        usages = [step.usage for step in self.steps if step.usage is not None]
        facts = (
            ("time", [f"{cut(type_, 40)} {_seconds(time)}" for type_, time in times.items()]),
            ("calls", [f"{cut(type_, 40)} {count:,}" for type_, count in calls.items()]),
            ("tokens", _tokens(usages) if usages else []),
        )
        if any(texts for _, texts in facts):
            yield []
        for label, texts in facts:
            lead = f"{label:<8}"
            for line in _packed([[("", text)] for text in texts], width - len(lead)):
                yield [("dim", lead), *line]
                lead = " " * len(lead)


def _row(left: _Line, right: _Line, margin: str) -> Iterator[_Line]:
    """Yield both halves of a row in one line, or in two if there is a margin for the second."""
    if margin:
        yield left
        yield [("", margin), *right]
    else:
        yield [*left, ("", "  "), *right]


_STATUS_STYLES = {
    "in_progress": "cyan",
    "cancelled": "yellow",
    "failed": "red",
    "completed": "green",
    "expired": "yellow",
}


def _bar_style(step: RunStep) -> str:
    if step.status != "completed":
        return _STATUS_STYLES.get(step.status, "")
    return "green" if _is_message(step) else "blue"


def _packed(facts: list[_Line], width: int) -> Iterator[_Line]:
    """Yield lines of as many facts as fit, dots between them."""
    line: _Line = []
    taken = 0
    for fact in facts:
        size = _size(fact)
        if line and taken + 3 + size > width:
            yield line
            line, taken = [], 0
        if line:
            line.append(("dim", " · "))
            taken += 3
        line += fact
        taken += size
    if line:
        yield line


def _size(line: _Line) -> int:
    return sum(columns(escaped(text)) for _, text in line)


# Numbers.


def _number(value: int) -> str:
    # Python refuses to write very long integers in decimal.
    return f"{value:,}" if value.bit_length() <= 2048 else f"{value:#x}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _seconds(milliseconds: int) -> str:
    whole, rest = divmod(abs(milliseconds), 1000)
    sign = "-" if milliseconds < 0 else ""
    return f"{sign}{_number(whole)}" + (f".{rest:03}s" if rest else "s")


def _clock(milliseconds: int) -> str:
    """Return how long in seconds, and where it helps in minutes or hours too."""
    seconds = milliseconds // 1000
    text = _seconds(milliseconds)
    if 120 <= seconds < 3600:
        text += f" ({seconds // 60}m {seconds % 60:02}s)"
    elif 3600 <= seconds < 3600 * 1000:
        text += f" ({seconds // 3600}h {seconds // 60 % 60:02}m)"
    return text


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_YEAR_10000 = 253_402_300_800_000


def _utc(milliseconds: int) -> str:
    if milliseconds >= _YEAR_10000:
        return _number(milliseconds).replace(",", "")
    return f"{_EPOCH + timedelta(seconds=milliseconds // 1000):%Y-%m-%d %H:%M:%S} UTC"


def _offset(step: RunStep, origin: int | None) -> str:
    start = _start(step)
    return "-" if start is None or origin is None else f"+{_seconds(start - origin)}"


def _took(step: RunStep) -> str:
    start, end = _start(step), _end(step)
    return "-" if start is None or end is None else _seconds(end - start)


def _share(value: float, form: str) -> str:
    # A score lies between 0 and 1; where it does not, an integer may be too long for a float.
    if isinstance(value, int) and abs(value) > 10**9:
        return _number(value)
    return f"{value:{form}}"


def _tokens(usages: list[Usage]) -> list[str]:
    cached = sum(_detail(usage.prompt_token_details, "cached_tokens") for usage in usages)
    reasoning = sum(_detail(usage.completion_tokens_details, "reasoning_tokens") for usage in usages)
    return [
        _number(sum(usage.total_tokens for usage in usages)),
        f"prompt {_number(sum(usage.prompt_tokens for usage in usages))}"
        + (f" ({_number(cached)} cached)" if cached else ""),
        f"completion {_number(sum(usage.completion_tokens for usage in usages))}"
        + (f" ({_number(reasoning)} reasoning)" if reasoning else ""),
    ]


def _detail(details: FrozenDict[Any] | None, key: str) -> int:
    value = None if details is None else details.get(key)
    return value if isinstance(value, int) else 0


# Texts.


def _text(text: str, room: int, full: bool, lead: str = "", style: str = "") -> Iterator[_Line]:
    """Yield `text` in a column behind `lead`: its first lines, or with `full` all of it."""
    text = text.strip("\r\n")
    if not text:
        yield [("dim", f"{lead}(empty)")]
        return
    room -= len(lead)
    more = 0
    lines: Iterable[str]
    if full:
        lines = folded(text, room)
    else:
        lines, more = first_lines(text, room, _MOST_LINES)
    for line in lines:
        yield [("dim", lead), (style, line)]
        lead = " " * len(lead)
    if more:
        yield [("dim", f"{lead}… {_counted(more, 'more line')}")]


def _json(value: Any, room: int, full: bool) -> str:
    if full:
        return json.dumps(_bounded(value, None), ensure_ascii=False, indent=2)
    return json.dumps(_bounded(value, room), ensure_ascii=False)


def _bounded(value: Any, most: int | None) -> Any:
    """Return `value` in plain JSON types, with at most `most` of what each string, array and object holds."""
    if isinstance(value, str):
        return value[:most]
    if isinstance(value, FrozenDict):
        return {key[:most]: _bounded(item, most) for key, item in islice(value.items(), most)}
    if isinstance(value, tuple):
        return [_bounded(item, most) for item in islice(value, most)]
    if isinstance(value, int) and value.bit_length() > 2048:
        return _number(value)
    return value


# What a step did.


def _details(step: RunStep, room: int, full: bool) -> Iterator[_Line]:
    if full:
        yield from _text(step.id, room, full, "step ")
    details = step.step_details
    if isinstance(details, MessageCreationStepDetails):
        yield from _text(details.message_creation.message_id, room, full)
    elif isinstance(details, ToolCallsStepDetails):
        for call in details.tool_calls:
            yield from _CALLS[type(call)](call, room, full)
    else:
        yield from _other_details(details, room, full)
    if step.last_error is not None:
        yield from _error(step.last_error, room, full)
    if full and step.metadata:
        yield [("dim", "metadata")]
        yield from _inside(_text(_json(step.metadata, room, full), room - 2, full))
    if step.usage is not None:
        total, *parts = _tokens([step.usage])
        yield from _packed([[("dim", text)] for text in (f"tokens {total}", *parts)], room)


def _other_details(details: OtherStepDetails, room: int, full: bool) -> Iterator[_Line]:
    # In full with the type, which its column may cut.
    raw = {key: value for key, value in details.raw.items() if full or key != "type"}
    yield from _text(_json(FrozenDict(raw), room, full), room, full)


def _error(error: LastError, room: int, full: bool) -> Iterator[_Line]:
    if error.code or error.message:
        text = f"{error.code}: {error.message}"
        if not full:  # folded all the same, because the end of an error is often what matters
            most = room * _MOST_LINES
            text = cut(squeezed(text, most), most)
        yield from _text(text, room, True, "error ", "red")


def _label(call: ToolCall, full: bool) -> _Line:
    label: _Line = [("cyan", cut(call.type, 40))]
    return [*label, ("dim", f" {call.id}")] if full and call.id else label


def _inside(lines: Iterable[_Line]) -> Iterator[_Line]:
    for line in lines:
        yield [("", "  "), *line]


def _code_interpreter(call: CodeInterpreterToolCall, room: int, full: bool) -> Iterator[_Line]:
    body = call.code_interpreter
    yield _label(call, full)
    yield from _inside(_text(body.input, room - 2, full))
    for output in body.outputs:
        yield from _inside(_output(output, room - 2, full))


def _output(output: CodeInterpreterOutput, room: int, full: bool) -> Iterator[_Line]:
    if isinstance(output, CodeInterpreterLogs):
        yield from _text(output.logs, room, full, "→ ")
    elif isinstance(output, CodeInterpreterImage):
        yield from _text(f"image {output.image.file_id}", room, full, "→ ")
    else:
        yield from _text(_json(output.raw, room, full), room, full, "→ ")


def _file_search(call: FileSearchToolCall, room: int, full: bool) -> Iterator[_Line]:
    options, results = call.file_search.ranking_options, call.file_search.results
    label = _label(call, full)
    if options is not None:
        label.append(("dim", f" {cut(options.ranker, 40)}, threshold {_share(options.score_threshold, 'g')}"))
    yield label
    if results is None:
        return
    if not results:
        yield [("dim", "  → (no results)")]
    most = len(results) if full or len(results) == _MOST_RESULTS + 1 else _MOST_RESULTS
    for result in results[:most]:
        yield from _inside(_result(result, room - 2, full))
    if len(results) > most:
        yield [("dim", f"  … {_counted(len(results) - most, 'more result')}")]


def _result(result: FileSearchResult, room: int, full: bool) -> Iterator[_Line]:
    yield from _text(f"{_share(result.score, '.3f')}  {result.file_name}  {result.file_id}", room, full, "→ ")
    for part in result.content or ():
        if full and part.text is not None:
            yield from _inside(_text(part.text, room - 2, full))


def _function(call: FunctionToolCall, room: int, full: bool) -> Iterator[_Line]:
    function = call.function
    label = _label(call, full)
    output: Iterable[_Line] = [[("dim", "→ (no output)")]]
    if function.output is not None:
        output = _text(function.output, room - 2, full, "→ ")
    if full:
        yield label
        yield from _inside(_text(f"{function.name}({function.arguments})", room - 2, full))
        yield from _inside(output)
        return
    line = [*label, ("", f" {cut(function.name, 64)}({squeezed(function.arguments, room)})")]
    answer = list(output)
    if len(answer) == 1 and _size([*line, *answer[0]]) < room:
        yield [*line, ("", " "), *answer[0]]
    else:
        yield line
        yield from _inside(answer)


def _retrieval(call: RetrievalToolCall, room: int, full: bool) -> Iterator[_Line]:
    return _payload(_label(call, full), call.retrieval, room, full)


def _other_call(call: OtherToolCall, room: int, full: bool) -> Iterator[_Line]:
    return _payload(_label(call, full), call.payload, room, full)


def _payload(label: _Line, payload: FrozenDict[Any], room: int, full: bool) -> Iterator[_Line]:
    if full:
        yield label
        yield from _inside(_text(_json(payload, room, full), room - 2, full))
    else:
        yield [*label, ("", f" {_json(payload, room, full)}")]


_CALLS: dict[type[Any], Callable[[Any, int, bool], Iterator[_Line]]] = {
    CodeInterpreterToolCall: _code_interpreter,
    FileSearchToolCall: _file_search,
    FunctionToolCall: _function,
    RetrievalToolCall: _retrieval,
    OtherToolCall: _other_call,
}
