# SPDX-License-Identifier: MIT
"""Tests of damaged archives: damage is reported as a record, and does not stop the iteration."""

from __future__ import annotations

import gzip
import http.client
import io
import json
import lzma
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep.archive import _input, read_messages, read_records, read_steps

from .conftest import ARCHIVES, StepFactory, outcome, outcomes_of_bytes, outcomes_of_text


def without_trailer(data: bytes) -> bytes:
    return data[:-9]


def with_wrong_checksum(data: bytes) -> bytes:
    return data[:-8] + b"\0" * 8


def with_damaged_middle(data: bytes) -> bytes:
    return data[:20] + b"\xff" * 9 + data[29:]


def with_trailing_data(data: bytes) -> bytes:
    return data + b"more"


def truncated_to_magic(data: bytes) -> bytes:
    return data[:2]


def test_a_damaged_line_does_not_stop_the_iteration(line: Callable[[str], str]) -> None:
    a, b = line("step_a").encode(), line("step_b").encode()
    damaged = {
        b"{": "invalid JSON (column 2)",
        a + b", x": f"invalid JSON (column {len(a) + 1})",
        a[:-1] + b"\xff}": "cannot decode bytes as text",
        b"[" * 200_000: "JSON is nested too deeply",
        b"9" * 5000: "invalid JSON (a number with too many digits)",
        b"\0\0\0": "invalid JSON (column 1)",
    }
    lines = [a, *damaged, b]
    assert outcomes_of_bytes(b"\n".join(lines)) == [
        (1, "", "step_a"),
        *((number, "", message) for number, message in enumerate(damaged.values(), 2)),
        (len(lines), "", "step_b"),
    ]


def test_lone_surrogates_are_decoded(step: StepFactory) -> None:
    data = json.dumps(step(id="step_\udc80"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    for text in (data, data + b"\n" + data, json.dumps(json.loads(data), indent=1).encode()):
        assert {id_ for _, _, id_ in outcomes_of_bytes(text)} == {"step_\udc80"}


@pytest.mark.parametrize("first", ['{"id": "step_1", "obj', '{"id": "step_1",', "Exported on a Tuesday", ""])
def test_a_damaged_first_line_does_not_change_the_format(first: str, line: Callable[[str], str]) -> None:
    text = "\n".join([first, line("step_a"), line("step_b"), line("step_c")])
    assert [(number, id_) for number, _, id_ in outcomes_of_text(text)][-3:] == [
        (2, "step_a"),
        (3, "step_b"),
        (4, "step_c"),
    ]


@pytest.mark.parametrize("trailing", [",", ", ", "\u2028", " oops"])
def test_text_after_the_first_document_damages_only_the_first_line(trailing: str, line: Callable[[str], str]) -> None:
    a, b, c = map(line, ("step_a", "step_b", "step_c"))
    assert outcomes_of_text(f"{a}{trailing}\n{b}\n{c}\n") == [
        (1, "", f"invalid JSON (column {len(a) + len(trailing) - len(trailing.lstrip(' ')) + 1})"),
        (2, "", "step_b"),
        (3, "", "step_c"),
    ]


def test_a_damaged_first_line_may_be_long(line: Callable[[str], str]) -> None:
    long = '{"noise": "' + "x" * 100_000 + '" oops'
    assert outcomes_of_text(f"{long}\n{line('step_b')}\n") == [
        (1, "", f"invalid JSON (column {len(long) - 3})"),
        (2, "", "step_b"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{\n "a": 1,\n "b": nope\n}', (3, "invalid JSON (column 7)")),
        ('[\n {"a": 1},\n {"a": 2},\n', (4, "invalid JSON (column 1)")),
        ('[\n{"a": 1},\n{"a" 2},\n{"a": 3}\n]', (3, "invalid JSON (column 6)")),
        ('{\n "a": 1}\n x', (3, "invalid JSON (column 2)")),
        ("[" * 200_000, (1, "JSON is nested too deeply")),
        ("[\n" * 200_000, (1, "JSON is nested too deeply")),
        ("[\n" + "9" * 5000 + "]", (1, "invalid JSON (a number with too many digits)")),
    ],
)
def test_a_damaged_document_is_one_problem_with_a_line(text: str, expected: tuple[int, str]) -> None:
    assert [(number, message) for number, _, message in outcomes_of_text(text)] == [expected]


def test_undecodable_bytes_are_reported_with_their_line() -> None:
    assert outcomes_of_bytes(b'{\n "a": 1,\n "b": "\xff"}') == [(3, "", "cannot decode bytes as text")]


def test_an_unknown_format_is_reported_once() -> None:
    expected = [(1, "", "unknown format (expected JSON, JSON Lines or an event stream)")]
    assert outcomes_of_bytes(bytes(range(1, 256)) * 99) == expected
    assert outcomes_of_bytes(b"a;b\n1;2\n" * 500) == expected
    assert outcomes_of_bytes(b"\x7fELF" + b"\0" * 100_000) == expected


def test_damaged_utf_16_yields_the_lines_before_the_damage(line: Callable[[str], str]) -> None:
    data = (line("step_a") + "\n" + line("step_b") + "\n").encode("utf-16-le")
    expected = [(1, "", "step_a"), (2, "", "step_b"), (3, "", "cannot decode bytes as UTF-16")]
    assert outcomes_of_bytes(b"\xff\xfe" + data + b"\x00\xd8\x00") == expected


def test_a_truncated_gzip_file_yields_the_lines_before_the_damage(line: Callable[[str], str]) -> None:
    noise = json.dumps({"noise": os.urandom(50_000).hex()})
    lines = "\n".join([line("step_a"), noise, line("step_b"), noise, line("step_c"), noise]).encode()
    records = outcomes_of_bytes(gzip.compress(lines)[:-40_000])
    assert records == [
        (1, "", "step_a"),
        (3, "", "step_b"),
        (5, "", "step_c"),
        (6, "", "truncated gzip data"),
    ]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without_trailer, "truncated gzip data"),
        (with_wrong_checksum, "damaged gzip data"),
        (with_damaged_middle, "damaged gzip data"),
        (with_trailing_data, "damaged gzip data"),
        (truncated_to_magic, "truncated gzip data"),
    ],
)
def test_damaged_gzip_data_is_reported(
    damage: Callable[[bytes], bytes], message: str, line: Callable[[str], str]
) -> None:
    for text in (line("step_a") + "\n", "[\n" + line("step_a") + "]", "event: x\ndata: y\n\n"):
        records = outcomes_of_bytes(damage(gzip.compress(text.encode())))
        assert [outcome for _, _, outcome in records if outcome != "step_a"] == [message]


def test_gzip_inside_gzip_is_an_unknown_format(line: Callable[[str], str]) -> None:
    data = gzip.compress(gzip.compress(line("step_a").encode()))
    assert outcomes_of_bytes(data) == [(1, "", "unknown format (expected JSON, JSON Lines or an event stream)")]


def test_the_length_of_a_line_in_gzip_data_is_limited(
    monkeypatch: pytest.MonkeyPatch, line: Callable[[str], str]
) -> None:
    monkeypatch.setattr(_input, "MAX_DECOMPRESSED", 1 << 20)
    compressed = gzip.compress((line("step_a") + "\n").encode() + b" " * (3 << 20))
    assert outcomes_of_bytes(compressed) == [
        (1, "", "step_a"),
        (2, "", "line of more than 1 MiB in gzip data"),
    ]


def test_the_expansion_of_gzip_data_is_limited(line: Callable[[str], str]) -> None:
    lines = f"{line('step_a')}\n".encode() + f'["{"x" * 10_000}"]\n'.encode() * 1000
    records = outcomes_of_bytes(gzip.compress(lines))
    assert [outcome for _, _, outcome in records] == [
        "step_a",
        "gzip data that expands more than 100 times (decompress it first)",
    ]


def test_the_expansion_of_gzip_data_counts_from_8_mebibytes(line: Callable[[str], str]) -> None:
    lines = f"{line('step_a')}\n" * 10_000
    assert len(gzip.compress(lines.encode())) * 100 < len(lines) < 8 << 20
    assert len(outcomes_of_bytes(gzip.compress(lines.encode()))) == 10_000


def test_the_size_of_a_document_in_gzip_data_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_input, "MAX_DECOMPRESSED", 1 << 20)
    compressed = gzip.compress(b"[\n" + b" \n" * (2 << 20))
    assert outcomes_of_bytes(compressed) == [(1, "", "document of more than 1 MiB in gzip data")]


class LargeFile(io.BytesIO):
    """A file whose end does not fit into memory."""

    def read1(self, size: int | None = -1) -> bytes:
        data = super().read1(size)
        if not data:
            raise MemoryError
        return data


@pytest.mark.parametrize("read", [read_records, read_steps, read_messages])
@pytest.mark.parametrize("line", [b"[]\n", b"[\n", b"data: []\n"], ids=["JSON Lines", "document", "event stream"])
def test_a_lack_of_memory_is_not_damage(read: Callable[[IO[bytes]], Iterator[object]], line: bytes) -> None:
    with pytest.raises(MemoryError):
        list(read(LargeFile(line * 100_000)))


@given(st.binary(max_size=200), st.booleans())
def test_arbitrary_bytes_never_raise(data: bytes, is_compressed: bool) -> None:
    outcomes_of_bytes(gzip.compress(data) if is_compressed else data)


@given(st.data())
def test_a_damaged_archive_never_raises(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(sorted(ARCHIVES.iterdir())))
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        offset = data.draw(st.integers(0, len(content) - 1))
        content[offset : offset + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    outcomes_of_bytes(bytes(content))
    outcomes_of_bytes(gzip.compress(bytes(content))[: data.draw(st.integers(0, len(content)))])


# Text in UTF-16 that takes more bytes in UTF-8.


@pytest.mark.parametrize("text", ["ภาษาไทย", "日本語のテキスト", "हिन्दी में पाठ"], ids=["Thai", "Japanese", "Hindi"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_long_text_in_utf_16_is_transcoded(text: str, encoding: str, step: StepFactory) -> None:
    error = {"code": "server_error", "message": text * 60_000}
    line = json.dumps(step(id="step_a", last_error=error), ensure_ascii=False)
    created = f"event: thread.run.step.created\ndata: {line}\n\n"
    assert outcomes_of_bytes(f"{line}\n{line}\n".encode(encoding)) == [(1, "", "step_a"), (2, "", "step_a")]
    assert outcomes_of_bytes(created.encode(encoding)) == [(2, "", "step_a")]


@pytest.mark.parametrize("first", ['{"a": ' + "9" * 5000 + "}", "[" * 100_000 + "]" * 100_000])
def test_a_first_line_that_cannot_be_decoded_does_not_hide_the_others(first: str, step: StepFactory) -> None:
    line = json.dumps(step()) + "\n"
    records = list(read_records(io.BytesIO(f"{first}\n{line * 50}".encode())))
    assert [record.line for record in records] == list(range(1, 52))
    assert [record.damage is None for record in records] == [False] + [True] * 50


def test_nested_arrays_of_events_take_linear_time() -> None:
    text = json.dumps([[]] * 50_000)

    def seconds(depth: int) -> float:
        nested = '[{"event": "thread.run.step.x", "data": ' * depth + text + "}]" * depth
        times: list[float] = []
        for _ in range(3):
            started = time.perf_counter()
            list(read_records(io.BytesIO(nested.encode())))
            times.append(time.perf_counter() - started)
        return min(times)

    assert seconds(45) < 8 * seconds(1)


@pytest.mark.parametrize("trailing", ["}", ",", "1", "]", '"'])
@pytest.mark.parametrize("line_end", ["", "\n", "\r\n"])
def test_a_character_after_the_last_document_is_damage(
    trailing: str, line_end: str, line: Callable[[str], str]
) -> None:
    a, b = line("step_a"), line("step_b")
    assert outcomes_of_text(f"{a}\n{b}{trailing}{line_end}") == [
        (1, "", "step_a"),
        (2, "", f"invalid JSON (column {len(b) + 1})"),
    ]


@pytest.mark.parametrize("blank", ["\x0b", "\x0c", "\x1c", "\u00a0"])
def test_a_line_of_characters_that_are_not_json_whitespace_is_damage(blank: str, line: Callable[[str], str]) -> None:
    assert outcomes_of_text(f"{line('step_a')}\n{blank}\n \t\r\n{line('step_b')}\n") == [
        (1, "", "step_a"),
        (2, "", "invalid JSON (column 1)"),
        (4, "", "step_b"),
    ]


@pytest.mark.parametrize(
    "error",
    [
        EOFError("x"),
        lzma.LZMAError("x"),
        zipfile.BadZipFile("x"),
        http.client.IncompleteRead(b"x"),
        OSError(5, "broken"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_any_exception_of_a_file_object_is_damage(error: Exception, line: Callable[[str], str]) -> None:
    class Failing(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            data = super().read1(size)
            if not data:
                raise error
            return data

    reason = error.strerror if isinstance(error, OSError) else type(error).__name__
    data = line("step_a").encode() + b"\n"
    expected = [(1, "", "step_a"), (2, "", f"cannot read file: {reason}")]
    assert [(record.line, record.location, outcome(record)) for record in read_records(Failing(data))] == expected


def test_an_error_of_the_program_is_raised(tmp_path: Path) -> None:
    file = (tmp_path / "x.json").open("w+b")
    file.close()
    with pytest.raises(ValueError, match="closed file"):
        list(read_records(file))


def test_a_file_object_must_return_bytes() -> None:
    for data, found in (("{}", "a text file"), (bytearray(b"{}"), "one that returns bytearray")):
        with pytest.raises(TypeError, match=f"^expected a binary file, got {found}$"):
            list(read_records(FileReturning(data)))


class FileReturning:
    """A file object that does not return bytes."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def read(self, _: int) -> Any:
        return self._data


def test_a_truncated_gzip_file_object_is_damage(tmp_path: Path, line: Callable[[str], str]) -> None:
    path = tmp_path / "x.gz"
    noise = json.dumps({"noise": os.urandom(50_000).hex()})
    path.write_bytes(gzip.compress(f"{line('step_a')}\n{noise}\n{noise}\n".encode())[:-40_000])
    with gzip.open(path) as file:
        assert [outcome(record) for record in read_records(file)] == ["step_a", "cannot read file: EOFError"]
