# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Format detection: JSON document, JSON Lines or event stream."""

from __future__ import annotations

import json
import re
from typing import Literal, TypeAlias

Format: TypeAlias = Literal["empty", "lines", "document", "stream", "other"]

_WHITESPACE = " \t\r\n"  # RFC 8259, section 2
_match_stream = re.compile(r"(?:event|data|id|retry)?:|(?:event|data|id|retry)$").match
_decoder = json.JSONDecoder()

_SAMPLE_LINES = 100

# The decoder reports a number, an escape or a word that is cut off at most this far from the end of the text.
_MAX_TOKEN_LENGTH = 12


def detect_format(head: str, *, is_all: bool) -> Format:
    """Return the format of a text, given its first lines. `is_all` says that there is no more text.

    JSON Lines has a JSON document on its first line and more text after it. If the first line is damaged, the text
    is JSON Lines if at least half of its first 100 lines are documents.
    """
    text = head.lstrip(_WHITESPACE)
    if not text:
        return "empty" if is_all else "lines"
    first, _, rest = text.partition("\n")
    if text[0] not in "{[":
        if _match_stream(first.rstrip()):
            return "stream"
        return "lines" if _are_mostly_documents(text, is_all=is_all) else "other"
    if is_all and not rest.strip(_WHITESPACE):
        return "document"
    is_lines = _is_document(first) or (_is_damaged(first, text) and _are_mostly_documents(text, is_all=is_all))
    return "lines" if is_lines else "document"


def _is_damaged(first: str, text: str) -> bool:
    """Return whether the first line is damaged, instead of being the first line of a longer document."""
    try:
        _, end = _decoder.raw_decode(text)
    except json.JSONDecodeError as error:
        return error.pos + _MAX_TOKEN_LENGTH < len(text) and not error.msg.startswith("Unterminated string")
    except (ValueError, RecursionError):
        return False
    return first[end:].lstrip(_WHITESPACE)[:1] not in ("", "{", "[")


def _are_mostly_documents(text: str, *, is_all: bool) -> bool:
    lines = text.split("\n")[: _SAMPLE_LINES if is_all else _SAMPLE_LINES + 1]
    if not is_all and len(lines) <= _SAMPLE_LINES:
        del lines[-1]  # incomplete
    lines = [line for line in lines if line.strip(_WHITESPACE)]
    return 2 * sum(map(_is_document, lines)) >= len(lines) > 0


def _is_document(line: str) -> bool:
    """Return whether a line is a complete JSON object or array."""
    if not line.startswith(("{", "[")):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
