# SPDX-License-Identifier: MIT
"""Tests of the tables of run steps: rows, CSV files and SQLite databases."""

from __future__ import annotations

import csv
import io
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep import RunStep, ValidationError
from runstep.archive import Record, read_steps
from runstep.export import Loss
from runstep.export.tables import (
    CALL_COLUMNS,
    STEP_COLUMNS,
    Row,
    Value,
    call_rows,
    step_rows,
    write_csv,
    write_sqlite,
)

from ..conftest import CORPUS, DATA, PACKAGE, ROOT, needs_corpus, posix
from ..strategies import STEP

StepFactory = Callable[..., dict[str, Any]]

TOKENS_PER_ASSISTANT_AND_DAY = """
SELECT assistant_id, substr(created, 1, 10) AS day, sum(prompt_tokens), sum(completion_tokens), sum(total_tokens)
FROM steps GROUP BY assistant_id, day ORDER BY assistant_id, day
"""
SLOWEST_TOOLS = """
SELECT type, name, count(*) AS calls, avg(step_duration) AS seconds
FROM calls GROUP BY type, name ORDER BY seconds DESC LIMIT 10
"""

STEPS = st.lists(STEP.map(RunStep.from_dict), max_size=4)


@pytest.fixture
def make(step: StepFactory) -> Callable[..., RunStep]:
    """Return a function that returns a run step, with keys added or replaced, and with tool calls."""

    def make_step(*calls: dict[str, Any], **keys: Any) -> RunStep:
        if calls:
            keys["type"] = "tool_calls"
            keys["step_details"] = {"type": "tool_calls", "tool_calls": list(calls)}
        return RunStep.from_dict(step(**keys))

    return make_step


Make = Callable[..., RunStep]


def function(id_: str = "call_1", name: str = "tides", arguments: str = "{}", output: str | None = "[]") -> Any:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments, "output": output}}


def rows_in(path: Path, table: str) -> list[Row]:
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        order = "step_id, position" if table == "calls" else "rowid"
        return [dict(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY {order}")]  # noqa: S608  (a constant)


def query(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql).fetchall()


def csv_text(rows: Any, columns: Any = None) -> str:
    file = io.StringIO(newline="")
    write_csv(rows, file, columns)
    return file.getvalue()


def fail(loss: Loss) -> None:
    pytest.fail(str(loss))


def ignore(_record: Record, _error: ValidationError) -> None:
    pass


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# Rows.


def test_a_row_of_a_step_has_all_columns_in_order() -> None:
    (*_, step) = read_steps(DATA / "timelines" / "ferry.json")
    (row,) = step_rows([step])
    assert tuple(row) == STEP_COLUMNS
    assert row == {
        "id": step.id,
        "run_id": "run_Ferry8Jd2Lq6Vx0Bn4Tz9Wm3",
        "thread_id": "thread_Ferry89LpQ4rS6tU8vW0xY2z",
        "assistant_id": "asst_Harbour5kQ2mZ8vT1xW7yB3d",
        "type": "tool_calls",
        "status": "completed",
        "created": "2025-06-01T10:00:00Z",
        "created_at": 1748772000,
        "ended": "2025-06-01T10:00:02Z",
        "ended_at": 1748772002,
        "duration": 2,
        "prompt_tokens": 318,
        "cached_tokens": 0,
        "completion_tokens": 26,
        "reasoning_tokens": 0,
        "total_tokens": 344,
        "error_code": None,
        "message_id": None,
        "call_count": 1,
    }


def test_a_row_of_a_call_has_all_columns_in_order(make: Make) -> None:
    step = make(function(arguments='{"a": 1}', output="höher"), id="step_1", created_at=10, completed_at=13)
    (row,) = call_rows([step])
    assert tuple(row) == CALL_COLUMNS
    assert row == {
        "step_id": "step_1",
        "position": 0,
        "id": "call_1",
        "type": "function",
        "name": "tides",
        "input_size": 8,
        "output_size": 5,
        "output_count": 1,
        "image_count": 0,
        "step_duration": 3,
    }


def test_rows_are_plain_values_and_lazy(make: Make) -> None:
    def steps() -> Iterator[RunStep]:
        yield make(function(), last_error={"code": "rate_limit_exceeded", "message": "m"})
        pytest.fail("the second step was read")

    for rows in (step_rows(steps()), call_rows(steps())):
        assert {type(value) for value in next(rows).values()} <= {str, int, float, type(None)}
    assert next(step_rows(steps()))["error_code"] == "rate_limit_exceeded"


@pytest.mark.parametrize(
    ("created_at", "completed_at", "expected"),
    [
        (0, 0, ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z", 0, 0)),
        (1748772000, None, ("2025-06-01T10:00:00Z", 1748772000, None, None, None)),
        (-1, 5, (None, None, "1970-01-01T00:00:05Z", 5, None)),
        (5, -1, ("1970-01-01T00:00:05Z", 5, None, None, None)),
        (9, 5, ("1970-01-01T00:00:09Z", 9, "1970-01-01T00:00:05Z", 5, -4)),
        (
            1748772000500,
            1748772001000,
            ("2025-06-01T10:00:00.500Z", 1748772000.5, "2025-06-01T10:00:01Z", 1748772001, 0.5),
        ),
        (
            1748772000007,
            1748772000,
            ("2025-06-01T10:00:00.007Z", 1748772000.007, "2025-06-01T10:00:00Z", 1748772000, -0.007),
        ),
        (
            253402300799999,
            253402300800001,
            ("9999-12-31T23:59:59.999Z", 253402300799.999, None, 253402300800, 0.002),
        ),
        (0, 10**400 + 7, ("1970-01-01T00:00:00Z", 0, None, 10**397, 10**397)),
    ],
)
def test_times_are_text_and_seconds(make: Make, created_at: int, completed_at: int | None, expected: Any) -> None:
    (row,) = step_rows([make(created_at=created_at, completed_at=completed_at)])
    assert tuple(row[column] for column in ("created", "created_at", "ended", "ended_at", "duration")) == expected


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, (None, None, None, None, None)),
        ({}, (3, None, 2, None, 5)),
        ({"prompt_token_details": None, "completion_tokens_details": {}}, (3, None, 2, None, 5)),
        (
            {"prompt_token_details": {"cached_tokens": 1}, "completion_tokens_details": {"reasoning_tokens": 0}},
            (3, 1, 2, 0, 5),
        ),
        ({"prompt_token_details": {"cached_tokens": True}}, (3, None, 2, None, 5)),
    ],
)
def test_unknown_numbers_of_tokens_are_none(make: Make, usage: dict[str, Any] | None, expected: Any) -> None:
    counts = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    (row,) = step_rows([make(usage=None if usage is None else counts | usage)])
    assert tuple(row[column] for column in STEP_COLUMNS if column.endswith("_tokens")) == expected


SEARCH_RESULT = {"file_id": "file_1", "file_name": "a.md", "score": 0.5}
CALLS: dict[str, tuple[dict[str, Any], tuple[Value, ...]]] = {
    "function": (function(), ("call_1", "function", "tides", 2, 2, 1, 0)),
    "pending function": (function(output=None), ("call_1", "function", "tides", 2, None, 0, 0)),
    "code": (
        {
            "id": "c",
            "type": "code_interpreter",
            "code_interpreter": {
                "input": "1 + 1",
                "outputs": [
                    {"type": "logs", "logs": "2"},
                    {"type": "image", "image": {"file_id": "file_1"}},
                    {"type": "video", "video": {}},
                    {"type": "logs", "logs": "\U0001f600\n"},
                ],
            },
        },
        ("c", "code_interpreter", "code_interpreter", 5, 3, 4, 1),
    ),
    "code without output": (
        {"id": "c", "type": "code_interpreter", "code_interpreter": {"input": "", "outputs": []}},
        ("c", "code_interpreter", "code_interpreter", 0, 0, 0, 0),
    ),
    "search": (
        {
            "id": "c",
            "type": "file_search",
            "file_search": {
                "results": [
                    {**SEARCH_RESULT, "content": [{"type": "text", "text": "abc"}, {"type": "image"}]},
                    SEARCH_RESULT,
                ]
            },
        },
        ("c", "file_search", "file_search", None, 3, 2, 0),
    ),
    "search without results": (
        {"id": "c", "type": "file_search", "file_search": {}},
        ("c", "file_search", "file_search", None, None, 0, 0),
    ),
    "retrieval": ({"id": "c", "type": "retrieval", "retrieval": {}}, ("c", "retrieval", "retrieval", None, None, 0, 0)),
    "mcp": (
        {"id": "c", "type": "mcp", "name": "fetch", "arguments": "{}", "server_label": "docs", "output": None},
        ("c", "mcp", "fetch", 2, None, 0, 0),
    ),
    "openapi": (
        {"id": "c", "type": "openapi", "function": {"name": "get", "arguments": "{}", "output": ""}},
        ("c", "openapi", "get", 2, 0, 1, 0),
    ),
    "connected agent": (
        {"id": "c", "type": "connected_agent", "connected_agent": {"name": "bot", "arguments": "{}", "output": "yes"}},
        ("c", "connected_agent", "bot", 2, 3, 1, 0),
    ),
    "unknown": ({"type": "browser", "name": 5, "browser": {}}, (None, "browser", "browser", None, None, 0, 0)),
}


@pytest.mark.parametrize(("call", "expected"), CALLS.values(), ids=CALLS)
def test_each_tool_has_a_name_sizes_and_counts(make: Make, call: dict[str, Any], expected: tuple[Value, ...]) -> None:
    (row,) = call_rows([make(call)])
    assert tuple(row.values())[2:-1] == expected


def test_calls_are_numbered_in_each_step(make: Make) -> None:
    rows = list(call_rows([make(*[function()] * 300, id="a"), make(id="b"), make(function(), id="c")]))
    assert [(row["step_id"], row["position"]) for row in rows] == [
        *(("a", position) for position in range(300)),
        ("c", 0),
    ]


@given(STEPS)
def test_all_rows_have_exactly_the_documented_columns(steps: list[RunStep]) -> None:
    rows, calls = list(step_rows(steps)), list(call_rows(steps))
    assert [tuple(row) for row in rows] == [STEP_COLUMNS] * len(steps)
    assert [tuple(row) for row in calls] == [CALL_COLUMNS] * sum(len(step.tool_calls) for step in steps)
    assert [row["duration"] for row in rows if type(row["duration"]) is int] == [
        step.duration for row, step in zip(rows, steps, strict=True) if type(row["duration"]) is int
    ]
    for row in rows + calls:
        assert {type(value) for value in row.values()} <= {str, int, float, type(None)}


def test_rows_need_no_sqlite() -> None:
    code = f"import sys; sys.modules['sqlite3'] = None; from {PACKAGE}.export.tables import step_rows"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)  # noqa: S603  (trusted input)


# CSV.


def test_csv_has_a_header_and_crlf_line_ends(make: Make) -> None:
    text = csv_text(call_rows([make(function(name='say "a, b"'), id="step_1", created_at=4, completed_at=2)]))
    assert text == (
        "step_id,position,id,type,name,input_size,output_size,output_count,image_count,step_duration\r\n"
        'step_1,0,call_1,function,"say ""a, b""",2,2,1,0,-2\r\n'
    )


def test_csv_returns_the_number_of_rows_and_accepts_columns(make: Make) -> None:
    file = io.StringIO(newline="")
    assert write_csv(step_rows([make(id="a"), make(id="b")]), file, ["id", "call_count"]) == 2
    assert file.getvalue() == "id,call_count\r\na,0\r\nb,0\r\n"


def test_csv_without_rows_has_a_header_only_if_the_columns_are_given() -> None:
    assert csv_text([]) == ""
    assert csv_text([], ["id", "run_id"]) == "id,run_id\r\n"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", '"\'\r=1"'),
        ("\n=1", '"\'\n=1"'),
        ("\0=1", "\\x00=1"),
        ("'=1", "''=1"),
        ("a=1", "a=1"),
        ("", ""),
        (None, ""),
        (-1, "-1"),
        (-0.5, "-0.5"),
        (2**70, str(2**70)),
        ("\ud83d", "\\ud83d"),
        ("=\udc80é\U0001f600", "'=\\udc80é\U0001f600"),
    ],
)
def test_cells_are_no_formulas_and_numbers_stay_numbers(value: Value, cell: str) -> None:
    assert csv_text([{"first": 1, "value": value}]) == f"first,value\r\n1,{cell}\r\n"


@given(STEPS)
def test_csv_cells_can_be_restored(steps: list[RunStep]) -> None:
    for rows in (list(step_rows(steps)), list(call_rows(steps))):
        text = csv_text(rows)
        text.encode()
        header, *cells = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
        assert header == (list(rows[0]) if rows else [])
        assert [[cell.removeprefix("'") for cell in line] for line in cells] == [
            [escaped("" if value is None else str(value)).replace("\0", r"\x00") for value in row.values()]
            for row in rows
        ]


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char for char in text)


# SQLite.


def test_the_database_has_keys_indices_and_types(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "steps.db"
    step = make(function(), created_at=1748772000500, completed_at=1748772001)
    assert write_sqlite([step], path) == 1
    schema = {
        "steps": query(path, "SELECT name, type, pk FROM pragma_table_info('steps')"),
        "calls": query(path, "SELECT name, type, pk FROM pragma_table_info('calls')"),
    }
    assert tuple(name for name, _, _ in schema["steps"]) == STEP_COLUMNS
    assert tuple(name for name, _, _ in schema["calls"]) == CALL_COLUMNS
    assert {type_ for _, type_, _ in schema["steps"] + schema["calls"]} == {"INTEGER", "REAL", "TEXT"}
    assert [name for name, _, key in schema["steps"] if key] == ["id"]
    assert [name for name, _, key in schema["calls"] if key] == ["step_id", "position"]
    assert query(path, "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL") == [
        ("steps", "steps_run_id"),
        ("steps", "steps_thread_id"),
        ("steps", "steps_created_at"),
    ]
    assert query(path, 'SELECT "table", "from" FROM pragma_foreign_key_list(\'calls\')') == [("steps", "step_id")]
    assert query(path, "PRAGMA foreign_key_check") == []
    assert query(path, "PRAGMA integrity_check") == [("ok",)]
    assert query(path, "SELECT typeof(created_at), typeof(ended_at), typeof(duration) FROM steps") == [
        ("real", "integer", "real")
    ]


def test_the_database_has_the_rows(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "steps.db"
    steps = [
        make(*[function("call_1")] * 300, id="step_1", created_at=-1),
        make(function("call_1", name="nul\0"), id="step_2", created_at=7, completed_at=3),
        make(id="step_3", completed_at=None, usage=None),
    ]
    assert write_sqlite(iter(steps), str(path), on_loss=fail) == 3
    assert rows_in(path, "steps") == list(step_rows(steps))
    assert rows_in(path, "calls") == list(call_rows(steps))


def test_the_last_state_of_a_step_is_kept_with_its_calls(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "steps.db"
    other = make(function(), id="b")
    states = [make(function(), function(), id="a", status="in_progress"), other, make(function(output=None), id="a")]
    assert write_sqlite(states, path) == 2
    assert rows_in(path, "steps") == list(step_rows([other, states[2]]))
    assert rows_in(path, "calls") == list(call_rows([states[2], other]))


def test_values_that_sqlite_cannot_store_are_reported(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "steps.db"
    losses: list[Loss] = []
    step = make(
        function("call_0"),
        function("call_\ud83d", name="tid\udc80es"),
        {"type": "brow\ud800ser"},
        id="step_\udfff",
        created_at=2**74,
        completed_at=5,
        usage={"prompt_tokens": 2**63, "completion_tokens": 2**63 - 1, "total_tokens": -(2**63) - 1},
    )
    assert write_sqlite([step], path, on_loss=losses.append) == 1
    call = ("step_details", "tool_calls")
    assert losses == [
        Loss("step_\udfff", ("id",), "lone surrogate, escaped in id"),
        Loss("step_\udfff", ("created_at",), "integer of more than 64 bits, NULL in created_at"),
        Loss("step_\udfff", ("duration",), "integer of more than 64 bits, NULL in duration"),
        Loss("step_\udfff", ("usage", "prompt_tokens"), "integer of more than 64 bits, NULL in prompt_tokens"),
        Loss("step_\udfff", ("usage", "total_tokens"), "integer of more than 64 bits, NULL in total_tokens"),
        Loss("step_\udfff", (*call, 1, "id"), "lone surrogate, escaped in id"),
        Loss("step_\udfff", (*call, 1), "lone surrogate, escaped in name"),
        Loss("step_\udfff", (*call, 2, "type"), "lone surrogate, escaped in type"),
        Loss("step_\udfff", (*call, 2), "lone surrogate, escaped in name"),
    ]
    assert query(path, "SELECT id, created_at, ended_at, prompt_tokens, completion_tokens FROM steps") == [
        ("step_\\udfff", None, 5, None, 2**63 - 1)
    ]
    assert query(path, "SELECT step_id, id, name, step_duration FROM calls ORDER BY position") == [
        ("step_\\udfff", "call_0", "tides", None),
        ("step_\\udfff", "call_\\ud83d", "tid\\udc80es", None),
        ("step_\\udfff", None, "brow\\ud800ser", None),
    ]
    assert write_sqlite([step], path) == 1


def stored(value: Value, column: str) -> Value:
    """Return a value as SQLite stores it."""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return None
    return float(value) if column.endswith("duration") and value is not None else value


@given(STEPS)
def test_the_database_has_all_values_that_it_can_store(steps: list[RunStep]) -> None:
    losses: list[Loss] = []
    latest = {escaped(step.id): step for step in steps}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "steps.db"
        assert write_sqlite(steps, path, on_loss=losses.append) == len(latest)
        for table, rows in (("steps", step_rows(latest.values())), ("calls", call_rows(latest.values()))):
            expected = [{column: stored(value, column) for column, value in row.items()} for row in rows]
            found = rows_in(path, table)
            assert sorted(map(repr, found)) == sorted(map(repr, expected))
    changed = [
        step.id
        for step in steps
        for row in (*step_rows([step]), *call_rows([step]))
        for column, value in row.items()
        if column not in ("step_id", "step_duration") and value is not None and stored(value, column) != value
        if not (column == "duration" and stored(value, column) is not None)  # rounded
    ]
    earlier_states = [None] if len(latest) < len(steps) else []
    assert [loss.step_id for loss in losses] == [*changed, *earlier_states]


def test_tokens_per_assistant_and_day_is_one_query(make: Make, tmp_path: Path) -> None:
    def used(assistant: str, created_at: int, prompt: int, completion: int) -> RunStep:
        counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
        id_ = f"step_{assistant}_{created_at}"
        return make(id=id_, assistant_id=assistant, created_at=created_at, usage=counts)

    path = tmp_path / "steps.db"
    midnight = 1748736000
    write_sqlite(
        [
            used("b", midnight, 1, 2),
            used("a", midnight - 1, 3, 4),
            used("a", midnight, 5, 6),
            used("a", midnight + 9, 7, 8),
        ],
        path,
    )
    assert query(path, TOKENS_PER_ASSISTANT_AND_DAY) == [
        ("a", "2025-05-31", 3, 4, 7),
        ("a", "2025-06-01", 12, 14, 26),
        ("b", "2025-06-01", 1, 2, 3),
    ]


def test_the_slowest_tools_is_one_query(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "steps.db"
    search = {"id": "c", "type": "file_search", "file_search": {}}
    write_sqlite(
        [
            make(function(name="slow"), id="step_1", created_at=0, completed_at=7),
            make(function(name="slow"), search, id="step_2", created_at=0, completed_at=2),
            make(function(name="pending", output=None), id="step_3", created_at=0, completed_at=None),
        ],
        path,
    )
    assert query(path, SLOWEST_TOOLS) == [
        ("function", "slow", 2, 4.5),
        ("file_search", "file_search", 1, 2.0),
        ("function", "pending", 1, None),
    ]


# The file of the database.


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_interrupted_write_changes_nothing(make: Make, tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "steps.db"
    write_sqlite([make(id="old")], path)
    before = path.read_bytes()
    modes: list[int] = []

    def steps() -> Iterator[RunStep]:
        yield from (make(function(), id=f"step_{number}") for number in range(1000))
        modes.extend(file.stat().st_mode & 0o777 for file in tmp_path.glob(".*"))
        raise error

    with pytest.raises(error):
        write_sqlite(steps(), path)
    assert len(modes) == 1
    assert os.name != "posix" or modes == [0o600]
    assert names_in(tmp_path) == ["steps.db"]
    assert path.read_bytes() == before


def test_the_database_is_replaced(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "steps.db"
    write_sqlite([make(id="old")], path)
    assert write_sqlite([], path) == 0
    assert (rows_in(path, "steps"), rows_in(path, "calls"), names_in(tmp_path)) == ([], [], ["steps.db"])
    path.write_text("not a database", encoding="utf-8")
    write_sqlite([make(id="new")], path)
    assert [row["id"] for row in rows_in(path, "steps")] == ["new"]


@posix
def test_links_and_the_mode_are_preserved(make: Make, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path, link = tmp_path / "data" / "steps.db", tmp_path / "link"
    link.symlink_to(path)
    write_sqlite([make()], link)
    path.chmod(0o640)
    write_sqlite([make(), make(id="new")], link)
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert len(rows_in(path, "steps")) == 2
    assert names_in(tmp_path / "data") == ["steps.db"]


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_database_has_the_mode_that_the_mask_leaves(make: Make, tmp_path: Path, mask: int) -> None:
    previous = os.umask(mask)
    try:
        write_sqlite([make()], tmp_path / "steps.db")
        assert os.umask(mask) == mask
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "steps.db").stat().st_mode) == 0o666 & ~mask


def test_an_error_of_sqlite_is_an_os_error(tmp_path: Path) -> None:
    def failing() -> Iterator[RunStep]:
        message = "database or disk is full"
        raise sqlite3.OperationalError(message)
        yield

    with pytest.raises(OSError, match="database or disk is full") as caught:
        write_sqlite(failing(), tmp_path / "steps.db")
    assert caught.value.filename == str(tmp_path / "steps.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("end", ["", "/", "/.", "/new/"])
def test_a_folder_is_not_replaced(tmp_path: Path, end: str) -> None:
    with pytest.raises(IsADirectoryError) as caught:
        write_sqlite([], f"{tmp_path}{end}")
    assert (caught.value.filename, names_in(tmp_path)) == (f"{tmp_path}{end}", [])


@posix
def test_a_special_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OSError, match="Not a regular file") as caught:
        write_sqlite([], path)
    assert (caught.value.filename, names_in(tmp_path)) == (str(path), ["pipe"])
    assert path.is_fifo()


def test_a_missing_folder_is_reported_with_the_given_path(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "steps.db"
    with pytest.raises(FileNotFoundError) as caught:
        write_sqlite([], path)
    assert caught.value.filename == str(path)


# Captured data.


@needs_corpus
def test_captured_steps_are_stored_without_loss(tmp_path: Path) -> None:
    steps = list(read_steps(CORPUS, on_error=ignore))
    latest = {step.id: step for step in steps}
    path = tmp_path / "steps.db"
    losses: list[Loss] = []
    assert write_sqlite(steps, path, on_loss=losses.append) == len(latest) > 50
    assert losses == [Loss(None, ("steps",), "earlier states of steps are not converted")]
    assert {str(row["id"]): row for row in rows_in(path, "steps")} == {
        str(row["id"]): row for row in step_rows(latest.values())
    }
    assert len(rows_in(path, "calls")) == sum(len(step.tool_calls) for step in latest.values())
    text = csv_text(step_rows(steps))
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == len(steps) + 1
