# SPDX-License-Identifier: MIT
"""A Spark job that prints what `python -m runstep check --format json` prints, for archives that outgrow one machine.

    python check_job.py {ranges|rows} PACKAGE.zip PATH

The package is shipped as a zip file; nothing is installed on the workers. Damaged lines fail no task. With
`spark-submit`, the summary is printed to standard output, too. Two routes:

- `ranges`: workers open the files themselves, so paths must be the same everywhere; any format that `check` can read.
- `rows`: Spark reads the files, from any storage that it supports. Each line is a document, so logged events are not
  accumulated, a file with one document is not searched for what it is instead of a step, and no file is skipped.

What Spark does:

- By default, `spark.read.text` ends a line at a lone CR, too. With `lineSep="\\n"`, line numbers are those of the file.
- `textFile` and `wholeTextFiles` replace bytes that are not UTF-8. The column of `spark.read.text`, cast to binary, has
  the bytes of the file.
- `zipWithIndex` numbers the lines of all files together. The `_metadata` column has the file and the block; the reports
  of the blocks, joined in order, have the line numbers.
- Files whose names begin with `_` are hidden from `spark.read`, but not from `check`.
- `collect` fails if all reports take more than `spark.driver.maxResultSize`. Pickled, a report takes 9 bytes for each
  step, and 45 for each problem. `toLocalIterator` needs memory for the reports of one task only, but runs one task at a
  time, unless the reports have been computed before.

Send lines from one worker to another as text, not as pickled steps: parsing a line takes less time than unpickling its
step.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, groupby, pairwise
from operator import itemgetter
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from pyspark import StorageLevel  # pyright: ignore[reportMissingImports]
from pyspark.sql import SparkSession  # pyright: ignore[reportMissingImports]

RANGES_PER_TASK = 16


def main(route: str, package: str, path: str) -> int:
    """Check a file or a folder, and return the exit code of `check`."""
    spark = SparkSession.builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    spark.sparkContext.addPyFile(package)  # here, it can be imported from now on, too
    from runstep.archive import Statistics, join, summary

    statistics = Statistics()
    check = {"ranges": check_ranges, "rows": check_rows}[route]
    for report in join(check(spark, path)):
        for problem in report.problems:
            print(json.dumps(problem._asdict()))
        for error in report.errors:
            print(error, file=sys.stderr)
        statistics += report.statistics
    if statistics.files or not statistics.unreadable:
        print(summary(statistics), file=sys.stderr)
    if statistics.unreadable:
        return 2
    return int(statistics.problems > 0 or not (statistics.steps or statistics.empty_pages))


def check_ranges(spark: Any, path: str) -> Iterator[Any]:
    """Return the ranges of files with their reports, in order."""
    from runstep.archive import check_range, split

    def check(part: Any) -> Any:
        return part, check_range(part)

    parts = list(split(path))
    tasks = len(parts) // RANGES_PER_TASK + 1
    return computed(spark.sparkContext.parallelize(parts, tasks).map(check))


def check_rows(spark: Any, path: str) -> Iterator[Any]:
    """Yield the blocks of JSON Lines files with their reports, in order."""
    from runstep.archive import FileRange, Report, check_lines

    def check(rows: Iterable[Any]) -> Iterator[tuple[str, int, Report]]:
        # The rows of a block are consecutive.
        for (uri, start), block in groupby(rows, itemgetter(1, 2)):
            name = file_name(uri)
            yield name, start, check_lines((row[0] for row in block), file=name)

    frame = spark.read.option("lineSep", "\n").option("recursiveFileLookup", value=True).text(path)
    rows = frame.selectExpr("cast(value as binary)", "_metadata.file_path", "_metadata.file_block_start").rdd
    # Empty files have no blocks, so each file begins with an empty range.
    files = spark.sparkContext.parallelize([(file_name(uri), -1, Report()) for uri in frame.inputFiles()])
    blocks = files.union(rows.mapPartitions(check)).persist(StorageLevel.MEMORY_AND_DISK)
    in_file_order = computed(blocks.sortBy(in_order))
    for (name, start, report), (next_name, _, _) in pairwise(chain(in_file_order, [("", 0, None)])):
        yield FileRange(name, start, 0, is_first=start < 0, is_last=next_name != name, is_whole=False), report


def computed(reports: Any) -> Iterator[Any]:
    """Compute reports in parallel, and return an iterator that fetches them one task after another."""
    reports.persist(StorageLevel.MEMORY_AND_DISK).count()
    return reports.toLocalIterator()  # type: ignore[no-any-return]


def in_order(block: tuple[str, int, object]) -> tuple[tuple[str, ...], int]:
    """Return the sort key of a block: folders and files by name, as `check` reads them, and then by offset."""
    name, start, _ = block
    return PurePosixPath(name).parts, start


def file_name(uri: str) -> str:
    """Return the path of a local file, or the URI of any other."""
    return unquote(urlsplit(uri).path) if uri.startswith("file:") else uri


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
