# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""`python -m runstep`: the command line as a process."""

from __future__ import annotations

import signal
import sys
from typing import Any

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def run() -> int:
    """Run the command line with the arguments of the process, and return its exit code, like `cli.main`.

    SIGINT, SIGTERM and SIGHUP end it in order: temporary files are removed, and nothing is printed. A second signal
    ends it at once. Signals that the parent process ignores stay ignored.
    """
    defaults = (signal.default_int_handler, signal.SIG_DFL)
    handled = [number for number in _SIGNALS if signal.getsignal(number) in defaults]
    _set_handlers(handled, signal.SIG_DFL)
    from .cli import main  # noqa: PLC0415  (takes most of the start-up time)

    try:
        _set_handlers(handled, _interrupt)
        return main()
    except KeyboardInterrupt as interrupt:
        return 128 + (interrupt.args[0] if interrupt.args else signal.SIGINT)
    finally:
        _set_handlers(handled, signal.SIG_DFL)


def _set_handlers(numbers: list[signal.Signals], handler: Any) -> None:
    for number in numbers:
        signal.signal(number, handler)


def _interrupt(number: int, _: object) -> None:
    raise KeyboardInterrupt(number)


if __name__ == "__main__":
    sys.exit(run())
