"""Which of two models is better, and how sure are you? Scores, their error bars, their price.

Chapter: notebooks/training/evaluation.ipynb.
Shapes: B batch, T tokens, V vocabulary, N documents or questions, C choices, M measures.
Follows: Shannon 1951 (bits per character); Brown et al. 2020 (choices by likelihood); Guo et al.
2017 (calibration, temperature); Efron 1979 (bootstrap); McNemar 1947.
Left out: judging by another model or by people, prompts with examples, many comparisons at once.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from llmbook.architecture.gpt import LanguageModel
from llmbook.text.ngram import bits_per_byte, checked_ids, perplexity
from llmbook.text.tokenizer import Tokenizer
from llmbook.training.tasks import Question

Documents = Sequence[Sequence[int] | Int[np.ndarray, " _"]]  # N rows of ids
LogP = Float[np.ndarray, " _"]  # natural logarithms of probabilities, one for each id but the first
# Any model, seen from here: documents in, the log probability of each id after the first out.
Scorer = Callable[[Documents], list[LogP]]
Logits = Callable[[Tensor], Tensor]  # ids (B, T) to logits (B, T, V); no token hears later ones


# --- log-likelihood of documents -------------------------------------------------------------


def sliding_windows(length: int, context: int, stride: int) -> list[tuple[int, int, int]]:
    """Cut `length` predictions into (start, first, end): read start to end, keep first to end.

    Each prediction is kept once. All but those of the first window see at least context - stride
    tokens before their own. Raises ValueError unless 1 <= stride <= context and length >= 1.
    """
    if not 1 <= stride <= context or length < 1:
        got = f"length {length}, context {context}, stride {stride}"
        raise ValueError(f"stride: got {got}; expected 1 <= stride <= context, length at least 1")
    spans, first = [], 0
    while first < length:
        end = min(length, first + stride if first else context)
        spans.append((max(0, end - context), first, end))
        first = end
    return spans


@contextmanager
def resting(model: Logits) -> Iterator[torch.device]:
    """Score, do not train: no gradients, no dropout, and the model left as it was. Its device."""
    training = isinstance(model, nn.Module) and model.training
    parameter = next(model.parameters(), None) if isinstance(model, nn.Module) else None
    if training:
        model.eval()
    try:
        with torch.no_grad():
            yield torch.device("cpu") if parameter is None else parameter.device
    finally:
        if training:
            model.train()


def token_log_probabilities(
    model: Logits,
    documents: Documents,
    *,
    context: int | None = None,
    stride: int | None = None,
    batch_size: int = 16,
) -> list[LogP]:
    """The log probability of each id of each document but the first, which is only read.

    `context`: tokens that the model can read, by default its config's; a longer document is read
    in windows that move by `stride`, half of the context by default. Raises ValueError for a
    document of fewer than two ids, a stride that does not fit, logits of another shape; TypeError
    for ids that are no integers.
    """
    context = model.config.context if context is None else context
    stride = max(1, context // 2) if stride is None else stride
    if short := [i for i, ids in enumerate(documents) if len(ids) < 2]:
        raise ValueError(f"documents: got fewer than two ids in number {short[0]}; expected more")
    rows = [torch.from_numpy(checked_ids(ids, 1 << 31)) for ids in documents]
    found = [np.zeros(len(ids) - 1) for ids in documents]
    cuts = [sliding_windows(len(row) - 1, context, stride) for row in rows]
    spans = [(d, *span) for d, cut in enumerate(cuts) for span in cut]
    spans.sort(key=lambda span: span[3] - span[1], reverse=True)  # alike lengths, little padding
    with resting(model) as device:
        for i in range(0, len(spans), batch_size):
            batch = spans[i : i + batch_size]
            ids = pad_sequence([rows[d][start : end + 1] for d, start, _, end in batch], True)
            log_p = next_token_log_probabilities(model, ids.to(device))
            for row, (d, start, first, end) in zip(log_p, batch, strict=True):
                found[d][first:end] = row[first - start : end - start]
    return found


def next_token_log_probabilities(
    model: Logits, ids: Int[Tensor, "B S"]
) -> Float[np.ndarray, "B S-1"]:
    """Log probability of each id after the first, given those before it in its row."""
    logits, targets = model(ids[:, :-1]), ids[:, 1:]
    if not isinstance(logits, Tensor) or logits.ndim != 3 or logits.shape[:2] != targets.shape:
        got = tuple(getattr(logits, "shape", ())) or type(logits).__name__
        raise ValueError(f"model: got {got}; expected logits (batch, tokens, vocabulary)")
    if int(ids.max()) >= logits.shape[-1]:
        raise ValueError(f"ids: got {int(ids.max())}; expected less than {logits.shape[-1]}")
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    surprise = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    return -surprise.view_as(targets).cpu().double().numpy()


@dataclass(frozen=True, eq=False)
class TextScores:
    """What a model pays for each of N texts, the end-of-text token included."""

    log_probabilities: list[LogP]  # of the tokens of each text, and of its end
    n_bytes: Int[np.ndarray, " N"]  # of UTF-8; the end has none

    @property
    def bits(self) -> Float[np.ndarray, " N"]:
        """Bits for each text: what a bootstrap over texts draws again."""
        return np.array([-log_p.sum() / math.log(2) for log_p in self.log_probabilities])

    @property
    def end_bits(self) -> Float[np.ndarray, " N"]:
        """The part of `bits` that goes to the end-of-text token."""
        return np.array([-log_p[-1] / math.log(2) for log_p in self.log_probabilities])

    @property
    def bits_per_byte(self) -> float:
        """All bits over all bytes: compares models, whatever their tokenizers."""
        return bits_per_byte(np.concatenate(self.log_probabilities), int(self.n_bytes.sum()))

    @property
    def perplexity(self) -> float:
        """Per token: compares models with the same tokenizer only."""
        return perplexity(np.concatenate(self.log_probabilities))


def score_texts(scorer: Scorer, tokenizer: Tokenizer, texts: Sequence[str], end: int) -> TextScores:
    """Score texts, each between two end-of-text tokens: the first is read, the second predicted.

    Raises ValueError without texts, or when there is not one byte in them.
    """
    sizes = np.array([len(text.encode()) for text in texts], dtype=np.int64)
    if not sizes.sum():
        raise ValueError(f"texts: got {len(texts)} with no byte; expected at least one byte")
    return TextScores(scorer([[end, *tokenizer.encode(t), end] for t in texts]), sizes)


# --- splits and questions --------------------------------------------------------------------


def k_folds(
    n: int, k: int, seed: int | None = None
) -> list[tuple[Int[np.ndarray, " _"], Int[np.ndarray, " _"]]]:
    """k splits of N documents into (rest, fold): each document is in exactly one fold.

    With a seed the documents are shuffled first. The same splits as scikit-learn's KFold. Raises
    ValueError unless 2 <= k <= n.
    """
    if not 2 <= k <= n:
        raise ValueError(f"k: got {k} folds of {n} documents; expected 2 <= k <= {n}")
    order = np.arange(n)
    if seed is not None:
        np.random.RandomState(seed).shuffle(order)  # the generator of scikit-learn
    folds = [np.sort(fold) for fold in np.array_split(order, k)]
    return [(np.setdiff1d(np.arange(n), fold), fold) for fold in folds]


@dataclass(frozen=True, eq=False)
class ChoiceScores:
    """Log probability of each choice of N questions, and the lengths to divide it by."""

    sums: list[Float[np.ndarray, " _"]]
    tokens: list[Int[np.ndarray, " _"]]
    n_bytes: list[Int[np.ndarray, " _"]]
    answers: Int[np.ndarray, " N"]

    def per(self, unit: str) -> list[Float[np.ndarray, " _"]]:
        """Log probabilities per "choice" (the sums), "token" or "byte"; ValueError for others."""
        sizes = {"choice": [1.0] * len(self.sums), "token": self.tokens, "byte": self.n_bytes}
        if unit not in sizes:
            raise ValueError(f"unit: got {unit!r}; expected one of {[*sizes]}")
        return [s / size for s, size in zip(self.sums, sizes[unit], strict=True)]

    def right(self, unit: str = "choice") -> Bool[np.ndarray, " N"]:
        """Whether the likeliest choice is the right one. Accuracy is the mean."""
        return np.array([int(s.argmax()) for s in self.per(unit)]) == self.answers

    def confidence(self) -> Float[np.ndarray, " N"]:
        """The probability of the likeliest choice, if one of the choices it must be."""
        return np.array([1 / np.exp(s - s.max()).sum() for s in self.sums])


def score_choices(
    scorer: Scorer, tokenizer: Tokenizer, questions: Sequence[Question], end: int
) -> ChoiceScores:
    """The likelihood of every choice after its context, which follows an end-of-text token.

    Context and choice are cut into tokens apart. Raises ValueError without questions.
    """
    if not questions:
        raise ValueError("questions: got none; expected at least one")
    contexts = [[end, *tokenizer.encode(question.context)] for question in questions]
    choices = [[tokenizer.encode(c) for c in question.choices] for question in questions]
    asked = [a + b for a, some in zip(contexts, choices, strict=True) for b in some]
    found = iter(scorer(asked))
    return ChoiceScores(
        [np.array([next(found)[-len(c) :].sum() for c in some]) for some in choices],
        [np.array([len(c) for c in some]) for some in choices],
        [np.array([len(c.encode()) for c in question.choices]) for question in questions],
        np.array([question.answer for question in questions]),
    )


def confusion_matrix(
    targets: Int[np.ndarray, " N"], predictions: Int[np.ndarray, " _"], classes: int
) -> Int[np.ndarray, "C C"]:
    """How often class i (row) was called class j (column); ValueError for labels out of range."""
    labels = np.concatenate([targets, predictions])
    if len(targets) != len(predictions) or np.any((labels < 0) | (labels >= classes)):
        got = f"{len(targets)} and {len(predictions)} labels, {classes} classes"
        raise ValueError(f"targets, predictions: got {got}; expected pairs, 0 <= label < classes")
    return np.bincount(targets * classes + predictions, minlength=classes**2).reshape(classes, -1)


def precision_recall_f1(confusion: Int[np.ndarray, "C C"]) -> Float[np.ndarray, "3 C"]:
    """For each class: right among those called so, among those that are so, and their mean.

    The harmonic mean of the two is F1. Where there is nothing to divide by, 0.
    """
    right, called, are = np.diag(confusion), confusion.sum(0), confusion.sum(1)
    shares = np.stack([right / np.maximum(called, 1), right / np.maximum(are, 1)])
    return np.vstack([shares, 2 * right / np.maximum(called + are, 1)])


# --- calibration -----------------------------------------------------------------------------


def reliability_curve(
    confidence: Float[np.ndarray, " N"], right: Bool[np.ndarray, " _"], bins: int = 10
) -> tuple[Float[np.ndarray, " _"], Float[np.ndarray, " _"], Int[np.ndarray, " _"]]:
    """Mean confidence, share right and count in each of `bins` equal parts of 0..1 not empty.

    ValueError for confidences outside 0..1, of another number than `right`, or none.
    """
    if len(confidence) != len(right) or not len(right) or bins < 1:
        got = f"{len(confidence)}, {len(right)}, {bins}"
        raise ValueError(f"confidence, right, bins: got {got}; expected as many, some, 1 or more")
    if not (confidence.min() >= 0 and confidence.max() <= 1):
        got = f"{confidence.min()} to {confidence.max()}"
        raise ValueError(f"confidence: got {got}; expected 0 to 1")
    part = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence)
    counts = np.bincount(part, minlength=bins)
    sums = (np.bincount(part, weights=x, minlength=bins) for x in (confidence, right))
    some = counts > 0
    mean_confidence, accuracy = (s[some] / counts[some] for s in sums)
    return mean_confidence, accuracy, counts[some]


def expected_calibration_error(
    confidence: Float[np.ndarray, " N"], right: Bool[np.ndarray, " _"], bins: int = 10
) -> float:
    """The mean distance between confidence and share right, over bins weighted by their counts."""
    sure, accuracy, counts = reliability_curve(confidence, right, bins)
    return float(np.sum(counts * np.abs(sure - accuracy)) / counts.sum())


def brier_score(probabilities: Float[np.ndarray, "N C"], targets: Int[np.ndarray, " N"]) -> float:
    """Mean squared distance between the probabilities and the truth (1 at the target, else 0)."""
    truth = np.eye(probabilities.shape[1])[targets]
    return float(np.mean(np.sum((probabilities - truth) ** 2, 1)))


def fit_temperature(logits: Float[np.ndarray, "N C"], targets: Int[np.ndarray, " N"]) -> float:
    """The temperature from 0.01 to 100 under which the targets are likeliest.

    The loss is convex in b = 1 / temperature, and its slope is the mean of the logits that the
    model expects minus the mean of the targets' logits: bisection finds where they are equal.
    """
    low, high = 0.01, 100.0
    wanted = logits[np.arange(len(targets)), targets].mean()
    for _ in range(40):
        b = math.sqrt(low * high)
        weights = np.exp(b * (logits - logits.max(1, keepdims=True)))
        expected = np.sum(weights * logits, 1) / weights.sum(1)
        low, high = (low, b) if expected.mean() > wanted else (b, high)
    return 1 / math.sqrt(low * high)


# --- how sure? -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Interval:
    """A number, and the interval that holds the true one in `level` of all such experiments."""

    value: float
    low: float
    high: float
    level: float = 0.95


def ratio_of_sums(total: np.ndarray, size: np.ndarray) -> float:
    """Sum over sum, such as all bits over all bytes: long documents weigh more."""
    return float(np.sum(total) / np.sum(size))


def bootstrap(
    statistic: Callable[..., float | np.floating],
    *columns: np.ndarray,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """Percentile interval of a statistic of N rows: rows are drawn again, with replacement.

    All columns are drawn together, so a difference between two columns is a paired one. Raises
    ValueError for columns of different lengths or fewer than two rows, or a level outside 0..1.
    """
    lengths = {len(column) for column in columns}
    if len(lengths) != 1 or min(lengths) < 2 or not 0 < level < 1:
        got = f"lengths {sorted(lengths)}, level {level}"
        raise ValueError(f"columns: got {got}; expected equal lengths of 2 or more, 0 < level < 1")
    n = lengths.pop()
    drawn = np.random.default_rng(seed).integers(0, n, (resamples, n))
    values = [statistic(*(column[rows] for column in columns)) for rows in drawn]
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(statistic(*columns)), float(low), float(high), level)


def mcnemar(a_right: Bool[np.ndarray, " N"], b_right: Bool[np.ndarray, " _"]) -> float:
    """How probable is a split as uneven as this, of questions that only one model got right?

    The exact two-sided p-value, were both equally good. ValueError for different lengths.
    """
    if len(a_right) != len(b_right):
        raise ValueError(f"a_right, b_right: got {len(a_right)}, {len(b_right)}; expected as many")
    only_a, only_b = int(np.sum(a_right & ~b_right)), int(np.sum(b_right & ~a_right))
    n, fewer = only_a + only_b, min(only_a, only_b)
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(fewer + 1)) / 2**n)


# --- at what price? --------------------------------------------------------------------------


def weight_bytes(model: nn.Module) -> int:
    """Bytes of memory for parameters and buffers; what is tied counts once."""
    tensors = [*model.parameters(), *model.buffers()]
    storages = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}
    return sum(storages.values())


def tokens_per_second(stream: Callable[[], Iterable[Any]], repeats: int = 3) -> float:
    """Tokens that `stream()` gives in a second, in the best of some runs: others only disturb."""
    rates = []
    for _ in range(repeats):
        start = time.perf_counter()
        count = sum(1 for _ in stream())
        rates.append(count / (time.perf_counter() - start))
    return max(rates)


@dataclass(frozen=True)
class Measurement:
    """What a model can do, and what it costs to run."""

    bits_per_byte: Interval
    tokens_per_second: float  # while it writes one text
    weight_bytes: int  # memory that it takes before it reads anything


def measure(
    model: LanguageModel, tokenizer: Tokenizer, texts: Sequence[str], end: int, tokens: int = 100
) -> Measurement:
    """Bits per byte of texts (an interval by bootstrap), speed of writing, bytes of weights."""
    scores = score_texts(partial(token_log_probabilities, model), tokenizer, texts, end)
    prompt = torch.tensor([[end]], device=next(model.parameters()).device)
    room = min(tokens, model.config.context)
    with resting(model):
        speed = tokens_per_second(lambda: model.generate(prompt, room, stop=()))
    quality = bootstrap(ratio_of_sums, scores.bits, scores.n_bytes)
    return Measurement(quality, speed, weight_bytes(model))


def pareto_front(scores: Float[np.ndarray, "N M"]) -> Bool[np.ndarray, " N"]:
    """Which rows no other row beats: as good in every column, and better in one. More is better."""
    as_good = (scores[:, None] >= scores[None]).all(-1)  # row i as good as row j everywhere
    better = (scores[:, None] > scores[None]).any(-1)
    return ~(as_good & better).any(0)
