# SPDX-License-Identifier: MIT
"""Tests of the command `check`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from runstep.archive import Statistics, summary
from runstep.archive.statistics import OTHER_NAMES
from runstep.cli import _progress, main

from .conftest import ARCHIVES, CliRunner, StepFactory, Terminal


def test_check_prints_problems_and_a_summary(run: CliRunner) -> None:
    assert run("check", "log.jsonl") == (
        1,
        """\
log.jsonl:6: step_details.tool_calls[0].file_search.results[0].score: expected a number, got a string
log.jsonl:6: thread_id: expected a string, but the key is missing
log.jsonl:7: invalid JSON (column 198)
log.jsonl:8: expected a run step, got an API error response
5 run steps and 1 invalid in 1 file
  type          tool_calls 3, message_creation 2
  status        completed 4, failed 1
  tool calls    code_interpreter 1, file_search 1, function 1
  created       2024-06-10 06:13:20 UTC to 2024-06-10 06:15:20 UTC
  tokens        1,550 prompt + 120 completion = 1,670 total, in 5 steps
  undocumented  expires_at 5, usage.completion_tokens_details 5, usage.prompt_token_details 5, \
step_details.tool_calls[].file_search.results[].attributes 1
  duplicates    1 step with a repeated id, also counted above
  also found    1 other JSON document
4 problems
""",
        "",
    )


def test_check_reports_lines_within_a_document(run: CliRunner) -> None:
    code, output, _ = run("check", "--quiet", "export.json")
    assert (code, output) == (
        1,
        """\
export.json:88: threads[0].runs[0].steps.has_more: expected a boolean, got a string
export.json:44: threads[0].runs[0].steps.data[1]: expected an object, got null
export.json:95: threads[0].runs[1].steps[0].id: expected a string, got null
export.json:121: threads[0].runs[1].steps[0].step_details.tool_calls[0].code_interpreter.outputs[0].logs: \
expected a string, got an integer
export.json:94: threads[0].runs[1].steps[0].status: expected a string, but the key is missing
""",
    )


def test_check_of_valid_files_exits_with_0(run: CliRunner, valid_file: Path) -> None:
    code, output, errors = run("check", "page.json", valid_file)
    assert (code, errors) == (0, "")
    assert output.startswith("4 run steps in 2 files\n")
    assert output.endswith("\nno problems\n")


def test_check_prints_problems_as_json_and_the_summary_to_stderr(run: CliRunner) -> None:
    code, output, errors = run("check", "--format", "json", "log.jsonl")
    assert code == 1
    assert [json.loads(line) for line in output.splitlines()][1:3] == [
        {
            "file": "log.jsonl",
            "line": 6,
            "location": "thread_id",
            "pattern": "thread_id",
            "level": "error",
            "message": "expected a string, but the key is missing",
        },
        {
            "file": "log.jsonl",
            "line": 7,
            "location": "",
            "pattern": "",
            "level": "error",
            "message": "invalid JSON (column 198)",
        },
    ]
    assert errors.startswith("5 run steps and 1 invalid in 1 file\n")


def test_the_pattern_of_a_problem_is_its_location_without_indices(run: CliRunner) -> None:
    _, output, _ = run("check", "--format", "json", "--quiet", "export.json")
    assert [json.loads(line)["pattern"] for line in output.splitlines()] == [
        "threads[].runs[].steps.has_more",
        "threads[].runs[].steps.data[]",
        "threads[].runs[].steps[].id",
        "threads[].runs[].steps[].step_details.tool_calls[].code_interpreter.outputs[].logs",
        "threads[].runs[].steps[].status",
    ]


def test_strict_check_reports_deviations_and_still_counts_the_steps(run: CliRunner) -> None:
    code, output, _ = run("check", "--strict", "--format", "json", "page.json", "export.json")
    problems = [json.loads(line) for line in output.splitlines()]
    assert code == 1
    assert {problem["level"] for problem in problems if problem["file"] == "page.json"} == {"deviation"}
    assert [problem["location"] for problem in problems][:2] == [
        "data[0].expires_at",
        "data[0].usage.prompt_token_details",
    ]
    assert "threads[0].runs[0].steps.data[1]" in {problem["location"] for problem in problems}
    _, output, _ = run("check", "--strict", "page.json")
    assert "2 run steps in 1 file\n" in output


def test_strict_check_reports_deviations_of_a_page(run: CliRunner, tmp_path: Path, step: StepFactory) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"object": "list", "data": [step()], "has_more": False}), encoding="utf-8")
    code, output, _ = run("check", "--strict", "--quiet", path)
    assert (code, output) == (
        1,
        "".join(f"{path}:1: {key}: expected a string, but the key is missing\n" for key in ("first_id", "last_id")),
    )


def test_an_empty_page_is_valid(run: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    for text in ('{"object": "list", "data": []}', "[]"):
        path.write_text(text, encoding="utf-8")
        assert run("check", path) == (0, "no run steps in 1 file\n  also found    1 empty page\nno problems\n", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"data": [], "error": {"message": "x"}}', "expected a run step, got an API error response"),
        (
            '{"object": "vector_store.file", "data": []}',
            'object: expected a run step ("thread.run.step"), got "vector_store.file"',
        ),
        ('{"object": "list", "data": [], "has_more": "x"}', "has_more: expected a boolean, got a string"),
    ],
)
def test_an_empty_page_is_checked(text: str, message: str, run: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text(text, encoding="utf-8")
    assert run("check", "-q", path) == (1, f"{path}:1: {message}\n", "")
    path.write_text('{"object": "list", "data": []}', encoding="utf-8")
    assert run("check", "-q", "--strict", path)[1].splitlines() == [
        f"{path}:1: {key}: expected {kind}, but the key is missing"
        for key, kind in (("first_id", "a string"), ("last_id", "a string"), ("has_more", "a boolean"))
    ]


def test_check_without_steps_is_an_error(run: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text("{}", encoding="utf-8")
    assert run("check", "--quiet", path) == (1, f"{path}:1: no run steps found\n", "")
    path.write_text('{"error": null}', encoding="utf-8")
    assert run("check", "--quiet", path) == (1, f"{path}:1: no run steps found\n", "")
    path.unlink()
    assert run("check", "--quiet", tmp_path) == (1, "", "runstep: error: no run steps found\n")


def test_check_continues_after_an_unreadable_path_and_exits_with_2(run: CliRunner, valid_file: Path) -> None:
    code, output, errors = run("check", "missing.json", valid_file, valid_file.parent / "gone")
    assert code == 2
    assert output.startswith("2 run steps in 1 file\n")
    assert errors == (
        "runstep: error: cannot read 'missing.json': No such file or directory\n"
        f"runstep: error: cannot read '{valid_file.parent / 'gone'}': No such file or directory\n"
    )
    assert run("check", "missing.json") == (
        2,
        "",
        "runstep: error: cannot read 'missing.json': No such file or directory\n",
    )


def test_the_summary_counts_unknown_values_and_keys(run: CliRunner, tmp_path: Path, step: StepFactory) -> None:
    steps = [
        step(id="1", created_at=1718000000123, type="activities", step_details={"type": "activities", "x": 1}),
        step(id="2", created_at=-1, status="paused\x1b[31m", **{"odd key": 1, "x": 2}),
        step(id="3", created_at=10**20, usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "y": 4}),
        step(id="3", metadata=None, usage=None),
    ]
    (tmp_path / "a.json").write_text(json.dumps(steps), encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"object": "thread.run.step.delta", "delta": {}}\n7\n[]\n', encoding="utf-8")
    (tmp_path / "c.png").write_bytes(b"\x89PNG")
    code, output, _ = run("check", tmp_path)
    assert code == 0
    assert output.splitlines()[0] == "4 run steps in 2 files"
    for line in (
        "  type          message_creation 3, activities 1",
        '  status        completed 3, "paused\\x1b[31m" 1',
        "  created       2024-06-10 06:13:20 UTC to second 100,000,000,000,000,000",
        '  undocumented  ["odd key"] 1, usage.y 1, x 1',
        "  duplicates    1 step with a repeated id, also counted above",
        "  also found    1 stray delta, 1 empty page, 1 other JSON document, 1 skipped file",
    ):
        assert line in output.splitlines()


def test_the_summary_shows_the_most_frequent_names() -> None:
    types = Counter({f"type_{number:02}": 1 for number in range(20)} | {"message_creation": 3000, OTHER_NAMES: 2001})
    line = summary(Statistics(steps=1, types=types)).splitlines()[1]
    assert line.startswith("  type          message_creation 3,000, type_00 1, ")
    assert line.endswith(", type_10 1 and 9 more, others 2,001")


UNDOCUMENTED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "message_creation": (
        {"type": "message_creation", "a": 1, "message_creation": {"message_id": "m", "b": 1}},
        ["step_details.a", "step_details.message_creation.b"],
    ),
    "function, retrieval and unknown tool": (
        {
            "type": "tool_calls",
            "a": 1,
            "tool_calls": [
                {
                    "id": "1",
                    "type": "function",
                    "b": 1,
                    "function": {"name": "f", "arguments": "", "output": None, "c": 1},
                },
                {"id": "2", "type": "retrieval", "retrieval": {}, "d": 1},
                {"id": "3", "type": "bing_grounding", "e": 1},
            ],
        },
        [
            "step_details.a",
            "step_details.tool_calls[].b",
            "step_details.tool_calls[].d",
            "step_details.tool_calls[].function.c",
        ],
    ),
    "code_interpreter": (
        {
            "type": "tool_calls",
            "tool_calls": [
                {
                    "id": "1",
                    "type": "code_interpreter",
                    "a": 1,
                    "code_interpreter": {
                        "input": "",
                        "b": 1,
                        "outputs": [
                            {"type": "logs", "logs": "", "c": 1},
                            {"type": "image", "d": 1, "image": {"file_id": "f", "e": 1}},
                            {"type": "sound", "f": 1},
                        ],
                    },
                }
            ],
        },
        [
            "step_details.tool_calls[].a",
            "step_details.tool_calls[].code_interpreter.b",
            "step_details.tool_calls[].code_interpreter.outputs[].c",
            "step_details.tool_calls[].code_interpreter.outputs[].d",
            "step_details.tool_calls[].code_interpreter.outputs[].image.e",
        ],
    ),
    "file_search": (
        {
            "type": "tool_calls",
            "tool_calls": [
                {
                    "id": "1",
                    "type": "file_search",
                    "file_search": {
                        "ranking_options": {"ranker": "auto", "score_threshold": 0, "a": 1},
                        "results": [
                            {
                                "file_id": "f",
                                "file_name": "n",
                                "score": 1,
                                "b": 1,
                                "attributes": None,
                                "content": [{"type": "text", "text": "t", "c": 1}],
                            },
                            {"file_id": "f", "file_name": "n", "score": 1, "content": [{"type": "text", "text": "t"}]},
                        ],
                    },
                },
                {"id": "2", "type": "file_search", "file_search": {}},
            ],
        },
        [
            "step_details.tool_calls[].file_search.ranking_options.a",
            "step_details.tool_calls[].file_search.results[].attributes",
            "step_details.tool_calls[].file_search.results[].b",
            "step_details.tool_calls[].file_search.results[].content[].c",
        ],
    ),
    "unknown step type": ({"type": "activities", "a": 1}, []),
}


@pytest.mark.parametrize("name", UNDOCUMENTED)
def test_undocumented_keys_are_counted(name: str, step: StepFactory, tmp_path: Path, run: CliRunner) -> None:
    details, keys = UNDOCUMENTED[name]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(step(step_details=details)), encoding="utf-8")
    code, output, _ = run("check", path)
    lines = [line.removeprefix("  undocumented  ") for line in output.splitlines() if "undocumented" in line]
    assert (code, lines) == (0, [", ".join(f"{key} 1" for key in keys)] if keys else [])


def test_huge_numbers_are_printed_in_hexadecimal(run: CliRunner, tmp_path: Path, step: StepFactory) -> None:
    path = tmp_path / "x.jsonl"
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 10**4300 - 1}
    path.write_text(2 * f"{json.dumps(step(usage=usage, created_at=10**4299))}\n", encoding="utf-8")
    code, output, _ = run("check", path)
    assert code == 0
    assert f"  tokens        2 prompt + 4 completion = {2 * 10**4300 - 2:#x} total, in 2 steps\n" in output
    assert f"  created       second {10**4296:#x} to second {10**4296:#x}\n" in output


def test_progress_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(_progress, "_INITIAL_DELAY", 0)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["check", str(ARCHIVES / "log.jsonl"), str(ARCHIVES / "page.json")]) == 1
    assert terminal.getvalue() == "\r0 MB read\r\r         \r"
    assert "MB" not in capsys.readouterr().out
