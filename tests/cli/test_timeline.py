# SPDX-License-Identifier: MIT
"""Tests of timelines: their layout, the order of steps, and the escaping of text.

`data/timelines` contains pages of run steps, and for each page a folder with its expected timelines. After an
intended change, regenerate these files and inspect them (`cat` shows the colors):

    RUNSTEP_WRITE_TIMELINES=1 python -m pytest tests/cli/test_timeline.py
"""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep import FrozenDict, OtherStepDetails, Problem, RunStep, RunStepPage, Usage, diagnose
from runstep.cli._terminal import display_width, escape, first_lines, join_pieces, pad, squeeze, truncate, wrap
from runstep.cli.timeline import ASCII, render

from ..conftest import CORPUS, DATA, needs_corpus
from ..strategies import STEP

TIMELINES = DATA / "timelines"
PAGES = sorted(TIMELINES.glob("*.json"))

LAYOUTS: dict[str, dict[str, Any]] = {
    "80.txt": {"width": 80, "color": False},
    "80.ansi": {"width": 80, "color": True},
    "140.txt": {"width": 140, "color": False},
    "140.ansi": {"width": 140, "color": True},
    "40.txt": {"width": 40, "color": False},
    "full.txt": {"width": 80, "color": False, "full": True},
}

SGR = re.compile("\x1b\\[[0-9]+m")


def read_page(path: Path) -> RunStepPage:
    return RunStepPage.from_json(path.read_bytes())


def render_lines(steps: Any, **options: Any) -> list[str]:
    """Return the lines of timelines, by default with 80 columns and without color."""
    options = {"width": 80, "color": False, **options}
    return list(render(steps, **options))


def make_step(id_: str = "step_1", created_at: int = 1_700_000_000, **keys: Any) -> RunStep:
    """Return a step with the given `details` or tool `calls`, and with other keys added or replaced."""
    details = keys.pop("details", {"type": "tool_calls", "tool_calls": keys.pop("calls", [])})
    return RunStep.from_dict(
        {
            "id": id_,
            "created_at": created_at,
            "assistant_id": "asst_1",
            "thread_id": "thread_1",
            "run_id": "run_1",
            "type": details["type"],
            "status": "completed",
            "step_details": details,
            **keys,
        }
    )


def make_message(id_: str, created_at: int, **keys: Any) -> RunStep:
    """Return a step that created a message."""
    details = {"type": "message_creation", "message_creation": {"message_id": f"msg of {id_}"}}
    return make_step(id_, created_at, details=details, **keys)


def detail_lines(step: RunStep, **options: Any) -> list[str]:
    """Return the lines below the row of a step, without the margin."""
    lines = render_lines([step], **options)
    below = lines[next(index for index, line in enumerate(lines) if line.startswith(" 1 ")) + 1 :]
    return [line[4:] for line in (below[: below.index("")] if "" in below else below)]


# The layout.


def test_pages_were_found() -> None:
    assert len(PAGES) >= 7


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_timelines_match_the_expected_files(path: Path, layout: str) -> None:
    expected = path.with_suffix("") / layout
    text = "".join(f"{line}\n" for line in render(read_page(path), **LAYOUTS[layout]))
    if os.environ.get("RUNSTEP_WRITE_TIMELINES"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(text, encoding="utf-8", newline="\n")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_drawing_characters_have_ascii_replacements(path: Path) -> None:
    characters = "".join(render_lines(read_page(path))).translate(ASCII)
    payload = json.dumps(read_page(path).to_dict(), ensure_ascii=False)
    assert {char for char in characters if not char.isascii()} <= set(payload)


@needs_corpus
def test_captured_pages_can_be_rendered() -> None:
    count = 0
    for path in sorted(CORPUS.glob("*.json")):
        data = json.loads(path.read_bytes())
        if isinstance(data, dict) and data.get("object") == "list" and not find_errors(data):
            ids = {item["run_id"] for item in data["data"]}
            lines = render_lines(RunStepPage.from_dict(data))
            assert {line.removeprefix("run ") for line in lines if line.startswith("run ")} == ids
            count += 1
    assert count > 10


def find_errors(data: dict[str, Any]) -> list[Problem]:
    return [problem for problem in diagnose(data) if problem.level == "error"]


def test_an_empty_input_has_no_lines() -> None:
    assert render_lines([]) == []


def test_a_run_with_one_step() -> None:
    usage = {"prompt_tokens": 1200, "completion_tokens": 34, "total_tokens": 1234}
    step = make_message("step_1", 1_700_000_000, completed_at=1_700_000_002, usage=usage)
    assert render_lines([step], width=72) == [
        "run run_1",
        "thread thread_1 · assistant asst_1",
        "2023-11-14 22:13:20 UTC · 2s · 1 step · 1 completed",
        "",
        " #    at  took  type              status     0s                       2s",
        " 1   +0s    2s  message_creation  completed  ███████████████████████████",
        "    msg of step_1",
        "    tokens 1,234 · prompt 1,200 · completion 34",
        "",
        "time    message_creation 2s",
        "tokens  1,234 · prompt 1,200 · completion 34",
    ]


def test_full_shows_ids_and_metadata() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}", "output": None}}
    lines = render_lines([make_step(calls=[call, {"type": "mcp"}], metadata={"a": "b"})], full=True)
    assert [line.strip() for line in lines[6:-2]] == [
        "step step_1",
        "function call_1",
        "f({})",
        "→ (no output)",
        "mcp",
        "{}",
        "metadata",
        "{",
        '"a": "b"',
        "}",
    ]


def test_the_minimum_width_is_40_columns() -> None:
    steps = read_page(TIMELINES / "thirteen.json")
    assert render_lines(steps, width=-1) == render_lines(steps, width=40)
    assert max(map(display_width, render_lines(steps, width=40))) == 40


# The order of steps.


def step_order(*steps: RunStep) -> list[str]:
    """Return the ids of the steps in the order of their timeline."""
    return [line.split()[1] for line in render_lines(steps, full=True) if line.startswith("    step ")]


START = 1_700_000_040  # the start of a minute

ORDERS: dict[str, tuple[list[RunStep], list[str]]] = {
    "newest first": ([make_step("b", START + 1), make_step("a", START)], ["a", "b"]),
    "oldest first": ([make_step("a", START), make_step("b", START + 1)], ["a", "b"]),
    "unsorted": (
        [make_step("b", START + 1), make_step("c", START + 2), make_step("a", START)],
        ["a", "b", "c"],
    ),
    "call before message in the same second": (
        [make_step("call", START), make_message("text", START)],
        ["call", "text"],
    ),
    "message before call in the same second": (
        [make_message("text", START), make_step("call", START)],
        ["call", "text"],
    ),
    "call one second after message": (
        [make_step("call", START + 1), make_message("text", START)],
        ["text", "call"],
    ),
    "newest first with equal times": (
        [make_message("d", START + 1), make_step("c", START), make_step("b", START), make_step("a", START)],
        ["a", "b", "c", "d"],
    ),
    "oldest first with equal times": (
        [make_step("a", START), make_step("b", START), make_step("c", START), make_message("d", START + 1)],
        ["a", "b", "c", "d"],
    ),
    "only equal times": ([make_step("b", START), make_step("a", START)], ["a", "b"]),
    "only equal start times, oldest end first": (
        [make_step("a", START, completed_at=START + 1), make_step("b", START, failed_at=START + 2)],
        ["a", "b"],
    ),
    "milliseconds within one second": (
        [
            make_step("b", START * 1000 + 900),
            make_message("text", START * 1000 + 100),
            make_step("a", START * 1000 + 200),
        ],
        ["a", "b", "text"],
    ),
    "milliseconds and seconds": ([make_step("b", START * 1000 + 1000), make_step("a", START)], ["a", "b"]),
    "unset time": ([make_step("none", -1), make_step("b", START + 1), make_step("a", START)], ["a", "b", "none"]),
    "only unset times": ([make_step("b", -1), make_step("a", -1)], ["a", "b"]),
    "type contradicts the details": (
        [make_step("call", START, type="message_creation"), make_message("text", START)],
        ["call", "text"],
    ),
}


@pytest.mark.parametrize("name", ORDERS)
def test_steps_are_sorted(name: str) -> None:
    steps, expected = ORDERS[name]
    assert step_order(*steps) == expected


def test_runs_are_sorted_by_their_first_step() -> None:
    steps = [
        make_step("a", START + 9, run_id="late"),
        make_step("b", -1, run_id="unset"),
        make_step("c", START + 8, run_id="early"),
        make_step("d", START + 10, run_id="early"),
    ]
    assert [line for line in render_lines(steps) if line.startswith("run ")] == ["run early", "run late", "run unset"]


def test_a_repeated_step_is_shown_in_its_last_state() -> None:
    first = make_step("a", START, status="in_progress")
    last = make_step("a", START, completed_at=START + 1)
    assert render_lines([first, last])[3] == "1 earlier state is not shown"
    assert render_lines([first, first, last])[3] == "2 earlier states are not shown"
    assert render_lines([first, last])[4:] == render_lines([last])[3:]


def test_a_repeated_step_takes_its_last_place() -> None:
    first_poll = [make_step("b", START), make_step("a", START)]
    second_poll = [make_step("c", START + 1), make_step("b", START), make_step("a", START)]
    assert step_order(*first_poll, *second_poll) == ["a", "b", "c"]


# Times, durations and bars.


def render_bars(*steps: RunStep) -> list[str]:
    """Return the bars of the steps, without the columns before them."""
    lines = render_lines(steps, width=72)
    start = next(line.index(" 0s") + 1 for line in lines if " 0s" in line and " # " in line)
    return [line[start:] for line in lines if re.match(r" [0-9]  ", line)]


def test_bars_show_start_and_duration() -> None:
    bars = render_bars(
        make_step("a", START, completed_at=START + 10),
        make_step("b", START + 10, failed_at=START + 33),
        make_step("c", START + 20, cancelled_at=START + 20),
        make_step("d", START + 30, expired_at=START + 29),
        make_step("e", START + 32),
        make_step("f", START + 32, status="in_progress"),
        make_step("g", -1, completed_at=START),
    )
    assert bars == [
        "██████████",
        "         " + "█" * 22,
        "                  ▏",
        "                            ▏",
        "                              ▏",
        "                              ░",
        "",
    ]


def test_a_single_step_in_progress_fills_its_bar() -> None:
    assert render_bars(make_step("a", START, status="in_progress")) == ["░" * 31]


@pytest.mark.parametrize(
    ("created_at", "completed_at", "header"),
    [
        (0, 0, "1970-01-01 00:00:00 UTC · 0s · "),
        (START, START + 119, "2023-11-14 22:14:00 UTC · 119s · "),
        (START, START + 120, "2023-11-14 22:14:00 UTC · 120s (2m 00s) · "),
        (START, START + 7325, "2023-11-14 22:14:00 UTC · 7,325s (2h 02m) · "),
        (START * 1000 + 7, START * 1000 + 1507, "2023-11-14 22:14:00 UTC · 1.500s · "),
        (10**11, 10**11, "5138-11-16 09:46:40 UTC · 0s · "),
        (253_402_300_799_999, -1, "9999-12-31 23:59:59 UTC · 0s · "),
        (253_402_300_800_000, None, "253402300800000 · 0s · "),
        (-1, None, ""),
        (-5, START, ""),
    ],
)
def test_the_header_shows_start_and_duration(created_at: int, completed_at: int | None, header: str) -> None:
    step = make_step(created_at=created_at, completed_at=completed_at)
    assert render_lines([step])[2] == f"{header}1 step · 1 completed"


def test_a_run_in_progress_has_a_duration_so_far() -> None:
    steps = [make_step("a", START, status="in_progress"), make_step("b", START + 3)]
    assert render_lines(steps)[2] == "2023-11-14 22:14:00 UTC · 3s so far · 2 steps · 1 in_progress · 1 completed"


def test_negative_end_times_are_unset() -> None:
    step = make_step(created_at=START, completed_at=-1, failed_at=-1, cancelled_at=START + 4)
    assert render_lines([step])[2] == "2023-11-14 22:14:00 UTC · 4s · 1 step · 1 completed"


# Huge numbers.


def test_huge_numbers_stay_within_the_width() -> None:
    huge = 10**5000
    usage = Usage(prompt_tokens=huge, completion_tokens=-huge, total_tokens=1)
    call = {"type": "odd", "odd": {"number": huge, "float": 1e300}}
    search = {
        "id": "",
        "type": "file_search",
        "file_search": {
            "ranking_options": {"ranker": "auto", "score_threshold": huge},
            "results": [{"file_id": "f", "file_name": "n", "score": huge}],
        },
    }
    step = make_step(created_at=huge, completed_at=huge * 2, calls=[call, search], usage=usage.to_dict())
    for full in (False, True):
        assert max(map(len, render_lines([step], full=full))) == 80


# The details of steps.


def function_call(arguments: str, output: str | None, name: str = "f") -> dict[str, Any]:
    return {"id": "", "type": "function", "function": {"name": name, "arguments": arguments, "output": output}}


def interpreter_call(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"id": "", "type": "code_interpreter", "code_interpreter": {"input": source, "outputs": list(outputs)}}


CALLS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "function on one line": (function_call('{\n  "a": 1\n}', "2"), ['function f({ "a": 1 }) → 2']),
    "function that just fits": (
        function_call("x" * 60, "2"),
        [f"function f({'x' * 60}) → 2"],
    ),
    "function that does not fit": (
        function_call("x" * 62, "22"),
        [f"function f({'x' * 62})", "  → 22"],
    ),
    "output with many lines": (
        function_call("{}", "1\n2\n3\n4\n5"),
        ["function f({})", "  → 1", "    2", "    3", "    … 2 more lines"],
    ),
    "truncated arguments": (
        function_call("x" * 400, "2"),
        [f"function f({'x' * 64}…", "  → 2"],
    ),
    "truncated arguments that begin with spaces": (
        function_call(" " * 1000 + "x", "2"),
        ["function f(…) → 2"],
    ),
    "empty output": (function_call("", ""), ["function f() → (empty)"]),
    "no output": (function_call("", None), ["function f() → (no output)"]),
    "four lines": (interpreter_call("1\n2\n3\n4\n"), ["code_interpreter", "  1", "  2", "  3", "  4"]),
    "five lines": (interpreter_call("1\n2\n3\n4\n5"), ["code_interpreter", "  1", "  2", "  3", "  … 2 more lines"]),
    "blank lines": (interpreter_call("\n1\n\n \t\n2\r\n3\n"), ["code_interpreter", "  1", "  2", "  3"]),
    "empty input": (interpreter_call(""), ["code_interpreter", "  (empty)"]),
    "many blank lines": (
        interpreter_call("1" + "\n" * 100 + "2", {"type": "logs", "logs": ""}),
        ["code_interpreter", "  1", "  … 81 more lines", "  → (empty)"],
    ),
    "unknown tool": ({"id": "x", "type": "browser", "url": [1, None]}, ['browser {"url": [1, null]}']),
    "retrieval": ({"id": "x", "type": "retrieval", "retrieval": {"outputs": []}}, ['retrieval {"outputs": []}']),
    "empty file_search": ({"id": "x", "type": "file_search", "file_search": {}}, ["file_search"]),
    "file_search without results": (
        {"id": "x", "type": "file_search", "file_search": {"results": []}},
        ["file_search", "  → (no results)"],
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls_are_truncated(name: str) -> None:
    call, expected = CALLS[name]
    assert detail_lines(make_step(calls=[call])) == expected


def test_content_of_search_results_is_shown_only_in_full() -> None:
    content = [{"type": "text", "text": "first\nsecond"}, {"type": "text"}]
    result = {"file_id": "file-1", "file_name": "a.md", "score": 1, "content": content}
    call = {"id": "call_1", "type": "file_search", "file_search": {"results": [result]}}
    assert detail_lines(make_step(calls=[call])) == ["file_search", "  → 1.000  a.md  file-1"]
    assert detail_lines(make_step(calls=[call]), full=True) == [
        "step step_1",
        "file_search call_1",
        "  → 1.000  a.md  file-1",
        "    first",
        "    second",
    ]


def test_unknown_step_details_are_shown_as_json() -> None:
    details = OtherStepDetails(raw=FrozenDict({"type": "thinking", "thought": "why"}))
    step = make_step("step_1", details=details.to_dict())
    assert detail_lines(step) == ['{"thought": "why"}']
    assert detail_lines(step, full=True) == ["step step_1", "{", '  "type": "thinking",', '  "thought": "why"', "}"]


def test_errors_are_wrapped() -> None:
    error = {"code": "server_error", "message": "It broke.\n" + "again " * 60}
    assert detail_lines(make_step(last_error=error)) == [
        "error server_error: It broke. again again again again again again again",
        "      again again again again again again again again again again again",
        "      again again again again again again again again again again again",
        "      again again again again again…",
    ]
    assert detail_lines(make_step(last_error={"code": "", "message": ""})) == []


# Text for terminals.

ESCAPES: dict[str, tuple[str, str]] = {
    "escape sequence": ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
    "C0 control characters": ("\x00\x07\x08\t\n\r", r"\x00\x07\x08\t\n\r"),
    "delete": ("\x7f", r"\x7f"),
    "C1 control characters": ("\x9b31m\x85", r"\x9b31m\x85"),
    "line and paragraph separators": ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
    "embeddings and overrides": ("\u202a\u202e\u202cgnp.exe", r"\u202a\u202e\u202cgnp.exe"),
    "isolates": ("\u2066\u2067\u2068\u2069", r"\u2066\u2067\u2068\u2069"),
    "direction marks": ("\u200e\u200f\u061c", r"\u200e\u200f\u061c"),
    "zero-width characters": ("\u200b\u2060\ufeff\u00ad", r"\u200b\u2060\ufeff\xad"),
    "lone surrogates": ("\ud800\udfff", r"\ud800\udfff"),
    "private use": ("\ue000", r"\ue000"),
    "tag characters": ("\U000e0041", r"\U000e0041"),
    "joiners are kept": ("\u200c\u200d", "\u200c\u200d"),
    "spaces are kept": ("\u00a0\u3000", "\u00a0\u3000"),
    "backslashes are kept": (r"C:\new", r"C:\new"),
    "letters are kept": ("naïve 北京 مرحبا नमस्ते 🎉", "naïve 北京 مرحبا नमस्ते 🎉"),
}


@pytest.mark.parametrize("name", ESCAPES)
def test_control_and_invisible_characters_are_escaped(name: str) -> None:
    text, expected = ESCAPES[name]
    assert escape(text) == expected
    assert escape(expected) == expected


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("北京", 4),
        ("ﾃｽﾄ", 3),
        ("\uff37", 2),
        ("한국", 4),
        ("مرحبا", 5),
        ("e\u0301", 1),
        ("🎉", 2),
        ("❤", 1),
        ("❤\ufe0f", 2),
        ("👩\u200d👧", 4),
        ("می\u200cخو", 4),
        ("\u3000", 2),
        ("█▏░→…·", 6),
    ],
)
def test_display_width(text: str, width: int) -> None:
    assert display_width(text) == width


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("北京市", 6, "北京市"),
        ("北京市", 5, "北京…"),
        ("北京市", 4, "北…"),
        ("\x1b\x1b", 8, r"\x1b\x1b"),
        ("\x1b\x1b", 7, r"\x1b\x…"),
        ("e\u0301" * 3, 2, "e\u0301…"),
        ("a" + "\u0301" * 99, 2, "a" + "\u0301" * 7 + "…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 0, ""),
    ],
)
def test_truncate(text: str, width: int, expected: str) -> None:
    assert truncate(text, width) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [""]),
        ("one two three", ["one two", "three"]),
        ("onetwothree", ["onetwoth", "ree"]),
        ("12345678", ["12345678"]),
        ("12345678 9", ["12345678", "9"]),
        ("a 234567 89", ["a 234567", "89"]),
        ("a 23456789", ["a 234567", "89"]),
        ("a\r\n\tb\n", ["a", "    b", ""]),
        ("北京上海广州", ["北京上海", "广州"]),
        ("\x1b" * 3, [r"\x1b\x1b", r"\x1b"]),
        ("\u0301" * 40, ["\u0301" * 32, "\u0301" * 8]),
    ],
)
def test_wrap(text: str, expected: list[str]) -> None:
    assert list(wrap(text, 8)) == expected


def test_wrap_loses_no_characters() -> None:
    text = "the quick brown fox " * 50
    assert "".join(wrap(text, 11)).replace(" ", "") == text.replace(" ", "")


def test_other_text_functions() -> None:
    assert pad("北", 4) == "北  "
    assert pad("abcde", 4) == "abc…"
    assert squeeze(" a \r\n\t b ", 9) == "a b"
    assert first_lines("a\nb\nc", 9, 1) == (["a"], 2)
    assert join_pieces([("red", "a "), ("", " "), ("", "")], 9, color=True) == "\x1b[31ma\x1b[0m"
    assert join_pieces([("red", "abc"), ("bold", "def")], 5, color=True) == "\x1b[31mabc\x1b[0m\x1b[1md…\x1b[0m"
    assert join_pieces([("", "   ")], 9, color=False) == ""


@given(steps=st.lists(STEP, max_size=4), width=st.integers(0, 200), full=st.booleans())
def test_timelines_are_safe_for_terminals(steps: list[Any], width: int, full: bool) -> None:
    parsed = [RunStep.from_dict(data) for data in steps]
    lines = list(render(parsed, width=width, color=False, full=full))
    for line in lines:
        assert display_width(line) <= max(width, 40)
        assert line == line.rstrip()
        assert not {category(char) for char in line} & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
        assert {char for char in line if category(char) == "Cf"} <= {"\u200c", "\u200d"}
    colored = list(render(parsed, width=width, color=True, full=full))
    assert [SGR.sub("", line) for line in colored] == lines


TEXTS = st.text(st.characters() | st.sampled_from("\x1b\x9b\u202e\u2028\ud800\u0301北\t\n "), max_size=300)


@given(text=TEXTS, width=st.integers(40, 90), full=st.booleans())
def test_texts_stay_within_the_width(text: str, width: int, full: bool) -> None:
    call = interpreter_call(text, {"type": "logs", "logs": text}, {"type": f"odd{text}", "text": text})
    calls = [call, function_call(text, text, text), {"type": "odd", "id": text, "odd": {text: text}}]
    for line in render_lines(
        [make_step(calls=calls, run_id=text, last_error={"code": text, "message": text})], width=width, full=full
    ):
        assert display_width(line) <= width
        assert escape(line) == line == line.rstrip()


@pytest.mark.long  # measures time, which depends on the load of the machine
def test_a_long_log_is_rendered_faster_than_serialized() -> None:
    logs = "0123456789 \x1b 北京\n" * 400_000
    step = make_step(
        calls=[
            interpreter_call(logs, {"type": "logs", "logs": logs}),
            function_call(logs, logs),
            {"type": "odd", "odd": logs},
        ]
    )

    def seconds(function: Any) -> float:
        start = time.perf_counter()
        function()
        return time.perf_counter() - start

    assert min(seconds(lambda: render_lines([step])) for _ in range(3)) < min(
        seconds(lambda: json.dumps(logs)) for _ in range(3)
    )
