#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Line coverage by folder out of gcov's files: coverage.py BUILD_FOLDER, run from the project's top.

Lines that several objects share (inline functions of headers) count once, as covered if any ran them.
"""
import collections
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile


def gcov_files(build):
    notes = [str(p.resolve()) for p in sorted(pathlib.Path(build).rglob("*.gcda")) if "/tests/" not in str(p)]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["gcov", "--json-format", "--hash-filenames", *notes], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
        for path in pathlib.Path(folder).glob("*.gcov.json.gz"):
            with gzip.open(path) as f:
                yield from json.load(f)["files"]


def main():
    runs = collections.defaultdict(int)
    for file in gcov_files(sys.argv[1]):
        if not file["file"].startswith(("common/", "indexer/", "searcher/")):
            continue
        for line in file["lines"]:
            runs[file["file"], line["line_number"]] += line["count"]
    totals = collections.defaultdict(lambda: [0, 0])
    for (file, _), count in runs.items():
        for place in (file, str(pathlib.PurePath(file).parent)):
            totals[place][0] += count > 0
            totals[place][1] += 1
    for place in sorted(totals):
        covered, lines = totals[place]
        name = place if not place.endswith((".c", ".h")) else "    " + place
        print(f"{100 * covered / lines:6.1f} %  {covered:6d} of {lines:6d}  {name}")


main()
