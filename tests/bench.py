# SPDX-License-Identifier: MIT
"""Benchmarks of runstep and other libraries. Prints Markdown tables.

Run `python tests/bench.py` in a checkout. The other libraries are those of the extra `bench`; libraries that are not
installed are skipped. Times are ratios to the time of `json` for the same payload in the same round, because ratios
depend much less on the machine than seconds do. To add a library, write a function like the others and add it to
`LIBRARIES`.
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

from runstep import RunStep, RunStepPage, ValidationError, diagnose  # noqa: E402  (needs the path above)
from tests.payloads import (  # noqa: E402  (needs the path above)
    LEAVES,
    SHAPES,
    Shape,
    delta_stream,
    invalid_payload,
    mixed_steps,
    payload,
)

_LETTERS = tuple(LEAVES)


# The libraries.


@dataclass(frozen=True)
class Library:
    """The functions of a library that parse a decoded step, a decoded page and JSON text, and return plain types."""

    name: str
    parse_step: Callable[[Any], Any]
    parse_page: Callable[[Any], Any]
    parse_text: Callable[[str], Any]
    to_plain: Callable[[Any], Any] | None = None

    def parser(self, letter: str) -> Callable[[Any], Any]:
        """Return the function that parses the decoded payload `letter`."""
        return self.parse_page if letter == "f" else self.parse_step


def json_module(_shape: Shape) -> Library:
    return Library("`json.loads`", lambda data: data, lambda data: data, json.loads)


def runstep(_shape: Shape) -> Library:
    return Library(
        "runstep", RunStep.from_dict, RunStepPage.from_dict, RunStep.from_json, lambda parsed: parsed.to_dict()
    )


# Creates a class from its name, the value of its `type` if it has one, its required fields and its optional fields.
MakeClass = Callable[[str, str | None, dict[str, Any], dict[str, Any]], Any]
MakeUnion = Callable[..., Any]

# Typed as Any, because type checkers reject arguments that are computed at run time.
_literal: Any = Literal
_annotated: Any = Annotated


def _list_of(item: Any) -> Any:
    generic: Any = list
    return generic[item]


def _any_of(*members: Any) -> Any:
    return reduce(operator.or_, members)


def create_models(make: MakeClass, union: MakeUnion, shape: Shape) -> tuple[Any, Any]:
    """Return the classes of a library for a run step and a page.

    For the live shape, they also have the undocumented keys of servers, and documented keys that servers omit are
    optional. The limits of metadata are not checked.
    """
    is_live = shape == "live"
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
        {"content": _list_of(content) | None} | ({"attributes": attributes} if is_live else {}),
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
        token_details if is_live else {},
    )
    unsent_keys = {"expired_at": integer, "metadata": strings}
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
        | ({} if is_live else unsent_keys),
        {"expires_at": integer} | unsent_keys if is_live else {},
    )
    page: dict[str, Any] = {"object": str, "data": _list_of(step), "first_id": str, "last_id": str, "has_more": bool}
    return step, make("Page", None, page, {})


def pydantic_strict(shape: Shape) -> Library:
    import pydantic

    config = pydantic.ConfigDict(strict=True, extra="allow" if shape == "live" else "forbid")
    create_model: Any = pydantic.create_model

    def make(name: str, tag: str | None, required: dict[str, Any], optional: dict[str, Any]) -> Any:
        fields: dict[str, Any] = {key: (type_, ...) for key, type_ in required.items()}
        fields |= {key: (type_, None) for key, type_ in optional.items()}
        tagged: dict[str, Any] = {"type": (_literal[tag], ...)} if tag else {}
        return create_model(name, __config__=config, **tagged, **fields)

    def union(*members: Any) -> Any:
        return _annotated[_any_of(*members), pydantic.Field(discriminator="type")]

    step, page = create_models(make, union, shape)
    to_plain = operator.methodcaller("model_dump")
    return Library("pydantic, strict", step.model_validate, page.model_validate, step.model_validate_json, to_plain)


def msgspec_structs(shape: Shape) -> Library:
    import msgspec

    def make(name: str, tag: str | None, required: dict[str, Any], optional: dict[str, Any]) -> Any:
        fields: list[Any] = [*required.items(), *[(key, type_, None) for key, type_ in optional.items()]]
        return msgspec.defstruct(name, fields, kw_only=True, tag=tag, tag_field="type" if tag else None)

    step, page = create_models(make, _any_of, shape)
    return Library(
        "msgspec",
        partial(msgspec.convert, type=step),
        partial(msgspec.convert, type=page),
        msgspec.json.Decoder(step).decode,
        msgspec.to_builtins,
    )


def sdk_construct(_shape: Shape) -> Library:
    from openai._models import construct_type
    from openai.pagination import SyncCursorPage
    from openai.types.beta.threads.runs import RunStep as SdkStep

    construct_step = partial(construct_type, type_=SdkStep)
    return Library(
        "official SDK, `construct_type`",
        lambda data: construct_step(value=data),
        lambda data: construct_type(value=data, type_=SyncCursorPage[SdkStep]),
        lambda text: construct_step(value=json.loads(text)),
        operator.methodcaller("to_dict"),
    )


def sdk_validate(_shape: Shape) -> Library:
    from openai.pagination import SyncCursorPage
    from openai.types.beta.threads.runs import RunStep as SdkStep

    return Library(
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


def mashumaro_dataclasses(shape: Shape) -> Library:
    from mashumaro.codecs import BasicDecoder, BasicEncoder
    from mashumaro.codecs.json import JSONDecoder
    from mashumaro.types import Discriminator

    # The code that it generates looks up classes by module and name.
    module: Any = ModuleType(f"mashumaro_{shape}")
    sys.modules[module.__name__] = module

    def make(name: str, tag: str | None, required: dict[str, Any], optional: dict[str, Any]) -> Any:
        model = _make_dataclass(name, tag, required, optional)
        model.__module__ = module.__name__
        setattr(module, name, model)
        return model

    def union(*members: Any) -> Any:
        return _annotated[_any_of(*members), Discriminator(field="type", include_supertypes=True)]

    step, page = create_models(make, union, shape)
    encode_step, encode_page = BasicEncoder(step).encode, BasicEncoder(page).encode
    return Library(
        "mashumaro",
        BasicDecoder(step).decode,
        BasicDecoder(page).decode,
        JSONDecoder(step).decode,
        lambda parsed: (encode_step if type(parsed) is step else encode_page)(parsed),
    )


def cattrs_dataclasses(shape: Shape) -> Library:
    import cattrs

    converter = cattrs.Converter(detailed_validation=False)
    step, page = create_models(_make_dataclass, _any_of, shape)
    structure_step = converter.get_structure_hook(step)
    return Library(
        "cattrs",
        lambda data: structure_step(data, step),
        partial(converter.structure, cl=page),
        lambda text: structure_step(json.loads(text), step),
        converter.unstructure,
    )


# The import statement that a program needs for each library.
LIBRARIES: dict[Callable[[Shape], Library], str] = {
    pydantic_strict: "from pydantic import BaseModel",
    msgspec_structs: "import msgspec",
    sdk_validate: "from openai.types.beta.threads.runs import RunStep",
    sdk_construct: "from openai.types.beta.threads.runs import RunStep",
    mashumaro_dataclasses: "from mashumaro.codecs import BasicDecoder",
    cattrs_dataclasses: "from cattrs import Converter",
}


@cache
def installed_libraries() -> list[Callable[[Shape], Library]]:
    """Return the libraries that are installed. Print the names of the others, once."""
    found: list[Callable[[Shape], Library]] = []
    for library, statement in LIBRARIES.items():
        try:
            library("documented")
        except ImportError as error:  # noqa: PERF203  (runs six times)
            print(f"Skipped, not installed: {library.__name__} (`{statement}`: {error}).\n")
        else:
            found.append(library)
    return found


def leaf(letter: str, document: Any) -> Any:
    """Return the last value of payload `letter`, from plain types or from the objects of a library."""
    for name in LEAVES[letter].split("."):
        key = int(name) if name.isdecimal() else name
        document = document[key] if type(document) in (dict, list, tuple) else getattr(document, name)
    return document


# The measurements.


@dataclass(frozen=True)
class Settings:
    """The number of rounds, the seconds of each batch of calls in a round, and the sizes of the inputs."""

    rounds: int
    batch: float
    processes: int
    steps: int
    lines: int
    deltas: tuple[int, ...]


FULL = Settings(rounds=41, batch=0.003, processes=15, steps=1000, lines=2000, deltas=(1_000, 10_000, 100_000))
QUICK = Settings(rounds=2, batch=0.0002, processes=1, steps=50, lines=100, deltas=(1_000,))


@dataclass
class Benchmark:
    """A function to time, and the seconds that it and its baseline took in each round."""

    name: str
    function: Callable[[Any], Any]
    argument: Any
    batch_size: int = 1
    times: list[float] = field(default_factory=list[float])
    baseline_times: list[float] = field(default_factory=list[float])

    @property
    def ratio(self) -> float:
        """The median of the ratios to the baseline of the same round."""
        return median([seconds / base for seconds, base in zip(self.times, self.baseline_times, strict=True)])

    def __str__(self) -> str:
        # A minimum of ratios would select a round in which only the baseline was slowed down.
        return f"{self.ratio:.2f} ({min(self.times) / min(self.baseline_times):.2f})"

    def seconds(self) -> float:
        """Run a batch of calls, and return the seconds of one call."""
        function, argument = self.function, self.argument
        start = perf_counter()
        for _ in repeat(None, self.batch_size):
            function(argument)
        return (perf_counter() - start) / self.batch_size

    def calibrate(self, batch: float) -> None:
        """Set the batch size so that a batch takes `batch` seconds."""
        self.seconds()
        self.batch_size = max(1, round(batch / min(self.seconds() for _ in range(3))))


def measure(baseline: Benchmark, benchmarks: Sequence[Benchmark], settings: Settings) -> float:
    """Time `benchmarks` and their baseline alternately, and return the median of the baseline in seconds.

    The garbage collector is enabled, as in most programs, but ignores the objects that exist before.
    """
    gc.collect()
    gc.freeze()
    for benchmark in (baseline, *benchmarks):
        benchmark.calibrate(settings.batch)
    for number in range(settings.rounds):
        start = number % len(benchmarks)
        before = baseline.seconds()
        for benchmark in (*benchmarks[start:], *benchmarks[:start]):
            benchmark.times.append(benchmark.seconds())
        # Other processes can only increase a time, so the minimum is closer to the truth.
        base = min(before, baseline.seconds())
        for benchmark in (baseline, *benchmarks):
            benchmark.baseline_times.append(base)
    return median(baseline.baseline_times)


def print_table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    print(f"| {' | '.join(heads)} |")
    print(f"| --- {'| ---: ' * (len(list(heads)) - 1)}|")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")
    print()


def print_ratios(rows: dict[str, dict[str, Benchmark]], baselines: dict[str, float], first: str) -> None:
    """Print a table of ratios by name and payload, after a row with the times of the baseline."""
    heads = (first, *_LETTERS)
    times = [f"{baselines[letter] * 1e6:.1f} µs" if letter in baselines else "" for letter in _LETTERS]
    cells = [[name, *[row.get(letter, "") for letter in _LETTERS]] for name, row in rows.items()]
    print_table(heads, [["`json.loads`", *times], *cells])


# The sections of the output.


def section_read(settings: Settings) -> None:
    installed = installed_libraries()
    for shape in SHAPES:
        libraries = [create(shape) for create in (runstep, *installed)]
        rows: dict[str, dict[str, Benchmark]] = {}
        baselines: dict[str, float] = {}
        for letter in _LETTERS:
            text = payload(letter, shape)
            data = json.loads(text)
            benchmarks: list[Benchmark] = []
            for library in libraries:
                benchmark = Benchmark(library.name, library.parser(letter), data)
                assert leaf(letter, benchmark.function(data)) == leaf(letter, data), f"{library.name}, {letter}"
                benchmarks.append(benchmark)
                rows.setdefault(library.name, {})[letter] = benchmark
            baselines[letter] = measure(Benchmark("json.loads", json.loads, text), benchmarks, settings)
        print(f"Parse decoded JSON, {shape} shape, relative to `json.loads`: median (minimum).\n")
        print_ratios(rows, baselines, shape)
        print(f"The same relative to runstep, {shape} shape: how many times faster runstep is.\n")
        runstep_row = rows.pop("runstep")
        print_table(
            (shape, *_LETTERS),
            [
                [name, *[f"{row[letter].ratio / runstep_row[letter].ratio:.1f}" for letter in _LETTERS]]
                for name, row in rows.items()
            ],
        )


def section_write(settings: Settings) -> None:
    installed = installed_libraries()
    for shape in SHAPES:
        libraries = [create(shape) for create in (runstep, *installed)]
        rows: dict[str, dict[str, Benchmark]] = {}
        baselines: dict[str, float] = {}
        for letter in _LETTERS:
            text = payload(letter, shape)
            data = json.loads(text)
            benchmarks: list[Benchmark] = []
            for library in libraries:
                if library.to_plain is not None:
                    parsed = library.parser(letter)(data)
                    assert leaf(letter, library.to_plain(parsed)) == leaf(letter, data), f"{library.name}, {letter}"
                    benchmarks.append(Benchmark(library.name, library.to_plain, parsed))
            for benchmark in benchmarks:
                rows.setdefault(benchmark.name, {})[letter] = benchmark
            baselines[letter] = measure(Benchmark("json.loads", json.loads, text), benchmarks, settings)
        print(f"Convert objects to plain types, {shape} shape, relative to `json.loads`: median (minimum).\n")
        print_ratios(rows, baselines, shape)


def parse_decoded(decode: Callable[[str], Any], model: Any, text: str) -> Any:
    return model.from_dict(decode(text))


def section_text(settings: Settings) -> None:
    decoders: list[Callable[[str], Any]] = []
    try:
        import orjson
    except ImportError as error:
        print(f"orjson skipped: {error}.\n")
    else:
        decoders.append(orjson.loads)
    for shape in SHAPES:
        parse_row: dict[str, Benchmark] = {}
        orjson_row: dict[str, Benchmark] = {}
        serialize_row: dict[str, Benchmark] = {}
        baselines: dict[str, float] = {}
        for letter in _LETTERS:
            model = RunStepPage if letter == "f" else RunStep
            text = payload(letter, shape)
            parsed = model.from_json(text)
            data = parsed.to_dict()
            assert parsed.to_json() == json.dumps(data), letter
            parse_row[letter] = Benchmark("from_json", model.from_json, text)
            serialize_row[letter] = Benchmark("to_json", model.to_json, parsed)
            benchmarks = [parse_row[letter]]
            for decode in decoders:
                orjson_row[letter] = Benchmark("orjson", partial(parse_decoded, decode, model), text)
                benchmarks.append(orjson_row[letter])
            baselines[letter] = measure(Benchmark("json.loads", json.loads, text), benchmarks, settings)
            measure(Benchmark("json.dumps", json.dumps, data), [serialize_row[letter]], settings)
        print(f"Parse and serialize JSON text, {shape} shape: median (minimum).\n")
        rows = {
            "`from_json`, relative to `json.loads`": parse_row,
            "`from_dict(orjson.loads(text))`, relative to `json.loads`": orjson_row,
            "`to_json`, relative to `json.dumps`": serialize_row,
        }
        print_ratios(rows, baselines, shape)


def section_checks(settings: Settings) -> None:
    for shape in SHAPES:
        rows: dict[str, dict[str, Benchmark]] = {}
        baselines: dict[str, float] = {}
        for letter in _LETTERS:
            text = payload(letter, shape)
            data, model = json.loads(text), RunStepPage if letter == "f" else RunStep
            benchmarks = [Benchmark("`diagnose`, deviations in every step", diagnose, data)]
            if shape == "documented":
                assert not diagnose(data)
                benchmarks = [
                    Benchmark("`from_dict(strict=True)`", partial(model.from_dict, strict=True), data),
                    Benchmark("`diagnose`, no problems", diagnose, data),
                ]
            for benchmark in benchmarks:
                rows.setdefault(benchmark.name, {})[letter] = benchmark
            baselines[letter] = measure(Benchmark("json.loads", json.loads, text), benchmarks, settings)
        print(f"Strict mode and `diagnose`, {shape} shape, relative to `json.loads`: median (minimum).\n")
        print_ratios(rows, baselines, shape)

    text = invalid_payload()
    data = json.loads(text)
    assert len(diagnose(data)) == 3
    benchmarks = [
        Benchmark("`from_dict`, raising `ValidationError`", _parse_invalid, data),
        Benchmark("`from_dict(strict=True)`, raising `ValidationError`", partial(_parse_invalid, strict=True), data),
        Benchmark("`diagnose`", diagnose, data),
    ]
    measure(Benchmark("json.loads", json.loads, text), benchmarks, settings)
    print("Payload e with three errors, relative to `json.loads`: median (minimum).\n")
    print_table(("invalid", "e"), [(benchmark.name, benchmark) for benchmark in benchmarks])


def _parse_invalid(data: Any, *, strict: bool = False) -> None:
    """Parse an invalid step."""
    try:
        RunStep.from_dict(data, strict=strict)
    except ValidationError:
        return
    raise AssertionError


def section_objects(settings: Settings) -> None:
    for shape in SHAPES:
        rows: dict[str, dict[str, Benchmark]] = {}
        baselines: dict[str, float] = {}
        for letter in _LETTERS:
            model = RunStepPage if letter == "f" else RunStep
            text = payload(letter, shape)
            parsed, equal = model.from_json(text), model.from_json(text)
            pickled = pickle.dumps(parsed)
            benchmarks = [
                Benchmark("`pickle.dumps`", pickle.dumps, parsed),
                Benchmark("`pickle.loads`", pickle.loads, pickled),
                Benchmark("`hash`", hash, parsed),
                Benchmark("equality", partial(operator.eq, equal), parsed),
            ]
            for benchmark in benchmarks:
                rows.setdefault(benchmark.name, {})[letter] = benchmark
            baselines[letter] = measure(Benchmark("json.loads", json.loads, text), benchmarks, settings)
        print(f"Operations on objects, {shape} shape, relative to `json.loads`: median (minimum).\n")
        print_ratios(rows, baselines, shape)


_IMPORT = """
import sys
sys.path[:0] = {path!r}
import dataclasses, enum, typing
from time import perf_counter
start = perf_counter()
{statement}
print(perf_counter() - start)
"""


def section_import(settings: Settings) -> None:
    libraries = installed_libraries()
    statements = dict.fromkeys(["import json", "import runstep", *[LIBRARIES[library] for library in libraries]])
    paths = sysconfig.get_paths()
    times: dict[str, list[float]] = {statement: [] for statement in statements}
    # The first run is not counted, because it writes the bytecode.
    for number in range(settings.processes + 1):
        for statement, seconds in times.items():
            code = _IMPORT.format(path=[str(_CHECKOUT), paths["purelib"], paths["platlib"]], statement=statement)
            # Without `site` and environment variables, so that the user's configuration has no effect.
            command = [sys.executable, "-I", "-S", "-c", code]
            process = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603  (fixed code)
            if number:
                seconds.append(float(process.stdout))
    print("Import in a new process, in milliseconds, after `import dataclasses, enum, typing`.\n")
    print_table(
        ("import", "median", "minimum"),
        [
            (f"`{statement}`", f"{median(seconds) * 1e3:.1f}", f"{min(seconds) * 1e3:.1f}")
            for statement, seconds in times.items()
        ],
    )


def section_memory(settings: Settings) -> None:
    installed = installed_libraries()
    for shape in SHAPES:
        texts = mixed_steps(settings.steps, shape)
        libraries = [create(shape) for create in (json_module, runstep, *installed)]
        sizes = {library.name: _memory(library, texts) for library in libraries}
        baseline = sizes["`json.loads`"]
        print(f"Memory of parsed steps, in bytes per step, mixed steps of the {shape} shape.\n")
        print_table(
            (shape, "bytes per step", "relative to plain types"),
            [(name, f"{sizes[name]:.0f}", f"{sizes[name] / baseline:.2f}") for name in sizes],
        )


def _memory(library: Library, texts: list[str]) -> float:
    """Return the bytes of memory per step."""
    steps = [library.parse_step(json.loads(text)) for text in texts[:10]]  # fills caches, which are not counted
    gc.collect()
    tracemalloc.start()
    steps = [library.parse_step(json.loads(text)) for text in texts]
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / len(steps)


def section_lines(settings: Settings) -> None:
    lines = mixed_steps(settings.lines, "live")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "steps.jsonl"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

        def parse_lines(parse: Callable[[str], Any]) -> None:
            with path.open(encoding="utf-8") as file:
                for line in file:
                    parse(line)

        benchmarks = [
            Benchmark(library.name, parse_lines, library.parse_text)
            for library in [create("live") for create in (json_module, runstep, *installed_libraries())]
        ]
        baseline = measure(Benchmark("json.loads", parse_lines, json.loads), benchmarks, settings)
    print("JSON Lines, mixed steps of the live shape: each line is read, parsed and discarded. Median (minimum).\n")
    print_table(
        ("JSON Lines", "thousand lines per second", "relative to `json.loads`"),
        [
            (benchmark.name, f"{len(lines) / baseline / benchmark.ratio / 1e3:.0f}", benchmark)
            for benchmark in benchmarks
        ],
    )


def section_deltas(settings: Settings) -> None:
    try:
        from runstep.streaming import RunStepStream
    except ImportError as error:
        print(f"Deltas skipped: {error}.\n")
        return
    rows: list[tuple[str, ...]] = []
    for number in settings.deltas:
        data, texts = delta_stream(number)

        def feed(chunk_size: int, data: bytes = data) -> Any:
            stream = RunStepStream()
            for start in range(0, len(data), chunk_size):
                stream.feed(data[start : start + chunk_size])
            return stream

        def decode(texts: list[str]) -> None:
            for text in texts:
                json.loads(text)

        (step,) = feed(1000).steps.values()
        expected = "".join(
            json.loads(text)["delta"]["step_details"]["tool_calls"][0]["function"]["arguments"] for text in texts
        )
        assert step.tool_calls[0].function.arguments == expected
        benchmarks = [Benchmark("64 KiB chunks", feed, 65536), Benchmark("1 kB chunks", feed, 1000)]
        baseline = measure(Benchmark("json.loads", decode, texts), benchmarks, settings)
        rows += [
            (f"{number:,}, {benchmark.name}", f"{baseline * benchmark.ratio / number * 1e6:.2f}", str(benchmark))
            for benchmark in benchmarks
        ]
    print("Accumulate deltas with `RunStepStream`, relative to `json.loads` of their data: median (minimum).\n")
    print_table(("deltas", "µs per delta", "relative to `json.loads`"), rows)


SECTIONS: dict[str, Callable[[Settings], None]] = {
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
    parser = argparse.ArgumentParser(description="Measure runstep and other libraries, and print Markdown tables.")
    parser.add_argument("--quick", action="store_true", help="only check that it runs; the figures are meaningless")
    parser.add_argument("--only", choices=SECTIONS, metavar="SECTION", help=f"run one section: {', '.join(SECTIONS)}")
    arguments = parser.parse_args()
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}\n")
    for name, section in SECTIONS.items():
        if arguments.only in (None, name):
            print(f"## {name}\n")
            section(QUICK if arguments.quick else FULL)


if __name__ == "__main__":
    main()
