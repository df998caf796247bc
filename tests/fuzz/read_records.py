# SPDX-License-Identifier: MIT
"""Invariant: `read_records` and `read_steps` find the same steps and problems in any bytes, and raise nothing.

They are the same if the file returns fewer bytes than requested, and if the bytes are gzip-compressed. The records of a
JSON document, or of a line of JSON Lines, contain all of its run steps, and damage is reported on its line.
"""

from __future__ import annotations

import gzip
import io
import json
from random import Random
from typing import Any
from zlib import crc32

from runstep import RunStep, ValidationError
from runstep.archive import Record, read_records, read_steps

from .inputs import seeds

_TEXTS = seeds(
    *("archives/*", "streams/*", "messages/*", "timelines/*.json", "valid/*.json", "invalid/*.json"), "*.json", "*.sse"
)
SEEDS = [
    *_TEXTS,
    *[gzip.compress(text, mtime=0) for text in _TEXTS[:10]],
    *[text.decode().encode("utf-16") for text in _TEXTS[:5]],
]

_GZIP_MAGIC = b"\x1f\x8b"
_WHITESPACE = b" \t\r\n"


def check(data: bytes) -> None:
    records = list(read_records(io.BytesIO(data)))
    results = [result(record) for record in records]
    assert results == found_steps(data, strict=False)
    # With `strict`, the own keys of pages may add damage.
    steps = [record for record in records if record.damage is None]
    strict = [item for item in found_steps(data, strict=True) if not is_damage(item)]
    assert strict == [result(record, strict=True) for record in steps]
    # How much is read before the damage in gzip data depends on the number of bytes at a time.
    if not data.startswith(_GZIP_MAGIC):
        compressed = gzip.compress(data, 1, mtime=0)
        for file in (ShortReads(data), io.BytesIO(compressed), ShortReads(compressed)):
            assert [result(record) for record in read_records(file)] == results
        assert all(record.line in range(1, data.count(b"\n") + 3) for record in records)
    # Events and deltas are not searched; their steps are accumulated.
    if b"event" not in data and b"delta" not in data:
        check_documents(data, records)


def result(record: Record, *, strict: bool = False) -> Any:
    """Return the step, or the place of the record and its problems."""
    try:
        return record.step(strict=strict)
    except ValidationError as error:
        return describe(record, error)


def describe(record: Record, error: ValidationError) -> tuple[Any, ...]:
    assert str(error).isprintable()
    return record.damage is not None, record.line, record.path, error.problems


def is_damage(item: Any) -> bool:
    return not isinstance(item, RunStep) and item[0]


def found_steps(data: bytes, *, strict: bool) -> list[Any]:
    """Return what `read_steps` yields and reports, in the order in which it does."""
    found: list[Any] = []

    def on_error(record: Record, error: ValidationError) -> None:
        found.append(describe(record, error))

    for step in read_steps(io.BytesIO(data), strict=strict, on_error=on_error):
        found.append(step)  # noqa: PERF402  (errors are in between)
    return found


def check_documents(data: bytes, records: list[Record]) -> None:
    """Check the records of a JSON document or of JSON Lines; other data is not checked."""
    if is_document(data):
        check_document(data, records)
        return
    first, *rest = data.split(b"\n")
    if not is_document(first) or not b"".join(rest).strip(_WHITESPACE):
        return
    for number, line in enumerate((first, *rest), 1):
        found = [record for record in records if record.line == number]
        if is_document(line):
            check_document(line, found)
        elif not is_json(line):
            assert bool(line.strip(_WHITESPACE)) == any(record.damage is not None for record in found)


def is_document(text: bytes) -> bool:
    """Return whether a text is a JSON object or array."""
    return text.startswith((b"{", b"[")) and is_json(text)


def is_json(text: bytes) -> bool:
    try:
        decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def decode(text: bytes) -> Any:
    return json.loads(text.decode("utf-8", "surrogatepass").removeprefix("\ufeff"))


def check_document(text: bytes, records: list[Record]) -> None:
    document = decode(text)
    found = [record.raw for record in records if record.damage is None]
    assert count_steps(found) == count_steps(document)
    if is_step(document):
        assert json.dumps(found) == json.dumps([document])
    elif isinstance(document, dict) and document.get("object") == "list" and "step_details" not in document:
        items = document.get("data")
        if isinstance(items, list) and any(is_step(item) for item in items):
            # Other keys of the page may contain more steps.
            assert json.dumps(found[: len(items)]) == json.dumps(items)


def is_step(value: Any) -> bool:
    return isinstance(value, dict) and value.get("object") == "thread.run.step"


def count_steps(document: Any) -> int:
    """Return how many run steps a document contains at any depth."""
    number = 0
    values = [document]
    while values:
        value = values.pop()
        number += is_step(value)
        if isinstance(value, (dict, list)):
            values += value.values() if isinstance(value, dict) else value
    return number


class ShortReads:
    """A binary file that returns fewer bytes than requested."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)
        self._random = Random(crc32(data))  # noqa: S311  (not used for secrets)

    def read(self, size: int, /) -> bytes:
        return self._file.read(self._random.randint(1, min(size, 500)))
