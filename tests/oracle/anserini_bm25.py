#!/usr/bin/env python3
"""Independent reference for "BM25 over English text, as Anserini runs it".

Written from the published definitions below and sharing no code with the engine; it
exists only so that the engine's statistics, runs and measures can be compared with
something else.  Plain and slow: whole collection in memory, arithmetic in doubles.

    anserini_bm25.py stats CORPUS...
    anserini_bm25.py run   CORPUS... --queries FILE [-k N] [--adjust-ties] [--tag TAG]
    anserini_bm25.py eval  [-c] QRELS RUN

CORPUS is a .jsonl file (id|_id|docid, title, contents|text) or a folder of .txt, .md and
.jsonl files, in byte order of path.  What is indexed is title + "\\n" + text.

Sources
  analysis   Lucene's EnglishAnalyzer; see english.py
  scores     Lucene's BM25Similarity and SmallFloat.intToByte4 (one-byte lengths); k1 = 0.9
             and b = 0.4 as in Anserini.  N and the average length are over documents
             with at least one token, the average being of exact lengths.
  ties       Anserini: score descending, id ascending; ScoreTiesAdjusterReranker
  measures   NIST's trec_eval 9: single-precision scores, ties by id descending, the rank
             column ignored
"""
import argparse, collections, heapq, json, math, os, re, struct, sys

sys.dont_write_bytecode = True
from english import analyze

# ---------------------------------------------------------------- documents

LINK = re.compile(r"!?\[([^\]]*)\]"                                       # [text](url "title")
                  r"\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)")
EMPHASIS = [re.compile(pattern, re.S) for pattern in (                  # *text*, _text_
    r"(\*{1,3})(?=\S)((?:(?!\n\s*\n).)+?)(?<=\S)\1",
    r"(?<!\w)(_{1,3})(?=[^\W_])((?:(?!\n\s*\n).)+?)(?<=\S)\1(?!\w)")]

def plain_markdown(lines):
    """Title and text of a Markdown file, its markers removed.  The first # heading is the
    title, unless the front matter has one, and leaves the text if it is."""
    title, headed = None, False
    if lines and lines[0].rstrip() == "---":                              # front matter
        end = next((i for i, s in enumerate(lines[1:], 1) if s.rstrip() in ("---", "...")), 0)
        for line in lines[1:end]:
            if line.startswith("title:"):
                title = line[6:].strip().strip("\"'")
        lines = lines[end + 1:] if end else lines
    fenced, kept = False, []
    for line in lines:
        if re.match(r" {0,3}(```|~~~)", line):
            fenced = not fenced
        elif not fenced:
            heading = re.match(r" {0,3}# +(.*?)(?: +#+)? *$", line)
            if heading and not headed:
                title, headed = title or heading.group(1), True
                line = "" if title == heading.group(1) else line
            line = re.sub(r"^ {0,3}#{1,6} +(.*?)(?: +#+)? *$", r"\1", line)
            line = re.sub(r"^\s*(?:[-*+]|\d{1,9}[.)])\s+", "", line)
        kept.append(line)
    text = "\n".join([title or ""] + kept)
    text = LINK.sub(r"\1", text)
    for emphasis in EMPHASIS:
        text = emphasis.sub(r"\2", text)
    return text.split("\n", 1)

def read_file(path):
    """(id, content) of each document in one file."""
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        if path.endswith(".jsonl"):
            for number, line in enumerate(file, 1):
                if line.strip():
                    record = json.loads(line)
                    name = next((record[k] for k in ("id", "_id", "docid") if k in record), None)
                    text = record.get("contents", record.get("text"))
                    if name is None or text is None:
                        sys.exit(f"{path}:{number}: no id or no text")
                    yield str(name), (record.get("title") or "") + "\n" + text
            return
        lines = file.read().split("\n")
    title = ""
    if path.endswith(".md"):
        title, text = plain_markdown(lines)
    else:
        if len(lines) > 1 and lines[0].strip() and not lines[1].strip():
            title = lines.pop(0)
        text = "\n".join(lines)
    yield os.path.splitext(os.path.basename(path))[0], title + "\n" + text

def read_corpus(paths):
    for path in paths:
        files = [path]
        if os.path.isdir(path):
            files = [os.path.join(top, name) for top, _, names in os.walk(path) for name in names]
            files = [f for f in files if f.endswith((".txt", ".md", ".jsonl"))]
        for file in sorted(files, key=os.fsencode):
            yield from read_file(file)

# ---------------------------------------------------------------- index and scores

def one_byte_length(length):
    """Exact to 40, then the top four bits of (length - 24), as SmallFloat keeps them."""
    if length < 24:
        return length
    rest = length - 24
    shift = max(rest.bit_length() - 4, 0)
    return 24 + (rest >> shift << shift)

class Index:
    def __init__(self, paths):
        self.postings, self.lengths = collections.defaultdict(dict), {}
        for name, content in read_corpus(paths):
            if not content.strip():
                continue                        # Anserini skips empty documents
            if name in self.lengths:
                sys.exit(f"document id {name} occurs twice")
            counts = collections.Counter(analyze(content))
            self.lengths[name] = sum(counts.values())
            for term, count in counts.items():
                self.postings[term][name] = count
        self.tokens = sum(self.lengths.values())

    def search(self, query, k, k1=0.9, b=0.4):
        """The k best [(score, id)], score descending then id ascending."""
        n = sum(length > 0 for length in self.lengths.values())
        scores = collections.defaultdict(float)
        for term, weight in collections.Counter(analyze(query)).items():
            postings = self.postings.get(term, {})
            idf = math.log(1 + (n - len(postings) + 0.5) / (len(postings) + 0.5))
            for name, tf in postings.items():
                length = one_byte_length(self.lengths[name])
                norm = k1 * (1 - b + b * length / (self.tokens / n))
                scores[name] += weight * idf * tf / (tf + norm)
        best = heapq.nsmallest(k, scores.items(), key=lambda item: (-item[1], item[0]))
        return [(score, name) for name, score in best]

def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]

def adjust_ties(ranking):
    """Scores rounded to 1e-4, the n-th of equals less n * 1e-6 (single precision)."""
    out, ties = [], 0
    for score, name in ranking:
        score = single(math.floor(single(single(score) * 10000) + 0.5) / 10000)
        if out and single(out[-1][0] - score) <= single(1e-4):
            ties += 1
            score = single(score - single(single(1e-6) * ties))
        else:
            ties = 0
        out.append((score, name))
    return out

# ---------------------------------------------------------------- measures (trec_eval)

MEASURES = """map recip_rank P_5 P_10 P_30 recall_100 recall_1000 ndcg_cut_10 ndcg_cut_20
    success_1 success_5""".split()

def read_table(path, columns, value_column):
    """{query id: {document id: value}} of a qrels or run file."""
    table = collections.defaultdict(dict)
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            fields = line.split()
            if not fields:
                continue
            if len(fields) != columns:
                sys.exit(f"{path}:{number}: {columns} columns expected")
            if fields[2] in table[fields[0]]:
                sys.exit(f"{path}:{number}: {fields[2]} twice for query {fields[0]}")
            table[fields[0]][fields[2]] = float(fields[value_column])
    return table

def dcg(gains):
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1) if gain > 0)

def measure_query(judged, scores):
    """{measure: value} for one query."""
    order = sorted(scores, key=lambda name: (single(scores[name]), name), reverse=True)
    gains = [judged.get(name, 0) for name in order]
    ideal = sorted((g for g in judged.values() if g > 0), reverse=True)
    ranks = [rank for rank, gain in enumerate(gains, 1) if gain > 0]
    precisions = [i / rank for i, rank in enumerate(ranks, 1)]
    values = {"map": sum(precisions) / len(ideal) if ideal else 0.0,
              "recip_rank": 1 / ranks[0] if ranks else 0.0}
    for name in MEASURES[2:]:
        kind, cut = name.rsplit("_", 1)
        found = sum(rank <= int(cut) for rank in ranks)
        best = dcg(ideal[:int(cut)])
        values[name] = {"P": found / int(cut), "success": float(found > 0),
                        "recall": found / len(ideal) if ideal else 0.0,
                        "ndcg_cut": dcg(gains[:int(cut)]) / best if best else 0.0}[kind]
    return values

def evaluate(qrels_path, run_path, complete=False):
    """Means over queries in both files; with complete, over all queries judged."""
    qrels, run = read_table(qrels_path, 4, 3), read_table(run_path, 6, 4)
    rows = [measure_query(qrels[q], run.get(q, {})) for q in qrels if complete or q in run]
    return {name: sum(row[name] for row in rows) / max(len(rows), 1) for name in MEASURES}

# ---------------------------------------------------------------- command line

def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    stats, run, evaluation = (commands.add_parser(c) for c in ("stats", "run", "eval"))
    for command in (stats, run):
        command.add_argument("corpus", nargs="+")
    run.add_argument("--queries", required=True, help="lines of id TAB text")
    run.add_argument("-k", type=int, default=1000)
    run.add_argument("--adjust-ties", action="store_true")
    run.add_argument("--tag", default="reference-bm25")
    evaluation.add_argument("-c", action="store_true", help="mean over all queries judged")
    evaluation.add_argument("qrels")
    evaluation.add_argument("run")
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")
    if options.command == "eval":
        for name, value in evaluate(options.qrels, options.run, options.c).items():
            print("%-22s\t%s\t%6.4f" % (name, "all", value))
        return
    index = Index(options.corpus)
    if options.command == "stats":
        print(f"documents {len(index.lengths)}\nterms {len(index.postings)}\ntokens {index.tokens}")
        return
    with open(options.queries, encoding="utf-8-sig") as file:
        queries = [line.rstrip("\r\n").split("\t", 1) for line in file if line.strip()]
    for qid, text in queries:
        ranking = index.search(text, options.k)
        ranking = adjust_ties(ranking) if options.adjust_ties else ranking
        for rank, (score, name) in enumerate(ranking, 1):
            print(f"{qid} Q0 {name} {rank} {score:.6f} {options.tag}")

if __name__ == "__main__":
    main()
