# SPDX-License-Identifier: MIT
"""Tests of the command `convert`."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from runstep import RunStep, RunStepPage
from runstep.archive import read_records

from ..conftest import PACKAGE, ROOT, posix
from .conftest import ARCHIVES, CliRunner, StepFactory, start_process


def wait_for(find: Callable[[], list[Path]]) -> list[Path]:
    """Return what `find` returns as soon as it returns something, at most ten seconds later."""
    deadline = time.monotonic() + 10
    while not (found := find()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def test_convert_to_jsonl_is_lossless(run: CliRunner) -> None:
    code, output, errors = run("convert", "page.json", "--to", "jsonl")
    assert (code, errors) == (0, "2 run steps written\n")
    page = json.loads(Path("page.json").read_text(encoding="utf-8"))
    assert [json.loads(line) for line in output.splitlines()] == page["data"]


def test_convert_to_a_page(run: CliRunner, tmp_path: Path, valid_file: Path) -> None:
    path = tmp_path / "page.json"
    assert run("convert", valid_file, "--to", "page", "-o", path) == (0, "", "2 run steps written\n")
    page = RunStepPage.from_json(path.read_bytes(), strict=True)
    assert [step.id for step in page] == ["step_a", "step_b"]
    assert (page.first_id, page.last_id, page.has_more) == ("step_a", "step_b", False)


def test_convert_writes_valid_steps_and_reports_problems(run: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "steps.jsonl"
    code, output, errors = run("convert", "log.jsonl", "stream.sse", "--to", "jsonl", "-o", path)
    assert (code, output) == (1, "")
    assert len(errors.splitlines()) == 4 + 7 + 1
    assert errors.endswith("\n7 run steps written\n")
    assert [RunStep.from_json(line).id for line in path.read_text(encoding="utf-8").splitlines()] == [
        "step_w1",
        "step_w2",
        "step_s1",
        "step_w2",
        "step_c1",
        "step_w1",
        "step_w3",
    ]


def test_convert_without_steps_writes_no_file(run: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "out"
    assert run("convert", tmp_path, "--to", "page", "-o", path) == (1, "", "runstep: error: no run steps found\n")
    assert not path.exists()


def test_convert_writes_an_empty_page(run: CliRunner, tmp_path: Path) -> None:
    empty, path = tmp_path / "empty.json", tmp_path / "out"
    for text in ('{"object": "list", "data": []}', "[]"):
        empty.write_text(text, encoding="utf-8")
        assert run("convert", empty, "--to", "page", "-o", path) == (0, "", "no run steps written\n")
        assert RunStepPage.from_json(path.read_bytes()) == RunStepPage(data=(), has_more=False)
        assert run("convert", path, "--to", "jsonl", "--quiet") == (0, "", "")


def test_convert_latest_keeps_the_last_state_of_each_id(run: CliRunner, tmp_path: Path, step: StepFactory) -> None:
    path = tmp_path / "log.jsonl"
    states = [("step_a", "in_progress"), ("step_b", "failed"), ("step_a", "completed")]
    path.write_text("".join(json.dumps(step(id=id_, status=status)) + "\n" for id_, status in states), encoding="utf-8")

    def converted(*options: str) -> list[tuple[str, str]]:
        code, output, errors = run("convert", path, "--to", "jsonl", *options)
        steps = [RunStep.from_json(line) for line in output.splitlines()]
        assert (code, errors) == (0, f"{len(steps)} run steps written\n")
        return [(step.id, str(step.status)) for step in steps]

    assert converted() == states
    assert converted("--latest") == [("step_a", "completed"), ("step_b", "failed")]


def test_convert_continues_after_an_unreadable_path_and_exits_with_2(run: CliRunner, valid_file: Path) -> None:
    code, output, errors = run("convert", "missing", valid_file, "--to", "jsonl")
    assert (code, len(output.splitlines())) == (2, 2)
    assert errors == ("runstep: error: cannot read 'missing': No such file or directory\n2 run steps written\n")


def test_a_failed_convert_leaves_the_output_file_unchanged(run: CliRunner, valid_file: Path) -> None:
    path = valid_file.parent / "out" / "steps.jsonl"
    path.parent.mkdir()
    path.write_text("as it was", encoding="utf-8")
    assert run("convert", "missing", "--to", "jsonl", "-o", path) == (
        2,
        "",
        "runstep: error: cannot read 'missing': No such file or directory\n",
    )
    assert path.read_text(encoding="utf-8") == "as it was"
    assert list(path.parent.iterdir()) == [path]
    missing_folder = valid_file.parent / "nowhere" / "x"
    assert run("convert", valid_file, "--to", "jsonl", "-o", missing_folder) == (
        2,
        "",
        f"runstep: error: cannot open '{missing_folder}': No such file or directory\n",
    )


@posix
def test_convert_refuses_an_input_as_its_output(
    run: CliRunner, valid_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    symlink, hardlink = valid_file.parent / "link", valid_file.parent / "hard"
    symlink.symlink_to(valid_file)
    hardlink.hardlink_to(valid_file)
    original = valid_file.read_text(encoding="utf-8")
    for output in (valid_file, symlink, hardlink):
        for source in (valid_file, valid_file.parent):
            code, _, errors = run("convert", source, "missing", "--to", "page", "-o", output)
            assert (code, errors) == (2, f"runstep: error: the output file is also an input: '{valid_file}'\n")
    with valid_file.open("a", encoding="utf-8") as target:
        monkeypatch.setattr(sys, "stdout", target)
        assert run("convert", valid_file, "--to", "page")[0] == 2
        monkeypatch.undo()

        def fstat(_: int) -> os.stat_result:
            return valid_file.stat()

        monkeypatch.setattr(os, "fstat", fstat)
        assert run("convert", "-", "--to", "page", "-o", valid_file)[0] == 2
    assert valid_file.read_text(encoding="utf-8") == original


@posix
def test_a_device_can_be_both_input_and_output() -> None:
    with Path(os.devnull).open("r+b") as null:
        process = start_process("convert", "-", "--to", "page", stdin=null, stdout=null)
        _, errors = process.communicate()
    assert (process.returncode, errors) == (
        1,
        f"<stdin>:1: no run steps found\n{Path(sys.executable).name} -m {PACKAGE}: error: no run steps found\n",
    )


@posix
def test_convert_writes_to_standard_output_and_pipes_by_name(valid_file: Path, tmp_path: Path) -> None:
    log, read_end_and_write_end = tmp_path / "log", os.pipe()
    log.write_text("first\n", encoding="utf-8")
    for output in ("/dev/stdout", "/dev/fd/1"):
        with log.open("a", encoding="utf-8") as target:
            process = start_process("convert", str(valid_file), "--to", "jsonl", "-q", "-o", output, stdout=target)
            assert process.communicate()[1] == ""
    assert [line[:10] for line in log.read_text(encoding="utf-8").splitlines()] == ["first", *['{"id": "st'] * 4]
    read_end, write_end = read_end_and_write_end
    path = f"/dev/fd/{write_end}"
    process = start_process("convert", str(valid_file), "--to", "jsonl", "-q", "-o", path, pass_fds=[write_end])
    assert process.communicate() == ("", "")
    os.close(write_end)
    with os.fdopen(read_end, encoding="utf-8") as written:
        assert len(written.read().splitlines()) == 2


def test_standard_output_may_be_any_text_stream(
    run: CliRunner, valid_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    assert run("convert", valid_file, "--to", "jsonl")[0] == 0
    assert len(stream.getvalue().splitlines()) == 2


def test_convert_writes_to_the_file_that_is_standard_output(
    run: CliRunner, valid_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    log.write_text("first\n", encoding="utf-8")
    with log.open("a", encoding="utf-8") as target:
        monkeypatch.setattr(sys, "stdout", target)
        assert run("convert", valid_file, "--to", "jsonl", "-o", log)[0] == 0
    assert len(log.read_text(encoding="utf-8").splitlines()) == 3


@posix
def test_convert_preserves_symlinks_and_permissions(run: CliRunner, valid_file: Path) -> None:
    path, symlink = valid_file.parent / "out", valid_file.parent / "out_link"
    path.write_text("", encoding="utf-8")
    path.chmod(0o640)
    symlink.symlink_to(path)
    assert run("convert", valid_file, "--to", "jsonl", "-o", symlink)[0] == 0
    assert symlink.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_output_file_has_the_mode_that_the_mask_leaves(run: CliRunner, valid_file: Path, mask: int) -> None:
    path = valid_file.parent / "out"
    previous = os.umask(mask)
    try:
        run("convert", valid_file, "--to", "jsonl", "-o", path)
    finally:
        os.umask(previous)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_the_temporary_file_is_private_and_removed_by_a_signal(name: str, valid_file: Path) -> None:
    folder = valid_file.parent / "out"
    folder.mkdir()
    (folder / "steps.jsonl").write_text("as it was", encoding="utf-8")
    (folder / "steps.jsonl").chmod(0o644)
    pipe = valid_file.parent / "pipe"
    os.mkfifo(pipe)
    command = start_process("convert", str(pipe), "--to", "jsonl", "-o", str(folder / "steps.jsonl"))
    with command as process, pipe.open("wb", buffering=0) as source:
        # This is more than the buffer of a pipe: when the write returns, the first steps have been read.
        source.write(valid_file.read_bytes() * 1000)
        (temporary,) = wait_for(lambda: list(folder.glob(".*")))
        assert temporary.stat().st_mode & 0o777 == 0o600
        process.send_signal(getattr(signal, name))
        process.wait(timeout=30)
    assert process.returncode == 128 + getattr(signal, name)
    assert [(path.name, path.read_text(encoding="utf-8")) for path in folder.iterdir()] == [
        ("steps.jsonl", "as it was")
    ]


@pytest.mark.parametrize("end", ["/", "/."])
def test_an_output_with_a_slash_at_the_end_is_a_folder(run: CliRunner, valid_file: Path, end: str) -> None:
    output = f"{valid_file.parent}/out{end}"
    assert run("convert", valid_file, "--to", "jsonl", "-o", output) == (
        2,
        "",
        f"runstep: error: cannot open '{output}': Is a directory\n",
    )
    assert not (valid_file.parent / "out").exists()


@posix
def test_convert_writes_to_a_device_but_not_to_a_folder(run: CliRunner, valid_file: Path) -> None:
    assert run("convert", valid_file, "--to", "jsonl", "-o", "/dev/null", "-q") == (0, "", "")
    assert not Path("/dev/null").is_file()
    code, _, errors = run("convert", valid_file, "--to", "jsonl", "-o", valid_file.parent)
    assert (code, errors) == (2, f"runstep: error: cannot open '{valid_file.parent}': Is a directory\n")


def test_converting_a_page_again_changes_nothing(run: CliRunner, tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    run("convert", "log.jsonl", "--to", "page", "-o", first)
    assert run("convert", first, "--to", "page", "-o", second, "-q") == (0, "", "")
    assert first.read_bytes() == second.read_bytes()


def test_convert_and_read_records_return_the_same_steps(run: CliRunner) -> None:
    _, output, _ = run("convert", ".", "--to", "jsonl")
    steps = []
    for record in read_records(ARCHIVES):
        if record.damage is None:
            try:
                steps.append(record.step())
            except ValueError:
                continue
    assert [RunStep.from_json(line) for line in output.splitlines()] == steps


# Other formats.


@pytest.fixture
def conversation(tmp_path: Path, step: StepFactory) -> Path:
    """Return the path of an export with two threads, and their messages."""
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}", "output": None}}
    details = {"type": "tool_calls", "tool_calls": [call]}
    steps = [
        step(id="step_1", thread_id="thread_1", run_id="run_1"),
        step(id="step_2", thread_id="thread_2", run_id="run_2", step_details=details),
    ]
    text = {"type": "text", "text": {"value": "Hello!", "annotations": []}}
    message_id = steps[0]["step_details"]["message_creation"]["message_id"]
    message = {"id": message_id, "object": "thread.message", "role": "assistant", "content": [text]}
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"steps": steps, "messages": [message]}), encoding="utf-8")
    return path


GENERAL_LOSSES = (
    "2 run steps written\n"
    "  ids of steps, runs and assistants are not converted\n"
    "  times are not converted\n"
    "  the status of steps is not converted\n"
    "  usage is not converted\n"
)


MESSAGE_LOSS = "  of messages, only the role and the content are converted\n"


def test_convert_to_chat_writes_a_thread_per_line(run: CliRunner, conversation: Path) -> None:
    code, output, errors = run("convert", conversation, "--to", "chat", "--messages", conversation)
    assert code == 0
    assert [json.loads(line) for line in output.splitlines()] == [
        {"messages": [{"role": "assistant", "content": "Hello!"}]},
        {"messages": []},
    ]
    assert errors == GENERAL_LOSSES.replace("written\n", f"written\n{MESSAGE_LOSS}") + (
        "  a call without output is omitted\n"
    )


def test_convert_to_responses_writes_a_thread_per_line(run: CliRunner, conversation: Path) -> None:
    code, output, errors = run("convert", conversation, "--to", "responses", "--pending", "keep")
    assert code == 0
    call = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    assert [json.loads(line) for line in output.splitlines()] == [
        {"thread_id": "thread_1", "items": []},
        {"thread_id": "thread_2", "items": [call]},
    ]
    assert errors == f"{GENERAL_LOSSES}  the message is not given\n"


def test_all_losses_can_be_written_to_a_file(run: CliRunner, conversation: Path, tmp_path: Path) -> None:
    path = tmp_path / "losses.jsonl"
    code, _, errors = run("convert", conversation, "--to", "chat", "--quiet", "--losses", path)
    assert (code, errors) == (0, "")
    losses = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert losses[-1] == {
        "step_id": "step_2",
        "path": ["step_details", "tool_calls", 0],
        "reason": "a call without output is omitted",
    }
    assert len(losses) == 6


def test_convert_to_csv(run: CliRunner, conversation: Path) -> None:
    code, output, errors = run("convert", conversation, "--to", "csv")
    assert (code, errors) == (0, "2 run steps written\n")
    assert [row["id"] for row in csv.DictReader(io.StringIO(output))] == ["step_1", "step_2"]
    code, output, errors = run("convert", conversation, "--to", "calls")
    assert (code, errors) == (0, "2 run steps written\n")
    assert [row["step_id"] for row in csv.DictReader(io.StringIO(output))] == ["step_2"]


def test_convert_to_sqlite(run: CliRunner, conversation: Path, tmp_path: Path, step: StepFactory) -> None:
    path = tmp_path / "steps.db"
    for _ in range(2):
        assert run("convert", conversation, "--to", "sqlite", "-o", path) == (0, "", "2 run steps written\n")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT id FROM steps ORDER BY id").fetchall() == [("step_1",), ("step_2",)]
        assert database.execute("SELECT step_id, name FROM calls").fetchall() == [("step_2", "f")]
    (tmp_path / "x.json").write_text(json.dumps(step(id="\ud800")), encoding="utf-8")
    code, _, errors = run("convert", tmp_path / "x.json", "--to", "sqlite", "-o", path)
    assert (code, len(errors.splitlines())) == (0, 2)


def test_a_python_without_sqlite_is_an_error(run: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    code, _, errors = run("convert", "page.json", "--to", "sqlite", "-o", tmp_path / "steps.db")
    assert (code, errors) == (2, "runstep: error: import of sqlite3 halted; None in sys.modules\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "csv", "--messages", "x"], "--messages, --hosted and --pending need --to chat or --to responses"),
        (["--to", "jsonl", "--pending", "keep"], "--messages, --hosted and --pending need --to chat or --to responses"),
        (["--to", "chat", "--hosted", "native"], "--hosted native needs --to responses"),
        (["--to", "sqlite"], "--to sqlite needs --output"),
        (["-", "--to", "chat", "--messages", "-"], "standard input can be read only once"),
        (["-", "-", "--to", "page"], "standard input can be read only once"),
        (["--to", "chat", "-o", "x", "--losses", "./x"], "--losses and --output are the same file"),
    ],
)
def test_options_that_do_not_fit_are_an_error(
    arguments: list[str], message: str, run: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exc_info:
        run("convert", "page.json", *arguments)
    assert exc_info.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"runstep convert: error: {message}"


def test_damaged_messages_are_reported(run: CliRunner, conversation: Path, tmp_path: Path) -> None:
    folder = tmp_path / "messages"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(b'{}\n{"object": "thread.message"\n\n"thread.message \xff"\n')
    (folder / "b.json").write_text('{"object": "thread.message",\n', encoding="utf-8")
    code, _, errors = run("convert", conversation, "--to", "chat", "--messages", folder, "-q")
    assert (code, errors.splitlines()) == (
        1,
        [
            f"{folder}/a.jsonl:2: invalid JSON (column 28)",
            f"{folder}/a.jsonl:4: cannot decode JSON",
            f"{folder}/b.json:2: invalid JSON (column 1)",
        ],
    )
    (folder / "c.json").symlink_to("missing")
    assert run("convert", conversation, "--to", "chat", "--messages", folder, "-q")[0] == 2


@pytest.mark.parametrize("name", ["export.json", "messages.json"])
def test_losses_do_not_replace_an_input(name: str, run: CliRunner, conversation: Path, tmp_path: Path) -> None:
    messages = tmp_path / "messages.json"
    messages.write_text("[]", encoding="utf-8")
    path = tmp_path / name
    before = path.read_bytes()
    arguments = ["convert", conversation, "--to", "chat", "--messages", messages, "--losses", path]
    assert run(*arguments) == (2, "", f"runstep: error: the output file is also an input: '{path}'\n")
    assert path.read_bytes() == before


def test_nothing_is_written_if_the_losses_cannot_be(run: CliRunner, conversation: Path, tmp_path: Path) -> None:
    output, losses = tmp_path / "out", tmp_path / "missing" / "losses"
    arguments = ["convert", conversation, "--to", "chat", "-o", output, "--losses", losses]
    assert run(*arguments) == (2, "", f"runstep: error: cannot open '{losses}': No such file or directory\n")
    assert not output.exists()


@posix
def test_losses_can_be_written_to_standard_error(conversation: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("first\n", encoding="utf-8")
    arguments = ["convert", str(conversation), "--to", "chat", "-o", str(tmp_path / "out"), "-q"]
    with log.open("a", encoding="utf-8") as target:
        command = [sys.executable, "-m", PACKAGE, *arguments, "--losses", "/dev/stderr"]
        process = subprocess.run(command, cwd=ROOT, stderr=target, check=False)  # noqa: S603
    assert process.returncode == 0
    lines = log.read_text(encoding="utf-8").splitlines()
    assert (lines[0], len(lines)) == ("first", 7)


def test_missing_messages_do_not_stop_the_command(run: CliRunner, conversation: Path) -> None:
    code, output, errors = run("convert", conversation, "--to", "chat", "--messages", "missing", "-q")
    assert (code, len(output.splitlines())) == (2, 2)
    assert errors == "runstep: error: cannot read 'missing': No such file or directory\n"


def test_damage_of_a_file_with_steps_and_messages_is_reported_once(
    run: CliRunner, tmp_path: Path, step: StepFactory
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(f'{json.dumps(step())}\n{{"object": "thread.message"\n', encoding="utf-8")
    code, _, errors = run("convert", path, "--to", "chat", "--messages", path, "-q")
    assert (code, errors) == (1, f"{path}:2: invalid JSON (column 28)\n")


def test_losses_are_not_mixed_with_standard_output(
    run: CliRunner, conversation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out"
    with path.open("w", encoding="utf-8") as target:
        monkeypatch.setattr(sys, "stdout", target)
        with pytest.raises(SystemExit):
            run("convert", conversation, "--to", "chat", "--losses", path)
    assert path.read_text(encoding="utf-8") == ""
