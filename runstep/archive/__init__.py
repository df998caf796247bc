# SPDX-License-Identifier: MIT
"""Files, folders and streams go in; a record of each run step anywhere in them, with its place, comes out."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, TextIO, TypeAlias, cast, final

from .._reading import Unreadable
from ..errors import Problem, ValidationError
from ..frozen import EMPTY
from ..steps import RunStep, RunStepPage, read_step
from ._input import BrokenError, Source, files_in, open_source, read_all, unreadable
from ._positions import Places, Text, skipped

if TYPE_CHECKING:
    from ..streaming import Event, RunStepAccumulator, RunStepStream

_Path: TypeAlias = tuple[str | int, ...]
_Kind: TypeAlias = Literal["step", "page", "delta", "events"]


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


def read_records(source: str | os.PathLike[str] | IO[bytes]) -> Iterator[Record]:
    """Yield a `Record` for each run step in `source`, and for each place where one may have been and is damaged.

    `source` is the path of a file or a folder (which is read with all folders in it, sorted by name; hidden
    names and what is no file are left out), `"-"` for standard input, or a binary file object.
    What a file holds is told from its first lines, never from its name: a JSON document (or several, one after
    another), in which steps may lie anywhere; JSON Lines; a captured event stream, or an array of
    `{"event": …, "data": …}` objects, of which each step is given once, as it stood at the end, and before them
    those that events of other names hold (this needs `runstep.streaming`); in UTF-8, UTF-16 or UTF-32; each also
    packed by gzip, up to three times. A step is an object whose `object` is `thread.run.step` or
    `assistant.run.step`, or which has `step_details` and `run_id` or `thread_id`; and whatever lies beside one in a
    page.

    JSON Lines, of any number, take the memory of one line; documents and event streams that of the whole, which the
    records of a document keep.
    Out of gzip a line or document may have 256 MiB, and all of a file 16 MiB and 1,100 times its size.

    Damage ends a file at worst, never the reading: it is a record, too, whose `step()` raises the `ValidationError`
    that is its `error`. So is a file in which no step is found at all, but for an empty page or array and deltas.
    Files of a folder that are empty or not JSON, and not called so, are passed over.
    Raises `OSError` if `source` itself cannot be opened; a file of a folder that cannot be is a record.
    """
    for reader in scan(source):
        yield from reader.records()


def scan(source: str | os.PathLike[str] | IO[bytes], *, strict: bool = False) -> Iterator[Reader]:
    """Yield a `Reader` for each file of `source`, open and ready to be read once."""
    if not isinstance(source, (str, os.PathLike)):
        name = getattr(source, "name", None)
        yield Reader(name if isinstance(name, str) else "<file>", source, strict=strict)
        return
    path = os.fsdecode(source)
    if path == "-":
        yield Reader("<stdin>", _standard_input(), strict=strict)
    elif not Path(path).is_dir():
        with Path(path).open("rb", buffering=0) as file:
            yield Reader(path, file, strict=strict)
    else:
        for inner, error in files_in(path):
            if error is not None:
                yield Reader(inner, error, strict=strict)
                continue
            try:
                file = Path(inner).open("rb", buffering=0)  # noqa: SIM115  (what is done with it is not tried)
            except OSError as failure:
                yield Reader(inner, failure, strict=strict)
                continue
            with file:
                yield Reader(inner, file, strict=strict, is_named=False)


def _standard_input() -> IO[bytes]:
    stdin: TextIO | None = sys.stdin
    if stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return stdin.buffer


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


def _damage(file: str, line: int | None, message: str) -> Record:
    return Record(file, line, (), EMPTY, _error(message))


def _error(message: str) -> ValidationError:
    return ValidationError((Problem((), "error", message),))


def nothing_in(file: str) -> Record:
    """Return the record of a file without any."""
    return _damage(file, 1, "expected run steps, found none")


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


def _is_step(value: Any) -> bool:
    if type(value) is not dict:
        return False
    if value.get("object") in ("thread.run.step", "assistant.run.step"):
        return True
    return "step_details" in value and ("run_id" in value or "thread_id" in value)


def _is_page(value: dict[str, Any]) -> bool:
    data = value.get("data")
    return (
        isinstance(data, list)
        and (value.get("object") == "list" or not value.keys().isdisjoint(("first_id", "last_id", "has_more")))
        and any(_is_step(item) for item in data)
    )


def _are_events(value: list[Any]) -> bool:
    # Other events may hold whole steps, which are looked for as anywhere.
    return all(
        isinstance(item, dict) and isinstance(item.get("event"), str) and "data" in item for item in value
    ) and any(item["event"].startswith("thread.run.step") for item in value)


def _kind(value: Any) -> _Kind | None:
    if type(value) is dict:
        if _is_step(value):
            return "step"
        if value.get("object") == "thread.run.step.delta":
            return "delta"
        return "page" if _is_page(value) else None
    return "events" if type(value) is list and _are_events(value) else None


def _finds(document: Any) -> Iterator[tuple[_Path, _Kind, Any]]:
    """Yield the outermost values in a document that a reader can use, in document order, each with its path.

    A loop over a stack: a document may nest deeper than Python may call.
    """
    # The iterators over what is open, and the keys that lead there, behind one for the document itself.
    stack: list[Iterator[tuple[Any, Any]]] = [iter(((None, document),))]
    trail: list[Any] = []
    while stack:
        for key, value in stack[-1]:
            kind = _kind(value)
            if kind is not None:
                yield (*trail[1:], key) if trail else (), kind, value
            elif isinstance(value, (dict, list)):
                stack.append(iter(value.items()) if isinstance(value, dict) else enumerate(value))
                trail.append(key)
                break
        else:
            stack.pop()
            if stack:
                trail.pop()
