# SPDX-License-Identifier: MIT
"""The command line: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep import RunStep, RunStepPage, cli
from runstep.archive import Record, ranges, read_records, reports
from runstep.archive._summary import summary
from runstep.archive.reports import Part
from runstep.archive.statistics import Found
from runstep.cli import _pool, _progress, main
from runstep.cli import check as check_command

from ..conftest import DATA

ARCHIVES = DATA / "archives"
Maker = Callable[..., dict[str, Any]]


class Run:
    """What a run of the command line gave."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        output = self._capsys.readouterr()
        return code, output.out, output.err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(ARCHIVES)
    return Run(capsys)


@pytest.fixture
def good(step: Maker, tmp_path: Path) -> Path:
    """A file with two whole steps."""
    path = tmp_path / "good.jsonl"
    path.write_text("".join(json.dumps(step(id=id_)) + "\n" for id_ in ("step_a", "step_b")))
    return path


# check


def test_check_says_what_is_wrong_and_what_there_is(run: Run) -> None:
    assert run("check", "log.jsonl") == (
        1,
        """\
log.jsonl:6: step_details.tool_calls[0].file_search.results[0].score: expected a number, got a string
log.jsonl:6: thread_id: expected a string, but the key is missing
log.jsonl:7: expected JSON, got text that is not (column 198)
log.jsonl:8: expected a run step, got an error that a server answered with
5 run steps and 1 unreadable in 1 file
  type          tool_calls 3, message_creation 2
  status        completed 4, failed 1
  tool calls    code_interpreter 1, file_search 1, function 1
  created       2024-06-10 06:13:20 UTC to 2024-06-10 06:15:20 UTC
  tokens        1,550 prompt + 120 completion = 1,670 total, in 5 steps
  undocumented  expires_at 5, usage.completion_tokens_details 5, usage.prompt_token_details 5, \
step_details.tool_calls[].file_search.results[].attributes 1
  duplicates    1 step with an id that came before
  beside        1 other JSON document
4 problems
""",
        "",
    )


def test_check_finds_the_line_inside_a_document(run: Run) -> None:
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


def test_check_of_what_is_whole_is_content(run: Run, good: Path) -> None:
    code, output, errors = run("check", "page.json", good)
    assert (code, errors) == (0, "")
    assert output.startswith("4 run steps in 2 files\n")
    assert output.endswith("\nno problems\n")


def test_check_in_json_keeps_problems_apart_from_the_summary(run: Run) -> None:
    code, output, errors = run("check", "--format", "json", "log.jsonl")
    assert code == 1
    assert [json.loads(line) for line in output.splitlines()][1:3] == [
        {
            "file": "log.jsonl",
            "line": 6,
            "location": "thread_id",
            "level": "error",
            "message": "expected a string, but the key is missing",
        },
        {
            "file": "log.jsonl",
            "line": 7,
            "location": "",
            "level": "error",
            "message": "expected JSON, got text that is not (column 198)",
        },
    ]
    assert errors.startswith("5 run steps and 1 unreadable in 1 file\n")


def test_check_strictly_tells_deviations_and_counts_the_steps_all_the_same(run: Run) -> None:
    code, output, _ = run("check", "--strict", "--format", "json", "page.json", "export.json")
    findings = [json.loads(line) for line in output.splitlines()]
    assert code == 1
    assert {finding["level"] for finding in findings if finding["file"] == "page.json"} == {"deviation"}
    assert [finding["location"] for finding in findings][:2] == [
        "data[0].expires_at",
        "data[0].usage.prompt_token_details",
    ]
    assert "threads[0].runs[0].steps.data[1]" in {finding["location"] for finding in findings}
    _, output, _ = run("check", "--strict", "page.json")
    assert "2 run steps in 1 file\n" in output


def test_check_strictly_tells_deviations_of_a_page(run: Run, tmp_path: Path, step: Maker) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"object": "list", "data": [step()], "has_more": False}))
    code, output, _ = run("check", "--strict", "--quiet", path)
    assert (code, output) == (
        1,
        "".join(f"{path}:1: {key}: expected a string, but the key is missing\n" for key in ("first_id", "last_id")),
    )


def test_check_without_any_step_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text('{"object": "list", "data": []}')
    assert run("check", path) == (
        1,
        "no run steps in 1 file\n  beside        1 empty page\nno problems\n",
        "runstep: no run steps found\n",
    )
    path.write_text("{}")
    assert run("check", "--quiet", path) == (1, f"{path}:1: expected run steps, found none\n", "")


def test_check_of_what_cannot_be_read_goes_on_and_exits_2(run: Run, good: Path) -> None:
    code, output, errors = run("check", "missing.json", good, good.parent / "gone")
    assert code == 2
    assert output.startswith("2 run steps in 1 file\n")
    assert errors == (
        "runstep: missing.json: No such file or directory\n"
        f"runstep: {good.parent / 'gone'}: No such file or directory\n"
    )
    assert run("check", "missing.json") == (2, "", "runstep: missing.json: No such file or directory\n")


def test_check_counts_what_strangers_do(run: Run, tmp_path: Path, step: Maker) -> None:
    steps = [
        step(id="1", created_at=1718000000123, type="activities", step_details={"type": "activities", "x": 1}),
        step(id="2", created_at=-1, status="paused\x1b[31m", **{"odd key": 1, "x": 2}),
        step(id="3", created_at=10**20, usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "y": 4}),
        step(id="3", metadata=None, usage=None),
    ]
    (tmp_path / "a.json").write_text(json.dumps(steps))
    (tmp_path / "b.jsonl").write_text('{"object": "thread.run.step.delta", "delta": {}}\n7\n[]\n')
    (tmp_path / "c.png").write_bytes(b"\x89PNG")
    code, output, _ = run("check", tmp_path)
    assert code == 0
    assert output.splitlines()[0] == "4 run steps in 2 files"
    for line in (
        "  type          message_creation 3, activities 1",
        '  status        completed 3, "paused\\x1b[31m" 1',
        "  created       2024-06-10 06:13:20 UTC to second 100,000,000,000,000,000",
        '  undocumented  ["odd key"] 1, usage.y 1, x 1',
        "  duplicates    1 step with an id that came before",
        "  beside        1 stray delta, 1 empty page, 1 other JSON document, 1 foreign file",
    ):
        assert line in output.splitlines()


UNDOCUMENTED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a message": (
        {"type": "message_creation", "a": 1, "message_creation": {"message_id": "m", "b": 1}},
        ["step_details.a", "step_details.message_creation.b"],
    ),
    "a function": (
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
    "code": (
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
    "a search": (
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
    "something else": ({"type": "activities", "a": 1}, []),
}


@pytest.mark.parametrize("name", UNDOCUMENTED)
def test_undocumented_keys_are_seen_in(name: str, step: Maker, tmp_path: Path, run: Run) -> None:
    details, keys = UNDOCUMENTED[name]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(step(step_details=details)))
    code, output, _ = run("check", path)
    seen = [line.removeprefix("  undocumented  ") for line in output.splitlines() if "undocumented" in line]
    assert (code, seen) == (0, [", ".join(f"{key} 1" for key in keys)] if keys else [])


def test_tables_of_names_do_not_grow_without_end() -> None:
    all_parts: list[Found] = []
    for number in range(3000):
        part = Found()
        part.types.update([f"{number:04}" + "x" * 1000, "message_creation"])
        all_parts.append(part)
    found, backwards, halves = Found(), Found(), (Found(), Found())
    for part in all_parts:
        found.add(part)
    for number, part in enumerate(reversed(all_parts)):
        backwards.add(part)
        halves[number % 2].add(part)
    joined = Found()
    for half in halves:
        joined.add(half)
    assert found.types == backwards.types == joined.types
    assert len(found.types) == 1001
    assert max(map(len, found.types)) == 129
    line = list(summary(Found(steps=1, types=found.types)))[1]
    assert line.startswith("  type          message_creation 3,000, ")
    assert line.endswith(" and 988 more, others 2,001")


def test_sums_that_python_does_not_write_in_decimal_are_told(run: Run, tmp_path: Path, step: Maker) -> None:
    path = tmp_path / "x.jsonl"
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 10**4300 - 1}
    path.write_text(2 * f"{json.dumps(step(usage=usage, created_at=10**4299))}\n")
    code, output, _ = run("check", path)
    assert code == 0
    assert f"  tokens        2 prompt + 4 completion = {2 * 10**4300 - 2:#x} total, in 2 steps\n" in output
    assert f"  created       second {10**4296:#x} to second {10**4296:#x}\n" in output


# Control characters, encodings.


def test_nothing_that_a_terminal_obeys_gets_through(run: Run, tmp_path: Path, step: Maker) -> None:
    path = tmp_path / "a\x1b[31m\udc80\n.json"
    path.write_text(json.dumps([step(id=1, run_id=2, **{"k\x1b\ud800": {}}), step(status="\x9b\u202e\ud800")]))
    for verb in (["check", path], ["check", "--strict", path], ["check", "--format", "json", path], ["show", path]):
        _, output, errors = run(*verb)
        assert (output + errors).replace("\n", "").isprintable()
        assert r"a\x1b[31m" in output + errors or r"a\u001b[31m" in output + errors


def test_an_output_that_has_no_such_letters_gets_escapes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "Łódź.json"
    path.write_bytes((ARCHIVES / "page.json").read_bytes() + b"oops")
    output, errors = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, "ascii"))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(errors, "ascii"))
    assert main(["show", str(path)]) == 1
    sys.stderr.flush()
    assert b"#####" in output.getvalue()
    assert b"\\u0141\\xf3d\\u017a.json" in errors.getvalue()


# Several processes.


class Team:
    """Does at once what a team of processes would do in them."""

    def submit(self, piece: Any) -> list[Part]:
        return [reports.check_piece(piece)]

    def result(self, part: list[Part]) -> Part:
        return part[0]


def parts(path: Path, size: int | None, *, strict: bool) -> tuple[list[Any], Found]:
    """What is found by one process, or in pieces of `size` bytes."""
    findings: list[Any] = []
    found = Found()
    team: Any = None if size is None else Team()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranges, "_BYTES_IN_PIECE", size)
        for part in reports.check(str(path), strict=strict, progress=lambda _: None, team=team):
            findings += part.findings
            found.add(part.found)
    return findings, found


def facts(found: Found) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Found.__slots__ if name != "ids"} | {"repeated": found.repeated()}


@given(data=st.data())
def test_pieces_of_any_size_give_the_same_as_the_whole(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = (ARCHIVES / "log.jsonl").read_bytes().split(b"\n")
    few = [line[:60] for line in lines] + [b"", b"\r", b"[]", b"{}", b'{"object": "thread.run.step.delta"}']
    chosen = data.draw(st.lists(st.sampled_from(lines + few), max_size=12))
    path = tmp_path_factory.mktemp("pieces") / "x.jsonl"
    path.write_bytes(data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + b"\n".join(chosen))
    size, strict = data.draw(st.integers(1, 2000)), data.draw(st.booleans())
    whole, found = parts(path, None, strict=strict)
    pieces, joined = parts(path, size, strict=strict)
    assert pieces == whole
    assert facts(joined) == facts(found)


def test_lines_without_a_step_are_told_once_whatever_the_pieces(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("{}\n" * 9)
    findings, _ = parts(path, 5, strict=False)
    assert [finding[1:] for finding in findings] == [(1, "", "error", "expected run steps, found none")]


def test_many_records_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, found = parts(ARCHIVES / "log.jsonl", None, strict=False)
    monkeypatch.setattr(reports, "_RECORDS_IN_PART", 2)
    again, joined = parts(ARCHIVES / "log.jsonl", None, strict=False)
    assert again == whole
    assert facts(joined) == facts(found)


def test_ids_that_differ_are_no_duplicates_whatever_the_pieces(tmp_path: Path, step: Maker) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(step(id=id_)) + "\n" for id_ in ("a", "a\0", "", "\0", "a\0")))
    assert [parts(path, size, strict=False)[1].repeated() for size in (None, 1000)] == [1, 1]


def test_a_line_longer_than_many_pieces_is_one_line(tmp_path: Path, step: Maker) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f"{json.dumps(step(noise='x' * 100_000))}\noops\n{json.dumps(step())}\n")
    whole, found = parts(path, None, strict=False)
    pieces, joined = parts(path, 1000, strict=False)
    assert [finding[1:] for finding in pieces] == [(2, "", "error", "expected JSON, got text that is not (column 1)")]
    assert pieces == whole
    assert facts(joined) == facts(found)


def test_a_folder_in_pieces_gives_the_same_as_the_whole(tmp_path: Path) -> None:
    for file in ARCHIVES.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "README").write_text("no")
    (tmp_path / "gone").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    whole, found = parts(tmp_path, None, strict=False)
    pieces, joined = parts(tmp_path, 100, strict=False)
    assert pieces == whole
    assert facts(joined) == facts(found)


def test_a_file_that_vanishes_before_its_piece_is_read_is_told(tmp_path: Path) -> None:
    piece = ranges._Piece(str(tmp_path / "gone"), is_named=True, strict=False, size=9, is_whole=False)
    (finding,) = reports.check_piece(piece).findings
    assert finding[1:] == (None, "", "error", "cannot be read: No such file or directory")


def test_a_file_that_fails_in_a_range_is_told(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    class Broken(io.BytesIO):
        readline = fail

    def opened(*_: object, **__: object) -> Broken:
        return Broken()

    monkeypatch.setattr(Path, "open", opened)
    piece = ranges._Piece(str(good), is_named=True, strict=False, size=9, is_whole=False)
    (finding,) = reports.check_piece(piece).findings
    assert finding[1:] == (1, "", "error", "cannot be read: Input/output error")


def test_several_processes_print_what_one_prints(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "_BYTES_IN_PIECE", 500)
    arguments = ["check", "log.jsonl", "missing", "."]
    assert run(*arguments, "--jobs", "2") == run(*arguments)
    assert run("check", "/dev/null", "--jobs", "2") == run("check", "/dev/null")


def test_a_worker_ends_when_there_is_nobody_to_work_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def ignore(*_: object) -> None:
        pass

    monkeypatch.setattr(signal, "signal", ignore)
    (ours, theirs), (other, _) = multiprocessing.Pipe(), multiprocessing.Pipe()
    ours.send(ranges._Piece(str(ARCHIVES / "page.json"), is_named=True, strict=False, size=9))
    part: list[Part] = []

    def take_one() -> None:
        part.append(ours.recv())
        ours.close()

    reader = threading.Thread(target=take_one)
    reader.start()
    _pool._serve(theirs, [other])
    reader.join()
    assert part[0].found.steps == 2
    assert other.closed


def test_standard_input_is_read_in_its_place(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for jobs in (1, 2):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"error": ""}')))
        code, output, _ = run("check", "--quiet", "--jobs", jobs, "page.json", "-", "page.json")
        assert (code, output) == (1, "<stdin>:1: expected a run step, got an error that a server answered with\n")


def kill(_: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_dies_is_told(run: Run, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "check_piece", kill)
    assert run("check", "--jobs", 2, good) == (2, "", "runstep: a process that checked has died\n")


def test_a_process_that_died_before_it_had_work_is_told(good: Path) -> None:
    with _pool.workers(2) as team:
        assert team is not None
        for process in team._processes:
            process.kill()
            process.join()
        with pytest.raises(_pool.WorkerError, match=r"^a process that checked has died$"):
            team.submit(ranges._Piece(str(good), is_named=True, strict=False, size=9))


# show


def test_show_draws_each_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    code, output, errors = run("show", "log.jsonl")
    assert code == 1
    assert [line for line in output.splitlines() if line.startswith("run ")] == [
        "run run_weather",
        "run run_manual",
        "run run_sums",
    ]
    assert max(map(len, output.splitlines())) <= 60
    assert "\x1b" not in output
    assert errors.splitlines()[0].startswith("log.jsonl:6: step_details")
    assert len(errors.splitlines()) == 4


def test_show_one_run_whole(run: Run) -> None:
    code, output, _ = run("show", "page.json", "--run", "run_weather", "--full")
    assert code == 0
    assert "step_w1" in output
    assert run("show", "page.json", "--run", "run_x") == (1, "", "runstep: no run steps of run_x found\n")


def test_show_without_any_step_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text("[]")
    assert run("show", path) == (1, "", "runstep: no run steps found\n")
    assert run("show", "missing") == (2, "", "runstep: missing: No such file or directory\n")


class Terminal(io.StringIO):
    """Stands for a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "is_coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_is_for_terminals(variables: dict[str, str], is_coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["show", str(ARCHIVES / "page.json")]) == 0
    assert ("\x1b[" in terminal.getvalue()) is is_coloured


# convert


def test_convert_to_lines_is_exact(run: Run) -> None:
    code, output, errors = run("convert", "page.json", "--to", "jsonl")
    assert (code, errors) == (0, "")
    assert [json.loads(line) for line in output.splitlines()] == json.loads(Path("page.json").read_text())["data"]


def test_convert_to_a_page(run: Run, tmp_path: Path, good: Path) -> None:
    path = tmp_path / "page.json"
    assert run("convert", good, "--to", "page", "-o", path) == (0, "", "")
    page = RunStepPage.from_json(path.read_bytes(), strict=True)
    assert [step.id for step in page] == ["step_a", "step_b"]
    assert (page.first_id, page.last_id, page.has_more) == ("step_a", "step_b", False)


def test_convert_writes_what_can_be_read_and_says_what_cannot(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("runstep.streaming")
    path = tmp_path / "steps.jsonl"
    code, output, errors = run("convert", "log.jsonl", "stream.sse", "--to", "jsonl", "-o", path)
    assert (code, output) == (1, "")
    assert len(errors.splitlines()) == 4 + 7
    assert [RunStep.from_json(line).id for line in path.read_text().splitlines()] == [
        "step_w1",
        "step_w2",
        "step_s1",
        "step_w2",
        "step_c1",
        "step_w1",
        "step_w3",
    ]


def test_convert_without_any_step_writes_nothing(run: Run, tmp_path: Path) -> None:
    empty, path = tmp_path / "empty.json", tmp_path / "out"
    empty.write_text("[]")
    assert run("convert", empty, "--to", "page", "-o", path) == (1, "", "runstep: no run steps found\n")
    assert not path.exists()


def test_convert_that_fails_leaves_no_half_file(run: Run, good: Path) -> None:
    path = good.parent / "out" / "steps.jsonl"
    path.parent.mkdir()
    path.write_text("as it was")
    assert run("convert", good, "missing", "--to", "jsonl", "-o", path) == (
        2,
        "",
        "runstep: missing: No such file or directory\n",
    )
    assert path.read_text() == "as it was"
    assert list(path.parent.iterdir()) == [path]
    nowhere = good.parent / "nowhere" / "x"
    assert run("convert", good, "--to", "jsonl", "-o", nowhere) == (
        2,
        "",
        f"runstep: {nowhere}: No such file or directory\n",
    )


def test_convert_refuses_to_write_to_its_input(run: Run, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link, hard = good.parent / "link", good.parent / "hard"
    link.symlink_to(good)
    hard.hardlink_to(good)
    before = good.read_text()
    for output in (good, link, hard):
        for source in (good, good.parent):
            code, _, errors = run("convert", source, "missing", "--to", "page", "-o", output)
            assert code == 2
            assert errors.endswith(": is to be read, so it cannot be written to\n")
    with good.open("a") as target:
        monkeypatch.setattr(sys, "stdout", target)
        assert run("convert", good, "--to", "page")[0] == 2
        monkeypatch.undo()

        def status(_: int) -> os.stat_result:
            return good.stat()

        monkeypatch.setattr(os, "fstat", status)
        assert run("convert", "-", "--to", "page", "-o", good)[0] == 2
    assert good.read_text() == before


def test_convert_reads_and_writes_one_device() -> None:
    with Path(os.devnull).open("r+b") as null:
        process = start("convert", "-", "--to", "page", stdin=null, stdout=null)
        _, errors = process.communicate()
    assert (process.returncode, errors) == (
        1,
        "<stdin>:1: expected run steps, found none\nrunstep: no run steps found\n",
    )


def test_convert_keeps_a_link_and_the_rights_of_what_it_replaces(run: Run, good: Path) -> None:
    path, link = good.parent / "out", good.parent / "out_link"
    path.write_text("")
    path.chmod(0o640)
    link.symlink_to(path)
    assert run("convert", good, "--to", "jsonl", "-o", link)[0] == 0
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert len(path.read_text().splitlines()) == 2


def test_convert_writes_to_what_is_no_file(run: Run, good: Path) -> None:
    assert run("convert", good, "--to", "jsonl", "-o", "/dev/null") == (0, "", "")
    assert not Path("/dev/null").is_file()
    code, _, errors = run("convert", good, "--to", "jsonl", "-o", good.parent)
    assert (code, errors) == (2, f"runstep: {good.parent}: Is a directory\n")


def test_what_is_converted_twice_is_the_same(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    run("convert", "log.jsonl", "--to", "page", "-o", first)
    assert run("convert", first, "--to", "page", "-o", second) == (0, "", "")
    assert first.read_bytes() == second.read_bytes()


# How it ends.


@pytest.mark.parametrize(
    "arguments", [[], ["check"], ["check", "--jobs", "0", "x"], ["check", "--jobs", "x", "x"], ["convert", "x"], ["no"]]
)
def test_wrong_arguments_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m runstep")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--jobs", "0", "x"], "argument --jobs: expected a whole number from 1, got '0'"),
        (["--jobs", "x", "x"], "argument --jobs: expected a whole number from 1, got 'x'"),
        (["--jobs", "9" * 5000, "x"], f"argument --jobs: expected a whole number from 1, got '{'9' * 5000}'"),
    ],
)
def test_what_is_wrong_with_an_argument_is_said(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["check", *arguments])
    assert capsys.readouterr().err.splitlines()[-1] == f"python -m runstep check: error: {said}"


def test_nothing_that_a_terminal_obeys_gets_through_from_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "x", "--\x1b[31m\u202e\n"])
    assert capsys.readouterr().err.splitlines()[-1] == (
        r"python -m runstep: error: unrecognized arguments: --\x1b[31m\u202e\n"
    )


@pytest.mark.parametrize("verb", ["", "check", "show", "convert"])
def test_help_has_examples(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*verb.split(), "--help"])
    assert ended.value.code == 0
    assert f"examples:\n  python -m runstep {verb}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("failure", "code", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (MemoryError(), 2, "runstep: out of memory\n"),
        (OSError(28, "No space left on device"), 2, "runstep: No space left on device\n"),
    ],
)
def test_what_ends_it_early(
    failure: BaseException, code: int, said: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Iterator[str]:
        raise failure

    monkeypatch.setattr(check_command, "summary", fail)
    assert run("check", "page.json") == (code, "", said)


def test_a_long_work_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(_progress, "_SECONDS_OF_SILENCE", 0)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["check", str(ARCHIVES / "log.jsonl"), str(ARCHIVES / "page.json")]) == 1
    assert terminal.getvalue() == "\r0 MB read\r\r         \r"
    assert "MB" not in capsys.readouterr().out


# As a process of its own, from the bare checkout.

ROOT = Path(__file__).parents[2]


def start(*arguments: str, stdout: Any = subprocess.PIPE, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  (this Python)
        [sys.executable, "-S", "-E", "-m", "runstep", *arguments],
        cwd=ROOT,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_it_runs_from_a_bare_checkout() -> None:
    with start("check", "tests/data/archives/page.json") as process:
        output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert output.startswith("2 run steps in 1 file\n")


def test_the_module_ends_with_the_code_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["runstep", "check", "--quiet", str(ARCHIVES / "page.json")])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("runstep", run_name="__main__")
    assert ended.value.code == 0
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_module_leaves_an_interrupt_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def look() -> int:
        seen.append(signal.getsignal(signal.SIGINT))
        raise KeyboardInterrupt

    run_as_module = runpy.run_module("runstep.__main__")["run"]
    monkeypatch.setattr(cli, "main", look)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert run_as_module() == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert run_as_module() == 130
    assert seen == [signal.SIG_IGN, signal.default_int_handler]


def test_an_interrupt_while_modules_are_loaded_ends_it_quietly() -> None:
    code = """
import os, runpy, signal, sys
class Finder:
    def find_spec(self, name, *_):
        if name == "runstep.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
runpy.run_module("runstep", run_name="__main__")
"""
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)  # noqa: S603
    assert (process.returncode, process.stdout, process.stderr) == (-signal.SIGINT, b"", b"")


def test_a_reader_that_has_gone(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    def fail(*_: object) -> None:
        raise BrokenPipeError

    ended: list[int] = []

    def replace(_: int, target: int) -> None:
        ended.append(target)

    monkeypatch.setattr(check_command, "summary", fail)
    monkeypatch.setattr(os, "dup2", replace)
    monkeypatch.setattr(sys.stdout, "fileno", lambda: 1)
    assert run("check", "page.json") == (141, "", "")
    assert ended == [1]


@pytest.mark.parametrize("verb", [["check"], ["show"], ["convert", "--to", "page"]])
def test_closed_outputs_take_nothing(verb: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main([*verb, str(ARCHIVES / "page.json"), str(ARCHIVES / "log.jsonl")]) == 1
    sys.stdout.close()
    sys.stderr.close()


def test_a_closed_input_cannot_be_read(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert run("check", "-") == (2, "", "runstep: -: standard input is closed\n")


def test_a_closed_pipe_ends_it_quietly() -> None:
    with start("show", *["tests/data/archives/page.json"] * 2000) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


def test_help_into_a_closed_pipe_ends_quietly() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "wb") as closed, start("--help", stdout=closed) as process:
        _, errors = process.communicate()
    assert (process.returncode, errors) == (141, "")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_it_at_once_and_quietly(jobs: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    line = (ARCHIVES / "log.jsonl").read_bytes().split(b"\n")[1] + b"\n"
    command = start("check", "--jobs", jobs, str(pipe), start_new_session=True)
    with command as process, pipe.open("wb", buffering=0) as target:
        # More than a pipe holds: when it has been written, most of it has been read.
        target.write(line * 1000)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, errors) == (130, "", "")


def test_an_interrupt_leaves_no_progress_behind(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_progress, "_SECONDS_OF_SILENCE", 0)
    monkeypatch.setattr(Record, "step", fail)
    for verb in ("check", "show"):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        assert run(verb, "log.jsonl")[0] == 130
        assert terminal.getvalue().endswith("\r         \r")


def test_archives_are_read_the_same_by_the_library_and_by_the_command(run: Run) -> None:
    _, output, _ = run("convert", ".", "--to", "jsonl")
    steps = []
    for record in read_records(ARCHIVES):
        if record.error is None:
            try:
                steps.append(record.step())
            except ValueError:
                continue
    assert [RunStep.from_json(line) for line in output.splitlines()] == steps
