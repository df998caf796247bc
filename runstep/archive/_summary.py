# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The summary of statistics, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timezone

from ..errors import quoted
from .statistics import OTHER_NAMES, Statistics

_MAX_SHOWN = 12

# Python refuses to convert very long integers to decimal text.
MAX_DECIMAL_BITS = 2048


def summary(statistics: Statistics) -> str:
    """Return the summary of statistics that `check` prints, as lines of text."""
    return "\n".join(_lines(statistics))


def _lines(statistics: Statistics) -> Iterator[str]:
    invalid = f" and {statistics.invalid:,} invalid" if statistics.invalid else ""
    files = f" in {counted(statistics.files, 'file')}" if statistics.files else ""
    yield f"{counted(statistics.steps, 'run step')}{invalid}{files}"
    if statistics.steps:
        yield from _table(statistics)
    others = {
        "stray delta": statistics.deltas,
        "empty page": statistics.empty_pages,
        "other JSON document": statistics.other_documents,
        "skipped file": statistics.skipped_files,
    }
    if any(others.values()):
        yield f"  also found    {', '.join(counted(count, noun) for noun, count in others.items() if count)}"
    yield counted(statistics.problems, "problem")


def _table(statistics: Statistics) -> Iterator[str]:
    yield f"  type          {_names(statistics.types)}"
    yield f"  status        {_names(statistics.statuses)}"
    if statistics.tools:
        yield f"  tool calls    {_names(statistics.tools)}"
    if statistics.earliest is not None and statistics.latest is not None:
        yield f"  created       {_utc(statistics.earliest)} to {_utc(statistics.latest)}"
    if statistics.with_usage:
        prompt = f"{format_number(statistics.prompt_tokens)} prompt"
        completion = f"{format_number(statistics.completion_tokens)} completion"
        total = f"{format_number(statistics.total_tokens)} total"
        yield f"  tokens        {prompt} + {completion} = {total}, in {counted(statistics.with_usage, 'step')}"
    undocumented = +statistics.undocumented
    if undocumented:
        yield f"  undocumented  {_names(undocumented, str)}"
    duplicates = statistics.count_duplicates()
    if duplicates:
        yield f"  duplicates    {counted(duplicates, 'step')} with a repeated id, also counted above"


def format_number(value: int) -> str:
    """Return an integer with separators for thousands, or in hexadecimal if it is very long."""
    return f"{value:,}" if value.bit_length() <= MAX_DECIMAL_BITS else f"{value:#x}"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is 1."""
    return f"{f'{count:,}' if count else 'no'} {noun}{'' if count == 1 else 's'}"


def _quoted_unless_plain(name: str) -> str:
    return name if name.isidentifier() else quoted(name)


def _names(counts: Counter[str], show: Callable[[str], str] = _quoted_unless_plain) -> str:
    """Return the most frequent names with their counts."""
    named = ((name, count) for name, count in counts.items() if name != OTHER_NAMES)
    shown = [f"{show(name)} {count:,}" for name, count in sorted(named, key=lambda item: (-item[1], item[0]))]
    more = len(shown) - _MAX_SHOWN
    others = f", others {counts[OTHER_NAMES]:,}" if OTHER_NAMES in counts else ""
    return ", ".join(shown[:_MAX_SHOWN]) + (f" and {more:,} more" if more > 0 else "") + others


def _utc(time: int) -> str:
    try:
        return datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"second {format_number(time)}"
