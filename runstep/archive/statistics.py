# SPDX-License-Identifier: MIT
"""Statistics of run steps, which add up."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field, fields
from typing import final

_MOST_NAMES = 1000
_LONGEST_NAME = 128
OTHERS = "…" * (_LONGEST_NAME + 1)
"""What names that are too many are counted as: longer than any that is kept."""


@final
@dataclass(slots=True)
class Found:
    """What there is in a part, or altogether; times are Unix seconds.

    `ids` holds a hash of 61 or 64 bits for the id of each step: what is the same is a duplicate.
    """

    files: int = 0
    steps: int = 0
    unreadable: int = 0
    types: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    tools: Counter[str] = field(default_factory=Counter)
    earliest: int | None = None
    latest: int | None = None
    with_usage: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    undocumented: Counter[str] = field(default_factory=Counter)
    ids: array[int] = field(default_factory=lambda: array("q"))
    deltas: int = 0
    others: int = 0
    empty: int = 0
    passed_over: int = 0
    problems: int = 0

    def add(self, more: Found) -> None:
        """Add what another part holds."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(more, name))
        for name in _NAMES:
            _add_names(getattr(self, name), getattr(more, name))
        times = [time for time in (self.earliest, self.latest, more.earliest, more.latest) if time is not None]
        self.earliest, self.latest = min(times, default=None), max(times, default=None)
        self.ids += more.ids

    def repeated(self) -> int:
        """Return how many steps have an id that another one had before."""
        # In sixteen goes: a set takes eight times what the array takes.
        return len(self.ids) - sum(len({id_ for id_ in self.ids if id_ & 15 == last}) for last in range(16))


def _add_names(names: Counter[str], more: Counter[str]) -> None:
    """Add numbers of names, of which the shortest are kept, so that strangers' data cannot make them too many.

    Which are kept does not hang on the order, nor on what was added up before: the same in any number of processes.
    """
    for name, count in more.items():
        names[str(name) if len(name) <= _LONGEST_NAME or name == OTHERS else name[:_LONGEST_NAME]] += count
    if len(names) > _MOST_NAMES:
        for name in sorted(names, key=lambda name: (name == OTHERS, len(name), name))[_MOST_NAMES:]:
            count = names.pop(name)
            names[OTHERS] += count


_NAMES = ("types", "statuses", "tools", "undocumented")
_NUMBERS = tuple(item.name for item in fields(Found) if item.name not in (*_NAMES, "ids", "earliest", "latest"))
