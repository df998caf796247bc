# SPDX-License-Identifier: MIT
"""Tests of where run steps are found."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runstep import ValidationError
from runstep.archive import Record, read_records

from ..conftest import SHARED
from .conftest import ARCHIVES, NO_STEPS, Maker, Outcomes, outcome, outcomes, outcomes_of_bytes, outcomes_of_text


def test_the_log_of_the_samples() -> None:
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


def test_the_export_of_the_samples() -> None:
    assert outcomes(ARCHIVES / "export.json") == [
        (9, "threads[0].runs[0].steps", "has_more: expected a boolean, got a string"),
        (12, "threads[0].runs[0].steps.data[0]", "step_w2"),
        (44, "threads[0].runs[0].steps.data[1]", "expected an object, got null"),
        (45, "threads[0].runs[0].steps.data[2]", "step_w1"),
        (94, "threads[0].runs[1].steps[0]", "id: expected a string, got null (and 2 more)"),
    ]


@pytest.mark.parametrize(
    ("file", "places"),
    [
        ("stream.sse", [(14, ""), (17, ""), (29, "")]),
        ("events.json", [(83, "captured[4].data"), (126, "captured[5].data"), (215, "captured[9].data")]),
    ],
)
def test_an_event_stream_and_its_events_in_an_array_give_each_step_once_as_it_stood(
    file: str, places: list[tuple[int, str]]
) -> None:
    records = {(record.line, record.location): record for record in read_records(ARCHIVES / file)}
    assert sorted(records) == places
    done, begun, damaged = (records[place] for place in places)
    assert json.dumps(done.raw, sort_keys=True) == next(
        json.dumps(record.raw, sort_keys=True) for record in read_records(ARCHIVES / "log.jsonl") if record.line == 2
    )
    calls = begun.step().tool_calls
    assert [call.to_dict()["function"]["arguments"] for call in calls] == ['{"city": "Gdynia"}']
    assert outcome(damaged) == "created_at: expected an integer, but the key is missing (and 6 more)"


def test_an_event_that_is_no_json_is_told_and_the_next_one_is_read(step: Maker) -> None:
    events = [
        {"event": "thread.message.created", "data": {"x": float("nan")}},
        {"event": "thread.run.step.created", "data": json.dumps(step(id="step_a"))},
        {"event": "thread.run.step.delta", "data": "cut {"},
    ]
    assert outcomes_of_text(json.dumps({"log": events})) == [
        (1, "log[0]", "data: expected a JSON value, got something else or a value nested too deeply"),
        (1, "log[2].data", "invalid JSON (line 1, column 1)"),
        (1, "log[1].data", "step_a"),
    ]


def test_events_of_other_names_may_hold_steps(line: Callable[[str], str]) -> None:
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


SHAPES: dict[str, Callable[[str, str], str]] = {
    "a step": lambda a, _: a,
    "a page": lambda a, b: f'{{"data": [{a}, {b}], "first_id": null, "last_id": null}}',
    "an array": lambda a, b: f"[{a}, {b}]",
    "an export": lambda a, b: f'{{"runs": [{{"steps": [{a}]}}, {{"steps": {{"x": {b}}}}}]}}',
    "a step among others": lambda a, b: f'[1, null, "step_1", {{"object": "thread.run"}}, [[{a}]], {b}]',
    "one step after another": lambda a, b: (
        f"{json.dumps(json.loads(a), indent=1)}\n{json.dumps(json.loads(b), indent=1)}\n"
    ),
    "lines": lambda a, b: f"{a}\n{b}\n",
    "lines without the last end": lambda a, b: f"{a}\n{b}",
    "lines with CRLF": lambda a, b: f"{a}\r\n{b}\r\n",
    "lines with blank ones": lambda a, b: f"\n \t\r\n{a}\n\n\n{b}\n  \n",
    "lines with blanks around": lambda a, b: f" {a} \n\t{b}\t",
    "lines of arrays": lambda a, b: f"[{a}]\n[{b}]\n",
    "joined files with byte order marks": lambda a, b: f"{a}\n\ufeff{b}\n",
    "events of others": lambda a, b: (
        f'{{"audit": [{{"event": "run.finished", "data": {{"steps": [{a}]}}}}], "steps": [{b}]}}'
    ),
    "lines behind others": lambda a, b: f'{{"object": "thread.run"}}\n{a}\n{b}\n',
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("is_compressed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_steps_are_found_in(shape: str, is_compressed: bool, encoding: str, line: Callable[[str], str]) -> None:
    data = SHAPES[shape](line("step_a"), line("step_b")).encode(encoding)
    if is_compressed:
        data = gzip.compress(data)
    ids = ["step_a"] if shape == "a step" else ["step_a", "step_b"]
    assert [id_ for _, _, id_ in outcomes_of_bytes(data)] == ids


def test_a_step_is_told_by_its_object_or_by_its_details_and_its_owner(step: Maker) -> None:
    first, v1 = step(id="first"), step(id="v1", object="assistant.run.step")
    del first["object"]
    bare = {"step_details": {}, "thread_id": "thread_1"}
    assert outcomes_of_text(json.dumps([first, v1, bare, {"step_details": {}}])) == [
        (1, "[0]", "first"),
        (1, "[1]", "v1"),
        (1, "[2]", "step_details.type: expected a string, but the key is missing (and 6 more)"),
    ]


def test_what_lies_beside_a_step_in_a_page_must_be_one(step: Maker) -> None:
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
        # An empty answer is a whole one, and a delta is no step.
        ("[]", []),
        ('{"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false}', []),
        ('{"object": "thread.run.step.delta", "id": "step_1", "delta": {}}', []),
        ('{"object": "thread.run.step.delta", "id": "step_1", "delta": {}}\n{"a": 1}\n', []),
    ],
)
def test_a_source_without_a_step_says_so(text: str, expected: Outcomes) -> None:
    assert outcomes_of_text(text) == expected


@pytest.mark.skipif(not SHARED.exists(), reason="captured data is not there")
def test_the_captured_data_has_these_problems_and_no_others() -> None:
    problems = {
        (Path(record.file).name[:4], record.line_of(problem.path), problem.location or problem.message)
        for record in read_records(SHARED / "corpus")
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
        ("b056", 2, "invalid JSON (line 2, column 1)"),
        ("b068", 1, "no run steps found"),
    }


def problems_of(record: Record) -> Iterator[Any]:
    try:
        record.step()
    except ValidationError as error:
        yield from error.problems
