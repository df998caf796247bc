# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Problems of a document, and the exception that contains them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, final

_LOCATION_KEY_LENGTH = 64
_QUOTED_VALUE_LENGTH = 40


@final
@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a document, and its place."""

    path: tuple[str | int, ...]
    """The keys and indices that lead from the document to the place; empty for the document itself."""
    level: Literal["error", "deviation"]
    """`"deviation"` if only strict mode rejects the document, which uses the newest published schema."""
    message: str
    """What was expected and what was found, without payload except enum values, truncated to 40 code points."""

    @property
    def location(self) -> str:
        """`path` as text, for example `step_details.tool_calls[7].function.name`; empty for the document itself.

        A key that is not an identifier is written as `["…"]`, truncated to 64 code points.
        """
        return format_path(self.path)

    def __str__(self) -> str:
        location = self.location
        return f"{location}: {self.message}" if location else self.message


@final
class ValidationError(ValueError):
    """Invalid data. Converted to `str`, it is the first problem and the number of further ones."""

    problems: tuple[Problem, ...]
    """All problems, in document order; at least one. Deviations are included in strict mode only."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        # Pickling and copying call the class with `args`.
        super().__init__(self.problems)

    def __str__(self) -> str:
        first, more = str(self.problems[0]), len(self.problems) - 1
        return f"{first} (and {more} more)" if more else first


def format_path(path: Iterable[str | int], *, has_indices: bool = True) -> str:
    """Return a path as text, like `Problem.location`. Without indices, it has `[]` for each of them."""
    parts: list[str] = []
    for part in path:
        if isinstance(part, int):
            parts.append(f"[{part}]" if has_indices else "[]")
            continue
        key = str.__str__(part)
        if len(key) <= _LOCATION_KEY_LENGTH and key.isidentifier():
            parts.append(f".{key}" if parts else key)
        else:
            parts.append(f"[{quoted(key, _LOCATION_KEY_LENGTH)}]")
    return "".join(parts)


def quoted(text: str, length: int = _QUOTED_VALUE_LENGTH) -> str:
    """Return `text` in double quotes, truncated to `length` code points and escaped."""
    truncated = text[:length] + "…" if len(text) > length else text
    return f'"{"".join([_escape(char) for char in truncated])}"'


def _escape(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()


_INFINITIES = (float("inf"), float("-inf"))
_JSON_TYPES = (
    (bool, "a boolean"),  # before `int`, because it is a subclass
    (str, "a string"),
    (int, "an integer"),
    (float, "a number"),
    (dict, "an object"),
    (list, "an array"),
)


def json_type(value: object) -> str:
    """Return the JSON type of `value`, with an article, or its Python type if it is not a JSON value."""
    if value is None:
        return "null"
    if isinstance(value, float):
        number = float.__float__(value)
        if number - number != 0:
            return "infinity" if number in _INFINITIES else "NaN"
    for type_, name in _JSON_TYPES:
        if isinstance(value, type_):
            return name
    return f"a Python {type(value).__name__}"
