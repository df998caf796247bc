# SPDX-License-Identifier: MIT
"""Inputs for fuzz targets: the data files of the tests, and mutations of the JSON documents in them.

A mutation of single bytes rarely leaves valid JSON. With those alone, fuzzing would test little but the JSON decoder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

_FOLDERS = (Path(__file__).parents[1] / "data", Path(__file__).parents[3] / "shared" / "corpus")
_MAX_SEED_SIZE = 1 << 13  # mutations of large inputs are slow

# A document on one line, as in JSON Lines, or the data of an event.
_find_lines = re.compile(rb"^(?:data: ?)?([{\[].*?)\r?$", re.MULTILINE).finditer

_VALUES = (
    *("null", "true", "0", "-1", "1.0", "0.5", "1e300", "100000000000000000000", "NaN", "Infinity"),
    *('""', '"1"', r'"\ud83d"', r'"\ude00"', f'"{"x" * 513}"', "[]", "{}", "[" * 101 + "]" * 101),
)
"""JSON texts that differ in what the parsers accept."""

Vocabulary: TypeAlias = dict[str, list[str]]
"""JSON texts of values, by the key that they have had."""


def seeds(*patterns: str) -> list[bytes]:
    """Return the data files of the tests, and the captured data beside the checkout, that match one of the patterns."""
    files = [file for folder in _FOLDERS for pattern in patterns for file in sorted(folder.glob(pattern))]
    return [file.read_bytes() for file in files if file.stat().st_size <= _MAX_SEED_SIZE]


def vocabulary(inputs: Iterable[bytes]) -> Vocabulary:
    """Return the different values of each key in the JSON documents of some inputs."""
    known: dict[str, set[str]] = {}
    for data in inputs:
        for start, end in _spans(data):
            for container, key in _places([_decode(data[start:end])]):
                if isinstance(key, str):
                    known.setdefault(key, set()).add(json.dumps(container[key]))
    return {key: sorted(texts) for key, texts in sorted(known.items())}


def mutate(data: bytes, seed: int, known: Vocabulary) -> bytes:
    """Return `data` with changes in one of its JSON documents, or in the order of its lines."""
    random = Random(seed)  # noqa: S311  (not used for secrets)
    lines = data.splitlines(keepends=True)
    if len(lines) > 1 and random.random() < 0.2:
        _move_lines(lines, random)
        return b"".join(lines)
    start, end = random.choice(_spans(data))
    root = [_decode(data[start:end])]
    for _ in range(random.randint(1, 3)):
        _change(root, random, known)
    # The whole input may be on several lines.
    indent = 1 if end - start == len(data) and random.random() < 0.5 else None
    try:
        text = json.dumps(root[0], ensure_ascii=random.random() < 0.5, indent=indent)
    except RecursionError:
        return data
    return data[:start] + text.encode("utf-8", "surrogatepass") + data[end:]


def _move_lines(lines: list[bytes], random: Random) -> None:
    """Remove or repeat a few lines."""
    start = random.randrange(len(lines))
    moved = lines[start : start + random.randint(1, 4)]
    if random.random() < 0.5:
        del lines[start : start + len(moved)]
    else:
        target = random.randint(0, len(lines))
        lines[target:target] = moved


def _spans(data: bytes) -> list[tuple[int, int]]:
    """Return where JSON documents begin and end: on several lines, or else at the ends of `data`."""
    spans = [match.span(1) for match in _find_lines(data)]
    return spans if len(spans) > 1 else [(0, len(data))]


def _decode(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _places(root: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the container and the key or index of each value in a document, given in a list."""
    containers: list[Any] = [root]
    while containers:
        container = containers.pop()
        for key, value in list(container.items() if isinstance(container, dict) else enumerate(container)):
            yield container, key
            if isinstance(value, (dict, list)):
                containers.append(value)


def _change(root: list[Any], random: Random, known: Vocabulary) -> None:
    """Replace, remove or add a value."""
    container, key = random.choice(list(_places(root)))
    value = container[key]
    action = random.random()
    if action < 0.15 and container is not root:
        del container[key]
    elif action < 0.5 and isinstance(value, dict) and known:
        added = random.choice(list(known))
        value[added] = json.loads(random.choice(known[added]))
    elif action < 0.5 and isinstance(value, list) and value:
        value.insert(random.randint(0, len(value)), json.loads(json.dumps(random.choice(value))))
    elif action < 0.8 and key in known:
        container[key] = json.loads(random.choice(known[key]))
    else:
        container[key] = json.loads(random.choice(_VALUES))
