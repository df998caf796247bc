# SPDX-License-Identifier: MIT
"""The public names and the command line are those listed in `data/public_names.txt`.

A change of the list is a change that users may notice. To accept one, rewrite the list in the root of the checkout:
`python -m tests.test_public_names > tests/data/public_names.txt`
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest

import runstep
from runstep.cli._arguments import _create_parser

from .conftest import DATA, PACKAGE

LIST = DATA / "public_names.txt"
COMMAND = "python -m tests.test_public_names > tests/data/public_names.txt"

# A module without `__all__` has other names for the command line.
MODULES: dict[str, list[str] | None] = {
    "": None,
    ".streaming": None,
    ".archive": None,
    ".export": None,
    ".export.chat": ["to_messages"],
    ".export.responses": ["batches", "to_items"],
    ".export.tables": None,
    ".cli": None,
}

# Only the package creates objects of these classes.
WITHOUT_CONSTRUCTOR = {"Record"}

SPECIAL_METHODS = {"__add__", "__contains__", "__getitem__", "__iadd__", "__iter__", "__len__"}


def test_the_public_names_are_listed() -> None:
    differences = difference(LIST.read_text(encoding="utf-8").splitlines(), list(public_names()))
    if differences:
        pytest.fail(f"the public names have changed; to accept it, run\n{COMMAND}\n\n{differences}", pytrace=False)


def test_a_difference_shows_the_changed_lines() -> None:
    assert difference(["a.b() -> int", "a.c"], ["a.b() -> str", "a.c"]).splitlines() == [
        "--- public_names.txt",
        "+++ the package",
        "@@ -1 +1 @@",
        "-a.b() -> int",
        "+a.b() -> str",
    ]


def test_all_public_modules_are_listed() -> None:
    names = [PACKAGE, *(module.name for module in pkgutil.walk_packages(runstep.__path__, f"{PACKAGE}."))]
    public = {name.removeprefix(PACKAGE) for name in names if hasattr(importlib.import_module(name), "__all__")}
    assert public == {name for name, without_all in MODULES.items() if without_all is None}


def difference(listed: list[str], found: list[str]) -> str:
    return "\n".join(difflib.unified_diff(listed, found, LIST.name, "the package", lineterm="", n=0))


def public_names() -> Iterator[str]:
    for module_name, names in MODULES.items():
        module = importlib.import_module(f"{PACKAGE}{module_name}")
        for name in names or sorted(module.__all__):
            yield from describe(f"runstep{module_name}.{name}", getattr(module, name))
    yield from command_line()


def describe(name: str, value: Any) -> Iterator[str]:
    if get_origin(value) is not None:
        yield f"{name} = {type_text(value)}"
    elif isinstance(value, type):
        yield from describe_class(name, value)
    elif callable(value):
        yield f"{name}{signature(value)}"
    else:
        yield f"{name} = {value!r}"


def type_text(value: Any) -> str:
    """Return the text of a type; its `repr` depends on the version of Python."""
    if not get_args(value):
        return "None" if value is type(None) else str(value.__name__)
    arguments = [type_text(argument) for argument in get_args(value)]
    origin: Any = get_origin(value)
    if origin in (UnionType, Union):
        return " | ".join(arguments)
    return f"{origin.__name__}[{', '.join(arguments)}]"


class Text(str):
    """A text that is its own `repr`, so that annotations in a signature are not quoted."""

    __slots__ = ()
    __repr__ = str.__str__


def signature(function: Callable[..., Any], *, skip: int = 0) -> str:
    """Return the parameters and the result of a function, without the first `skip` parameters."""
    found = inspect.signature(function)
    parameters = [
        parameter.replace(annotation=text_of(parameter.annotation)) for parameter in found.parameters.values()
    ]
    return str(found.replace(parameters=parameters[skip:], return_annotation=text_of(found.return_annotation)))


def text_of(annotation: Any) -> Any:
    text = getattr(annotation, "__forward_arg__", annotation)  # in a `NamedTuple`
    return Text(text) if isinstance(text, str) else text


def describe_class(name: str, cls: type[Any]) -> Iterator[str]:
    if issubclass(cls, Enum):
        yield f"{name}: enum of {'strings' if issubclass(cls, str) else 'other values'}"
        yield from (f"{name}.{member.name} = {member.value!r}" for member in cls)
        return
    if is_dataclass(cls):
        are_keywords = all(field.kw_only for field in fields(cls))
        yield f"{name}: dataclass" + (" with keyword-only fields" if are_keywords else "")
    else:
        bases = ", ".join(base.__name__ for base in cls.__bases__ if base is not object)
        yield f"{name}: class" + (f" derived from {bases}" if bases else "")
        if cls.__name__ not in WITHOUT_CONSTRUCTOR:
            yield f"{name}{signature(cls).removesuffix(' -> None')}"
    yield from describe_members(name, cls)


def describe_members(name: str, cls: type[Any]) -> Iterator[str]:
    annotations = attributes(cls)
    for field, annotation in annotations.items():
        if not field.startswith("_"):
            yield f"{name}.{field}: {annotation}{default(cls, field)}"
    for method, value in sorted(vars(cls).items()):
        if method in annotations or (method.startswith("_") and method not in SPECIAL_METHODS):
            continue
        if isinstance(value, property) and value.fget is not None:
            yield f"{name}.{method}{signature(value.fget, skip=1).removeprefix('()')} (property)"
        elif isinstance(value, classmethod):
            yield f"{name}.{method}{signature(getattr(cls, method))} (class method)"
        elif callable(value):
            yield f"{name}.{method}{signature(value, skip=1)}"


def attributes(cls: type[Any]) -> dict[str, str]:
    """Return the annotations of a class, and those in its constructor."""
    found = {name: str(text_of(annotation)) for name, annotation in inspect.get_annotations(cls).items()}
    if not is_dataclass(cls) and "__init__" in vars(cls):
        found.update(re.findall(r"^ +self\.(\w+): (.+?) = ", inspect.getsource(cls.__init__), re.MULTILINE))
    return found


def default(cls: type[Any], name: str) -> str:
    """Return the default of a field, or the value of a class variable."""
    for field in fields(cls) if is_dataclass(cls) else ():
        if field.name == name:
            has_default = field.default is not MISSING
            return f" = {field.default!r}" if has_default else "" if field.default_factory is MISSING else " = ..."
    value = vars(cls).get(name)
    return f" = {value!r}" if isinstance(value, str) else ""


def command_line() -> Iterator[str]:
    parser = _create_parser("runstep")
    yield from arguments_of("runstep", parser)
    for code in re.findall(r"^  (\d+)  +", str(parser.epilog), re.MULTILINE):
        yield f"runstep: exit code {code}"


def arguments_of(command: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, subparser in action.choices.items():
                yield from arguments_of(f"{command} {name}", subparser)
            continue
        parts = [command, ", ".join(action.option_strings)] if action.option_strings else [command]
        if action.nargs != 0:
            parts.append(f"{{{','.join(action.choices)}}}" if action.choices else str(action.metavar))
        if action.nargs == "+" or isinstance(action, argparse._AppendAction):
            parts.append("...")
        if action.required:
            parts.append("(required)")
        if action.default not in (None, False, argparse.SUPPRESS):
            parts.append(f"(default: {action.default})")
        yield " ".join(parts)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in public_names())
