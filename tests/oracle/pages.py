# SPDX-License-Identifier: Apache-2.0
"""Random pages and their text by Python's html.parser: the oracle of tests/corpus/test_html_text.c.

    python3 tests/oracle/pages.py SEED COUNT     a line each: page, title, text, in hex ("-": empty)

The pages are well formed but for stray signs and tags of unknown names. Marks stand for breaks
until the whole text is there; then each run of marks and white space becomes what it asks for.
"""
import html.parser
import random
import re
import sys

BLOCKS = ["p", "div", "h2", "blockquote", "section", "article", "form", "header", "footer"]
INLINE = ["b", "i", "span", "a href='x>y'", "em", 'font size="1" color=red', "unknown-thing", "code"]
SKIPPED = ["script", "style", "nav", "noscript", "template", "select", "svg", "button", "iframe"]
WORDS = ["bridge", "caf&eacute;", "AT&amp;T", "a&nbsp;b", "&#8212;", "\u6865", "x < y", "3<4", "R&D",
         "&unknown;", "\u00e9t\u00e9", "\u00a0", "  ", "\n", "\t", "end."]
PARAGRAPH, LINE, BR, BLANK = "\ue002", "\ue001", "\ue003", "\ue000"


def words():
    return " ".join(random.choices(WORDS, k=random.randint(0, 4)))


def make(depth):
    kind = random.randrange(11) if depth < 5 else 10
    inner = lambda: "".join(make(depth + 1) for _ in range(random.randint(0, 3)))
    tag = lambda name, text: "<%s>%s</%s>" % (name, text, name.split()[0])
    if kind in (0, 1):
        return tag(random.choice(BLOCKS), inner())
    if kind in (2, 3):
        return tag(random.choice(INLINE), inner())
    if kind == 4:
        return tag(random.choice(["ul", "ol", "dl"]),
                   "".join(tag(random.choice(["li", "dt", "dd"]), inner()) for _ in range(2)))
    if kind == 5:
        return tag("table", "".join(tag("tr", tag("td", inner()) + tag("th", words())) + "\n"
                                    for _ in range(2)))
    if kind == 6:
        name = random.choice(SKIPPED)
        return tag(name, "var x = 1;" if name in ("script", "style", "iframe") else inner())
    if kind == 7:
        return random.choice(["<br>", "<br/>", "<BR >", "<hr>", "<img alt=x src=y>", "<wbr>"])
    if kind == 8:
        return random.choice(["<!-- a <b> c -->", "<!---->", "<?php echo 1 ?>", "<!x>"])
    return words()


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.out, self.title, self.skipped, self.lists, self.in_title = [], "", [], 0, False

    def mark(self, tag, opens):
        if tag in BLOCKS + ["table", "hr", "body"] or (tag in ("ul", "ol", "dl") and self.lists == 0):
            self.out.append(PARAGRAPH)
        elif tag in ("li", "dt", "dd", "tr", "ul", "ol", "dl"):
            self.out.append(LINE)
        elif tag == "br" and opens:
            self.out.append(BR)
        elif tag in ("td", "th") and opens:
            self.out.append(BLANK)

    def handle_starttag(self, tag, attributes):
        if self.skipped:
            self.skipped += [tag] if tag == self.skipped[0] else []
            return
        self.in_title = tag == "title"
        self.mark(tag, True)
        self.lists += tag in ("ul", "ol", "dl")
        if tag in SKIPPED:
            self.skipped = [tag]
            if tag not in ("script", "style", "iframe"):
                self.out.append(BLANK)

    def handle_endtag(self, tag):
        self.in_title = False
        if self.skipped:
            if tag == self.skipped[0]:
                self.skipped.pop()
            return
        self.lists -= tag in ("ul", "ol", "dl")
        self.mark(tag, False)

    def handle_data(self, data):
        if self.in_title:
            self.title += data
        elif not self.skipped:
            self.out.append(data)


def breaks(run):
    newlines = 0
    for mark in run.group():
        if mark == PARAGRAPH:
            newlines = 2
        elif mark == LINE:
            newlines = max(newlines, 1)
        elif mark == BR:
            newlines = min(newlines + 1, 2)
    return "\n" * newlines or " "


def clean(text):
    return re.sub("[ \\t\\n\\r\\v\\f\u00a0\ue000-\ue003]+", breaks, text).strip(" \n")


random.seed(int(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    title = words().replace("<", "")
    source = "<!DOCTYPE html><html><head><title>%s</title></head><body>%s</body></html>%s" % (
        title, "".join(make(0) for _ in range(random.randint(0, 6))), words())
    page = Page()
    page.feed(source)
    page.close()
    print(source.encode().hex(), clean(page.title).encode().hex() or "-",
          clean("".join(page.out)).encode().hex() or "-")
