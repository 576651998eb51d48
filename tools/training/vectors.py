"""Writes app/main/moderation/vectors: what TypeScript and Python must both make of these texts.

`normalise.json` holds words, lines and buckets; `pieces.json` the numbers of the pieces of the vocabularies that ship.
"""

import json

from encoder import ENGLISH, OTHERS, Pieces, WordPieces
from export import MODELS
from features import message_features
from normalise import TABLE, Normaliser

TEXTS = [
    "You are a f.u.c.k.i.n.g 1d10t",
    "fuuuuck you",
    "fu ck off",
    "\uff46\uff55\uff43\uff4b",
    "f\u200bu\u200bc\u200bk",
    "f\xfcck yo\xfc",
    "sh!t a$$h0le",
    "the pen is mine and as is",
    "s h i t happens",
    "v i a g r a now",
    "Vi@gra fr33",
    "\u0441\u200b\u0443\u043a\u0430 \u0431\u043b\u044f\u0442\u044c fu\u0441k",
    "f**k this sh*t",
    "https://bit.ly/x free @bob hello",
    "win2003 b2b 09061701461 \xa31000!!",
    "he is in my house",
    "\U0001d4ef\U0001d4fe\U0001d4ec\U0001d4f4 \U0001f155\U0001f164\U0001f152\U0001f15a",
    "don't you're",
    "F" + "\u0301" * 300 + "u\u0300ck",
    "niiiigger",
    "Stra\xdfe \xfcber",
    "a55hole",
    "\u041a\u043b\u0430\u0441\u0441 \u0434\u043e\u043c",
    "n i gg er",
    "",
    "   ",
    "!!!",
    "y o u a r e s h i t t y",
    "mail me at joe@example.com.",
    "www.Example.com/path?q=1",
    "hello \U0001f600\U0001f600\U0001f600\U0001f600 world #tag 50%",
    "\ufdfa \u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8",
    "x" * 500,
    "\u0130stanbul I\u015eIK",
    "\u03a3\u0391\u03a3 \u03a3",
    "don\u2019t st*p",
    "i d i o t",
    "c l i c k h e r e f r e e",
    "a\tb\nc\rd",
    "\u0661\u0662\u0663 \u2177 \xb2",
    "cafe\u0301 caf\xe9",
    "pussies!!!",
    "b!tch b1tch bi+ch",
    "@$$hole",
    "(fuck)",
    "fuck,you",
    "motherf*cker",
    "fu-ck sh_it",
    "\U0001f1eb\U0001f1fa\U0001f1e8\U0001f1f0",
    "\u1da0\u1d58\u1d9c\u1d4f",
    "\u24d5\u24e4\u24d2\u24da you",
    "\ufb00 \ufb01",
]


def main():
    normaliser = Normaliser()
    vectors = []
    for text in TEXTS:
        words, flags, line = normaliser.message(text)
        ids = message_features(words, flags)
        vectors.append({
            "text": text, "words": words, "flags": flags, "line": line,
            "features": len(ids), "sum": int(ids.astype("int64").sum()),
        })  # fmt: skip
    path = TABLE.parent / "vectors/normalise.json"
    path.write_text(json.dumps(vectors, indent=0) + "\n", "utf-8")
    read = {shape: json.loads((MODELS / f"{shape.name}-pieces.json").read_text("utf-8")) for shape in (ENGLISH, OTHERS)}
    cutters = {ENGLISH: WordPieces(read[ENGLISH]["pieces"]), OTHERS: Pieces(read[OTHERS]["pieces"], read[OTHERS]["scores"])}
    cut = [
        {"line": vector["line"], **{shape.name: list(map(int, cutter.line(vector["line"], shape.asked))) for shape, cutter in cutters.items()}}
        for vector in vectors
    ]
    (TABLE.parent / "vectors/pieces.json").write_text(json.dumps(cut, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main()
