# SPDX-License-Identifier: MIT
"""Tests of the JSON decoder, which is another one on PyPy."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep import _json
from runstep.archive._positions import skip_whitespace

from .strategies import JSON

PLAIN: Any = json.JSONDecoder()


def decoder_of(implementation: str) -> Any:
    """Return the decoder that is chosen on an implementation of Python."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "implementation", SimpleNamespace(name=implementation))
        return _json.json_decoder.__wrapped__()


PYPY = decoder_of("pypy")


def outcome(function: Any, *arguments: Any) -> Any:
    """Return the repr of the result of a function, or its error with the place in the text."""
    try:
        return repr(function(*arguments))
    except json.JSONDecodeError as error:
        return error.msg, error.lineno, error.colno
    except (StopIteration, ValueError, RecursionError) as error:
        return type(error)


def test_only_pypy_has_another_decoder() -> None:
    for name in ("cpython", "graalpy"):
        assert type(decoder_of(name).scan_once) is type(PLAIN.scan_once)
    assert PYPY.scan_once is not PLAIN.scan_once
    assert PYPY.scan_once('{"a": 1}\n', 0) == ({"a": 1}, 9)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\n", "x", "\ufeff{}", "[", "{", "[1", "[1,", '{"a"', '{"a":', '{"a": 1', '{"a": 1,'),
        *('{"a" 1}', "{'a': 1}", "[\n1\n2]", '{"a": 1,\n "b" 2}', '"a', '"a\\', '"\\x"', '"a\nb"', '"\\u12"'),
        *("tru", "-", "NaN", "[Infinity]", "1e5", "-0.5", "1" * 5000, "[" * 100_000, '"\\ud800"', '"\\ud83d\\ude00"'),
        *("{} {}", "{}\n[1]\n", "1 2", "{}x", "[1]]", '"é" "é"', '{"a": 1, "a": 2}'),
    ],
    ids=lambda text: ascii(text[:20]),
)  # fmt: skip
def test_both_decoders_agree(text: str) -> None:
    for source in (text, f" {text}", f"{text} \r\n"):
        assert outcome(PYPY.decode, source) == outcome(PLAIN.decode, source)
    for source, start in ((text, 0), (f"[] {text}", 3)):
        assert outcome(PYPY.raw_decode, source, start) == outcome(PLAIN.raw_decode, source, start)


def read_documents(decoder: Any, text: str) -> list[Any]:
    """Return the documents in a text."""
    documents: list[Any] = []
    end = skip_whitespace(text, 0)
    while end < len(text):
        document, end = decoder.raw_decode(text, end)
        documents.append(document)
        end = skip_whitespace(text, end)
    return documents


@given(st.lists(JSON, max_size=3), st.data())
def test_both_decoders_agree_on_several_documents_and_on_damage(documents: list[Any], data: st.DataObject) -> None:
    text = "\n".join(map(json.dumps, documents))
    assert read_documents(PYPY, text) == documents
    place = data.draw(st.integers(0, len(text)))
    for source in (text, text[:place], text[:place] + text[place + 1 :]):
        assert outcome(PYPY.decode, source) == outcome(PLAIN.decode, source)
        assert outcome(read_documents, PYPY, source) == outcome(read_documents, PLAIN, source)


@pytest.mark.parametrize("text", ['"\\u 123"', '"\\u+123"', '"\\u1_23"', "1\u0662", "[1\u0662]"], ids=ascii)
def test_what_only_a_lenient_decoder_accepts_is_invalid(text: str) -> None:
    with pytest.raises(ValueError, match=r"^invalid JSON "):
        _json.decode(text)


def test_a_text_that_only_the_fast_decoder_rejects_is_invalid() -> None:
    failure = json.JSONDecodeError("Expecting value", "", 0)

    def loads(_: str) -> Any:
        raise failure

    scan = _json._scan_with_loads(PLAIN.raw_decode, loads)
    for text in ("1", "1 \n"):
        with pytest.raises(json.JSONDecodeError) as caught:
            scan(text, 0)
        assert caught.value is failure
    assert scan("1 2", 0) == (1, 1)
