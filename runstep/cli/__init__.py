# SPDX-License-Identifier: MIT
"""The command line: arguments go in, lines for a person or a program and an exit code come out."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from ._arguments import _parser
from ._output import _complain, _reason
from ._pool import WorkerError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with `arguments`, by default those of the process, and return its exit code.

    0 where all is well, 1 where problems were found, 2 where something could not be read or written; 130 after
    Ctrl-C, 141 where the reader of a pipe has gone. Raises `SystemExit` where the arguments are wrong.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by who started it
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115  (as long as the process)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = _parser().parse_args(arguments)
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Python flushes once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        _complain(_reason(error))
        return 2
    except WorkerError as error:
        _complain(str(error))
        return 2
    except MemoryError:
        _complain("out of memory")
        return 2
    return code
