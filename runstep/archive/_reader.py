# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The reader of one file: records of its run steps, and counts of what else it contains."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast, final

from .._json import json_decoder
from .._reading import FAILURES
from ..errors import Problem, ValidationError
from ..frozen import EMPTY
from ..steps import RunStep, RunStepPage, parse_step
from ..streaming import Event, RunStepAccumulator, RunStepStream
from ._folders import OpenFile
from ._formats import is_event
from ._input import Source, SourceError, describe_os_error, open_source, read_all
from ._positions import JsonPositions, SourceText, skip_whitespace
from ._search import Kind, Path, search
from .records import Record, damage_record, no_steps_record

_decoder = json_decoder()
# What `raw_decode` calls: it raises `StopIteration` for an empty text, which `raw_decode` would explain at length.
_scan: Callable[[str, int], tuple[Any, int]] = _decoder.scan_once  # type: ignore[attr-defined]
_LINE_ENDS = frozenset({"\n", "\r\n", ""})
_WHITESPACE = b" \t\r\n"  # RFC 8259, section 2
_DATA_FIELD = re.compile(rb"data(?:: ?|(?=[\r\n]|$))")  # HTML Living Standard, section 9.2.6


@final
@dataclass(slots=True)
class FileCounts:
    """Counts of what a file contains besides run steps.

    `deltas` are those of steps that the file does not contain, `other_documents` JSON documents without run steps,
    `empty_pages` pages and arrays without items. `lines` is the number of lines of JSON Lines. `is_skipped` is set for
    a file of a folder that is empty, or neither JSON nor an event stream, and whose name does not claim otherwise.
    `is_unreadable` is set if the operating system could not open the file or read it to its end.
    """

    lines: int = 0
    deltas: int = 0
    other_documents: int = 0
    empty_pages: int = 0
    is_skipped: bool = False
    is_unreadable: bool = False


@final
class FileReader:
    """Reads the records of one file. `counts` is complete after the last record.

    `strict` applies to the own keys of pages only. With `parses_steps`, valid steps of JSON Lines are parsed, and
    yielded instead of their records: only invalid steps need one, and it costs a tenth of parsing.
    """

    __slots__ = ("_file", "_parses_steps", "_strict", "counts")

    def __init__(self, file: str, *, strict: bool = False, parses_steps: bool = False) -> None:
        self.counts: FileCounts = FileCounts()
        self._file = file
        self._strict = strict
        self._parses_steps = parses_steps

    def records(self, opened: OpenFile, progress: Callable[[int], None] | None = None) -> Iterator[Record]:
        """Yield the records of the file. `progress` is called with the number of bytes of each read."""
        return cast("Iterator[Record]", self.read(opened, progress))

    def read(self, opened: OpenFile, progress: Callable[[int], None] | None = None) -> Iterator[RunStep | Record]:
        """Yield the records of the file, and the steps that are parsed instead."""
        if isinstance(opened.file, OSError):
            self.counts.is_unreadable = True
            yield self._damage(None, describe_os_error(opened.file))
            return
        source = open_source(opened.file, progress)
        if source.format in ("other", "empty") and not opened.is_explicit and not _has_json_name(self._file):
            self.counts.is_skipped = True
            return
        has_records = False
        for record in self._records_of(source):
            has_records = True
            yield record
        if not has_records and not self.counts.deltas and not self.counts.empty_pages:
            yield no_steps_record(self._file)

    def _damage(self, line: int | None, message: str) -> Record:
        return damage_record(self._file, line, message)

    def _end_of_source(self, line: int, error: SourceError) -> Record:
        if error.is_os_error:
            self.counts.is_unreadable = True
        return self._damage(line, str(error))

    def _records_of(self, source: Source) -> Iterator[RunStep | Record]:
        if source.format == "lines":
            return self.read_lines(source.lines)
        if source.format == "events":
            return self._event_lines(source.lines)
        if source.format == "document":
            return self._documents(source)
        if source.format == "stream":
            return self._event_stream(source)
        if source.format == "other":
            return iter((self._damage(1, "unknown format (expected JSON, JSON Lines or an event stream)"),))
        return iter(())

    # JSON Lines.

    def records_of_lines(self, lines: Iterable[bytes | bytearray], first: int = 1) -> Iterator[Record]:
        """Yield the records of lines of JSON Lines. `first` is the number of the first line."""
        return cast("Iterator[Record]", self.read_lines(lines, first))

    def read_lines(self, lines: Iterable[bytes | bytearray], first: int = 1) -> Iterator[RunStep | Record]:
        """Yield the records of lines of JSON Lines, and the steps that are parsed instead."""
        file = self._file
        parses_steps = self._parses_steps
        decode = _scan
        number = first - 1
        try:
            for number, line in enumerate(lines, first):
                try:
                    text = line.decode()
                    document, end = decode(text, 0)
                    if text[end:] not in _LINE_ENDS:
                        document = _decoder.decode(text)
                except (StopIteration, ValueError, RecursionError):
                    if line.strip(_WHITESPACE):
                        yield from self._unusual_line(line, number)
                    continue
                if parses_steps:
                    try:
                        step = parse_step(document)
                    except FAILURES:
                        pass
                    else:
                        yield step
                        continue
                if type(document) is dict and document.get("object") == "thread.run.step":
                    yield Record(file, number, (), document)
                else:
                    yield from self._records_in(document, number)
        except SourceError as error:
            yield self._end_of_source(number + 1, error)
        self.counts.lines = number + 1 - first

    def _unusual_line(self, line: bytes | bytearray, number: int) -> Iterator[Record]:
        """Yield the records of a line with leading whitespace, a byte order mark, lone surrogates or damage."""
        try:
            document = _decode_line(line)
        except (ValueError, RecursionError) as error:
            yield self._damage(number, _describe(error))
        else:
            yield from self._records_in(document, number)

    # Documents.

    def _documents(self, source: Source) -> Iterator[Record]:
        """Yield the records of a file of JSON documents, one after another."""
        try:
            data = read_all(source)
        except SourceError as error:
            yield self._end_of_source(1, error)
            return
        try:
            text = data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            yield self._damage(data.count(b"\n", 0, error.start) + 1, _describe(error))
            return
        del data
        source_text = SourceText(text)
        end = skip_whitespace(text, 0)
        is_first = True
        while end < len(text):
            start = end
            position = JsonPositions(source_text, start)
            try:
                document, end = _decoder.raw_decode(text, start)
            except (ValueError, RecursionError) as error:
                line = error.lineno if isinstance(error, json.JSONDecodeError) else position.line(())
                yield self._damage(line, _describe(error))
                return
            end = skip_whitespace(text, end)
            yield from self._records_in(document, position, is_only=is_first and end == len(text))
            is_first = False

    def _records_in(self, document: Any, position: int | JsonPositions, *, is_only: bool = False) -> Iterator[Record]:
        """Yield the records of a JSON document. `is_only` says that it is the only one of its file."""
        has_matches = False
        for path, kind, value in search(document):
            has_matches = True
            yield from self._records_for(kind, value, position, path)
        if has_matches:
            return
        error = _mistaken_object(document, is_only=is_only)
        if error is not None:
            yield Record(self._file, position, (), EMPTY, error)
        elif document == []:
            self.counts.empty_pages += 1
        elif isinstance(document, dict) and document.get("data") == [] and document.get("object", "list") == "list":
            self.counts.empty_pages += 1
            yield from self._page(document, position, ())
        else:
            self.counts.other_documents += 1

    def _records_for(self, kind: Kind, value: Any, position: int | JsonPositions, path: Path) -> Iterator[Record]:
        if kind == "step":
            yield Record(self._file, position, path, value)
        elif kind == "delta":
            self.counts.deltas += 1
        elif kind == "page":
            yield from self._page(value, position, path)
        else:
            yield from self._event_array(value, position, path)

    def _page(self, page: dict[str, Any], position: int | JsonPositions, path: Path) -> Iterator[Record]:
        try:
            RunStepPage.from_dict({**page, "data": []}, strict=self._strict)
        except ValidationError as error:
            yield Record(self._file, position, path, page, error)
        for index, item in enumerate(page["data"]):
            yield Record(self._file, position, (*path, "data", index), item)

    # Event streams, and lines and arrays of their events.

    def _event_stream(self, source: Source) -> Iterator[Record]:
        stream = RunStepStream()
        yield from self._accumulated(_stream_events(source.lines, stream), stream)

    def _event_lines(self, lines: Iterable[bytes]) -> Iterator[Record]:
        accumulator = RunStepAccumulator()
        yield from self._accumulated(_line_events(lines, accumulator), accumulator)

    def _event_array(self, items: list[Any], position: int | JsonPositions, path: Path) -> Iterator[Record]:
        accumulator = RunStepAccumulator()
        yield from self._accumulated(_array_events(items, position, path, accumulator), accumulator)

    def _accumulated(
        self,
        events: Iterable[tuple[int | JsonPositions, Path, Event | ValidationError]],
        accumulator: RunStepStream | RunStepAccumulator,
    ) -> Iterator[Record]:
        """Yield the records of damaged events, and then of each step as it is after the last event."""
        places: dict[str, tuple[int | JsonPositions, Path]] = {}
        deltas: Counter[str | None] = Counter()
        position: int | JsonPositions = 0
        try:
            for position, path, event in events:
                if isinstance(event, ValidationError):
                    yield Record(self._file, position, path, EMPTY, event)
                elif event.error is not None:
                    yield Record(self._file, position, path, EMPTY, event.error)
                elif isinstance(event.data, RunStep):
                    places[event.data.id] = position, path
                elif isinstance(event.data, str):
                    yield from self._records_in_event(event.data, position, path)
                else:
                    deltas[event.data.id] += 1
        except SourceError as error:
            yield self._end_of_source(position + 1 if isinstance(position, int) else 1, error)
        steps = accumulator.steps
        for id_, (position, path) in places.items():
            yield Record(self._file, position, path, steps[id_].to_dict())
            del deltas[id_]
        self.counts.deltas += sum(deltas.values())

    def _records_in_event(self, text: str, position: int | JsonPositions, path: Path) -> Iterator[Record]:
        """Yield the records of an event of another type, whose data may contain run steps."""
        # Most of these events are parts of messages, which are not worth decoding.
        if "thread.run.step" not in text and "step_details" not in text:
            return
        try:
            document = _decoder.decode(text)
        except (ValueError, RecursionError):
            return
        for inner, kind, value in search(document, in_event=True):
            yield from self._records_for(kind, value, position, (*path, *inner))


def _stream_events(
    lines: Iterable[bytes], stream: RunStepStream
) -> Iterator[tuple[int, Path, Event | ValidationError]]:
    """Feed an event stream, and yield its events with the lines on which their data, or invalid JSON, begin."""
    # The number of each line of the data, and how many characters precede the data in it.
    data_lines: list[tuple[int, int]] = []
    number = 0
    # A captured stream often lacks the blank line that ends its last event.
    for number, line in enumerate(chain(lines, (b"\n\n",)), 1):
        if field := _DATA_FIELD.match(line):
            data_lines.append((number, field.end()))
        for event in stream.feed(line):
            error = _json_error(event)
            if error is None or error.lineno > len(data_lines):
                yield data_lines[0][0] if data_lines else number, (), _without_line(event)
            else:
                invalid, offset = data_lines[error.lineno - 1]
                yield invalid, (), _invalid_json(f"column {offset + error.colno}")
        if not line.strip(b"\r\n"):
            data_lines.clear()


def _line_events(
    lines: Iterable[bytes], accumulator: RunStepAccumulator
) -> Iterator[tuple[int, Path, Event | ValidationError]]:
    """Add the events in JSON Lines to an accumulator, and yield them with their lines and paths."""
    for number, line in enumerate(lines, 1):
        if not line.strip(_WHITESPACE):
            continue
        try:
            document = _decode_line(line)
        except (ValueError, RecursionError) as error:
            yield number, (), ValidationError([Problem((), "error", _describe(error))])
            continue
        if not is_event(document):
            # Like an event of another type, it may contain run steps.
            yield number, (), Event(event="", data=json.dumps(document))
            continue
        try:
            event = Event.from_dict(document)
        except ValidationError as error:
            yield number, (), error
            continue
        accumulator.add(event)
        yield number, ("data",), _without_line(event)


def _array_events(
    items: list[Any], position: int | JsonPositions, path: Path, accumulator: RunStepAccumulator
) -> Iterator[tuple[int | JsonPositions, Path, Event | ValidationError]]:
    """Add the events of an array to an accumulator, and yield them with their paths."""
    for index, item in enumerate(items):
        try:
            event = Event.from_dict(item)
        except ValidationError as error:
            yield position, (*path, index), error
            continue
        accumulator.add(event)
        yield position, (*path, index, "data"), _without_line(event)


def _without_line(event: Event) -> Event | ValidationError:
    """Return the event; if its text is invalid JSON, the error without a line, because the text is in a JSON string."""
    error = _json_error(event)
    return event if error is None else _invalid_json(f"character {error.pos + 1}")


def _json_error(event: Event) -> json.JSONDecodeError | None:
    """Return why the data of an invalid event is not JSON; None if it is JSON, or was discarded."""
    if event.error is not None and event.data:
        try:
            _decoder.decode(str(event.data))
        except json.JSONDecodeError as error:
            return error
        except (ValueError, RecursionError):
            pass
    return None


def _invalid_json(place: str) -> ValidationError:
    return ValidationError([Problem((), "error", f"invalid JSON ({place})")])


def _decode_line(line: bytes | bytearray) -> Any:
    return _decoder.decode(line.rstrip(b"\r\n").decode("utf-8", "surrogatepass").removeprefix("\ufeff"))


def _has_json_name(name: str) -> bool:
    """Return whether the name of a file claims that it contains JSON or an event stream."""
    return name.removesuffix(".gz").endswith((".json", ".jsonl", ".ndjson", ".sse"))


def _describe(error: Exception) -> str:
    """Return the message for text that could not be decoded."""
    if isinstance(error, json.JSONDecodeError):
        return f"invalid JSON (column {error.colno})"
    if isinstance(error, UnicodeDecodeError):
        return "cannot decode bytes as text"
    if isinstance(error, RecursionError):
        return "JSON is nested too deeply"
    return "invalid JSON (a number with too many digits)"


def _mistaken_object(document: Any, *, is_only: bool) -> ValidationError | None:
    """Return the error for an error response, or for the only document of a file that names another object."""
    if not isinstance(document, dict) or document.get("object") == "list":
        return None
    if "error" not in document and not (is_only and "object" in document):
        return None
    try:
        RunStep.from_dict(document)
    except ValidationError as error:
        path = error.problems[0].path
        if not path or (is_only and path == ("object",)):
            return error
    return None
