# SPDX-License-Identifier: MIT
"""Fuzz a target: `python -m tests.fuzz feed --seconds 60`.

Needs atheris, which searches for inputs that reach more of the code, and `runstep` in the current folder. An input that
fails is written to the folder for temporary files; `python -m tests.fuzz feed FILE` checks it again, without atheris.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import multiprocessing
import shutil
import sys
import tempfile
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from .inputs import mutate, vocabulary

TARGETS = ("diagnose", "feed", "from_json", "read_records")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz one of the targets with atheris.")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help="only check this input")
    parser.add_argument("--seconds", type=int, default=60, help="how long to fuzz (default: 60)")
    arguments, options = parser.parse_known_args()  # other options, such as -verbosity=1, are those of libFuzzer
    if arguments.files:
        target = importlib.import_module(f".{arguments.target}", __package__)
        for file in arguments.files:
            target.check(file.read_bytes())
        return
    if importlib.util.find_spec("atheris") is None:
        parser.error("fuzzing needs atheris (pip install atheris)")
    folder = Path(tempfile.mkdtemp(prefix=f"runstep-fuzz-{arguments.target}-"))
    # libFuzzer ends its process.
    settings = (arguments.target, arguments.seconds, options, folder)
    process = multiprocessing.get_context("fork").Process(target=fuzz, args=settings)
    process.start()
    process.join()
    if process.exitcode == 0:
        shutil.rmtree(folder)
        print(f"{arguments.target}: passed")
    else:
        sys.exit(f"{arguments.target}: FAILED, the input is in {folder}")


def fuzz(name: str, seconds: int, options: list[str], folder: Path) -> None:
    """Fuzz a target and end the process, with an exit code other than 0 if an input failed."""
    atheris: Any = importlib.import_module("atheris")  # has no types, and is not available for each Python
    # It prints a line for each module.
    with redirect_stderr(io.StringIO()), atheris.instrument_imports(include=["runstep"]):
        target: Any = importlib.import_module(f".{name}", __package__)
        # These are imported inside functions, which would be too late.
        importlib.import_module("runstep.diagnosis")
        importlib.import_module("runstep.streaming.diagnosis")
    known = vocabulary(target.SEEDS)

    def mutator(data: bytes, max_size: int, seed: int) -> bytes:
        mutated = mutate(data, seed, known) if seed % 5 else data
        if mutated == data or len(mutated) > max_size:
            return bytes(atheris.Mutate(data, max_size))
        return mutated

    def check(data: bytes) -> None:
        try:
            target.check(data)
        except BaseException:
            (folder / "failed").write_bytes(data)
            raise

    inputs = folder / "inputs"
    inputs.mkdir()
    for index, seed in enumerate(target.SEEDS):
        (inputs / str(index)).write_bytes(seed)
    arguments = [
        sys.argv[0],
        *(f"-max_total_time={seconds}", f"-artifact_prefix={folder}/", "-max_len=16384", "-timeout=20"),
        *("-verbosity=0", "-print_final_stats=1", *options, str(inputs)),
    ]
    atheris.Setup(arguments, check, custom_mutator=mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
