#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays the Search Benchmark Game with Qiao alone: builds the index, asks every query, prints a table.

    play.py --do-query build/game/do_query --tsv PASSAGES.tsv --queries QUERIES.tsv --index FOLDER
            [--searcher build/searcher]

As the game's client does: one process, a line in, a line out, the time of a query is the best of its
rounds and has the pipe in it. A query's class is read off its syntax. With --searcher the
counts are compared, query by query, with those of `searcher query --algorithm exhaustive`; a difference
ends the program.
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


def check(searcher, index, queries, counts):
    """Whether searcher, looking at everything, finds as many."""
    printed = subprocess.run([searcher, "query", "--json", "--algorithm", "exhaustive", "-k", "1", index], input="\n".join(queries) + "\n",
                             text=True, stdout=subprocess.PIPE, check=True).stdout
    totals = [json.loads(line)["total"] for line in printed.splitlines()]
    if len(totals) != len(queries):
        raise SystemExit(f"searcher answered {len(totals)} of {len(queries)} queries")
    for query, total in zip(queries, totals):
        if int(counts[query]) != total:
            raise SystemExit(f"{query}: do_query counts {counts[query]}, searcher {total}")
    print(f"\nsearcher finds the same number of passages for all {len(queries)} queries")


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--do-query", required=True)
    p.add_argument("--tsv", help="make the index anew from this")
    p.add_argument("--index", required=True)
    p.add_argument("--queries", required=True)
    p.add_argument("--searcher", help="compare the counts with this program's")
    p.add_argument("--rounds", type=int, default=5)
    o = p.parse_args()
    if o.tsv:
        print(f"index built in {build(o.tsv, o.index):.1f} s (JSON writing included)\n")
    with open(o.queries, encoding="utf-8") as lines:
        queries = [line.rstrip("\n").split("\t")[-1] for line in lines if line.strip()]
    print("| command | class | queries | mean us | p50 | p99 | sum of answers |\n|---|---|---|---|---|---|---|")
    with subprocess.Popen([o.do_query, o.index], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        counts = {}
        for command in COMMANDS:
            best = {}
            answers = {}
            for _ in range(o.rounds):
                for query in queries:
                    taken, answers[query] = ask(program, command, query)
                    best[query] = min(best.get(query, taken), taken)
            if "COUNT" in command:
                if counts and counts != answers:
                    raise SystemExit(f"{command} counts otherwise than COUNT")
                counts = answers
            elif set(answers.values()) != {"1"}:
                raise SystemExit(f"{command} was not answered")
            for kind in ("union", "intersection", "phrase", "mixed"):
                times = sorted(best[q] for q in queries if class_of(q) == kind)
                if times:
                    total = sum(int(answers[q]) for q in queries if class_of(q) == kind)
                    print(f"| {command} | {kind} | {len(times)} | {sum(times) / len(times):.1f} | "
                          f"{times[len(times) // 2]:.1f} | {times[len(times) * 99 // 100]:.1f} | {total} |")
        program.stdin.close()
    if o.searcher:
        check(o.searcher, o.index, queries, counts)


if __name__ == "__main__":
    main()
