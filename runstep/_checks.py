# SPDX-License-Identifier: MIT
"""The rules that a diagnosis is made of: a value and its path go in, what is wrong with it is added to a list.

A shape is a table of rules, a rule for each key that a class names. `diagnosis` holds the shapes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, TypeAlias

from .errors import Problem, json_type, quoted
from .frozen import MAX_DEPTH
from .metadata import metadata_problems

Path: TypeAlias = tuple[str | int, ...]
Check: TypeAlias = Callable[[Any, Path, list[Problem]], None]
Level: TypeAlias = Literal["error", "deviation"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a key must hold, and what it is where it is missing, null, or there at all (None: all right)."""

    wanted: str
    check: Check
    missing: Level | None = "error"
    null: Level | None = "error"
    undocumented: bool = False
    # A value of exactly this type needs no check.
    sufficient: type | None = None
    # Looks at the whole object, once the value itself has been checked.
    beside: Check | None = None


# The messages.


def expected(wanted: str, value: object, path: Path, problems: list[Problem], level: Level = "error") -> None:
    """Note that something else was wanted."""
    problems.append(Problem(path, level, f"expected {wanted}, got {json_type(value)}"))


def unknown(value: str, path: Path, problems: list[Problem]) -> None:
    """Note a value of an enum or tag that the schema does not name."""
    problems.append(Problem(path, "deviation", f"expected a value that the schema names, got {quoted(value)}"))


def _unnamed(path: Path, problems: list[Problem]) -> None:
    problems.append(Problem(path, "deviation", "expected no such key: the schema does not name it"))


def _odd_key(key: object, path: Path, problems: list[Problem]) -> None:
    problems.append(Problem(path, "error", f"expected keys that are strings, got {json_type(key)}"))


# What a value may be.


def string(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check a string."""
    if not isinstance(value, str):
        expected("a string", value, path, problems)


def no_boolean(value: Any, path: Path, problems: list[Problem]) -> None:
    """Refuse what is left where booleans are let pass: they have no subclasses."""
    expected("a boolean", value, path, problems)


def integer(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check an integer, which a whole number with a fraction of zero is too."""
    if isinstance(value, float) and value - value == 0:
        if not value.is_integer():
            problems.append(Problem(path, "error", "expected an integer, got a number that is not whole"))
    elif isinstance(value, bool) or not isinstance(value, int):
        expected("an integer", value, path, problems)


def share(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check a score or threshold."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or _is_odd(value):
        expected("a number", value, path, problems)
    elif not 0 <= value <= 1:
        problems.append(Problem(path, "deviation", "expected a number from 0 to 1, got one beyond"))


def _is_odd(value: float) -> bool:
    """Tell NaN and the infinities, which JSON has not got."""
    return isinstance(value, float) and value - value != 0


def one_of(vocabulary: type[Enum]) -> Check:
    """Check a value of a vocabulary; another string is only noted."""
    values = frozenset([member.value for member in vocabulary])

    def check(value: Any, path: Path, problems: list[Problem]) -> None:
        if not isinstance(value, str):
            expected("a string", value, path, problems)
        elif value not in values:
            unknown(value, path, problems)

    return check


def constant(text: str) -> Check:
    """Check what should be one text and is kept where it is another."""

    def check(value: Any, path: Path, problems: list[Problem]) -> None:
        if not isinstance(value, str):
            expected("a string", value, path, problems)
        elif value != text:
            unknown(value, path, problems)

    return check


def tag(text: str) -> Check:
    """Check the type of an object that is read as one of that type."""

    def check(value: Any, path: Path, problems: list[Problem]) -> None:
        if not isinstance(value, str):
            expected("a string", value, path, problems)
        elif value != text:
            problems.append(Problem(path, "error", f"expected {quoted(text)}, got {quoted(value)}"))
        elif text == "retrieval":
            unknown(text, path, problems)

    return check


def array(check_item: Check) -> Check:
    """Check an array, each item with `check_item`."""

    def check(value: Any, path: Path, problems: list[Problem]) -> None:
        if not isinstance(value, list):
            expected("an array", value, path, problems)
            return
        for index, item in enumerate(value):
            check_item(item, (*path, index), problems)

    return check


def _is_php_empty(value: Any, path: Path, problems: list[Problem]) -> bool:
    """Tell whether `value` is the empty array that PHP makes of an empty object, and note it."""
    if isinstance(value, list) and not value:
        problems.append(Problem(path, "deviation", "expected an object, got an empty array, as PHP writes it"))
        return True
    return False


def metadata(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check metadata and its limits."""
    if isinstance(value, dict):
        problems.extend(metadata_problems(value, path))
    elif not _is_php_empty(value, path, problems):
        expected("an object", value, path, problems)


def object_(rules: dict[str, Rule], *, or_php_empty: bool = False) -> Check:
    """Check an object key by key, and then for what is missing, in the order of the rules."""
    wanted_keys: list[tuple[str, Level, str]] = [
        (key, rule.missing, rule.wanted) for key, rule in rules.items() if rule.missing is not None
    ]

    def check(value: Any, path: Path, problems: list[Problem]) -> None:
        if not isinstance(value, dict):
            if not (or_php_empty and _is_php_empty(value, path, problems)):
                expected("an object", value, path, problems)
            return
        for key, item in value.items():
            rule = rules.get(key)
            if rule is None:
                kept_pair(key, item, path, problems, unnamed=True)
            elif type(item) is not rule.sufficient or rule.undocumented:
                _apply(rule, key, value, path, problems)
        for key, level, wanted in wanted_keys:
            if key not in value:
                problems.append(Problem((*path, key), level, f"expected {wanted}, but the key is missing"))

    return check


def _apply(rule: Rule, key: str, owner: dict[Any, Any], path: Path, problems: list[Problem]) -> None:
    value, inner = owner[key], (*path, key)
    if rule.undocumented:
        _unnamed(inner, problems)
    if value is not None:
        rule.check(value, inner, problems)
    elif rule.null is not None:
        expected(rule.wanted, None, inner, problems, rule.null)
    if rule.beside is not None:
        rule.beside(owner, inner, problems)


# What is kept as it came.


def kept_object(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check an object that is kept as it came."""
    if _is_php_empty(value, path, problems):
        return
    if not isinstance(value, dict):
        expected("an object", value, path, problems)
        return
    for key, item in value.items():
        kept_pair(key, item, path, problems)


def raw(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check an object of a type that no class names."""
    if not isinstance(value, dict):
        expected("an object", value, path, problems)
        return
    for key, item in value.items():
        if key != "type":
            kept_pair(key, item, path, problems)
        elif isinstance(item, str):
            unknown(item, (*path, key), problems)
        else:
            expected("a string", item, (*path, key), problems)
    if "type" not in value:
        problems.append(Problem((*path, "type"), "error", "expected a string, but the key is missing"))


def kept_pair(key: Any, value: Any, path: Path, problems: list[Problem], *, unnamed: bool = False) -> None:
    """Check a key and its value, which may nest as deep as the limit."""
    if not isinstance(key, str):
        _odd_key(key, path, problems)
        return
    inner: Path = (*path, key)
    if unnamed:
        _unnamed(inner, problems)
    if _is_too_deep(value):
        wanted = f"expected at most {MAX_DEPTH} arrays and objects inside one another, got more, or one inside itself"
        problems.append(Problem(inner, "error", wanted))
    else:
        _kept(value, inner, problems)


def _is_too_deep(value: Any) -> bool:
    # Level by level, each object once a level: what holds itself comes to the limit like what is only deep.
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        if not level:
            return False
        inner: dict[int, Any] = {}
        for item in level:
            for member in item.values() if isinstance(item, dict) else item:
                if isinstance(member, (dict, list)):
                    inner[id(member)] = member
        level = list(inner.values())
    return bool(level)


def _kept(value: Any, path: Path, problems: list[Problem]) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str):
                _kept(item, (*path, key), problems)
            else:
                _odd_key(key, path, problems)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _kept(item, (*path, index), problems)
    elif isinstance(value, float):
        if _is_odd(value):
            expected("a number", value, path, problems)
    elif value is not None and not isinstance(value, (str, int)):
        expected("a JSON value", value, path, problems)


def union(variants: dict[str, Check]) -> Check:
    """Check an object as what its type says it is."""

    def check(value: Any, path: Path, problems: list[Problem]) -> None:
        tag = value.get("type") if isinstance(value, dict) else None
        variant = variants.get(tag, raw) if isinstance(tag, str) else raw
        variant(value, path, problems)

    return check


# How a key may be missing or null.


def required(wanted: str, check: Check) -> Rule:
    """Make the rule for a key that must be there and not null."""
    return Rule(wanted, check)


def nullable(wanted: str, check: Check) -> Rule:
    """Make the rule for a key that the schema requires, but lets be null: real data often lacks it."""
    return Rule(f"{wanted} or null", check, missing="deviation", null=None)


def optional(wanted: str, check: Check) -> Rule:
    """Make the rule for a key that may be absent, but should not be null."""
    return Rule(wanted, check, missing=None, null="deviation")


def undocumented(wanted: str, check: Check) -> Rule:
    """Make the rule for a key that servers send and the schema does not name."""
    return Rule(wanted, check, missing=None, null=None, undocumented=True)
