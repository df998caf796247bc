# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Records: run steps found in files, and places where a step could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, final

from ..errors import Problem, ValidationError, format_path
from ..frozen import EMPTY
from ..steps import RunStep
from ._positions import JsonPositions


@final
class Record:
    """A run step found in a file, or a place where something prevented reading one.

    `file` is the path as given, or as found in a folder; `"<stdin>"` for standard input; the name of a file object,
    `"<file>"` if it has none. `path` leads from the JSON document to the step, like `Problem.path`; it is `()` if the
    document is the step. `raw` is the decoded object, not a copy. `damage` is None, or a `ValidationError` if something
    other than a step is damaged: invalid JSON, truncated gzip data, an unreadable file, the own keys of a page. Then
    `step` raises it, and `raw` is the page or empty. Whether a step is valid, only `step` finds out.

    A record refers to the text of its document, to find lines. Its pickle does not contain the text, only `line`.
    """

    __slots__ = ("_position", "damage", "file", "path", "raw")

    def __init__(
        self,
        file: str,
        position: int | JsonPositions | None,
        path: tuple[str | int, ...],
        raw: Any,
        damage: ValidationError | None = None,
    ) -> None:
        self.file: str = file
        self._position = position
        self.path: tuple[str | int, ...] = path
        self.raw: Any = raw
        self.damage: ValidationError | None = damage

    @property
    def line(self) -> int | None:
        """The line of the file, from 1, on which the record begins; None if the record is the file itself."""
        return self.line_of(())

    @property
    def location(self) -> str:
        """`path` as text, for example `runs[0].steps[3]`; empty for the document itself."""
        return format_path(self.path)

    def line_of(self, path: Iterable[str | int]) -> int | None:
        """Return the line on which the value at `path`, relative to the record, begins.

        For a missing value, that is the line of the object or array without it; for a value nested more than 100 levels
        deep, the line of what contains it on that level. The first call for a document takes as long as decoding the
        document again. For a record that has been unpickled, it is `line`, whatever the path.
        """
        position = self._position
        return position.line((*self.path, *path)) if isinstance(position, JsonPositions) else position

    def step(self, *, strict: bool = False) -> RunStep:
        """Return the run step. Raises `damage` if it is set, and `ValidationError` as `RunStep.from_dict` does."""
        if self.damage is not None:
            raise self.damage
        return RunStep.from_dict(self.raw, strict=strict)

    def __reduce__(self) -> tuple[type[Record], tuple[Any, ...]]:
        # The position refers to the whole document.
        return Record, (self.file, self.line, self.path, self.raw, self.damage)

    def __copy__(self) -> Record:
        return Record(self.file, self._position, self.path, self.raw, self.damage)

    def __deepcopy__(self, memo: dict[int, Any]) -> Record:
        return Record(self.file, self._position, self.path, deepcopy(self.raw, memo), deepcopy(self.damage, memo))

    def __repr__(self) -> str:
        return f"<Record {self.file!r}, line {self.line}, location {self.location!r}>"


def damage_record(file: str, line: int | None, message: str) -> Record:
    """Return the record of damage on a line, or of a whole file if `line` is None."""
    return Record(file, line, (), EMPTY, ValidationError((Problem((), "error", message),)))


def no_steps_record(file: str) -> Record:
    """Return the record of a file that contains no run steps."""
    return damage_record(file, 1, "no run steps found")
