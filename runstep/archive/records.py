# SPDX-License-Identifier: MIT
"""Records: run steps as they lie in a file, and places where one is damaged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, final

from ..errors import Problem, ValidationError
from ..frozen import EMPTY
from ..steps import RunStep
from ._positions import Places

_Path: TypeAlias = tuple[str | int, ...]


@final
class Record:
    """A run step as it lies in a file, or a place where something kept one from being read.

    `file` is the path as it was given, or as it was found in a folder; `"<stdin>"`; or the name of a file object.
    `path` leads from the JSON document to the step, as `Problem.path` does; it is `()` where the document is the step.
    `raw` is the mapping as it was decoded, not copied. `error` is None, or a `ValidationError` where something
    other than a step is wrong: text that is no JSON, gzip that is cut, a file that cannot be opened, the
    own keys of a page. `step` then raises it, and `raw` is the page or empty.
    """

    __slots__ = ("_place", "error", "file", "path", "raw")

    def __init__(
        self, file: str, place: int | Places | None, path: _Path, raw: Any, error: ValidationError | None = None
    ) -> None:
        self.file: str = file
        self._place = place
        self.path: _Path = path
        self.raw: Any = raw
        self.error: ValidationError | None = error

    @property
    def line(self) -> int | None:
        """The line of the file, from 1, on which the record begins; None where it is the file itself."""
        return self.line_of(())

    @property
    def location(self) -> str:
        """`path` as a person writes it: `runs[0].steps[3]`; the document itself is ""."""
        return Problem(self.path, "error", "").location

    def line_of(self, path: Iterable[str | int]) -> int | None:
        """Return the line on which the value at `path` begins, inside the record; if missing, that of what lacks it.

        In a document of many lines the first call takes as long as reading the document once more.
        """
        place = self._place
        return place.line((*self.path, *path)) if isinstance(place, Places) else place

    def step(self, *, strict: bool = False) -> RunStep:
        """Return the run step. Raises `ValidationError`, as `RunStep.from_dict` does, or `error` if there is one."""
        if self.error is not None:
            raise self.error
        return RunStep.from_dict(self.raw, strict=strict)

    def __repr__(self) -> str:
        return f"<Record {self.file!r}, line {self.line}, location {self.location!r}>"


def _damage(file: str, line: int | None, message: str) -> Record:
    return Record(file, line, (), EMPTY, _error(message))


def _error(message: str) -> ValidationError:
    return ValidationError((Problem((), "error", message),))


def nothing_in(file: str) -> Record:
    """Return the record of a file without any."""
    return _damage(file, 1, "expected run steps, found none")
