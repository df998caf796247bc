# SPDX-License-Identifier: MIT
"""Documents that nobody wrote: run steps and all their parts as servers send them, and damaged in every way we know."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from enum import Enum, IntEnum
from typing import Any, TypeAlias

from hypothesis import strategies as st

import runstep

Json: TypeAlias = Any
Strategy: TypeAlias = st.SearchStrategy[Any]

# Subclasses of what `json.loads` makes: other decoders and programs hand them in.


class Dict(dict[str, Any]):
    """A dict that is not one."""


class List(list[Any]):
    """A list that is not one."""


class Str(str):
    """A str that is not one."""

    __slots__ = ()


class Int(int):
    """An int that is not one."""


class Float(float):
    """A float that is not one."""

    __slots__ = ()


class Name(str, Enum):
    """Some strings that are enum members."""

    COMPLETED = "completed"
    FUNCTION = "function"
    ELSE = "something else"


class Number(IntEnum):
    """Some integers that are enum members."""

    ZERO = 0
    TWO = 2


def subclassed(value: Json) -> list[Any]:
    """Return what equals `value` but is of a subclass."""
    kinds: dict[type, list[Callable[[Any], Any]]] = {
        dict: [Dict, OrderedDict, lambda data: defaultdict(list, data)],
        list: [List],
        str: [Str],
        int: [Int],
        float: [Float],
    }
    return [make(value) for make in kinds.get(type(value), [])]


# JSON, of any kind.

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
_NOTHING: dict[str, Any] = {}
EXTRA: Strategy = st.one_of(
    st.just(_NOTHING),
    st.just(_NOTHING),
    st.dictionaries(TEXT | st.sampled_from(["surprise", "type ", "ID"]), JSON, max_size=2),
)

# The parts of a run step, from the leaves to the page; every document can be read.


def or_null(values: Strategy) -> Strategy:
    return st.none() | values


def document(required: dict[str, Strategy], optional: dict[str, Strategy] | None = None) -> Strategy:
    """Objects with these keys, and now and then with others."""
    named = st.fixed_dictionaries(required, optional=optional or {})
    return st.builds(with_extra, named, EXTRA)


def with_extra(named: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    return {**extra, **named}


def just(tag: str) -> Strategy:
    return st.just(tag)


def vocabulary(values: type[Enum]) -> Strategy:
    return st.sampled_from([member.value for member in values]) | TEXT


def other(named: tuple[str, ...]) -> Strategy:
    """Objects of a type that is not `named`: the body under a key named like the type, or beside it."""
    tags = st.sampled_from(["browser", "mcp", "openapi", "activities", "connected_agent", ""]) | TEXT
    unnamed = tags.filter(lambda tag: tag not in named)
    return st.builds(_other, unnamed, OBJECTS, st.booleans(), OBJECTS | st.fixed_dictionaries({"id": TEXT}))


def _other(tag: str, body: dict[str, Any], flat: bool, rest: dict[str, Any]) -> dict[str, Any]:
    return {**(body if flat else {tag: body}), **rest, "type": tag}


def several(items: Strategy) -> Strategy:
    return st.lists(items, max_size=2)


IMAGE_FILE = document({"file_id": TEXT})
LOGS = document({"type": just("logs"), "logs": TEXT})
IMAGE = document({"type": just("image"), "image": IMAGE_FILE})
OTHER_OUTPUT = other(("logs", "image"))
CODE_INTERPRETER = document({"input": TEXT, "outputs": several(LOGS | IMAGE | OTHER_OUTPUT)})
CODE_INTERPRETER_CALL = document({"id": TEXT, "type": just("code_interpreter"), "code_interpreter": CODE_INTERPRETER})

RANKING_OPTIONS = document({"ranker": vocabulary(runstep.FileSearchRanker), "score_threshold": NUMBERS})
CONTENT = document({}, {"type": or_null(just("text") | TEXT), "text": or_null(TEXT)})
RESULT = document(
    {"file_id": TEXT, "file_name": TEXT, "score": NUMBERS},
    {"content": or_null(several(CONTENT)), "attributes": or_null(OBJECTS)},
)
FILE_SEARCH = document({}, {"ranking_options": or_null(RANKING_OPTIONS), "results": or_null(several(RESULT))})
FILE_SEARCH_CALL = document({"id": TEXT, "type": just("file_search"), "file_search": FILE_SEARCH})

FUNCTION = document({"name": TEXT, "arguments": TEXT}, {"output": or_null(TEXT)})
FUNCTION_CALL = document({"id": TEXT, "type": just("function"), "function": FUNCTION})

RETRIEVAL_CALL = document({"id": TEXT, "type": just("retrieval"), "retrieval": OBJECTS})
OTHER_CALL = other(("code_interpreter", "file_search", "function", "retrieval"))
CALLS = CODE_INTERPRETER_CALL | FILE_SEARCH_CALL | FUNCTION_CALL | RETRIEVAL_CALL | OTHER_CALL

MESSAGE_CREATION = document({"message_id": TEXT})
MESSAGE_CREATION_DETAILS = document({"type": just("message_creation"), "message_creation": MESSAGE_CREATION})
TOOL_CALLS_DETAILS = document({"type": just("tool_calls"), "tool_calls": several(CALLS)})
OTHER_DETAILS = other(("message_creation", "tool_calls"))

LAST_ERROR = document({"code": vocabulary(runstep.LastErrorCode), "message": TEXT})
USAGE = document(
    {"prompt_tokens": INTEGERS, "completion_tokens": INTEGERS, "total_tokens": INTEGERS},
    {
        "prompt_token_details": or_null(OBJECTS | st.builds(lambda: {"cached_tokens": 0})),
        "completion_tokens_details": or_null(OBJECTS | st.builds(lambda: {"reasoning_tokens": 0})),
    },
)

METADATA = st.dictionaries(TEXT, TEXT, max_size=3)
_ALWAYS = {
    "id": TEXT,
    "created_at": INTEGERS,
    "assistant_id": TEXT,
    "thread_id": TEXT,
    "run_id": TEXT,
    "type": vocabulary(runstep.RunStepType),
    "status": vocabulary(runstep.RunStepStatus),
    "step_details": MESSAGE_CREATION_DETAILS | TOOL_CALLS_DETAILS | TOOL_CALLS_DETAILS | OTHER_DETAILS,
}
_TIME = or_null(INTEGERS)
_USUALLY = {
    "object": just("thread.run.step"),
    "last_error": or_null(LAST_ERROR),
    "cancelled_at": _TIME,
    "failed_at": _TIME,
    "completed_at": _TIME,
    "usage": or_null(USAGE),
}
_DOCUMENTED = {"expired_at": _TIME, "metadata": or_null(METADATA)}
_LIVE = {"expires_at": _TIME}

LIVE_STEP = st.fixed_dictionaries({**_ALWAYS, **_USUALLY, **_LIVE})
DOCUMENTED_STEP = st.fixed_dictionaries({**_ALWAYS, **_USUALLY, **_DOCUMENTED})
ANY_STEP = document(
    _ALWAYS,
    {**_USUALLY, **_DOCUMENTED, **_LIVE, "object": st.sampled_from(["thread.run.step", "assistant.run.step"])},
)
STEP = LIVE_STEP | DOCUMENTED_STEP | ANY_STEP
PAGE = document(
    {"data": several(STEP)},
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
"""What can be read, by the name of the class that reads it."""

PARTS = st.sampled_from(sorted(DOCUMENTS)).flatmap(lambda kind: st.tuples(st.just(kind), DOCUMENTS[kind]))
"""A class's name and a document that it can read."""

# Damage.


def nested(depth: int, innermost: Json, *, objects: bool) -> Json:
    """Return `innermost` with `depth` arrays or objects around it."""
    value = innermost
    for _ in range(depth):
        value = {"in": value} if objects else [value]
    return value


_Places: TypeAlias = list[tuple[Any, Any]]


def places(value: Json) -> _Places:
    """Return every container and key (or index) at which a value lies in `value`."""
    found: _Places = []
    open_containers = [value]
    for container in open_containers:
        keys = list(container) if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], (dict, list)):
                open_containers.append(container[key])
    return found


ODD_VALUES = st.one_of(
    st.sampled_from(
        [
            *(None, True, False, 0, 1, -1, 1.0, 1699063291.0, 0.5, 1.5, 1e300, -0.0, 10**400),
            *(float("nan"), float("inf"), float("-inf")),
            *("", "surprise", "function", "retrieval", "tool_calls", "message_creation", "logs", "\ud800"),
            *("thread.run", "assistant.run.step", "default-2024-08-21"),
        ]
    ),
    # Fresh ones: a later damage may change them.
    st.builds(dict), st.builds(list), st.builds(tuple), st.builds(object), st.builds(set), st.builds(bytes),
    st.sampled_from([*Name, *Number]),
    st.builds(lambda: ["a"]),
    st.builds(lambda: {"type": "function"}),
    st.builds(lambda: {"type": None}),
    st.builds(lambda: {"error": {}}),
    st.builds(lambda: {5: 6, None: 7}),
    st.builds(lambda: [float("nan")]),
    st.builds(nested, st.integers(98, 102), st.builds(list) | st.builds(dict) | st.just(1), objects=st.booleans()),
    st.integers(15, 18).map(lambda pairs: {str(n): "v" for n in range(pairs)}),
    st.integers(-2, 2).map(lambda beyond: {"k" * (64 + beyond): "v" * (512 - beyond)}),
    JSON,
)  # fmt: skip
ODD_KEYS = st.sampled_from([5, None, True, 1.5, (), Str("id"), Str("surprise"), Name.FUNCTION, "error", "metadata"])


def rebuilt(value: Json, replace: Callable[[Any], Any]) -> Json:
    """Return a deep copy of `value` with each thing in it `replace`d."""
    if isinstance(value, dict):
        return replace({key: rebuilt(item, replace) for key, item in value.items()})
    if isinstance(value, list):
        return replace([rebuilt(item, replace) for item in value])
    return replace(value)


@st.composite
def damaged(draw: st.DrawFn, documents: Strategy, *, most: int = 3) -> Json:
    """Return a document with one to `most` damages, some of which leave it readable."""
    data = draw(documents)
    for _ in range(draw(st.integers(1, most))):
        if not isinstance(data, (dict, list)) or not (found := places(data)):
            return draw(ODD_VALUES)
        container, key = found[draw(st.integers(0, len(found) - 1))]
        match draw(st.integers(0, 9)):
            case 0 | 1:
                del container[key]
            case 2 | 3 | 4:
                container[key] = draw(ODD_VALUES)
            case 5:
                if isinstance(container, dict):
                    container[draw(ODD_KEYS)] = draw(ODD_VALUES)
                else:
                    container.append(draw(ODD_VALUES))
            case 6:
                there, other_key = found[draw(st.integers(0, len(found) - 1))]
                container[key], there[other_key] = there[other_key], container[key]
            case 7:
                container[key] = container if draw(st.booleans()) else data
                return data  # walks would not end
            case 8:
                choices = subclassed(container[key])
                container[key] = draw(st.sampled_from(choices)) if choices else draw(ODD_VALUES)
            case _:
                return draw(ODD_VALUES) if draw(st.integers(0, 9)) == 0 else data
    return data


@st.composite
def parts_in_subclasses(draw: st.DrawFn) -> tuple[str, Json, Json]:
    """Return a class's name, a document for it, and that document with values of subclasses of their types."""
    kind, data = draw(PARTS)
    return kind, data, rebuilt(data, lambda value: draw(st.sampled_from([value, *subclassed(value)])))


@st.composite
def parts_reordered(draw: st.DrawFn) -> tuple[str, Json, Json]:
    """Return a class's name, a document for it, and that document with the keys of each object in another order."""
    kind, data = draw(PARTS)

    def shuffle(value: Json) -> Json:
        return dict(draw(st.permutations(list(value.items())))) if isinstance(value, dict) else value

    return kind, data, rebuilt(data, shuffle)
