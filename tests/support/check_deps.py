#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that includes go one way: the rule of docs/ARCHITECTURE.md, section "One direction".

A file may include its own line of LAYERS and the lines above it; common/ never includes a program's
folder, and the two programs never include each other. File names are unique inside a program.
Also: every file is named in docs/ARCHITECTURE.md, once, and that page names no file that is gone.
"""
import collections
import pathlib
import re
import sys

COMMON = ["common/base", "common/text", "common/score", "common/codec", "common/segment"]
INDEXER = ["indexer/corpus", "indexer/write", "indexer/invert", "indexer/order",
           "indexer", "indexer/command", "indexer/main.c"]
SEARCHER = ["searcher/query", "searcher/rank", "searcher/show", "searcher", "searcher/topics",
            "searcher/eval", "searcher/prompt", "searcher/command", "searcher/main.c"]
LAYERS = {"common": COMMON, "indexer": COMMON + INDEXER, "searcher": COMMON + SEARCHER}


def layer_of(path, layers):
    """The number of the line of `layers` that holds the file; None if none does."""
    for place in (str(path), str(path.parent)):
        if place in layers:
            return layers.index(place)
    return None


def check_includes(top, path):
    program = path.parts[0]
    own = layer_of(path, LAYERS[program])
    if own is None:
        yield f"{path}: stands in no folder of the layout"
        return
    for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', (top / path).read_text(), re.M):
        other = layer_of(pathlib.PurePath(name), LAYERS[program])
        if other is None:
            yield f"{path} includes {name}, which is none of its business"
        elif other > own:
            yield f"{path} includes {name}, which stands below it"


def check_names(files):
    for program in ("indexer", "searcher"):
        names = collections.Counter(p.name for p in files if p.parts[0] in (program, "common"))
        for name, n in names.items():
            if n > 1:
                yield f"{name}: {n} files of that name in {program} and common"


def check_map(top, files):
    page = (top / "docs/ARCHITECTURE.md").read_text()
    named = collections.Counter(re.findall(r"`([a-z_0-9]+/[a-z_0-9/]*[a-z_0-9]+)`", page))
    modules = {str(p.with_suffix("")) for p in files}
    for module in sorted(modules):
        if named[module] != 1:
            yield f"docs/ARCHITECTURE.md names {module} {named[module]} times, not once"
    for module in sorted(named):
        if module.split("/")[0] in LAYERS and module not in modules and not (top / module).is_dir():
            yield f"docs/ARCHITECTURE.md names {module}, which is not there"


def main():
    top = pathlib.Path(__file__).resolve().parents[2]
    files = [p.relative_to(top) for folder in LAYERS for p in sorted((top / folder).rglob("*.[ch]"))]
    problems = [problem for path in files for problem in check_includes(top, path)]
    problems += list(check_names(files)) + list(check_map(top, files))
    print("\n".join(problems) if problems else f"check-deps: {len(files)} files, includes go one way")
    return 1 if problems else 0


sys.exit(main())
