"""Trains the experts of the first stage: linear models of one kind of writing, beside the one of all kinds.

A word means another thing in a comment under a video than in a mail, and one weight a word cannot say
both. Each expert learns from the sets of its kind alone; as many more columns tell the kinds apart, and one
tells English from other languages, for whom there is another encoder. All are columns of the first
stage's table, so that a message's sum holds them without a further look.
"""

import argparse
import pickle
import time
import warnings
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from encoder import is_english
from first_stage import quantised

EXPERTS = {
    "comment": ("spam", ("youtube_spam",), 10.0),
    "text": ("spam", ("sms_spam", "smishing"), 30.0),
    "company": ("spam", ("enron_spam",), 300.0),
    "list": ("spam", ("spamassassin", "ling_spam"), 30.0),
    "groups": ("toxic", ("edos_sexism", "sentences"), 3.0),
    "page": ("toxic", ("wiki_detox_testset", "jigsaw_sample"), 10.0),
    "talk": ("toxic", ("wiki_context_toxicity", "wiki_detox_testset", "jigsaw_sample", "toxic_spans"), 10.0),
    "tweets": ("toxic", ("davidson",), 3.0),
    "abroad": ("toxic", ("germeval2018", "told_br"), 4.0),
}
"""By name: what it judges, from which sets, and how freely it may learn."""
KINDS = {name: EXPERTS[name][1] for name in ("comment", "text", "company", "list", "groups", "tweets")} | {"other": ()}
"""Kinds of writing by which the experts of these names are heard, others everywhere; `other` is all the rest."""
MOST_OF_KIND = 4000
MOST_OF_LANGUAGES = 50_000


def learn(matrix, truth, freedom, barred=()):
    """Weights of the columns that occur often enough, their numbers, and the bias.

    Every column is first weighed by how much oftener it occurs on one side, as in Wang and Manning,
    "Baselines and Bigrams" (2012); the product is a linear model as any other.
    """
    columns = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]) >= 2)
    columns = np.setdiff1d(columns, barred)
    small = matrix[:, columns]
    there = small.copy()
    there.data[:] = 1
    for_it, against = (1 + np.asarray(there[side].sum(0)).ravel() for side in (truth, ~truth))
    odds = np.log((for_it / for_it.sum()) / (against / against.sum())).astype(np.float32)
    with warnings.catch_warnings():
        # The dual is as good as done long before it calls itself so.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = LogisticRegression(C=freedom, solver="liblinear", dual=True, max_iter=100).fit(small @ sp.diags(odds), truth)
    return columns, fitted.coef_[0] * odds, fitted.intercept_[0]


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
    own = np.array([not row.made or row.set in ("sentences", "toxic_spans") for row in rows])
    whole = np.array([not row.made or row.set == "sentences" for row in rows])
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
            test = (names == one) & at & ~shown & whole
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
    english = np.array([is_english(row) for row in rows])
    picked = dice.permutation(np.flatnonzero(shown & own))[:MOST_OF_LANGUAGES]
    keep("english", *learn(matrix[picked], english[picked], 5.0))
    test = ~shown & own
    print(f"english: told {np.mean((logits['english'] > 0)[test] == english[test]):.4f}, {time.time() - start:.0f} s")
    np.savez_compressed(
        arguments.work / "experts.npz",
        names=list(learnt), tables=np.stack([one[0] for one in learnt.values()], 1), scales=np.array([one[1] for one in learnt.values()]),
        bias=np.array([one[2] for one in learnt.values()]), logits=np.stack([logits[name] for name in learnt], 1),
    )  # fmt: skip
    print(f"{time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
