#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays the Search Benchmark Game with Qiao alone: builds the index, asks every query, prints a table.

    play.py --do-query build/game/do_query --tsv PASSAGES.tsv --queries QUERIES.tsv --index FOLDER

As the game's client does: one process, a line in, a line out, the time of a query is the best of its
rounds and has the pipe in it. A query's class is read off its syntax.
"""
import argparse
import json
import pathlib
import re
import subprocess
import time

COMMANDS = ["COUNT", "TOP_10", "TOP_100", "TOP_1000", "TOP_10_COUNT", "TOP_100_COUNT"]


def class_of(query):
    if re.fullmatch('"[^"]+"', query):
        return "phrase"
    if re.fullmatch(r"(\+[^ +\"-]+ *)+", query):
        return "intersection"
    return "union" if not re.search(r'(^| )[+"-]', query) else "mixed"


def build(tsv, index):
    start = time.monotonic()
    here = pathlib.Path(__file__).resolve().parent
    with subprocess.Popen([here / "build_index", index], stdin=subprocess.PIPE, text=True) as program:
        with open(tsv, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                key, _, text = line.rstrip("\n").partition("\t")
                program.stdin.write(json.dumps({"id": key, "text": text}) + "\n")
        program.stdin.close()
    if program.returncode != 0:
        raise SystemExit("build_index failed")
    return time.monotonic() - start


def ask(program, command, query):
    start = time.perf_counter()
    program.stdin.write(f"{command}\t{query}\n".encode())
    program.stdin.flush()
    answer = program.stdout.readline()
    return (time.perf_counter() - start) * 1e6, answer.decode().strip()


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--do-query", required=True)
    p.add_argument("--tsv", help="make the index anew from this")
    p.add_argument("--index", required=True)
    p.add_argument("--queries", required=True)
    p.add_argument("--rounds", type=int, default=5)
    o = p.parse_args()
    if o.tsv:
        print(f"index built in {build(o.tsv, o.index):.1f} s (JSON writing included)\n")
    with open(o.queries, encoding="utf-8") as lines:
        queries = [line.rstrip("\n").split("\t")[-1] for line in lines if line.strip()]
    print("| command | class | queries | mean us | p50 | p99 | sum of answers |\n|---|---|---|---|---|---|---|")
    with subprocess.Popen([o.do_query, o.index], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        for command in COMMANDS:
            best = {}
            answers = {}
            for _ in range(o.rounds):
                for query in queries:
                    taken, answers[query] = ask(program, command, query)
                    best[query] = min(best.get(query, taken), taken)
            for kind in ("union", "intersection", "phrase", "mixed"):
                times = sorted(best[q] for q in queries if class_of(q) == kind)
                if times:
                    total = sum(int(answers[q]) for q in queries if class_of(q) == kind)
                    print(f"| {command} | {kind} | {len(times)} | {sum(times) / len(times):.1f} | "
                          f"{times[len(times) // 2]:.1f} | {times[len(times) * 99 // 100]:.1f} | {total} |")
        program.stdin.close()


if __name__ == "__main__":
    main()
