# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The command-line interface."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from ._arguments import parse_arguments
from ._output import format_os_error, print_error
from ._progress import Progress

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with `arguments`, by default those of the process, and return its exit code.

    0: no problems. 1: problems were found, or no run steps. 2: something could not be read or written. 130: interrupted
    by Ctrl-C. 141: the reader of a pipe is gone. Raises `SystemExit` for `--help`, `--version` and invalid arguments.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # the process was started with a closed stream
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8", errors="backslashreplace"))  # noqa: SIM115  (open as long as the process)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(arguments)
    finally:
        # What cannot be written now cannot be written at exit either, where Python would complain, and exit with 120.
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:  # noqa: PERF203  (there are two streams)
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _run(arguments: Sequence[str] | None) -> int:
    progress = Progress()
    try:
        options = parse_arguments(arguments)
        code: int = options.run(options, progress)
        sys.stdout.flush()
    except KeyboardInterrupt as interrupt:
        # `__main__` raises it for other signals too, with their number.
        return 128 + (interrupt.args[0] if interrupt.args else signal.SIGINT)
    except BrokenPipeError:
        return 141
    except OSError as error:
        print_error(format_os_error(error))
        return 2
    except MemoryError:
        pass  # the exception refers to what fills the memory
    else:
        return code
    print_error("out of memory" if progress.file is None else f"cannot read '{progress.file}': out of memory")
    return 2
