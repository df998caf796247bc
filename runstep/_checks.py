# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Checks, which the diagnosis consists of.

A check adds the problems of a value, which is at a path of the document, to a list. The check of an object consists of
one rule for each key.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from .errors import Problem, json_type, quoted
from .frozen import MAX_DEPTH
from .metadata import metadata_problems

Path: TypeAlias = tuple[str | int, ...]
Check: TypeAlias = Callable[[Any, Path, list[Problem]], None]
Level: TypeAlias = Literal["error", "deviation"]


@dataclass(frozen=True, slots=True)
class Rule:
    """The check of a key.

    `missing` and `null` are the levels of the problem if the key is missing or null, None if there is no problem.
    """

    expected: str
    check: Check
    missing: Level | None = "error"
    null: Level | None = "error"
    undocumented: bool = False
    # A value of exactly this type is valid.
    valid_type: type | None = None
    # A check of the object that contains the key.
    check_object: Check | None = None


# Instances of subclasses. The methods of the base types return what an instance contains, whatever it overrides.

_JSON_TYPES = frozenset({dict, list, str, int, float, bool, type(None)})


def _plain_dict(value: dict[Any, Any]) -> dict[Any, Any]:
    # Unlike this, `dict.copy` calls methods that a subclass overrides.
    return dict(dict.items(value))


_CONVERSIONS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (dict, _plain_dict),
    (list, list.copy),
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
)


def plain_value(value: Any) -> Any:
    """Return a value of the JSON type for an instance of a subclass; otherwise the value."""
    if type(value) not in _JSON_TYPES:
        for base, convert in _CONVERSIONS:
            if isinstance(value, base):
                return convert(value)
    return value


# Problems that several checks add.


def add_wrong_type(expected: str, value: object, path: Path, problems: list[Problem], level: Level = "error") -> None:
    """Add the problem of a value of the wrong type."""
    problems.append(Problem(path, level, f"expected {expected}, got {json_type(value)}"))


def add_missing(expected: str, path: Path, problems: list[Problem], level: Level = "error") -> None:
    """Add the problem of a missing key."""
    problems.append(Problem(path, level, f"expected {expected}, but the key is missing"))


def add_unknown_value(value: str, path: Path, problems: list[Problem]) -> None:
    """Add the problem of a value of an enum or a type that is not in the schema."""
    problems.append(Problem(path, "deviation", f"unknown value {quoted(value)} (not in the published schema)"))


def _add_unknown_key(path: Path, problems: list[Problem]) -> None:
    problems.append(Problem(path, "deviation", "unknown key (not in the published schema)"))


def _add_invalid_key(key: object, path: Path, problems: list[Problem]) -> None:
    problems.append(Problem(path, "error", f"expected string keys, got {json_type(key)}"))


# Checks of values.


def string(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check a string."""
    if not isinstance(value, str):
        add_wrong_type("a string", value, path, problems)


def boolean(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check a boolean."""
    if not isinstance(value, bool):
        add_wrong_type("a boolean", value, path, problems)


def integer(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check an integer, or a whole float."""
    value = plain_value(value)
    if isinstance(value, float) and value - value == 0:
        if not value.is_integer():
            problems.append(Problem(path, "error", "expected an integer, got a number with a fraction"))
    elif isinstance(value, bool) or not isinstance(value, int):
        add_wrong_type("an integer", value, path, problems)


def unit_interval(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check a score or threshold, from 0 to 1."""
    value = plain_value(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or _is_not_finite(value):
        add_wrong_type("a number", value, path, problems)
    elif not 0 <= value <= 1:
        problems.append(Problem(path, "deviation", "expected a number from 0 to 1, got a number out of range"))


def _is_not_finite(value: float) -> bool:
    """Return whether a value is NaN or infinite, which JSON does not have."""
    return isinstance(value, float) and value - value != 0


def one_of(values: Iterable[str]) -> Check:
    """Return the check of a string for which the schema defines the values. Any other string is a deviation."""
    known = frozenset(values)

    def check(value: Any, path: Path, problems: list[Problem]) -> None:
        if type(value) is not str:
            value = plain_value(value)
        if type(value) is not str:
            add_wrong_type("a string", value, path, problems)
        elif value not in known:
            add_unknown_value(value, path, problems)

    return check


def type_tag(text: str) -> Check:
    """Return the check of the type of an object that is parsed as this type."""

    def check(value: Any, path: Path, problems: list[Problem]) -> None:
        if type(value) is not str:
            value = plain_value(value)
        if type(value) is not str:
            add_wrong_type("a string", value, path, problems)
        elif value != text:
            problems.append(Problem(path, "error", f"expected {quoted(text)}, got {quoted(value)}"))
        elif text == "retrieval":
            add_unknown_value(text, path, problems)

    return check


def array(check_item: Check) -> Check:
    """Return the check of an array."""

    def check(value: Any, path: Path, problems: list[Problem]) -> None:
        value = plain_value(value)
        if type(value) is not list:
            add_wrong_type("an array", value, path, problems)
            return
        for index, item in enumerate(value):
            check_item(item, (*path, index), problems)

    return check


def _is_php_empty(value: Any, path: Path, problems: list[Problem]) -> bool:
    """Return whether a value is an empty array, which PHP writes for an empty object, and add the problem."""
    if type(value) is list and not value:
        problems.append(Problem(path, "deviation", "expected an object, got an empty array (as written by PHP)"))
        return True
    return False


def metadata(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check metadata and its limits."""
    value = plain_value(value)
    if type(value) is dict:
        problems.extend(metadata_problems(value, path))
    elif not _is_php_empty(value, path, problems):
        add_wrong_type("an object", value, path, problems)


def object_(rules: dict[str, Rule], *, or_php_empty: bool = False) -> Check:
    """Return the check of an object: of its keys in document order, then of missing keys in the order of the rules."""
    required_keys: list[tuple[str, Level, str]] = [
        (key, rule.missing, rule.expected) for key, rule in rules.items() if rule.missing is not None
    ]

    def check(value: Any, path: Path, problems: list[Problem]) -> None:
        if type(value) is not dict:
            value = plain_value(value)
        if type(value) is not dict:
            if not (or_php_empty and _is_php_empty(value, path, problems)):
                add_wrong_type("an object", value, path, problems)
            return
        for key, item in value.items():
            rule = rules.get(key)
            if rule is None:
                json_item(key, item, path, problems, is_unknown=True)
            elif type(item) is not rule.valid_type or rule.undocumented:
                _apply(rule, key, value, path, problems)
        for key, level, expected in required_keys:
            if key not in value:
                add_missing(expected, (*path, key), problems, level)

    return check


def _apply(rule: Rule, key: str, parent: dict[Any, Any], path: Path, problems: list[Problem]) -> None:
    value, inner = parent[key], (*path, key)
    if rule.undocumented:
        _add_unknown_key(inner, problems)
    if value is not None:
        rule.check(value, inner, problems)
    elif rule.null is not None:
        add_wrong_type(rule.expected, None, inner, problems, rule.null)
    if rule.check_object is not None:
        rule.check_object(parent, inner, problems)


# Checks of values without a class.


def json_object(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check an object with any keys."""
    value = plain_value(value)
    if _is_php_empty(value, path, problems):
        return
    if type(value) is not dict:
        add_wrong_type("an object", value, path, problems)
        return
    for key, item in value.items():
        json_item(key, item, path, problems)


def raw(
    value: Any,
    path: Path,
    problems: list[Problem],
    *,
    known_types: Container[str] = (),
    has_index: bool = False,
) -> None:
    """Check an object of an unknown type, not one of `known_types`. It may be required to have an index."""
    value = plain_value(value)
    if type(value) is not dict:
        add_wrong_type("an object", value, path, problems)
        return
    for key, item in value.items():
        if has_index and key == "index":
            integer(item, (*path, key), problems)
        elif key != "type":
            json_item(key, item, path, problems)
        else:
            _unknown_type(plain_value(item), (*path, key), problems, known_types)
    if has_index and "index" not in value:
        add_missing("an integer", (*path, "index"), problems)
    if "type" not in value:
        add_missing("a string", (*path, "type"), problems)


def _unknown_type(value: Any, path: Path, problems: list[Problem], known_types: Container[str]) -> None:
    if type(value) is not str:
        add_wrong_type("a string", value, path, problems)
    elif value in known_types:
        problems.append(Problem(path, "error", f"expected a type without a class of its own, got {quoted(value)}"))
    else:
        add_unknown_value(value, path, problems)


def json_item(key: Any, value: Any, path: Path, problems: list[Problem], *, is_unknown: bool = False) -> None:
    """Check a key of an object at `path`, and its value."""
    if not isinstance(key, str):
        _add_invalid_key(key, path, problems)
        return
    inner: Path = (*path, key)
    if is_unknown:
        _add_unknown_key(inner, problems)
    if _is_too_deep(value):
        message = f"nested more than {MAX_DEPTH} levels deep, or cyclic"
        problems.append(Problem(inner, "error", message))
    else:
        _json_value(value, inner, problems)


def _is_too_deep(value: Any) -> bool:
    # Breadth first, each value once per level, so that cyclic values take no longer than deep ones.
    # An instance of a subclass is converted, because it may override the iteration.
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        if not level:
            return False
        inner: dict[int, Any] = {}
        for item in map(plain_value, level):
            for member in item.values() if type(item) is dict else item:
                if isinstance(member, (dict, list)):
                    inner[id(member)] = member
        level = list(inner.values())
    return bool(level)


def _json_value(value: Any, path: Path, problems: list[Problem]) -> None:
    value = plain_value(value)
    if type(value) is dict:
        for key, item in value.items():
            if isinstance(key, str):
                _json_value(item, (*path, key), problems)
            else:
                _add_invalid_key(key, path, problems)
    elif type(value) is list:
        for index, item in enumerate(value):
            _json_value(item, (*path, index), problems)
    elif isinstance(value, float):
        if _is_not_finite(value):
            add_wrong_type("a number", value, path, problems)
    elif value is not None and not isinstance(value, (str, int)):
        add_wrong_type("a JSON value", value, path, problems)


def union(variants: dict[str, Check], other: Check = raw) -> Check:
    """Return the check of an object of one of several types."""

    def check(value: Any, path: Path, problems: list[Problem]) -> None:
        if type(value) is not dict:
            value = plain_value(value)
        type_ = value.get("type") if type(value) is dict else None
        if type(type_) is not str:
            type_ = plain_value(type_)
        variant = variants.get(type_, other) if type(type_) is str else other
        variant(value, path, problems)

    return check


# Rules.


def required(expected: str, check: Check) -> Rule:
    """Return the rule for a required key."""
    return Rule(expected, check)


def nullable(expected: str, check: Check) -> Rule:
    """Return the rule for a key that is required and nullable in the schema, and often missing in real data."""
    return Rule(f"{expected} or null", check, missing="deviation", null=None)


def optional(expected: str, check: Check) -> Rule:
    """Return the rule for a key that is optional and not nullable in the schema."""
    return Rule(expected, check, missing=None, null="deviation")


def undocumented(expected: str, check: Check) -> Rule:
    """Return the rule for a key that is not in the schema, but sent by servers."""
    return Rule(expected, check, missing=None, null=None, undocumented=True)
