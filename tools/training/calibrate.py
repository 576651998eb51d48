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
from sklearn.metrics import roc_auc_score

from data import HEADS, SPAM_SETS, TOXIC_SETS
from encoder import ASKED_TOKENS, LAST
from export import MODELS
from first_stage import targets_of

UNCLEAR = {"spam": (0.1, 0.9), "toxic": (0.02, 0.5), "nsfw": (0.3, 0.7)}
"""Between which probabilities of the first stage the second is asked; `--search` shows what others cost."""
MOST_FALSE_POSITIVES = 0.005
MOST_TALK_HELD_BACK = 0.01


def second_logits(work, ids, numbers):
    """What the shipped second stage says of the rows; kept, since it takes minutes."""
    import onnxruntime as ort

    path, model = work / "second.npz", MODELS / "second-stage.onnx"
    if not model.exists():
        return None
    if path.exists() and path.stat().st_mtime > model.stat().st_mtime:
        return np.load(path)["logits"]
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    session = ort.InferenceSession(model, options)
    ids = [np.append(one[: ASKED_TOKENS - 1], LAST) if len(one) > ASKED_TOKENS else one for one in ids]
    found = np.zeros((len(ids), len(HEADS)), np.float32)
    order = sorted(numbers, key=lambda i: len(ids[i]))
    for at in range(0, len(order), 32):
        batch = order[at : at + 32]
        table = np.full((len(batch), max(len(ids[i]) for i in batch)), 1, np.int64)
        for n, i in enumerate(batch):
            table[n, : len(ids[i])] = ids[i]
        found[batch] = session.run(None, {"ids": table})[0]
    np.savez_compressed(path, logits=found)
    return found


def operating_point(logits, truth):
    """The logit that tells best while no more of what is fine is taken for spam than may be."""
    order = np.sort(logits)
    best, at = -1.0, 0.0
    for candidate in order[:: max(1, len(order) // 2000)]:
        says = logits > candidate
        if says[truth == 0].mean() <= MOST_FALSE_POSITIVES:
            right = (says == (truth == 1)).mean()
            if right > best:
                best, at = right, float(candidate)
    return at


def shares_asked(first, lengths, unclear):
    asked = np.zeros(len(lengths), bool)
    for number, head in enumerate(HEADS):
        if head in unclear:
            asked |= (first[:, number] > unclear[head][0]) & (first[:, number] < unclear[head][1])
    return asked


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


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def quality(rows, goals, scores):
    """Areas by toxicity set, accuracy and false positives over all spam sets."""
    names = np.array([row.set for row in rows])
    lines = []
    for name in ("davidson", "edos_sexism", "wiki_context_toxicity", "wiki_detox_testset", "germeval2018", "told_br"):
        at = names == name
        lines.append(f"{name} {roc_auc_score(goals[at, 1], scores[at, 1]):.3f}")
    at = np.isin(names, SPAM_SETS)
    says, truth = scores[at, 0] >= 0.5, goals[at, 0] == 1
    tube = names == "youtube_spam"
    lines.append(f"spam {(says == truth).mean():.4f}, false positives {says[~truth].mean():.4f}")
    lines.append(f"youtube {((scores[tube, 0] >= 0.5) == (goals[tube, 0] == 1)).mean():.4f}")
    return "; ".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--search", action="store_true", help="show what other borders between the stages would cost")
    arguments = parser.parse_args()
    with open(arguments.work / "rows.pkl", "rb") as file:
        rows, _ = pickle.load(file)
    with open(arguments.work / "ids.pkl", "rb") as file:
        ids = pickle.load(file)
    kept = [i for i, row in enumerate(rows) if row.validation and not row.made]
    rows = [rows[i] for i in kept]
    one = np.load(arguments.work / "first.npz")["logits"][kept]
    two = second_logits(arguments.work, ids, kept)
    lengths = np.array([min(len(ids[i]), ASKED_TOKENS) for i in kept])
    two = None if two is None else two[kept]
    goals = targets_of(rows)
    spam_rows = np.array([row.set in SPAM_SETS for row in rows])
    first, both = {}, {}
    for number, head in enumerate(HEADS):
        at = [i for i in range(len(rows)) if not np.isnan(goals[i, number])]
        truth, weights = goals[at, number], weights_for([rows[i] for i in at], head)
        scale, shift = fit([one[at, number]], truth, weights)
        if head == "spam":
            shift -= operating_point(scale * one[spam_rows, 0] + shift, goals[spam_rows, 0])
        first[head] = {"scale": round(float(scale), 4), "shift": round(float(shift), 4)}
        if two is None:
            both[head] = {"first": round(float(scale), 4), "second": 0, "shift": round(float(shift), 4)}
            continue
        a, b, c = fit([one[at, number], two[at, number]], truth, weights)
        if head == "spam":
            c -= operating_point(a * one[spam_rows, 0] + b * two[spam_rows, 0] + c, goals[spam_rows, 0])
        both[head] = {"first": round(float(a), 4), "second": round(float(b), 4), "shift": round(float(c), 4)}
    for head in HEADS:
        print(head, first[head], both[head])
    made = {"version": 1, "first": first, "both": both, "unclear": UNCLEAR}
    (MODELS / "calibration.json").write_text(json.dumps(made, indent=2) + "\n", "utf-8")

    scale = lambda table, part: np.array([table[head][part] for head in HEADS])  # noqa: E731
    alone = sigmoid(one * scale(first, "scale") + scale(first, "shift"))
    print("first alone:", quality(rows, goals, alone))
    if two is None:
        return
    together = sigmoid(one * scale(both, "first") + two * scale(both, "second") + scale(both, "shift"))
    print("both on all:", quality(rows, goals, together))
    options = [UNCLEAR]
    if arguments.search:
        options += [
            {"spam": spam, "toxic": toxic, "nsfw": (0.3, 0.7)}
            for spam in ((0.03, 0.9), (0.2, 0.8))
            for toxic in ((0.01, 0.9), (0.02, 0.7), (0.03, 0.5), (0.05, 0.35))
        ]
    for unclear in options:
        asked = shares_asked(alone, lengths, unclear)
        scores = np.where(asked[:, None], together, alone)
        print(f"{unclear['spam']} {unclear['toxic']}: asked {asked.mean():.3f}, pieces a message {(lengths * asked).mean():.1f};", quality(rows, goals, scores))
    asked = shares_asked(alone, lengths, UNCLEAR)
    scores = np.where(asked[:, None], together, alone)
    talk = np.array([row.set == "wiki_context_toxicity" and row.targets["toxic"] == 0 for row in rows])
    for number, head in enumerate(HEADS):
        bounds = [np.quantile(scores[talk, number], 1 - held) for held in (MOST_TALK_HELD_BACK, 0.003, 0.001)]
        print(f"{head}: of ordinary talk 1 % lies above {bounds[0]:.3f}, 0.3 % above {bounds[1]:.3f}, 0.1 % above {bounds[2]:.3f}")


if __name__ == "__main__":
    main()
