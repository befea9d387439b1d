"""Tests of llmbook.text.ngram against hand-worked values, dense transcriptions and enumeration."""

import itertools
import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.text.ngram import (
    AddK,
    HiddenMarkov,
    KneserNey,
    MaximumLikelihood,
    NGramModel,
    baum_welch,
    bits_per_byte,
    checked_ids,
    count_ngrams,
    forward,
    kneser_ney_discounts,
    padded,
    perplexity,
    sample,
    temper,
    viterbi,
)

V = 5
corpora = st.lists(st.lists(st.integers(0, V - 1), max_size=12), min_size=1, max_size=8).filter(
    lambda documents: any(documents)
)
contexts = st.lists(st.integers(0, V - 1), max_size=6)
orders = st.integers(1, 4)
smoothings = st.sampled_from([MaximumLikelihood, AddK, KneserNey])
quick = settings(deadline=None, max_examples=60)


def number(words):
    """Ids by first appearance, and the documents as ids."""
    ids = {}
    return ids, [[ids.setdefault(w, len(ids)) for w in text.split()] for text in words]


# --- Hand-worked values ---


def sam():
    """Jurafsky and Martin, Speech and Language Processing, section 3.1: three documents."""
    return number(["I am Sam /s", "Sam I am /s", "I do not like green eggs and ham /s"])


def test_bigrams_of_the_textbook():
    ids, documents = sam()
    model = MaximumLikelihood.fit(documents, n=2, vocab_size=len(ids))
    # The values printed in the book: P(I|<s>) = 2/3, P(Sam|<s>) = 1/3, P(am|I) = 2/3, ...
    printed = {
        ("", "I"): 2 / 3,
        ("", "Sam"): 1 / 3,
        ("I", "am"): 2 / 3,
        ("Sam", "/s"): 1 / 2,
        ("am", "Sam"): 1 / 2,
        ("I", "do"): 1 / 3,
    }
    for (context, word), expected in printed.items():
        p = model.probabilities([ids[w] for w in context.split()])
        assert p[ids[word]] == pytest.approx(expected)
    # I am Sam: P(I|<s>) P(am|I) P(Sam|am) P(/s|Sam) = 2/3 * 2/3 * 1/2 * 1/2 = 1/9
    assert model.log_probability(documents[0]) == pytest.approx(math.log(1 / 9))


def test_add_one_of_the_textbook():
    ids, documents = sam()
    model = AddK.fit(documents, n=2, vocab_size=len(ids), k=1)
    # V = 11 (10 words and /s); "I" was seen 3 times, "I am" 2 times: (2 + 1) / (3 + 11).
    assert len(ids) == 11
    assert model.probabilities([ids["I"]])[ids["am"]] == pytest.approx(3 / 14)
    assert model.probabilities([ids["ham"]])[ids["I"]] == pytest.approx(1 / 12)


def test_kneser_ney_by_hand():
    # Documents "a b a c" and "b c", ids a=0 b=1 c=2, V = 3, n = 2. n1 = n2 = ... too few: the
    # discounts are 0.5, 1, 1.5.
    # Order 1 counts different ids (or the mark) before each: a after mark, b -> 2; b after a,
    # mark: the pair (mark b) -> 2; c after a, b -> 2. Total 6. Each (2 - 1)/6, rest 3/6 to 1/3:
    #   p1 = 1/6 + 1/2 * 1/3 = 1/3 for all three.
    # After b (seen: a once, c once; total 2): p(a|b) = (1 - 0.5)/2 + (0.5 + 0.5)/2 * 1/3 = 5/12.
    #   p(b|b) = 1/2 * 1/3 = 1/6. After c, never continued: p1.
    model = KneserNey.fit([[0, 1, 0, 2], [1, 2]], n=2, vocab_size=3)
    np.testing.assert_allclose(model.probabilities([1]), [5 / 12, 1 / 6, 5 / 12])
    np.testing.assert_allclose(model.probabilities([2]), [1 / 3] * 3)


def test_discounts_by_hand():
    # n1 = 8, n2 = 4, n3 = 2, n4 = 1: Y = 8/16 = 1/2, D1 = 1 - 2/2 * 4/8 = 1/2,
    # D2 = 2 - 3/2 * 2/4 = 5/4, D3 = 3 - 4/2 * 1/2 = 2.
    counts = np.array([1] * 8 + [2] * 4 + [3] * 2 + [4] + [9] * 5 + [0] * 3)
    np.testing.assert_allclose(kneser_ney_discounts(counts), [0, 0.5, 1.25, 2])
    np.testing.assert_allclose(kneser_ney_discounts(np.array([1, 1, 2])), [0, 0.5, 1, 1.5])
    # n2 small and n3 large would make D2 negative: refused, not used.
    counts = np.array([1] * 8 + [2] + [3] * 9 + [4])
    np.testing.assert_allclose(kneser_ney_discounts(counts), [0, 0.5, 1, 1.5])


def test_perplexity_and_bits_by_hand():
    logs = np.log(np.array([1 / 2, 1 / 4, 1 / 8]))
    assert perplexity(logs) == pytest.approx(4)  # (2 * 4 * 8) ** (1/3)
    assert bits_per_byte(logs, n_bytes=12) == pytest.approx(6 / 12)  # 1 + 2 + 3 bits, 12 bytes
    assert perplexity(np.array([-np.inf, 0.0])) == np.inf
    assert bits_per_byte(np.array([-np.inf, 0.0]), 1) == np.inf


def ice_cream():
    """Eisner's weather and ice cream, with the numbers of Jurafsky and Martin, appendix A."""
    return HiddenMarkov(
        np.array([0.8, 0.2]),  # hot, cold
        np.array([[0.6, 0.4], [0.5, 0.5]]),
        np.array([[0.2, 0.4, 0.4], [0.5, 0.4, 0.1]]),  # 1, 2, 3 ice creams
    )


def test_forward_and_viterbi_of_the_textbook():
    # Trellis of the book for 3 1 3: alpha_1 = .32, .02; alpha_2 = .0404, .069;
    # alpha_3 = (.0404*.6 + .069*.5)*.4, (.0404*.4 + .069*.5)*.1 = .023496, .005066.
    alpha, scale = forward(ice_cream(), np.array([[2, 0, 2]]))
    np.testing.assert_allclose(
        alpha[0] * np.cumprod(scale[0])[:, None],
        [[0.32, 0.02], [0.0404, 0.069], [0.023496, 0.005066]],
    )
    # Viterbi: v_2 = max(.32*.6, .02*.5)*.2 = .0384, max(.32*.4, .02*.5)*.5 = .064;
    # v_3 = max(.0384*.6, .064*.5)*.4 = .0128 (from cold), .0032: hot cold hot.
    path, log_p = viterbi(ice_cream(), np.array([2, 0, 2]))
    assert path == [0, 1, 0]
    assert log_p == pytest.approx(math.log(0.0128))


# --- Counts ---


@quick
@given(corpora, orders)
def test_counts_equal_a_dictionary(documents, n):
    counts = count_ngrams(documents, n, V)
    for k in range(1, n + 1):
        expected = Counter()
        for ids in documents:
            symbols = [V] * (n - 1) + ids
            for end in range(n - 1, len(symbols)):
                expected[tuple(symbols[end - k + 1 : end + 1])] += 1
        found = {}
        for row, count in enumerate(counts.counts[k - 1]):
            gram, r = [], row
            for order in range(k, 0, -1):
                r, last = divmod(int(counts.keys[order - 1][r]), V + 1)
                gram.append(last)
            assert r == 0
            if count:
                found[tuple(reversed(gram))] = count
        assert found == expected


@quick
@given(corpora, st.integers(2, 4), smoothings, contexts)
def test_truncated_counts_equal_a_shorter_fit(documents, n, smoothing, context):
    long, short = count_ngrams(documents, n, V).truncated(n - 1), count_ngrams(documents, n - 1, V)
    a, b = smoothing(long).probabilities(context), smoothing(short).probabilities(context)
    np.testing.assert_allclose(a, b, atol=1e-12)


# --- Smoothing ---


def dense_kneser_ney(documents, n, context):
    """Chen and Goodman (1999), equations 24 to 26, with sets and loops over all ids."""
    raw, left = Counter(), defaultdict(set)
    for ids in documents:
        symbols = (V,) * (n - 1) + tuple(ids)
        for end in range(n - 1, len(symbols)):
            for k in range(1, n + 1):
                gram = symbols[end - k + 1 : end + 1]
                raw[gram] += 1
                if k < n:
                    left[gram].add(symbols[end - k])

    def count(gram):
        if len(gram) == n or gram[0] == V:
            return raw[gram]
        return len(left[gram])

    def discount(c, k):
        if c == 0:
            return 0.0
        r = [sum(1 for g in raw if len(g) == k and count(g) == i) for i in range(5)]
        table = [0.5, 1.0, 1.5]
        if all(r[1:]):
            y = r[1] / (r[1] + 2 * r[2])
            exact = [i - (i + 1) * y * r[i + 1] / r[i] for i in (1, 2, 3)]
            if all(0 <= d <= i for i, d in enumerate(exact, 1)):
                table = exact
        return table[min(c, 3) - 1]

    def p(word, history):
        k = len(history) + 1
        lower = 1 / V if k == 1 else p(word, history[1:])
        total = sum(count((*history, w)) for w in range(V))
        if total == 0:
            return lower
        saved = sum(discount(count((*history, w)), k) for w in range(V))
        c = count((*history, word))
        return (c - discount(c, k)) / total + saved / total * lower

    history = ((V,) * (n - 1) + tuple(context))[len(context) :]
    return [p(word, history) for word in range(V)]


@settings(deadline=None, max_examples=40)
@given(corpora, st.integers(1, 3), contexts)
def test_kneser_ney_equals_the_published_formula(documents, n, context):
    model = KneserNey.fit(documents, n, V)
    expected = dense_kneser_ney(documents, n, context)
    np.testing.assert_allclose(model.probabilities(context), expected, atol=1e-12)


def test_kneser_ney_with_estimated_discounts_equals_the_published_formula():
    # Long enough that n1..n4 all exist: this covers the estimated discounts, not their fallback.
    random = np.random.default_rng(3)
    documents = [list(map(int, random.zipf(1.7, 40) % V)) for _ in range(3)]
    model = KneserNey.fit(documents, 3, V)
    estimated = [kneser_ney_discounts(model.adjusted(k)) for k in (1, 2, 3)]
    assert any(d[3] not in (1.5, 0) for d in estimated)
    for context in ([], [0], [1, 2], [3, 4], [4, 4], documents[0][:9]):
        expected = dense_kneser_ney(documents, 3, context)
        np.testing.assert_allclose(model.probabilities(context), expected, atol=1e-12)


@quick
@given(corpora, orders, smoothings, contexts)
def test_probabilities_sum_to_one(documents, n, smoothing, context):
    p = smoothing.fit(documents, n, V).probabilities(context)
    assert p.shape == (V,)
    assert np.all(p >= 0)
    assert p.sum() == pytest.approx(1, abs=1e-9)


@quick
@given(corpora, orders, smoothings, contexts)
def test_a_document_is_the_product_of_its_steps(documents, n, smoothing, ids):
    model = smoothing.fit(documents, n, V)
    steps = [model.probabilities(ids[:t])[ids[t]] for t in range(len(ids))]
    np.testing.assert_allclose(np.exp(model.log_probabilities(ids)), steps, atol=1e-12)
    if ids and min(steps) > 0:
        assert model.log_probability(ids) == pytest.approx(sum(map(math.log, steps)), abs=1e-9)


@quick
@given(corpora, st.integers(2, 4), smoothings)
def test_only_the_last_ids_matter(documents, n, smoothing):
    model = smoothing.fit(documents, n, V)
    context = documents[0] + [1] * (n - 1)
    expected = model.probabilities([0, *context])
    np.testing.assert_array_equal(model.probabilities(context), expected)


@quick
@given(corpora, orders, smoothings)
def test_the_order_of_documents_does_not_matter(documents, n, smoothing):
    one = smoothing.fit(documents, n, V).probabilities([0, 1])
    other = smoothing.fit(documents[::-1], n, V).probabilities([0, 1])
    np.testing.assert_allclose(one, other, atol=1e-12)


def test_no_ngram_spans_two_documents():
    model = MaximumLikelihood.fit([[0, 1], [2, 3]], n=2, vocab_size=4)
    # 1 ended a document: what follows it is unknown, so the order below answers.
    np.testing.assert_allclose(model.probabilities([1]), [0.25] * 4)
    np.testing.assert_allclose(model.probabilities([]), [0.5, 0, 0.5, 0])


def test_smoothing_gives_every_id_a_chance_and_counting_does_not():
    documents = [[0, 1, 2], [0, 1]]
    assert MaximumLikelihood.fit(documents, 2, V).log_probability([0, 4]) == -np.inf
    for smoothing in (AddK, KneserNey):
        assert np.all(smoothing.fit(documents, 2, V).probabilities([0]) > 0)


def test_add_k_goes_from_counting_to_uniform():
    documents = [[0, 1, 0, 1, 0, 2]]
    counted = MaximumLikelihood.fit(documents, 2, V).probabilities([0])
    np.testing.assert_allclose(
        AddK.fit(documents, 2, V, k=1e-9).probabilities([0]), counted, atol=1e-8
    )
    uniform = AddK.fit(documents, 2, V, k=1e9).probabilities([0])
    np.testing.assert_allclose(uniform, 1 / V, atol=1e-8)


def test_kneser_ney_prefers_words_that_follow_many_words():
    # 3 is frequent but only ever follows 2; 4 is rare but follows four different ids.
    documents = [[2, 3]] * 9 + [[0, 4], [1, 4], [2, 4], [3, 4]]
    p = KneserNey.fit(documents, 2, V).probabilities([4])  # never continued
    assert p[4] > p[3]
    p = AddK.fit(documents, 1, V).probabilities([4])
    assert p[4] < p[3]


def test_uniform_text_has_the_perplexity_of_its_vocabulary():
    cycle = [list(pair) for pair in itertools.product(range(V), repeat=2)]
    for smoothing in (MaximumLikelihood, AddK, KneserNey):
        model = smoothing.fit(cycle, 2, V)
        assert perplexity(model.log_probabilities(cycle[7])) == pytest.approx(V)


@quick
@given(corpora, orders)
def test_counting_fits_its_own_text_best(documents, n):
    counts = count_ngrams(documents, n, V)
    text = [ids for ids in documents if ids]
    best = sum(MaximumLikelihood(counts).log_probability(ids) for ids in text)
    for smoothing in (AddK, KneserNey):
        assert sum(smoothing(counts).log_probability(ids) for ids in text) <= best + 1e-9


# --- Sampling ---


@quick
@given(st.lists(st.floats(0, 1), min_size=2, max_size=9).filter(lambda p: sum(p) > 0.01))
def test_temper(weights):
    p = np.array(weights) / sum(weights)
    np.testing.assert_allclose(temper(p, 1.0), p, atol=1e-12)
    np.testing.assert_allclose(temper(p, 0.5), p**2 / (p**2).sum(), atol=1e-12)
    assert temper(p, 0.01).argmax() in np.flatnonzero(np.isclose(p, p.max()))
    assert np.all(temper(p, 2.0)[p == 0] == 0)


def test_samples_follow_the_probabilities():
    model = KneserNey.fit([[0, 1, 2, 3, 0, 1, 1, 4, 0, 2]], n=2, vocab_size=V)
    drawn = Counter(sample(model, [0], length=1, seed=seed)[0] for seed in range(3000))
    found = np.array([drawn[i] for i in range(V)]) / 3000
    np.testing.assert_allclose(found, model.probabilities([0]), atol=0.03)


def test_a_sample_is_seeded_bounded_and_stops():
    model = KneserNey.fit([[0, 1, 2, 3, 4]] * 9, n=3, vocab_size=V)
    assert sample(model, length=20, seed=4) == sample(model, length=20, seed=4)
    assert sample(model, length=20, seed=4) != sample(model, length=20, seed=5)
    assert sample(model, length=0) == []
    assert sample(model, [0], length=9, temperature=0.01, stop=3) == [1, 2]


# --- Hidden Markov model ---


def enumerate_paths(hmm, ids):
    """Every path of states with its joint probability: the definition, without any algorithm."""
    for path in itertools.product(range(len(hmm.start)), repeat=len(ids)):
        p = hmm.start[path[0]] * hmm.emission[path[0], ids[0]]
        for t in range(1, len(ids)):
            p *= hmm.transition[path[t - 1], path[t]] * hmm.emission[path[t], ids[t]]
        yield path, p


models = st.builds(HiddenMarkov.random, st.integers(1, 3), st.just(V), st.integers(0, 99))
short = st.lists(st.integers(0, V - 1), min_size=1, max_size=5)


@quick
@given(models, st.lists(short, min_size=1, max_size=4))
def test_forward_equals_enumeration_with_padding(hmm, sequences):
    alpha, scale = forward(hmm, padded(sequences, V))
    expected = [math.log(sum(p for _, p in enumerate_paths(hmm, ids))) for ids in sequences]
    np.testing.assert_allclose(np.log(scale).sum(1), expected)
    np.testing.assert_allclose(alpha.sum(-1), 1)


@quick
@given(models, short)
def test_viterbi_equals_enumeration(hmm, ids):
    path, log_p = viterbi(hmm, np.array(ids))
    paths = dict(enumerate_paths(hmm, ids))
    assert log_p == pytest.approx(math.log(max(paths.values())))
    assert math.log(paths[tuple(path)]) == pytest.approx(log_p)
    assert log_p <= np.log(forward(hmm, np.array([ids]))[1]).sum() + 1e-9


@quick
@given(models, st.lists(short, min_size=1, max_size=4))
def test_one_step_of_baum_welch_equals_enumeration(hmm, sequences):
    S = len(hmm.start)
    start, moves, shown = np.zeros(S), np.zeros((S, S)), np.zeros((S, V))
    for ids in sequences:
        paths = list(enumerate_paths(hmm, ids))
        whole = sum(p for _, p in paths)
        for path, p in paths:
            start[path[0]] += p / whole
            for t, (state, shows) in enumerate(zip(path, ids, strict=True)):
                shown[state, shows] += p / whole
                if t:
                    moves[path[t - 1], state] += p / whole
    fitted, _ = baum_welch(hmm, padded(sequences, V), steps=1)
    np.testing.assert_allclose(fitted.start, start / start.sum())
    np.testing.assert_allclose(fitted.emission, shown / shown.sum(1, keepdims=True), atol=1e-12)
    if moves.sum() > 0:
        np.testing.assert_allclose(
            fitted.transition, moves / moves.sum(1, keepdims=True), atol=1e-12
        )
    else:  # one id per sequence: nothing is known of transitions
        np.testing.assert_allclose(fitted.transition, 1 / S)


@quick
@given(models, st.lists(short, min_size=1, max_size=6))
def test_baum_welch_never_loses_likelihood(hmm, sequences):
    _, history = baum_welch(hmm, padded(sequences, V), steps=12)
    assert len(history) == 12
    assert np.all(np.diff(history) >= -1e-9)


def test_baum_welch_finds_two_kinds_of_ids():
    # Vowels 0, 1 and consonants 2, 3, 4 strictly alternate.
    random = np.random.default_rng(0)
    text = [
        [int(random.integers(0, 2)) if t % 2 else int(random.integers(2, 5)) for t in range(20)]
        for _ in range(50)
    ]
    hmm, _ = baum_welch(HiddenMarkov.random(2, V, seed=0), padded(text, V), steps=60)
    kinds = hmm.emission.argmax(0)
    assert kinds[0] == kinds[1] != kinds[2] == kinds[3] == kinds[4]
    assert hmm.transition.diagonal().max() < 0.01


def test_a_long_sequence_does_not_underflow():
    hmm = HiddenMarkov.random(3, V, seed=1)
    ids = np.arange(20_000)[None] % V
    assert np.isfinite(np.log(forward(hmm, ids)[1]).sum())
    assert np.isfinite(viterbi(hmm, ids[0])[1])


# --- Bad input ---


@pytest.mark.parametrize("smoothing", [MaximumLikelihood, AddK, KneserNey])
def test_bad_corpora(smoothing):
    for n, vocab_size in ((0, 5), (-1, 5), (2, 0)):
        with pytest.raises(ValueError, match="n, vocab_size: got"):
            smoothing.fit([[0, 1]], n, vocab_size)
    for empty in ([], [[]], [[], []]):
        with pytest.raises(ValueError, match=r"sequences: got .* expected at least one id"):
            smoothing.fit(empty, 2, V)
    for wrong in ([[0, V]], [[-1, 0]]):
        with pytest.raises(ValueError, match=r"ids: got .* expected 0 <= id < 5"):
            smoothing.fit(wrong, 2, V)


@pytest.mark.parametrize("wrong", [[0.5, 1.0], np.zeros((2, 2), int), ["a"], "text", [[0]], [True]])
def test_ids_that_are_no_ids(wrong):
    with pytest.raises(TypeError):
        checked_ids(wrong, V)


def test_ids_out_of_range_when_the_model_is_used():
    model = KneserNey.fit([[0, 1]], 2, V)
    for call in (model.probabilities, model.log_probability, lambda ids: sample(model, ids)):
        with pytest.raises(ValueError, match="ids: got 5; expected 0 <= id < 5"):
            call([0, 5])


def test_a_corpus_of_one_id_and_an_order_longer_than_the_text():
    for smoothing in (MaximumLikelihood, AddK, KneserNey):
        model = smoothing.fit([[0]], n=6, vocab_size=1)
        np.testing.assert_allclose(model.probabilities([0, 0]), [1.0])
        assert len(model.log_probabilities([])) == 0


@pytest.mark.parametrize("k", [0, -0.1, math.inf, math.nan])
def test_bad_k(k):
    with pytest.raises(ValueError, match=r"k: got .* expected a number above 0"):
        AddK.fit([[0, 1]], 2, V, k=k)


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.inf, math.nan])
def test_bad_temperature(temperature):
    model = KneserNey.fit([[0, 1]], 2, V)
    with pytest.raises(ValueError, match=r"temperature: got .* expected a number above 0"):
        sample(model, temperature=temperature)
    with pytest.raises(ValueError, match="temperature"):
        temper(np.array([0.5, 0.5]), temperature)


def test_other_bad_values():
    counts = count_ngrams([[0, 1]], 2, V)
    for n in (0, 3):
        with pytest.raises(ValueError, match=r"n: got .* expected 1 <= n <= 2"):
            counts.truncated(n)
    with pytest.raises(ValueError, match="length: got -1"):
        sample(KneserNey(counts), length=-1)
    with pytest.raises(NotImplementedError, match="weigh"):
        NGramModel(counts)
    for bad in (np.array([]), np.array([0.5]), np.array([np.nan])):
        with pytest.raises(ValueError, match="log_probabilities: got"):
            perplexity(bad)
        with pytest.raises(ValueError, match="log_probabilities: got"):
            bits_per_byte(bad, 3)
    with pytest.raises(ValueError, match="n_bytes: got 0"):
        bits_per_byte(np.array([-1.0]), 0)


def test_bad_hidden_markov_models():
    one = np.ones(1)
    with pytest.raises(ValueError, match=r"emission: got \(1, 2\), sums \[2\.\]"):
        HiddenMarkov(one, np.ones((1, 1)), np.ones((1, 2)))
    with pytest.raises(ValueError, match="start: got"):
        HiddenMarkov(np.array([2.0, -1.0]), np.eye(2), np.eye(2))
    with pytest.raises((ValueError, TypeError)):
        HiddenMarkov(one, np.eye(2), np.eye(2))
    for states, vocab_size in ((0, 3), (2, 0)):
        with pytest.raises(ValueError, match="states, vocab_size: got"):
            HiddenMarkov.random(states, vocab_size)


def test_bad_sequences_for_the_hidden_markov_model():
    hmm = HiddenMarkov.random(2, V)
    for bad in ([], [[0], []]):
        with pytest.raises(ValueError, match="sequences: got"):
            padded(bad, V)
    for bad in (
        np.zeros((0, 3), int),
        np.zeros((2, 0), int),
        np.array([[V + 1]]),
        np.array([[-1]]),
    ):
        with pytest.raises(ValueError, match="ids: got"):
            forward(hmm, bad)
        with pytest.raises(ValueError, match="ids: got"):
            baum_welch(hmm, bad, 1)
    for steps, ids in ((0, np.array([[1]])), (1, np.array([[V, V]]))):
        with pytest.raises(ValueError, match="expected steps >= 1 and no empty row"):
            baum_welch(hmm, ids, steps)
    with pytest.raises(ValueError, match="ids: got"):
        viterbi(hmm, np.array([], int))
    never = HiddenMarkov(np.ones(1), np.ones((1, 1)), np.array([[1.0, 0.0]]))
    with pytest.raises(ValueError, match="impossible"):
        baum_welch(never, np.array([[0, 1]]), 1)
    assert viterbi(never, np.array([0, 1]))[1] == -np.inf


@pytest.mark.parametrize("bad", [5, None, (i for i in [1]), np.array(3)])
def test_a_document_is_a_row_of_ids(bad):
    with pytest.raises(TypeError, match=r"ids: got .*; expected a row of ints|Type-check"):
        checked_ids(bad, 4)
