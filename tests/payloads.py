# SPDX-License-Identifier: MIT
"""Payloads for the benchmarks: deterministic JSON texts of run steps and pages."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

Shape: TypeAlias = Literal["documented", "live"]
"""The 16 keys of the API reference, or the keys of servers: `expires_at`, but no `metadata` and no `expired_at`."""

SHAPES: tuple[Shape, ...] = ("documented", "live")

LEAVES = {
    "a": "step_details.message_creation.message_id",
    "b": "step_details.tool_calls.0.function.arguments",
    "c": "step_details.tool_calls.0.code_interpreter.outputs.2.image.file_id",
    "d": "step_details.tool_calls.0.file_search.results.9.content.0.text",
    "e": "step_details.tool_calls.19.function.output",
    "f": "data.99.step_details.message_creation.message_id",
}
"""The path of the last value of each payload, to check that it was parsed completely."""

_ALPHABET = string.ascii_letters + string.digits
_WORDS = (  # noqa: SIM905  (easier to read than a list of strings)
    "the of and to in is that for it as was with be by on not this are or from at which but have an had they you "
    "were their one all we can her has there been if more when will would who so no out up into than them only its "
    "time some could these two may then do first any now such like our over me even most made after also did many "
    "before must through back years where much way well down should because each just those people too good very"
).split()


def payload(letter: str, shape: Shape) -> str:
    """Return the JSON text of payload `letter`, a to f."""
    return json.dumps(PAYLOADS[letter](_StepBuilder(seed=ord(letter), shape=shape)))


def invalid_payload() -> str:
    """Return payload e with three errors: at its beginning, in the middle and at its end."""
    step = json.loads(payload("e", "documented"))
    step["created_at"] = str(step["created_at"])
    step["step_details"]["tool_calls"][7]["function"]["name"] = None
    del step["step_details"]["tool_calls"][19]["id"]
    return json.dumps(step)


def mixed_steps(number: int, shape: Shape) -> list[str]:
    """Return the JSON texts of `number` different run steps of mixed types, as in payload f."""
    builder = _StepBuilder(seed=number, shape=shape)
    return [json.dumps(builder.mixed(index)) for index in range(number)]


def delta_stream(number: int) -> tuple[bytes, list[str]]:
    """Return an event stream with the arguments of a function in `number` deltas, and the data of each delta."""
    builder = _StepBuilder(seed=number, shape="live")
    call = {
        "id": builder.id("call"),
        "type": "function",
        "function": {"name": "write", "arguments": "", "output": None},
    }
    step = builder.step("tool_calls", {"type": "tool_calls", "tool_calls": [call]})
    step.update(status="in_progress", completed_at=None, usage=None)
    deltas: list[str] = []
    for _ in range(number):
        call_delta = {"index": 0, "type": "function", "function": {"arguments": builder.text(6)}}
        details = {"type": "tool_calls", "tool_calls": [call_delta]}
        deltas.append(
            json.dumps({"id": step["id"], "object": "thread.run.step.delta", "delta": {"step_details": details}})
        )
    events = [f"event: thread.run.step.created\ndata: {json.dumps(step)}\n\n"]
    events += [f"event: thread.run.step.delta\ndata: {delta}\n\n" for delta in deltas]
    return "".join(events).encode(), deltas


class _StepBuilder:
    """Builds different run steps of one shape. The same seed gives the same steps."""

    def __init__(self, seed: int, shape: Shape) -> None:
        self._random = random.Random(seed)  # noqa: S311  (not used for secrets)
        self._live = shape == "live"
        self._time = 1_722_000_000
        self._assistant_id, self._thread_id, self._run_id = self.id("asst"), self.id("thread"), self.id("run")

    def id(self, prefix: str) -> str:
        return f"{prefix}_{''.join(self._random.choices(_ALPHABET, k=24))}"

    def text(self, length: int) -> str:
        """Return words with a total length of `length` characters."""
        words = " ".join(self._random.choices(_WORDS, k=length // 2 + 1))
        return words[:length]

    def step(self, type_: str, details: dict[str, Any]) -> dict[str, Any]:
        self._time += self._random.randint(2, 9)
        step: dict[str, Any] = {
            "id": self.id("step"),
            "object": "thread.run.step",
            "created_at": self._time,
            "run_id": self._run_id,
            "assistant_id": self._assistant_id,
            "thread_id": self._thread_id,
            "type": type_,
            "status": "completed",
            "cancelled_at": None,
            "completed_at": self._time + self._random.randint(1, 20),
            "failed_at": None,
            "last_error": None,
            "step_details": details,
            "usage": self._usage(),
        }
        if self._live:
            step["expires_at"] = None
        else:
            step["expired_at"] = None
            step["metadata"] = {}
        return step

    def mixed(self, index: int) -> dict[str, Any]:
        """Return step `index` of a mixture: half are messages, half are tool calls, some failed or are in progress."""
        step = PAYLOADS[_MIXED_PAYLOADS[index % len(_MIXED_PAYLOADS)]](self)
        if index % 20 == 8:
            step.update(status="failed", completed_at=None, failed_at=self._time, usage=None)
            step["last_error"] = {"code": "server_error", "message": "Sorry, something went wrong."}
        elif index % 20 == 17:
            step.update(status="in_progress", completed_at=None, usage=None)
            if self._live:
                step["expires_at"] = self._time + 600
        return step

    def message(self) -> dict[str, Any]:
        details = {"type": "message_creation", "message_creation": {"message_id": self.id("msg")}}
        return self.step("message_creation", details)

    def functions(self, number: int = 1) -> dict[str, Any]:
        return self._tool_calls(*[self._function() for _ in range(number)])

    def functions_and_metadata(self) -> dict[str, Any]:
        step = self.functions(20)
        if not self._live:
            step["metadata"] = {f"{self.text(10)}_{number}": self.text(40) for number in range(16)}
        return step

    def code(self) -> dict[str, Any]:
        outputs: list[dict[str, Any]] = [
            {"type": "logs", "logs": self.text(60)},
            {"type": "logs", "logs": self.text(200)},
            {"type": "image", "image": {"file_id": self.id("file")}},
        ]
        body = {"input": "\n".join(self.text(40) for _ in range(6)), "outputs": outputs}
        return self._tool_calls({"id": self.id("call"), "type": "code_interpreter", "code_interpreter": body})

    def search(self) -> dict[str, Any]:
        body = {
            "ranking_options": {"ranker": "default_2024_08_21", "score_threshold": 0.5},
            "results": [self._result() for _ in range(10)],
        }
        return self._tool_calls({"id": self.id("call"), "type": "file_search", "file_search": body})

    def three_functions(self) -> dict[str, Any]:
        return self.functions(3)

    def page(self) -> dict[str, Any]:
        steps = [self.mixed(index) for index in range(100)]
        return {
            "object": "list",
            "data": steps,
            "first_id": steps[0]["id"],
            "last_id": steps[-1]["id"],
            "has_more": False,
        }

    def _tool_calls(self, *calls: dict[str, Any]) -> dict[str, Any]:
        return self.step("tool_calls", {"type": "tool_calls", "tool_calls": list(calls)})

    def _function(self) -> dict[str, Any]:
        arguments = json.dumps({"city": self.text(12), "days": self._random.randint(1, 9)})
        output = json.dumps({"forecast": self.text(50), "degrees": self._random.randint(-9, 35)})
        body = {"name": "get_weather_forecast", "arguments": arguments, "output": output}
        return {"id": self.id("call"), "type": "function", "function": body}

    def _result(self) -> dict[str, Any]:
        result: dict[str, Any] = {
            "file_id": self.id("file"),
            "file_name": f"{self.text(12)}.md",
            "score": self._random.random(),
            "content": [{"type": "text", "text": self.text(1000)}],
        }
        if self._live:
            has_attributes = self._random.random() < 0.3
            result["attributes"] = {"section": self.text(8), "year": 2024, "public": True} if has_attributes else {}
        return result

    def _usage(self) -> dict[str, Any]:
        prompt, completion = self._random.randint(200, 5000), self._random.randint(10, 400)
        usage: dict[str, Any] = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }
        if self._live:
            # Most counts are 0, because few assistants used reasoning models.
            cached = prompt // 128 * 128 if self._random.random() < 0.25 else 0
            reasoning = completion // 2 if self._random.random() < 0.1 else 0
            usage["prompt_token_details"] = {"cached_tokens": cached}
            usage["completion_tokens_details"] = {"reasoning_tokens": reasoning}
        return usage


PAYLOADS: dict[str, Callable[[_StepBuilder], dict[str, Any]]] = {
    "a": _StepBuilder.message,
    "b": _StepBuilder.functions,
    "c": _StepBuilder.code,
    "d": _StepBuilder.search,
    "e": _StepBuilder.functions_and_metadata,
    "f": _StepBuilder.page,
    "three functions": _StepBuilder.three_functions,
}

# In the order of a page: the newest step is first, and the first step of the run, a message, is last.
_MIXED_PAYLOADS = ("b", "a", "c", "a", "d", "a", "three functions", "c", "b", "a")
