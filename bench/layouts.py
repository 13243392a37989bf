#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same passages in other indexes: size, and time of queries.

    python3 bench/layouts.py PASSAGES.tsv QUERIES [--cases NAME...] [--rounds N] [--folder FOLDER]

Cases: `input` as they come; `similar` with --order similar; `shuffled` in random order; `ranges N` with a
bound for every N passages instead of 256, by a temporary copy of the working tree with another constant.
All indexes are built first (two threads, profile plain, no text), in FOLDER (a temporary one); then
build/query_speed asks all of them in turn, N (3) times. Prints a table: MB, and for each class and k the
median of the means and its ratio to `input`.
"""
import argparse
import json
import pathlib
import random
import shutil
import statistics
import subprocess
import tempfile

from ablations import ask, build, change

RANGES = ("common/segment/format.h", "#define RANGE_PASSAGES     256u", "#define RANGE_PASSAGES     {}u")
# Which lists have bounds is to stay as it is.
WORTH = ("common/segment/bounds.h", "df >= RANGE_PASSAGES && 2 * (uint64_t)df >= ceil_div(passages, RANGE_PASSAGES)",
         "df >= 256 && 2 * (uint64_t)df >= ceil_div(passages, 256u)")
CASES = {"input": None, "similar": None, "shuffled": None,
         "ranges 64": 64, "ranges 128": 128, "ranges 512": 512, "ranges 1024": 1024}
CLASSES = "term or and phrase"


def make_tree(original, place, ranges):
    if ranges is None:
        return original
    tree = place / f"tree-{ranges}"
    shutil.copytree(original, tree, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    change(original, tree, [(RANGES[0], RANGES[1], RANGES[2].format(ranges)), WORTH])
    build(tree)
    build(tree, "build/indexer")
    return tree


def shuffled(tsv, place):
    lines = tsv.read_bytes().splitlines(True)
    random.Random(1).shuffle(lines)
    path = place / "shuffled.tsv"
    path.write_bytes(b"".join(lines))
    return path


def make_index(name, tree, tsv, place):
    index = place / (name.replace(" ", "-") + ".index")
    source = shuffled(tsv, place) if name == "shuffled" else tsv
    order = ["--order", "similar"] if name == "similar" else []
    subprocess.run([tree / "build/indexer", "build", "--quiet", "--threads", "2", "--profile", "plain",
                    "--passages", "whole", "--store", "none", *order, index, source], check=True)
    return index


def sizes(tree, index):
    printed = subprocess.run([tree / "build/indexer", "stats", "--json", index], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    return json.loads(printed)["bytes"]


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("tsv", type=pathlib.Path)
    p.add_argument("queries")
    p.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--folder", type=pathlib.Path)
    o = p.parse_args()
    original = pathlib.Path(__file__).resolve().parents[1]
    build(original)
    build(original, "build/indexer")
    with tempfile.TemporaryDirectory(prefix="qiao-layouts-", dir=o.folder) as folder:
        place = pathlib.Path(folder)
        names = list(dict.fromkeys(["input", *o.cases]))
        trees = {name: make_tree(original, place, CASES[name]) for name in names}
        indexes = {name: make_index(name, trees[name], o.tsv, place) for name in names}
        rows = {name: [] for name in names}
        for _ in range(o.rounds):
            for name in names:
                rows[name].append(ask(trees[name], str(indexes[name]), o.queries, CLASSES, {}))
        keys = list(rows["input"][0])
        means = {name: {key: statistics.median(row[key]["mean"] for row in rows[name]) for key in keys}
                 for name in names}
        print("| case | MB | bounds, MB | " + " | ".join(f"{kind}, k {k}" for kind, k in keys) + " |")
        print("|---|" + "---:|" * (2 + len(keys)))
        for name in names:
            size = sizes(trees[name], indexes[name])
            cells = [f"{means[name][key]:.1f} ({means[name][key] / means['input'][key]:.2f})" for key in keys]
            print(f"| {name} | {size['total'] / 1e6:.1f} | {size['BNDS'] / 1e6:.2f} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
