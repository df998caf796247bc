# SPDX-License-Identifier: MIT
"""Tests of the README: its samples run, its commands print what it shows, its figures and links are correct."""

from __future__ import annotations

import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from runstep.archive import read_steps
from runstep.export.tables import write_sqlite

from .conftest import IS_CHECKOUT, PACKAGE_FOLDER, ROOT

if not IS_CHECKOUT:
    pytest.skip("needs the README of a checkout", allow_module_level=True)

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


SAMPLES = blocks("python")
CONSOLE = blocks("console")


def test_the_samples_are_found() -> None:
    assert len(SAMPLES) >= 4
    assert len(CONSOLE) == 2


def test_the_readme_is_short() -> None:
    assert len(README.encode()) <= 15 * 1024


@pytest.mark.parametrize("sample", SAMPLES, ids=range(len(SAMPLES)))
def test_a_sample_runs(sample: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert "assert " in sample
    exec(compile(sample, "README.md", "exec"), {"__name__": "readme"})  # noqa: S102  (our own)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("tool", ["mypy", "pyright"])
def test_the_samples_pass_the_type_checkers(tool: str, tmp_path: Path) -> None:
    pytest.importorskip(tool)
    for number, sample in enumerate(SAMPLES):
        (tmp_path / f"sample{number}.py").write_text(sample, encoding="utf-8")
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT)]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    arguments = {"mypy": ["--strict", "--config-file=", "--cache-dir", str(tmp_path), "."], "pyright": []}[tool]
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    command = [sys.executable, "-m", tool, *arguments]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False, text=True)  # noqa: S603
    assert done.returncode == 0, done.stdout


def test_the_first_sample_has_at_most_twelve_lines_and_ends_in_an_assertion() -> None:
    lines = SAMPLES[0].splitlines()
    assert len(lines) <= 12
    assert lines[-1].startswith("assert ")


@pytest.mark.parametrize("block", CONSOLE, ids=range(len(CONSOLE)))
def test_a_command_prints_what_the_readme_shows(block: str) -> None:
    first, _, shown = block.partition("\n")
    assert first.startswith("$ python3 -m runstep ")
    command = [sys.executable, *shlex.split(first.removeprefix("$ python3 "))]
    environment = {**os.environ, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, check=False)  # noqa: S603
    assert (done.stdout + done.stderr).decode().replace("\r\n", "\n") == shown


def test_the_queries_answer_what_the_readme_says(tmp_path: Path) -> None:
    (queries,) = blocks("sql")
    write_sqlite(read_steps(ROOT / "tests/data/timelines/ferry.json"), tmp_path / "steps.db")
    with closing(sqlite3.connect(tmp_path / "steps.db")) as database:
        tokens, slowest = [database.execute(query).fetchall() for query in queries.splitlines()]
    assert tokens == [("asst_Harbour5kQ2mZ8vT1xW7yB3d", "2025-06-01", 1793)]
    assert slowest == [("code_interpreter", 1, 7.0), ("cars_booked", 1, 2.0)]


def test_two_commands_are_lines_of_their_own() -> None:
    commands = re.findall(r"^python3 .*$", README, re.MULTILINE)
    assert len(commands) == 2
    assert commands[0].startswith("python3 -m runstep ")
    assert commands[1].startswith("python3 -m venv ")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_a_link_leads_to_a_file(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_table_lists_every_public_class() -> None:
    import runstep

    table = section("Classes")
    classes = {name for name in runstep.__all__ if name[0].isupper() and not name.isupper()}
    unions = {"CodeInterpreterOutput", "StepDetails", "ToolCall"}
    errors = {"Problem", "ValidationError"}
    assert set(re.findall(r"`([A-Z]\w+)`", table)) == classes - unions - errors


def test_the_readme_names_all_folders() -> None:
    folders = {path.name for path in PACKAGE_FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == {"archive", "cli", "export", "streaming"}
    assert all(f"`{folder}/`" in section("Installation") for folder in folders)


def test_the_size_of_the_core_is_correct() -> None:
    modules = [path for path in PACKAGE_FOLDER.glob("*.py") if path.name != "__main__.py"]
    texts = [path.read_text(encoding="utf-8") for path in modules]
    lines = sum(text.count("\n") for text in texts)
    size = sum(len(text.encode()) for text in texts)
    assert f"{len(modules)} modules with {round(lines, -2):,} lines ({round(size / 1000, -1):.0f} KB)" in README
