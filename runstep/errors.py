# SPDX-License-Identifier: MIT
"""What is wrong with a document, and the one exception that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, final

_LOCATION_KEY_LENGTH = 64
_QUOTED_VALUE_LENGTH = 40


@final
@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where.

    `path` leads from the document to the place: `str` for the key of an object, `int` for the index of
    an array; the empty tuple is the document itself. `level` is "error" for what cannot be read and
    "deviation" for what can be read, but is not as the newest published schema has it.
    `message` never holds payload, but for the value of an enum or tag, cut at 40 code points.
    """

    path: tuple[str | int, ...]
    level: Literal["error", "deviation"]
    message: str

    @property
    def location(self) -> str:
        """`path` as a person writes it: `step_details.tool_calls[7].function.name`.

        A key that is no identifier is written `["…"]`, cut at 64 code points; the document itself is "".
        """
        parts: list[str] = []
        for part in self.path:
            key = part if isinstance(part, int) else str.__str__(part)
            if isinstance(key, int):
                parts.append(f"[{key}]")
            elif key.isidentifier() and len(key) <= _LOCATION_KEY_LENGTH:
                parts.append(f".{key}" if parts else key)
            else:
                parts.append(f"[{quoted(key, _LOCATION_KEY_LENGTH)}]")
        return "".join(parts)

    def __str__(self) -> str:
        location = self.location
        return f"{location}: {self.message}" if location else self.message


@final
class ValidationError(ValueError):
    """Data that cannot be read, or that is not strictly valid where that was asked for.

    `problems` holds every `Problem` that made it fail, in document order, at least one;
    `str()` gives the first one and how many more there are.
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        # What `args` holds is what pickling and copying call the class with.
        super().__init__(self.problems)

    def __str__(self) -> str:
        first, more = str(self.problems[0]), len(self.problems) - 1
        return f"{first} (and {more} more)" if more else first


def quoted(text: str, length: int = _QUOTED_VALUE_LENGTH) -> str:
    """Return `text` in double quotes, cut at `length` code points, on one line and safe to print."""
    cut = text[:length] + "…" if len(text) > length else text
    shown = "".join([_safe(char) for char in cut])
    return f'"{shown}"'


def _safe(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()


_INFINITIES = (float("inf"), float("-inf"))
_JSON_TYPES = (
    (bool, "a boolean"),  # before `int`, which it is a subclass of
    (str, "a string"),
    (int, "an integer"),
    (float, "a number"),
    (dict, "an object"),
    (list, "an array"),
)


def json_type(value: object) -> str:
    """Return what JSON calls `value`, with its article, or the name of its Python type where JSON has none."""
    if value is None:
        return "null"
    if isinstance(value, float) and value - value != 0:
        return "infinity" if value in _INFINITIES else "NaN"
    for kind, name in _JSON_TYPES:
        if isinstance(value, kind):
            return name
    return f"a Python {type(value).__name__}"
