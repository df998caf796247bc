# SPDX-License-Identifier: MIT
"""Hypothesis strategies for valid and damaged run steps, pages, and their nested objects."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from enum import Enum, IntEnum
from typing import Any, TypeAlias

from hypothesis import strategies as st

import runstep

Json: TypeAlias = Any
Strategy: TypeAlias = st.SearchStrategy[Any]

# Subclasses of the types that `json.loads` returns; other decoders and programs pass them.


class Dict(dict[str, Any]):
    """A subclass of `dict`."""


class List(list[Any]):
    """A subclass of `list`."""


class Str(str):
    """A subclass of `str`."""

    __slots__ = ()


class Int(int):
    """A subclass of `int`."""


class Float(float):
    """A subclass of `float`."""

    __slots__ = ()


class StringEnum(str, Enum):
    """An enum of strings."""

    COMPLETED = "completed"
    FUNCTION = "function"
    OTHER = "something else"


class IntegerEnum(IntEnum):
    """An enum of integers."""

    ZERO = 0
    TWO = 2


def subclass_instances(value: Json) -> list[Any]:
    """Return equal values whose types are subclasses of the type of `value`."""
    subclasses: dict[type, list[Callable[[Any], Any]]] = {
        dict: [Dict, OrderedDict, lambda data: defaultdict(list, data)],
        list: [List],
        str: [Str],
        int: [Int],
        float: [Float],
    }
    return [subclass(value) for subclass in subclasses.get(type(value), [])]


# Arbitrary JSON values.

TEXT = st.text(st.characters(), max_size=8)
INTEGERS = st.integers(-(2**70), 2**70) | st.integers(0, 2_000_000_000)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-2, 2)
SCALARS = st.none() | st.booleans() | INTEGERS | NUMBERS | TEXT
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)
OBJECTS = st.dictionaries(TEXT, JSON, max_size=2)
_NO_KEYS: dict[str, Any] = {}
EXTRA: Strategy = st.one_of(
    st.just(_NO_KEYS),
    st.just(_NO_KEYS),
    # No class defines a key that ends with a space.
    st.dictionaries(st.builds("{} ".format, TEXT) | st.sampled_from(["surprise", "ID"]), JSON, max_size=2),
)
# Keys that one class defines are unknown keys of another one.
_DEFINED_KEYS = ["type", "id", "index", "object", "name", "text", "raw", "extra", "data", "function", "usage"]

# Valid documents for each class, from the innermost objects to the page.


def or_null(values: Strategy) -> Strategy:
    return st.none() | values


def document(required: dict[str, Strategy], optional: dict[str, Strategy] | None = None) -> Strategy:
    """Return a strategy for objects with these keys and, in some examples, unknown keys."""
    optional = optional or {}
    foreign_keys = st.sampled_from([key for key in _DEFINED_KEYS if key not in required and key not in optional])
    known = st.fixed_dictionaries(required, optional=optional)
    return st.builds(with_extra, known, EXTRA | st.dictionaries(foreign_keys, JSON, max_size=2))


def with_extra(known: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    return {**extra, **known}


def just(value: str) -> Strategy:
    return st.just(value)


def enum_value(enum: type[Enum]) -> Strategy:
    return st.sampled_from([member.value for member in enum]) | TEXT


def unknown_variant(known_types: tuple[str, ...]) -> Strategy:
    """Return a strategy for objects of a type not in `known_types`, with a nested or a flat body."""
    types = st.sampled_from(["browser", "mcp", "openapi", "activities", "connected_agent", ""]) | TEXT
    unknown_types = types.filter(lambda type_: type_ not in known_types)
    return st.builds(
        _unknown_variant, unknown_types, OBJECTS, st.booleans(), OBJECTS | st.fixed_dictionaries({"id": TEXT})
    )


def _unknown_variant(type_: str, body: dict[str, Any], flat: bool, rest: dict[str, Any]) -> dict[str, Any]:
    return {**(body if flat else {type_: body}), **rest, "type": type_}


def short_lists(items: Strategy) -> Strategy:
    return st.lists(items, max_size=2)


IMAGE_FILE = document({"file_id": TEXT})
LOGS = document({"type": just("logs"), "logs": TEXT})
IMAGE = document({"type": just("image"), "image": IMAGE_FILE})
OTHER_OUTPUT = unknown_variant(("logs", "image"))
CODE_INTERPRETER = document({"input": TEXT, "outputs": short_lists(LOGS | IMAGE | OTHER_OUTPUT)})
CODE_INTERPRETER_CALL = document({"id": TEXT, "type": just("code_interpreter"), "code_interpreter": CODE_INTERPRETER})

RANKING_OPTIONS = document({"ranker": enum_value(runstep.FileSearchRanker), "score_threshold": NUMBERS})
CONTENT = document({}, {"type": or_null(just("text") | TEXT), "text": or_null(TEXT)})
RESULT = document(
    {"file_id": TEXT, "file_name": TEXT, "score": NUMBERS},
    {"content": or_null(short_lists(CONTENT)), "attributes": or_null(OBJECTS)},
)
FILE_SEARCH = document({}, {"ranking_options": or_null(RANKING_OPTIONS), "results": or_null(short_lists(RESULT))})
FILE_SEARCH_CALL = document({"id": TEXT, "type": just("file_search"), "file_search": FILE_SEARCH})

FUNCTION = document({"name": TEXT, "arguments": TEXT}, {"output": or_null(TEXT)})
FUNCTION_CALL = document({"id": TEXT, "type": just("function"), "function": FUNCTION})

RETRIEVAL_CALL = document({"id": TEXT, "type": just("retrieval"), "retrieval": OBJECTS})
OTHER_CALL = unknown_variant(("code_interpreter", "file_search", "function", "retrieval"))
CALLS = CODE_INTERPRETER_CALL | FILE_SEARCH_CALL | FUNCTION_CALL | RETRIEVAL_CALL | OTHER_CALL

MESSAGE_CREATION = document({"message_id": TEXT})
MESSAGE_CREATION_DETAILS = document({"type": just("message_creation"), "message_creation": MESSAGE_CREATION})
TOOL_CALLS_DETAILS = document({"type": just("tool_calls"), "tool_calls": short_lists(CALLS)})
OTHER_DETAILS = unknown_variant(("message_creation", "tool_calls"))

LAST_ERROR = document({"code": enum_value(runstep.LastErrorCode), "message": TEXT})
USAGE = document(
    {"prompt_tokens": INTEGERS, "completion_tokens": INTEGERS, "total_tokens": INTEGERS},
    {
        "prompt_token_details": or_null(OBJECTS | st.builds(lambda: {"cached_tokens": 0})),
        "completion_tokens_details": or_null(OBJECTS | st.builds(lambda: {"reasoning_tokens": 0})),
    },
)

METADATA = st.dictionaries(TEXT, TEXT, max_size=3)
_REQUIRED = {
    "id": TEXT,
    "created_at": INTEGERS,
    "assistant_id": TEXT,
    "thread_id": TEXT,
    "run_id": TEXT,
    "type": enum_value(runstep.RunStepType),
    "status": enum_value(runstep.RunStepStatus),
    "step_details": MESSAGE_CREATION_DETAILS | TOOL_CALLS_DETAILS | TOOL_CALLS_DETAILS | OTHER_DETAILS,
}
_TIME_OR_NULL = or_null(INTEGERS)
_OPTIONAL = {
    "object": just("thread.run.step"),
    "last_error": or_null(LAST_ERROR),
    "cancelled_at": _TIME_OR_NULL,
    "failed_at": _TIME_OR_NULL,
    "completed_at": _TIME_OR_NULL,
    "usage": or_null(USAGE),
}
_OPTIONAL_DOCUMENTED = {"expired_at": _TIME_OR_NULL, "metadata": or_null(METADATA)}
_OPTIONAL_LIVE = {"expires_at": _TIME_OR_NULL}

LIVE_STEP = st.fixed_dictionaries({**_REQUIRED, **_OPTIONAL, **_OPTIONAL_LIVE})
DOCUMENTED_STEP = st.fixed_dictionaries({**_REQUIRED, **_OPTIONAL, **_OPTIONAL_DOCUMENTED})
ANY_STEP = document(
    _REQUIRED,
    {
        **_OPTIONAL,
        **_OPTIONAL_DOCUMENTED,
        **_OPTIONAL_LIVE,
        "object": st.sampled_from(["thread.run.step", "assistant.run.step"]),
    },
)
STEP = LIVE_STEP | DOCUMENTED_STEP | ANY_STEP
PAGE = document(
    {"data": short_lists(STEP)},
    {"object": just("list") | TEXT, "first_id": or_null(TEXT), "last_id": or_null(TEXT), "has_more": st.booleans()},
)

DOCUMENTS: dict[str, Strategy] = {
    "ImageFile": IMAGE_FILE,
    "CodeInterpreterLogs": LOGS,
    "CodeInterpreterImage": IMAGE,
    "OtherCodeInterpreterOutput": OTHER_OUTPUT,
    "CodeInterpreter": CODE_INTERPRETER,
    "CodeInterpreterToolCall": CODE_INTERPRETER_CALL,
    "RankingOptions": RANKING_OPTIONS,
    "FileSearchContent": CONTENT,
    "FileSearchResult": RESULT,
    "FileSearch": FILE_SEARCH,
    "FileSearchToolCall": FILE_SEARCH_CALL,
    "Function": FUNCTION,
    "FunctionToolCall": FUNCTION_CALL,
    "RetrievalToolCall": RETRIEVAL_CALL,
    "OtherToolCall": OTHER_CALL,
    "MessageCreation": MESSAGE_CREATION,
    "MessageCreationStepDetails": MESSAGE_CREATION_DETAILS,
    "ToolCallsStepDetails": TOOL_CALLS_DETAILS,
    "OtherStepDetails": OTHER_DETAILS,
    "LastError": LAST_ERROR,
    "Usage": USAGE,
    "RunStep": STEP,
    "RunStepPage": PAGE,
}
"""Strategies for valid documents, by the name of the class that parses them."""

PARTS = st.sampled_from(sorted(DOCUMENTS)).flatmap(lambda kind: st.tuples(st.just(kind), DOCUMENTS[kind]))
"""The name of a class, and a valid document for it."""

# Damaged documents.


def nested(depth: int, innermost: Json, *, objects: bool) -> Json:
    """Return `innermost` nested in `depth` arrays or objects."""
    value = innermost
    for _ in range(depth):
        value = {"in": value} if objects else [value]
    return value


_Slots: TypeAlias = list[tuple[Any, Any]]


def slots(value: Json) -> _Slots:
    """Return the container and the key or index of each value nested in `value`."""
    found: _Slots = []
    containers = [value]
    for container in containers:
        keys = list(container) if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], (dict, list)):
                containers.append(container[key])
    return found


UNEXPECTED_VALUES = st.one_of(
    st.sampled_from(
        [
            *(None, True, False, 0, 1, -1, 1.0, 1699063291.0, 0.5, 1.5, 1e300, -0.0, 10**400),
            *(float("nan"), float("inf"), float("-inf")),
            *("", "surprise", "function", "retrieval", "tool_calls", "message_creation", "logs", "\ud800"),
            *("thread.run", "assistant.run.step", "default-2024-08-21"),
        ]
    ),
    # Built anew for each example, because later damage may modify them.
    st.builds(dict), st.builds(list), st.builds(tuple), st.builds(object), st.builds(set), st.builds(bytes),
    st.sampled_from([*StringEnum, *IntegerEnum]),
    st.builds(lambda: ["a"]),
    st.builds(lambda: {"type": "function"}),
    st.builds(lambda: {"type": None}),
    st.builds(lambda: {"error": {}}),
    st.builds(lambda: {5: 6, None: 7}),
    st.builds(lambda: [float("nan")]),
    st.builds(nested, st.integers(98, 102), st.builds(list) | st.builds(dict) | st.just(1), objects=st.booleans()),
    st.integers(15, 18).map(lambda pairs: {str(n): "v" for n in range(pairs)}),
    st.integers(-2, 2).map(lambda excess: {"k" * (64 + excess): "v" * (512 - excess)}),
    JSON,
)  # fmt: skip
UNEXPECTED_KEYS = st.sampled_from(
    [5, None, True, 1.5, (), Str("id"), Str("surprise"), StringEnum.FUNCTION, "error", "metadata"]
)


def deep_map(value: Json, function: Callable[[Any], Any]) -> Json:
    """Return a copy of `value` with `function` applied to each nested value, innermost first."""
    if isinstance(value, dict):
        return function({key: deep_map(item, function) for key, item in value.items()})
    if isinstance(value, list):
        return function([deep_map(item, function) for item in value])
    return function(value)


@st.composite
def damaged(draw: st.DrawFn, documents: Strategy, *, max_changes: int = 3) -> Json:
    """Return a document with one to `max_changes` random changes. The result may still be valid."""
    data = draw(documents)
    for _ in range(draw(st.integers(1, max_changes))):
        if not isinstance(data, (dict, list)) or not (found := slots(data)):
            return draw(UNEXPECTED_VALUES)
        container, key = found[draw(st.integers(0, len(found) - 1))]
        match draw(st.integers(0, 9)):
            case 0 | 1:
                del container[key]
            case 2 | 3 | 4:
                container[key] = draw(UNEXPECTED_VALUES)
            case 5:
                if isinstance(container, dict):
                    container[draw(UNEXPECTED_KEYS)] = draw(UNEXPECTED_VALUES)
                else:
                    container.append(draw(UNEXPECTED_VALUES))
            case 6:
                other, other_key = found[draw(st.integers(0, len(found) - 1))]
                container[key], other[other_key] = other[other_key], container[key]
            case 7:
                container[key] = container if draw(st.booleans()) else data
                return data  # `slots` would not terminate for a cycle
            case 8:
                choices = subclass_instances(container[key])
                container[key] = draw(st.sampled_from(choices)) if choices else draw(UNEXPECTED_VALUES)
            case _:
                return draw(UNEXPECTED_VALUES) if draw(st.integers(0, 9)) == 0 else data
    return data


@st.composite
def parts_with_subclasses(draw: st.DrawFn) -> tuple[str, Json, Json]:
    """Return the name of a class, a valid document, and an equal document with instances of subclasses."""
    kind, data = draw(PARTS)
    return kind, data, deep_map(data, lambda value: draw(st.sampled_from([value, *subclass_instances(value)])))


@st.composite
def parts_reordered(draw: st.DrawFn) -> tuple[str, Json, Json]:
    """Return the name of a class, a valid document, and an equal document with the keys in another order."""
    kind, data = draw(PARTS)

    def shuffle(value: Json) -> Json:
        return dict(draw(st.permutations(list(value.items())))) if isinstance(value, dict) else value

    return kind, data, deep_map(data, shuffle)
