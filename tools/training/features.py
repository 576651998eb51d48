"""Hashed features of the first stage: the counterpart of app/main/moderation/features.ts."""

from zlib import crc32

import numpy as np

BUCKETS = 1 << 20
SHORTEST, LONGEST = 3, 5
MAX_WORD = 32


def bucket(text):
    return crc32(text.encode("utf-8", "surrogatepass")) & (BUCKETS - 1)


_words = {}


def word_features(word):
    """A word itself and its parts of three to five letters."""
    known = _words.get(word)
    if known is None:
        ids = [bucket("w" + word)]
        if not word.startswith("<"):
            framed = "^" + word[:MAX_WORD] + "$"
            for length in range(SHORTEST, LONGEST + 1):
                for at in range(len(framed) - length + 1):
                    ids.append(bucket("c" + framed[at : at + length]))
        known = _words[word] = np.array(ids, dtype=np.int32)
    return known


_pairs = {}


def pair_feature(left, right):
    known = _pairs.get((left, right))
    if known is None:
        known = _pairs[(left, right)] = bucket("b" + left + " " + right)
    return known


def message_features(words, flags):
    """Every different word once, every different pair of neighbours once, and the flags."""
    parts = [word_features(word) for word in dict.fromkeys(words)]
    pairs = {pair_feature(a, b): None for a, b in zip(words, words[1:])}
    parts.append(np.fromiter(pairs, dtype=np.int32, count=len(pairs)))
    parts.append(np.array([bucket("f" + flag) for flag in flags], dtype=np.int32))
    return np.concatenate(parts)
