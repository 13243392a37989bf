#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes report.md, report.json and the drawings from what peers.py left in a folder.

    report.py FOLDER        (peers.py calls write(FOLDER) itself)

A figure of a run is the median over its runs. A class of AND or phrase queries counts those with at
least FEW hits in the first engine; the others are a row of their own, `... (few hits)`.
"""
import collections
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

OURS = "qiao"
FEW = 10
ROUNDS_LEAST = 3
FILTERED = ("and", "phrase")  # classes whose empty queries are apart
PARTS = [  # what an engine calls a part of its index -> one name for all
    ("postings", {"doc", "idx", "POST", "postlist", "t_data", "t_idx"}),
    ("positions", {"pos", "POSI", "position"}),
    ("dictionary", {"tim", "tip", "tmd", "psm", "term", "DICT", "DTOP", "FORM", "FTOP"}),
    ("bounds", {"BNDS"}),
    ("lengths", {"nvd", "nvm", "fieldnorm", "LENS", "t_docsize"}),
    ("ids and texts", {"fdt", "fdx", "fdm", "store", "docdata", "record", "ids", "DIDS", "DORD",
                       "DOCS", "TEXT", "TXTI", "t_content"}),
]


def part_of(name):
    return next((part for part, names in PARTS if name in names), "rest")


def median(records, field):
    values = [r[field] for r in records if r.get(field) is not None]
    return statistics.median(values) if values else None


def spread(records, field):
    values = [r[field] for r in records if r.get(field) is not None]
    return [min(values), max(values)] if values else None


def index_rows(records, facts):
    megabytes = facts["corpus"]["text_bytes"] / 1e6
    groups = collections.defaultdict(list)
    for r in records:
        if r["command"] == "index":
            groups[r["variant"], r["engine"]].append(r)
    rows = []
    for variant in facts["variants"]:
        for engine in facts["engines"]:
            runs = groups.get((variant, engine))
            if not runs:
                continue
            parts = collections.Counter()
            for name, size in runs[-1]["parts"].items():
                parts[part_of(name)] += size
            first = median(runs, "first_cpu")
            rows.append({
                "variant": variant, "engine": engine, "version": runs[0]["version"],
                "runtime": runs[0].get("runtime"), "runs": len(runs), "warm": runs[0]["warm"],
                "docs": runs[-1]["docs"], "tokens": runs[-1]["tokens"],
                "cpu_s": median(runs, "cpu"), "cpu_spread": spread(runs, "cpu"),
                "wall_s": median(runs, "wall"), "wall_spread": spread(runs, "wall"),
                "mb_per_cpu_s": megabytes / median(runs, "cpu"),
                "mb_per_wall_s": megabytes / median(runs, "wall"),
                "first_mb_per_cpu_s": megabytes / first if first else None,
                "first_mb_per_wall_s": megabytes / median(runs, "first_wall") if first else None,
                "reorder_cpu_s": median(runs, "reorder_cpu"),
                "peak_rss": median(runs, "peak_rss"),
                "index_bytes": runs[-1]["index_bytes"],
                "share_of_text": runs[-1]["index_bytes"] / facts["corpus"]["text_bytes"],
                "parts": parts, "own_parts": runs[-1]["parts"],
            })
    return rows


def read_lines(path):
    """Of each query: microseconds, hits, ids."""
    rows = []
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            time, hits, ids = line.rstrip("\n").split("\t")
            rows.append((float(time), int(hits), ids.split()))
    return rows


def figures(runs, chosen):
    """Mean and percentiles over the chosen queries: the median of the runs' figures."""
    if not chosen:
        return None
    per_run = []
    for rows in runs:
        times = sorted(rows[i][0] for i in chosen)
        n = len(times)
        per_run.append({"mean": sum(times) / n, "p50": times[n // 2], "p95": times[n * 95 // 100],
                        "p99": times[n * 99 // 100], "max": times[-1]})
    result = {name: statistics.median(run[name] for run in per_run) for name in per_run[0]}
    result["mean_spread"] = [min(r["mean"] for r in per_run), max(r["mean"] for r in per_run)]
    return result


def agreement(rows, reference):
    """Share of queries with the reference's number of hits; mean overlap of the top ids."""
    equal = sum(a[1] == b[1] for a, b in zip(rows, reference)) / max(len(rows), 1)
    overlaps = [len(set(a[2]) & set(b[2])) / max(len(a[2]), len(b[2]))
                for a, b in zip(rows, reference) if a[2] or b[2]]
    return equal, statistics.mean(overlaps) if overlaps else None


def search_rows(records, facts):
    groups = collections.defaultdict(list)
    for r in records:
        if r["command"] == "search":
            groups[r["test"], r["engine"]].append(r)
    rows = []
    for test in facts.get("tests", []):
        of_test = {e: groups[test, e] for e in facts["engines"] if groups.get((test, e))}
        lines = {e: [read_lines(r["per_query"]) for r in runs] for e, runs in of_test.items()}
        if not lines:
            continue
        reference = next(iter(lines.values()))[0]
        every = range(len(reference))
        split = any(word in FILTERED for word in test.split("-")) and "count" not in test
        many = [i for i in every if not split or reference[i][1] >= FEW]
        few = [i for i in every if split and reference[i][1] < FEW]
        for name, chosen in ((test, many), (f"{test} (few hits)", few)):
            for engine, runs in lines.items():
                found = figures(runs, chosen)
                if found is None:
                    continue
                equal, overlap = agreement([runs[0][i] for i in chosen], [reference[i] for i in chosen])
                rows.append({"test": name, "engine": engine, "queries": len(chosen), **found,
                             "runs": len(runs), "rounds": of_test[engine][0]["rounds"],
                             "warm_passes": of_test[engine][0]["warm_passes"],
                             "same_hits": equal, "overlap": overlap,
                             "checksum": of_test[engine][0].get("checksum")})
    return rows


def number(value, digits=1):
    return "-" if value is None else f"{value:,.{digits}f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def is_peer(engine, like):
    """Reordered indexes are compared with reordered ones."""
    return not engine.startswith(OURS) and ("-" in engine) == ("-" in like)


def index_ratio(row, rows):
    """How many times the best peer's MB per CPU second; only for our rows."""
    peers = [r["mb_per_cpu_s"] for r in rows
             if r["variant"] == row["variant"] and is_peer(r["engine"], row["engine"])]
    if not row["engine"].startswith(OURS) or not peers:
        return "-"
    return f"{row['mb_per_cpu_s'] / max(peers):.2f}"


def index_summary(rows):
    """Ours against each engine: how many times its MB per CPU second, what share of its bytes."""
    engines = [e for e in dict.fromkeys(r["engine"] for r in rows)]
    lines = []
    for ours in rows:
        if not ours["engine"].startswith(OURS):
            continue
        cells = []
        for engine in engines:
            other = next((r for r in rows if r["engine"] == engine and r["variant"] == ours["variant"]), None)
            cells.append("-" if other is None or other is ours else
                         f"{ours['mb_per_cpu_s'] / other['mb_per_cpu_s']:.2f} x, "
                         f"{ours['mb_per_wall_s'] / other['mb_per_wall_s']:.2f} x, "
                         f"{ours['index_bytes'] / other['index_bytes']:.2f}")
        lines.append([ours["variant"], ours["engine"], *cells])
    return table(["variant", "ours", *(f"to {e}" for e in engines)], lines)


def query_summary(rows):
    """The means of all engines side by side, and ours as a share of the fastest of its kind."""
    engines = list(dict.fromkeys(r["engine"] for r in rows))
    ours = [e for e in engines if e.startswith(OURS)]
    lines = []
    for test in dict.fromkeys(r["test"] for r in rows):
        of = {r["engine"]: r for r in rows if r["test"] == test}
        lines.append([test, str(next(iter(of.values()))["queries"]),
                      *(number(of[e]["mean"]) + " *" * (of[e]["rounds"] < ROUNDS_LEAST) if e in of else "-"
                        for e in engines),
                      *(f"{query_ratio(of[e], rows, 'mean')}, {query_ratio(of[e], rows, 'p99')}"
                        if e in of else "-" for e in ours)])
    note = f"\n\n\\* fewer than {ROUNDS_LEAST} timed rounds within the budget: may not be warm"
    cold = any(r["rounds"] < ROUNDS_LEAST for r in rows)
    head = ["class", "queries", *engines, *(f"{e} to best: mean, p99" for e in ours)]
    return table(head, lines) + (note if cold else "")


def index_tables(rows):
    speed = table(
        ["variant", "engine", "runs", "MB/s cpu", "MB/s wall", "first run: MB/s cpu", "cpu s (least-most)",
         "peak MB", "to best peer"],
        [[r["variant"], r["engine"], str(r["runs"]), number(r["mb_per_cpu_s"]), number(r["mb_per_wall_s"]),
          number(r["first_mb_per_cpu_s"]),
          f"{number(r['cpu_s'], 2)} ({number(r['cpu_spread'][0], 2)}-{number(r['cpu_spread'][1], 2)})",
          number(r["peak_rss"] / 1e6, 0), index_ratio(r, rows)] for r in rows])
    names = [part for part, _ in PARTS] + ["rest"]
    sizes = table(
        ["variant", "engine", "tokens", "index MB", "% of text", *names],
        [[r["variant"], r["engine"], f"{r['tokens']:,}" if r["tokens"] else "-",
          number(r["index_bytes"] / 1e6), number(100 * r["share_of_text"]),
          *(number(r["parts"].get(name, 0) / 1e6) for name in names)] for r in rows])
    return speed, sizes


def query_ratio(row, rows, field):
    peers = [r[field] for r in rows
             if r["test"] == row["test"] and is_peer(r["engine"], row["engine"])]
    if not row["engine"].startswith(OURS) or not peers or min(peers) <= 0:
        return "-"
    return f"{row[field] / min(peers):.2f}"


def query_table(rows):
    return table(
        ["class", "engine", "queries", "mean", "p50", "p95", "p99", "max", "mean to best peer",
         "p99 to best peer", "same hits", "overlap", "runs x rounds"],
        [[r["test"], r["engine"], str(r["queries"]), number(r["mean"]), number(r["p50"]), number(r["p95"]),
          number(r["p99"]), number(r["max"], 0), query_ratio(r, rows, "mean"), query_ratio(r, rows, "p99"),
          number(100 * r["same_hits"], 0) + " %", number(r["overlap"], 3),
          f"{r['runs']} x {r['rounds']}"] for r in rows])


GNUPLOT = """set terminal svg size {width},420 font 'sans,12' background rgb 'white'
set output '{svg}'
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.85 border -1
set title "{title}"
set ylabel "{ylabel}"
{scale}
set grid ytics
set key outside right top
set datafile missing '-'
plot {plots}
"""


def draw(out, name, title, ylabel, groups, engines, value, log):
    """A clustered bar chart: a group of bars for each of `groups`, a bar for each engine."""
    if shutil.which("gnuplot") is None or not groups or not engines:
        return
    lines = []
    for group in groups:
        values = [value(group, engine) for engine in engines]
        lines.append(" ".join([f'"{group}"'] + ["-" if v is None else f"{v:.3f}" for v in values]))
    data = out / f"{name}.dat"
    data.write_text("\n".join(lines) + "\n")
    plots = ", ".join(f"'{data}' using {i + 2}:xtic(1) title '{engine}'" for i, engine in enumerate(engines))
    script = GNUPLOT.format(svg=out / f"{name}.svg", title=title, ylabel=ylabel, plots=plots,
                            width=240 + 28 * len(groups) * (len(engines) + 1),
                            scale="set logscale y" if log else "set yrange [0:*]")
    subprocess.run(["gnuplot"], input=script, text=True, check=False)


def draw_all(out, index, search):
    engines = list(dict.fromkeys(r["engine"] for r in index))
    speed = {(r["variant"], r["engine"]): r["mb_per_cpu_s"] for r in index}
    draw(out, "index", "Indexing", "MB of text per CPU second", list(dict.fromkeys(v for v, _ in speed)),
         engines, lambda v, e: speed.get((v, e)), False)
    main = [t for t in ("term", "or", "or-1000", "and", "phrase", "count")
            if any(r["test"] == t for r in search)]
    means = {(r["test"], r["engine"]): r["mean"] for r in search}
    draw(out, "query", "Mean time of a query", "microseconds (log)", main,
         list(dict.fromkeys(r["engine"] for r in search)), lambda t, e: means.get((t, e)), True)


def conditions(facts, index):
    m, c = facts["machine"], facts["corpus"]
    versions = {r["engine"]: r["version"] + (f" on {r['runtime']}" if r["runtime"] else "") for r in index}
    lines = [f"- {m['date']}, {m['cpu']}, {m['cores']} cores, {m['memory_gb']} GB, {m['system']}; load "
             f"before: {m['load_before']}",
             f"- {c['tsv']}: {c['docs']:,} passages, {c['text_bytes'] / 1e6:.1f} MB of text"
             + (" (plain copy: a-z, 0-9)" if facts["plain"] else ""),
             f"- qiao {m['qiao']}; {m['gcc']}; {m['rustc']}",
             *(f"- {engine} {version}" for engine, version in versions.items()
               if not engine.startswith(OURS)),
             *(f"- {r['engine']} {r['variant']} indexed {r['docs']:,} passages, not {c['docs']:,}"
               for r in index if r["docs"] != c["docs"]),
             *(f"- skipped: {engine} {what}: {why}" for engine, what, why in facts["skipped"])]
    return "\n".join(lines)


def write(out):
    """Reads runs.jsonl and facts.json of the folder; returns the report's text."""
    facts = json.loads((out / "facts.json").read_text())
    records = [json.loads(line) for line in (out / "runs.jsonl").read_text().split("\n") if line]
    index, search = index_rows(records, facts), search_rows(records, facts)
    speed, sizes = index_tables(index)
    sections = [("Indexing: MB per CPU second, MB per wall second, index bytes, as a ratio",
                 index_summary(index)),
                ("Queries: mean microseconds, ours as a ratio", query_summary(search)),
                ("Index speed", speed), ("Index size, MB", sizes),
                ("Queries, microseconds", query_table(search))]
    text = f"# Qiao and its peers\n\n{conditions(facts, index)}\n"
    text += "".join(f"\n## {title}\n\n{body}\n" for title, body in sections)
    (out / "report.md").write_text(text)
    (out / "report.json").write_text(
        json.dumps({"facts": facts, "index": index, "search": search}, indent=1) + "\n")
    draw_all(out, index, search)
    return text


if __name__ == "__main__":
    print(write(pathlib.Path(sys.argv[1])))
