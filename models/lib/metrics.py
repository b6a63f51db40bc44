"""Figures of the model cards, and the linear n-gram baseline that stands beside them."""
import numpy as np


def confusion(truth, said, labels):
    """Counts, rows truth, columns said."""
    table = np.zeros((labels, labels), dtype=np.int64)
    np.add.at(table, (truth, said), 1)
    return table


def accuracy(truth, said):
    return float(np.mean(np.asarray(truth) == np.asarray(said)))


def f1_by_label(truth, said, labels):
    """F1 of each label, 0 where a label is neither there nor said."""
    table = confusion(truth, said, labels)
    hits = np.diag(table)
    total = table.sum(0) + table.sum(1)
    return np.where(total > 0, 2 * hits / np.maximum(total, 1), 0.0)


def macro_f1(truth, said, labels):
    """Mean F1 over the labels that occur in the truth."""
    present = np.unique(truth)
    return float(f1_by_label(truth, said, labels)[present].mean())


def calibration_error(truth, scores, bins=15):
    """Expected calibration error of the best label's score, equal-width bins (Guo et al. 2017)."""
    best, said = scores.max(1), scores.argmax(1)
    right = said == np.asarray(truth)
    place = np.minimum((best * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        rows = place == b
        if rows.any():
            error += rows.mean() * abs(right[rows].mean() - best[rows].mean())
    return float(error)


def linear_baseline(train, truth, test, buckets=1 << 18, strength=4.0):
    """Scores of logistic regression on the same hashed n-grams, one against the rest."""
    from sklearn.linear_model import LogisticRegression

    truth = np.asarray(truth)
    labels = int(truth.max()) + 1
    x, z = train.sparse(buckets), test.sparse(buckets)
    columns = []
    for label in range(labels) if labels > 2 else [1]:
        model = LogisticRegression(C=strength, solver="liblinear", random_state=0)
        columns.append(model.fit(x, truth == label).predict_proba(z)[:, 1])
    if labels == 2:
        return np.stack([1 - columns[0], columns[0]], 1)
    raw = np.stack(columns, 1)
    return raw / raw.sum(1, keepdims=True)


def without_near_duplicates(train_texts, test_texts, share=0.7):
    """Rows of `test_texts` of which no training text has `share` or more of the 5-grams of both together (Jaccard)."""
    from collections import Counter, defaultdict

    from text import normalise

    holders, sizes = defaultdict(list), []
    for row, text in enumerate(normalise(train_texts)):
        grams = _grams(text)
        sizes.append(len(grams))
        for gram in grams:
            holders[gram].append(row)
    kept = []
    for row, text in enumerate(normalise(test_texts)):
        grams = _grams(text)
        common = Counter(holder for gram in grams for holder in holders.get(gram, ()))
        if all(count / (len(grams) + sizes[holder] - count) < share for holder, count in common.items()):
            kept.append(row)
    return kept


def _grams(text, width=5):
    return {text[i : i + width] for i in range(max(1, len(text) - width + 1))}


def without_duplicates(train_texts, test_texts):
    """Rows of `train_texts` whose normalised text is not in the test, and how many went."""
    from text import normalise

    seen = set(normalise(test_texts))
    kept = []
    for row, key in enumerate(normalise(train_texts)):
        if key not in seen:
            kept.append(row)
    return np.array(kept, dtype=np.int64), len(train_texts) - len(kept)
