# SPDX-License-Identifier: MIT
"""Speed and footprint: run steps go through runstep and its peers side by side, a table in Markdown comes out.

Run it from the checkout, `python tests/bench.py`; the peers (dependency group `bench`) are skipped where they are not
installed. Figures are multiples of what `json` takes for the same payload in the same round: times come and go with
the machine, multiples stay. To add a peer, write one function beside the others and name it in `PEERS`.
"""

from __future__ import annotations

import argparse
import gc
import json
import operator
import pickle
import platform
import subprocess
import sys
import sysconfig
import tempfile
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, make_dataclass
from functools import cache, partial, reduce
from itertools import repeat
from pathlib import Path
from statistics import median
from time import perf_counter
from types import ModuleType
from typing import Annotated, Any, Literal

_CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_CHECKOUT))

from runstep import RunStep, RunStepPage, ValidationError, diagnose  # noqa: E402  (found by the line above)
from tests.payloads import (  # noqa: E402  (the same)
    LEAVES,
    SHAPES,
    Shape,
    bad_payload,
    delta_stream,
    mixed_steps,
    payload,
)

_LETTERS = tuple(LEAVES)


# Who takes part: what each needs to be asked.


@dataclass(frozen=True)
class Reader:
    """A way to read run steps: from what `json.loads` makes, from JSON text, and back to plain types if it can."""

    name: str
    step: Callable[[Any], Any]
    page: Callable[[Any], Any]
    text: Callable[[str], Any]
    dump: Callable[[Any], Any] | None = None

    def document(self, letter: str) -> Callable[[Any], Any]:
        return self.page if letter == "f" else self.step


def plain(_shape: Shape) -> Reader:
    return Reader("`json.loads`", lambda data: data, lambda data: data, json.loads)


def runstep(_shape: Shape) -> Reader:
    return Reader("runstep", RunStep.from_dict, RunStepPage.from_dict, RunStep.from_json, lambda read: read.to_dict())


# `Make` builds one class of a peer's: its name, its tag if it has one, the fields that are there, those that may lack.
Make = Callable[[str, str | None, dict[str, Any], dict[str, Any]], Any]
Union = Callable[..., Any]

# Both take values here, not names, which a type checker cannot follow.
_literal: Any = Literal
_annotated: Any = Annotated


def _list_of(item: Any) -> Any:
    generic: Any = list
    return generic[item]


def _any_of(*members: Any) -> Any:
    return reduce(operator.or_, members)


def models(make: Make, union: Union, shape: Shape) -> tuple[Any, Any]:
    """Return a peer's classes for a run step and a page: what the API reference names, live also what servers send.

    Live, what the reference has and servers do not send may lack. Metadata limits are left to runstep.
    """
    live = shape == "live"
    integer, attributes, strings = int | None, dict[str, Any] | None, dict[str, str] | None
    image = make("ImageFile", None, {"file_id": str}, {})
    output = union(make("Logs", "logs", {"logs": str}, {}), make("Image", "image", {"image": image}, {}))
    interpreter = make("CodeInterpreter", None, {"input": str, "outputs": _list_of(output)}, {})
    ranker = _literal["auto", "default_2024_08_21"]
    ranking = make("RankingOptions", None, {"ranker": ranker, "score_threshold": float}, {})
    content = make("Content", None, {}, {"type": _literal["text"] | None, "text": str | None})
    result = make(
        "Result",
        None,
        {"file_id": str, "file_name": str, "score": float},
        {"content": _list_of(content) | None} | ({"attributes": attributes} if live else {}),
    )
    search = make("FileSearch", None, {}, {"ranking_options": ranking | None, "results": _list_of(result) | None})
    function = make("Function", None, {"name": str, "arguments": str, "output": str | None}, {})
    call = union(
        make("CodeInterpreterCall", "code_interpreter", {"id": str, "code_interpreter": interpreter}, {}),
        make("FileSearchCall", "file_search", {"id": str, "file_search": search}, {}),
        make("FunctionCall", "function", {"id": str, "function": function}, {}),
    )
    message = make("MessageCreation", None, {"message_id": str}, {})
    details = union(
        make("MessageCreationDetails", "message_creation", {"message_creation": message}, {}),
        make("ToolCallsDetails", "tool_calls", {"tool_calls": _list_of(call)}, {}),
    )
    code = _literal["server_error", "rate_limit_exceeded"]
    counts = dict[str, int] | None
    token_details: dict[str, Any] = {"prompt_token_details": counts, "completion_tokens_details": counts}
    usage = make(
        "Usage",
        None,
        {"completion_tokens": int, "prompt_tokens": int, "total_tokens": int},
        token_details if live else {},
    )
    unsent = {"expired_at": integer, "metadata": strings}
    step = make(
        "RunStep",
        None,
        {
            "id": str,
            "object": _literal["thread.run.step"],
            "created_at": int,
            "assistant_id": str,
            "thread_id": str,
            "run_id": str,
            "type": _literal["message_creation", "tool_calls"],
            "status": _literal["in_progress", "cancelled", "failed", "completed", "expired"],
            "step_details": details,
            "last_error": make("LastError", None, {"code": code, "message": str}, {}) | None,
            "cancelled_at": integer,
            "failed_at": integer,
            "completed_at": integer,
            "usage": usage | None,
        }
        | ({} if live else unsent),
        {"expires_at": integer} | unsent if live else {},
    )
    page: dict[str, Any] = {"object": str, "data": _list_of(step), "first_id": str, "last_id": str, "has_more": bool}
    return step, make("Page", None, page, {})


def pydantic_strict(shape: Shape) -> Reader:
    import pydantic

    config = pydantic.ConfigDict(strict=True, extra="allow" if shape == "live" else "forbid")
    create: Any = pydantic.create_model

    def make(name: str, tag: str | None, required: dict[str, Any], optional: dict[str, Any]) -> Any:
        fields: dict[str, Any] = {key: (type_, ...) for key, type_ in required.items()}
        fields |= {key: (type_, None) for key, type_ in optional.items()}
        tagged: dict[str, Any] = {"type": (_literal[tag], ...)} if tag else {}
        return create(name, __config__=config, **tagged, **fields)

    def union(*members: Any) -> Any:
        return _annotated[_any_of(*members), pydantic.Field(discriminator="type")]

    step, page = models(make, union, shape)
    dump = operator.methodcaller("model_dump")
    return Reader("pydantic, strict", step.model_validate, page.model_validate, step.model_validate_json, dump)


def msgspec_structs(shape: Shape) -> Reader:
    import msgspec

    def make(name: str, tag: str | None, required: dict[str, Any], optional: dict[str, Any]) -> Any:
        fields: list[Any] = [*required.items(), *[(key, type_, None) for key, type_ in optional.items()]]
        return msgspec.defstruct(name, fields, kw_only=True, tag=tag, tag_field="type" if tag else None)

    step, page = models(make, _any_of, shape)
    return Reader(
        "msgspec",
        partial(msgspec.convert, type=step),
        partial(msgspec.convert, type=page),
        msgspec.json.Decoder(step).decode,
        msgspec.to_builtins,
    )


def sdk_building(_shape: Shape) -> Reader:
    from openai._models import construct_type
    from openai.pagination import SyncCursorPage
    from openai.types.beta.threads.runs import RunStep as SdkStep

    build = partial(construct_type, type_=SdkStep)
    return Reader(
        "official SDK, as it builds responses",
        lambda data: build(value=data),
        lambda data: construct_type(value=data, type_=SyncCursorPage[SdkStep]),
        lambda text: build(value=json.loads(text)),
        operator.methodcaller("to_dict"),
    )


def sdk_validating(_shape: Shape) -> Reader:
    from openai.pagination import SyncCursorPage
    from openai.types.beta.threads.runs import RunStep as SdkStep

    return Reader(
        "official SDK, `model_validate`",
        SdkStep.model_validate,
        SyncCursorPage[SdkStep].model_validate,
        SdkStep.model_validate_json,
        operator.methodcaller("model_dump"),
    )


def _make_dataclass(name: str, tag: str | None, required: dict[str, Any], optional: dict[str, Any]) -> Any:
    fields: list[Any] = [*required.items(), *[(key, type_, field(default=None)) for key, type_ in optional.items()]]
    if tag:
        fields.append(("type", _literal[tag], field(default=tag)))
    return make_dataclass(name, fields, kw_only=True)


def mashumaro_dataclasses(shape: Shape) -> Reader:
    from mashumaro.codecs import BasicDecoder, BasicEncoder
    from mashumaro.codecs.json import JSONDecoder
    from mashumaro.types import Discriminator

    # It writes code that looks classes up by module and name.
    module: Any = ModuleType(f"mashumaro_{shape}")
    sys.modules[module.__name__] = module

    def make(name: str, tag: str | None, required: dict[str, Any], optional: dict[str, Any]) -> Any:
        model = _make_dataclass(name, tag, required, optional)
        model.__module__ = module.__name__
        setattr(module, name, model)
        return model

    def union(*members: Any) -> Any:
        return _annotated[_any_of(*members), Discriminator(field="type", include_supertypes=True)]

    step, page = models(make, union, shape)
    encode_step, encode_page = BasicEncoder(step).encode, BasicEncoder(page).encode
    return Reader(
        "mashumaro",
        BasicDecoder(step).decode,
        BasicDecoder(page).decode,
        JSONDecoder(step).decode,
        lambda read: (encode_step if type(read) is step else encode_page)(read),
    )


def cattrs_dataclasses(shape: Shape) -> Reader:
    import cattrs

    converter = cattrs.Converter(detailed_validation=False)
    step, page = models(_make_dataclass, _any_of, shape)
    read = converter.get_structure_hook(step)
    return Reader(
        "cattrs",
        lambda data: read(data, step),
        partial(converter.structure, cl=page),
        lambda text: read(json.loads(text), step),
        converter.unstructure,
    )


# What makes each, and what a program has to import for it.
PEERS: dict[Callable[[Shape], Reader], str] = {
    pydantic_strict: "from pydantic import BaseModel",
    msgspec_structs: "import msgspec",
    sdk_validating: "from openai.types.beta.threads.runs import RunStep",
    sdk_building: "from openai.types.beta.threads.runs import RunStep",
    mashumaro_dataclasses: "from mashumaro.codecs import BasicDecoder",
    cattrs_dataclasses: "from cattrs import Converter",
}


@cache
def installed() -> list[Callable[[Shape], Reader]]:
    """Return the peers that can be had here, and say once which can not."""
    found: list[Callable[[Shape], Reader]] = []
    for peer, import_ in PEERS.items():
        try:
            peer("documented")
        except ImportError as error:  # noqa: PERF203  (six times, nothing is timed here)
            print(f"Skipped, not installed: {peer.__name__} (`{import_}`: {error}).\n")
        else:
            found.append(peer)
    return found


def leaf(letter: str, read: Any) -> Any:
    """Return the value at the end of payload `letter`, from plain JSON types or anybody's objects."""
    for name in LEAVES[letter].split("."):
        key = int(name) if name.isdecimal() else name
        read = read[key] if type(read) in (dict, list, tuple) else getattr(read, name)
    return read


# How it is measured.


@dataclass(frozen=True)
class Effort:
    """How long to measure: rounds, and seconds for each batch of calls in a round; how many steps, lines, deltas."""

    rounds: int
    batch: float
    processes: int
    steps: int
    lines: int
    deltas: tuple[int, ...]


FULL = Effort(rounds=41, batch=0.003, processes=15, steps=1000, lines=2000, deltas=(1_000, 10_000, 100_000))
QUICK = Effort(rounds=2, batch=0.0002, processes=1, steps=50, lines=100, deltas=(1_000,))


@dataclass
class Call:
    """Something to be timed, and the seconds that a call of it and one of its floor took in each round."""

    name: str
    function: Callable[[Any], Any]
    argument: Any
    size: int = 1
    times: list[float] = field(default_factory=list[float])
    floors: list[float] = field(default_factory=list[float])

    @property
    def ratio(self) -> float:
        """How many times as long as the floor of the same round it took: the median."""
        return median([seconds / base for seconds, base in zip(self.times, self.floors, strict=True)])

    def __str__(self) -> str:
        # The least ratio would be that of a round in which something else held up the floor alone.
        return f"{self.ratio:.2f} ({min(self.times) / min(self.floors):.2f})"

    def seconds(self) -> float:
        """Return how long one call took, in a batch of them."""
        function, argument = self.function, self.argument
        start = perf_counter()
        for _ in repeat(None, self.size):
            function(argument)
        return (perf_counter() - start) / self.size

    def calibrate(self, batch: float) -> None:
        self.seconds()
        self.size = max(1, round(batch / min(self.seconds() for _ in range(3))))


def race(floor: Call, calls: Sequence[Call], effort: Effort) -> float:
    """Time `calls` and their floor in turns, and return the floor's median in seconds.

    The garbage collector stays on, as users have it, but need not go through what the peers have brought along.
    """
    gc.collect()
    gc.freeze()
    for call in (floor, *calls):
        call.calibrate(effort.batch)
    for number in range(effort.rounds):
        start = number % len(calls)
        before = floor.seconds()
        for call in (*calls[start:], *calls[:start]):
            call.times.append(call.seconds())
        # Who else uses the machine can only make it slower: of two measurements the shorter one is right.
        base = min(before, floor.seconds())
        for call in (floor, *calls):
            call.floors.append(base)
    return median(floor.floors)


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    print(f"| {' | '.join(heads)} |")
    print(f"| --- {'| ---: ' * (len(list(heads)) - 1)}|")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")
    print()


def races(rows: dict[str, dict[str, Call]], floors: dict[str, float], first: str) -> None:
    """Print a table of ratios by name and payload, above it what the floor took."""
    heads = (first, *_LETTERS)
    took = [f"{floors[letter] * 1e6:.1f} µs" if letter in floors else "" for letter in _LETTERS]
    cells = [[name, *[row.get(letter, "") for letter in _LETTERS]] for name, row in rows.items()]
    table(heads, [["floor", *took], *cells])


# What is measured: a function a section.


def section_read(effort: Effort) -> None:
    peers = installed()
    for shape in SHAPES:
        readers = [peer(shape) for peer in (runstep, *peers)]
        rows: dict[str, dict[str, Call]] = {}
        floors: dict[str, float] = {}
        for letter in _LETTERS:
            text = payload(letter, shape)
            data = json.loads(text)
            calls: list[Call] = []
            for reader in readers:
                call = Call(reader.name, reader.document(letter), data)
                assert leaf(letter, call.function(data)) == leaf(letter, data), f"{reader.name}, {letter}"
                calls.append(call)
                rows.setdefault(reader.name, {})[letter] = call
            floors[letter] = race(Call("json.loads", json.loads, text), calls, effort)
        print(f"Decoded JSON to objects, {shape} shape, multiples of `json.loads`: median (shortest).\n")
        races(rows, floors, shape)
        print(f"The same as multiples of runstep, {shape} shape: how many times faster runstep is.\n")
        ours = rows.pop("runstep")
        table(
            (shape, *_LETTERS),
            [
                [name, *[f"{row[letter].ratio / ours[letter].ratio:.1f}" for letter in _LETTERS]]
                for name, row in rows.items()
            ],
        )


def section_write(effort: Effort) -> None:
    peers = installed()
    for shape in SHAPES:
        readers = [peer(shape) for peer in (runstep, *peers)]
        rows: dict[str, dict[str, Call]] = {}
        floors: dict[str, float] = {}
        for letter in _LETTERS:
            text = payload(letter, shape)
            data = json.loads(text)
            calls: list[Call] = []
            for reader in readers:
                if reader.dump is not None:
                    read = reader.document(letter)(data)
                    assert leaf(letter, reader.dump(read)) == leaf(letter, data), f"{reader.name}, {letter}"
                    calls.append(Call(reader.name, reader.dump, read))
            for call in calls:
                rows.setdefault(call.name, {})[letter] = call
            floors[letter] = race(Call("json.loads", json.loads, text), calls, effort)
        print(f"Objects to plain types, {shape} shape, multiples of `json.loads`: median (shortest).\n")
        races(rows, floors, shape)


def section_text(effort: Effort) -> None:
    for shape in SHAPES:
        loads: dict[str, dict[str, Call]] = {"`from_json`, of `json.loads`": {}}
        dumps: dict[str, dict[str, Call]] = {"`to_json`, of `json.dumps` of the dict": {}}
        floors: dict[str, float] = {}
        for letter in _LETTERS:
            model = RunStepPage if letter == "f" else RunStep
            text = payload(letter, shape)
            read = model.from_json(text)
            data = read.to_dict()
            assert read.to_json() == json.dumps(data), letter
            come = loads["`from_json`, of `json.loads`"][letter] = Call("from_json", model.from_json, text)
            go = dumps["`to_json`, of `json.dumps` of the dict"][letter] = Call("to_json", model.to_json, read)
            floors[letter] = race(Call("json.loads", json.loads, text), [come], effort)
            race(Call("json.dumps", json.dumps, data), [go], effort)
        print(f"JSON text to objects and back, {shape} shape: median (shortest); the floor is `json.loads`.\n")
        races(loads | dumps, floors, shape)


def section_checks(effort: Effort) -> None:
    for shape in SHAPES:
        rows: dict[str, dict[str, Call]] = {}
        floors: dict[str, float] = {}
        for letter in _LETTERS:
            text = payload(letter, shape)
            data, model = json.loads(text), RunStepPage if letter == "f" else RunStep
            calls = [Call("`diagnose`, which every deviation", diagnose, data)]
            if shape == "documented":
                assert not diagnose(data)
                calls = [
                    Call("`from_dict(strict=True)`", partial(model.from_dict, strict=True), data),
                    Call("`diagnose`, nothing to find", diagnose, data),
                ]
            for call in calls:
                rows.setdefault(call.name, {})[letter] = call
            floors[letter] = race(Call("json.loads", json.loads, text), calls, effort)
        print(f"Strictness, {shape} shape, multiples of `json.loads`: median (shortest).\n")
        races(rows, floors, shape)

    text = bad_payload()
    data = json.loads(text)
    assert len(diagnose(data)) == 3
    calls = [
        Call("`from_dict`, failing with all three", _fail, data),
        Call("`from_dict(strict=True)`, the same", partial(_fail, strict=True), data),
        Call("`diagnose`", diagnose, data),
    ]
    race(Call("json.loads", json.loads, text), calls, effort)
    print("Payload e with three faults spread over it, multiples of `json.loads`: median (shortest).\n")
    table(("bad", "e"), [(call.name, call) for call in calls])


def _fail(data: Any, *, strict: bool = False) -> None:
    try:
        RunStep.from_dict(data, strict=strict)
    except ValidationError:
        return
    raise AssertionError


def section_objects(effort: Effort) -> None:
    for shape in SHAPES:
        rows: dict[str, dict[str, Call]] = {}
        floors: dict[str, float] = {}
        for letter in _LETTERS:
            model = RunStepPage if letter == "f" else RunStep
            text = payload(letter, shape)
            read, twin = model.from_json(text), model.from_json(text)
            pickled = pickle.dumps(read)
            calls = [
                Call("`pickle.dumps`", pickle.dumps, read),
                Call("`pickle.loads`", pickle.loads, pickled),
                Call("`hash`", hash, read),
                Call("equality", partial(operator.eq, twin), read),
            ]
            for call in calls:
                rows.setdefault(call.name, {})[letter] = call
            floors[letter] = race(Call("json.loads", json.loads, text), calls, effort)
        print(f"What objects can do, {shape} shape, multiples of `json.loads`: median (shortest).\n")
        races(rows, floors, shape)


_IMPORT = """
import sys
sys.path[:0] = {path!r}
import dataclasses, enum, typing
from time import perf_counter
start = perf_counter()
{statement}
print(perf_counter() - start)
"""


def section_import(effort: Effort) -> None:
    statements = dict.fromkeys(["import json", "import runstep", *[PEERS[peer] for peer in installed()]])
    paths = sysconfig.get_paths()
    times: dict[str, list[float]] = {statement: [] for statement in statements}
    # Once more than is counted: the first one writes the bytecode.
    for number in range(effort.processes + 1):
        for statement, seconds in times.items():
            code = _IMPORT.format(path=[str(_CHECKOUT), paths["purelib"], paths["platlib"]], statement=statement)
            # Without `site` and the environment: nothing of the user's is in the way.
            command = [sys.executable, "-I", "-S", "-c", code]
            answer = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603  (our own words)
            if number:
                seconds.append(float(answer.stdout))
    print("Import in a fresh process, milliseconds above `import dataclasses, enum, typing`.\n")
    table(
        ("import", "median", "minimum"),
        [
            (f"`{statement}`", f"{median(seconds) * 1e3:.1f}", f"{min(seconds) * 1e3:.1f}")
            for statement, seconds in times.items()
        ],
    )


def section_memory(effort: Effort) -> None:
    peers = installed()
    for shape in SHAPES:
        texts = mixed_steps(effort.steps, shape)
        taken = {reader.name: _memory(reader, texts) for reader in [peer(shape) for peer in (plain, runstep, *peers)]}
        floor = taken["`json.loads`"]
        print(f"Memory, bytes a step, mixed steps of the {shape} shape, all decoded with `json.loads` first.\n")
        table(
            (shape, "bytes a step", "of the plain dicts"),
            [(name, f"{taken[name]:.0f}", f"{taken[name] / floor:.2f}") for name in taken],
        )


def _memory(reader: Reader, texts: list[str]) -> float:
    kept = [reader.step(json.loads(text)) for text in texts[:10]]  # what is made only once is no step's
    gc.collect()
    tracemalloc.start()
    kept = [reader.step(json.loads(text)) for text in texts]
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken / len(kept)


def section_lines(effort: Effort) -> None:
    lines = mixed_steps(effort.lines, "live")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "steps.jsonl"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

        def read_lines(read: Callable[[str], Any]) -> None:
            with path.open(encoding="utf-8") as file:
                for line in file:
                    read(line)

        calls = [
            Call(reader.name, read_lines, reader.text)
            for reader in [peer("live") for peer in (plain, runstep, *installed())]
        ]
        floor = race(Call("json.loads", read_lines, json.loads), calls, effort)
    print("JSON Lines, mixed steps of the live shape: read a line, parse it, drop it; time against `json.loads`.\n")
    table(
        ("JSON Lines", "thousand lines a second", "multiples of `json.loads`"),
        [(call.name, f"{len(lines) / floor / call.ratio / 1e3:.0f}", call) for call in calls],
    )


def section_deltas(effort: Effort) -> None:
    try:
        from runstep.streaming import RunStepStream
    except ImportError as error:
        print(f"Deltas skipped: {error}.\n")
        return
    rows: list[tuple[str, ...]] = []
    for number in effort.deltas:
        data, texts = delta_stream(number)

        def feed(size: int, data: bytes = data) -> Any:
            stream = RunStepStream()
            for start in range(0, len(data), size):
                stream.feed(data[start : start + size])
            return stream

        def decode(texts: list[str]) -> None:
            for text in texts:
                json.loads(text)

        (step,) = feed(1000).steps.values()
        wanted = "".join(
            json.loads(text)["delta"]["step_details"]["tool_calls"][0]["function"]["arguments"] for text in texts
        )
        assert step.tool_calls[0].function.arguments == wanted
        calls = [Call("64 KiB chunks", feed, 65536), Call("1 kB chunks", feed, 1000)]
        floor = race(Call("json.loads", decode, texts), calls, effort)
        rows += [(f"{number:,}, {call.name}", f"{floor * call.ratio / number * 1e6:.2f}", str(call)) for call in calls]
    print(
        "Deltas through `RunStepStream`, decoded, checked and accumulated; multiples of `json.loads` of their data.\n"
    )
    table(("deltas", "µs a delta", "multiples of `json.loads`"), rows)


SECTIONS: dict[str, Callable[[Effort], None]] = {
    "read": section_read,
    "write": section_write,
    "text": section_text,
    "checks": section_checks,
    "objects": section_objects,
    "import": section_import,
    "memory": section_memory,
    "lines": section_lines,
    "deltas": section_deltas,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure runstep and its peers; print the figures as Markdown tables.")
    parser.add_argument("--quick", action="store_true", help="see that it works; the figures say nothing")
    parser.add_argument("--only", choices=SECTIONS, metavar="SECTION", help=f"one section: {', '.join(SECTIONS)}")
    arguments = parser.parse_args()
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}\n")
    for name, section in SECTIONS.items():
        if arguments.only in (None, name):
            print(f"## {name}\n")
            section(QUICK if arguments.quick else FULL)


if __name__ == "__main__":
    main()
