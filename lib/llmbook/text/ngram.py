"""Language models that only count: n-grams with smoothing, and the hidden Markov model.

Chapter: notebooks/text/ngram.ipynb. Shapes: T ids of one document, V vocabulary, n order of the
model, R rows of a count table, N ids scored at once, B sequences, S hidden states.

Each document is counted on its own, after n - 1 start marks (the id V, context only), so no
n-gram spans two documents. To model where documents end, append an id of your own to each.
Follows Chen and Goodman (1999) for modified interpolated Kneser-Ney, Heafield et al. (2013) for
the start of documents, Rabiner (1989) for the HMM. Leaves out: pruning, compressed tables, Katz.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

Ids = Sequence[int] | Int[np.ndarray, " T"]  # one document
Rows = Int[np.ndarray, " N"]


def checked_ids(ids: Ids, vocab_size: int) -> Int[np.ndarray, " T"]:
    """A document as an array of ids; TypeError unless integers, ValueError unless 0 <= id < V."""
    array = np.asarray(ids)
    array = np.zeros(0, dtype=np.int64) if array.shape == (0,) else array
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"ids: got {array.dtype} of shape {array.shape}; expected a row of ints")
    wrong = array[(array < 0) | (array >= vocab_size)]
    if wrong.size:
        raise ValueError(f"ids: got {wrong[0]}; expected 0 <= id < {vocab_size}")
    return array.astype(np.int64)


@dataclass(frozen=True, eq=False)
class NGramCounts:
    """How often each k-gram occurs in the training text, for k = 1 to n: one table per order.

    A k-gram is a row of table k, found by its key: (row of its first k-1 ids) * (V+1) + last id.
    Keys are sorted, so the k-grams that continue one context lie side by side.
    """

    vocab_size: int
    keys: tuple[Int[np.ndarray, " _"], ...]  # keys[k-1]: sorted keys of the k-grams
    counts: tuple[Int[np.ndarray, " _"], ...]  # counts[k-1]: occurrences; 0 if it ends in a mark
    suffixes: tuple[Int[np.ndarray, " _"], ...]  # suffixes[k-1]: row of the last k-1 ids

    @property
    def n(self) -> int:
        """The order: the length of the longest n-grams counted."""
        return len(self.keys)

    def rows(self, k: int, prefix: Rows, last: Rows) -> Rows:
        """Rows of the k-grams made of prefix rows and last ids; -1 where never seen."""
        keys, wanted = self.keys[k - 1], prefix * (self.vocab_size + 1) + last
        if len(keys) == 0:
            return np.full(len(wanted), -1)
        found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[found] == wanted, found, -1)

    def contexts(self, ids: Int[np.ndarray, " T"]) -> Int[np.ndarray, "n T+1"]:
        """Rows of the last 0 to n-1 symbols before each id of a document, and after the last."""
        symbols = np.concatenate([np.full(self.n - 1, self.vocab_size), ids])
        rows = np.full((self.n, len(symbols) + 1), -1)
        rows[0] = 0  # the empty context is always known: row 0 of nothing
        for k in range(1, self.n):
            rows[k, 1:] = self.rows(k, rows[k - 1, :-1], symbols)
        return rows[:, self.n - 1 :]

    def prefixes(self, k: int) -> Int[np.ndarray, " R"]:
        """For each k-gram the row of its context, the first k-1 ids."""
        return self.keys[k - 1] // (self.vocab_size + 1)

    def sums(self, k: int, values: np.ndarray) -> Float[np.ndarray, " _"]:
        """For each of the C contexts of length k-1 the sum of `values` over the k-grams in it."""
        contexts = len(self.keys[k - 2]) if k > 1 else 1
        return np.bincount(self.prefixes(k), weights=values, minlength=contexts)

    def truncated(self, n: int) -> "NGramCounts":
        """The same counts up to order n only; ValueError unless 1 <= n <= the order counted."""
        if not 1 <= n <= self.n:
            raise ValueError(f"n: got {n}; expected 1 <= n <= {self.n}, the order counted")
        return NGramCounts(self.vocab_size, self.keys[:n], self.counts[:n], self.suffixes[:n])


def count_ngrams(sequences: Iterable[Ids], n: int, vocab_size: int) -> NGramCounts:
    """Count all k-grams, k = 1 to n, of documents given as rows of ids below `vocab_size`.

    ValueError if n < 1, vocab_size < 1, an id is out of range, or there is nothing to count.
    """
    if n < 1 or vocab_size < 1:
        raise ValueError(f"n, vocab_size: got {n}, {vocab_size}; expected both at least 1")
    documents = [checked_ids(ids, vocab_size) for ids in sequences]
    if not sum(len(ids) for ids in documents):
        raise ValueError(f"sequences: got {len(documents)} with no ids; expected at least one id")
    marks = np.full(n - 1, vocab_size)
    symbols = np.concatenate([part for ids in documents for part in (marks, ids)])
    place = np.concatenate([np.arange(n - 1 + len(ids)) for ids in documents])  # in its document
    keys, counts, suffixes = [], [], []
    row = np.zeros(len(symbols), dtype=np.int64)  # at k: row of the (k-1)-gram that ends here
    for k in range(1, n + 1):
        inside = np.flatnonzero(place >= k - 1)  # a k-gram that ends here is inside its document
        key = row[inside - 1] * (vocab_size + 1) + symbols[inside]
        # The different keys, where each came first, the row of each place, how often each came.
        unique, first, which, count = np.unique(key, True, True, True)
        keys.append(unique)
        counts.append(np.where(unique % (vocab_size + 1) == vocab_size, 0, count))
        suffixes.append(row[inside][first])
        row = np.zeros(len(symbols), dtype=np.int64)
        row[inside] = which
    return NGramCounts(vocab_size, tuple(keys), tuple(counts), tuple(suffixes))


class NGramModel:
    """Next-id probabilities from counts; a subclass says how much each order gives to the next.

    p_k(w | c) = share_k(c w) + rest_k(c) * p_{k-1}(w | c without its first id),  p_0(w) = 1 / V.
    """

    def __init__(self, counts: NGramCounts):
        self.counts, self.shares, self.rests = counts, [], []
        for k in range(1, counts.n + 1):
            share, rest = self.weigh(k)
            # One entry more at the end: row -1, "never seen", has no share and passes all on.
            self.shares.append(np.append(share, 0.0))
            self.rests.append(np.append(rest, 1.0))

    @classmethod
    def fit(cls, sequences: Iterable[Ids], n: int, vocab_size: int, **more: Any) -> "NGramModel":
        """Count the documents (see `count_ngrams` for errors) and build the model on the counts."""
        return cls(count_ngrams(sequences, n, vocab_size), **more)

    def weigh(self, order: int) -> tuple[np.ndarray, np.ndarray]:
        """The shares of all n-grams of this order, shape (R,), and the rests of its contexts."""
        raise NotImplementedError("weigh: use a subclass that says how to smooth")

    def _predict(self, contexts: Int[np.ndarray, "n N"], ids: Rows) -> Float[np.ndarray, " N"]:
        p = np.full(len(ids), 1 / self.counts.vocab_size)
        for k in range(1, self.counts.n + 1):
            gram = self.counts.rows(k, contexts[k - 1], ids)
            p = self.shares[k - 1][gram] + self.rests[k - 1][contexts[k - 1]] * p
        return p

    def probabilities(self, context: Ids = ()) -> Float[np.ndarray, " V"]:
        """Probability of each id to come next, given all ids of the document so far."""
        V, n = self.counts.vocab_size, self.counts.n
        ids = checked_ids(context, V)
        rows = self.counts.contexts(ids[max(0, len(ids) - n + 1) :])[:, -1:]
        return self._predict(np.repeat(rows, V, axis=1), np.arange(V))

    def log_probabilities(self, ids: Ids) -> Float[np.ndarray, " T"]:
        """Natural logarithm of the probability of each id of a document, given those before it."""
        known = checked_ids(ids, self.counts.vocab_size)
        with np.errstate(divide="ignore"):  # log 0 is -inf: the model calls the text impossible
            return np.log(self._predict(self.counts.contexts(known)[:, :-1], known))

    def log_probability(self, ids: Ids) -> float:
        """Natural logarithm of the probability of the whole document, in nats."""
        return float(self.log_probabilities(ids).sum())


class MaximumLikelihood(NGramModel):
    """Relative frequency after the longest context that was seen; no smoothing at all."""

    def weigh(self, order: int) -> tuple[np.ndarray, np.ndarray]:
        """All probability to what was counted; only a context never seen passes it on."""
        counted = self.counts.counts[order - 1]
        total = self.counts.sums(order, counted)
        share = counted / np.maximum(total, 1)[self.counts.prefixes(order)]
        return share, np.where(total > 0, 0.0, 1.0)


class AddK(NGramModel):
    """(count + k) / (total + k V): every id seen k times more after every context; k > 0."""

    def __init__(self, counts: NGramCounts, k: int | float = 0.1):
        if not 0 < k < np.inf:
            raise ValueError(f"k: got {k}; expected a number above 0")
        self.k = k
        super().__init__(counts)

    def weigh(self, order: int) -> tuple[np.ndarray, np.ndarray]:
        """Only the longest context counts; its rest goes to 1 / V, past all orders between."""
        total = self.counts.sums(order, self.counts.counts[order - 1])
        if order < self.counts.n:
            return np.zeros(len(self.counts.keys[order - 1])), np.ones(len(total))
        extra = self.k * self.counts.vocab_size
        share = self.counts.counts[order - 1] / (total + extra)[self.counts.prefixes(order)]
        return share, extra / (total + extra)


class KneserNey(NGramModel):
    """Interpolated modified Kneser-Ney smoothing (Chen and Goodman, 1999).

    Each order takes a discount from each count and passes the sum of discounts on to the order
    below, which counts *in how many contexts* an n-gram was seen instead of how often.
    """

    def weigh(self, order: int) -> tuple[np.ndarray, np.ndarray]:
        """(count - discount) / total for the share, the sum of discounts / total for the rest."""
        adjusted = self.adjusted(order)
        discount = kneser_ney_discounts(adjusted)[np.minimum(adjusted, 3)]
        total = self.counts.sums(order, adjusted)
        share = (adjusted - discount) / np.maximum(total, 1)[self.counts.prefixes(order)]
        rest = self.counts.sums(order, discount) / np.maximum(total, 1)
        return share, np.where(total > 0, rest, 1.0)

    def adjusted(self, order: int) -> Int[np.ndarray, " R"]:
        """Counts at order n; below, the number of different ids seen before each.

        One that opens a document keeps its count: nothing but the mark can come before it.
        """
        counts = self.counts
        if order == counts.n:
            return counts.counts[order - 1]
        longer = counts.suffixes[order][counts.counts[order] > 0]  # one for each id before
        before = np.bincount(longer, minlength=len(counts.keys[order - 1]))
        opens = counts.keys[0] == counts.vocab_size
        for k in range(2, order + 1):
            opens = opens[counts.prefixes(k)]
        return np.where(opens, counts.counts[order - 1], before)


def kneser_ney_discounts(counts: Int[np.ndarray, " R"]) -> Float[np.ndarray, " 4"]:
    """Discounts for counts of 0, 1, 2, and 3 or more (Chen and Goodman, 1999, equation 26).

    They follow from n_r, the number of n-grams counted r times. Where that fails (a text so small
    or regular that an n_r is 0 or a discount leaves [0, r]) they are 0.5, 1 and 1.5, as in KenLM.
    """
    n1, n2, n3, n4 = (int(np.sum(counts == r)) for r in (1, 2, 3, 4))
    if min(n1, n2, n3, n4) > 0:
        y = n1 / (n1 + 2 * n2)
        found = np.array([0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
        if np.all((found >= 0) & (found <= np.arange(4))):
            return found
    return np.array([0, 0.5, 1, 1.5])


def temper(probabilities: Float[np.ndarray, " V"], temperature: int | float) -> np.ndarray:
    """Probabilities to the power 1 / temperature, summing to 1 again; ValueError unless above 0."""
    if not 0 < temperature < np.inf:
        raise ValueError(f"temperature: got {temperature}; expected a number above 0")
    with np.errstate(divide="ignore"):
        powers = np.log(probabilities) / temperature
    weights = np.exp(powers - powers.max())  # the largest is exp(0), so nothing overflows
    return weights / weights.sum()


def sample(
    model: NGramModel,
    context: Ids = (),
    length: int = 100,
    temperature: int | float = 1.0,
    seed: int = 0,
    stop: int | None = None,
) -> list[int]:
    """Up to `length` ids that continue a document, without `stop`; ValueError if length < 0."""
    if length < 0:
        raise ValueError(f"length: got {length}; expected at least 0")
    random = np.random.default_rng(seed)
    ids = [int(i) for i in checked_ids(context, model.counts.vocab_size)]
    for _ in range(length):
        steps = np.cumsum(temper(model.probabilities(ids), temperature))
        drawn = int(np.searchsorted(steps, random.random() * steps[-1], side="right"))
        if drawn == stop:
            break
        ids.append(drawn)
    return ids[len(context) :]


def perplexity(log_probabilities: Float[np.ndarray, " T"]) -> float:
    """exp(-mean log p): the number of equally likely ids that would be as hard to guess.

    Natural logarithms, one per predicted id; ValueError if there is none or one is above 0.
    """
    n, most = len(log_probabilities), np.max(log_probabilities, initial=-np.inf)
    if n == 0 or not most <= 1e-9:  # "not <=" catches NaN too
        raise ValueError(f"log_probabilities: got {n} up to {most}; expected some, none above 0")
    return float(np.exp(-np.mean(log_probabilities)))


def bits_per_byte(log_probabilities: Float[np.ndarray, " T"], n_bytes: int) -> float:
    """-sum(log p) / (ln 2 * n_bytes): bits that the model spends per byte of UTF-8 text.

    `n_bytes` is the size of the text that the ids stand for. Unlike perplexity it compares models
    with different tokenizers. ValueError as for perplexity, or if n_bytes < 1.
    """
    if n_bytes < 1:
        raise ValueError(f"n_bytes: got {n_bytes}; expected at least 1")
    return float(np.log2(perplexity(log_probabilities)) * len(log_probabilities) / n_bytes)


@dataclass(frozen=True, eq=False)
class HiddenMarkov:
    """A chain of hidden states that each emit one id: three tables whose rows sum to 1."""

    start: Float[np.ndarray, " S"]  # of the first state
    transition: Float[np.ndarray, "S S"]  # from a state (row) to the next state (column)
    emission: Float[np.ndarray, "S V"]  # from a state (row) to the id that it shows (column)

    def __post_init__(self):
        S, V = self.emission.shape
        for name, shape in {"start": (S,), "transition": (S, S), "emission": (S, V)}.items():
            got, sums = getattr(self, name), getattr(self, name).sum(-1)
            if got.shape != shape or np.any(got < 0) or not np.allclose(sums, 1):
                raise ValueError(f"{name}: got {got.shape}, sums {sums}; expected {shape}, sums 1")

    @classmethod
    def random(cls, states: int, vocab_size: int, seed: int = 0) -> "HiddenMarkov":
        """Random tables, where training starts; ValueError unless both sizes are at least 1."""
        if states < 1 or vocab_size < 1:
            raise ValueError(f"states, vocab_size: got {states}, {vocab_size}; expected >= 1")
        draw = np.random.default_rng(seed).random
        shapes = ((states,), (states, states), (states, vocab_size))
        return cls(*(_rows_to_one(0.5 + draw(shape)) for shape in shapes))

    def likelihoods(self, ids: Int[np.ndarray, "B T"]) -> Float[np.ndarray, "B T S"]:
        """Probability of each id in each state; padding, the id V, is certain in all of them."""
        V = self.emission.shape[1]
        if ids.size == 0 or ids.min() < 0 or ids.max() > V:
            raise ValueError(f"ids: got {ids}; expected at least one, and 0 <= id <= {V}")
        return np.vstack([self.emission.T, np.ones(len(self.start))])[ids]


def _rows_to_one(table: np.ndarray) -> np.ndarray:
    """Rows divided by their sums; a row of zeros, a state never visited, becomes uniform."""
    total = table.sum(-1, keepdims=True)
    return np.where(total > 0, table / np.where(total > 0, total, 1), 1 / table.shape[-1])


def padded(sequences: Sequence[Ids], vocab_size: int) -> Int[np.ndarray, "B T"]:
    """Sequences of different lengths as one table, filled up on the right with the id V."""
    rows = [checked_ids(ids, vocab_size) for ids in sequences]
    if not rows or min(len(row) for row in rows) == 0:
        raise ValueError("sequences: got none, or an empty one; expected at least one id in each")
    longest = max(map(len, rows))
    return np.array([[*row, *[vocab_size] * (longest - len(row))] for row in rows])


def forward(
    hmm: HiddenMarkov, ids: Int[np.ndarray, "B T"]
) -> tuple[Float[np.ndarray, "B T S"], Float[np.ndarray, "B T"]]:
    """P(state now | ids so far) and P(id now | ids before): log P(ids) is the sum of its logs.

    Each step is scaled to sum to 1 (Rabiner, 1989, section V.A), so nothing underflows.
    """
    emitted = hmm.likelihoods(ids)
    alpha, scale = np.zeros_like(emitted), np.zeros(ids.shape)
    for t in range(ids.shape[1]):
        before = hmm.start if t == 0 else alpha[:, t - 1] @ hmm.transition
        joint = before * emitted[:, t]
        scale[:, t] = joint.sum(-1)
        alpha[:, t] = joint / np.maximum(scale[:, t], 1e-300)[:, None]
    return alpha, scale


def viterbi(hmm: HiddenMarkov, ids: Int[np.ndarray, " T"]) -> tuple[list[int], float]:
    """The most probable sequence of states for one sequence of ids, and its log probability."""
    with np.errstate(divide="ignore"):  # log 0 = -inf: an impossible step
        start, step = np.log(hmm.start), np.log(hmm.transition)
        emitted = np.log(hmm.likelihoods(ids[None])[0])
    score, came_from = start + emitted[0], []
    for t in range(1, len(ids)):
        arrivals = score[:, None] + step  # from a state (row) to a state (column)
        came_from.append(arrivals.argmax(0))
        score = arrivals.max(0) + emitted[t]
    path = [int(score.argmax())]
    for best in reversed(came_from):
        path.append(int(best[path[-1]]))
    return path[::-1], float(score.max())


def baum_welch(
    hmm: HiddenMarkov, ids: Int[np.ndarray, "B T"], steps: int
) -> tuple[HiddenMarkov, list[float]]:
    """Fit by expectation-maximization; also returns log P(ids) in nats before each step.

    ValueError if steps < 1, a row is only padding, or the model calls the ids impossible.
    """
    V = hmm.emission.shape[1]
    if steps < 1 or np.any(ids[:, :1] == V):
        raise ValueError(f"steps, ids: got {steps}, {ids}; expected steps >= 1 and no empty row")
    real, history = ids != V, []
    for _ in range(steps):
        alpha, scale = forward(hmm, ids)
        if not np.all(scale > 0):
            raise ValueError("ids: got a sequence that the model calls impossible")
        history.append(float(np.log(scale).sum()))
        emitted = hmm.likelihoods(ids)
        beta = np.ones_like(alpha)  # P(ids after t | state at t), scaled like alpha
        moves = np.zeros_like(hmm.transition)  # expected number of each transition
        for t in range(ids.shape[1] - 2, -1, -1):
            onward = emitted[:, t + 1] * beta[:, t + 1] / scale[:, t + 1, None]
            beta[:, t] = onward @ hmm.transition.T
            moves += hmm.transition * (alpha[:, t].T @ (onward * real[:, t + 1, None]))
        states = (alpha * beta)[real]  # P(state | all ids) at every real place
        shown = [np.bincount(ids[real], weights=s, minlength=V) for s in states.T]
        tables = (alpha * beta)[:, 0].sum(0), moves, np.array(shown)
        hmm = HiddenMarkov(*map(_rows_to_one, tables))
    return hmm, history
