# SPDX-License-Identifier: Apache-2.0
"""The classes of queries that peers.py runs, made from files of queries, and the plain copy of a TSV.

    tests, missing = tests_of(folder, out, wanted)

A file that is not in `folder` leaves its tests out; its name is in `missing`.
"""
import collections
import re

Test = collections.namedtuple("Test", "name file kind k main")

MIXED, REAL, WEB = "mixed-1000.txt", "real-1000.txt", "terabyte05-10k.tsv"
PHRASES, GAME = "phrases-1000.txt", "search-benchmark-game-commands.tsv"

# name, file, what is taken of it, class, k, and whether slow engines run it too
TABLE = [
    ("term", MIXED, "words", "term", 10, True),
    ("or", MIXED, "all", "or", 10, True),
    ("or-1000", MIXED, "all", "or", 1000, True),
    ("and", MIXED, "all", "and", 10, True),
    ("phrase", PHRASES, "all", "phrase", 10, True),
    ("count", MIXED, "all", "count", 10, True),
    ("or-1", MIXED, "all", "or", 1, False),
    ("or-100", MIXED, "all", "or", 100, False),
    ("and-1000", MIXED, "all", "and", 1000, False),
    ("phrase-1000", PHRASES, "all", "phrase", 1000, False),
    ("count-and", MIXED, "all", "count-and", 10, False),
    ("count-phrase", PHRASES, "all", "count-phrase", 10, False),
    ("real-or", REAL, "all", "or", 10, False),
    ("real-and", REAL, "all", "and", 10, False),
    ("web-or", WEB, "all", "or", 10, False),
    ("web-and", WEB, "all", "and", 10, False),
    ("game-or", GAME, "bare", "or", 10, False),
    ("game-and", GAME, "plus", "and", 10, False),
    ("game-phrase", GAME, "quoted", "phrase", 10, False),
    ("game-or-100", GAME, "bare", "or", 100, False),
    ("game-count", GAME, "bare", "count", 10, False),
]


def text_of(line):
    return line.split("\t")[-1].strip()


def take(lines, what):
    """The queries of a file that a test asks: whole lines, their words once each, or by syntax."""
    texts = [text_of(line) for line in lines]
    if what == "words":
        words = (word for text in texts for word in re.findall("[a-z0-9]+", text.lower()))
        return list(dict.fromkeys(words))
    if what == "quoted":
        return [t.strip('"') for t in texts if re.fullmatch('"[^"]+"', t)]
    if what == "plus":
        return [t.replace("+", "") for t in texts if re.fullmatch(r"(\+[^ +\"-]+ *)+", t)]
    if what == "bare":
        return [t for t in texts if t and not re.search(r'(^| )[+"-]', t)]
    return [t for t in texts if t]


def tests_of(folder, out, wanted):
    out.mkdir(parents=True, exist_ok=True)
    tests, missing = [], []
    for name, file, what, kind, k, main in TABLE:
        if wanted and name not in wanted:
            continue
        if not (folder / file).exists():
            missing.append(file)
            continue
        lines = (folder / file).read_text(encoding="utf-8").split("\n")
        path = out / f"{file.split('.')[0]}.{what}.txt"
        path.write_text("".join(text + "\n" for text in take(lines, what)), encoding="utf-8")
        tests.append(Test(name, path, kind, k, main))
    return tests, list(dict.fromkeys(missing))


def write_plain_tsv(source, target):
    """Lower-case a-z and 0-9, all else one space, no word over 60 characters: every tokenizer makes
    the same words of that."""
    keep = bytes(b if chr(b) in "abcdefghijklmnopqrstuvwxyz0123456789" else 32 for b in range(256))
    lower = bytes(range(65)) + bytes(range(97, 123)) + bytes(range(91, 256))
    table = bytes(keep[lower[b]] for b in range(256))
    with open(source, "rb") as lines, open(target, "wb") as out:
        for line in lines:
            key, _, text = line.rstrip(b"\n").partition(b"\t")
            words = (w[i:i + 60] for w in text.translate(table).split() for i in range(0, len(w), 60))
            out.write(key + b"\t" + b" ".join(words) + b"\n")
