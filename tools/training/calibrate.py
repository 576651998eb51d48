"""Fits probabilities and the border between the stages on the validation split, and writes calibration.json.

A set's prior is not a forum's: rows are weighted so that toxicity is calibrated at the prior of
wiki_context_toxicity's sort of talk mixed half and half with the other sets.
"""

import argparse
import json
import pickle
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from data import HEADS, SPAM_SETS, TOXIC_SETS
from export import MODELS
from first_stage import targets_of

SECOND_SHARE = {"spam": (0.003, 0.997), "toxic": (0.03, 0.985), "nsfw": (0.2, 0.8)}


def fit(columns, truth, weights):
    """Weighted logistic regression with a little ridge; non-negative slopes."""
    x = np.column_stack(columns)

    def loss(w):
        z = x @ w[:-1] + w[-1]
        p = 1 / (1 + np.exp(-z))
        value = (weights * (np.logaddexp(0, z) - truth * z)).sum() / weights.sum() + 1e-4 * (w[:-1] ** 2).sum()
        d = weights * (p - truth) / weights.sum()
        return value, np.append(x.T @ d + 2e-4 * w[:-1], d.sum())

    start = np.append(np.full(x.shape[1], 1 / x.shape[1]), 0.0)
    bounds = [(0.02, 10)] * x.shape[1] + [(-20, 20)]
    return minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x


def weights_for(rows, head):
    """Every set of its kind weighs alike up to a point; ordinary talk as much as all others together."""
    names = [row.set for row in rows]
    weights = np.ones(len(rows))
    if head == "spam":
        return weights * np.array([1.0 if name in SPAM_SETS else 0.2 for name in names])
    for name in TOXIC_SETS:
        count = names.count(name)
        if count:
            weights[[i for i, n in enumerate(names) if n == name]] = min(1.0, 1500 / count)
    weights[[i for i, n in enumerate(names) if n in SPAM_SETS]] = 0.3
    talk = np.array([name == "wiki_context_toxicity" for name in names])
    if talk.any():
        weights[talk] = max(1.0, weights[~talk].sum() / talk.sum())
    weights[np.array([name == "mlma" for name in names])] *= 0.2
    return weights


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    arguments = parser.parse_args()
    with open(arguments.work / "rows.pkl", "rb") as file:
        rows, _ = pickle.load(file)
    kept = [i for i, row in enumerate(rows) if row.validation and not row.made]
    rows = [rows[i] for i in kept]
    one = np.load(arguments.work / "first.npz")["logits"][kept]
    path = arguments.work / "second.npy"
    two = np.load(path)[kept] if path.exists() else None
    goals = targets_of(rows)
    first, both = {}, {}
    for number, head in enumerate(HEADS):
        at = [i for i in range(len(rows)) if not np.isnan(goals[i, number])]
        truth, weights = goals[at, number], weights_for([rows[i] for i in at], head)
        scale, shift = fit([one[at, number]], truth, weights)
        first[head] = {"scale": round(scale, 4), "shift": round(shift, 4)}
        if two is None:
            both[head] = {"first": round(scale, 4), "second": 0, "shift": round(shift, 4)}
        else:
            a, b, c = fit([one[at, number], two[at, number]], truth, weights)
            both[head] = {"first": round(a, 4), "second": round(b, 4), "shift": round(c, 4)}
        print(head, first[head], both[head])
    made = {"version": 1, "first": first, "both": both, "unclear": SECOND_SHARE}
    (MODELS / "calibration.json").write_text(json.dumps(made, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
