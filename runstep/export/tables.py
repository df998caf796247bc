# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Tables of run steps and of their tool calls: rows, CSV files, SQLite databases."""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, TextIO, TypeAlias

from ..enums import PLAIN
from ..frozen import FrozenDict
from ..steps import RunStep, Usage, ended_milliseconds, milliseconds
from ..tool_calls import (
    CodeInterpreterImage,
    CodeInterpreterLogs,
    CodeInterpreterToolCall,
    FileSearchToolCall,
    FunctionToolCall,
    RetrievalToolCall,
    ToolCall,
)
from ._atomic_file import replacing
from ._losses import Loss

__all__ = ["CALL_COLUMNS", "STEP_COLUMNS", "Row", "Value", "call_rows", "step_rows", "write_csv", "write_sqlite"]

Value: TypeAlias = str | float | None
"""A value of a row; a number may be an `int`."""
Row: TypeAlias = dict[str, Value]
"""A row, with the values of all columns in order."""

_Path: TypeAlias = tuple[str | int, ...]
_Values: TypeAlias = tuple[Value, ...]
_OnLoss: TypeAlias = Callable[[Loss], object]

# Columns: for each one, its type in SQLite, and the path of its values in the step or the call if SQLite cannot store
# all of them. INTEGER stores fractions as well. Durations are REAL, because the quotient of two integers is an integer.

_STEPS: dict[str, tuple[str, _Path | None]] = {
    "id": ("TEXT NOT NULL PRIMARY KEY", ("id",)),
    "run_id": ("TEXT NOT NULL", ("run_id",)),
    "thread_id": ("TEXT NOT NULL", ("thread_id",)),
    "assistant_id": ("TEXT NOT NULL", ("assistant_id",)),
    "type": ("TEXT NOT NULL", ("type",)),
    "status": ("TEXT NOT NULL", ("status",)),
    "created": ("TEXT", None),
    "created_at": ("INTEGER", ("created_at",)),
    "ended": ("TEXT", None),
    "ended_at": ("INTEGER", ("ended_at",)),
    "duration": ("REAL", ("duration",)),
    "prompt_tokens": ("INTEGER", ("usage", "prompt_tokens")),
    "cached_tokens": ("INTEGER", ("usage", "prompt_token_details", "cached_tokens")),
    "completion_tokens": ("INTEGER", ("usage", "completion_tokens")),
    "reasoning_tokens": ("INTEGER", ("usage", "completion_tokens_details", "reasoning_tokens")),
    "total_tokens": ("INTEGER", ("usage", "total_tokens")),
    "error_code": ("TEXT", ("last_error", "code")),
    "message_id": ("TEXT", ("step_details", "message_creation", "message_id")),
    "call_count": ("INTEGER NOT NULL", None),
}
_CALLS: dict[str, tuple[str, _Path | None]] = {
    "step_id": ("TEXT NOT NULL REFERENCES steps ON DELETE CASCADE", None),
    "position": ("INTEGER NOT NULL", None),
    "id": ("TEXT", ("id",)),
    "type": ("TEXT NOT NULL", ("type",)),
    "name": ("TEXT NOT NULL", ()),
    "input_size": ("INTEGER", None),
    "output_size": ("INTEGER", None),
    "output_count": ("INTEGER NOT NULL", None),
    "image_count": ("INTEGER NOT NULL", None),
    "step_duration": ("REAL", None),
}

STEP_COLUMNS: tuple[str, ...] = tuple(_STEPS)
"""The columns of `step_rows`.

- `id`, `run_id`, `thread_id`, `assistant_id`, `type`, `status`: as in the step.
- `created`, `ended`: times in UTC (ISO 8601), such as `2025-06-01T10:00:00Z`, with milliseconds if there are any; None
  if unset or after the year 9999.
- `created_at`, `ended_at`, `duration`: the same in Unix seconds, and the difference, which may be negative: integers,
  or floats with milliseconds. After the year 9999, milliseconds are dropped.
- `prompt_tokens`, `cached_tokens` (part of them), `completion_tokens`, `reasoning_tokens` (part of them),
  `total_tokens`: None if unknown.
- `error_code`: that of `last_error`.
- `message_id`: the message that the step created.
- `call_count`: the number of tool calls.
"""
CALL_COLUMNS: tuple[str, ...] = tuple(_CALLS)
"""The columns of `call_rows`.

- `step_id`, `position`: the id of the step, and the index of the call in it. The ids of calls are not unique.
- `id`: None if the call of an unknown tool has none.
- `type`, `name`: the type of the tool, and the name of the function. An unknown tool may have a `name`, like `mcp`; for
  other tools, it is the type.
- `input_size`: the code points of the arguments or the code; None if the step does not contain the input.
- `output_size`: the code points of the output, logs or results; None if the step does not contain the output.
- `output_count`, `image_count`: the number of outputs or results, and how many of them are images.
- `step_duration`: the `duration` of the step. Calls have no times of their own.
"""

# Rows.


def step_rows(steps: Iterable[RunStep]) -> Iterator[Row]:
    """Yield a row with `STEP_COLUMNS` for each step, also for each state of a step that occurs several times."""
    for step in steps:
        yield dict(zip(STEP_COLUMNS, _step_values(step), strict=True))


def call_rows(steps: Iterable[RunStep]) -> Iterator[Row]:
    """Yield a row with `CALL_COLUMNS` for each tool call of each step, also if a step occurs several times."""
    for step in steps:
        for values in _call_values(step):
            yield dict(zip(CALL_COLUMNS, values, strict=True))


def _step_values(step: RunStep) -> _Values:
    created, ended = milliseconds(step.created_at), ended_milliseconds(step)
    error, usage = step.last_error, step.usage
    return (
        step.id,
        step.run_id,
        step.thread_id,
        step.assistant_id,
        PLAIN.get(step.type, step.type),
        PLAIN.get(step.status, step.status),
        *_time(created),
        *_time(ended),
        _duration(created, ended),
        *(_NO_TOKENS if usage is None else _tokens(usage)),
        None if error is None else PLAIN.get(error.code, error.code),
        step.message_id,
        len(step.tool_calls),
    )


def _call_values(step: RunStep) -> Iterator[_Values]:
    duration = _duration(milliseconds(step.created_at), ended_milliseconds(step))
    for position, call in enumerate(step.tool_calls):
        yield step.id, position, call.id, call.type, *_describe(call), duration


_NO_TOKENS = (None,) * 5


def _tokens(usage: Usage) -> tuple[int | None, ...]:
    cached = _count(usage.prompt_token_details, "cached_tokens")
    reasoning = _count(usage.completion_tokens_details, "reasoning_tokens")
    return usage.prompt_tokens, cached, usage.completion_tokens, reasoning, usage.total_tokens


def _count(token_details: FrozenDict[Any] | None, key: str) -> int | None:
    value = None if token_details is None else token_details.get(key)
    return value if type(value) is int else None


def _describe(call: ToolCall) -> tuple[str, int | None, int | None, int, int]:
    """Return the values of the columns from `name` to `image_count`."""
    if isinstance(call, FunctionToolCall):
        return call.function.name, *_sizes(call.function.arguments, call.function.output)
    if isinstance(call, CodeInterpreterToolCall):
        body = call.code_interpreter
        logs = sum(len(output.logs) for output in body.outputs if isinstance(output, CodeInterpreterLogs))
        images = sum(isinstance(output, CodeInterpreterImage) for output in body.outputs)
        return call.type, len(body.input), logs, len(body.outputs), images
    if isinstance(call, FileSearchToolCall):
        results = call.file_search.results
        if results is None:
            return call.type, None, None, 0, 0
        size = sum(len(part.text or "") for result in results for part in result.content or ())
        return call.type, None, size, len(results), 0
    if isinstance(call, RetrievalToolCall):
        return call.type, None, None, 0, 0
    # `openapi` has its keys under `function`, `mcp` beside `type`, `connected_agent` under its type.
    inner = call.raw.get("function")
    payload: FrozenDict[Any] = inner if isinstance(inner, FrozenDict) else call.payload
    return _text(payload, "name") or call.type, *_sizes(_text(payload, "arguments"), _text(payload, "output"))


def _sizes(arguments: str | None, output: str | None) -> tuple[int | None, int | None, int, int]:
    input_size = None if arguments is None else len(arguments)
    return (input_size, None, 0, 0) if output is None else (input_size, len(output), 1, 0)


def _text(data: FrozenDict[Any], key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) else None


_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (with a time zone, formatting takes twice as long)
_YEAR_10000 = 253_402_300_800_000


def _time(time: int | None) -> tuple[str | None, float | None]:
    """Return a time, in milliseconds, as text and in seconds."""
    if time is None:
        return None, None
    seconds, rest = divmod(time, 1000)
    if time >= _YEAR_10000:
        return None, seconds
    text = (_EPOCH + timedelta(0, seconds)).isoformat()
    return (f"{text}.{rest:03}Z", time / 1000) if rest else (f"{text}Z", seconds)


def _duration(created: int | None, ended: int | None) -> float | None:
    if created is None or ended is None:
        return None
    time = ended - created
    return time / 1000 if time % 1000 and abs(time) < _YEAR_10000 else time // 1000


# CSV.

# OWASP, "CSV Injection". An apostrophe gets another one, so that removing the first of each text restores it.
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def write_csv(rows: Iterable[Mapping[str, Value]], file: TextIO, columns: Sequence[str] | None = None) -> int:
    r"""Write rows as CSV (RFC 4180) after a header, and return their number.

    Open `file` with `newline=""` and the encoding `utf-8`, or `utf-8-sig` for Excel. `columns` are the columns to
    write, by default those of the first row: without `columns` and rows, nothing is written.

    None is an empty cell. Text that a spreadsheet may take for a formula, or that begins with an apostrophe, gets an
    apostrophe before it; numbers do not. Lone surrogates and NUL are escaped, as `\ud83d` and `\x00`. Raises
    `ValueError` for an integer of more than 4,300 digits.
    """
    iterator = iter(rows)
    if columns is None:
        first = next(iterator, None)
        if first is None:
            return 0
        columns, iterator = tuple(first), chain([first], iterator)
    writer = csv.writer(file)
    writer.writerow(columns)
    count = 0
    for row in iterator:
        writer.writerow([_cell(row[column]) for column in columns])
        count += 1
    return count


def _cell(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    # Python 3.10 can neither write nor read NUL.
    text = _escape(value).replace("\0", "\\x00")
    return f"'{text}" if text.startswith(_GUARDED) else text


def _escape(text: str) -> str:
    """Escape lone surrogates, which UTF-8 does not have."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


# SQLite.


def _create(table: str, columns: dict[str, tuple[str, _Path | None]], *constraints: str) -> str:
    definitions = [f"{name} {type_}" for name, (type_, _) in columns.items()]
    return f"CREATE TABLE {table} ({', '.join([*definitions, *constraints])})"


_BEGIN = (
    "PRAGMA foreign_keys = ON",
    # After a failure, the file is removed.
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    # With the defaults, 4 KiB and 2 MiB, inserting takes half as long again, because ids are in random order.
    "PRAGMA page_size = 16384",
    "PRAGMA cache_size = -16384",
    "BEGIN",
    _create("steps", _STEPS),
    _create("calls", _CALLS, "PRIMARY KEY (step_id, position)"),
)
# REPLACE also deletes the calls of an earlier state, because the foreign key cascades.
_INSERT_STEP = f"REPLACE INTO steps VALUES ({', '.join('?' * len(_STEPS))})"  # noqa: S608  (no data)
_INSERT_CALL = f"INSERT INTO calls VALUES ({', '.join('?' * len(_CALLS))})"  # noqa: S608  (no data)
# Creating indices at the end is faster than updating them.
_END = (
    "CREATE INDEX steps_run_id ON steps (run_id)",
    "CREATE INDEX steps_thread_id ON steps (thread_id)",
    "CREATE INDEX steps_created_at ON steps (created_at)",
    "COMMIT",
)


def write_sqlite(
    steps: Iterable[RunStep], path: str | os.PathLike[str], *, on_loss: Callable[[Loss], object] | None = None
) -> int:
    r"""Write an SQLite database with the tables `steps` and `calls`, and return the number of steps in it.

    The columns are `STEP_COLUMNS`, with the primary key `id`, and `CALL_COLUMNS`, with the primary key `step_id` and
    `position`; there are indices on `run_id`, `thread_id` and `created_at`. If a step occurs several times, its last
    state is kept, with its calls.

    `on_loss` is called once if there are earlier states, and for each value of each state that SQLite cannot store: an
    integer of more than 64 bits becomes NULL, a lone surrogate is escaped, as `\ud83d`. The path is that of the value;
    for the name of a tool, of the call. What has no column is no loss.

    The database replaces `path` when it is complete, and is written to a private temporary file beside it until then.
    Symbolic links, and the mode of an existing file, are preserved. Raises `OSError`, also if `path` is not a regular
    file, and `ImportError` for a build of Python without `sqlite3`.
    """
    import sqlite3  # noqa: PLC0415  (some builds of Python do not have it)

    name = os.fspath(path)
    with replacing(name) as temporary:
        try:
            with closing(sqlite3.connect(temporary, isolation_level=None)) as database:
                return _write_tables(database.cursor(), steps, on_loss)
        except sqlite3.OperationalError as error:  # the disk is full, for example
            raise OSError(errno.EIO, str(error), name) from None


def _write_tables(cursor: Any, steps: Iterable[RunStep], on_loss: _OnLoss | None) -> int:
    for statement in _BEGIN:
        cursor.execute(statement)
    written = 0
    for step in steps:
        written += 1
        losses = _insert(cursor, _INSERT_STEP, _step_values(step), _STEPS)
        for position, values in enumerate(_call_values(step)):
            for path_in_call, reason in _insert(cursor, _INSERT_CALL, values, _CALLS):
                losses.append((("step_details", "tool_calls", position, *path_in_call), reason))
        if on_loss is not None:
            for path_in_step, reason in losses:
                on_loss(Loss(step.id, path_in_step, reason))
    for statement in _END:
        cursor.execute(statement)
    (count,) = cursor.execute("SELECT count(*) FROM steps").fetchone()
    if count < written and on_loss is not None:
        on_loss(Loss(None, ("steps",), "earlier states of steps are not converted"))
    return int(count)


def _insert(
    cursor: Any, statement: str, values: _Values, columns: dict[str, tuple[str, _Path | None]]
) -> list[tuple[_Path, str]]:
    """Insert a row, and return the path of each value that SQLite cannot store, with the reason."""
    try:
        cursor.execute(statement, values)
    except (OverflowError, UnicodeEncodeError):  # rare, so values are not checked before
        stored = tuple(map(_storable, values))
        cursor.execute(statement, stored)
        return [
            (path, f"{'integer of more than 64 bits, NULL' if new is None else 'lone surrogate, escaped'} in {column}")
            for (column, (_, path)), old, new in zip(columns.items(), values, stored, strict=True)
            if new != old and path is not None
        ]
    return []


def _storable(value: Value) -> Value:
    if isinstance(value, str):
        return _escape(value)
    return None if isinstance(value, int) and not -(2**63) <= value < 2**63 else value
