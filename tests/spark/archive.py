# SPDX-License-Identifier: MIT
"""Write an archive of JSON Lines with damaged lines, in four files: `python archive.py FOLDER LINES`."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
LINES = (
    b"",
    b"\r",
    b"{",
    b"\xff\xfe",
    b"[]",
    b'{"id": "\r"}',
    b'{"object": "thread.run.step"}',
    '{"a": "\u2028"}'.encode(),
    b'{"error": {"message": "no"}}',
)


def main(folder: Path, lines: int) -> None:
    """Write `lines` lines, one in a hundred of them no valid step, an empty file, and one without run steps."""
    documents = [json.loads(line) for line in (DATA / "archives" / "log.jsonl").read_bytes().splitlines()[:5] if line]
    documents += [json.loads(path.read_bytes()) for path in sorted((DATA / "valid").glob("documented_*.json"))]
    steps = [document for document in documents if document.get("object") == "thread.run.step"]
    chance = random.Random(0)
    folder.mkdir(parents=True)
    for file in range(4):
        with (folder / f"part {file}.jsonl").open("wb") as output:
            for number in range(lines // 4):
                step = {**chance.choice(steps), "id": f"step_{chance.randrange(2 * lines)}"}
                line = json.dumps(step).encode()
                if not chance.randrange(100):
                    line = chance.choice([*LINES, line[:-9], line + b"\r"]) if number else line
                output.write(line + b"\n")
            # Longer than several blocks. Only the first file ends with the end of a line.
            output.write(b"x" * 3_000_000 + b"\n" + b"{" * file)
    (folder / "empty.jsonl").touch()
    (folder / "folder").mkdir()
    (folder / "folder" / "other.jsonl").write_bytes(b"{}\n\n" * 9)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
