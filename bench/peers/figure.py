#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The drawing of queries beside peers that README.md shows, and the record that it is drawn from.

    figure.py --record build/peers/report/report.json docs/figures/queries.tsv
    figure.py docs/figures/queries.tsv docs/figures          (make figures)

The first takes what is drawn out of a report of `make bench-peers` into a small record, which is
committed: lines of class, k, queries, engine, mean and p99 in microseconds, behind lines of conditions
that begin with #. The second draws it by gnuplot as queries-light.svg and queries-dark.svg: a panel for
each class, a bar for each engine, each panel with a scale of its own, which begins at 0. Backgrounds are
transparent.
"""
import argparse
import json
import pathlib
import subprocess
import sys

# class in a report, what the panel is called
PANELS = [("term", "one word, top 10"), ("or", "any of the words, top 10"),
          ("or-1000", "any of the words, top 1000"), ("and", "all of the words, top 10"),
          ("phrase", "phrase, top 10"), ("count", "number of matches, any"),
          ("web-or", "web queries, any, top 10"), ("game-or", "the Game\u2019s queries, any, top 10")]
NAMES = {"qiao": "Qiao", "lucene": "Lucene", "tantivy": "Tantivy", "fts5": "FTS5", "xapian": "Xapian"}
MOST_TIMES = 15  # an engine that takes longer than this times Qiao's in every class is not drawn

THEMES = {"light": {"text": "#1f2328", "grid": "#d1d9e0", "first": "#c2410c", "others": ["#57606a", "#9aa4ae"]},
          "dark": {"text": "#e6edf3", "grid": "#3d444d", "first": "#fb923c", "others": ["#b1bac4", "#6e7681"]}}

PANEL = """set title "{title}\\n{{/*0.8 {queries} queries}}" offset 0,-0.6
set yrange [0:{top}]
plot {plots}
"""

HEAD = """set terminal svg size 960,470 dynamic enhanced font 'Helvetica,Arial,sans-serif,13' name '{theme}'
set output '{svg}'
set encoding utf8
unset key
unset ytics
set border 1 linecolor rgb '{grid}' linewidth 1
set xtics scale 0 textcolor rgb '{text}' font ',12' offset 0,0.3
set title textcolor rgb '{text}' font ',13'
set style fill solid 1 noborder
set boxwidth 0.72
set xrange [-0.6:{last}.6]
set multiplot layout {rows},4 margins 0.02,0.98,0.075,0.865 spacing 0.035,0.24
"""


def take_record(report, out):
    facts, search = report["facts"], report["search"]
    m, c = facts["machine"], facts["corpus"]
    lines = [f"# {m['date']}, {m['cpu']}, {m['cores']} cores, {m['system']}; Qiao {m['qiao']}",
             f"# {c['docs']} passages, {c['text_bytes'] / 1e6:.1f} MB of text; load before: {m['load_before']}"]
    lines += [f"# {NAMES.get(r['engine'], r['engine'])} {r['version']}" for r in report["index"]
              if r["variant"] == report["index"][0]["variant"] and r["engine"] != "qiao"]
    lines.append("class\tk\tqueries\tengine\tmean\tp99")
    for name, _ in PANELS:
        for row in search:
            if row["test"] == name and row["engine"] in NAMES:
                lines.append("\t".join([name, str(1000 if name.endswith("-1000") else 10), str(row["queries"]),
                                        row["engine"], f"{row['mean']:.1f}", f"{row['p99']:.1f}"]))
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_record(path):
    lines = [line for line in path.read_text(encoding="utf-8").split("\n") if line and line[0] != "#"]
    keys = lines[0].split("\t")
    return [dict(zip(keys, line.split("\t"))) for line in lines[1:]]


def engines_of(rows):
    ours = {row["class"]: float(row["mean"]) for row in rows if row["engine"] == "qiao"}
    names = dict.fromkeys(row["engine"] for row in rows)
    return [name for name in names
            if any(float(row["mean"]) <= MOST_TIMES * ours[row["class"]] for row in rows if row["engine"] == name)]


def shown(value):
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def panel(rows, title, engines, theme):
    means = {row["engine"]: float(row["mean"]) for row in rows}
    plots, data = [], []
    for i, engine in enumerate(e for e in engines if e in means):
        color = theme["first"] if engine == "qiao" else theme["others"][(i - 1) % 2]
        name, mean = NAMES[engine], means[engine]
        plots.append(f"'-' using 1:2:xtic(3) with boxes linecolor rgb '{color}'")
        plots.append(f"'-' using 1:2:4 with labels offset 0,0.7 font ',12' textcolor rgb '{theme['text']}'")
        data += [f"{i} {mean} \"{name}\" \"{shown(mean)} us\"".replace(" us", " µs"), "e"] * 2
    text = PANEL.format(title=title, queries=f"{int(rows[0]['queries']):,}".replace(",", " "),
                        top=1.22 * max(means.values()), plots=", ".join(plots))
    return "set xtics ()\n" + text + "\n".join(data) + "\n"


def draw(rows, out, name):
    theme = THEMES[name]
    engines = engines_of(rows)
    panels = [(title, [row for row in rows if row["class"] == key]) for key, title in PANELS]
    panels = [(title, some) for title, some in panels if some]
    svg = out / f"queries-{name}.svg"
    script = HEAD.format(theme=f"queries_{name}", svg=svg, last=len(engines) - 1,
                         rows=(len(panels) + 3) // 4, **{k: v for k, v in theme.items() if k != "others"})
    script += "".join(panel(some, title, engines, theme) for title, some in panels)
    subprocess.run(["gnuplot"], input=script + "unset multiplot\n", text=True, check=True)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--record", action="store_true", help="make the record from a report")
    p.add_argument("source", type=pathlib.Path)
    p.add_argument("target", type=pathlib.Path)
    o = p.parse_args()
    if o.record:
        take_record(json.loads(o.source.read_text(encoding="utf-8")), o.target)
        return 0
    rows = read_record(o.source)
    for name in THEMES:
        draw(rows, o.target, name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
