# SPDX-License-Identifier: MIT
"""Tests of commands without enough memory: exit code 2, and one line that names the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from runstep.archive import _reader, messages
from runstep.cli import show

from .conftest import ARCHIVES, CliRunner


def out_of_memory(name: object) -> tuple[int, str, str]:
    return 2, "", f"runstep: error: cannot read '{name}': out of memory\n"


def fail(*_: object, **__: object) -> Any:
    raise MemoryError


COMMANDS = pytest.mark.parametrize(
    "command", [["check"], ["show"], ["convert", "--to", "jsonl"]], ids=lambda command: command[0]
)


@COMMANDS
def test_the_message_names_a_file_in_a_folder(
    command: list[str], run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_reader, "open_source", fail)
    assert run(*command, ARCHIVES) == out_of_memory(ARCHIVES / "events.json")


def test_the_message_names_a_file_with_messages(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "open_source", fail)
    for path, name in (("log.jsonl", "log.jsonl"), (ARCHIVES, ARCHIVES / "events.json")):
        assert run("convert", "page.json", "--to", "chat", "--messages", path) == out_of_memory(name)


def test_the_message_names_the_file_read_last(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    def render(steps: Iterable[object], **_: object) -> Any:
        list(steps)
        raise MemoryError

    monkeypatch.setattr(show, "render", render)
    assert run("show", "export.json", "page.json")[2].endswith(out_of_memory("page.json")[2])
