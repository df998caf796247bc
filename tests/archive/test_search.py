# SPDX-License-Identifier: MIT
"""Tests of the search for run steps."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runstep import ValidationError
from runstep.archive import Record, read_records

from ..conftest import CORPUS, needs_corpus
from .conftest import ARCHIVES, NO_STEPS, Outcomes, StepFactory, outcome, outcomes, outcomes_of_bytes, outcomes_of_text


def test_the_sample_log() -> None:
    assert outcomes(ARCHIVES / "log.jsonl") == [
        (2, "", "step_w1"),
        (3, "", "step_w2"),
        (5, "", "step_s1"),
        (
            6,
            "",
            "step_details.tool_calls[0].file_search.results[0].score: expected a number, got a string (and 1 more)",
        ),
        (7, "", "invalid JSON (column 198)"),
        (8, "", "expected a run step, got an API error response"),
        (9, "", "step_w2"),
        (10, "", "step_c1"),
    ]


def test_the_sample_export() -> None:
    assert outcomes(ARCHIVES / "export.json") == [
        (9, "threads[0].runs[0].steps", "has_more: expected a boolean, got a string"),
        (12, "threads[0].runs[0].steps.data[0]", "step_w2"),
        (44, "threads[0].runs[0].steps.data[1]", "expected an object, got null"),
        (45, "threads[0].runs[0].steps.data[2]", "step_w1"),
        (94, "threads[0].runs[1].steps[0]", "id: expected a string, got null (and 2 more)"),
    ]


@pytest.mark.parametrize(
    ("file", "positions"),
    [
        ("stream.sse", [(14, ""), (17, ""), (29, "")]),
        ("events.json", [(83, "captured[4].data"), (126, "captured[5].data"), (215, "captured[9].data")]),
    ],
)
def test_a_stream_or_array_of_events_yields_each_step_once_in_its_last_state(
    file: str, positions: list[tuple[int, str]]
) -> None:
    records = {(record.line, record.location): record for record in read_records(ARCHIVES / file)}
    assert sorted(records) == positions
    completed, unfinished, invalid = (records[position] for position in positions)
    assert json.dumps(completed.raw, sort_keys=True) == next(
        json.dumps(record.raw, sort_keys=True) for record in read_records(ARCHIVES / "log.jsonl") if record.line == 2
    )
    calls = unfinished.step().tool_calls
    assert [call.to_dict()["function"]["arguments"] for call in calls] == ['{"city": "Gdynia"}']
    assert outcome(invalid) == "created_at: expected an integer, but the key is missing (and 6 more)"


def test_an_invalid_event_does_not_stop_the_iteration(step: StepFactory) -> None:
    events = [
        {"event": "thread.message.created", "data": {"x": float("nan")}},
        {"event": "thread.run.step.created", "data": json.dumps(step(id="step_a"))},
        {"event": "thread.run.step.delta", "data": "cut {"},
    ]
    assert outcomes_of_text(json.dumps({"log": events})) == [
        (1, "log[0]", "data: expected a JSON value, got something else or a value nested too deeply"),
        (1, "log[2].data", "invalid JSON (character 1)"),
        (1, "log[1].data", "step_a"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('event: thread.run.step.created\ndata: {"a": 1,\n: comment\ndata:  oops}\n\n', (4, "invalid JSON (column 8)")),
        (
            'event: thread.run.step.created\n\ndata: x\n\nevent: thread.run.step.delta\ndata:{"a"\ndata',
            (7, "invalid JSON (column 5)"),
        ),
        ("event: thread.run.step.created\rdata: {\rdata: x\r\r", (1, "invalid JSON (character 3)")),
        ("event: thread.run.step.created\ndata: NaN\n\n", (2, "expected an object, got NaN")),
        (
            f"event: thread.run.step.created\ndata: {'9' * 5000}\n\n",
            (2, "invalid JSON (a number with too many digits)"),
        ),
    ],
)
def test_invalid_json_in_an_event_has_one_place_in_the_file(text: str, expected: tuple[int, str]) -> None:
    ((line, _, message),) = outcomes_of_text(text)
    assert (line, message) == expected


def test_events_with_other_names_may_contain_steps(line: Callable[[str], str]) -> None:
    page = f'{{"object": "list", "data": [{line("step_c")}], "first_id": null, "last_id": null, "has_more": false}}'
    data = [line("step_a"), "thread.run.step of no JSON", '{"text": "of a message"}', f'{{"page": {page}}}']
    delta = '{"id": "step_x", "object": "thread.run.step.delta", "delta": {}}'
    stream = "".join(f"data: {text}\n\n" for text in [*data, delta])
    created = f"event: thread.run.step.created\ndata: {line('step_z')}\n\n"
    expected = [(1, "", "step_a"), (7, "page.data[0]", "step_c"), (12, "", "step_z")]
    assert outcomes_of_text(stream + created) == expected
    events = [{"event": "thread.run.step.other", "data": json.loads(text)} for text in (data[0], data[3])]
    assert outcomes_of_text(json.dumps({"log": events})) == [
        (1, "log[0].data", "step_a"),
        (1, "log[1].data.page.data[0]", "step_c"),
    ]


def logged(event: str, data: Any) -> dict[str, Any]:
    return {"event": event, "data": data}


def delta(arguments: str) -> dict[str, Any]:
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    details = {"type": "tool_calls", "tool_calls": [call]}
    return {"id": "step_a", "object": "thread.run.step.delta", "delta": {"step_details": details}}


def test_logged_events_in_json_lines_are_accumulated(step: StepFactory, line: Callable[[str], str]) -> None:
    started = step(id="step_a", status="in_progress", step_details={"type": "tool_calls", "tool_calls": []})
    events = [
        logged("thread.run.created", {}),
        logged("thread.run.step.created", started),
        logged("thread.run.step.delta", delta("{")),
        logged("thread.run.step.delta", json.dumps(delta("}"))),
        {"event": "thread.run.step.delta"},
        logged("thread.run.step.completed", {"id": 5}),
        logged("thread.message.completed", {"steps": [step(id="step_b")]}),
    ]
    text = "".join(f"{json.dumps(event)}\n" for event in events) + f" \n{line('step_c')}\noops"
    records = {record.line: record for record in read_records(io.BytesIO(text.encode()))}
    assert {number: (record.location, outcome(record)) for number, record in records.items()} == {
        2: ("data", "step_a"),
        5: ("", "data: expected a value, but the key is missing"),
        6: ("data", "id: expected a string, got an integer (and 7 more)"),
        7: ("data.steps[0]", "step_b"),
        9: ("", "step_c"),
        10: ("", "invalid JSON (column 1)"),
    }
    (call,) = records[2].step().tool_calls
    assert call.to_dict()["function"]["arguments"] == "{}"


def test_a_damaged_first_line_does_not_change_the_format_of_logged_events(step: StepFactory) -> None:
    created = json.dumps(logged("thread.run.step.created", step(id="step_a")))
    assert outcomes_of_text(f"oops\n{created}\n{json.dumps(logged('thread.run.step.delta', delta('x')))}\n") == [
        (1, "", "invalid JSON (column 1)"),
        (2, "data", "step_a"),
    ]


def test_an_event_without_data_does_not_stop_the_accumulation_of_an_array(step: StepFactory) -> None:
    started = step(id="step_a", status="in_progress", step_details={"type": "tool_calls", "tool_calls": []})
    events = [
        logged("thread.run.step.created", started),
        {"event": "thread.run.queued"},
        logged("thread.run.step.delta", delta("{}")),
    ]
    missing, record = read_records(io.BytesIO(json.dumps(events).encode()))
    assert (missing.location, outcome(missing)) == ("[1]", "data: expected a value, but the key is missing")
    (call,) = record.step().tool_calls
    assert call.to_dict()["function"]["arguments"] == "{}"


def test_a_line_of_spaces_in_an_event_does_not_change_its_line(line: Callable[[str], str]) -> None:
    assert outcomes_of_text(f"event: thread.run.step.created\ndata: {line('step_a')}\n  \nid: 5\n\n") == [
        (2, "", "step_a")
    ]


LAYOUTS: dict[str, Callable[[str, str], str]] = {
    "a step": lambda a, _: a,
    "a page": lambda a, b: f'{{"data": [{a}, {b}], "first_id": null, "last_id": null}}',
    "an array": lambda a, b: f"[{a}, {b}]",
    "an export": lambda a, b: f'{{"runs": [{{"steps": [{a}]}}, {{"steps": {{"x": {b}}}}}]}}',
    "steps among other values": lambda a, b: f'[1, null, "step_1", {{"object": "thread.run"}}, [[{a}]], {b}]',
    "concatenated documents": lambda a, b: (
        f"{json.dumps(json.loads(a), indent=1)}\n{json.dumps(json.loads(b), indent=1)}\n"
    ),
    "lines": lambda a, b: f"{a}\n{b}\n",
    "lines without a final line end": lambda a, b: f"{a}\n{b}",
    "lines with CRLF": lambda a, b: f"{a}\r\n{b}\r\n",
    "lines with blank lines": lambda a, b: f"\n \t\r\n{a}\n\n\n{b}\n  \n",
    "lines with surrounding whitespace": lambda a, b: f" {a} \n\t{b}\t",
    "lines of arrays": lambda a, b: f"[{a}]\n[{b}]\n",
    "concatenated files with byte order marks": lambda a, b: f"{a}\n\ufeff{b}\n",
    "events of another program": lambda a, b: (
        f'{{"audit": [{{"event": "run.finished", "data": {{"steps": [{a}]}}}}], "steps": [{b}]}}'
    ),
    "lines after another document": lambda a, b: f'{{"object": "thread.run"}}\n{a}\n{b}\n',
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("is_compressed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_steps_are_found_in_any_layout(
    layout: str, is_compressed: bool, encoding: str, line: Callable[[str], str]
) -> None:
    data = LAYOUTS[layout](line("step_a"), line("step_b")).encode(encoding)
    if is_compressed:
        data = gzip.compress(data)
    ids = ["step_a"] if layout == "a step" else ["step_a", "step_b"]
    assert [id_ for _, _, id_ in outcomes_of_bytes(data)] == ids


def test_a_step_has_a_known_object_or_details_and_the_id_of_a_thread_or_run(step: StepFactory) -> None:
    first, v1 = step(id="first"), step(id="v1", object="assistant.run.step")
    del first["object"]
    incomplete = {"step_details": {}, "thread_id": "thread_1"}
    assert outcomes_of_text(json.dumps([first, v1, incomplete, {"step_details": {}}])) == [
        (1, "[0]", "first"),
        (1, "[1]", "v1"),
        (1, "[2]", "step_details.type: expected a string, but the key is missing (and 6 more)"),
    ]


def test_a_page_may_have_steps_in_other_keys(step: StepFactory) -> None:
    def page(id_: str, **keys: Any) -> dict[str, Any]:
        return {"first": step(id=f"{id_}1"), "object": "list", "data": [step(id=f"{id_}2")], **keys}

    assert outcomes_of_text(json.dumps({"run": page("a", next=page("b"), last=[step(id="c")])})) == [
        (1, "run.data[0]", "a2"),
        (1, "run.first", "a1"),
        (1, "run.next.data[0]", "b2"),
        (1, "run.next.first", "b1"),
        (1, "run.last[0]", "c"),
    ]


def test_every_item_of_a_page_of_steps_must_be_a_step(step: StepFactory) -> None:
    page = {"object": "list", "data": [7, step(id="step_a"), {"object": "thread.message"}]}
    assert [(location, problem) for _, location, problem in outcomes_of_text(json.dumps(page))] == [
        ("data[0]", "expected an object, got an integer"),
        ("data[1]", "step_a"),
        ("data[2]", 'object: expected a run step ("thread.run.step"), got "thread.message"'),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", NO_STEPS),
        (" \n\r\n\t", NO_STEPS),
        ("{}", NO_STEPS),
        ("[1]", NO_STEPS),
        ('{"a": 1}\n{"b": 2}\n', NO_STEPS),
        ('{"object": "list", "data": [{"object": "thread.message"}]}', NO_STEPS),
        ('{"object": "thread.run"}\n{"object": "thread.run"}\n', NO_STEPS),
        ("event: thread.run.created\ndata: {}\n\n", NO_STEPS),
        (
            '{\n"object": "thread.run"}\n',
            [(1, "", 'object: expected a run step ("thread.run.step"), got "thread.run"')],
        ),
        ('{"error": {"message": "x"}}', [(1, "", "expected a run step, got an API error response")]),
        # An empty list is a complete result. A delta is neither a step nor a problem.
        ("[]", []),
        ('{"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false}', []),
        ('{"object": "thread.run.step.delta", "id": "step_1", "delta": {}}', []),
        ('{"object": "thread.run.step.delta", "id": "step_1", "delta": {}}\n{"a": 1}\n', []),
    ],
)
def test_sources_without_steps(text: str, expected: Outcomes) -> None:
    assert outcomes_of_text(text) == expected


@needs_corpus
def test_the_captured_data_has_exactly_these_problems() -> None:
    problems = {
        (Path(record.file).name[:4], record.line_of(problem.path), problem.location or problem.message)
        for record in read_records(CORPUS)
        for problem in problems_of(record)
    }
    assert problems == {
        ("a046", 1, "no run steps found"),
        ("b006", 1, "expected a run step, got an API error response"),
        ("b035", 11, "step_details"),
        ("b039", 1, "usage.completion_tokens"),
        ("b039", 1, "usage.prompt_tokens"),
        ("b039", 1, "usage.total_tokens"),
        ("b044", 3, "created_at"),
        ("b044", 3, "assistant_id"),
        ("b044", 3, "step_details"),
        ("b045", 8, "step_details.type"),
        ("b045", 1, "id"),
        ("b045", 1, "created_at"),
        ("b056", 4, "invalid JSON (column 6)"),
        ("b068", 1, "no run steps found"),
    }


def problems_of(record: Record) -> Iterator[Any]:
    """Yield the problems that parsing the step of a record raises."""
    try:
        record.step()
    except ValidationError as error:
        yield from error.problems
