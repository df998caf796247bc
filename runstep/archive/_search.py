# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Search for run steps, pages, deltas and event arrays inside a decoded JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from ..enums import RUN_STEP_OBJECTS

Path: TypeAlias = tuple[str | int, ...]
Kind: TypeAlias = Literal["step", "page", "delta", "events"]


def search(document: Any, *, in_event: bool = False) -> Iterator[tuple[Path, Kind, Any]]:
    """Yield the path, the kind and the value of each outermost match, in document order.

    A page is followed by the matches in its keys other than `data`. `in_event` says that the document is the data of an
    event, in which arrays of events are not expected.

    Iterative, because a document may be nested more deeply than Python can recurse.
    """
    # Iterators over the open objects and arrays, after one for the document itself, and the keys that lead to them.
    stack: list[Iterator[tuple[Any, Any]]] = [iter(((None, document),))]
    keys: list[Any] = []
    while stack:
        for key, value in stack[-1]:
            kind = _kind(value)
            if kind == "events" and in_event:
                kind = None
            if kind is not None:
                yield (*keys[1:], key) if keys else (), kind, value
            if kind == "page":
                stack.append(iter([(name, item) for name, item in value.items() if name != "data"]))
            elif kind is None and isinstance(value, (dict, list)):
                stack.append(iter(value.items()) if isinstance(value, dict) else enumerate(value))
            else:
                continue
            keys.append(key)
            break
        else:
            stack.pop()
            if stack:
                keys.pop()


def _kind(value: Any) -> Kind | None:
    if type(value) is dict:
        if _is_step(value):
            return "step"
        if value.get("object") == "thread.run.step.delta":
            return "delta"
        return "page" if _is_page(value) else None
    return "events" if type(value) is list and _is_event_array(value) else None


def _is_step(value: Any) -> bool:
    if type(value) is not dict:
        return False
    if value.get("object") in RUN_STEP_OBJECTS:
        return True
    return "step_details" in value and ("run_id" in value or "thread_id" in value)


def _is_page(value: dict[str, Any]) -> bool:
    data = value.get("data")
    return (
        isinstance(data, list)
        and (value.get("object") == "list" or not value.keys().isdisjoint(("first_id", "last_id", "has_more")))
        and any(_is_step(item) for item in data)
    )


def _is_event_array(value: list[Any]) -> bool:
    # Events of other types may contain whole steps, which the search finds one by one.
    return (
        all(isinstance(item, dict) and isinstance(item.get("event"), str) for item in value)
        and any("data" in item for item in value)
        and any(item["event"].startswith("thread.run.step") for item in value)
    )
