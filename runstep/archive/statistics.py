# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Statistics of run steps, which can be added up."""

from __future__ import annotations

import re
import struct
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, final

from .._checks import Check, Path, Rule, add_wrong_type, object_, required
from ..errors import Problem, ValidationError, format_path
from ..frozen import EMPTY
from ..steps import MAX_SECONDS, MessageCreationStepDetails, RunStep, ToolCallsStepDetails, milliseconds
from ..tool_calls import (
    CodeInterpreterImage,
    CodeInterpreterToolCall,
    FileSearchToolCall,
    FunctionToolCall,
    OtherCodeInterpreterOutput,
    OtherToolCall,
    RetrievalToolCall,
)

_MAX_NAMES = 1000
_MAX_NAME_LENGTH = 128
OTHER_NAMES = "…" * (_MAX_NAME_LENGTH + 1)
"""The key that counts the names beyond the first 1,000. It is longer than any name that is kept."""


@final
@dataclass(kw_only=True)
class Statistics:
    """What files contain, as numbers that can be added up. `+=` changes an object in place.

    Of the names in a counter, the 1,000 shortest are kept; `OTHER_NAMES` counts the others.
    """

    files: int = 0
    """Files that could be opened, without skipped ones."""
    steps: int = 0
    """Run steps without errors."""
    invalid: int = 0
    """Run steps with errors."""
    types: Counter[str] = field(default_factory=Counter)
    """Steps by type."""
    statuses: Counter[str] = field(default_factory=Counter)
    """Steps by status."""
    tools: Counter[str] = field(default_factory=Counter)
    """Tool calls by type."""
    earliest: int | None = None
    """The time of the first step, in Unix seconds."""
    latest: int | None = None
    """The time of the last step, in Unix seconds."""
    with_usage: int = 0
    """Steps with `usage`."""
    prompt_tokens: int = 0
    """The sum of `usage.prompt_tokens`."""
    completion_tokens: int = 0
    """The sum of `usage.completion_tokens`."""
    total_tokens: int = 0
    """The sum of `usage.total_tokens`."""
    undocumented: Counter[str] = field(default_factory=Counter)
    """Keys not defined in the schema by location, with `[]` for any index."""
    ids: array[int] = field(default_factory=lambda: array("q"))
    """A hash of 8 bytes of each id, the same on every machine, to find duplicates."""
    deltas: int = 0
    """Deltas of steps that a file does not contain."""
    other_documents: int = 0
    """JSON documents without run steps."""
    empty_pages: int = 0
    """Pages and arrays without items."""
    skipped_files: int = 0
    """Files of a folder that are neither JSON nor event streams."""
    unreadable: int = 0
    """Files that the operating system could not open, or read to their end."""
    problems: int = 0
    """Problems of all levels."""

    def __add__(self, other: Statistics) -> Statistics:
        if not isinstance(other, Statistics):
            return NotImplemented
        total = Statistics()
        total += self
        total += other
        return total

    def __iadd__(self, other: Statistics) -> Statistics:  # noqa: PYI034  (`Self` was added in Python 3.11)
        if not isinstance(other, Statistics):
            return NotImplemented
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _COUNTERS:
            _add_names(getattr(self, name), getattr(other, name))
        times = [time for time in (self.earliest, self.latest, other.earliest, other.latest) if time is not None]
        self.earliest, self.latest = min(times, default=None), max(times, default=None)
        self.ids += other.ids
        return self

    def count_duplicates(self) -> int:
        """Return how many steps have the id of an earlier step."""
        # A set takes eight times the memory of the array, so it holds a sixteenth of the ids at a time.
        return len(self.ids) - sum(len({id_ for id_ in self.ids if id_ & 15 == last}) for last in range(16))

    def to_dict(self) -> dict[str, Any]:
        """Return the statistics as new plain JSON types. `ids` is hexadecimal text."""
        data = {item.name: getattr(self, item.name) for item in fields(self)}
        data.update(
            {name: dict(data[name]) for name in _COUNTERS}, ids=struct.pack(f"<{len(self.ids)}q", *self.ids).hex()
        )
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Statistics:
        """Parse the result of `to_dict`. Raises `ValidationError`."""
        raise_errors(check_statistics, data)
        statistics = cls(ids=_as_array(bytes.fromhex(data["ids"])))
        for name in (*_NUMBERS, "earliest", "latest"):
            setattr(statistics, name, data[name])
        for name in _COUNTERS:
            _add_names(getattr(statistics, name), data[name])
        return statistics


def count_steps(steps: Iterable[RunStep], *, ids: bool = True) -> Statistics:  # noqa: C901  (one loop, because calls are slow)
    """Return the statistics of steps. Without `ids`, duplicates cannot be counted."""
    # Values are collected in lists and counted at the end, which takes a third of the time.
    step_ids: list[str] = []
    types: list[str] = []
    statuses: list[str] = []
    tools: list[str] = []
    created: list[int] = []
    absent: list[tuple[str, ...]] = []
    usage_absent: list[tuple[str, ...]] = []
    undocumented: list[str] = []
    prompt = completion = total = 0
    for step in steps:
        step_ids.append(step.id)
        types.append(step.type)
        statuses.append(step.status)
        created.append(step.created_at)
        absent.append(step._absent)
        usage = step.usage
        if usage is not None:
            usage_absent.append(usage._absent)
            prompt += usage.prompt_tokens
            completion += usage.completion_tokens
            total += usage.total_tokens
            if usage.extra is not EMPTY:
                undocumented += _extra_keys(usage, "usage.")
        if step.extra is not EMPTY:
            undocumented += _extra_keys(step, "")
        details = step.step_details
        if type(details) is MessageCreationStepDetails:
            if details.extra is not EMPTY or details.message_creation.extra is not EMPTY:
                undocumented += _extra_keys(details, "step_details.")
                undocumented += _extra_keys(details.message_creation, "step_details.message_creation.")
        elif type(details) is ToolCallsStepDetails:
            if details.extra is not EMPTY:
                undocumented += _extra_keys(details, "step_details.")
            for call in details.tool_calls:
                tools.append(call.type)
                if type(call) is not FunctionToolCall:
                    undocumented += _UNDOCUMENTED_KEYS[type(call)](call)
                elif call.extra is not EMPTY or call.function.extra is not EMPTY:
                    undocumented += _extra_keys(call, _CALL)
                    undocumented += _extra_keys(call.function, f"{_CALL}function.")
    if created and (min(created) < 0 or max(created) > MAX_SECONDS):
        created = [time // 1000 for time in map(milliseconds, created) if time is not None]
    names = Counter(undocumented)
    _count_present(names, absent, "", ("expires_at",))
    _count_present(names, usage_absent, "usage.", ("prompt_token_details", "completion_tokens_details"))
    statistics = Statistics(
        steps=len(step_ids),
        earliest=min(created, default=None),
        latest=max(created, default=None),
        with_usage=len(usage_absent),
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=total,
        ids=_hash_ids(step_ids) if ids else array("q"),
    )
    _add_names(statistics.types, Counter(types))
    _add_names(statistics.statuses, Counter(statuses))
    _add_names(statistics.tools, Counter(tools))
    _add_names(statistics.undocumented, names)
    return statistics


_COUNTERS = ("types", "statuses", "tools", "undocumented")
_NUMBERS = tuple(item.name for item in fields(Statistics) if item.name not in (*_COUNTERS, "ids", "earliest", "latest"))


def _add_names(names: Counter[str], other: Mapping[str, int]) -> None:
    """Add counts of names, and keep the 1,000 shortest names, so that memory is bounded.

    Which names are kept depends neither on the order of the data nor on the number of processes.
    """
    for name, count in list(other.items()):
        names[str(name) if len(name) <= _MAX_NAME_LENGTH or name == OTHER_NAMES else name[:_MAX_NAME_LENGTH]] += count
    if len(names) > _MAX_NAMES:
        for name in sorted(names, key=lambda name: (name == OTHER_NAMES, len(name), name))[_MAX_NAMES:]:
            count = names.pop(name)
            names[OTHER_NAMES] += count


def _count_present(names: Counter[str], absent: list[tuple[str, ...]], prefix: str, keys: tuple[str, ...]) -> None:
    """Count the objects in which each of `keys` is present."""
    for combination, count in Counter(absent).items():
        for key in keys:
            if key not in combination:
                names[prefix + key] += count


def _hash_ids(ids: list[str]) -> array[int]:
    """Return a hash of 8 bytes of each id. Unlike `hash`, it is the same in every process."""
    from hashlib import blake2b  # noqa: PLC0415  (loads OpenSSL, which takes longer than all other imports of this module)

    digests = [blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=8).digest() for id_ in ids]
    return _as_array(b"".join(digests))


def _as_array(hashes: bytes) -> array[int]:
    """Return hashes as integers. Their bytes are in the same order on every machine."""
    return array("q", struct.unpack(f"<{len(hashes) // 8}q", hashes))


# Checks of decoded statistics and reports.


def raise_errors(check: Check, data: Any) -> None:
    """Raise `ValidationError` if a check finds errors. Unknown keys are ignored."""
    problems: list[Problem] = []
    check(data, (), problems)
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        raise ValidationError(errors)


def whole_number(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check an integer, which may not be a float."""
    if type(value) is not int:
        add_wrong_type("an integer", value, path, problems)


def _counts(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check the counts of names."""
    if not isinstance(value, dict):
        add_wrong_type("an object", value, path, problems)
        return
    for name, number in value.items():
        whole_number(number, (*path, name), problems)


def _hashes(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check the hexadecimal text of hashes of 8 bytes."""
    if not isinstance(value, str) or not _match_hashes(value):
        add_wrong_type("hexadecimal hashes of 8 bytes", value, path, problems)


_match_hashes = re.compile("(?:[0-9a-f]{16})*").fullmatch

check_statistics: Check = object_(
    {
        **dict.fromkeys(_NUMBERS, required("an integer", whole_number)),
        **dict.fromkeys(_COUNTERS, required("an object", _counts)),
        **dict.fromkeys(("earliest", "latest"), Rule("an integer or null", whole_number, null=None)),
        "ids": required("hexadecimal hashes of 8 bytes", _hashes),
    }
)


# Keys not defined in the schema, in the less common tool calls.

_CALL = "step_details.tool_calls[]."


def _extra_keys(model: Any, prefix: str) -> list[str]:
    return [prefix + format_path((key,)) for key in model.extra]


def _in_code_interpreter(call: CodeInterpreterToolCall) -> list[str]:
    prefix = f"{_CALL}code_interpreter."
    keys = _extra_keys(call, _CALL) + _extra_keys(call.code_interpreter, prefix)
    for output in call.code_interpreter.outputs:
        if type(output) is CodeInterpreterImage:
            keys += _extra_keys(output.image, f"{prefix}outputs[].image.")
        if type(output) is not OtherCodeInterpreterOutput:
            keys += _extra_keys(output, f"{prefix}outputs[].")
    return keys


def _in_file_search(call: FileSearchToolCall) -> list[str]:
    prefix = f"{_CALL}file_search."
    body = call.file_search
    keys = _extra_keys(call, _CALL) + _extra_keys(body, prefix)
    if body.ranking_options is not None:
        keys += _extra_keys(body.ranking_options, f"{prefix}ranking_options.")
    for result in body.results or ():
        if "attributes" not in result._absent:
            keys.append(f"{prefix}results[].attributes")
        if result.extra is not EMPTY:
            keys += _extra_keys(result, f"{prefix}results[].")
        for content in result.content or ():
            if content.extra is not EMPTY:
                keys += _extra_keys(content, f"{prefix}results[].content[].")
    return keys


def _in_retrieval(call: RetrievalToolCall) -> list[str]:
    return _extra_keys(call, _CALL)


def _in_other(_: OtherToolCall) -> list[str]:
    return []  # the type is not in the schema either, and is counted among the tools


_UNDOCUMENTED_KEYS: dict[type[Any], Callable[[Any], list[str]]] = {
    CodeInterpreterToolCall: _in_code_interpreter,
    FileSearchToolCall: _in_file_search,
    RetrievalToolCall: _in_retrieval,
    OtherToolCall: _in_other,
}
