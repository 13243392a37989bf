#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Breaks the ranking in one place after the other and sees that tests/rank/test_plans.c notices.

    python3 tests/rank/plant_faults.py [FOLDER]      the copy of the tree to break (a temporary one)

Every fault is planted alone in a copy of the working tree, which is built and asked 6,000 random
queries (QIAO_SEED repeats them). A fault that passes is an error, and so is one whose place is gone.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

FAULTS = [
    ("a unit that understates", "searcher/rank/scored_list.c", "(1 + SLACK)) + 1;", "(1 - SLACK));"),
    ("a bar that equal scores do not reach", "searcher/rank/collector.c",
     "            t->worst.score + (", "            1 + t->worst.score + ("),
    ("k-th best shares of another setting", "searcher/rank/scored_list.c",
     "i < BEST_SHARES && l->context->map->same", "i < BEST_SHARES"),
    ("the k-th best share of a smaller k", "searcher/rank/scored_list.c",
     "best_share_ranks[i] >= k", "10 * best_share_ranks[i] >= k"),
    ("a map of codes that is off by one", "searcher/rank/code_map.c",
     "map->codes[c] = code > map->codes[c] ? code", "map->codes[c + 1] = code > map->codes[c] ? code"),
    ("codes as they were stored for other settings", "searcher/rank/code_map.c",
     ".same = equal(&made, asked)", ".same = true"),
    ("MaxScore that forgets the list at hand", "searcher/rank/rank_union.c",
     "        if (rest < bar) {", "        rest -= order[i].bound;\n        if (rest < bar) {"),
    ("passages looked up that forget the list at hand", "searcher/rank/rank_union.c",
     "            kept += sum + rest >= bar;", "            kept += sum + rest >= bar + order[i].bound;"),
    ("frequencies of a bitset from its first posting on", "searcher/rank/rank_union.c",
     "postings_tfs(p) + from, here", "postings_tfs(p), here"),
    ("a run of bitsets left in the bitmap", "searcher/rank/rank_union.c",
     "    memset(bits, 0, n_words * sizeof *bits);\n", ""),
    ("stored best postings, whatever ties there are", "searcher/rank/rank_word.c",
     "if (units[i] > next)", "if (units[i] >= next)"),
    ("stored best postings for other settings", "searcher/rank/rank_word.c",
     "!context->map->same || ", ""),
    ("ranges that came first come again", "searcher/rank/rank_union.c",
     "        w->ranges.bounds[range] = 0;\n", ""),
    ("a phrase that promises too little", "searcher/rank/rank_conjunction.c",
     "memset(least, 255, w->ranges.n);", "memset(least, 40, w->ranges.n);"),
    ("a first list that owes all it promises", "searcher/rank/conjunction_first.c",
     "promised > spare ? promised - spare : 0", "promised > spare ? promised : 0"),
    ("passages of the first list longer than they are", "searcher/rank/conjunction_first.c",
     "lengths[i] = i +", "lengths[i] = 3 * i +"),
    ("a phrase across title and body", "searcher/rank/conjunction_phrase.c",
     "const bool crosses = start < title", "const bool crosses = false && start < title"),
    ("required words not asked for", "searcher/rank/rank_union.c",
     "if (postings_seek(&w->required[i], passage) != passage)", "if (passage == PASSAGE_END)"),
    ("optional words left out of what is promised", "searcher/rank/rank_conjunction.c",
     "        w->optional_most += l->most;\n", ""),
    ("an excluded word that is only looked for once", "searcher/rank/ranking.c",
     "        *passes = matches != test->excluded;", "        *passes = matches || test->excluded;"),
    ("a priming that a filter makes wrong", "searcher/rank/ranking.c",
     "if (shape->n_tests == 0 && (shape", "if ((shape"),
    ("the commonest list counted whole", "searcher/rank/rank_count.c",
     "return rarer - w->kernels->count_common(", "return rarer - 0 * w->kernels->count_common("),
    ("a bitset whose last word is not whole", "searcher/rank/bitmap.c",
     "if (to == words && inner <= words)", "if (to > words && inner <= words)"),
]


def run(tree, *command, **environment):
    return subprocess.run(command, cwd=tree, env={**os.environ, **environment}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def plant(tree, original, path, before, after):
    text = (original / path).read_text()
    if text.count(before) < 1:
        return False
    (tree / path).write_text(text.replace(before, after, 1))
    return True


def noticed(tree):
    built = run(tree, "make", "-j2", "build/tests", "build/indexer")
    if built.returncode != 0:
        sys.exit(built.stdout[-2000:])
    asked = run(tree, "build/tests", "--filter", "plans/*", QIAO_PLANS="6000",
                QIAO_BIN=str(tree / "build"))
    return asked.returncode != 0


def main():
    original = pathlib.Path(__file__).resolve().parents[2]
    place = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="qiao-faults-"))
    tree = place / "tree"
    if not tree.exists():
        shutil.copytree(original, tree, symlinks=True)
    passed = 0
    if noticed(tree):
        sys.exit("the tests fail without a fault")
    for name, path, before, after in FAULTS:
        if not plant(tree, original, path, before, after):
            sys.exit(f"'{name}': its place in {path} is gone")
        seen = noticed(tree)
        shutil.copy(original / path, tree / path)
        print(f"{'noticed' if seen else 'PASSED '}  {name}", flush=True)
        passed += not seen
    if len(sys.argv) == 1:
        shutil.rmtree(place)
    return passed > 0


if __name__ == "__main__":
    sys.exit(main())
