# SPDX-License-Identifier: MIT
"""Paths go in; every problem of the run steps there, and the sum of what was found, come out in parts."""

from __future__ import annotations

import os
import signal
import stat
from array import array
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast, final

from ..errors import Problem, ValidationError
from ..frozen import EMPTY
from ..steps import MessageCreationStepDetails, RunStep, ToolCallsStepDetails
from ..tool_calls import (
    CodeInterpreterImage,
    CodeInterpreterToolCall,
    FileSearchToolCall,
    FunctionToolCall,
    OtherCodeInterpreterOutput,
    OtherToolCall,
    RetrievalToolCall,
)
from . import Reader, Record, nothing_in, scan
from ._input import lines_in, open_source

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

_Progress: TypeAlias = Callable[[int], None]

_RECORDS_IN_PART = 1000
_BYTES_IN_PIECE = 1 << 19  # where every line is damaged, what is wrong takes fifty times its bytes
_BUFFER = 1 << 16
_MOST_NAMES = 1000
_LONGEST_NAME = 128
OTHERS = "…" * (_LONGEST_NAME + 1)
"""What names that are too many are counted as: longer than any that is kept."""

_LATEST_SECOND = 10**11


class Finding(NamedTuple):
    """A problem, and where it is: `line` is None where it is the file itself."""

    file: str
    line: int | None
    location: str
    level: str
    message: str


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


@final
@dataclass(slots=True)
class Part:
    """What was found in one part of what was asked for.

    `number` is the hash for ids. `size` is in bytes, where it was read by another process.
    """

    number: Callable[[str], int]
    findings: list[Finding] = field(default_factory=list)
    found: Found = field(default_factory=Found)
    records: int = 0
    lines: int = 0
    size: int = 0


def check(
    path: str, *, strict: bool, progress: _Progress, team: Workers | None = None, jobs: int = 1
) -> Iterator[Part]:
    """Yield parts of what is found in a file or folder, in order. Raises `OSError` if it cannot be opened."""
    if team is None:
        for reader in scan(path, strict=strict):
            yield from _parts(reader, hash, progress)
        return
    pending: deque[tuple[_Piece, list[Part]]] = deque()
    joined = _Joined(team)
    for reader in scan(path, strict=strict):
        pieces = _pieces(reader)
        if pieces is None:
            # It is here that the file is open, and it will be closed when the next one is asked for.
            yield from joined.parts(pending, 0)
            yield from _parts(reader, _same_everywhere, progress)
            continue
        for piece in pieces:
            pending.append((piece, team.submit(piece)))
            yield from joined.parts(pending, 4 * jobs)
    yield from joined.parts(pending, 0)


def _parts(reader: Reader, number: Callable[[str], int], progress: _Progress | None = None) -> Iterator[Part]:
    """Yield parts of what is found in one file, each small enough to be held."""
    records = reader.results(progress, is_eager=not reader.strict)
    while True:
        part = Part(number)
        _take(islice(records, _RECORDS_IN_PART), part, strict=reader.strict)
        if part.records < _RECORDS_IN_PART:
            break
        yield part
    _count_rest(reader, part.found)
    part.found.files = not reader.is_passed_over
    yield part


def _count_rest(reader: Reader, found: Found) -> None:
    found.deltas, found.others, found.empty = reader.deltas, reader.others, reader.empty
    found.passed_over = int(reader.is_passed_over)


# One record after another.


def _take(  # noqa: C901, PLR0912, PLR0915  (one loop over everything: calls cost)
    records: Iterable[Record | RunStep], part: Part, *, strict: bool
) -> None:
    """Check the records and count them in `part`.

    Nothing of a step is kept but what is counted, and that in lists, which are counted at the end: a third of the time.
    """
    found = part.found
    types: list[str] = []
    statuses: list[str] = []
    tools: list[str] = []
    created: list[int] = []
    ids: list[str] = []
    absent: list[tuple[str, ...]] = []
    usage_absent: list[tuple[str, ...]] = []
    undocumented: list[str] = []
    failed = prompt = completion = total = 0
    for record in records:
        if type(record) is RunStep:
            step = record
        else:
            try:
                step = record.step(strict=strict)
            except ValidationError as error:
                readable = _report(record, error, part)
                if readable is None:
                    failed += 1
                    continue
                step = readable
        ids.append(step.id)
        types.append(step.type)
        statuses.append(step.status)
        created.append(step.created_at)
        absent.append(step._absent)
        usage = step.usage
        if usage is not None:
            usage_absent.append(usage._absent)
            prompt += usage.prompt_tokens
            completion += usage.completion_tokens
            total += usage.total_tokens
            if usage.extra is not EMPTY:
                undocumented += _keys(usage, "usage.")
        if step.extra is not EMPTY:
            undocumented += _keys(step, "")
        details = step.step_details
        if type(details) is MessageCreationStepDetails:
            if details.extra is not EMPTY or details.message_creation.extra is not EMPTY:
                undocumented += _keys(details, "step_details.")
                undocumented += _keys(details.message_creation, "step_details.message_creation.")
        elif type(details) is ToolCallsStepDetails:
            if details.extra is not EMPTY:
                undocumented += _keys(details, "step_details.")
            for call in details.tool_calls:
                tools.append(call.type)
                if type(call) is not FunctionToolCall:
                    undocumented += _UNDOCUMENTED[type(call)](call)
                elif call.extra is not EMPTY or call.function.extra is not EMPTY:
                    undocumented += _keys(call, _CALL)
                    undocumented += _keys(call.function, f"{_CALL}function.")
    part.records += len(ids) + failed
    found.steps += len(ids)
    found.types.update(types)
    found.statuses.update(statuses)
    found.tools.update(tools)
    found.with_usage += len(usage_absent)
    found.prompt_tokens += prompt
    found.completion_tokens += completion
    found.total_tokens += total
    found.undocumented.update(undocumented)
    _count_absent(found.undocumented, absent, "", ("expires_at",))
    _count_absent(found.undocumented, usage_absent, "usage.", ("prompt_token_details", "completion_tokens_details"))
    found.ids.extend(map(part.number, ids))
    if created:
        if max(created) > _LATEST_SECOND or min(created) < 0:
            created = [time // 1000 if time > _LATEST_SECOND else time for time in created if time >= 0]
        found.earliest, found.latest = min(created, default=None), max(created, default=None)


def _count_absent(names: Counter[str], absent: list[tuple[str, ...]], place: str, keys: tuple[str, ...]) -> None:
    """Count the objects in which each of `keys`, which the reference does not name, was not absent."""
    for combination, count in Counter(absent).items():
        for key in keys:
            if key not in combination:
                names[place + key] += count


def _same_everywhere(id_: str) -> int:
    """Return a hash that is the same in each process, unlike that of a string, and six times as dear."""
    return hash(int.from_bytes(id_.encode("utf-8", "surrogatepass") + b"\1", "little"))


def findings_of(record: Record, error: ValidationError) -> Iterator[Finding]:
    """Yield what is wrong with a record."""
    for problem in error.problems:
        location = Problem((*record.path, *problem.path), problem.level, problem.message).location
        yield Finding(record.file, record.line_of(problem.path), location, problem.level, problem.message)


def _report(record: Record, error: ValidationError, part: Part) -> RunStep | None:
    """Note what is wrong with a record, and return its step if it can be read all the same."""
    part.findings += findings_of(record, error)
    part.found.problems += len(error.problems)
    if record.error is not None:
        return None
    if any(problem.level == "error" for problem in error.problems):
        part.found.unreadable += 1
        return None
    return RunStep.from_dict(record.raw)


# Keys that the API reference does not name, in what is not usual enough to be looked at in place.

_CALL = "step_details.tool_calls[]."


def _keys(model: Any, place: str) -> list[str]:
    return [place + Problem((key,), "error", "").location for key in model.extra]


def _in_code_interpreter(call: CodeInterpreterToolCall) -> list[str]:
    place = f"{_CALL}code_interpreter."
    names = _keys(call, _CALL) + _keys(call.code_interpreter, place)
    for output in call.code_interpreter.outputs:
        if type(output) is CodeInterpreterImage:
            names += _keys(output.image, f"{place}outputs[].image.")
        if type(output) is not OtherCodeInterpreterOutput:
            names += _keys(output, f"{place}outputs[].")
    return names


def _in_file_search(call: FileSearchToolCall) -> list[str]:
    place = f"{_CALL}file_search."
    body = call.file_search
    names = _keys(call, _CALL) + _keys(body, place)
    if body.ranking_options is not None:
        names += _keys(body.ranking_options, f"{place}ranking_options.")
    for result in body.results or ():
        if "attributes" not in result._absent:
            names.append(f"{place}results[].attributes")
        if result.extra is not EMPTY:
            names += _keys(result, f"{place}results[].")
        for content in result.content or ():
            if content.extra is not EMPTY:
                names += _keys(content, f"{place}results[].content[].")
    return names


def _in_retrieval(call: RetrievalToolCall) -> list[str]:
    return _keys(call, _CALL)


def _in_other(_: OtherToolCall) -> list[str]:
    return []  # its type says it all


_UNDOCUMENTED: dict[type[Any], Callable[[Any], list[str]]] = {
    CodeInterpreterToolCall: _in_code_interpreter,
    FileSearchToolCall: _in_file_search,
    RetrievalToolCall: _in_retrieval,
    OtherToolCall: _in_other,
}


# Several processes.


@contextmanager
def workers(jobs: int) -> Generator[Workers | None, None, None]:
    """Give the processes that check, if there are to be more than this one; none outlives it."""
    if jobs == 1:
        yield None
        return
    team = Workers()
    try:
        team.start(jobs)
        yield team
    finally:
        team.end()


_DIED = "a process that checked has died"


@final
class WorkerError(Exception):
    """A process that was to do a piece of work has died."""


@final
class Workers:
    """Processes that each do one piece of work after another.

    Not `concurrent.futures`: its thread waits for ever for the rest of a result whose process is ended in the middle.
    """

    def __init__(self) -> None:
        self._processes: list[BaseProcess] = []
        self._idle: list[Connection] = []
        self._busy: dict[Connection, list[Part]] = {}

    def start(self, jobs: int) -> None:
        """Start so many processes."""
        import multiprocessing  # noqa: PLC0415  (most runs do without)

        for _ in range(jobs):
            ours, theirs = multiprocessing.Pipe()
            self._idle.append(ours)
            process = multiprocessing.Process(target=_serve, args=(theirs, [*self._idle]), daemon=True)
            process.start()
            self._processes.append(process)
            theirs.close()

    def submit(self, piece: _Piece) -> list[Part]:
        """Have a piece done, and return the list that its part will be put in."""
        while not self._idle:
            self._collect()
        connection = self._idle.pop()
        part = self._busy[connection] = []
        try:
            connection.send(piece)
        except OSError:
            raise WorkerError(_DIED) from None
        return part

    def result(self, part: list[Part]) -> Part:
        """Return what has been put in the list, when it has. Raises `WorkerError` if a process has died."""
        while not part:
            self._collect()
        return part[0]

    def _collect(self) -> None:
        from multiprocessing.connection import wait  # noqa: PLC0415

        for connection in cast("list[Connection]", wait(self._busy)):
            try:
                part = connection.recv()
            except (EOFError, OSError):
                raise WorkerError(_DIED) from None
            self._busy.pop(connection).append(part)
            self._idle.append(connection)

    def end(self) -> None:
        """End the processes, whatever they are doing."""
        for process in self._processes:
            process.terminate()
            process.join()
        for connection in (*self._idle, *self._busy):
            connection.close()


def _serve(connection: Connection, others: list[Connection]) -> None:
    """Do what a process is for, until there is nobody to do it for."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # While these are open, no process would see the end of the first one.
    for other in others:
        other.close()
    try:
        while True:
            connection.send(check_piece(connection.recv()))
    except (EOFError, OSError):
        return


class _Piece(NamedTuple):
    """What one process does at a time: a file, or the lines that begin in a range of its bytes."""

    file: str
    is_named: bool
    strict: bool
    size: int
    start: int = 0
    is_first: bool = True
    is_last: bool = True
    is_whole: bool = True


def _pieces(reader: Reader) -> Iterator[_Piece] | None:
    """Return the pieces of a file; None where another process cannot read it."""
    if isinstance(reader.opened, OSError) or reader.file == "<stdin>":
        return None
    status = os.fstat(reader.opened.fileno())
    if not stat.S_ISREG(status.st_mode):
        return None
    size = status.st_size
    if size > _BYTES_IN_PIECE:
        source = open_source(reader.opened)
        if source.kind == "lines" and source.start is not None:
            return _ranges(reader, range(source.start, size, _BYTES_IN_PIECE), size)
    return iter((_Piece(reader.file, reader.is_named, reader.strict, size),))


def _ranges(reader: Reader, starts: range, end: int) -> Iterator[_Piece]:
    for start in starts:
        size = min(_BYTES_IN_PIECE, end - start)
        is_first, is_last = start == starts[0], start == starts[-1]
        yield _Piece(reader.file, reader.is_named, reader.strict, size, start, is_first, is_last, is_whole=False)


def check_piece(piece: _Piece) -> Part:
    """Return what is found in one piece; of a range of lines, counted from its beginning."""
    opened: Any
    try:
        opened = Path(piece.file).open("rb", buffering=_BUFFER)  # noqa: SIM115  (what is done with it is not tried)
    except OSError as error:
        opened = error
    reader = Reader(piece.file, opened, strict=piece.strict, is_named=piece.is_named)
    part = Part(_same_everywhere, size=piece.size)
    try:
        if piece.is_whole or isinstance(opened, OSError):
            for inner in _parts(reader, _same_everywhere):
                part.findings += inner.findings
                part.found.add(inner.found)
        else:
            lines = lines_in(opened, piece.start, piece.size, is_first=piece.is_first)
            reader.is_eager = not piece.strict
            _take(reader.lines(lines), part, strict=piece.strict)
            part.lines = reader.line_count
            _count_rest(reader, part.found)
    finally:
        if not isinstance(opened, OSError):
            opened.close()
    return part


@final
class _Joined:
    """Puts the parts of files together again, in order, as one process would have found them."""

    def __init__(self, team: Workers) -> None:
        self._team = team
        self._lines = 0
        self._is_bare = True

    def parts(self, pending: deque[tuple[_Piece, list[Part]]], most: int) -> Iterator[Part]:
        """Yield what is done of the pending pieces, until there are at most so many left."""
        while len(pending) > most:
            piece, result = pending.popleft()
            part = self._team.result(result)
            if not piece.is_whole:
                self._place(piece, part)
            yield part

    def _place(self, piece: _Piece, part: Part) -> None:
        if piece.is_first:
            self._lines = 0
            self._is_bare = True
            part.found.files = 1
        part.findings = [
            finding._replace(line=finding.line and finding.line + self._lines) for finding in part.findings
        ]
        self._lines += part.lines
        self._is_bare = self._is_bare and not (part.records or part.found.deltas or part.found.empty)
        if piece.is_last and self._is_bare:
            _take((nothing_in(piece.file),), part, strict=False)
