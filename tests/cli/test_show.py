# SPDX-License-Identifier: MIT
"""Tests of the command `show`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from runstep.cli import main

from .conftest import ARCHIVES, CliRunner, Terminal


def test_show_prints_a_timeline_of_each_run(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_show_a_single_run_in_full(run: CliRunner) -> None:
    code, output, _ = run("show", "page.json", "--run", "run_weather", "--full")
    assert code == 0
    assert "step_w1" in output
    assert run("show", "page.json", "--run", "run_x") == (1, "", "runstep: error: no run steps of run_x found\n")


def test_show_without_steps_is_an_error(run: CliRunner, tmp_path: Path) -> None:
    assert run("show", tmp_path) == (1, "", "runstep: error: no run steps found\n")
    assert run("show", "missing") == (2, "", "runstep: error: cannot read 'missing': No such file or directory\n")


def test_show_of_an_empty_page_shows_nothing(run: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text("[]", encoding="utf-8")
    assert run("show", path) == (0, "", "")
    assert run("show", path, "--run", "x") == (1, "", "runstep: error: no run steps of x found\n")


def test_show_continues_after_an_unreadable_path_and_exits_with_2(run: CliRunner) -> None:
    shown = run("show", "page.json")[1]
    assert run("show", "missing", "page.json") == (
        2,
        shown,
        "runstep: error: cannot read 'missing': No such file or directory\n",
    )


@pytest.mark.parametrize(
    ("variables", "is_colored"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_color_depends_on_the_environment(
    variables: dict[str, str], is_colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["show", str(ARCHIVES / "page.json")]) == 0
    assert ("\x1b[" in terminal.getvalue()) is is_colored
    assert main(["show", str(ARCHIVES / "page.json"), "--color", "auto"]) == 0
    assert ("\x1b[" in terminal.getvalue()) is is_colored


def test_color_can_be_chosen(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = run("show", "page.json")[1]
    assert run("show", "page.json", "--color", "never")[1] == plain
    monkeypatch.setenv("NO_COLOR", "1")
    colored = run("show", "page.json", "--color", "always")[1]
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[\d*m", "", colored) == plain
