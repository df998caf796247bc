# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Event streams: server-sent events, deltas, and the accumulation of run steps, without I/O."""

from .accumulate import RunStepAccumulator
from .deltas import (
    CodeInterpreterDelta,
    CodeInterpreterImageDelta,
    CodeInterpreterLogsDelta,
    CodeInterpreterOutputDelta,
    CodeInterpreterToolCallDelta,
    FileSearchToolCallDelta,
    FunctionDelta,
    FunctionToolCallDelta,
    ImageFileDelta,
    MessageCreationDelta,
    MessageCreationStepDetailsDelta,
    OtherCodeInterpreterOutputDelta,
    OtherStepDetailsDelta,
    OtherToolCallDelta,
    RetrievalToolCallDelta,
    RunStepDelta,
    StepDelta,
    StepDetailsDelta,
    ToolCallDelta,
    ToolCallsStepDetailsDelta,
)
from .events import Event
from .stream import RunStepStream, read_stream

__all__ = [
    "CodeInterpreterDelta",
    "CodeInterpreterImageDelta",
    "CodeInterpreterLogsDelta",
    "CodeInterpreterOutputDelta",
    "CodeInterpreterToolCallDelta",
    "Event",
    "FileSearchToolCallDelta",
    "FunctionDelta",
    "FunctionToolCallDelta",
    "ImageFileDelta",
    "MessageCreationDelta",
    "MessageCreationStepDetailsDelta",
    "OtherCodeInterpreterOutputDelta",
    "OtherStepDetailsDelta",
    "OtherToolCallDelta",
    "RetrievalToolCallDelta",
    "RunStepAccumulator",
    "RunStepDelta",
    "RunStepStream",
    "StepDelta",
    "StepDetailsDelta",
    "ToolCallDelta",
    "ToolCallsStepDetailsDelta",
    "read_stream",
]
