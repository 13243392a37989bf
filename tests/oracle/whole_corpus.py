# SPDX-License-Identifier: Apache-2.0
"""Builds one index of several sources and holds it to what Python makes of the same files.

    python3 tests/oracle/whole_corpus.py BIN WORK SOURCE...

BIN is the folder of indexer and searcher, WORK one for the index. A SOURCE is a .jsonl file, a
.tar.gz of pages that are one <pre>, or a folder of .txt, .md and .jsonl files. The counts that the
build tells must be those of the sources, and every document, asked for by its id, must come back
with the title, address and text that went in, byte for byte. No code is shared with Qiao; Markdown
is read by rules that suit the sample's articles.
"""
import html
import json
import os
import re
import subprocess
import sys
import tarfile
import threading
import time

REPLACED = re.compile("[\ud800-\udfff\x00]")
SPACE = " \t\n\r\v\f"
FIELDS = ("id", "title", "url", "text")


def clean(text):
    return REPLACED.sub("\ufffd", text)


def title_of(text):
    return re.sub("[\t\n\r\v\f]", " ", clean(text).strip(SPACE))


def records(lines):
    for line in lines:
        record = json.loads(line)
        names = iter(("id", "_id", "docid"))
        id = next(str(record[name]) for name in names if name in record)
        text = next(record[name] for name in ("text", "contents", "body") if name in record)
        yield clean(id), title_of(record.get("title", "")), record.get("url", ""), clean(text)


def plain_text(path, text):
    lines = text.lstrip(SPACE).split("\n")
    behind = "\n".join(lines[1:])
    alone = len(lines) > 1 and not lines[1].strip(SPACE) and behind.strip(SPACE)
    if len(lines[0].strip(SPACE)) <= 120 and alone:
        kept = lines[1:]
        while not kept[0].strip(SPACE):
            kept = kept[1:]
        return path, title_of(lines[0]), "", "\n".join(kept)
    return path, "", "", "\n".join(lines)


def spans(text):
    text = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"(\*\*|\*|`)(\S(?:.*?\S)?)\1", r"\2", text)


def markdown(path, text):
    front = {}
    match = re.match(r"---\n(.*?)\n---\n", text, re.S)
    if match:
        text = text[match.end():]
        front = dict(line.split(": ", 1) for line in match.group(1).split("\n") if ": " in line)
    title = front.get("title", "").strip("\"'")
    blocks = [b for b in re.split(r"\n\s*\n", text.strip("\n")) if b.strip()]
    out = []
    for i, block in enumerate(blocks):
        heading = re.match(r"(#+) +(.*)$", block)
        if heading:
            words = spans(heading.group(2))
            if len(heading.group(1)) == 1:
                title = title or words
                if i == 0 and title == words:
                    continue
            out.append(words)
        elif re.match(r"(?:[-*]|\d+\.) ", block):
            items = re.split(r"\n(?=(?:[-*]|\d+\.) )", block)
            out.append("\n".join(spans(re.sub(r"^(?:[-*]|\d+\.) +", "", item)) for item in items))
        else:
            out.append(spans("\n".join(line.strip(" ") for line in block.split("\n"))))
    return path, title, front.get("url", ""), "\n\n".join(out)


def pages(path):
    with tarfile.open(path) as tar:
        for member in tar:
            page = tar.extractfile(member).read().decode("ascii")
            text = re.search(r"<pre>\n?(.*?)</pre>", page, re.S).group(1)
            yield "%s/%s" % (path, member.name), "", "", html.unescape(text).strip("\n")


def folder(path):
    for place, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            full = os.path.join(place, name)
            with open(full, encoding="utf-8", newline="") as file:
                if name.endswith(".jsonl"):
                    yield from records(file)
                else:
                    yield (markdown if name.endswith(".md") else plain_text)(full, file.read())


def documents(sources):
    for source in sources:
        if source.endswith(".jsonl"):
            with open(source, encoding="utf-8", errors="replace", newline="\n") as file:
                yield from records(file)
        elif source.endswith(".tar.gz"):
            yield from pages(source)
        else:
            yield from folder(source)


def expected(sources, counts):
    """The documents that are to be in the index; what is not is counted."""
    seen = set()
    for document in documents(sources):
        id, title, _, text = document
        if id in seen:
            counts["duplicate"] += 1
        elif not title and not text.strip(SPACE):
            counts["empty"] += 1
        else:
            seen.add(id)
            counts["documents"] += 1
            counts["text_bytes"] += len(title.encode()) + len(text.encode())
            yield document


def feed(pipe, sources):
    for document in expected(sources, dict.fromkeys(("documents", "text_bytes", "duplicate", "empty"), 0)):
        pipe.write(document[0].encode() + b"\n")
    pipe.close()


def compare(searcher, index, sources, counts):
    """The number of documents that came back otherwise than they went in."""
    show = subprocess.Popen([searcher, "show", "--json", "--ids", "-", index],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    threading.Thread(target=feed, args=(show.stdin, sources), daemon=True).start()
    wrong = 0
    for document in expected(sources, counts):
        found = json.loads(show.stdout.readline() or "{}")
        got = tuple(found.get(field) or "" for field in FIELDS)
        if got != document:
            wrong += 1
            if wrong <= 5:
                for field, a, b in zip(FIELDS, document, got):
                    if a != b:
                        at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
                        print("%s, %s, from %d on: %r, not %r"
                              % (document[0], field, at, b[at:at + 60], a[at:at + 60]))
    if show.stdout.read() or show.wait() != 0:
        wrong += 1
    return wrong


def main(binaries, work, *sources):
    index = os.path.join(work, "whole.index")
    start = time.time()
    built = subprocess.run([os.path.join(binaries, "indexer"), "build", "--json", "--quiet", index,
                            *sources], check=True, stdout=subprocess.PIPE).stdout
    told = json.loads(built)
    print("built in %.0f s" % (time.time() - start))
    counts = dict.fromkeys(("documents", "text_bytes", "duplicate", "empty"), 0)
    start = time.time()
    wrong = compare(os.path.join(binaries, "searcher"), index, sources, counts)
    print("compared in %.0f s" % (time.time() - start))
    skipped = told["skipped"]
    rows = [(name, counts[name], told[name]) for name in ("documents", "text_bytes")]
    rows += [(name, counts[name], skipped[name]) for name in ("duplicate", "empty")]
    rows += [(name, 0, skipped[name]) for name in ("bad", "unreadable", "special", "binary")]
    for name, counted, said in rows:
        print("%-12s %12d counted %12d told%s" % (name, counted, said, "" if counted == said else "  WRONG"))
    print("%d documents came back otherwise than they went in" % wrong)
    return wrong > 0 or any(counted != said for _, counted, said in rows)


sys.exit(main(*sys.argv[1:]))
