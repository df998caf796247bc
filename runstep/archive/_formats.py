# SPDX-License-Identifier: MIT
"""What a text is, told from its first lines."""

from __future__ import annotations

import json
import re
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["empty", "lines", "document", "stream", "other"]


_BLANKS = " \t\r\n"  # RFC 8259, section 2


# Kinds.

_STREAM_BEGINS = re.compile(r"(?:event|data|id|retry)?:|(?:event|data|id|retry)$")
_decoder = json.JSONDecoder()

# How far from the end of a text the decoder may stop because a number, an escape or a word is cut there.
_LONGEST_CUT = 12


def _kind(head: str, *, is_all: bool) -> Kind:
    """Tell from the first lines of a text what the whole of it is.

    Lines, where the first is JSON of its own and more follow, or most are although the first is damaged.
    """
    text = head.lstrip(_BLANKS)
    if not text:
        return "empty" if is_all else "lines"
    first, _, rest = text.partition("\n")
    if text[0] not in "{[":
        if _STREAM_BEGINS.match(first.rstrip()):
            return "stream"
        return "lines" if _are_mostly_documents(text, is_all=is_all) else "other"
    if is_all and not rest.strip(_BLANKS):
        return "document"
    is_lines = _is_document(first) or (_is_damaged(first, text) and _are_mostly_documents(text, is_all=is_all))
    return "lines" if is_lines else "document"


def _is_damaged(first: str, text: str) -> bool:
    """Tell whether the first line of a text may be a damaged one, rather than the first of a document of many."""
    try:
        _, end = _decoder.raw_decode(text)
    except json.JSONDecodeError as error:
        return error.pos + _LONGEST_CUT < len(text) and not error.msg.startswith("Unterminated string")
    except (ValueError, RecursionError):
        return False
    # Behind a document there may be the next one, or nothing.
    return first[end:].lstrip(_BLANKS)[:1] not in ("", "{", "[")


def _are_mostly_documents(text: str, *, is_all: bool) -> bool:
    lines = text.split("\n")[: 100 if is_all else 101]
    if not is_all and len(lines) <= 100:
        del lines[-1]
    lines = [line for line in lines if line.strip(_BLANKS)]
    return 2 * sum(map(_is_document, lines)) >= len(lines) > 0


def _is_document(line: str) -> bool:
    """Tell whether a line is a JSON object or array of its own."""
    if not line.startswith(("{", "[")):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
