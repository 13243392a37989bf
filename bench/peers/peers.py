#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the drivers of bench/peers in turn and writes one report.

    peers.py --drivers build/peers --tsv PASSAGES.tsv --queries FOLDER [options]

Indexing: for each variant, run 1 of every engine, then run 2 of every engine, ... (A B C A B C).
Searching: the same for each class of queries, on the indexes just made. Every driver's line goes to
OUT/runs.jsonl as it comes; at the end report.py makes the tables and drawings from all of them. An
engine whose driver is absent, or that cannot do something, is skipped by name.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import queries
import report

# What an engine's name means: the driver, and the options that make it that engine.
ENGINES = {
    "qiao": ("qiao", []),
    "lucene": ("lucene", []),
    "tantivy": ("tantivy", []),
    "fts5": ("fts5", []),
    "xapian": ("xapian", []),
    "qiao-similar": ("qiao", ["--reorder"]),
    "lucene-bp": ("lucene", ["--reorder", "--repeat", "2"]),
}
VARIANTS = {
    "positions": [],
    "freqs": ["--postings", "freqs"],
    "docs": ["--postings", "docs"],
    "stored": ["--store"],
    "threads2": ["--threads", "2"],
}


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--drivers", required=True, type=pathlib.Path)
    p.add_argument("--tsv", required=True, type=pathlib.Path)
    p.add_argument("--queries", type=pathlib.Path, help="the folder of query files; none: index only")
    p.add_argument("--out", type=pathlib.Path, help="default: DRIVERS/report")
    p.add_argument("--peers", default=" ".join(ENGINES))
    p.add_argument("--variants", default="positions freqs stored threads2",
                   help="of the index; reordered ones are built with the first alone")
    p.add_argument("--tests", default="", help="classes of queries; default: all that have a file")
    p.add_argument("--runs", type=int, default=5, help="index runs")
    p.add_argument("--search-runs", type=int, default=3)
    p.add_argument("--runs-slow", type=int, default=1, help="runs of what is slow")
    p.add_argument("--slow-index", default="xapian qiao-similar lucene-bp",
                   help="engines with --runs-slow index runs, of the first variant alone")
    p.add_argument("--slow-search", default="fts5 xapian",
                   help="engines with --runs-slow search runs, of the main classes alone")
    p.add_argument("--budget", type=float, default=60, help="seconds for one class in one process")
    p.add_argument("--plain", action="store_true",
                   help="index a copy of the text with nothing but a-z, 0-9 and spaces: then all "
                        "engines have the very same words")
    p.add_argument("--keep", action="store_true", help="leave the searched indexes in OUT/indexes")
    p.add_argument("--search-only", action="store_true",
                   help="search what an earlier run with --keep left there; its index figures stay")
    o = p.parse_args()
    o.out = o.out or o.drivers / "report"
    for name in ("peers", "variants", "tests", "slow_index", "slow_search"):
        setattr(o, name, getattr(o, name).split())
    for name, known in (("peers", ENGINES), ("variants", VARIANTS)):
        for value in getattr(o, name):
            if value not in known:
                p.error(f"--{name}: '{value}' is none of {' '.join(known)}")
    return o


TIMEOUT = 7200  # seconds for one process


class Runner:
    """Starts drivers, one at a time, and keeps what they said."""

    def __init__(self, options):
        self.options = options
        self.records = []
        self.skipped = {}  # (engine, what) -> why
        options.out.mkdir(parents=True, exist_ok=True)
        path = options.out / "runs.jsonl"
        kept = path.read_text().splitlines(True) if options.search_only and path.exists() else []
        self.log = open(path, "w", encoding="utf-8")
        self.log.writelines(line for line in kept if '"test": ' not in line)
        self.environment = dict(os.environ, LC_ALL="C",
                                LD_PRELOAD=str((options.drivers / "nosync.so").resolve()))

    def skip(self, engine, what, why):
        self.skipped[engine, what] = why
        print(f"skipped: {engine} {what}: {why}", file=sys.stderr)

    def is_out(self, engine, what):
        return (engine, "") in self.skipped or (engine, what) in self.skipped

    def run(self, engine, what, command, facts):
        """One driver, one process; its line joined with `facts`, or None."""
        if self.is_out(engine, what):
            return None
        driver = self.options.drivers / ENGINES[engine][0]
        start = time.monotonic()
        try:
            done = subprocess.run([str(driver), *map(str, command)], env=self.environment,
                                  capture_output=True, text=True, check=False, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            self.skip(engine, what, f"not done after {TIMEOUT} s")
            return None
        if done.returncode != 0:
            why = done.stderr.strip().split("\n")[-1] or f"exit status {done.returncode}"
            self.skip(engine, what, why)
            return None
        record = {"engine": engine, **facts, **json.loads(done.stdout)}
        record["process_wall"] = time.monotonic() - start
        record["load"] = os.getloadavg()[0]
        self.records.append(record)
        self.log.write(json.dumps(record) + "\n")
        self.log.flush()
        return record

    def directory(self, engine, variant):
        return self.options.out / "indexes" / f"{engine}-{variant}"


def progress(text):
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def index_all(runner, tsv):
    o = runner.options
    for number, variant in enumerate(o.variants):
        for run in range(o.runs):
            for engine in o.peers:
                slow = engine in o.slow_index
                if slow and (run >= o.runs_slow or number > 0):
                    continue
                directory = runner.directory(engine, variant)
                directory.parent.mkdir(parents=True, exist_ok=True)
                record = runner.run(engine, variant,
                                    ["index", tsv, directory, *VARIANTS[variant], *ENGINES[engine][1]],
                                    {"variant": variant, "run": run})
                if record:
                    progress(f"index {variant} {engine} run {run + 1}: {record['cpu']:.2f} s cpu, "
                             f"{record['wall']:.2f} s wall")
        if number > 0:  # only the first is searched
            for engine in o.peers:
                shutil.rmtree(runner.directory(engine, variant), ignore_errors=True)


def search_all(runner, tests):
    o = runner.options
    folder = o.out / "per-query"
    folder.mkdir(exist_ok=True)
    for test in tests:
        for run in range(o.search_runs):
            for engine in o.peers:
                slow = engine in o.slow_search
                if (slow and (run >= o.runs_slow or not test.main)) or runner.is_out(engine, o.variants[0]):
                    continue
                lines = folder / f"{test.name}.{engine}.{run}.tsv"
                command = ["search", runner.directory(engine, o.variants[0]), test.file, "--class",
                           test.kind, "--k", test.k, "--budget", o.budget, "--per-query", lines]
                record = runner.run(engine, f"search {test.name}", command,
                                    {"test": test.name, "run": run, "per_query": str(lines)})
                if record:
                    progress(f"search {test.name} {engine} run {run + 1}: mean {record['mean']:.1f} us")


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine():
    cpu = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().split("\n"):
        if line.startswith("model name"):
            cpu = line.split(":")[1].strip()
            break
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": first_line("uname", "-sr"),
        "gcc": first_line("gcc", "--version"),
        "rustc": first_line("rustc", "--version"),
        "qiao": first_line("git", "describe", "--always", "--dirty"),
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "load_before": round(os.getloadavg()[0], 2),
    }


def text_facts(tsv):
    """Lines and bytes of the text column; reading it also puts it into the page cache."""
    docs = size = 0
    with open(tsv, "rb") as lines:
        for line in lines:
            docs += 1
            size += len(line.rstrip(b"\n")) - line.index(b"\t") - 1
    return {"tsv": tsv.name, "docs": docs, "text_bytes": size}


def write_facts(runner, facts):
    facts["skipped"] = [[engine, what, why] for (engine, what), why in runner.skipped.items()]
    (runner.options.out / "facts.json").write_text(json.dumps(facts, indent=1) + "\n")


def main():
    o = arguments()
    runner = Runner(o)
    for engine in o.peers:
        if not (o.drivers / ENGINES[engine][0]).exists():
            runner.skip(engine, "", "its driver was not built")
    facts = {"machine": machine(), "plain": o.plain}
    tsv = o.tsv
    if o.plain:
        tsv = o.out / "plain.tsv"
        if not (o.search_only and tsv.exists()):
            queries.write_plain_tsv(o.tsv, tsv)
    facts["corpus"] = text_facts(tsv)
    facts.update(engines=o.peers, variants=o.variants, tests=[])
    if not o.search_only:
        index_all(runner, tsv)
    write_facts(runner, facts)
    if o.queries:
        tests, missing = queries.tests_of(o.queries, o.out / "queries", o.tests)
        for name in missing:
            print(f"skipped: no {name} in {o.queries}", file=sys.stderr)
        facts["tests"] = [test.name for test in tests]
        write_facts(runner, facts)  # report.py can then make what there is of an interrupted run
        search_all(runner, tests)
    write_facts(runner, facts)
    if not o.keep and not o.search_only:
        shutil.rmtree(o.out / "indexes", ignore_errors=True)
    print(report.write(o.out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
