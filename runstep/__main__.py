# SPDX-License-Identifier: MIT
"""`python -m runstep`: the arguments of the command line go in, its exit code comes out."""

from __future__ import annotations

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
