#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What each part of the ranking is worth: the time of queries with the part taken out.

    python3 bench/ablations.py INDEX QUERIES [ROUNDS]
    python3 bench/ablations.py --library FILE.so exhaustive|same

Each part is taken out alone in a temporary copy of the working tree, whose build/query_speed then
runs in turn with the whole one's, ROUNDS times (3). Prints a table: mean and p99 in microseconds and
the ratio of the means, medians of the rounds. Results stay the same (`make test TESTS='plans/*'`).

--library makes a shared library for build/plan_check: of a tree that ranks without any bounds, or of
this tree as it is.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

UNION, LIST, CONJUNCTION = (f"searcher/rank/{name}.c"
                            for name in ("rank_union", "scored_list", "rank_conjunction"))
# Codes of ranges made of those that the directory has for posting blocks.
BLOCK_CODES = """static void block_codes(struct scored_list *l, uint8_t *codes)
{
    const struct postings_directory *const d = &l->postings.directory;
    uint32_t from = 0;
    memset(codes, 0, (size_t)bounds_ranges(l->context->segment));
    for (uint32_t b = 0; b < d->n_blocks; b++) {
        const uint32_t last = load_le32(d->last + 4 * (size_t)b);
        for (uint32_t r = from / RANGE_PASSAGES; r <= last / RANGE_PASSAGES; r++)
            codes[r] = d->codes[b] > codes[r] ? d->codes[b] : codes[r];
        from = last + 1;
    }
    l->codes = codes;
}

static enum status find_codes(struct scored_list *l)
"""
WINDOWS = [(UNION, "if (n <= SORTED_MOST) {", "if (false) {"),
           (UNION, "if (n > SORTED_MOST || ", "if (true || ")]
CASES = [  # name, changes, environment, classes
    ("no bounds: every posting, windows of 16,384", WINDOWS, {}, "or"),
    ("the same, windows of 2,048", WINDOWS + [(UNION, "WINDOW       16384u", "WINDOW       2048u")],
     {}, "or"),
    ("the same, windows of 4,096",
     WINDOWS + [(UNION, "WINDOW       16384u", "WINDOW       4096u")], {}, "or"),
    ("no k-th best scores to begin with",
     [("searcher/rank/ranking.c", "if (shape->n_tests == 0 && (shape", "if (false && (shape")], {},
     "or term"),
    ("ranges in order only", [(UNION, "if (n <= SORTED_MOST) {", "if (false) {"),
                              (CONJUNCTION, "if (w->ranges.n_live <= 4 * FIRST_RANGES)", "if (true)")],
     {}, "or and phrase"),
    ("no MaxScore inside ranges", [(UNION, "if (rest < bar) {", "if (false) {")], {}, "or"),
    ("no looking up of few passages in ranges",
     [(UNION, "if (able <= LOOK_UP_MOST)", "if (able == 0)")], {}, "or"),
    ("bounds of posting blocks, not of ranges",
     [(LIST, "static enum status find_codes(struct scored_list *l)\n", BLOCK_CODES),
      (LIST, "        return make_codes(l, room);\n",
       "        return make_codes(l, room);\n    block_codes(l, room);\n")], {}, "or and phrase"),
    ("no best postings of a word", [("searcher/rank/rank_word.c", "    if (ranking_tests(r) > 0 ||",
                                     "    if (r->arena != NULL ||")], {}, "term"),
    ("rarest lists not cut by frequency",
     [("searcher/rank/conjunction_first.c", "    if (!w->bounded ||", "    if (w != NULL ||")], {},
     "and phrase"),
    ("rarest pairs of phrases not tried first",
     [("searcher/rank/conjunction_phrase.c", "    return w->n_phrases == 1 &&",
       "    return w->n_phrases == SIZE_MAX &&")], {}, "phrase"),
    ("a heap at every k", [("searcher/rank/topk.h", "TOPK_HEAP_MOST 256u",
                            "TOPK_HEAP_MOST 1000000u")], {}, "or and phrase"),
    ("codes of 4 bits", [(LIST, "    if (map->same)\n        return STATUS_OK;\n",
                          "    if (map->same) {\n        for (uint64_t i = 0; i < n; i++)\n"
                          "            room[i] = l->codes[i] == 0 ? 0 : l->codes[i] | 15;\n"
                          "        l->codes = room;\n        l->most = 255 * l->unit;\n"
                          "        return STATUS_OK;\n    }\n")], {}, "or and phrase"),
    ("no bounds in conjunctions",
     [(CONJUNCTION, "const uint32_t bar = conjunction_bar(w, from);", "const uint32_t bar = 1;"),
      (CONJUNCTION, "const uint32_t bar = conjunction_bar(w, first);", "const uint32_t bar = 1;")], {},
     "and phrase"),
    ("AVX2", [], {"QIAO_SIMD": "avx2"}, "or and phrase count"),
    ("plain C", [], {"QIAO_SIMD": "scalar"}, "or and phrase count"),
]
EXHAUSTIVE = WINDOWS + [  # no k-th best scores either, and positions of all that match
    (CONJUNCTION, "w->bounded = count == NULL && ", "w->bounded = false && "),
    (CONJUNCTION, "const uint32_t bar = conjunction_bar(w, passage);", "const uint32_t bar = 1;"),
    (CONJUNCTION, "if (most >= conjunction_bar(w, w->matches->passages[i]))", "if (most > 0)"),
    ("searcher/rank/ranking.c", "if (shape->n_tests == 0 && (shape", "if (false && (shape")]
LIBRARIES = {"exhaustive": EXHAUSTIVE, "same": []}


def build(tree, target="build/query_speed", *settings):
    subprocess.run(["make", "-C", tree, "-j2", target, *settings], check=True,
                   stdout=subprocess.DEVNULL)


def make_library(path, name):
    original = pathlib.Path(__file__).resolve().parents[1]
    with tempfile.TemporaryDirectory(prefix="qiao-library-") as place:
        tree = pathlib.Path(place) / "tree"
        shutil.copytree(original, tree, symlinks=True, ignore=shutil.ignore_patterns("build", ".git"))
        change(original, tree, LIBRARIES[name])
        build(tree, "build/libqiao.so", "CFLAGS=-fPIC")
        shutil.copy(tree / "build/libqiao.so", path)


def ask(tree, index, queries, classes, environment):
    command = [str(tree / "build/query_speed"), index, queries, "--json", "-k", "10", "-k", "1000"]
    for name in classes.split():
        command += ["--class", name]
    printed = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE,
                             env={**os.environ, **environment}).stdout
    rows = [json.loads(line) for line in printed.splitlines()[1:]]
    return {(row["class"], row["k"]): row for row in rows}


def change(original, tree, changes):
    for path, before, after in changes:
        text = (tree / path).read_text()
        if before not in text:
            sys.exit(f"{path}: '{before}' is gone")
        (tree / path).write_text(text.replace(before, after, 1))


def restore(original, tree, changes):
    for path, _, _ in changes:
        shutil.copy(original / path, tree / path)


def main():
    if sys.argv[1] == "--library":
        return make_library(sys.argv[2], sys.argv[3])
    index, queries = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    original = pathlib.Path(__file__).resolve().parents[1]
    build(original)
    place = pathlib.Path(tempfile.mkdtemp(prefix="qiao-ablations-"))
    tree = place / "tree"
    shutil.copytree(original, tree, symlinks=True)
    print("| taken out | class | k | mean | p99 | mean without it | p99 | ratio |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for name, changes, environment, classes in CASES:
        change(original, tree, changes)
        build(tree)
        pairs = [(ask(original, index, queries, classes, {}),
                  ask(tree, index, queries, classes, environment)) for _ in range(rounds)]
        restore(original, tree, changes)
        for key in pairs[0][0]:
            whole, part = ([pair[i][key] for pair in pairs] for i in (0, 1))
            figures = [statistics.median(row[what] for row in side)
                       for side in (whole, part) for what in ("mean", "p99")]
            ratio = statistics.median(b["mean"] / a["mean"] for a, b in zip(whole, part))
            print(f"| {name} | {key[0]} | {key[1]} | {figures[0]:.1f} | {figures[1]:.0f} | "
                  f"{figures[2]:.1f} | {figures[3]:.0f} | {ratio:.2f} |", flush=True)
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
