"""Trains the first stage: one logistic regression a head over the hashed features, by Adagrad.

What a set's own prior explains goes into an offset of that set, which is thrown away.
"""

import argparse
import pickle
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numba import njit
from sklearn.metrics import roc_auc_score

from data import HEADS, SETS, SPAM_SETS, key_of
from features import BUCKETS

OFFSETS = {"spam": 0.0}
"""How much of a set's prior its offset may take, by head; 1 where not named."""


def targets_of(rows):
    return np.array([[row.targets.get(head, np.nan) for head in HEADS] for row in rows], dtype=np.float32)


def weights_of(rows):
    """Rows said twice count once; hams and spams of the small sets count as much as those of mail."""
    seen = {}
    for row in rows:
        mark = (key_of(row.text), row.targets.get("spam"), row.targets.get("toxic"))
        seen[mark] = seen.get(mark, 0) + 1
    weights = np.array([
        row.weight / seen[(key_of(row.text), row.targets.get("spam"), row.targets.get("toxic"))] for row in rows
    ], dtype=np.float32)
    boost = {"youtube_spam": 4.0, "sms_spam": 1.5, "smishing": 1.5, "wiki_detox_testset": 3.0, "jigsaw_sample": 3.0}
    return weights * np.array([boost.get(row.set, 1.0) for row in rows], dtype=np.float32)


@njit(fastmath=True, cache=True)
def epoch(indptr, indices, data, order, limits, goal, mass, sets, free, w, g2, offset, og2, bias, bg2, rate, decay):
    """One pass of Adagrad over the rows in `order`; all arrays are changed in place."""
    heads = goal.shape[1]
    z = np.empty(heads, np.float32)
    total = 0.0
    for row in order:
        a, b = indptr[row], indptr[row + 1]
        group = sets[row]
        for h in range(heads):
            z[h] = bias[h] + offset[group, h] * free[h]
        for k in range(a, b):
            j = indices[k]
            for h in range(heads):
                z[h] += w[j, h] * data[k]
        for h in range(heads):
            m = mass[row, h]
            if m == 0:
                z[h] = 0
                continue
            p = 1 / (1 + np.exp(-z[h]))
            total -= m * (goal[row, h] * np.log(p + 1e-7) + (1 - goal[row, h]) * np.log(1 - p + 1e-7))
            d = m * (p - goal[row, h])
            z[h] = d
            bg2[h] += d * d
            bias[h] -= rate * d / np.sqrt(bg2[h])
            d *= free[h]
            og2[group, h] += d * d
            offset[group, h] -= rate * d / np.sqrt(og2[group, h])
        for k in range(a, b):
            j = indices[k]
            for h in range(limits[j]):
                if z[h] != 0:
                    d = z[h] * data[k] + decay * w[j, h]
                    g2[j, h] += d * d
                    w[j, h] -= rate * d / np.sqrt(g2[j, h])
    return total


def train(matrix, rows, limits, rate, decay, epochs, report=print):
    """Weights (columns, heads) and biases; rows are those to learn from, limits how many heads learn from a column."""
    targets, weights = targets_of(rows), weights_of(rows)
    goal = np.nan_to_num(targets)
    mass = (~np.isnan(targets) * weights[:, None]).astype(np.float32)
    # The rarer class of a head counts up to three times, so that rare heads are learnt at all.
    for head in range(1, len(HEADS)):
        share = (goal[:, head] * mass[:, head]).sum() / mass[:, head].sum()
        mass[:, head] *= np.where(goal[:, head] >= 0.5, min(3.0, max(1.0, 0.2 / max(share, 1e-4))), 1.0)
    sets = np.array([SETS.index(row.set) for row in rows])
    free = np.array([OFFSETS.get(head, 1.0) for head in HEADS], dtype=np.float32)
    shape = (matrix.shape[1], len(HEADS))
    w, g2 = np.zeros(shape, np.float32), np.full(shape, 1e-4, np.float32)
    offset, og2 = np.zeros((len(SETS), len(HEADS)), np.float32), np.full((len(SETS), len(HEADS)), 1.0, np.float32)
    bias, bg2 = np.zeros(len(HEADS), np.float32), np.full(len(HEADS), 1.0, np.float32)
    dice = np.random.default_rng(7)
    for number in range(epochs):
        order = dice.permutation(len(rows))
        step = rate * (1 - number / epochs)
        value = epoch(
            matrix.indptr, matrix.indices, matrix.data, order, limits, goal, mass, sets, free,
            w, g2, offset, og2, bias, bg2, np.float32(step), np.float32(decay),
        )  # fmt: skip
        report(f"  pass {number + 1}: {value / mass.sum():.5f}")
    share = np.array([(sets == index).mean() for index in range(len(SETS))], dtype=np.float32)[:, None]
    return w, bias + (share * offset * free).sum(0)


def compact(matrix, least=2):
    """The columns that occur often enough, and their numbers."""
    counts = np.bincount(matrix.indices, minlength=matrix.shape[1])
    kept = np.flatnonzero(counts >= least)
    return matrix[:, kept].tocsr(), kept


def quantised(weights, columns, heads=len(HEADS)):
    """Signed bytes (buckets, heads) and a scale a head; the largest 0.01 % of weights are clipped."""
    table = np.zeros((BUCKETS, heads), np.int8)
    scales = np.quantile(np.abs(weights), 0.9999, axis=0) / 127
    table[columns] = np.clip(np.rint(weights / scales), -127, 127)
    return table, scales.astype(np.float32)


def report_of(rows, scores, numbers=None):
    """How well every set of the validation split is told, of all its rows or of those named."""
    lines = []
    for name in SETS:
        at = [i for i in (range(len(rows)) if numbers is None else numbers) if rows[i].set == name and rows[i].validation and not rows[i].made]
        head = 0 if name in SPAM_SETS else 1
        truth = np.array([rows[i].targets.get(HEADS[head], np.nan) for i in at])
        fine = ~np.isnan(truth)
        truth, score = truth[fine], scores[at][fine, head]
        if len(set(truth)) == 2:
            lines.append(f"{name:24s} {len(truth):6d} AUC {roc_auc_score(truth, score):.4f} accuracy {((score > 0) == truth).mean():.4f} false positives {(score > 0)[truth == 0].mean():.4f}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--rate", type=float, default=0.15)
    parser.add_argument("--decay", type=float, default=1e-6)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--all", action="store_true", help="learn from the validation rows too")
    parser.add_argument("--out", default="first.npz")
    arguments = parser.parse_args()
    start = time.time()
    with open(arguments.work / "rows.pkl", "rb") as file:
        rows, _ = pickle.load(file)
    matrix = sp.load_npz(arguments.work / "features.npz").tocsr()
    chosen = np.array([i for i, row in enumerate(rows) if arguments.all or not row.validation])
    small, columns = compact(matrix[chosen])
    # Spelling is a sign of spam, the first head; the others must not take it for more than it is.
    limits = np.where(np.isin(columns, np.load(arguments.work / "raw.npy")), 1, len(HEADS)).astype(np.int64)
    print(f"{small.shape[0]} rows, {small.shape[1]} columns, {time.time() - start:.0f} s", flush=True)
    weights, bias = train(small, [rows[i] for i in chosen], limits, arguments.rate, arguments.decay, arguments.epochs, lambda line: print(line, flush=True))
    table, scales = quantised(weights, columns)
    logits = matrix @ (table.astype(np.float32) * scales) + bias
    np.savez_compressed(arguments.work / arguments.out, table=table, scales=scales, bias=bias, logits=logits)
    print(report_of(rows, logits))
    print(f"{time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
