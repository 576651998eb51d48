"""Reads the data once and keeps what the trainings need: rows, words, hashed features."""

import pickle
import sys
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from data import HEADS, load
from features import BUCKETS, message_features, word_features
from normalise import Normaliser


def raw_buckets(normaliser):
    """Buckets that only the raw spelling of chunks falls into."""
    raw, plain = set(), set()
    for chunk in normaliser.cache.values():
        for word in chunk.words:
            (raw if word.startswith("=") else plain).update(word_features(word).tolist())
    return np.array(sorted(raw - plain), dtype=np.int32)


def prepare(folder, work):
    start = time.time()
    rows = load(folder)
    normaliser = Normaliser()
    indices, indptr, legible = [], [0], []
    for row in rows:
        words, flags, line = normaliser.message(row.text)
        ids = message_features(words, flags)
        indices.append(ids)
        indptr.append(indptr[-1] + len(ids))
        legible.append(line)
    lengths = np.diff(indptr)
    data = np.repeat((1 / np.sqrt(lengths)).astype(np.float32), lengths)
    matrix = sp.csr_matrix(
        (data, np.concatenate(indices), np.array(indptr)), shape=(len(rows), BUCKETS), dtype=np.float32
    )
    matrix.sum_duplicates()
    work.mkdir(parents=True, exist_ok=True)
    np.save(work / "raw.npy", raw_buckets(normaliser))
    sp.save_npz(work / "features.npz", matrix, compressed=False)
    with open(work / "rows.pkl", "wb") as file:
        pickle.dump((rows, legible), file)
    print(f"{len(rows)} rows, {matrix.nnz} features, {len(HEADS)} heads, {time.time() - start:.0f} s")


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), Path(sys.argv[2]))
