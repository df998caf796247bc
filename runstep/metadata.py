# SPDX-License-Identifier: MIT
"""The limits that the API set on metadata: a mapping goes in, a `FrozenDict` within the limits comes out."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import Problem, ValidationError, json_type
from .frozen import FrozenDict, frozen

METADATA_MAX_PAIRS = 16
"""How many pairs a run step's metadata may have (API reference, "metadata")."""

METADATA_MAX_KEY_LENGTH = 64
"""How many Unicode code points a metadata key may have (API reference, "metadata")."""

METADATA_MAX_VALUE_LENGTH = 512
"""How many Unicode code points a metadata value may have (API reference, "metadata")."""


def validate_metadata(mapping: Mapping[str, str], /) -> FrozenDict[str]:
    """Return `mapping` as a `FrozenDict`, if it keeps to the limits of the API reference ("metadata").

    At most 16 pairs; keys of at most 64 and values of at most 512 Unicode code points, all strings.
    Raises `ValidationError` with a `Problem` for each offending pair, paths beginning at the mapping.
    """
    return checked_metadata(mapping, ())


def checked_metadata(mapping: Mapping[str, str], path: tuple[str | int, ...]) -> FrozenDict[str]:
    """Do what `validate_metadata` does, for a mapping that lies at `path` of a document."""
    problems = metadata_problems(mapping, path)
    if problems:
        raise ValidationError(tuple(problems))
    return frozen({str.__str__(key): str.__str__(value) for key, value in mapping.items()}, False)


def metadata_problems(mapping: object, path: tuple[str | int, ...]) -> list[Problem]:
    """Return what is wrong with `mapping`, which lies at `path` of a document, as metadata."""
    if not isinstance(mapping, Mapping):
        return [Problem(path, "error", f"expected an object, got {json_type(mapping)}")]
    problems: list[Problem] = []
    if len(mapping) > METADATA_MAX_PAIRS:
        problems.append(Problem(path, "error", f"expected at most {METADATA_MAX_PAIRS} pairs, got {len(mapping)}"))
    for key, value in mapping.items():
        if not isinstance(key, str):
            problems.append(Problem(path, "error", f"expected keys that are strings, got {json_type(key)}"))
            continue
        if len(key) > METADATA_MAX_KEY_LENGTH:
            wanted = f"expected a key of at most {METADATA_MAX_KEY_LENGTH} characters, got {len(key)}"
            problems.append(Problem((*path, key), "error", wanted))
        if not isinstance(value, str):
            problems.append(Problem((*path, key), "error", f"expected a string, got {json_type(value)}"))
        elif len(value) > METADATA_MAX_VALUE_LENGTH:
            wanted = f"expected a value of at most {METADATA_MAX_VALUE_LENGTH} characters, got {len(value)}"
            problems.append(Problem((*path, key), "error", wanted))
    return problems
