# SPDX-License-Identifier: MIT
"""Tests of reading messages from files and folders."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep.archive import Record, read_messages

from ..conftest import CORPUS, needs_corpus


def message(id_: str, **keys: Any) -> dict[str, Any]:
    return {"id": id_, "object": "thread.message", "role": "user", "content": [], **keys}


def ids_in(text: str | bytes) -> list[Any]:
    data = text if isinstance(text, bytes) else text.encode()
    return [found["id"] for found in read_messages(io.BytesIO(data))]


FIRST, SECOND = json.dumps(message("msg_1")), json.dumps(message("msg_2"))


@pytest.mark.parametrize(
    "text",
    [
        f'{{"threads": [{{"messages": [{FIRST}]}}, {{"a": {{"b": {SECOND}}}}}]}}',
        f"[{FIRST}, {SECOND}]",
        f"{FIRST}\n{SECOND}\n",
        f'{FIRST}\n{{"object": "thread.run.step"}}\ndamaged "thread.message"\n\n{SECOND}',
        f"{FIRST} {SECOND}",
        f"event: thread.message.created\ndata: {FIRST}\n\nevent: x\ndata: {SECOND}",
        f'{{"event": "thread.x", "data": {FIRST}}}\n{{"event": "thread.x", "data": {json.dumps(SECOND)}}}\n',
        f'[{{"event": "x", "data": {json.dumps(FIRST)}}}, {{"event": "x", "data": {SECOND}}}]',
    ],
    ids=["nested", "array", "lines", "damaged lines", "documents", "stream", "logged events", "array of events"],
)
def test_messages_are_found_in_every_format(text: str) -> None:
    assert ids_in(text) == ["msg_1", "msg_2"]
    assert ids_in(gzip.compress(text.encode())) == ["msg_1", "msg_2"]
    assert ids_in(text.encode("utf-16")) == ["msg_1", "msg_2"]


def test_a_message_is_yielded_as_it_is() -> None:
    data = message("msg_1", content=[{"type": "text", "text": {"value": "é\ud800", "annotations": []}}], x=1)
    assert list(read_messages(io.BytesIO(json.dumps([data]).encode()))) == [data]


def test_messages_of_a_stream_may_have_no_id() -> None:
    ids: list[Any] = [None, {}, [1]]
    data = [{**message("x"), "id": id_} for id_ in ids]
    events = [f"event: x\ndata: {json.dumps(item)}\n\n" for item in data]
    assert list(read_messages(io.BytesIO("".join(events).encode()))) == data


def test_text_that_looks_like_the_data_of_an_event_hides_nothing() -> None:
    nested = {"data": "wrote thread.message x", "more": message("msg_3")}
    assert ids_in(f"[{FIRST}, {json.dumps(nested)}, {SECOND}]") == ["msg_1", "msg_3", "msg_2"]


def test_damage_is_reported() -> None:
    def damage(data: bytes) -> list[tuple[int | None, str]]:
        records: list[Record] = []
        for _ in read_messages(io.BytesIO(data), on_error=records.append):
            pass
        return [(record.line, str(record.damage)) for record in records]

    assert damage(f"{FIRST}\n{FIRST[:-1]}\n".encode()) == [(2, f"invalid JSON (column {len(FIRST)})")]
    assert damage(FIRST.encode() + b'\n"thread.message \xff"\n') == [(2, "cannot decode JSON")]
    assert damage(gzip.compress(FIRST.encode())[:-9]) == [(1, "truncated gzip data")]
    assert damage(f"event: x\ndata: {FIRST[:-1]}\n\n".encode()) == [(3, f"invalid JSON (column {len(FIRST)})")]


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,thread.messgobjci \n', max_size=200).map(str.encode))
def test_arbitrary_data_never_raises(data: bytes) -> None:
    for text in (data, b'"thread.message"\n' + data, b'data: {"object": "thread.message"}\n\ndata:' + data):
        for found in read_messages(io.BytesIO(text)):
            assert found["object"] == "thread.message"


def test_an_event_stream_yields_the_last_state_of_a_message() -> None:
    states = [message("msg_1", status=status) for status in ("in_progress", "completed")]
    events = [f"event: thread.message.created\ndata: {json.dumps(state)}\n\n" for state in states]
    assert list(read_messages(io.BytesIO("".join(events).encode()))) == [states[1]]


@pytest.mark.parametrize("text", ["", "{}", "no JSON", f"[{FIRST}", '{"object": "thread.message.delta"}', "[" * 9999])
def test_other_files_have_no_messages(text: str) -> None:
    assert ids_in(text) == []


def test_damage_hides_only_what_follows() -> None:
    assert ids_in(gzip.compress(f"{FIRST}\n{SECOND}\n".encode() * 5000)[:-20])[:2] == ["msg_1", "msg_2"]
    assert ids_in(f'{{"a": {FIRST}}}'.encode() + b"\xff") == []


def test_a_folder_is_read_with_its_subfolders(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.json").write_text(SECOND, encoding="utf-8")
    (tmp_path / "a.jsonl").write_text(f"{FIRST}\n{FIRST}\n", encoding="utf-8")
    (tmp_path / "dangling").symlink_to("missing")
    assert [found["id"] for found in read_messages(tmp_path)] == ["msg_1", "msg_1", "msg_2"]
    with pytest.raises(FileNotFoundError):
        next(read_messages(tmp_path / "missing"))


@needs_corpus
def test_captured_messages_are_found() -> None:
    found = list(read_messages(CORPUS))
    assert len(found) == 9
    assert {data["role"] for data in found} == {"assistant"}
