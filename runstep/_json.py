# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Decoding and encoding of JSON text.

`json` is imported on first use: programs that decode the text themselves start faster without it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from .errors import Problem, ValidationError

if TYPE_CHECKING:
    from json import JSONDecoder

# Returns the document at an offset of a text, and the offset of its end.
_Scan: TypeAlias = Callable[[str, int], tuple[Any, int]]

_WHITESPACE = " \t\n\r"  # RFC 8259, section 2


def decode(text: str | bytes) -> Any:
    """Decode JSON text; bytes are UTF-8, UTF-16 or UTF-32. Raises `ValidationError`."""
    if isinstance(text, str):
        # For a step, this is a fifth faster than `json.loads`.
        try:
            data, end = json_decoder().raw_decode(text)
        except (ValueError, RecursionError):
            pass  # invalid, or with leading whitespace or a byte order mark
        else:
            if end == len(text) or not text[end:].strip(_WHITESPACE):
                return data
        text = text.removeprefix("\ufeff")
    elif not isinstance(text, (bytes, bytearray)):
        message = f"expected JSON text as str or bytes, got {type(text).__name__}"
        raise TypeError(message)
    return _decode(json_decoder(), text)


def decode_strictly(text: str, path: tuple[str, ...] = ()) -> Any:
    """Decode JSON text without NaN and infinity, which `json` accepts. Raises `ValidationError` with `path`."""
    import json  # noqa: PLC0415

    def reject(constant: str) -> None:
        found = "NaN" if constant == "NaN" else "infinity"
        raise ValidationError((Problem(path, "error", f"expected a number, got {found}"),))

    return _decode(json.JSONDecoder(parse_constant=reject), text, path)


def _decode(decoder: JSONDecoder, text: str | bytes, path: tuple[str, ...] = ()) -> Any:
    import json  # noqa: PLC0415

    try:
        if isinstance(text, (bytes, bytearray)):
            text = text.decode(json.detect_encoding(text), "surrogatepass")
        return decoder.decode(text)
    except ValidationError:
        raise
    except UnicodeDecodeError:
        message = "cannot decode bytes as text"
    except json.JSONDecodeError as error:
        message = f"invalid JSON (line {error.lineno}, column {error.colno})"
    except RecursionError:
        message = "JSON is nested too deeply"
    except ValueError:
        message = "invalid JSON (a number with too many digits)"
    raise ValidationError((Problem(path, "error", message),))


@lru_cache(maxsize=1)
def json_decoder() -> JSONDecoder:
    """Return the fastest JSON decoder of this implementation of Python.

    On PyPy, `scan_once` and `raw_decode` also skip whitespace before and after a document that is the whole text.
    """
    import json  # noqa: PLC0415

    decoder: Any = json.JSONDecoder()
    if sys.implementation.name == "pypy":
        decoder.scan_once = _scan_with_loads(decoder.scan_once, json.loads)
    return decoder  # type: ignore[no-any-return]


def _scan_with_loads(scan: _Scan, loads: Callable[[str], Any]) -> _Scan:
    """Return `scan` for PyPy, where only `json.loads` of a whole text is fast: it takes an eighth of the time."""

    def scan_with_loads(text: str, start: int) -> tuple[Any, int]:
        if start:
            return scan(text, start)
        try:
            return loads(text), len(text)
        except ValueError as error:
            failure = error
        # There are several documents, or `scan` raises an error with the exact place, which `loads` does not know.
        document, end = scan(text, 0)
        if not text[end:].strip(_WHITESPACE):
            raise failure  # invalid escapes and digits, which `scan` accepts
        return document, end

    return scan_with_loads


def encode(data: dict[str, Any], indent: int | None) -> str:
    """Encode `data` as ASCII JSON text, exactly like `json.dumps`."""
    return str(_encoder(indent).encode(data))


@lru_cache(maxsize=4)
def _encoder(indent: int | None) -> Any:
    import json  # noqa: PLC0415

    # Serialized objects contain no cycles.
    return json.JSONEncoder(indent=indent, check_circular=False)
