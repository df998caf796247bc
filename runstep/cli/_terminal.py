# SPDX-License-Identifier: MIT
"""Text for a terminal: whatever a document holds goes in, lines of a known width with nothing to obey come out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TypeAlias
from unicodedata import category, east_asian_width

Piece: TypeAlias = tuple[str, str]
"""A style, one of the keys of `_STYLES`, and the text that it is for."""

# "Select graphic rendition", ECMA-48, section 8.3.117.
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

# A column can hold any number of marks that take no room. So many code points for each are looked at.
_CODE_POINTS_A_COLUMN = 4

# They join and part letters and pictures inside words, and do nothing else to a terminal.
_JOINERS = "\u200c\u200d"

# It asks for the picture of a character that is else a narrow sign; most terminals then take two columns.
_PICTURE_SELECTOR = "\ufe0f"

_TAB = 4

_MOST_LINES_LOOKED_AT = 20


@cache
def _shown(char: str) -> str:
    if char.isprintable() or char in _JOINERS or category(char) == "Zs":
        return char
    return char.encode("unicode_escape").decode()


def escaped(text: str) -> str:
    r"""Return `text` with each character that a terminal could obey, or that nobody could see, as `\x1b` or `\u202e`.

    That is what Unicode calls control, format, surrogate, private or unassigned, and line and paragraph
    separators; blanks of all kinds, and the two joiners inside words, stay. A backslash is not doubled.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


@cache
def _columns(char: str) -> int:
    if east_asian_width(char) in "WF":
        return 2
    if char == _PICTURE_SELECTOR:
        return 1
    return 0 if category(char) in ("Mn", "Me") or char in _JOINERS else 1


def columns(text: str) -> int:
    """Return how many columns `text`, escaped already, takes.

    Wide and full-width characters take two (Unicode Standard Annex 11), marks on a letter none. "Ambiguous"
    characters count as one. Pictures made of several characters count as the sum, which is never too little.
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def _fitting(text: str, width: int) -> int:
    """Return how many code points of `text` fit into `width` columns."""
    if text.isascii():
        return min(len(text), width)
    for index, char in enumerate(text):
        width -= _columns(char)
        if width < 0:
            return index
    return len(text)


def cut(text: str, width: int) -> str:
    """Return `text` escaped and, if it takes more than `width` columns, cut to them with an ellipsis at its end.

    Takes no longer for a long text than for a short one.
    """
    head = text[: _CODE_POINTS_A_COLUMN * width]
    shown = escaped(head)
    if len(head) == len(text) and columns(shown) <= width:
        return shown
    return shown[: _fitting(shown, width - 1)] + ELLIPSIS if width > 0 else ""


def padded(text: str, width: int) -> str:
    """Return `text` cut or filled with blanks to exactly `width` columns."""
    shown = cut(text, width)
    return shown + " " * (width - columns(shown))


def squeezed(text: str, width: int) -> str:
    """Return what of `text` can show in one line of `width` columns, line ends and indents as single blanks."""
    head = text[: _CODE_POINTS_A_COLUMN * width]
    line = re.sub("[ \t\r\n]+", " ", head).strip(" ")
    return line if len(head) == len(text) else line + ELLIPSIS


def first_lines(text: str, width: int, most: int) -> tuple[list[str], int]:
    """Return the first lines of `text` that are not blank, each cut to `width` columns, and how many lines follow.

    Those are `most` lines, or one more if that is all, or fewer where there are many blank ones.
    Looks at no more than it shows, but for the line ends that it counts.
    """
    left = text.count("\n") + 1
    lines: list[str] = []
    start = 0
    for _ in range(_MOST_LINES_LOOKED_AT):
        end = text.find("\n", start) if left > 1 else len(text)
        line = text[start : min(end, start + _CODE_POINTS_A_COLUMN * width + 1)].removesuffix("\r").expandtabs(_TAB)
        start = end + 1
        left -= 1
        if line.strip(" "):
            lines.append(cut(line, width))
        if not left or (len(lines) >= most and left > 1):
            break
    return lines, left


def folded(text: str, width: int) -> Iterator[str]:
    """Yield all of `text`, escaped, in lines of at most `width` columns (at least 2), broken at blanks if there are."""
    for line in text.split("\n"):
        shown = escaped(line.removesuffix("\r").expandtabs(_TAB))
        start = 0
        while True:
            window = shown[start : start + _CODE_POINTS_A_COLUMN * width]
            end = _fitting(window, width)
            if start + end == len(shown):
                yield window
                break
            blank = window.rfind(" ", end // 2, end + 1)
            if blank > 0:
                yield window[:blank]
                start += blank + 1
            else:
                yield window[:end]
                start += end


def painted(pieces: Iterable[Piece], width: int, *, colour: bool) -> str:
    """Return one line made of `pieces`: escaped, at most `width` columns, without blanks at its end."""
    line: list[Piece] = []
    for style, text in pieces:
        shown = cut(text, width)
        width -= columns(shown)
        line.append((style, shown))
    while line:
        style, text = line.pop()
        if text := text.rstrip():
            line.append((style, text))
            break
    return "".join(_coloured(style, text) if colour else text for style, text in line)


def _coloured(style: str, text: str) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if style and text else text
