# SPDX-License-Identifier: MIT
"""Tests of the modules that `import runstep` loads, in a new interpreter."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import DATA, PACKAGE, PACKAGE_FOLDER, ROOT

IMPORT = f"import {PACKAGE} as runstep"
SAMPLE = DATA / "valid" / "documented_message.json"

OPTIONAL = ("cli", "archive", "streaming", "__main__", "diagnosis")
HEAVY = ("argparse", "gzip", "logging", "multiprocessing", "asyncio", "zlib", "typing_extensions")


def loaded_modules(code: str, *options: str) -> set[str]:
    """Return the names of the modules that are loaded after running `code`."""
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}\nprint(*sys.modules)"
    result = subprocess.run(  # noqa: S603  (trusted input)
        [sys.executable, "-I", "-S", "-W", "error", *options, "-c", script],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    assert result.stderr == ""
    return set(result.stdout.split())


def test_import_loads_no_optional_or_heavy_modules() -> None:
    before, after = loaded_modules(""), loaded_modules(IMPORT)
    assert f"{PACKAGE}.steps" in after
    assert not {f"{PACKAGE}.{name}" for name in OPTIONAL} & after
    assert not set(HEAVY) & (after - before)
    assert {name.partition(".")[0] for name in after - before} - sys.stdlib_module_names == {PACKAGE.partition(".")[0]}


PARSE = f"{IMPORT}; text = {SAMPLE.read_text(encoding='utf-8')!r}; step = runstep.RunStep.from_json(text)"


@pytest.mark.parametrize(
    ("code", "is_loaded"),
    [
        (PARSE, False),
        (f"{PARSE}; step.to_json(); repr(step); hash(step); step == step", False),
        (f"{IMPORT}; runstep.validate_metadata({{'key': 'value'}})", False),
        (f"{PARSE}; runstep.RunStep.from_json(text, strict=True)", True),
        (f"{IMPORT}; runstep.diagnose({{}})", True),
        (
            (
                f"{IMPORT}\n"
                "try: runstep.RunStep.from_dict({})\n"
                "except runstep.ValidationError: pass\n"
                "else: raise SystemExit(1)"
            ),
            True,
        ),
    ],
    ids=["parse", "serialize", "metadata", "strict", "diagnose", "invalid"],
)
def test_the_diagnosis_is_loaded_only_if_needed(code: str, is_loaded: bool) -> None:
    assert (f"{PACKAGE}.diagnosis" in loaded_modules(code)) is is_loaded


def test_parsing_works_without_docstrings_and_assertions() -> None:
    assert f"{PACKAGE}.steps" in loaded_modules(PARSE, "-OO")


def test_a_vendored_copy_does_not_import_the_original(tmp_path: Path) -> None:
    vendored = tmp_path / "host" / "vendored_steps"
    shutil.copytree(PACKAGE_FOLDER, vendored, ignore=shutil.ignore_patterns("__pycache__"))
    code = PARSE.replace(IMPORT, f"sys.path[0] = {str(tmp_path)!r}; from host import vendored_steps as runstep")
    after = loaded_modules(f"{code}; runstep.diagnose(step.to_dict())")
    assert "host.vendored_steps.diagnosis" in after
    assert not [name for name in after if f"{name}.".startswith(f"{PACKAGE}.")]
