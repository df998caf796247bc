# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The limits of metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import Problem, ValidationError, json_type
from .frozen import FrozenDict, frozen

METADATA_MAX_PAIRS = 16
"""The maximum number of pairs (API reference, "The run step object", `metadata`)."""

METADATA_MAX_KEY_LENGTH = 64
"""The maximum length of a key, in code points (API reference, "The run step object", `metadata`)."""

METADATA_MAX_VALUE_LENGTH = 512
"""The maximum length of a value, in code points (API reference, "The run step object", `metadata`)."""


def validate_metadata(mapping: Mapping[str, str], /) -> FrozenDict[str]:
    """Return metadata as a `FrozenDict`.

    The limits are 16 pairs, and 64 code points for a key and 512 for a value, all of them strings (API reference, "The
    run step object", `metadata`). Raises `ValidationError` with all violations, whose paths begin at the mapping.
    """
    return checked_metadata(mapping, ())


def checked_metadata(mapping: Mapping[str, str], path: tuple[str | int, ...]) -> FrozenDict[str]:
    """Return the same, for metadata at `path` in a document."""
    if not isinstance(mapping, Mapping):
        raise ValidationError([Problem(path, "error", f"expected an object, got {json_type(mapping)}")])
    pairs = _plain_pairs(mapping)
    problems = _problems(pairs, path)
    if problems:
        raise ValidationError(problems)
    return frozen(dict(pairs), False)


def metadata_problems(data: dict[Any, Any], path: tuple[str | int, ...]) -> list[Problem]:
    """Return the problems of metadata at `path` in a document."""
    return _problems(_plain_pairs(data), path)


def _plain_pairs(mapping: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    """Return the pairs of a mapping, with plain strings: a subclass of `str` may override `__len__`."""
    # Iterating over a plain dict is much faster.
    items = mapping.to_dict().items() if type(mapping) is FrozenDict else mapping.items()
    return [
        (str.__str__(key) if isinstance(key, str) else key, str.__str__(value) if isinstance(value, str) else value)
        for key, value in items
    ]


def _problems(pairs: list[tuple[Any, Any]], path: tuple[str | int, ...]) -> list[Problem]:
    problems: list[Problem] = []
    if len(pairs) > METADATA_MAX_PAIRS:
        problems.append(Problem(path, "error", f"expected at most {METADATA_MAX_PAIRS} pairs, got {len(pairs)}"))
    for key, value in pairs:
        if not isinstance(key, str):
            problems.append(Problem(path, "error", f"expected string keys, got {json_type(key)}"))
            continue
        if len(key) > METADATA_MAX_KEY_LENGTH:
            message = f"expected a key of at most {METADATA_MAX_KEY_LENGTH} characters, got {len(key)}"
            problems.append(Problem((*path, key), "error", message))
        if not isinstance(value, str):
            problems.append(Problem((*path, key), "error", f"expected a string, got {json_type(value)}"))
        elif len(value) > METADATA_MAX_VALUE_LENGTH:
            message = f"expected a value of at most {METADATA_MAX_VALUE_LENGTH} characters, got {len(value)}"
            problems.append(Problem((*path, key), "error", message))
    return problems
