# SPDX-License-Identifier: MIT
"""JSON text goes in, decoded JSON comes out, and back; what is wrong with the text is a `ValidationError`.

`json` is imported where it is needed: many a program has decoded the text itself, and starts faster without.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .errors import Problem, ValidationError


def decode(text: str | bytes) -> Any:
    """Return what JSON text says; bytes are UTF-8, UTF-16 or UTF-32. Raises `ValidationError`."""
    if isinstance(text, str):
        # The scanner alone, without what `json.loads` does around it: a fifth faster on a step.
        try:
            data, end = _scanner()(text)
        except (ValueError, RecursionError):
            pass  # blanks before it, a byte order mark, no JSON: what it is, is found out below
        else:
            if end == len(text) or not text[end:].strip(" \t\n\r"):
                return data
    return _decode_carefully(text)


def _decode_carefully(text: str | bytes) -> Any:
    import json  # noqa: PLC0415

    try:
        return json.loads(text.removeprefix("\ufeff") if isinstance(text, str) else text)
    except UnicodeDecodeError:
        message = "expected JSON, got bytes that are no text"
    except json.JSONDecodeError as error:
        message = f"expected JSON, got text that is not (line {error.lineno}, column {error.colno})"
    except RecursionError:
        message = "expected JSON, got text that nests too deep"
    except ValueError:
        message = "expected JSON, got a number with too many digits"
    raise ValidationError((Problem((), "error", message),))


def encode(data: dict[str, Any], indent: int | None) -> str:
    """Return `data` as JSON text in ASCII, to the letter as `json.dumps` writes it."""
    return _encoder(indent).encode(data)  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _scanner() -> Any:
    import json  # noqa: PLC0415

    return json.JSONDecoder().raw_decode


@lru_cache(maxsize=4)
def _encoder(indent: int | None) -> Any:
    import json  # noqa: PLC0415

    # What was written here holds no cycles, so the encoder need not look for them.
    return json.JSONEncoder(indent=indent, check_circular=False)
