# SPDX-License-Identifier: MIT
"""Steps and messages for tests of exports."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from runstep import RunStep, ValidationError
from runstep.archive import Record, read_steps
from runstep.export import Conversion

from ..conftest import CORPUS

STEP: dict[str, Any] = {
    "id": "step_1",
    "object": "thread.run.step",
    "created_at": 1718000000,
    "assistant_id": "asst_1",
    "thread_id": "thread_1",
    "run_id": "run_1",
    "status": "completed",
    "completed_at": 1718000004,
}


def step(details: dict[str, Any], **keys: Any) -> RunStep:
    return RunStep.from_dict({**STEP, "type": details["type"], "step_details": details, **keys})


def captured_steps() -> list[RunStep]:
    """Return the captured steps that are valid."""

    def ignore(record: Record, error: ValidationError) -> None:
        pass

    return list(read_steps(CORPUS, on_error=ignore))


def calls(*items: dict[str, Any], **keys: Any) -> RunStep:
    return step({"type": "tool_calls", "tool_calls": list(items)}, **keys)


def writes(message_id: str, **keys: Any) -> RunStep:
    return step({"type": "message_creation", "message_creation": {"message_id": message_id}}, **keys)


def function(
    output: str | None = "9", *, id: str = "call_1", name: str = "tides", arguments: str = "{}"
) -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments, "output": output}}


def message(id: str, *content: Any, role: str = "assistant", **keys: Any) -> dict[str, Any]:
    parts = [
        {"type": "text", "text": {"value": part, "annotations": []}} if isinstance(part, str) else part
        for part in content
    ]
    return {
        "id": id,
        "object": "thread.message",
        "created_at": 1718000000,
        "thread_id": "thread_1",
        "role": role,
        "content": parts,
        **keys,
    }


CODE = {
    "id": "call_c",
    "type": "code_interpreter",
    "code_interpreter": {
        "input": "1 + 1",
        "outputs": [
            {"type": "logs", "logs": "2"},
            {"type": "image", "image": {"file_id": "file_1"}},
            {"type": "logs", "logs": "3"},
        ],
    },
}
SEARCH: dict[str, Any] = {
    "id": "call_s",
    "type": "file_search",
    "file_search": {
        "results": [
            {
                "file_id": "file_1",
                "file_name": "a.pdf",
                "score": 0.5,
                "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}],
            }
        ]
    },
}
RETRIEVAL = {"id": "call_r", "type": "retrieval", "retrieval": {}}
MCP = {
    "id": "call_m",
    "type": "mcp",
    "name": "fetch",
    "arguments": "{}",
    "server_label": "github",
    "output": "text",
    "x": 1,
}
OPENAPI: dict[str, Any] = {
    "id": "call_o",
    "type": "openapi",
    "function": {"name": "weather", "arguments": "{}", "output": "sun"},
}
BROWSER = {"id": "call_b", "type": "browser", "browser": {}}


GENERAL_LOSSES = {
    ("id",): "ids of steps, runs and assistants are not converted",
    ("created_at",): "times are not converted",
    ("status",): "the status of steps is not converted",
}


def own_losses(conversion: Conversion) -> list[tuple[str | None, tuple[str | int, ...], str]]:
    """Return the losses that do not hold for every step and message."""
    general = {*GENERAL_LOSSES.values(), "of messages, only the role and the content are converted"}
    return [(loss.step_id, loss.path, loss.reason) for loss in conversion.losses if loss.reason not in general]


@cache
def adapter(cls: Any) -> Any:
    """Return what validates data by a class of the official SDK."""
    return pytest.importorskip("pydantic").TypeAdapter(cls)
