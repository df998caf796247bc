# SPDX-License-Identifier: MIT
"""Reports of what is found in files, in parts that add up."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, final

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
from ._folders import scan
from ._input import lines_in
from ._reader import Reader
from .problems import Finding, findings_of
from .ranges import _Piece, _pieces
from .records import Record, nothing_in
from .statistics import Found

if TYPE_CHECKING:
    from ..cli._pool import Workers


_Progress: TypeAlias = Callable[[int], None]


_RECORDS_IN_PART = 1000


_BUFFER = 1 << 16


_LATEST_SECOND = 10**11


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
