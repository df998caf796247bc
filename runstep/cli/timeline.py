# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Timelines of runs, as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone

from ..archive._summary import counted, format_number
from ..archive.runs import Run, group_runs
from ..steps import MessageCreationStepDetails, RunStep, ended_milliseconds, milliseconds
from ._details import Line, details, pack, token_counts
from ._terminal import display_width, join_pieces, pad, truncate

ASCII: dict[int, int] = str.maketrans("█░▏→…·", "#.|>~-")
"""A table for `str.translate`, from the characters that timelines are drawn with to ASCII characters.

It is for outputs that cannot encode them. Columns are preserved.
"""

_MIN_WIDTH = 40
_MIN_WIDTH_FOR_SINGLE_ROWS = 72
_MAX_BAR_WIDTH = 100


def render(steps: Iterable[RunStep], *, width: int, color: bool, full: bool = False) -> Iterator[str]:
    r"""Yield the lines, without line ends, of a timeline of each run in `steps`.

    Lines have at most `width` columns, at least 40. `color` adds SGR codes (ECMA-48) and changes nothing else. `full`
    shows texts completely, wrapped at the width, and also search results, metadata, and the ids of steps and calls.
    Characters that control a terminal are escaped, as `\x1b`. Keys not defined in the schema are shown only for unknown
    tools and step types.

    Runs and steps are in the order of `group_runs`; bars show which steps overlap.
    """
    width = max(width, _MIN_WIDTH)
    for index, timeline in enumerate(map(_Timeline, group_runs(steps))):
        if index:
            yield ""
        for line in timeline.lines(width, full):
            yield join_pieces(line, width, color=color)


def _start(step: RunStep) -> int | None:
    return milliseconds(step.created_at)


def _is_message(step: RunStep) -> bool:
    return isinstance(step.step_details, MessageCreationStepDetails)


class _Timeline:
    """One run: its steps in order, its first and last time in milliseconds, the number of repeated steps."""

    def __init__(self, run: Run) -> None:
        self.steps = steps = run.steps
        self.repeated = run.earlier_states
        times = [time for step in steps for time in (_start(step), ended_milliseconds(step)) if time is not None]
        starts = [time for step in steps if (time := _start(step)) is not None]
        self.start = min(starts, default=None)
        self.end = max(times, default=None)

    @property
    def duration(self) -> int:
        return 0 if self.start is None or self.end is None else self.end - self.start

    def lines(self, width: int, full: bool) -> Iterator[Line]:
        yield from self.header(width)
        yield []
        yield from self.rows(width, full)
        yield from self.totals(width)

    def header(self, width: int) -> Iterator[Line]:
        first = self.steps[0]
        yield [("dim", "run "), ("bold", first.run_id)]
        yield from pack(
            [[("dim", "thread "), ("", first.thread_id)], [("dim", "assistant "), ("", first.assistant_id)]], width
        )
        statuses = Counter(str(step.status) for step in self.steps)
        items: list[Line] = []
        if self.start is not None:
            so_far = " so far" if "in_progress" in statuses else ""
            items += [("", _utc(self.start))], [("", f"{_clock(self.duration)}{so_far}")]
        items.append([("", counted(len(self.steps), "step"))])
        for status, count in statuses.items():
            items.append([(_STATUS_STYLES.get(status, ""), f"{count:,} {truncate(status, 30)}")])
        yield from pack(items, width)
        if self.repeated:
            states = "state is" if self.repeated == 1 else "states are"
            yield [("dim", f"{self.repeated} earlier {states} not shown")]

    def rows(self, width: int, full: bool) -> Iterator[Line]:
        offsets = [_offset(step, self.start) for step in self.steps]
        durations = [_duration(step) for step in self.steps]
        number_width = len(str(len(offsets)))
        offset_width = min(max(4, *map(len, offsets)), 10)
        duration_width = min(max(4, *map(len, durations)), 10)
        type_width = min(max(4, *(display_width(truncate(step.type, 16)) for step in self.steps)), 16)
        status_width = min(max(6, *(display_width(truncate(step.status, 16)) for step in self.steps)), 16)
        indent = number_width + 3
        is_single = width >= _MIN_WIDTH_FOR_SINGLE_ROWS
        left = offset_width + 2 + duration_width + 2 + type_width + 2 if is_single else 0
        bar_width = min(width - indent - left - status_width - 2, _MAX_BAR_WIDTH)
        margin = " " * indent
        last = _seconds(self.duration)
        scale = "0s" + last.rjust(bar_width - 2) if self.duration and len(last) < bar_width - 2 else "0s"
        heads = f" {'#':>{number_width}}  {'at':>{offset_width}}  {'took':>{duration_width}}  {'type':<{type_width}}"
        yield from _row(
            [("dim", heads)],
            [("dim", f"{'status':<{status_width}}  {scale}")],
            "" if is_single else margin,
        )
        for index, step in enumerate(self.steps):
            offset = f"{truncate(offsets[index], offset_width):>{offset_width}}"
            duration = f"{truncate(durations[index], duration_width):>{duration_width}}"
            status = (_STATUS_STYLES.get(step.status, ""), pad(step.status, status_width))
            yield from _row(
                [("", f" {index + 1:>{number_width}}  {offset}  {duration}  "), ("bold", pad(step.type, type_width))],
                [status, ("", "  "), (_bar_style(step), self.bar(step, bar_width))],
                "" if is_single else margin,
            )
            for line in details(step, width - indent, full):
                yield [("", margin), *line]

    def bar(self, step: RunStep, width: int) -> str:
        """Return the bar of a step: blocks, a thin one without duration, light ones if the step is in progress."""
        start, end = _start(step), ended_milliseconds(step)
        if self.start is None or start is None:
            return ""
        total = max(self.duration, 1)
        first = min((start - self.start) * width // total, width - 1)
        if end is None:
            return " " * first + ("░" * (width - first) if step.status == "in_progress" else "▏")
        if end <= start:
            return " " * first + "▏"
        return " " * first + "█" * max(-((self.start - end) * width // total) - first, 1)

    def totals(self, width: int) -> Iterator[Line]:
        times: Counter[str] = Counter()
        calls: Counter[str] = Counter()
        for step in self.steps:
            start, end = _start(step), ended_milliseconds(step)
            if start is not None and end is not None:
                times[step.type] += end - start
            calls.update(call.type for call in step.tool_calls)
        usages = [step.usage for step in self.steps if step.usage is not None]
        totals = (
            ("time", [f"{truncate(type_, 40)} {_seconds(time)}" for type_, time in times.items()]),
            ("calls", [f"{truncate(type_, 40)} {count:,}" for type_, count in calls.items()]),
            ("tokens", token_counts(usages) if usages else []),
        )
        if any(texts for _, texts in totals):
            yield []
        for label, texts in totals:
            prefix = f"{label:<8}"
            for line in pack([[("", text)] for text in texts], width - len(prefix)):
                yield [("dim", prefix), *line]
                prefix = " " * len(prefix)


def _row(left: Line, right: Line, margin: str) -> Iterator[Line]:
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


def _seconds(duration: int) -> str:
    whole, rest = divmod(abs(duration), 1000)
    sign = "-" if duration < 0 else ""
    return f"{sign}{format_number(whole)}" + (f".{rest:03}s" if rest else "s")


def _clock(duration: int) -> str:
    """Return a duration in seconds, and also in minutes or hours if it is long."""
    seconds = duration // 1000
    text = _seconds(duration)
    if 120 <= seconds < 3600:
        text += f" ({seconds // 60}m {seconds % 60:02}s)"
    elif 3600 <= seconds < 3600 * 1000:
        text += f" ({seconds // 3600}h {seconds // 60 % 60:02}m)"
    return text


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_YEAR_10000 = 253_402_300_800_000


def _utc(time: int) -> str:
    if time >= _YEAR_10000:
        return format_number(time).replace(",", "")
    return f"{_EPOCH + timedelta(seconds=time // 1000):%Y-%m-%d %H:%M:%S} UTC"


def _offset(step: RunStep, origin: int | None) -> str:
    start = _start(step)
    return "-" if start is None or origin is None else f"+{_seconds(start - origin)}"


def _duration(step: RunStep) -> str:
    start, end = _start(step), ended_milliseconds(step)
    return "-" if start is None or end is None else _seconds(end - start)
