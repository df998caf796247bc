# SPDX-License-Identifier: MIT
"""The directions of imports: between the folders, and between the modules of the core."""

from __future__ import annotations

import ast

import pytest

from .conftest import PACKAGE_FOLDER

# Each part may import the parts after it, and itself.
PARTS = ("cli", "export", "archive", "streaming", "core")

# Each module of the core may import the modules of later lines. `diagnosis` is loaded on failure or for strict mode.
CORE = (
    ("__init__",),
    ("steps",),
    ("tool_calls",),
    ("metadata", "_reading", "_writing", "_json"),
    ("frozen", "enums", "errors"),
)
DIAGNOSIS = ("diagnosis", "_checks")

MODULES = {
    ".".join(path.relative_to(PACKAGE_FOLDER).with_suffix("").parts): path
    for path in sorted(PACKAGE_FOLDER.rglob("*.py"))
}


def imports(name: str, *, at_top_level: bool = False) -> set[str]:
    """Return the modules of the package that a module imports."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    package = name.split(".")[:-1]
    found: set[str] = set()
    for node in tree.body if at_top_level else ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
            module = ".".join(part for part in base if part)
            for target in (module, *(".".join([*base, alias.name]).strip(".") for alias in node.names)):
                found.update(known for known in (target, f"{target}.__init__".strip(".")) if known in MODULES)
    return found - {name}


def part(name: str) -> str:
    first = name.split(".", maxsplit=1)[0]
    return "cli" if first == "__main__" else first if first in PARTS else "core"


def test_the_modules_are_found() -> None:
    assert {"steps", "cli.__init__", "streaming.sse", "__main__"} <= set(MODULES)
    assert imports("steps") >= {"tool_calls", "diagnosis", "errors"}
    assert imports("cli.check") >= {"archive.reports", "cli._parallel"}
    assert "diagnosis" not in imports("steps", at_top_level=True)


@pytest.mark.parametrize("name", MODULES)
def test_a_part_imports_only_parts_below_it(name: str) -> None:
    allowed = PARTS[PARTS.index(part(name)) :]
    assert {imported for imported in imports(name) if part(imported) not in allowed} == set()


@pytest.mark.parametrize("name", [name for row in CORE for name in row])
def test_a_module_of_the_core_imports_only_modules_below_it(name: str) -> None:
    level = next(index for index, row in enumerate(CORE) if name in row)
    below = {lower for row in CORE[level + 1 :] for lower in row}
    assert imports(name, at_top_level=True) <= below
    assert imports(name) - below <= {"diagnosis"}


def test_every_module_of_the_core_has_a_level() -> None:
    levels = {name for row in CORE for name in row} | set(DIAGNOSIS)
    assert {name for name in MODULES if part(name) == "core"} == levels
