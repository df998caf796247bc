# SPDX-License-Identifier: MIT
"""`python -m runstep`: the arguments of the command line go in, its exit code comes out."""

from __future__ import annotations

import signal
import sys


def run() -> int:
    """Run the command line with the arguments of the process, and return its exit code, as `cli.main` does.

    Ctrl-C while modules are loaded ends the process as the operating system has it, without a traceback.
    """
    # Who started it in the background may have it ignored.
    is_heeded = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_heeded:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from .cli import main  # noqa: PLC0415  (this is what takes long)

    try:
        if is_heeded:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return main()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(run())
