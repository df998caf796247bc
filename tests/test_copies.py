# SPDX-License-Identifier: MIT
"""Tests of copies of the package: without optional parts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import PACKAGE_FOLDER

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
