# SPDX-License-Identifier: MIT
"""The search for run steps, pages, deltas and events inside a decoded JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from .records import _Path

_Kind: TypeAlias = Literal["step", "page", "delta", "events"]


def _is_step(value: Any) -> bool:
    if type(value) is not dict:
        return False
    if value.get("object") in ("thread.run.step", "assistant.run.step"):
        return True
    return "step_details" in value and ("run_id" in value or "thread_id" in value)


def _is_page(value: dict[str, Any]) -> bool:
    data = value.get("data")
    return (
        isinstance(data, list)
        and (value.get("object") == "list" or not value.keys().isdisjoint(("first_id", "last_id", "has_more")))
        and any(_is_step(item) for item in data)
    )


def _are_events(value: list[Any]) -> bool:
    # Other events may hold whole steps, which are looked for as anywhere.
    return all(
        isinstance(item, dict) and isinstance(item.get("event"), str) and "data" in item for item in value
    ) and any(item["event"].startswith("thread.run.step") for item in value)


def _kind(value: Any) -> _Kind | None:
    if type(value) is dict:
        if _is_step(value):
            return "step"
        if value.get("object") == "thread.run.step.delta":
            return "delta"
        return "page" if _is_page(value) else None
    return "events" if type(value) is list and _are_events(value) else None


def _finds(document: Any) -> Iterator[tuple[_Path, _Kind, Any]]:
    """Yield the outermost values in a document that a reader can use, in document order, each with its path.

    A loop over a stack: a document may nest deeper than Python may call.
    """
    # The iterators over what is open, and the keys that lead there, behind one for the document itself.
    stack: list[Iterator[tuple[Any, Any]]] = [iter(((None, document),))]
    trail: list[Any] = []
    while stack:
        for key, value in stack[-1]:
            kind = _kind(value)
            if kind is not None:
                yield (*trail[1:], key) if trail else (), kind, value
            elif isinstance(value, (dict, list)):
                stack.append(iter(value.items()) if isinstance(value, dict) else enumerate(value))
                trail.append(key)
                break
        else:
            stack.pop()
            if stack:
                trail.pop()
