# SPDX-License-Identifier: MIT
"""Tests of copies of the package: without optional parts, beside another copy, in a zip file, in a sub-interpreter."""

from __future__ import annotations

import importlib
import os
import pickle
import shutil
import subprocess
import sys
import zipapp
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import runstep
from runstep import FrozenDict, LastError, LastErrorCode, RunStep, ValidationError, streaming
from runstep.archive import read_steps

from .conftest import DATA, PACKAGE, PACKAGE_FOLDER, ROOT

PYCACHE = shutil.ignore_patterns("__pycache__")


# Optional parts.

# From the top: what can be deleted, and a program that uses the rest.
PARTS = {
    "the command line": (
        ["cli", "__main__.py"],
        "from host.export.chat import to_messages; to_messages([])",
    ),
    "conversations and tables": (
        ["export"],
        "import io, host.archive as a; next(a.read_records(io.BytesIO(b'{}'))).step()",
    ),
    "run steps in files": (
        ["archive"],
        "import host.streaming as s; s.RunStepStream().feed(b'event: a\\ndata: b\\n\\n')",
    ),
    "event streams": (["streaming"], "host.diagnose({}); host.RunStep.from_json('{}')"),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_copy_works_without_the_parts_above_it(part: str, tmp_path: Path) -> None:
    host = tmp_path / "host"
    shutil.copytree(PACKAGE_FOLDER, host, ignore=PYCACHE)
    for name in list(PARTS)[: list(PARTS).index(part) + 1]:
        for file in PARTS[name][0]:
            path = host / file
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    code = f"import host\ntry:\n    {PARTS[part][1]}\nexcept host.ValidationError: pass"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, check=False)  # noqa: S603
    assert done.stderr.decode() == ""
    assert done.returncode == 0


# Two copies in one process, as when two libraries vendor the package.

DOCUMENTS = [path for path in sorted((DATA / "valid").glob("*.json")) if not path.name.startswith("page_")]


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Import a copy of the package under another name."""
    folder = tmp_path_factory.mktemp("copy")
    package = PACKAGE.rpartition(".")[2] + "_copy"
    shutil.copytree(PACKAGE_FOLDER, folder / package, ignore=PYCACHE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        importlib.import_module(f"{package}.streaming")
        yield sys.modules[package]
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            patch.delitem(sys.modules, name)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_the_steps_of_two_copies_are_different_and_can_be_converted(path: Path, other: Any) -> None:
    text = path.read_text(encoding="utf-8")
    step, other_step = RunStep.from_json(text), other.RunStep.from_json(text)
    assert not isinstance(step, other.RunStep)
    assert not isinstance(other_step, RunStep)
    assert step != other_step
    assert len({step, other_step, RunStep.from_json(text), other.RunStep.from_json(text)}) == 2
    assert other.RunStep.from_dict(step.to_dict()) == other_step
    assert RunStep.from_dict(other_step.to_dict()) == step
    for original in (step, other_step):
        loaded = pickle.loads(pickle.dumps(original))  # noqa: S301  (trusted data)
        assert (type(loaded), loaded) == (type(original), original)


def test_each_copy_raises_its_own_errors(other: Any) -> None:
    assert not issubclass(other.ValidationError, ValidationError)
    with pytest.raises(other.ValidationError) as exc_info:
        other.RunStep.from_dict({}, strict=True)
    assert {type(problem) for problem in exc_info.value.problems} == {other.Problem}
    assert [str(problem) for problem in other.diagnose({})] == [str(problem) for problem in runstep.diagnose({})]


def test_a_copy_accepts_the_values_of_another_copy(other: Any) -> None:
    error = other.LastError(code=LastErrorCode.SERVER_ERROR, message="", extra=FrozenDict({"a": {"b": [1]}}))
    assert error == other.LastError(code="server_error", message="", extra={"a": {"b": [1]}})
    assert (type(error.code), type(error.extra)) == (other.LastErrorCode, other.FrozenDict)
    assert LastError.from_dict(error.to_dict()).to_dict() == error.to_dict()
    assert error.extra == FrozenDict(error.extra)
    assert hash(error.extra) == hash(FrozenDict(error.extra))


def test_two_copies_read_the_same_stream(other: Any) -> None:
    path = DATA / "streams" / "function.sse"
    events, other_events = list(streaming.read_stream(path)), list(other.streaming.read_stream(path))
    assert repr(events) == repr(other_events)
    assert {type(event.data) for event in events} == {str, RunStep, streaming.RunStepDelta}
    assert {type(event.data) for event in other_events} == {str, other.RunStep, other.streaming.RunStepDelta}


# A zip file: the package in an application of one file, or sent to other machines.

MAIN = """
import os, sys
from zipped_steps.__main__ import run
from zipped_steps.cli import _parallel, _pool

# Two workers for small files, on any machine.
os.cpu_count = lambda: 2
_parallel.RANGE_SIZE = 500
_parallel._MIN_COST = 0
_pool._START_METHOD = os.environ.get("START_METHOD", _pool._START_METHOD)

worker_pool = _pool.worker_pool
def announced_pool(workers):
    print(workers, "workers", file=sys.stderr)
    return worker_pool(workers)
_pool.worker_pool = announced_pool

sys.exit(run())
"""


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of an application in a zip file. Beside it, the folder `app` has the same content."""
    folder = tmp_path_factory.mktemp("application") / "app"
    shutil.copytree(PACKAGE_FOLDER, folder / "zipped_steps", ignore=PYCACHE)
    (folder / "__main__.py").write_text(MAIN, encoding="utf-8")
    zipapp.create_archive(folder, folder.with_suffix(".pyz"))
    return folder.with_suffix(".pyz")


def run_python(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python without installed packages."""
    return subprocess.run(  # noqa: S603  (this Python)
        [sys.executable, "-S", *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
    )


# `spawn` imports the package again, as the default does except on Linux.
@pytest.mark.parametrize("environment", [{}, {"START_METHOD": "spawn"}], ids=["default", "spawn"])
def test_an_application_in_a_zip_file_starts_workers(environment: dict[str, str], application: Path) -> None:
    arguments = ["check", DATA / "archives" / "log.jsonl", "missing"]
    unzipped = run_python(application.with_suffix(""), *arguments)
    zipped = run_python(application, *arguments, "--jobs", "2", **environment)
    message = "error: cannot read 'missing': No such file or directory\n"
    assert (unzipped.returncode, unzipped.stderr) == (2, f"app: {message}")
    assert (zipped.returncode, zipped.stderr) == (2, f"2 workers\napp.pyz: {message}")
    assert zipped.stdout == unzipped.stdout
    assert "5 run steps and 1 invalid in 1 file\n" in zipped.stdout


def test_an_application_in_a_zip_file_is_the_program_of_its_help(application: Path) -> None:
    done = run_python(application, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: app.pyz [-h]")


def test_all_modules_can_be_imported_from_a_zip_file(application: Path) -> None:
    path = DATA / "archives" / "page.json"
    code = f"""
import importlib, pkgutil, sys
sys.path.insert(0, {str(application)!r})
import zipped_steps
for info in pkgutil.walk_packages(zipped_steps.__path__, "zipped_steps."):
    module = importlib.import_module(info.name)
    assert module.__file__.startswith({str(application)!r})
    print(info.name)
print(ascii(list(zipped_steps.archive.read_steps({str(path)!r}))))
"""
    done = run_python("-c", code)
    assert (done.returncode, done.stderr) == (0, "")
    *names, steps = done.stdout.splitlines()
    assert len(names) == len(list(PACKAGE_FOLDER.rglob("*.py"))) - 1
    assert steps == ascii(list(read_steps(path)))


# Sub-interpreters.


def test_a_sub_interpreter_parses_steps() -> None:
    interpreters: Any = pytest.importorskip("concurrent.interpreters", reason="needs Python 3.14")
    path = DATA / "valid" / "documented_tool_calls.json"
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from {PACKAGE} import RunStep
from {PACKAGE}.archive import read_steps
from {PACKAGE}.streaming import read_stream
step = RunStep.from_json(Path({str(path)!r}).read_bytes())
assert RunStep.from_json(step.to_json()) == step
assert list(read_steps({str(path)!r})) == [step]
assert any(event.event == "thread.run.step.delta" for event in read_stream({str(DATA / "streams" / "function.sse")!r}))
"""
    interpreter = interpreters.create()
    try:
        interpreter.exec(code)
    finally:
        interpreter.close()
