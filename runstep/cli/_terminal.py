# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Text for terminals: escaping, display width, truncation, wrapping and color."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TypeAlias
from unicodedata import category, east_asian_width

Piece: TypeAlias = tuple[str, str]
"""A style, which is a key of `_STYLES`, and the text in that style."""

# ECMA-48, section 8.3.117: "select graphic rendition".
_STYLES = {
    "": "",
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}

ELLIPSIS = "…"

# A column can have any number of combining marks. Text is truncated at this many code points per column.
_MAX_CODE_POINTS_PER_COLUMN = 4

# Zero width non-joiner and joiner. They connect or separate letters and emoji, and are harmless.
_JOINERS = "\u200c\u200d"

# Variation selector 16 selects the emoji of a narrow character, which most terminals draw in two columns.
_EMOJI_SELECTOR = "\ufe0f"

_TAB_SIZE = 4
_MAX_SCANNED_LINES = 20


@cache
def _escape_char(char: str) -> str:
    if char.isprintable() or char in _JOINERS or category(char) == "Zs":
        return char
    return char.encode("unicode_escape").decode()


def escape(text: str) -> str:
    r"""Return `text` with invisible characters, and those that control a terminal, as `\x1b` or `\u202e`.

    These are the Unicode categories for control, format, surrogate, private use and unassigned characters, and line and
    paragraph separators; but not spaces and the two joiners. Backslashes are not doubled.
    """
    return text if text.isprintable() else "".join(map(_escape_char, text))


@cache
def _char_width(char: str) -> int:
    if east_asian_width(char) in "WF":
        return 2
    if char == _EMOJI_SELECTOR:
        return 1
    return 0 if category(char) in ("Mn", "Me") or char in _JOINERS else 1


def display_width(text: str) -> int:
    """Return the number of columns of escaped text.

    Wide and full-width characters have two columns (Unicode Standard Annex 11), combining marks none, "ambiguous"
    characters one. For emoji of several characters, the sum is an upper bound.
    """
    return len(text) if text.isascii() else sum(map(_char_width, text))


def _fitting(text: str, width: int) -> int:
    """Return how many code points of `text` fit into `width` columns."""
    if text.isascii():
        return min(len(text), width)
    for index, char in enumerate(text):
        width -= _char_width(char)
        if width < 0:
            return index
    return len(text)


def truncate(text: str, width: int) -> str:
    """Return `text`, escaped, in at most `width` columns, with an ellipsis if it is truncated.

    The time does not depend on the length of the text.
    """
    head = text[: _MAX_CODE_POINTS_PER_COLUMN * width]
    shown = escape(head)
    if len(head) == len(text) and display_width(shown) <= width:
        return shown
    return shown[: _fitting(shown, width - 1)] + ELLIPSIS if width > 0 else ""


def pad(text: str, width: int) -> str:
    """Return `text`, truncated or padded with spaces to exactly `width` columns."""
    shown = truncate(text, width)
    return shown + " " * (width - display_width(shown))


def squeeze(text: str, width: int) -> str:
    """Return the beginning of `text` as a single line, with each run of whitespace as one space.

    The result is not escaped, and may still be wider than `width` columns.
    """
    head = text[: _MAX_CODE_POINTS_PER_COLUMN * width]
    line = re.sub("[ \t\r\n]+", " ", head).strip(" ")
    return line if len(head) == len(text) else line + ELLIPSIS


def first_lines(text: str, width: int, max_lines: int) -> tuple[list[str], int]:
    """Return the first non-blank lines of `text`, each truncated to `width` columns, and how many lines are left.

    There are at most `max_lines` lines, or one more if that is all of the text. Only the beginning of the text is
    scanned, apart from counting its lines.
    """
    left = text.count("\n") + 1
    lines: list[str] = []
    start = 0
    for _ in range(_MAX_SCANNED_LINES):
        end = text.find("\n", start) if left > 1 else len(text)
        line = text[start : min(end, start + _MAX_CODE_POINTS_PER_COLUMN * width + 1)]
        line = line.removesuffix("\r").expandtabs(_TAB_SIZE)
        start = end + 1
        left -= 1
        if line.strip(" "):
            lines.append(truncate(line, width))
        if not left or (len(lines) >= max_lines and left > 1):
            break
    return lines, left


def wrap(text: str, width: int) -> Iterator[str]:
    """Yield all of `text`, escaped, in lines of at most `width` columns (at least 2), broken at spaces if possible."""
    for line in text.split("\n"):
        shown = escape(line.removesuffix("\r").expandtabs(_TAB_SIZE))
        start = 0
        while True:
            window = shown[start : start + _MAX_CODE_POINTS_PER_COLUMN * width]
            end = _fitting(window, width)
            if start + end == len(shown):
                yield window
                break
            space = window.rfind(" ", end // 2, end + 1)
            if space > 0:
                yield window[:space]
                start += space + 1
            else:
                yield window[:end]
                start += end


def join_pieces(pieces: Iterable[Piece], width: int, *, color: bool) -> str:
    """Return one line of pieces: escaped, truncated to `width` columns, without trailing whitespace."""
    line: list[Piece] = []
    for style, text in pieces:
        shown = truncate(text, width)
        width -= display_width(shown)
        line.append((style, shown))
    while line:
        style, text = line.pop()
        if text := text.rstrip():
            line.append((style, text))
            break
    return "".join(_colored(style, text) if color else text for style, text in line)


def _colored(style: str, text: str) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if style and text else text
