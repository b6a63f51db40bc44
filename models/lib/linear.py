"""Logistic regression on hashed n-grams: half of every text model, and its baseline."""
import numpy as np
from sklearn.linear_model import LogisticRegression


def linear_logits(encoded, coefficients, intercepts, buckets):
    """Logits of a linear model on the hashed n-grams; one row a text."""
    return (encoded.sparse(buckets) @ coefficients.T + intercepts).astype(np.float32)


def fit_linear(encoded, truth, labels, buckets, strength=16.0, row_weights=None, tolerance=1e-3):
    """Logistic regression, one label against the rest: coefficients (labels, buckets) and intercepts (labels)."""
    x, truth = encoded.sparse(buckets), np.asarray(truth)
    coefficients, intercepts = np.zeros((labels, buckets), np.float32), np.zeros(labels, np.float32)
    for label in range(labels) if labels > 2 else [1]:
        model = LogisticRegression(C=strength, solver="liblinear", tol=tolerance, random_state=0)
        model.fit(x, truth == label, sample_weight=row_weights)
        coefficients[label], intercepts[label] = model.coef_[0], model.intercept_[0]
    return coefficients, intercepts


def fit_kinds(encoded, truth, weights, kinds, settings, strength, common):
    """
    (columns of a cascade, linear model of each kind): columns are coefficients (columns × buckets) and intercepts. Each
    kind's model is mixed with one of all texts, whose share is `common`, since the gate may take a text for another kind.
    """
    def fit(rows, said, labels, share, strength):
        return fit_linear(encoded.take(rows), said[rows], labels, settings.buckets, strength, share[rows] / share[rows].max(), tolerance=1e-2)

    own = [fit(np.where(kinds == kind)[0], truth, settings.labels, weights, strength) for kind in range(settings.kinds)]
    if settings.kinds == 1:
        return own[0], own
    everything = np.arange(len(truth))
    shared = fit(everything, truth, settings.labels, weights, strength)
    # Each kind counts the same at the gate: what was frequent in training need not be so.
    gate = fit(everything, kinds, settings.kinds, weights / np.bincount(kinds, weights)[kinds], 1.0)
    mixed = [tuple((1 - common) * mine + common * all_ for mine, all_ in zip(one, shared)) for one in own]
    return tuple(np.concatenate(parts) for parts in zip(*mixed, gate)), own
