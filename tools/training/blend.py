"""How logits of both stages, of experts and of kinds become one probability a head; the twin of calibration.ts."""

import numpy as np
from scipy.optimize import minimize

from data import HEADS, SPAM_SETS, TOXIC_SETS

KIND = "kind "
OTHERS = {
    "spam": ("comment", "text", "company", "list", "kind comment", "kind text", "kind company", "kind list"),
    "toxic": ("groups", "page", "talk", "tweets", "abroad"),
    "identity": ("groups",),
}
"""Beside its own logits, what a head listens to."""
HEARD = {"toxic": ("toxic", "identity")}
"""Which heads of an encoder a head listens to, where not its own alone."""
FAVOURED = {"edos_sexism": 3.0, "wiki_detox_testset": 4.0, "toxic_spans": 0.3, "mlma": 0.1}
"""What hatred without a rude word has to say counts for more; what raters disagreed on for less."""
MOST_FALSE_POSITIVES = 0.0042
LEAST_OF_TRUTH = 60
"""Of fewer rows of either kind no blend is fitted: the first stage alone stands."""


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def weighed(names, logits):
    """Columns after the heads' as a blend takes them: kinds as shares of one, experts of a kind by its share."""
    values = logits.astype(np.float64).copy()
    kinds = [n for n, name in enumerate(names) if name.startswith(KIND)]
    odds = np.exp(np.minimum(30, values[:, kinds]))
    shares = odds / odds.sum(1, keepdims=True)
    for at, kind in enumerate(kinds):
        values[:, kind] = shares[:, at]
        expert = names[kind][len(KIND) :]
        if expert in names:
            values[:, names.index(expert)] *= shares[:, at]
    return values


def fit(columns, truth, weights, free=0):
    """Weighted logistic regression with a little ridge; slopes are not negative but for the last `free`."""
    x = np.column_stack(columns)

    def loss(w):
        z = x @ w[:-1] + w[-1]
        p = sigmoid(z)
        value = (weights * (np.logaddexp(0, z) - truth * z)).sum() / weights.sum() + 1e-4 * (w[:-1] ** 2).sum()
        d = weights * (p - truth) / weights.sum()
        return value, np.append(x.T @ d + 2e-4 * w[:-1], d.sum())

    start = np.append(np.full(x.shape[1], 1 / x.shape[1]), 0.0)
    bounds = [(0.0, 10)] * (x.shape[1] - free) + [(-10, 10)] * free + [(-20, 20)]
    return minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x


def weights_for(sets, head, goals):
    """Every set of its kind weighs alike up to a point; ordinary talk as much as all others together."""
    sets = np.asarray(sets)
    weights = np.ones(len(sets))
    if head == "spam":
        return np.where(np.isin(sets, SPAM_SETS), np.where(sets == "youtube_spam", 3.0, 1.0), 0.2)
    for name in TOXIC_SETS:
        count = (sets == name).sum()
        if count:
            weights[sets == name] = min(1.0, 1500 / count) * FAVOURED.get(name, 1.0)
    weights[np.isin(sets, SPAM_SETS)] = 0.3
    talk = sets == "wiki_context_toxicity"
    if talk.any():
        weights[talk] = max(1.0, weights[~talk].sum() / talk.sum())
    else:
        # Nothing but collections: there is less hatred in a forum than in these.
        weights[goals == 0] *= 3.0
    weights[sets == "sentences"] *= 0.3
    return weights


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


class Blend:
    """Fitted on some rows, asked about others."""

    def __init__(self, names, one, others, two, goals, sets, alone=None):
        self.names, self.parts = names, {}
        for number, head in enumerate(HEADS):
            at = ~np.isnan(goals[:, number])
            if alone and min((goals[at, number] > 0.5).sum(), (goals[at, number] <= 0.5).sum()) < LEAST_OF_TRUTH:
                self.parts[head] = alone.parts[head]
                continue
            heard = [name for name in OTHERS.get(head, ()) if name in names]
            encoded = [] if two is None else HEARD.get(head, (head,))
            columns = [one[at, number]] + [two[at, HEADS.index(name)] for name in encoded] + [others[at, names.index(name)] for name in heard]
            free = sum(name.startswith(KIND) for name in heard)
            *slopes, shift = fit(columns, goals[at, number], weights_for(sets[at], head, goals[at, number]), free)
            slopes = [float(slope) for slope in slopes]
            second, rest = slopes[1 : 1 + len(encoded)], slopes[1 + len(encoded) :]
            part = {"shift": float(shift), "first": slopes[0], "second": dict(zip(encoded, second)), "others": dict(zip(heard, rest))}
            self.parts[head] = part
            if head == "spam":
                spam = np.isin(sets, SPAM_SETS) & at
                z = self.logit("spam", one[spam], others[spam], None if two is None else two[spam])
                part["shift"] -= operating_point(z, goals[spam, 0])

    def logit(self, head, one, others, two):
        part, number = self.parts[head], HEADS.index(head)
        z = part["shift"] + part["first"] * one[:, number]
        for name, weight in part["second"].items():
            z = z + weight * two[:, HEADS.index(name)]
        for name, weight in part["others"].items():
            z = z + weight * others[:, self.names.index(name)]
        return z

    def scores(self, one, others, two=None):
        return np.stack([sigmoid(self.logit(head, one, others, two)) for head in HEADS], 1)

    def written(self):
        return {
            head: {
                "shift": round(part["shift"], 4), "first": round(part["first"], 4),
                **{group: {name: round(weight, 4) for name, weight in part[group].items()} for group in ("second", "others")},
            }
            for head, part in self.parts.items()
        }  # fmt: skip
