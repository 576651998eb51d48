"""The product's normalisation, in Python: the counterpart of app/main/moderation/normalise.ts.

Both read app/main/moderation/normalise.json and are held together by the vectors in
app/main/moderation/vectors/normalise.json. A change here is a change there, and a new training.
"""

import json
import unicodedata
from itertools import product
from pathlib import Path

import regex

TABLE = Path(__file__).parents[2] / "app/main/moderation/normalise.json"

SPACE = "\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\u2800\\u3164\\u115f\\u1160\\uffa0"
CHUNK = regex.compile(f"[^{SPACE}]+")
INVISIBLE = regex.compile(r"[\p{Cf}\p{Cs}\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u034f\u17b4\u17b5\ufe00-\ufe0f]")
PILED_MARKS = regex.compile(r"(\p{M}{2})\p{M}+")
MARKS = regex.compile(r"[\p{Mn}\p{Me}\p{Cf}\u034f]")
ADDRESS = regex.compile(
    r"^[^\p{L}\p{N}]*(?:(?:https?|hxxps?|ftp)[:/]|www\.)|^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|ru|cn|co|io|me|tv|us|uk|de|br|xyz|top|club|online|site|shop|ly|gl|gg|app|link)(?:[/:?]|[^\p{L}\p{N}]*$)"
)
MAIL = regex.compile(r"[^@]@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
MENTION = regex.compile(r"^[^\p{L}\p{N}@]*@[\p{L}\p{N}_]+[^\p{L}\p{N}]*$")
WORD = regex.compile(r"[\p{L}\p{N}]+")
LETTERS = regex.compile(r"^\p{L}+$")
DIGITS = regex.compile(r"^\p{N}+$")
DIGIT = regex.compile(r"\p{N}")
APOSTROPHE = regex.compile(r"['’`´ʼ]")
OUTER_LEFT = regex.compile(r"^[^\p{L}\p{N}@$|!*]+")
OUTER_RIGHT = regex.compile(r"[^\p{L}\p{N}@$*]+$")
PICTURE = regex.compile(r"\p{Extended_Pictographic}")
LONG_RUN = regex.compile(r"([^\p{N}])\1{2,}", regex.DOTALL)
RUN = regex.compile(r"(.)\1+", regex.DOTALL)
ASCII_LETTER = regex.compile("[a-z]")
VOWEL = regex.compile("[aeiouy]")

MAX_CHUNK = 96
MAX_RAW = 24
MAX_PICTURES = 3
MAX_HOST_WORDS = 6
MAX_SPACED = 40
WILD = frozenset("*#%_-.")
SEPARATORS = frozenset(".-_~*'’·•,:;+=/\\^|()[]{}<>\"")


def collapsed(word):
    return RUN.sub(r"\1", word)


def covers(word, target):
    """Whether `word` is `target` with letters repeated: every run of the target is as long or longer."""
    at = 0
    n = len(word)
    i = 0
    while i < len(target):
        letter = target[i]
        wanted = 0
        while i < len(target) and target[i] == letter:
            wanted += 1
            i += 1
        found = 0
        while at < n and word[at] == letter:
            found += 1
            at += 1
        if found < wanted:
            return False
    return at == n


class Chunk:
    """What a run of characters between blanks reads as."""

    __slots__ = ("words", "text", "core", "repaired")

    def __init__(self, words, text, core, repaired):
        self.words = words
        self.text = text
        self.core = core
        self.repaired = repaired


class Normaliser:
    def __init__(self, table=None):
        table = table or json.loads(TABLE.read_text("utf-8"))
        self.lookalikes = table["lookalikes"]
        self.leet = table["leet"]
        self.exact = set(table["targets"])
        self.by_shape = {}
        self.by_length = {}
        for target in table["targets"]:
            self.by_shape.setdefault(collapsed(target), []).append(target)
            self.by_length.setdefault((len(target), target[0]), []).append(target)
        self.cache = {}

    def clean(self, chunk):
        """One chunk in lower case, in one form, without what cannot be seen; accents stay."""
        plain = MARKS.sub("", unicodedata.normalize("NFKC", chunk).lower())
        if plain.isascii():
            return plain
        mapped = "".join(self.lookalikes.get(c, c) for c in plain)
        if mapped == plain:
            return plain
        if ASCII_LETTER.search(plain) or self.target(mapped) is not None or ASCII_LETTER.search(bare(plain)):
            return mapped
        return plain

    def target(self, chunk):
        """The listed word that a chunk stands for, however it is written, or None."""
        core = OUTER_RIGHT.sub("", OUTER_LEFT.sub("", chunk))
        if len(core) < 3 or len(core) > 40:
            return None
        letters = sum(1 for c in core if LETTERS.match(c))
        if letters == 0:
            return None
        if letters == len(core):
            return self.repeated(bare(core))
        if letters * 4 < len(core) or (len(core) == 3 and letters < 2):
            return None
        options = []
        doubtful = 0
        for c in core:
            if LETTERS.match(c):
                options.append((bare(c),))
            elif c in self.leet:
                both = self.leet[c]
                if len(both) > 1 and doubtful < 3:
                    doubtful += 1
                    options.append(tuple(both))
                else:
                    options.append((both[0],))
            elif c in SEPARATORS:
                options.append(("",))
            else:
                return None
        for reading in product(*options):
            found = self.repeated("".join(reading))
            if found is not None:
                return found
        return self.masked(core, letters)

    def repeated(self, word):
        if word in self.exact:
            return word
        for target in self.by_shape.get(collapsed(word), ()):
            if covers(word, target):
                return target
        return None

    def masked(self, core, letters):
        """`f**k`: at least half of it legible, first letter first."""
        if letters * 2 < len(core) or not LETTERS.match(core[0]):
            return None
        for target in self.by_length.get((len(core), core[0]), ()):
            if all(a == b or a in WILD for a, b in zip(core, target)):
                return target
        return None

    def chunk(self, chunk):
        known = self.cache.get(chunk)
        if known is None:
            known = self.cache[chunk] = self.read(chunk)
        return known

    def read(self, chunk):
        c = self.clean(chunk)
        if ADDRESS.search(c):
            hosts = [w for w in WORD.findall(c) if w not in ("http", "https", "www", "com")][:MAX_HOST_WORDS]
            return Chunk(["<url>"] + [shape(w) for w in hosts], " ".join(["url"] + hosts), "", False)
        if MAIL.search(c):
            hosts = WORD.findall(c.split("@", 1)[1])[:MAX_HOST_WORDS]
            return Chunk(["<mail>"] + [shape(w) for w in hosts], "mail", "", False)
        marks = marks_of(c)
        found = self.target(c)
        if found is not None:
            core = OUTER_RIGHT.sub("", OUTER_LEFT.sub("", c))
            return Chunk([found] + marks, found, found, core != found)
        if MENTION.search(c):
            return Chunk(["<user>"], "user", "", False)
        plain = APOSTROPHE.sub("", c)
        words = []
        repaired = False
        for word in WORD.findall(plain):
            again = self.target(word) if len(word) < len(plain) else None
            if again is not None:
                repaired = repaired or again != word
                words.append(again)
            else:
                words.append(shape(LONG_RUN.sub(r"\1\1", word)))
        text = " ".join(words) if repaired else LONG_RUN.sub(r"\1\1", c)
        core = words[0] if len(words) == 1 and LETTERS.match(words[0]) else ""
        # How it is written says something of its own: of spam, and of nothing else (see first_stage.py).
        if not repaired and (len(words) != 1 or words[0] != c):
            words.append("=" + bare(DIGIT.sub("0", LONG_RUN.sub(r"\1\1", c)))[:MAX_RAW])
        if core == "" and len(c) == 1 and c in self.leet:
            core = self.leet[c][0]
        return Chunk(words + marks, text, core, repaired)

    def message(self, text):
        """Words for the first stage and a legible line for the second."""
        flags = flags_of(text)
        text = PILED_MARKS.sub(r"\1", INVISIBLE.sub("", text))
        chunks = []
        for run in CHUNK.findall(text):
            for at in range(0, len(run), MAX_CHUNK):
                chunks.append(self.chunk(run[at : at + MAX_CHUNK]))
        words, parts = [], []
        at = 0
        while at < len(chunks):
            joined, end = self.spaced(chunks, at)
            if joined is not None:
                words.extend(joined)
                parts.extend(joined)
                at = end
                continue
            words.extend(chunks[at].words)
            if chunks[at].text:
                parts.append(chunks[at].text)
            at += 1
        return words, flags, " ".join(parts)

    def spaced(self, chunks, at):
        """A listed word whose letters stand apart: `f u c k`, `fu ck`, `sh i t`."""
        core = chunks[at].core
        if core == "":
            return None, at
        if len(core) <= 2:
            end = at
            letters = ""
            single = True
            fragment = False
            while end < len(chunks) and end - at < MAX_SPACED and 0 < len(chunks[end].core) <= 2:
                part = chunks[end].core
                single = single and len(part) == 1
                fragment = fragment or not VOWEL.search(part)
                letters += part
                end += 1
            if end - at >= 2 and fragment:
                found = self.repeated(letters) if len(letters) >= 3 else None
                if found is not None:
                    return [found], end
                if single and end - at >= 4:
                    inner = self.inside(letters)
                    if inner is not None:
                        return inner, end
        if at + 1 < len(chunks):
            after = chunks[at + 1].core
            if after and 4 <= len(core) + len(after) <= 14 and (not VOWEL.search(core) or not VOWEL.search(after)):
                whole = core + after
                if core not in self.exact and after not in self.exact and whole in self.exact:
                    return [whole], at + 2
        return None, at

    def inside(self, letters):
        """Listed words of four letters and more within letters that stood apart."""
        words = []
        rest = ""
        at = 0
        while at < len(letters):
            hit = None
            for length in range(min(14, len(letters) - at), 3, -1):
                hit = self.repeated(letters[at : at + length])
                if hit is not None:
                    if rest:
                        words.append(rest)
                        rest = ""
                    words.append(hit)
                    at += length
                    break
            if hit is None:
                rest += letters[at]
                at += 1
        if not any(word in self.exact for word in words):
            return None
        return words + ([rest] if rest else [])


def bare(word):
    """Without accents."""
    if word.isascii():
        return word
    return MARKS.sub("", unicodedata.normalize("NFD", word))


def shape(word):
    """A number by its length, a word by its letters without accents."""
    if DIGITS.match(word):
        return f"<n{min(len(word), 9)}>"
    return bare(DIGIT.sub("0", word))


def marks_of(chunk):
    marks = []
    if "!" in chunk:
        marks.append("<!!>" if "!!" in chunk else "<!>")
    if "?" in chunk:
        marks.append("<?>")
    if any(c in chunk for c in "$£€"):
        marks.append("<$>")
    if "%" in chunk:
        marks.append("<%>")
    if "#" in chunk:
        marks.append("<#>")
    if "*" in chunk:
        marks.append("<*>")
    if not chunk.isascii():
        marks.extend(PICTURE.findall(chunk)[:MAX_PICTURES])
    return marks


def flags_of(text):
    """How long a message is and how much of it shouts."""
    upper = sum(1 for c in text[:2000] if "A" <= c <= "Z")
    lower = sum(1 for c in text[:2000] if "a" <= c <= "z")
    shout = upper * 10 // (upper + lower) if upper + lower >= 8 else 0
    units = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    size = min(units, 4096).bit_length()
    return [f"<caps{shout}>", f"<len{size}>"]
