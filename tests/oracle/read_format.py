#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An independent reader of the index format, written from docs/FORMAT.md alone.
read_format.py INDEX terms | forms | postings TERM | documents | passages   prints what `indexer dump`
prints. CRCs are checked, but not XXH3, which Python lacks."""
import itertools, json, struct, sys, zlib

def crc32(data):
    return zlib.crc32(data).to_bytes(4, "little")
def ascending(gaps, last=-1):
    return [last := last + 1 + gap for gap in gaps]
class Cursor:
    def __init__(self, data, at=0):
        self.data, self.at = data, at
    def take(self, n):
        self.at += n
        assert self.at <= len(self.data), "cut short"
        return self.data[self.at - n:self.at]
    def num(self, size):
        return int.from_bytes(self.take(size), "little")
    def nums(self, n, size):
        return [self.num(size) for _ in range(n)]
    def varint(self):
        byte = self.num(1)
        return byte if byte < 128 else byte - 128 | self.varint() << 7
    def string(self):
        return self.take(self.varint()).decode("utf-8", "replace")
    def bits(self, n, w):
        raw = self.num((n * w + 7) // 8)
        return [raw >> i * w & (1 << w) - 1 for i in range(n)]
    def packed(self, n):
        w, e, h = self.nums(3, 1)
        values, indexes = self.bits(n, w), self.nums(e, 1)
        for i, high in zip(indexes, self.bits(e, h)):
            values[i] += high << w
        return values
    def front_coded(self, n):
        words = [b""]
        for _ in range(n):
            head, = self.nums(1, 1)
            shared, more = (n + self.varint() if n == 15 else n for n in (head >> 4, head & 15))
            words.append(words[-1][:shared] + self.take(more))
        return [word.decode() for word in words[1:]]
class Segment:
    def __init__(self, path, build_id, crc):
        data = open(path, "rb").read()
        magic, version, n_sections, features = struct.unpack_from("<8sIIQ", data)
        assert (magic, version, data[32:48]) == (b"\x89QSG\r\n\x1a\n", 1, build_id) and features < 16
        self.N, self.D, _, self.n_terms, self.n_forms = struct.unpack_from("<5Q", data, 56)
        self.len_size, self.title_size = struct.unpack_from("<II", data, 184)
        self.positions, _, self.whole, self.has_forms = (features >> i & 1 for i in range(4))
        head, pages, self.sections = data[:256 + 32 * n_sections], b"", {}
        for kind, _, start, length, _ in struct.iter_unpack("<4sIQQQ", head[256:]):
            sums, section = pages, data[start:start + length]
            pages += b"".join(crc32(section[i:i + 65536]) for i in range(0, length, 65536))
            self.sections[kind.decode()] = section
        assert kind == b"CSUM" and section == sums and crc == crc32(head) == data[-24:-20], "checksums"
        assert data[-20:] == crc32(section) + struct.pack("<Q", len(data)) + b"\n\x1a\n\rGSQ\x89"
    def at(self, kind, offset=0):
        return Cursor(self.sections.get(kind, b""), offset)
    def blocks(self, kind, total, each, offsets_in=None):
        """(a cursor, how many items) for each of the blobs, or of the blocks of a dictionary."""
        offsets = self.at(offsets_in or kind).nums((total + each - 1) // each + 1, 8)
        for i, end in enumerate(offsets[1:]):
            yield Cursor(self.sections[kind][:end], offsets[i]), min(each, total - i * each)
    def documents(self):
        ids = (i for blob, n in self.blocks("DIDS", self.D, 16) for i in blob.front_coded(n))
        for blob, n in self.blocks("DOCS", self.D, 64):
            _raw_length, packed = blob.varint(), blob.data[blob.at:]
            c = Cursor(zlib.decompress(packed))
            _text_start, _first_passage = c.varint(), c.varint()
            source, line = "", 0
            for _ in range(n):
                size = c.varint()
                size, flags = size >> 1, c.num(1) if size & 1 else 0
                passages = c.varint() if flags & 1 else 1
                day = "%08d" % (c.varint() if flags & 2 else 0)
                date = "-".join(d for d in (day[:4], day[4:6], day[6:]) if int(d))
                title, url = (c.string() if flags & bit else None for bit in (4, 8))
                source = c.string() if flags & 16 else source
                jump = c.varint() if flags & 32 else 0
                line += 1 + (jump >> 1 ^ -(jump & 1))
                yield dict(id=next(ids), title=title, date=date or None, url=url, source=source,
                           line=line, passages=passages, bytes=size)
    def passages(self):
        documents, spans = list(self.documents()), []
        names = [d["id"] + "#%d" % (i + 1) for d in documents for i in range(d["passages"])]
        if self.whole:
            names, spans = [d["id"] for d in documents], [(0, d["bytes"]) for d in documents]
        for blob, n in () if self.whole else self.blocks("PASG", self.N, 64):
            end = blob.varint() * 0
            for _ in range(n):
                base, zigzag = 0 if blob.varint() else end, blob.varint()
                start = base + (zigzag >> 1 ^ -(zigzag & 1))
                spans.append((start, end := start + blob.varint()))
        lengths = self.at("LENS").nums(self.N, self.len_size)
        titles = self.at("TITL").nums(self.N, self.title_size)
        return [(name, *span, n, t) for name, span, n, t in zip(names, spans, lengths, titles)]
    def terms(self):
        """(term, df, cf, [(passage, tf, positions)]) of every term."""
        for block, n in self.blocks("DICT", self.n_terms, 32, "DTOP"):
            post, posi = self.at("POST", block.varint()), self.at("POSI", block.varint())
            _bounds = block.varint()
            for term in block.front_coded(n):
                df = block.varint()
                cf = df + block.varint()
                if cf > 4:
                    _sizes = block.varint(), block.varint() if self.positions else 0, block.varint()
                    _code_and_best_shares = block.take(1 + 2 * (len(str(df)[:4]) - 1))
                yield term, df, cf, list(self.listed_postings(post, posi, df) if cf > 4
                                         else self.inline_postings(block, df))
    def inline_postings(self, c, df):
        passage = -1
        for _ in range(df):
            code = c.varint()
            passage, tf = passage + 1 + (code >> 1), c.varint() + 2 if code & 1 else 1
            yield passage, tf, ascending(c.varint() for _ in range(tf * self.positions))
    def listed_postings(self, c, posi, df):
        passage, sizes = -1, [min(256, df - i) for i in range(0, df, 256)]
        if df > 256:
            flags = c.num(1)
            c.at += len(sizes) * (5 + (8 if flags & 1 else 4) * (1 + self.positions))
            c.at += (self.N + 4095) // 4096 * 4 if flags & 2 else 0
        for size in sizes:
            if c.data[c.at] == 0x40:
                bitset = c.bits(64 * (c.num(3) >> 8), 1)
                passages = [passage + 1 + i for i, bit in enumerate(bitset) if bit]
            else:
                passages = ascending(c.packed(size), passage)
            tfs, passage = [tf + 1 for tf in c.packed(size)], passages[-1]
            n = sum(tfs) * self.positions
            gaps = iter([v for i in range(0, n, 256) for v in posi.packed(min(256, n - i))])
            for p, tf in zip(passages, tfs):
                yield p, tf, ascending(itertools.islice(gaps, tf))
def rows(segment, what, wanted=None):
    if what in ("documents", "passages"):
        return getattr(segment, what)()
    terms, names = list(segment.terms()), [row[0] for row in segment.passages()]
    if what == "postings":
        return [(names[p], tf, " ".join(map(str, positions)))[:2 + segment.positions]
                for row in terms if row[0] == wanted for p, tf, positions in row[3]]
    if what == "forms" and segment.has_forms:
        return [(form, terms[block.varint()][0], block.varint())
                for block, n in segment.blocks("FORM", segment.n_forms, 32, "FTOP")
                for form in block.front_coded(n)]
    return [(row[0], row[0] if what == "forms" else row[1], row[2]) for row in terms]
def line(row): # `dump` escapes control characters as well; the golden index has none
    return ("\t".join(map(str, row)) if isinstance(row, tuple) else
            json.dumps(row, ensure_ascii=False, separators=(",", ":")))

def main(index, *what):
    manifest = open(index + "/MANIFEST", "rb").read()
    assert struct.unpack_from("<8sI4xQ", manifest) == (b"\x89QMF\r\n\x1a\n", 1, len(manifest))
    assert crc32(manifest[:-4]) == manifest[-4:], "checksum of MANIFEST"
    for build_id, _size, crc, _deletions, _ in struct.iter_unpack("<16sQ4sIQ", manifest[24:-4]):
        segment = Segment(index + "/segment-%s.qs" % build_id.hex(), build_id, crc)
        print(*map(line, rows(segment, *what)), sep="\n")

main(*sys.argv[1:])
