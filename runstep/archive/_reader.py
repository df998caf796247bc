# SPDX-License-Identifier: MIT
"""The reader of one file: its records, and numbers of what else there was."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any, cast, final

from .._reading import Unreadable
from ..errors import ValidationError
from ..frozen import EMPTY
from ..steps import RunStep, RunStepPage, read_step
from ._input import BrokenError, Source, open_source, read_all, unreadable
from ._positions import Places, Text, skipped
from ._search import _finds, _Kind
from .records import Record, _damage, _error, _Path, nothing_in

if TYPE_CHECKING:
    from ..streaming import Event, RunStepAccumulator, RunStepStream


@final
class Reader:
    """One file: its records, each once, and then the numbers of what else there was.

    `deltas` are those that belong to no step, `others` JSON values without a run step, `empty` the pages and arrays
    without anything; `line_count` is the number of lines, of JSON Lines only. `is_passed_over` is set for a file of
    a folder that is neither JSON nor an event stream, or empty, and not called so.
    """

    __slots__ = (
        "deltas",
        "empty",
        "file",
        "is_eager",
        "is_named",
        "is_passed_over",
        "line_count",
        "opened",
        "others",
        "strict",
    )

    def __init__(self, name: str, file: IO[bytes] | OSError, *, strict: bool = False, is_named: bool = True) -> None:
        self.file: str = name
        self.opened: IO[bytes] | OSError = file
        self.is_named: bool = is_named
        self.strict: bool = strict
        self.is_passed_over: bool = False
        self.is_eager: bool = False
        self.deltas: int = 0
        self.empty: int = 0
        self.others: int = 0
        self.line_count: int = 0

    def records(self, progress: Callable[[int], None] | None = None) -> Iterator[Record]:
        """Yield the records; `progress` is told the numbers of bytes as they are read."""
        return cast("Iterator[Record]", self.results(progress))

    def results(
        self, progress: Callable[[int], None] | None = None, *, is_eager: bool = False
    ) -> Iterator[Record | RunStep]:
        """Yield the records, as `records` does.

        If `is_eager`, a step that is a line of its own is read at once, and yielded instead of its record: a record
        is only of use where that fails, and takes a tenth of the time.
        """
        self.is_eager = is_eager
        if isinstance(self.opened, OSError):
            yield self._damage(None, unreadable(self.opened))
            return
        source = open_source(self.opened, progress)
        if source.kind in ("other", "empty") and not self.is_named and not _looks_like_json(self.file):
            self.is_passed_over = True
            return
        is_bare = True
        for record in self._of(source):
            is_bare = False
            yield record
        if is_bare and not self.deltas and not self.empty:
            yield nothing_in(self.file)

    def _damage(self, line: int | None, message: str) -> Record:
        return _damage(self.file, line, message)

    def _of(self, source: Source) -> Iterator[Record | RunStep]:
        if source.kind == "lines":
            return self.lines(source.lines)
        if source.kind == "document":
            return self._documents(source)
        if source.kind == "stream":
            return self._stream(source)
        if source.kind == "other":
            return iter((self._damage(1, "expected JSON or an event stream, got something else"),))
        return iter(())

    # JSON Lines.

    def lines(self, lines: Iterable[bytes], first: int = 1) -> Iterator[Record | RunStep]:
        """Yield what is in JSON Lines, of which the first is the line `first` of the file."""
        file = self.file
        is_eager = self.is_eager
        decode = _scan
        number = first - 1
        try:
            for number, line in enumerate(lines, first):
                try:
                    text = line.decode()
                    document, end = decode(text, 0)
                    if end + 1 != len(text) and text[end:] not in _LINE_ENDS:
                        document = json.loads(text)
                except (StopIteration, ValueError, RecursionError):
                    if not line.isspace():
                        yield from self._odd_line(line, number)
                    continue
                if is_eager:
                    try:
                        step = read_step(document)
                    except (Unreadable, KeyError, TypeError):
                        pass
                    else:
                        yield step
                        continue
                if type(document) is dict and document.get("object") == "thread.run.step":
                    yield Record(file, number, (), document)
                else:
                    yield from self._records_in(document, number)
        except BrokenError as error:
            yield self._damage(number + 1, str(error))
        self.line_count = number - first + 1

    def _odd_line(self, line: bytes, number: int) -> Iterator[Record]:
        """Yield what is in a line that begins with blanks or a byte order mark, or has a lone surrogate; or damage."""
        try:
            document = json.loads(line.rstrip(b"\r\n").decode("utf-8", "surrogatepass").removeprefix("\ufeff"))
        except (ValueError, RecursionError) as error:
            yield self._damage(number, _refusal(error))
        else:
            yield from self._records_in(document, number)

    # Documents.

    def _documents(self, source: Source) -> Iterator[Record]:
        """Yield the records of a file of JSON documents, one after another."""
        try:
            data = read_all(source)
        except BrokenError as error:
            yield self._damage(1, str(error))
            return
        try:
            text = data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            yield self._damage(data.count(b"\n", 0, error.start) + 1, _refusal(error))
            return
        del data
        whole = Text(text)
        end = skipped(text, 0)
        is_first = True
        while end < len(text):
            start = end
            place = Places(whole, start)
            try:
                document, end = _decoder.raw_decode(text, start)
            except (ValueError, RecursionError) as error:
                line = error.lineno if isinstance(error, json.JSONDecodeError) else place.line(())
                yield self._damage(line, _refusal(error))
                return
            end = skipped(text, end)
            yield from self._records_in(document, place, is_alone=is_first and end == len(text))
            is_first = False

    def _records_in(self, document: Any, place: int | Places, *, is_alone: bool = False) -> Iterator[Record]:
        """Yield the records of one JSON document; of one that `is_alone` in its file, say what else it is."""
        is_bare = True
        for path, kind, value in _finds(document):
            is_bare = False
            yield from self._found(kind, value, place, path)
        if not is_bare:
            return
        if document == [] or (isinstance(document, dict) and document.get("data") == []):
            self.empty += 1
            return
        instead = _instead(document)
        if instead is not None and (is_alone or not instead.problems[0].path):
            yield Record(self.file, place, (), EMPTY, instead)
        else:
            self.others += 1

    def _found(self, kind: _Kind, value: Any, place: int | Places, path: _Path) -> Iterator[Record]:
        if kind == "step":
            yield Record(self.file, place, path, value)
        elif kind == "delta":
            self.deltas += 1
        elif kind == "page":
            yield from self._page(value, place, path)
        else:
            yield from self._array(value, place, path)

    def _page(self, page: dict[str, Any], place: int | Places, path: _Path) -> Iterator[Record]:
        try:
            RunStepPage.from_dict({**page, "data": []}, strict=self.strict)
        except ValidationError as error:
            yield Record(self.file, place, path, page, error)
        for index, item in enumerate(page["data"]):
            yield Record(self.file, place, (*path, "data", index), item)

    # Event streams.

    def _stream(self, source: Source) -> Iterator[Record]:
        try:
            from ..streaming import RunStepStream  # noqa: PLC0415  (most files are no streams)
        except ModuleNotFoundError:
            yield self._damage(1, _NO_STREAMING)
            return
        stream = RunStepStream()
        yield from self._folded(_events_in_lines(source.lines, stream), stream)

    def _array(self, items: list[Any], place: int | Places, path: _Path) -> Iterator[Record]:
        try:
            from ..streaming import RunStepAccumulator  # noqa: PLC0415  (most arrays are none of events)
        except ModuleNotFoundError:
            yield Record(self.file, place, path, EMPTY, _error(_NO_STREAMING))
            return
        accumulator = RunStepAccumulator()
        yield from self._folded(_events_in_array(items, place, path, accumulator), accumulator)

    def _folded(
        self,
        events: Iterable[tuple[int | Places, _Path, Event | ValidationError]],
        held: RunStepStream | RunStepAccumulator,
    ) -> Iterator[Record]:
        """Yield each event that is damaged, and then each step as `held` has it when the last event has been told."""
        places: dict[str, tuple[int | Places, _Path]] = {}
        deltas: Counter[str | None] = Counter()
        place: int | Places = 0
        try:
            for place, path, event in events:
                if isinstance(event, ValidationError):
                    yield Record(self.file, place, path, EMPTY, event)
                elif event.error is not None:
                    yield Record(self.file, place, path, EMPTY, event.error)
                elif isinstance(event.data, RunStep):
                    places[event.data.id] = place, path
                elif isinstance(event.data, str):
                    yield from self._in_other_event(event.data, place, path)
                else:
                    deltas[event.data.id] += 1
        except BrokenError as error:
            yield self._damage(place + 1 if isinstance(place, int) else 1, str(error))
        steps = held.steps
        for id_, (place, path) in places.items():
            yield Record(self.file, place, path, steps[id_].to_dict())
            del deltas[id_]
        self.deltas += sum(deltas.values())

    def _in_other_event(self, text: str, place: int | Places, path: _Path) -> Iterator[Record]:
        """Yield the records of an event that tells of no run step itself, but may hold some."""
        # Most are parts of messages: not worth decoding.
        if "thread.run.step" not in text and "step_details" not in text:
            return
        try:
            document = _decoder.decode(text)
        except (ValueError, RecursionError):
            return
        for inner, kind, value in _finds(document):
            yield from self._found(kind, value, place, (*path, *inner))


def _events_in_lines(lines: Iterable[bytes], stream: RunStepStream) -> Iterator[tuple[int, _Path, Event]]:
    """Yield the events of a stream, each with the line where its data begin."""
    number = begun = 0
    for number, line in enumerate(lines, 1):
        if not begun and line.startswith(b"data"):
            begun = number
        for event in stream.feed(line):
            yield begun or number, (), event
        if not line.strip():
            begun = 0
    # A captured stream often lacks the blank line that ends its last event.
    for event in stream.feed(b"\n\n"):
        yield begun or number, (), event


def _events_in_array(
    items: list[Any], place: int | Places, path: _Path, accumulator: RunStepAccumulator
) -> Iterator[tuple[int | Places, _Path, Event | ValidationError]]:
    """Yield the events of an array, each with its place, once the accumulator has taken it."""
    from ..streaming import Event  # noqa: PLC0415  (it is there, as the accumulator is)

    for index, item in enumerate(items):
        try:
            event = Event.from_dict(item)
        except ValidationError as error:
            yield place, (*path, index), error
            continue
        accumulator.add(event)
        yield place, (*path, index, "data"), event


_NO_STREAMING = "expected no event stream: reading one takes the module `streaming`, left out here"
_decoder = json.JSONDecoder()
# What `raw_decode` calls. It says `StopIteration` of a blank line, and not at length where that is wrong.
_scan: Callable[[str, int], tuple[Any, int]] = _decoder.scan_once  # type: ignore[attr-defined]
_LINE_ENDS = frozenset({"\n", "\r\n", ""})


def _looks_like_json(name: str) -> bool:
    """Tell whether a file of another kind is damaged, rather than of no concern."""
    return name.removesuffix(".gz").endswith((".json", ".jsonl", ".ndjson", ".sse"))


def _refusal(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"expected JSON, got text that is not (column {error.colno})"
    if isinstance(error, UnicodeDecodeError):
        return "expected JSON, got bytes that are no text"
    if isinstance(error, RecursionError):
        return "expected JSON, got text that nests too deep"
    return "expected JSON, got a number with too many digits"


def _instead(document: Any) -> ValidationError | None:
    """Return the error of a document that says itself that it is no run step: a run, an answer that is an error."""
    if isinstance(document, dict) and document.get("object") != "list":
        try:
            RunStep.from_dict(document)
        except ValidationError as error:
            if error.problems[0].path in ((), ("object",)):
                return error
    return None
