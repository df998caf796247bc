# SPDX-License-Identifier: MIT
"""What was found goes in; lines that say so to a person come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timezone

from ..errors import quoted
from .statistics import OTHERS, Found

_MOST_SHOWN = 12


def summary(found: Found) -> Iterator[str]:
    """Yield the lines of a summary."""
    unreadable = f" and {found.unreadable:,} unreadable" if found.unreadable else ""
    yield f"{_counted(found.steps, 'run step')}{unreadable} in {_counted(found.files, 'file')}"
    if found.steps:
        yield from _table(found)
    beside = {
        "stray delta": found.deltas,
        "empty page": found.empty,
        "other JSON document": found.others,
        "foreign file": found.passed_over,
    }
    if any(beside.values()):
        yield f"  beside        {', '.join(_counted(count, noun) for noun, count in beside.items() if count)}"
    yield _counted(found.problems, "problem")


def _table(found: Found) -> Iterator[str]:
    yield f"  type          {_names(found.types)}"
    yield f"  status        {_names(found.statuses)}"
    if found.tools:
        yield f"  tool calls    {_names(found.tools)}"
    if found.earliest is not None and found.latest is not None:
        yield f"  created       {_utc(found.earliest)} to {_utc(found.latest)}"
    if found.with_usage:
        prompt, completion, total = map(_number, (found.prompt_tokens, found.completion_tokens, found.total_tokens))
        sums = f"{prompt} prompt + {completion} completion = {total} total"
        yield f"  tokens        {sums}, in {_counted(found.with_usage, 'step')}"
    undocumented = +found.undocumented
    if undocumented:
        yield f"  undocumented  {_names(undocumented, str)}"
    repeated = found.repeated()
    if repeated:
        yield f"  duplicates    {_counted(repeated, 'step')} with an id that came before"


def _number(value: int) -> str:
    # Python refuses to write very long integers in decimal.
    return f"{value:,}" if value.bit_length() <= 2048 else f"{value:#x}"


def _counted(count: int, noun: str) -> str:
    return f"{f'{count:,}' if count else 'no'} {noun}{'' if count == 1 else 's'}"


def _shown(name: str) -> str:
    return name if name.isidentifier() else quoted(name)


def _names(counts: Counter[str], show: Callable[[str], str] = _shown) -> str:
    named = ((name, count) for name, count in counts.items() if name != OTHERS)
    shown = [f"{show(name)} {count:,}" for name, count in sorted(named, key=lambda item: (-item[1], item[0]))]
    more = len(shown) - _MOST_SHOWN
    others = f", others {counts[OTHERS]:,}" if OTHERS in counts else ""
    return ", ".join(shown[:_MOST_SHOWN]) + (f" and {more:,} more" if more > 0 else "") + others


def _utc(time: int) -> str:
    try:
        return datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"second {_number(time)}"
