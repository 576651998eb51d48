"""Trains the experts of the first stage: linear models of one kind of writing, beside the one of all kinds.

A word means another thing in a comment under a video than in a mail, and one weight a word cannot say
both. Each expert learns from the sets of its kind alone; four more columns tell the kinds apart. All are
columns of the first stage's table, so that a message's sum holds them without a further look.
"""

import argparse
import pickle
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from first_stage import quantised

EXPERTS = {
    "comment": ("spam", ("youtube_spam",), 20.0),
    "text": ("spam", ("sms_spam", "smishing"), 50.0),
    "mail": ("spam", ("enron_spam", "ling_spam", "spamassassin"), 10.0),
    "groups": ("toxic", ("edos_sexism", "sentences"), 3.0),
    "page": ("toxic", ("wiki_detox_testset", "jigsaw_sample"), 10.0),
}
"""By name: what it judges, from which sets, and how freely it may learn."""
KINDS = {"comment": ("youtube_spam",), "text": ("sms_spam", "smishing"), "mail": ("enron_spam", "ling_spam", "spamassassin"), "other": ()}
"""Kinds of writing among which the experts for spam are weighed; `other` is all that is in no set of spam."""
MOST_OF_KIND = 4000


def learn(matrix, truth, freedom, barred=()):
    """Weights of the columns that occur often enough, their numbers, and the bias."""
    columns = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]) >= 2)
    columns = np.setdiff1d(columns, barred)
    fitted = LogisticRegression(C=freedom, solver="liblinear", max_iter=60).fit(matrix[:, columns], truth)
    return columns, fitted.coef_[0], fitted.intercept_[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    arguments = parser.parse_args()
    start = time.time()
    with open(arguments.work / "rows.pkl", "rb") as file:
        rows, _ = pickle.load(file)
    matrix = sp.load_npz(arguments.work / "features.npz").tocsr()
    names = np.array([row.set for row in rows])
    shown = np.array([not row.validation for row in rows])
    own = np.array([not row.made or row.set == "sentences" for row in rows])
    dice = np.random.default_rng(5)
    learnt, logits = {}, {}

    def keep(name, columns, weights, bias):
        """As signed bytes, as it ships; what is measured later is what ships."""
        table, scale = quantised(weights[:, None].astype(np.float32), columns, 1)
        learnt[name] = (table[:, 0], scale[0], np.float32(bias))
        logits[name] = (matrix[:, columns] @ (table[columns, 0].astype(np.float32) * scale[0]) + bias).astype(np.float32)

    # Spelling is a sign of spam and must not be one of hatred.
    raw = np.load(arguments.work / "raw.npy")
    for name, (head, sets, freedom) in EXPERTS.items():
        truth = np.array([row.targets.get(head, np.nan) for row in rows])
        at = np.isin(names, sets) & own & ~np.isnan(truth)
        learn_from = np.flatnonzero(at & shown)
        keep(name, *learn(matrix[learn_from], truth[learn_from] > 0.5, freedom, () if head == "spam" else raw))
        for one in sets:
            test = (names == one) & at & ~shown
            if 0 < truth[test].sum() < test.sum():
                print(f"{name} on {one}: area {roc_auc_score(truth[test] > 0.5, logits[name][test]):.4f}, {time.time() - start:.0f} s", flush=True)
    kinds = np.full(len(rows), "other", dtype="<U8")
    for kind, sets in KINDS.items():
        kinds[np.isin(names, sets)] = kind
    picked = np.concatenate([
        dice.permutation(np.flatnonzero((kinds == kind) & shown & own))[:MOST_OF_KIND * (2 if kind == "other" else 1)] for kind in KINDS
    ])
    for kind in KINDS:
        keep("kind " + kind, *learn(matrix[picked], kinds[picked] == kind, 5.0))
    told = np.array(list(KINDS))[np.argmax([logits["kind " + kind] for kind in KINDS], 0)]
    for kind in KINDS:
        test = (kinds == kind) & ~shown & own
        print(f"{kind}: told {np.mean(told[test] == kind):.4f}")
    np.savez_compressed(
        arguments.work / "experts.npz",
        names=list(learnt), tables=np.stack([one[0] for one in learnt.values()], 1), scales=np.array([one[1] for one in learnt.values()]),
        bias=np.array([one[2] for one in learnt.values()]), logits=np.stack([logits[name] for name in learnt], 1),
    )  # fmt: skip
    print(f"{time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
