"""The cleaned sets as rows with one target a head; NaN where a set says nothing about a head.

Validation is every text whose hash of letters has a second byte below 51, about a fifth, so that the
same text in two sets falls on one side.
"""

import gzip
import hashlib
import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

from sentences import TOXIC, written

HEADS = ("spam", "toxic", "severe", "obscene", "threat", "insult", "identity", "nsfw")
UNKNOWN = math.nan

SPAM_SETS = ("sms_spam", "youtube_spam", "enron_spam", "ling_spam", "spamassassin", "smishing")
TOXIC_SETS = (
    "davidson", "edos_sexism", "toxic_spans", "wiki_context_toxicity", "wiki_detox_testset", "jigsaw_sample",
    "mlma", "germeval2018", "told_br", "openai_moderation", "prompt_injection", "sentences",
)  # fmt: skip
SETS = SPAM_SETS + TOXIC_SETS
READ_SETS = SETS[:-1]
"""Those that are files; the sentences are written here."""

LETTER = re.compile(r"[^\W\d_]")
OBSCENE = re.compile(
    r"\b(?:fuck\w*|fuk\w*|mother ?fuck\w*|shit\w*|bullshit|bitch\w*|ass|asses|asshole\w*|cunt\w*|dick\w*|cock\w*|pussy|pussies|"
    r"whore\w*|slut\w*|twat\w*|hoe|hoes|cum|wank\w*|porra|caralho|puta\w*|foder|foda\w*|fud\w*|buceta\w*|cu|merda|bosta|"
    r"scheiß\w*|scheiss\w*|fick\w*|arsch\w*|fotze\w*|wichs\w*|schlampe\w*|hurensohn\w*)\b",
    re.I,
)
THREAT = re.compile(
    r"\b(?:i|we|ima|imma|i'?ll|we'?ll|gonna|going to|will|should|must|needs? to|deserves? to|hope)\b.{0,40}"
    r"\b(?:kill|murder|shoot|stab|hang(?:ed)?|rape[d]?|beat|burn|die|strangle|slap|punch|behead|lynch)\b.{0,30}"
    r"\b(?:you|u|your|ur|him|her|them|they|she|he|all|y'?all|women|bitch\w*|hoes?|muslims?|jews?)\b",
    re.I | re.S,
)
SEXUAL = re.compile(
    r"\b(?:porn\w*|xxx+|nudes?|naked|blow ?jobs?|cum(?:ming|shot)?|orgasm\w*|dildo\w*|horny|erection|penis|vagina|clit|tits|titties|"
    r"boobs|anal|hardcore|masturbat\w*|sex cams?|sexting|milf|threesome|creampie|pussy|buceta|rola|gozar|ficken|webcam girls?)\b",
    re.I,
)
INSULT = re.compile(
    r"\b(?:idiots?|morons?|stupid|dumb\w*|losers?|retard\w*|pathetic|imbecil\w*|idiota\w*|burr[oa]s?|lixo|otári[oa]|otari[oa]|"
    r"clowns?|fools?|ignorant|scum\w*|bastards?|jerks?|trottel|dumm\w*|vollidiot\w*|bitch|cunt|asshole|dickhead|trash|babaca)\b",
    re.I,
)


@dataclass
class Row:
    text: str
    set: str
    targets: dict = field(default_factory=dict)
    weight: float = 1.0
    validation: bool = False
    lang: str = "en"
    made: bool = False
    """Derived from a row (a part of it), never measured on."""
    extra: dict = field(default_factory=dict)


def key_of(text):
    return "".join(LETTER.findall(text.lower())) or text


def is_validation(text):
    return hashlib.sha256(key_of(text).encode()).digest()[1] < 51


def read(folder, name):
    with gzip.open(Path(folder) / f"{name}.train.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def load(folder):
    """All rows of all sets, made rows after their own."""
    rows = []
    for name in READ_SETS:
        for raw in read(folder, name):
            row = Row(raw["text"], name, lang=raw.get("lang") or "xx", validation=is_validation(raw["text"]))
            MAKERS[name](row, raw)
            rows.append(row)
            if name == "toxic_spans":
                rows.extend(sentences(row, raw))
    rows.extend(own_sentences())
    return rows


def own_sentences():
    """Sentences of our own about groups, as rows; see sentences.py."""
    for text, kind, lang, validation in written():
        row = Row(text, "sentences", lang=lang, validation=validation, made=True, extra={"kind": kind}, weight=0.7)
        row.targets.update({"toxic": TOXIC[kind], "spam": 0.0, "identity": float(kind == "hateful")})
        weak(row, kind == "hateful")
        if kind == "against":
            row.targets.update({"obscene": UNKNOWN, "nsfw": UNKNOWN})
        yield row


def weak(row, toxic):
    """Heads that no set labels widely, from words: said so in the model card."""
    text = row.text
    put = row.targets.setdefault
    put("obscene", 1.0 if OBSCENE.search(text) else 0.0)
    put("nsfw", 1.0 if SEXUAL.search(text) else 0.0)
    put("threat", 1.0 if toxic and THREAT.search(text) else 0.0)
    put("insult", (1.0 if INSULT.search(text) else UNKNOWN) if toxic else 0.0)
    put("severe", UNKNOWN if toxic else 0.0)
    put("identity", UNKNOWN if toxic else 0.0)


def spam_row(row, raw):
    spam = raw["label"] != "ham"
    row.targets["spam"] = float(spam)
    if spam:
        row.targets["nsfw"] = 1.0 if SEXUAL.search(row.text) else 0.0
        return
    foul = OBSCENE.search(row.text) or SEXUAL.search(row.text) or INSULT.search(row.text)
    if not foul:
        row.targets.update({head: 0.0 for head in HEADS if head != "spam"})


def toxic_row(toxic_labels, sure=1.0):
    def make(row, raw):
        toxic = raw["label"] in toxic_labels
        row.targets["toxic"] = float(toxic)
        row.weight = sure
        weak(row, toxic)

    return make


def davidson(row, raw):
    label, votes = raw["label"], raw.get("labels") or {}
    row.targets["toxic"] = float(label != "neither")
    if votes.get("votes"):
        row.targets["identity"] = votes.get("hate", 0) / votes["votes"]
        row.targets["severe"] = float(votes.get("hate", 0) >= 2 and OBSCENE.search(row.text) is not None)
    weak(row, label != "neither")


def edos(row, raw):
    sexist = raw["label"] == "sexist"
    category = str((raw.get("labels") or {}).get("category", ""))
    row.targets["toxic"] = float(sexist)
    row.targets["identity"] = float(sexist)
    if sexist:
        row.targets["threat"] = float(category.startswith("1"))
        row.targets["insult"] = 1.0 if category.startswith("2") else UNKNOWN
        weak(row, True)
    else:
        # Not sexist is not the same as harmless: nothing is said about the other heads.
        row.targets["obscene"] = 1.0 if OBSCENE.search(row.text) else 0.0
        row.targets["nsfw"] = 1.0 if SEXUAL.search(row.text) else 0.0


def wiki_context(row, raw):
    toxic = raw["label"] == "toxic"
    row.targets["toxic"] = float(toxic)
    row.extra["perspective"] = (raw.get("labels") or {}).get("perspective")
    row.targets["spam"] = 0.0
    weak(row, toxic)


def wiki_detox(row, raw):
    row.targets["spam"] = 0.0
    toxic_row({"toxic"})(row, raw)


def jigsaw(row, raw):
    names = {"severe": "severe_toxic", "obscene": "obscene", "threat": "threat", "insult": "insult", "identity": "identity_hate"}
    row.targets["toxic"] = float(raw["label"] == "toxic")
    for head, name in names.items():
        row.targets[head] = float(raw["labels"][name])
    row.targets["nsfw"] = 1.0 if SEXUAL.search(row.text) else 0.0


def mlma(row, raw):
    labels = raw.get("labels") or {}
    feelings = set(labels.get("sentiment") or [])
    toxic = raw["label"] == "toxic"
    row.targets["toxic"] = float(toxic)
    row.weight = 0.3
    row.targets["identity"] = (1.0 if "hateful" in feelings else UNKNOWN) if toxic else 0.0
    row.targets["insult"] = (1.0 if "abusive" in feelings else UNKNOWN) if toxic else 0.0
    weak(row, toxic)


def germeval(row, raw):
    fine = (raw.get("labels") or {}).get("fine")
    toxic = raw["label"] == "offensive"
    row.targets["toxic"] = float(toxic)
    row.targets["insult"] = {"insult": 1.0, "other": 0.0}.get(fine, UNKNOWN)
    row.targets["identity"] = {"abuse": 1.0, "other": 0.0}.get(fine, UNKNOWN)
    if fine == "profanity":
        row.targets["obscene"] = 1.0
    weak(row, toxic)


def told_br(row, raw):
    votes = raw.get("labels") or {}
    toxic = raw["label"] == "toxic"
    groups = max(votes.get(name, 0) for name in ("homophobia", "racism", "misogyny", "xenophobia"))
    row.targets["toxic"] = float(toxic)
    row.targets["obscene"] = min(1.0, votes.get("obscene", 0) / 2)
    row.targets["insult"] = min(1.0, votes.get("insult", 0) / 2)
    row.targets["identity"] = min(1.0, groups / 2)
    row.targets["severe"] = float(groups >= 2)
    weak(row, toxic)


def openai(row, raw):
    labels = raw.get("labels") or {}

    def of(*names):
        values = [labels[name] for name in names if labels.get(name) is not None]
        return float(max(values)) if values else UNKNOWN

    ok = raw["label"] == "ok"
    hateful = of("H", "HR", "H2", "V2")
    row.targets["toxic"] = 0.0 if ok else (1.0 if hateful == 1.0 else UNKNOWN)
    row.targets["nsfw"] = of("S") if not ok else 0.0
    row.targets["identity"] = of("H")
    row.targets["insult"] = of("HR")
    row.targets["threat"] = of("H2", "V") if hateful == 1.0 or ok else UNKNOWN
    row.targets["severe"] = of("H2", "V2")
    row.targets["obscene"] = 1.0 if OBSCENE.search(row.text) else 0.0


def injection(row, raw):
    if raw["label"].startswith("benign"):
        row.targets.update({"toxic": 0.0, "spam": 0.0, "threat": 0.0, "insult": 0.0, "identity": 0.0, "severe": 0.0})
        row.targets["nsfw"] = UNKNOWN
    row.weight = 0.5


SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")


def sentences(row, raw):
    """The parts of a toxic post: those with a marked fragment are toxic, the others are most likely not."""
    spans = [span.strip() for span in (raw.get("labels") or {}).get("toxic_spans") or [] if len(span.strip()) > 2]
    if not spans:
        return
    parts = [part.strip() for part in SENTENCE.findall(row.text) if len(part.strip()) >= 12]
    if len(parts) < 2:
        return
    for part in parts:
        toxic = any(span in part for span in spans)
        made = Row(part, "toxic_spans", lang="en", validation=row.validation, made=True, weight=0.5)
        made.targets["toxic"] = float(toxic)
        weak(made, toxic)
        if not toxic:
            made.targets["insult"] = UNKNOWN
        yield made


MAKERS = {name: spam_row for name in SPAM_SETS} | {
    "davidson": davidson,
    "edos_sexism": edos,
    "toxic_spans": toxic_row({"toxic"}),
    "wiki_context_toxicity": wiki_context,
    "wiki_detox_testset": wiki_detox,
    "jigsaw_sample": jigsaw,
    "mlma": mlma,
    "germeval2018": germeval,
    "told_br": told_br,
    "openai_moderation": openai,
    "prompt_injection": injection,
}


def unrepeated(rows):
    """Rows for training: the first of those with equal letters and equal targets."""
    seen = set()
    kept = []
    for row in rows:
        mark = (key_of(row.text), tuple(sorted(row.targets.items())))
        if mark not in seen:
            seen.add(mark)
            kept.append(row)
    return kept
