# SPDX-License-Identifier: MIT
"""The README: its code runs, its commands print what it says, its sample is short, its files are there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


SAMPLES = blocks("python")
CONSOLE = blocks("console")


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 6
    assert len(CONSOLE) >= 2


@pytest.mark.parametrize("sample", SAMPLES, ids=range(len(SAMPLES)))
def test_each_sample_runs(sample: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert "assert " in sample
    exec(compile(sample, "README.md", "exec"), {"__name__": "readme"})  # noqa: S102  (our own)
    assert capsys.readouterr().out == ""


def test_the_first_sample_has_at_most_twelve_lines_and_ends_in_an_assert() -> None:
    lines = SAMPLES[0].splitlines()
    assert len(lines) <= 12
    assert lines[-1].startswith("assert ")


@pytest.mark.parametrize("block", CONSOLE, ids=range(len(CONSOLE)))
def test_each_command_prints_what_the_readme_shows(block: str) -> None:
    first, _, shown = block.partition("\n")
    assert first.startswith("$ python3 -m runstep ")
    command = [sys.executable, *shlex.split(first.removeprefix("$ python3 "))]
    environment = {"PATH": os.environ.get("PATH", ""), "COLUMNS": "100"}
    done = subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, check=False)  # noqa: S603
    assert (done.stdout + done.stderr).decode() == shown


def test_the_two_commands_stand_alone_on_their_lines() -> None:
    commands = re.findall(r"^python3 .*$", README, re.MULTILINE)
    assert len(commands) == 2
    assert commands[0].startswith("python3 -m runstep ")
    assert commands[1].startswith("python3 -m venv ")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_each_link_leads_to_a_file(target: str) -> None:
    assert (ROOT / target).exists()


def test_every_object_of_the_table_is_exported_and_every_class_stands_in_it() -> None:
    import runstep

    table = README[README.index("## The objects") : README.index("## What it guarantees")]
    classes = {name for name in runstep.__all__ if name[0].isupper() and not name.isupper()}
    unions = {"CodeInterpreterOutput", "StepDetails", "ToolCall"}
    errors = {"Problem", "ValidationError"}
    assert set(re.findall(r"`([A-Z]\w+)`", table)) == classes - unions - errors


def files_of_parts() -> dict[str, list[str]]:
    section = README[README.index("| part | files |") : README.index("## The objects")]
    rows = re.findall(r"^\| ([a-z ]+) \| (`.*`) \|$", section, re.MULTILINE)
    return {part: re.findall(r"`([^`]+)`", files) for part, files in rows}


def test_each_file_belongs_to_one_part() -> None:
    listed = [file.rstrip("/") for files in files_of_parts().values() for file in files]
    assert sorted(listed) == sorted(path.name for path in (ROOT / "runstep").iterdir() if path.name != "__pycache__")


USES = {
    "the core": "host.diagnose({}); host.RunStep.from_json('{}')",
    "event streams": "import host.streaming as s; s.RunStepStream().feed(b'event: a\\ndata: b\\n\\n')",
    "reading dumps": "import io, host.archive as a; next(a.read_records(io.BytesIO(b'{}'))).step()",
    "the command line": "import host.cli as c; c.main(['--help'])",
}


@pytest.mark.parametrize("part", USES)
def test_a_copy_works_without_the_parts_above(part: str, tmp_path: Path) -> None:
    parts = files_of_parts()
    assert list(parts) == list(reversed(USES))
    above = [file for name in list(parts)[: list(parts).index(part)] for file in parts[name]]
    host = tmp_path / "host"
    shutil.copytree(ROOT / "runstep", host, ignore=shutil.ignore_patterns("__pycache__"))
    for file in above:
        path = host / file.rstrip("/")
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    code = f"import host\ntry:\n    {USES[part]}\nexcept (host.ValidationError, SystemExit): pass"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, check=False)  # noqa: S603
    assert done.stderr.decode() == ""
    assert done.returncode == 0
