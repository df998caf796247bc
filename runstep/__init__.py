# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The run step of the OpenAI Assistants API (`thread.run.step`) as frozen dataclasses."""

from .enums import FileSearchRanker, LastErrorCode, RunStepStatus, RunStepType
from .errors import Problem, ValidationError
from .frozen import FrozenDict
from .metadata import (
    METADATA_MAX_KEY_LENGTH,
    METADATA_MAX_PAIRS,
    METADATA_MAX_VALUE_LENGTH,
    validate_metadata,
)
from .steps import (
    LastError,
    MessageCreation,
    MessageCreationStepDetails,
    OtherStepDetails,
    RunStep,
    RunStepPage,
    StepDetails,
    ToolCallsStepDetails,
    Usage,
    diagnose,
    step_details_from_dict,
)
from .tool_calls import (
    CodeInterpreter,
    CodeInterpreterImage,
    CodeInterpreterLogs,
    CodeInterpreterOutput,
    CodeInterpreterToolCall,
    FileSearch,
    FileSearchContent,
    FileSearchResult,
    FileSearchToolCall,
    Function,
    FunctionToolCall,
    ImageFile,
    OtherCodeInterpreterOutput,
    OtherToolCall,
    RankingOptions,
    RetrievalToolCall,
    ToolCall,
    tool_call_from_dict,
)

__version__ = "0.1.0"

__all__ = [
    "METADATA_MAX_KEY_LENGTH",
    "METADATA_MAX_PAIRS",
    "METADATA_MAX_VALUE_LENGTH",
    "CodeInterpreter",
    "CodeInterpreterImage",
    "CodeInterpreterLogs",
    "CodeInterpreterOutput",
    "CodeInterpreterToolCall",
    "FileSearch",
    "FileSearchContent",
    "FileSearchRanker",
    "FileSearchResult",
    "FileSearchToolCall",
    "FrozenDict",
    "Function",
    "FunctionToolCall",
    "ImageFile",
    "LastError",
    "LastErrorCode",
    "MessageCreation",
    "MessageCreationStepDetails",
    "OtherCodeInterpreterOutput",
    "OtherStepDetails",
    "OtherToolCall",
    "Problem",
    "RankingOptions",
    "RetrievalToolCall",
    "RunStep",
    "RunStepPage",
    "RunStepStatus",
    "RunStepType",
    "StepDetails",
    "ToolCall",
    "ToolCallsStepDetails",
    "Usage",
    "ValidationError",
    "diagnose",
    "step_details_from_dict",
    "tool_call_from_dict",
    "validate_metadata",
]
