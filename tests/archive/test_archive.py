# SPDX-License-Identifier: MIT
"""Reading archives: whatever holds run steps goes in, a record of each comes out, and of each damage with its place."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep import RunStep, ValidationError
from runstep.archive import Record, read_records
from runstep.archive import _input as _sources
from runstep.archive._folders import scan
from runstep.archive._positions import Places, Text

from ..conftest import DATA, SHARED

ARCHIVES = DATA / "archives"
Told = list[tuple["int | None", str, str]]
Maker = Callable[..., dict[str, Any]]


def told(source: str | os.PathLike[str] | IO[bytes]) -> Told:
    """What the records say: line, location, and the id of the step or what is wrong."""
    return [(record.line, record.location, outcome(record)) for record in read_records(source)]


def outcome(record: Record) -> str:
    try:
        return record.step().id
    except ValidationError as error:
        return str(error)


def told_bytes(data: bytes) -> Told:
    return told(io.BytesIO(data))


def told_text(text: str) -> Told:
    return told_bytes(text.encode())


@pytest.fixture
def line(step: Maker) -> Callable[[str], str]:
    """A maker of run steps as one line of JSON."""

    def make(id_: str) -> str:
        return json.dumps(step(id=id_))

    return make


NOTHING: Told = [(1, "", "expected run steps, found none")]


# Where steps lie.


def test_the_log_of_the_samples() -> None:
    assert told(ARCHIVES / "log.jsonl") == [
        (2, "", "step_w1"),
        (3, "", "step_w2"),
        (5, "", "step_s1"),
        (
            6,
            "",
            "step_details.tool_calls[0].file_search.results[0].score: expected a number, got a string (and 1 more)",
        ),
        (7, "", "expected JSON, got text that is not (column 198)"),
        (8, "", "expected a run step, got an error that a server answered with"),
        (9, "", "step_w2"),
        (10, "", "step_c1"),
    ]


def test_the_export_of_the_samples() -> None:
    assert told(ARCHIVES / "export.json") == [
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
    pytest.importorskip("runstep.streaming")
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
    pytest.importorskip("runstep.streaming")
    events = [
        {"event": "thread.message.created", "data": {"x": float("nan")}},
        {"event": "thread.run.step.created", "data": json.dumps(step(id="step_a"))},
        {"event": "thread.run.step.delta", "data": "cut {"},
    ]
    assert told_text(json.dumps({"log": events})) == [
        (1, "log[0]", "data: expected JSON, got a value that it has not, or one that nests too deep"),
        (1, "log[2].data", "expected JSON, got text that is not (line 1, column 1)"),
        (1, "log[1].data", "step_a"),
    ]


def test_events_of_other_names_may_hold_steps(line: Callable[[str], str]) -> None:
    pytest.importorskip("runstep.streaming")
    page = f'{{"object": "list", "data": [{line("step_c")}], "first_id": null, "last_id": null, "has_more": false}}'
    data = [line("step_a"), "thread.run.step of no JSON", '{"text": "of a message"}', f'{{"page": {page}}}']
    delta = '{"id": "step_x", "object": "thread.run.step.delta", "delta": {}}'
    stream = "".join(f"data: {text}\n\n" for text in [*data, delta])
    created = f"event: thread.run.step.created\ndata: {line('step_z')}\n\n"
    expected = [(1, "", "step_a"), (7, "page.data[0]", "step_c"), (12, "", "step_z")]
    assert told_text(stream + created) == expected
    events = [{"event": "thread.run.step.other", "data": json.loads(text)} for text in (data[0], data[3])]
    assert told_text(json.dumps({"log": events})) == [
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
@pytest.mark.parametrize("packed", [0, 1, 2, 3])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_steps_are_found_in(shape: str, packed: int, encoding: str, line: Callable[[str], str]) -> None:
    data = SHAPES[shape](line("step_a"), line("step_b")).encode(encoding)
    for _ in range(packed):
        data = gzip.compress(data)
    ids = ["step_a"] if shape == "a step" else ["step_a", "step_b"]
    assert [id_ for _, _, id_ in told_bytes(data)] == ids


def test_a_step_is_told_by_its_object_or_by_its_details_and_its_owner(step: Maker) -> None:
    first, v1 = step(id="first"), step(id="v1", object="assistant.run.step")
    del first["object"]
    bare = {"step_details": {}, "thread_id": "thread_1"}
    assert told_text(json.dumps([first, v1, bare, {"step_details": {}}])) == [
        (1, "[0]", "first"),
        (1, "[1]", "v1"),
        (1, "[2]", "step_details.type: expected a string, but the key is missing (and 6 more)"),
    ]


def test_what_lies_beside_a_step_in_a_page_must_be_one(step: Maker) -> None:
    page = {"object": "list", "data": [7, step(id="step_a"), {"object": "thread.message"}]}
    assert [(location, problem) for _, location, problem in told_text(json.dumps(page))] == [
        ("data[0]", "expected an object, got an integer"),
        ("data[1]", "step_a"),
        ("data[2]", 'object: expected a run step ("thread.run.step"), got "thread.message"'),
    ]


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ("", NOTHING),
        (" \n\r\n\t", NOTHING),
        ("{}", NOTHING),
        ("[1]", NOTHING),
        ('{"a": 1}\n{"b": 2}\n', NOTHING),
        ('{"object": "list", "data": [{"object": "thread.message"}]}', NOTHING),
        ('{"object": "thread.run"}\n{"object": "thread.run"}\n', NOTHING),
        ("event: thread.run.created\ndata: {}\n\n", NOTHING),
        (
            '{\n"object": "thread.run"}\n',
            [(1, "", 'object: expected a run step ("thread.run.step"), got "thread.run"')],
        ),
        ('{"error": {"message": "x"}}', [(1, "", "expected a run step, got an error that a server answered with")]),
        # An empty answer is a whole one, and a delta is no step.
        ("[]", []),
        ('{"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false}', []),
        ('{"object": "thread.run.step.delta", "id": "step_1", "delta": {}}', []),
        ('{"object": "thread.run.step.delta", "id": "step_1", "delta": {}}\n{"a": 1}\n', []),
    ],
)
def test_a_source_without_a_step_says_so(text: str, told_of: Told) -> None:
    pytest.importorskip("runstep.streaming")
    assert told_text(text) == told_of


# What is damaged.


def without_trailer(data: bytes) -> bytes:
    return data[:-9]


def with_wrong_checksum(data: bytes) -> bytes:
    return data[:-8] + b"\0" * 8


def with_wrong_middle(data: bytes) -> bytes:
    return data[:20] + b"\xff" * 9 + data[29:]


def with_more(data: bytes) -> bytes:
    return data + b"more"


def with_magic_only(data: bytes) -> bytes:
    return data[:2]


def test_a_damaged_line_is_told_and_reading_goes_on(line: Callable[[str], str]) -> None:
    a, b = line("step_a").encode(), line("step_b").encode()
    bad = {
        b"{": "expected JSON, got text that is not (column 2)",
        a + b", x": f"expected JSON, got text that is not (column {len(a) + 1})",
        a[:-1] + b"\xff}": "expected JSON, got bytes that are no text",
        b"[" * 200_000: "expected JSON, got text that nests too deep",
        b"9" * 5000: "expected JSON, got a number with too many digits",
        b"\0\0\0": "expected JSON, got text that is not (column 1)",
    }
    lines = [a, *bad, b]
    assert told_bytes(b"\n".join(lines)) == [
        (1, "", "step_a"),
        *((number, "", message) for number, message in enumerate(bad.values(), 2)),
        (len(lines), "", "step_b"),
    ]


def test_a_lone_surrogate_is_text(step: Maker) -> None:
    data = json.dumps(step(id="step_\udc80"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    for text in (data, data + b"\n" + data, json.dumps(json.loads(data), indent=1).encode()):
        assert {id_ for _, _, id_ in told_bytes(text)} == {"step_\udc80"}


@pytest.mark.parametrize("first", ['{"id": "step_1", "obj', '{"id": "step_1",', "Exported on a Tuesday", ""])
def test_a_damaged_first_line_makes_no_other_kind(first: str, line: Callable[[str], str]) -> None:
    text = "\n".join([first, line("step_a"), line("step_b"), line("step_c")])
    assert [(number, id_) for number, _, id_ in told_text(text)][-3:] == [(2, "step_a"), (3, "step_b"), (4, "step_c")]


@pytest.mark.parametrize("behind", [",", ", ", "\u2028", " oops"])
def test_what_stands_behind_the_first_line_damages_no_other(behind: str, line: Callable[[str], str]) -> None:
    a, b, c = map(line, ("step_a", "step_b", "step_c"))
    assert told_text(f"{a}{behind}\n{b}\n{c}\n") == [
        (1, "", f"expected JSON, got text that is not (column {len(a) + len(behind) - len(behind.lstrip(' ')) + 1})"),
        (2, "", "step_b"),
        (3, "", "step_c"),
    ]


def test_a_damaged_first_line_may_be_long(line: Callable[[str], str]) -> None:
    long = '{"noise": "' + "x" * 100_000 + '" oops'
    assert told_text(f"{long}\n{line('step_b')}\n") == [
        (1, "", f"expected JSON, got text that is not (column {len(long) - 3})"),
        (2, "", "step_b"),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{\n "a": 1,\n "b": nope\n}', (3, "expected JSON, got text that is not (column 7)")),
        ('[\n {"a": 1},\n {"a": 2},\n', (4, "expected JSON, got text that is not (column 1)")),
        ('[\n{"a": 1},\n{"a" 2},\n{"a": 3}\n]', (3, "expected JSON, got text that is not (column 6)")),
        ('{\n "a": 1}\n x', (3, "expected JSON, got text that is not (column 2)")),
        ("[" * 200_000, (1, "expected JSON, got text that nests too deep")),
        ("[\n" * 200_000, (1, "expected JSON, got text that nests too deep")),
        ("[\n" + "9" * 5000 + "]", (1, "expected JSON, got a number with too many digits")),
    ],
)
def test_a_damaged_document_is_one_problem_with_its_line(text: str, place: tuple[int, str]) -> None:
    assert [(number, message) for number, _, message in told_text(text)] == [place]


def test_bytes_that_are_no_text_are_told_with_their_line() -> None:
    assert told_bytes(b'{\n "a": 1,\n "b": "\xff"}') == [(3, "", "expected JSON, got bytes that are no text")]


def test_what_is_neither_json_nor_a_stream_is_told_once() -> None:
    other = [(1, "", "expected JSON or an event stream, got something else")]
    assert told_bytes(bytes(range(1, 256)) * 99) == other
    assert told_bytes(b"a;b\n1;2\n" * 500) == other
    assert told_bytes(b"\x7fELF" + b"\0" * 100_000) == other


def test_utf_16_that_is_damaged_gives_the_lines_before(line: Callable[[str], str]) -> None:
    data = (line("step_a") + "\n" + line("step_b") + "\n").encode("utf-16-le")
    expected = [(1, "", "step_a"), (2, "", "step_b"), (3, "", "expected UTF-16 text, got other bytes")]
    assert told_bytes(b"\xff\xfe" + data + b"\x00\xd8\x00") == expected


def test_cut_gzip_gives_the_lines_before(line: Callable[[str], str]) -> None:
    noise = json.dumps({"noise": os.urandom(50_000).hex()})
    lines = "\n".join([line("step_a"), noise, line("step_b"), noise, line("step_c"), noise]).encode()
    records = told_bytes(gzip.compress(lines)[:-40_000])
    assert records == [
        (1, "", "step_a"),
        (3, "", "step_b"),
        (5, "", "step_c"),
        (6, "", "expected more gzip data, got the end of the file"),
    ]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without_trailer, "expected more gzip data, got the end of the file"),
        (with_wrong_checksum, "expected gzip data, got damaged bytes"),
        (with_wrong_middle, "expected gzip data, got damaged bytes"),
        (with_more, "expected gzip data, got damaged bytes"),
        (with_magic_only, "expected more gzip data, got the end of the file"),
    ],
)
def test_damaged_gzip_is_told(damage: Callable[[bytes], bytes], message: str, line: Callable[[str], str]) -> None:
    pytest.importorskip("runstep.streaming")
    for text in (line("step_a") + "\n", "[\n" + line("step_a") + "]", "event: x\ndata: y\n\n"):
        records = told_bytes(damage(gzip.compress(text.encode())))
        assert [told_of for _, _, told_of in records if told_of != "step_a"] == [message]


def test_gzip_is_unpacked_three_times_at_most(line: Callable[[str], str]) -> None:
    data = line("step_a").encode()
    for _ in range(4):
        data = gzip.compress(data)
    assert told_bytes(data) == [(1, "", "expected at most 3 layers of gzip, got more")]


def test_a_line_out_of_gzip_is_bounded(monkeypatch: pytest.MonkeyPatch, line: Callable[[str], str]) -> None:
    monkeypatch.setattr(_sources, "MAX_UNPACKED", 1 << 20)
    packed = gzip.compress((line("step_a") + "\n").encode() + b" " * (3 << 20))
    assert told_bytes(packed) == [
        (1, "", "step_a"),
        (2, "", "expected a line of at most 1 MiB out of gzip, got a longer one"),
    ]


def test_a_document_out_of_gzip_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sources, "MAX_UNPACKED", 1 << 20)
    packed = gzip.compress(b"[\n" + b" \n" * (2 << 20))
    assert told_bytes(packed) == [(1, "", "expected a document of at most 1 MiB out of gzip, got a larger one")]


def test_gzip_in_gzip_grows_no_more_than_gzip_could(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sources, "_FREE_OF_RATIO", 1 << 16)
    bomb = gzip.compress(gzip.compress(b"\n" * (8 << 20)))
    (record,) = told_bytes(bomb)
    assert record[2] == "expected at most 1100 times its size out of gzip, got more"


def test_a_document_that_does_not_fit_into_memory_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise MemoryError

    source = _sources.open_source(io.BytesIO(b"{\n}"))
    monkeypatch.setattr(_sources.Source, "lines", property(lambda _: type("Full", (), {"read": fail})()))
    with pytest.raises(_sources.BrokenError, match="expected a document that fits into memory, got a larger one"):
        _sources.read_all(source)


# Sources.


def test_a_folder_is_read_sorted_with_the_folders_in_it(tmp_path: Path, line: Callable[[str], str]) -> None:
    for name in ("b/2.json", "b/10.json", "a.jsonl", "c", "b/z/deep.txt", ".hidden/x.json", ".y.json"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(line(name))
    (tmp_path / "README.md").write_text("# No run steps\n")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "empty.json").write_text(" ")
    (tmp_path / "broken.json").write_text("oops")
    (tmp_path / "broken.json.gz").write_bytes(b"oops")
    (tmp_path / "gone.json").symlink_to("nowhere")
    (tmp_path / "link.json").symlink_to("c")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "m.json").symlink_to("m.json")
    (tmp_path / "n.json").symlink_to("n" * 999)
    os.mkfifo(tmp_path / "pipe")
    records = [(record.file, record.line, outcome(record)) for record in read_records(tmp_path)]
    other = "expected JSON or an event stream, got something else"
    assert records == [
        (str(tmp_path / "a.jsonl"), 1, "a.jsonl"),
        (str(tmp_path / "b/10.json"), 1, "b/10.json"),
        (str(tmp_path / "b/2.json"), 1, "b/2.json"),
        (str(tmp_path / "b/z/deep.txt"), 1, "b/z/deep.txt"),
        (str(tmp_path / "broken.json"), 1, other),
        (str(tmp_path / "broken.json.gz"), 1, other),
        (str(tmp_path / "c"), 1, "c"),
        (str(tmp_path / "empty.json"), 1, "expected run steps, found none"),
        (str(tmp_path / "gone.json"), None, "cannot be read: No such file or directory"),
        (str(tmp_path / "link.json"), 1, "c"),
        (str(tmp_path / "m.json"), None, "cannot be read: Too many levels of symbolic links"),
        (str(tmp_path / "n.json"), None, "cannot be read: File name too long"),
    ]


def test_a_file_without_an_end_of_line_is_not_read_to_be_passed_over(tmp_path: Path) -> None:
    with (tmp_path / "disk.img").open("wb") as file:
        file.truncate(1 << 30)
    sizes: list[int] = []
    (reader,) = ((reader, list(reader.records(sizes.append)))[0] for reader in scan(tmp_path))
    assert reader.is_passed_over
    assert sum(sizes) <= 1 << 18


def test_a_range_reads_no_more_of_a_line_that_began_before_than_it_has() -> None:
    class Counted(io.BytesIO):
        count = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            line = super().readline(size)
            self.count += len(line)
            return line

    file = Counted(b"x" * 1_000_000 + b"\ny\n")
    assert list(_sources.lines_in(file, 100_000, 100_000, is_first=False)) == []
    assert file.count < 200_000
    assert list(_sources.lines_in(file, 950_000, 100_000, is_first=False)) == [b"y\n"]
    assert list(_sources.lines_in(io.BytesIO(), 950_000, 100_000, is_first=False)) == []


def test_a_folder_without_rights_is_told_and_reading_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: Callable[[str], str]
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b.json").write_text(line("step_b"))
    real = os.scandir

    def scandir(path: str) -> Any:
        if path.endswith("a"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert told(tmp_path) == [(None, "", "cannot be read: Permission denied"), (1, "", "step_b")]
    with pytest.raises(PermissionError):
        told(tmp_path / "a")


def test_a_file_that_fails_while_it_is_read_is_told(line: Callable[[str], str]) -> None:
    class Failing(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            data = super().read1(size)
            if not data:
                raise OSError(5, "Input/output error")
            return data

    assert told(Failing((line("step_a") + "\n").encode())) == [
        (1, "", "step_a"),
        (2, "", "cannot be read: Input/output error"),
    ]


def test_what_cannot_be_opened_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read_records(tmp_path / "missing"))
    with pytest.raises(TypeError, match="expected a binary file, got one that gives no bytes"):
        next(read_records(io.StringIO("{}")))  # type: ignore[arg-type]


def test_standard_input_that_is_closed_cannot_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(OSError, match="standard input is closed"):
        next(read_records("-"))


def test_the_names_of_files(tmp_path: Path, line: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_text(line("step_a"))
    with path.open("rb") as file:
        assert [record.file for record in read_records(file)] == [str(path)]
    assert [record.file for record in read_records(io.BytesIO(b"{}"))] == ["<file>"]
    with path.open("rb", buffering=0) as raw:
        assert [record.file for record in read_records(raw)] == [str(path)]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line("step_in").encode())))
    assert [(record.file, outcome(record)) for record in read_records("-")] == [("<stdin>", "step_in")]


# Records.


def test_a_record_shows_its_place_and_holds_what_was_decoded(line: Callable[[str], str]) -> None:
    (record,) = read_records(io.BytesIO(f'{{\n"a":\n[{line("step_a")}]}}'.encode()))
    assert repr(record) == "<Record '<file>', line 3, location 'a[0]'>"
    assert record.raw == json.loads(line("step_a"))
    assert record.error is None
    assert record.path == ("a", 0)
    assert isinstance(record.step(), RunStep)


def test_a_record_reads_strictly_too(step: Maker) -> None:
    (record,) = read_records(io.BytesIO(json.dumps(step(expires_at=7)).encode()))
    with pytest.raises(ValidationError, match="expires_at: expected no such key: the schema does not name it"):
        record.step(strict=True)


def test_steps_nest_as_deep_as_python_decodes(line: Callable[[str], str]) -> None:
    depth = sys.getrecursionlimit() // 2
    ((number, location, id_),) = told_text("[" * depth + line("step_a") + "]" * depth)
    assert (number, id_, location.count("[0]")) == (1, "step_a", depth)


def test_a_line_of_many_megabytes_is_a_line(step: Maker) -> None:
    error = {"code": "server_error", "message": "x" * 10_000_000}
    text = json.dumps(step(id="long", last_error=error))
    assert [id_ for _, _, id_ in told_text(f"{text}\n{text}\n")] == ["long", "long"]


@pytest.mark.long
def test_a_line_of_a_hundred_megabytes_is_a_line(step: Maker) -> None:
    error = {"code": "server_error", "message": "x" * 100_000_000}
    text = json.dumps(step(id="long", last_error=error))
    assert [id_ for _, _, id_ in told_text(f"{text}\n{text[:-5]}\n")][:1] == ["long"]


# A copy without event streams.


def test_a_copy_without_streaming_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "runstep.streaming", None)
    message = "expected no event stream: reading one takes the module `streaming`, left out here"
    assert told(ARCHIVES / "stream.sse") == [(1, "", message)]
    assert told(ARCHIVES / "events.json") == [(2, "captured", message)]


def test_importing_runstep_loads_no_archive() -> None:
    code = "import sys, runstep; print([m for m in sys.modules if m in %r])"
    late = ["runstep.archive", "runstep.cli", "runstep.archive.reports", "argparse", "gzip", "multiprocessing"]
    done = subprocess.run(  # noqa: S603  (this Python)
        [sys.executable, "-c", code % late], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


# Places.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def all_paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield path, value
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from all_paths(item, (*path, key))


@given(JSON, st.sampled_from([None, 0, 2]), st.booleans())
def test_each_value_stands_on_its_line(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = "\n" + json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    places = Places(Text(text), 1)
    for path, item in all_paths(value):
        line = text.split("\n")[places.line(path) - 1]
        first = json.dumps(item, indent=indent, ensure_ascii=ascii_only).split("\n")[0]
        assert first in line
        assert places.line((*path, "missing")) == places.line(path)


def test_of_two_equal_keys_the_last_is_the_one_that_was_decoded() -> None:
    assert Places(Text('{"a": 1,\n"a": 2}'), 0).line(("a",)) == 2


def test_what_nests_too_deep_to_be_looked_into_stands_where_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Any:
        raise RecursionError

    places = Places(Text("[\n[1]]"), 0)
    monkeypatch.setattr("runstep.archive._positions._decode", fail)
    assert places.line((0, 0)) == 1


# Whatever comes.


@given(st.binary(max_size=200), st.sampled_from([0, 1, 2]))
def test_junk_is_never_more_than_a_problem(data: bytes, packed: int) -> None:
    for _ in range(packed):
        data = gzip.compress(data)
    told_bytes(data)


@given(st.data())
def test_a_damaged_archive_is_never_more_than_problems(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(sorted(ARCHIVES.iterdir())))
    whole = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    told_bytes(bytes(whole))
    told_bytes(gzip.compress(bytes(whole))[: data.draw(st.integers(0, len(whole)))])


@pytest.mark.skipif(not SHARED.exists(), reason="captured data is not there")
def test_the_captured_data_has_these_problems_and_no_others() -> None:
    pytest.importorskip("runstep.streaming")
    problems = {
        (Path(record.file).name[:4], record.line_of(problem.path), problem.location or problem.message)
        for record in read_records(SHARED / "corpus")
        for problem in problems_of(record)
    }
    assert problems == {
        ("a046", 1, "expected run steps, found none"),
        ("b006", 1, "expected a run step, got an error that a server answered with"),
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
        ("b056", 2, "expected JSON, got text that is not (line 2, column 1)"),
        ("b068", 1, "expected run steps, found none"),
    }


def problems_of(record: Record) -> Iterator[Any]:
    try:
        record.step()
    except ValidationError as error:
        yield from error.problems
