# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Format detection: JSON document, JSON Lines or event stream."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, TypeAlias

from .._json import json_decoder

Format: TypeAlias = Literal["empty", "lines", "events", "document", "stream", "other"]

_WHITESPACE = " \t\r\n"  # RFC 8259, section 2
_match_stream = re.compile(r"(?:event|data|id|retry)?:|(?:event|data|id|retry)$").match
_decoder = json_decoder()

_SAMPLE_LINES = 100

# The decoder reports a number, an escape or a word that is cut off at most this far from the end of the text.
_MAX_TOKEN_LENGTH = 12


def detect_format(head: str, *, is_all: bool) -> Format:
    """Return the format of a text, given its first lines. `is_all` says that there is no more text.

    JSON Lines has a JSON document on its first line and more text after it. If the first line is damaged, the text
    is JSON Lines if at least half of its first 100 lines are documents. Its format is "events" if the first document is
    a logged event.
    """
    text = head.lstrip(_WHITESPACE)
    if not text:
        return "empty" if is_all else "lines"
    first, _, rest = text.partition("\n")
    if text[0] in "{[":
        if is_all and not rest.strip(_WHITESPACE):
            return "document"
        if _parse_document(first) is None and not _is_damaged(first, text):
            return "document"
    elif _match_stream(first.rstrip()):
        return "stream"
    documents = [_parse_document(first)]
    if documents[0] is None:
        documents = [_parse_document(line) for line in _sample_lines(text, is_all=is_all)]
        if 2 * documents.count(None) > len(documents) or not documents:
            return "document" if text[0] in "{[" else "other"
    is_events = is_event(next(document for document in documents if document is not None))
    return "events" if is_events else "lines"


def is_event(document: Any) -> bool:
    """Return whether a document is a logged event of a run, `{"event": …, "data": …}`."""
    return isinstance(document, dict) and str(document.get("event")).startswith("thread.")


def _is_damaged(first: str, text: str) -> bool:
    """Return whether the first line is damaged, instead of being the first line of a longer document."""
    try:
        _, end = _decoder.raw_decode(text)
    except json.JSONDecodeError as error:
        return error.pos + _MAX_TOKEN_LENGTH < len(text) and not error.msg.startswith("Unterminated string")
    except (ValueError, RecursionError):  # a number with too many digits, or nested too deeply
        return True
    return first[end:].lstrip(_WHITESPACE)[:1] not in ("", "{", "[")


def _sample_lines(text: str, *, is_all: bool) -> list[str]:
    """Return the first lines that are complete and not blank."""
    lines = text.split("\n")[: _SAMPLE_LINES if is_all else _SAMPLE_LINES + 1]
    if not is_all and len(lines) <= _SAMPLE_LINES:
        del lines[-1]
    return [line for line in lines if line.strip(_WHITESPACE)]


def _parse_document(line: str) -> Any:
    """Return the JSON object or array on a line; None if there is none."""
    if not line.startswith(("{", "[")):
        return None
    try:
        return _decoder.decode(line)
    except (ValueError, RecursionError):
        return None
