# SPDX-License-Identifier: MIT
"""Timelines of runs: what a person sees, the order of it, and what never reaches a terminal.

What a person sees is held in `data/timelines`: a page of run steps, and beside it a folder with what is shown of it.
After a wanted change, write these files anew and look at them (`cat` shows the colours):

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

from ..conftest import DATA, SHARED
from ..strategies import STEP

TIMELINES = DATA / "timelines"
PAGES = sorted(TIMELINES.glob("*.json"))
CORPUS = SHARED / "corpus"

SHAPES: dict[str, dict[str, Any]] = {
    "80.txt": {"width": 80, "colour": False},
    "80.ansi": {"width": 80, "colour": True},
    "140.txt": {"width": 140, "colour": False},
    "140.ansi": {"width": 140, "colour": True},
    "40.txt": {"width": 40, "colour": False},
    "full.txt": {"width": 80, "colour": False, "full": True},
}

SGR = re.compile("\x1b\\[[0-9]+m")


def page(path: Path) -> RunStepPage:
    return RunStepPage.from_json(path.read_bytes())


def shown(steps: Any, **how: Any) -> list[str]:
    given: dict[str, Any] = {"width": 80, "colour": False, **how}
    return list(render(steps, **given))


def step(id_: str = "step_1", created_at: int = 1_700_000_000, **given: Any) -> RunStep:
    details = given.pop("details", {"type": "tool_calls", "tool_calls": given.pop("calls", [])})
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
            **given,
        }
    )


def message(id_: str, created_at: int, **given: Any) -> RunStep:
    details = {"type": "message_creation", "message_creation": {"message_id": f"msg of {id_}"}}
    return step(id_, created_at, details=details, **given)


def details_of(one: RunStep, **how: Any) -> list[str]:
    """Return what is shown below the row of a step, without the margin."""
    lines = shown([one], **how)
    below = lines[next(index for index, line in enumerate(lines) if line.startswith(" 1 ")) + 1 :]
    return [line[4:] for line in (below[: below.index("")] if "" in below else below)]


# What a person sees.


def test_there_are_timelines() -> None:
    assert len(PAGES) >= 7


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_shown_as_it_was_found_good(path: Path, shape: str) -> None:
    golden = path.with_suffix("") / shape
    text = "".join(f"{line}\n" for line in render(page(path), **SHAPES[shape]))
    if os.environ.get("RUNSTEP_WRITE_TIMELINES"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8", newline="\n")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_drawings_have_a_stand_in_in_ascii(path: Path) -> None:
    ours = "".join(shown(page(path))).translate(ASCII)
    theirs = json.dumps(page(path).to_dict(), ensure_ascii=False)
    assert {char for char in ours if not char.isascii()} <= set(theirs)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the captured documents are not there")
def test_captured_pages_are_shown() -> None:
    count = 0
    for path in sorted(CORPUS.glob("*.json")):
        data = json.loads(path.read_bytes())
        if isinstance(data, dict) and data.get("object") == "list" and not diagnosed_errors(data):
            ids = {item["run_id"] for item in data["data"]}
            lines = shown(RunStepPage.from_dict(data))
            assert {line.removeprefix("run ") for line in lines if line.startswith("run ")} == ids
            count += 1
    assert count > 10


def diagnosed_errors(data: dict[str, Any]) -> list[Problem]:
    return [problem for problem in diagnose(data) if problem.level == "error"]


def test_nothing_is_shown_of_no_steps() -> None:
    assert shown([]) == []


def test_one_step_of_one_run() -> None:
    usage = {"prompt_tokens": 1200, "completion_tokens": 34, "total_tokens": 1234}
    one = message("step_1", 1_700_000_000, completed_at=1_700_000_002, usage=usage)
    assert shown([one], width=72) == [
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


def test_full_gives_the_ids_and_the_metadata() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}", "output": None}}
    lines = shown([step(calls=[call, {"type": "mcp"}], metadata={"a": "b"})], full=True)
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


def test_less_than_forty_columns_are_taken_for_forty() -> None:
    steps = page(TIMELINES / "thirteen.json")
    assert shown(steps, width=-1) == shown(steps, width=40)
    assert max(map(display_width, shown(steps, width=40))) == 40


# The order of it.


def order(*steps: RunStep) -> list[str]:
    return [line.split()[1] for line in shown(steps, full=True) if line.startswith("    step ")]


MINUTE = 1_700_000_040

ORDERS: dict[str, tuple[list[RunStep], list[str]]] = {
    "by time, newest given first": ([step("b", MINUTE + 1), step("a", MINUTE)], ["a", "b"]),
    "by time, oldest given first": ([step("a", MINUTE), step("b", MINUTE + 1)], ["a", "b"]),
    "by time, given in no order": (
        [step("b", MINUTE + 1), step("c", MINUTE + 2), step("a", MINUTE)],
        ["a", "b", "c"],
    ),
    "a call before the message of its second": ([step("call", MINUTE), message("text", MINUTE)], ["call", "text"]),
    "and given the other way round": ([message("text", MINUTE), step("call", MINUTE)], ["call", "text"]),
    "a call a second after the message stays there": (
        [step("call", MINUTE + 1), message("text", MINUTE)],
        ["text", "call"],
    ),
    "equal times in a listing, newest first": (
        [message("d", MINUTE + 1), step("c", MINUTE), step("b", MINUTE), step("a", MINUTE)],
        ["a", "b", "c", "d"],
    ),
    "equal times in a log, oldest first": (
        [step("a", MINUTE), step("b", MINUTE), step("c", MINUTE), message("d", MINUTE + 1)],
        ["a", "b", "c", "d"],
    ),
    "nothing but equal times are taken for a listing": ([step("b", MINUTE), step("a", MINUTE)], ["a", "b"]),
    "unless the ends tell": (
        [step("a", MINUTE, completed_at=MINUTE + 1), step("b", MINUTE, failed_at=MINUTE + 2)],
        ["a", "b"],
    ),
    "milliseconds within one second: calls before the message, calls by time": (
        [step("b", MINUTE * 1000 + 900), message("text", MINUTE * 1000 + 100), step("a", MINUTE * 1000 + 200)],
        ["a", "b", "text"],
    ),
    "milliseconds beside seconds": ([step("b", MINUTE * 1000 + 1000), step("a", MINUTE)], ["a", "b"]),
    "an unset time last": ([step("none", -1), step("b", MINUTE + 1), step("a", MINUTE)], ["a", "b", "none"]),
    "nothing but unset times": ([step("b", -1), step("a", -1)], ["a", "b"]),
    "type and details that disagree: the details tell": (
        [step("call", MINUTE, type="message_creation"), message("text", MINUTE)],
        ["call", "text"],
    ),
}


@pytest.mark.parametrize("name", ORDERS)
def test_steps_come_in_order(name: str) -> None:
    steps, expected = ORDERS[name]
    assert order(*steps) == expected


def test_runs_come_in_the_order_in_which_they_began() -> None:
    steps = [
        step("a", MINUTE + 9, run_id="late"),
        step("b", -1, run_id="unset"),
        step("c", MINUTE + 8, run_id="early"),
        step("d", MINUTE + 10, run_id="early"),
    ]
    assert [line for line in shown(steps) if line.startswith("run ")] == ["run early", "run late", "run unset"]


def test_a_step_given_again_is_shown_as_it_was_last() -> None:
    early = step("a", MINUTE, status="in_progress")
    late = step("a", MINUTE, completed_at=MINUTE + 1)
    assert shown([early, late])[3] == "1 earlier state is not shown"
    assert shown([early, early, late])[3] == "2 earlier states are not shown"
    assert shown([early, late])[4:] == shown([late])[3:]


def test_a_step_given_again_counts_where_it_was_last() -> None:
    first_poll = [step("b", MINUTE), step("a", MINUTE)]
    second_poll = [step("c", MINUTE + 1), step("b", MINUTE), step("a", MINUTE)]
    assert order(*first_poll, *second_poll) == ["a", "b", "c"]


# When and how long.


def bars(*steps: RunStep) -> list[str]:
    """Return what is drawn of the steps, without the columns before it."""
    lines = shown(steps, width=72)
    start = next(line.index(" 0s") + 1 for line in lines if " 0s" in line and " # " in line)
    return [line[start:] for line in lines if re.match(r" [0-9]  ", line)]


def test_bars_show_when_and_how_long() -> None:
    drawn = bars(
        step("a", MINUTE, completed_at=MINUTE + 10),
        step("b", MINUTE + 10, failed_at=MINUTE + 33),
        step("c", MINUTE + 20, cancelled_at=MINUTE + 20),
        step("d", MINUTE + 30, expired_at=MINUTE + 29),
        step("e", MINUTE + 32),
        step("f", MINUTE + 32, status="in_progress"),
        step("g", -1, completed_at=MINUTE),
    )
    assert drawn == [
        "██████████",
        "         " + "█" * 22,
        "                  ▏",
        "                            ▏",
        "                              ▏",
        "                              ░",
        "",
    ]


def test_a_step_in_progress_alone_fills_its_bar() -> None:
    assert bars(step("a", MINUTE, status="in_progress")) == ["░" * 31]


@pytest.mark.parametrize(
    ("created_at", "completed_at", "head"),
    [
        (0, 0, "1970-01-01 00:00:00 UTC · 0s · "),
        (MINUTE, MINUTE + 119, "2023-11-14 22:14:00 UTC · 119s · "),
        (MINUTE, MINUTE + 120, "2023-11-14 22:14:00 UTC · 120s (2m 00s) · "),
        (MINUTE, MINUTE + 7325, "2023-11-14 22:14:00 UTC · 7,325s (2h 02m) · "),
        (MINUTE * 1000 + 7, MINUTE * 1000 + 1507, "2023-11-14 22:14:00 UTC · 1.500s · "),
        (10**11, 10**11, "5138-11-16 09:46:40 UTC · 0s · "),
        (253_402_300_799_999, -1, "9999-12-31 23:59:59 UTC · 0s · "),
        (253_402_300_800_000, None, "253402300800000 · 0s · "),
        (-1, None, ""),
        (-5, MINUTE, ""),
    ],
)
def test_times_of_all_kinds(created_at: int, completed_at: int | None, head: str) -> None:
    assert shown([step(created_at=created_at, completed_at=completed_at)])[2] == f"{head}1 step · 1 completed"


def test_a_run_that_goes_on_has_no_end_yet() -> None:
    steps = [step("a", MINUTE, status="in_progress"), step("b", MINUTE + 3)]
    assert shown(steps)[2] == "2023-11-14 22:14:00 UTC · 3s so far · 2 steps · 1 in_progress · 1 completed"


def test_minus_one_is_no_end() -> None:
    one = step(created_at=MINUTE, completed_at=-1, failed_at=-1, cancelled_at=MINUTE + 4)
    assert shown([one])[2] == "2023-11-14 22:14:00 UTC · 4s · 1 step · 1 completed"


# Numbers of any size.


def test_no_number_is_too_long() -> None:
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
    one = step(created_at=huge, completed_at=huge * 2, calls=[call, search], usage=usage.to_dict())
    for full in (False, True):
        assert max(map(len, shown([one], full=full))) == 80


# What tools did.


def function(arguments: str, output: str | None, name: str = "f") -> dict[str, Any]:
    return {"id": "", "type": "function", "function": {"name": name, "arguments": arguments, "output": output}}


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"id": "", "type": "code_interpreter", "code_interpreter": {"input": source, "outputs": list(outputs)}}


CALLS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a function in one line": (function('{\n  "a": 1\n}', "2"), ['function f({ "a": 1 }) → 2']),
    "a function that fits to the last column": (
        function("x" * 60, "2"),
        [f"function f({'x' * 60}) → 2"],
    ),
    "a function that fits no more": (
        function("x" * 62, "22"),
        [f"function f({'x' * 62})", "  → 22"],
    ),
    "a function of many lines": (
        function("{}", "1\n2\n3\n4\n5"),
        ["function f({})", "  → 1", "    2", "    3", "    … 2 more lines"],
    ),
    "a function whose arguments are cut": (
        function("x" * 400, "2"),
        [f"function f({'x' * 64}…", "  → 2"],
    ),
    "arguments of blanks and something at the end": (
        function(" " * 1000 + "x", "2"),
        ["function f(…) → 2"],
    ),
    "an empty output": (function("", ""), ["function f() → (empty)"]),
    "no output": (function("", None), ["function f() → (no output)"]),
    "four lines are all shown": (code("1\n2\n3\n4\n"), ["code_interpreter", "  1", "  2", "  3", "  4"]),
    "five are not": (code("1\n2\n3\n4\n5"), ["code_interpreter", "  1", "  2", "  3", "  … 2 more lines"]),
    "blank lines are left out": (code("\n1\n\n \t\n2\r\n3\n"), ["code_interpreter", "  1", "  2", "  3"]),
    "no code": (code(""), ["code_interpreter", "  (empty)"]),
    "blank lines without end": (
        code("1" + "\n" * 100 + "2", {"type": "logs", "logs": ""}),
        ["code_interpreter", "  1", "  … 81 more lines", "  → (empty)"],
    ),
    "an unknown tool": ({"id": "x", "type": "browser", "url": [1, None]}, ['browser {"url": [1, null]}']),
    "a retrieval": ({"id": "x", "type": "retrieval", "retrieval": {"outputs": []}}, ['retrieval {"outputs": []}']),
    "a search without anything": ({"id": "x", "type": "file_search", "file_search": {}}, ["file_search"]),
    "a search without results": (
        {"id": "x", "type": "file_search", "file_search": {"results": []}},
        ["file_search", "  → (no results)"],
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls_are_abridged(name: str) -> None:
    call, expected = CALLS[name]
    assert details_of(step(calls=[call])) == expected


def test_chunks_are_shown_in_full_only() -> None:
    content = [{"type": "text", "text": "first\nsecond"}, {"type": "text"}]
    result = {"file_id": "file-1", "file_name": "a.md", "score": 1, "content": content}
    call = {"id": "call_1", "type": "file_search", "file_search": {"results": [result]}}
    assert details_of(step(calls=[call])) == ["file_search", "  → 1.000  a.md  file-1"]
    assert details_of(step(calls=[call]), full=True) == [
        "step step_1",
        "file_search call_1",
        "  → 1.000  a.md  file-1",
        "    first",
        "    second",
    ]


def test_a_step_of_no_tools_is_shown_as_it_came() -> None:
    details = OtherStepDetails(raw=FrozenDict({"type": "thinking", "thought": "why"}))
    one = step("step_1", details=details.to_dict())
    assert details_of(one) == ['{"thought": "why"}']
    assert details_of(one, full=True) == ["step step_1", "{", '  "type": "thinking",', '  "thought": "why"', "}"]


def test_an_error_is_folded() -> None:
    error = {"code": "server_error", "message": "It broke.\n" + "again " * 60}
    assert details_of(step(last_error=error)) == [
        "error server_error: It broke. again again again again again again again",
        "      again again again again again again again again again again again",
        "      again again again again again again again again again again again",
        "      again again again again again…",
    ]
    assert details_of(step(last_error={"code": "", "message": ""})) == []


# What never reaches a terminal.

ESCAPES: dict[str, tuple[str, str]] = {
    "an escape sequence": ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
    "C0": ("\x00\x07\x08\t\n\r", r"\x00\x07\x08\t\n\r"),
    "delete": ("\x7f", r"\x7f"),
    "C1": ("\x9b31m\x85", r"\x9b31m\x85"),
    "line and paragraph separators": ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
    "overrides": ("\u202a\u202e\u202cgnp.exe", r"\u202a\u202e\u202cgnp.exe"),
    "isolates": ("\u2066\u2067\u2068\u2069", r"\u2066\u2067\u2068\u2069"),
    "direction marks": ("\u200e\u200f\u061c", r"\u200e\u200f\u061c"),
    "zero width": ("\u200b\u2060\ufeff\u00ad", r"\u200b\u2060\ufeff\xad"),
    "half a pair": ("\ud800\udfff", r"\ud800\udfff"),
    "private use": ("\ue000", r"\ue000"),
    "tags": ("\U000e0041", r"\U000e0041"),
    "joiners stay": ("\u200c\u200d", "\u200c\u200d"),
    "blanks stay": ("\u00a0\u3000", "\u00a0\u3000"),
    "a backslash stays": (r"C:\new", r"C:\new"),
    "letters stay": ("naïve 北京 مرحبا नमस्ते 🎉", "naïve 北京 مرحبا नमस्ते 🎉"),
}


@pytest.mark.parametrize("name", ESCAPES)
def test_what_a_terminal_could_obey_is_escaped(name: str) -> None:
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
def test_columns(text: str, width: int) -> None:
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
def test_cut(text: str, width: int, expected: str) -> None:
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
def test_folded(text: str, expected: list[str]) -> None:
    assert list(wrap(text, 8)) == expected


def test_folding_loses_no_character() -> None:
    text = "the quick brown fox " * 50
    assert "".join(wrap(text, 11)).replace(" ", "") == text.replace(" ", "")


def test_other_texts() -> None:
    assert pad("北", 4) == "北  "
    assert pad("abcde", 4) == "abc…"
    assert squeeze(" a \r\n\t b ", 9) == "a b"
    assert first_lines("a\nb\nc", 9, 1) == (["a"], 2)
    assert join_pieces([("red", "a "), ("", " "), ("", "")], 9, colour=True) == "\x1b[31ma\x1b[0m"
    assert join_pieces([("red", "abc"), ("bold", "def")], 5, colour=True) == "\x1b[31mabc\x1b[0m\x1b[1md…\x1b[0m"
    assert join_pieces([("", "   ")], 9, colour=False) == ""


@given(steps=st.lists(STEP, max_size=4), width=st.integers(0, 200), full=st.booleans())
def test_every_readable_step_makes_lines_for_a_terminal(steps: list[Any], width: int, full: bool) -> None:
    read = [RunStep.from_dict(data) for data in steps]
    plain = list(render(read, width=width, colour=False, full=full))
    for line in plain:
        assert display_width(line) <= max(width, 40)
        assert line == line.rstrip()
        assert not {category(char) for char in line} & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
        assert {char for char in line if category(char) == "Cf"} <= {"\u200c", "\u200d"}
    coloured = list(render(read, width=width, colour=True, full=full))
    assert [SGR.sub("", line) for line in coloured] == plain


TEXTS = st.text(st.characters() | st.sampled_from("\x1b\x9b\u202e\u2028\ud800\u0301北\t\n "), max_size=300)


@given(text=TEXTS, width=st.integers(40, 90), full=st.booleans())
def test_texts_stay_within_the_width(text: str, width: int, full: bool) -> None:
    call = code(text, {"type": "logs", "logs": text}, {"type": f"odd{text}", "text": text})
    calls = [call, function(text, text, text), {"type": "odd", "id": text, "odd": {text: text}}]
    for line in shown(
        [step(calls=calls, run_id=text, last_error={"code": text, "message": text})], width=width, full=full
    ):
        assert display_width(line) <= width
        assert escape(line) == line == line.rstrip()


@pytest.mark.long  # it measures time, which a gate must not hang on
def test_a_long_log_takes_no_longer_than_to_write_it_once() -> None:
    logs = "0123456789 \x1b 北京\n" * 400_000
    one = step(calls=[code(logs, {"type": "logs", "logs": logs}), function(logs, logs), {"type": "odd", "odd": logs}])

    def seconds(work: Any) -> float:
        before = time.perf_counter()
        work()
        return time.perf_counter() - before

    assert min(seconds(lambda: shown([one])) for _ in range(3)) < min(
        seconds(lambda: json.dumps(logs)) for _ in range(3)
    )
