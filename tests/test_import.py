# SPDX-License-Identifier: MIT
"""What `import runstep` brings with it, seen from a fresh interpreter."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import DATA

CHECKOUT = Path(__file__).parents[1]
SAMPLE = DATA / "valid" / "documented_message.json"

LATER = ("cli", "streaming", "archive", "responses", "traces", "__main__", "diagnosis")
HEAVY = ("argparse", "gzip", "logging", "multiprocessing", "asyncio", "zlib", "typing_extensions")


def loaded(code: str, *options: str) -> set[str]:
    """Return the modules that are loaded once `code` has run."""
    script = f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n{code}\nprint(*sys.modules)"
    done = subprocess.run(  # noqa: S603  (ourselves)
        [sys.executable, "-I", "-S", "-W", "error", *options, "-c", script],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    assert done.stderr == ""
    return set(done.stdout.split())


def test_importing_loads_nothing_of_the_later_modules_and_nothing_heavy() -> None:
    before, after = loaded(""), loaded("import runstep")
    assert "runstep.steps" in after
    assert not {f"runstep.{name}" for name in LATER} & after
    assert not set(HEAVY) & (after - before)
    assert {name.partition(".")[0] for name in after - before} - sys.stdlib_module_names == {"runstep"}


READ = f"import runstep; text = {SAMPLE.read_text(encoding='utf-8')!r}; step = runstep.RunStep.from_json(text)"


@pytest.mark.parametrize(
    ("code", "is_loaded"),
    [
        (READ, False),
        (f"{READ}; step.to_json(); repr(step); hash(step); step == step", False),
        ("import runstep; runstep.validate_metadata({'key': 'value'})", False),
        (f"{READ}; runstep.RunStep.from_json(text, strict=True)", True),
        ("import runstep; runstep.diagnose({})", True),
        (
            (
                "import runstep\n"
                "try: runstep.RunStep.from_dict({})\n"
                "except runstep.ValidationError: pass\n"
                "else: raise SystemExit(1)"
            ),
            True,
        ),
    ],
    ids=["reading", "writing", "metadata", "strict", "diagnose", "failure"],
)
def test_the_diagnosis_is_loaded_where_it_is_needed(code: str, is_loaded: bool) -> None:
    assert ("runstep.diagnosis" in loaded(code)) is is_loaded


def test_it_runs_without_docstrings_and_assertions() -> None:
    assert "runstep.steps" in loaded(READ, "-OO")


def test_a_copy_under_another_name_needs_no_original(tmp_path: Path) -> None:
    vendored = tmp_path / "host" / "vendored_steps"
    shutil.copytree(CHECKOUT / "runstep", vendored, ignore=shutil.ignore_patterns("__pycache__"))
    code = READ.replace(
        "import runstep", f"sys.path[0] = {str(tmp_path)!r}; from host import vendored_steps as runstep"
    )
    after = loaded(f"{code}; runstep.diagnose(step.to_dict())")
    assert "host.vendored_steps.diagnosis" in after
    assert not [name for name in after if name.partition(".")[0] == "runstep"]
