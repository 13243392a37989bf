"""English analysis as in Apache Lucene's EnglishAnalyzer: the terms of a text.

Part of the independent reference; see anserini_bm25.py.  Sources:
  tokens     Unicode Standard Annex #29, word boundaries, as narrowed by Lucene's
             StandardTokenizerImpl.jflex: which classes give tokens, longest match, no
             token over 255 UTF-16 units.  Character data: Python's unicodedata and the
             lists below, held to Unicode 12.1, which is what Lucene 10 knows.
  filters    Lucene's EnglishAnalyzer: possessive, lower case, 33 stop words, Porter stem
  stemmer    M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with
             Lucene's two departures (bli -> ble, logi -> log)
"""
import re, struct, unicodedata

# ---------------------------------------------------------------- tokens (UAX #29)

def code_points(spec):
    """'41-5a b5' -> the set of those hexadecimal code points."""
    found = set()
    for part in spec.split():
        low, _, high = part.partition("-")
        found.update(range(int(low, 16), int(high or low, 16) + 1))
    return found

# Class letters.  H Hebrew letter, A other letter, N digit, E ExtendNumLet, K katakana,
# I Han, J hiragana, T letter of a South-East Asian script (line break SA), G pictograph,
# Y emoji modifier, R regional indicator, k keycap base.  Joining punctuation: q ' b :
# d . m , D ".  Attaching: X Extend or Format, M the same in an SA script, Z ZWJ,
# F and V the emoji and text presentation selectors, C the enclosing keycap.
LISTED = [(letter, code_points(spec)) for letter, spec in (
    ("Z", "200d"), ("F", "fe0f"), ("V", "fe0e"), ("C", "20e3"), ("X", "200c 1a7f ff9e-ff9f"),
    ("Y", "1f3fb-1f3ff"), ("R", "1f1e6-1f1ff"), ("k", "23 2a"), ("D", "22"), ("q", "27"),
    ("b", "3a b7 387 5f4 2027 fe13 fe55 ff1a"), ("d", "2e 2018-2019 2024 fe52 ff07 ff0e"),
    ("m", "2c 3b 37e 589 60c-60d 66c 7f8 2044 fe10 fe14 fe50 fe54 ff0c ff1b"),
    ("E", "5f 202f 203f-2040 2054 fe33-fe34 fe4d-fe4f ff3f"), ("N", "66b"),
    ("H", "5d0-5ea 5ef-5f2 fb1d fb1f-fb28 fb2a-fb36 fb38-fb3c fb3e fb40-fb41 fb43-fb44 fb46-fb4f"),
    ("K", "3031-3035 309b-309c 30a0-30fa 30fc-30ff 31f0-31ff 32d0-32fe 3300-3357 ff66-ff9d 1b000 "
          "1b164-1b167"),
    ("J", "3041-3096 309d-309f 1b001-1b11e 1b150-1b152 1f200"),
    ("I", "2e80-2e99 2e9b-2ef3 2f00-2fd5 3007 3021-3029 3038-303a 3400-4db5 4e00-9fef "
          "f900-fa6d fa70-fad9 20000-2a6d6 2a700-2b734 2b740-2b81d 2b820-2cea1 2ceb0-2ebe0 "
          "2f800-2fa1d"),
    ("A", "2c2-2c5 2d2-2d7 2de-2df 2ed 2ef-2ff 55b-55c 55e 5f3 a720-a721 a789-a78a ab5b "
          "3005 303b 24b6-24e9 1f130-1f149 1f150-1f169 1f170-1f189"),
    (" ", "200b 3006 17000-18aff 18d00-18d08 1b170-1b2fb"),
    ("G", "1fbf0-1fbf9"),
    ("T", "109e-109f 19da 19de-19df 1aa0-1aad aa77-aa79 aade-aadf 1173a-1173b 1173f"))]
SA = code_points("e00-eff 1000-109f 1780-17ff 1950-19df 1a20-1aaf a9e0-a9ff aa60-aadf 11700-1174f")
PICTOGRAPHS = code_points(  # Extended_Pictographic
    "a9 ae 203c 2049 2122 2139 2194-2199 21a9-21aa 231a-231b 2328 2388 23cf 23e9-23f3 "
    "23f8-23fa 24c2 25aa-25ab 25b6 25c0 25fb-25fe 2600-2605 2607-2612 2614-2685 2690-2705 "
    "2708-2712 2714 2716 271d 2721 2728 2733-2734 2744 2747 274c 274e 2753-2755 2757 "
    "2763-2767 2795-2797 27a1 27b0 27bf 2934-2935 2b05-2b07 2b1b-2b1c 2b50 2b55 3030 303d "
    "3297 3299 1f000-1f0ff 1f10d-1f10f 1f12f 1f16c-1f171 1f17e-1f17f 1f18e 1f191-1f19a "
    "1f1ad-1f1e5 1f201-1f20f 1f21a 1f22f 1f232-1f23a 1f23c-1f23f 1f249-1f3fa 1f400-1f53d "
    "1f546-1f64f 1f680-1f6ff 1f774-1f77f 1f7d5-1f7ff 1f80c-1f80f 1f848-1f84f 1f85a-1f85f "
    "1f888-1f88f 1f8ae-1f8ff 1f90c-1f93a 1f93c-1f945 1f947-1fffd")
YOUNG = code_points(  # word characters younger than Unicode 12.1
    "870-887 889-891 898-89f 8b5 8be-8d2 b55 c3c c5d cdd d04 d81 170d 1715 171f 180f "
    "1abf-1ace 1b4c 1dfa 2c2f 2c5f 31bb-31bf 4db6-4dbf 9ff0-9fff a7c0-a7c1 a7c7-a7ca "
    "a7d0-a7d9 a7f2-a7f6 a82c ab68-ab69 10570-105bc 10780-107ba 10e80-10eac 10eb0-10eb1 "
    "10f70-10f85 10fb0-10fc4 11070-11075 110c2 11147 111ce-111cf 11460-11461 11740-11746 "
    "11900-11943 11950-11959 11ab0-11abf 11fb0 12f90-12ff0 16a70-16ac9 16fe4 16ff0-16ff1 "
    "18b00-18cd5 1aff0-1affe 1b11f-1b122 1cf00-1cf46 1df00-1df1e "
    "1e290-1e2ae 1e7e0-1e7fe 2a6d7-2a6df 2b735-2b738 30000-3134a")

class Classes(dict):
    """str.translate table from a character to its class letter, filled as it is asked."""
    def __missing__(self, point):
        category = unicodedata.category(chr(point))
        letter = next((name for name, points in LISTED if point in points), None)
        if point in YOUNG:
            letter = " "
        elif letter is None:
            if category in ("Mn", "Mc", "Me", "Cf"):
                letter = "M" if point in SA and category != "Me" else "X"
            elif category == "Nd":
                letter = "N"
            elif category[0] == "L" or category == "Nl":
                letter = "T" if point in SA else "A"
            else:
                letter = "G" if point in PICTOGRAPHS else " "
        self[point] = letter
        return letter

CLASSES = Classes()
_ = "[XMZFVCY]*"                                    # WB4: these attach to what they follow
LETTERS = (f"(?:H{_}D{_}H{_}|H{_}q{_}|[AH]{_}(?:[bdq]{_}[AH]{_})*"        # WB5 - WB7c
           f"|N{_}(?:[mdq]{_}N{_})*)+")                                   # WB8 - WB12
PART = f"(?:(?:K{_})+|{LETTERS})"                                         # WB13
PICTURE = "(?:G[XMZCY]*F?|Y[XMZCY]*)"
TOKEN = re.compile(
    f"(?:E{_})*{PART}(?:(?:E{_})+{PART})*(?:E{_})*"                       # WB13a, WB13b
    f"|(?:Z*(?=G))?{PICTURE}(?:(?:Z+|(?<=Z)){PICTURE})*|k[XMZCY]*F?C[XMZCY]*|R{_}R{_}"  # emoji
    f"|[TM][TXMZFVCY]*|[IJ]{_}")                     # SA runs; Han and hiragana singly

def utf16_length(text):
    return len(text) + sum(c > "\uffff" for c in text)

def tokenize(text):
    """The tokens of a text, as Lucene's StandardTokenizer gives them."""
    classes = text.translate(CLASSES)
    match = TOKEN.search(classes)
    while match:
        start, end = match.span()
        if end - start > 127 and utf16_length(text[start:end]) > 255:
            end = start + 255                   # longest match that fits in the window
            while utf16_length(text[start:end]) > 255:
                end -= 1
            end = TOKEN.match(classes, start, end).end()
        yield text[start:end]
        match = TOKEN.search(classes, end)

# ---------------------------------------------------------------- filters

STOP = frozenset("""a an and are as at be but by for if in into is it no not of on or such
    that the their then there these they this to was will with""".split())
STEP2 = [pair.split(">") for pair in """ational>ate tional>tion enci>ence anci>ance izer>ize
    bli>ble alli>al entli>ent eli>e ousli>ous ization>ize ation>ate ator>ate alism>al
    iveness>ive fulness>ful ousness>ous aliti>al iviti>ive biliti>ble logi>log""".split()]
STEP3 = [pair.split(">") for pair in
         "icate>ic ative> alize>al iciti>ic ical>ic ful> ness>".split()]
STEP4 = """al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive
    ize""".split()

def shape(word):
    """The word as c and v, consonants and vowels; y after a consonant is a vowel."""
    out = ""
    for i, c in enumerate(word):
        out += "v" if c in "aeiou" or c == "y" and i and out[-1] == "c" else "c"
    return out

def measure(stem):
    return shape(stem).count("vc")

def ends_cvc(stem):
    return shape(stem)[-3:] == "cvc" and stem[-1] not in "wxy"

def ends_double(word):
    return len(word) > 1 and word[-1] == word[-2] and shape(word)[-1] == "c"

def replace_suffix(word, rules):
    for suffix, new in rules:
        if word.endswith(suffix):
            stem = word[:-len(suffix)]
            return stem + new if measure(stem) > 0 else word
    return word

def porter(word):
    if any(c > "\uffff" for c in word):         # Lucene stems UTF-16: count pairs as two
        units = word.encode("utf-16-le", "surrogatepass")
        pairs = "".join(chr(u) for u, in struct.iter_unpack("<H", units))
        stemmed = porter(pairs)
        return stemmed.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if len(word) <= 2:
        return word
    if word.endswith(("sses", "ies")):                                    # step 1a
        word = word[:-2]
    elif word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if word.endswith("eed"):                                              # step 1b
        word = word[:-1] if measure(word[:-3]) > 0 else word
    elif word.endswith(("ed", "ing")):
        stem = word[:-2] if word.endswith("ed") else word[:-3]
        if "v" in shape(stem):
            word = stem
            if word.endswith(("at", "bl", "iz")):
                word += "e"
            elif ends_double(word):
                word = word if word[-1] in "lsz" else word[:-1]
            elif measure(word) == 1 and ends_cvc(word):
                word += "e"
    if word.endswith("y") and "v" in shape(word[:-1]):                    # step 1c
        word = word[:-1] + "i"
    word = replace_suffix(replace_suffix(word, STEP2), STEP3)             # steps 2, 3
    for suffix in STEP4:                                                  # step 4
        if word.endswith(suffix) and (suffix != "ion" or word[:-3].endswith(("s", "t"))):
            stem = word[:-len(suffix)]
            word = stem if measure(stem) > 1 else word
            break
    if word.endswith("e"):                                                # step 5
        count = measure(word[:-1])
        if count > 1 or count == 1 and not ends_cvc(word[:-1]):
            word = word[:-1]
    if word.endswith("ll") and measure(word) > 1:
        word = word[:-1]
    return word

def analyze(text):
    """The index terms of a text, in order."""
    for token in tokenize(text):
        if len(token) >= 2 and token[-1] in "sS" and token[-2] in "'\u2019\uff07":
            token = token[:-2]
        token = "".join("i" if c == "\u0130" else c.lower() for c in token)
        if token not in STOP:
            yield porter(token)
