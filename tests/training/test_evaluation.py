"""Tests of llmbook.training.evaluation and .tasks: scikit-learn, SciPy, enumeration, hand."""

import math
from functools import partial

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
import sklearn.calibration
import sklearn.metrics
import sklearn.model_selection
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.gpt import GPT, GPTConfig
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.text import stories
from llmbook.text.corpus import little_stories
from llmbook.text.ngram import KneserNey
from llmbook.text.tokenizer import BPETokenizer
from llmbook.training.evaluation import (
    ChoiceScores,
    TextScores,
    bootstrap,
    brier_score,
    confusion_matrix,
    expected_calibration_error,
    fit_temperature,
    k_folds,
    mcnemar,
    measure,
    pareto_front,
    precision_recall_f1,
    ratio_of_sums,
    reliability_curve,
    resting,
    score_choices,
    score_texts,
    sliding_windows,
    token_log_probabilities,
    tokens_per_second,
    weight_bytes,
)
from llmbook.training.tasks import (
    SWAPS,
    Question,
    longest_copied_runs,
    story_questions,
    story_report,
    text_overlap,
)
from torch.nn import functional as F

quick = settings(deadline=None, max_examples=50)
V, CONTEXT = 20, 8


def tiny_model(**options):
    torch.manual_seed(0)
    sizes = {"width": 16, "layers": 2, "heads": 2, "groups": 1, "hidden": 24}
    model = Llama(LlamaConfig(V, CONTEXT, **sizes | options)).double().eval()
    for parameter in model.parameters():  # far from uniform, so that a shift would show
        torch.nn.init.normal_(parameter, std=0.5)
    return model


model = tiny_model()
tokenizer = BPETokenizer.train(little_stories(20), 300, special_tokens=("<|end|>",))
END = tokenizer.special_tokens["<|end|>"]
random_ids = st.lists(st.integers(0, V - 1), min_size=2, max_size=30)


def last_log_p(ids):
    """log P(last id | those before it), by one plain forward."""
    logits = model(torch.tensor([ids[:-1]]))[0, -1].detach()
    return float(logits.log_softmax(-1)[ids[-1]])


# --- log-likelihood ---


@quick
@given(st.integers(1, 60), st.integers(1, 12), st.data())
def test_windows_keep_each_prediction_once(length, context, data):
    stride = data.draw(st.integers(1, context))
    spans = sliding_windows(length, context, stride)
    assert [t for _, first, end in spans for t in range(first, end)] == [*range(length)]
    for start, first, end in spans:
        assert 0 <= start <= first < end <= start + context
        assert start == 0 or end - start == context  # as much context as fits
        assert first == 0 or first - start >= min(first, context - stride)
    assert len(spans) == 1 + math.ceil(max(0, length - context) / stride)


@pytest.mark.parametrize(("length", "context", "stride"), [(5, 4, 0), (5, 4, 5), (0, 4, 1)])
def test_windows_refuse(length, context, stride):
    with pytest.raises(ValueError, match="stride"):
        sliding_windows(length, context, stride)


@quick
@given(st.lists(st.lists(st.integers(0, V - 1), min_size=2, max_size=CONTEXT + 1), min_size=1))
def test_where_it_fits_it_is_the_full_forward(documents):
    for ids, found in zip(documents, token_log_probabilities(model, documents), strict=True):
        log_p = model(torch.tensor([ids[:-1]]))[0].log_softmax(-1).detach()
        expected = [float(log_p[t, ids[t + 1]]) for t in range(len(ids) - 1)]
        np.testing.assert_allclose(found, expected, atol=1e-12)


@settings(deadline=None, max_examples=15)
@given(random_ids, st.integers(1, CONTEXT))
def test_long_documents_see_what_their_window_shows(ids, stride):
    found = token_log_probabilities(model, [ids], stride=stride)[0]
    for start, first, end in sliding_windows(len(ids) - 1, CONTEXT, stride):
        for t in range(first, end):
            assert found[t] == pytest.approx(last_log_p(ids[start : t + 2]), abs=1e-12)


def test_stride_one_gives_every_token_the_whole_context():
    ids = np.random.default_rng(0).integers(0, V, 25).tolist()
    found = token_log_probabilities(model, [ids], stride=1)[0]
    expected = [last_log_p(ids[max(0, t - CONTEXT) : t + 1]) for t in range(1, 25)]
    np.testing.assert_allclose(found, expected, atol=1e-12)


@quick
@given(st.lists(random_ids, min_size=2, max_size=6), st.integers(1, 7), st.integers(1, CONTEXT))
def test_batches_padding_and_company_change_nothing(documents, batch_size, stride):
    together = token_log_probabilities(model, documents, stride=stride, batch_size=batch_size)
    for ids, found in zip(documents, together, strict=True):
        alone = token_log_probabilities(model, [ids], stride=stride, batch_size=1)[0]
        np.testing.assert_allclose(found, alone, atol=1e-12)


def test_equals_the_loss_of_transformers():
    torch.manual_seed(0)
    sizes = {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 32}
    theirs = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=V, **sizes)).eval()
    ids = torch.randint(V, (1, 30))
    loss = theirs(ids, labels=ids).loss.item()
    found = token_log_probabilities(lambda ids: theirs(ids).logits, [ids[0].tolist()], context=32)
    assert -found[0].mean() == pytest.approx(loss, abs=1e-5)


def test_a_model_in_training_is_scored_at_rest_and_left_in_training():
    torch.manual_seed(0)
    shape = GPTConfig(V, 16, 16, 1, 2, dropout=0.5)
    dropped, ids = GPT(shape).train(), [[*range(10)]]
    first, second = (token_log_probabilities(dropped, ids)[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert dropped.training
    assert dropped.blocks[0].training
    with pytest.raises(IndexError), resting(dropped):
        raise IndexError
    assert dropped.training
    assert torch.is_grad_enabled()


def test_half_precision_is_summed_in_full():
    half = tiny_model().to(torch.bfloat16)
    found = token_log_probabilities(half, [[*range(9)]])[0]
    assert found.dtype == np.float64
    logits = half(torch.arange(8)[None]).float().detach()
    loss = F.cross_entropy(logits[0], torch.arange(1, 9)).item()
    assert -found.mean() == pytest.approx(loss, rel=1e-5)


def test_scoring_refuses():
    with pytest.raises(ValueError, match="number 1"):
        token_log_probabilities(model, [[1, 2], [1]])
    with pytest.raises(TypeError):
        token_log_probabilities(model, [[0.5, 1.0]])
    with pytest.raises(ValueError, match="stride"):
        token_log_probabilities(model, [[1, 2]], stride=9)
    with pytest.raises(ValueError, match="logits"):
        token_log_probabilities(lambda ids: (ids, None), [[1, 2]], context=4)
    with pytest.raises(ValueError, match="logits"):
        token_log_probabilities(lambda ids: ids.float(), [[1, 2]], context=4)
    with pytest.raises(ValueError, match="ids"):
        token_log_probabilities(model, [[1, V]])


def uniform(documents):
    return [np.full(len(ids) - 1, -math.log(256)) for ids in documents]


def test_text_scores_by_hand():
    texts = ["abc", "The cat sat.", "été"]
    scores = score_texts(uniform, tokenizer, texts, END)
    assert scores.n_bytes.tolist() == [3, 12, 5]
    tokens = [len(tokenizer.encode(text)) + 1 for text in texts]  # the end is predicted too
    np.testing.assert_allclose(scores.bits, [8 * t for t in tokens])
    np.testing.assert_allclose(scores.end_bits, [8, 8, 8])
    assert scores.bits_per_byte == pytest.approx(8 * sum(tokens) / 20)
    assert scores.perplexity == pytest.approx(256)
    assert ratio_of_sums(scores.bits, scores.n_bytes) == pytest.approx(scores.bits_per_byte)


def test_texts_are_scored_between_two_ends():
    documents = []
    score_texts(lambda d: documents.extend(d) or uniform(d), tokenizer, ["ab", ""], END)
    assert documents == [[END, *tokenizer.encode("ab"), END], [END, END]]


@pytest.mark.parametrize("texts", [[], ["", ""]])
def test_no_byte_no_score(texts):
    with pytest.raises(ValueError, match="texts"):
        score_texts(uniform, tokenizer, texts, END)


def test_an_ngram_model_is_a_scorer():
    texts = little_stories(30)
    documents = [[*tokenizer.encode(text), END] for text in texts]
    counted = KneserNey.fit(documents[:20], n=3, vocab_size=300)

    def scorer(documents):
        return [counted.log_probabilities(ids[1:]) for ids in documents]

    scores = score_texts(scorer, tokenizer, texts[20:], END)
    total = sum(counted.log_probability(ids) for ids in documents[20:])
    size = sum(len(text.encode()) for text in texts[20:])
    assert scores.bits_per_byte == pytest.approx(-total / math.log(2) / size)


# --- splits ---


@quick
@given(st.integers(2, 40), st.data())
def test_folds_are_scikit_learns(n, data):
    k, seed = data.draw(st.integers(2, n)), data.draw(st.none() | st.integers(0, 99))
    theirs = sklearn.model_selection.KFold(k, shuffle=seed is not None, random_state=seed)
    for ours, expected in zip(k_folds(n, k, seed), theirs.split(np.zeros(n)), strict=True):
        for mine, part in zip(ours, expected, strict=True):
            np.testing.assert_array_equal(mine, part)


@pytest.mark.parametrize(("n", "k"), [(5, 1), (5, 6), (0, 2)])
def test_folds_refuse(n, k):
    with pytest.raises(ValueError, match="k"):
        k_folds(n, k)


# --- multiple choice ---


def test_choices_by_hand():
    # Sums -2 and -3; per token -2 / 1 and -3 / 3; per byte -2 / 4 and -3 / 9.
    sums, tokens = [np.array([-2.0, -3.0])], [np.array([1, 3])]
    scores = ChoiceScores(sums, tokens, [np.array([4, 9])], np.array([1]))
    assert [scores.right(unit).tolist() for unit in ("choice", "token", "byte")] == [
        [False],
        [True],
        [True],
    ]
    assert scores.confidence() == pytest.approx([math.e / (math.e + 1)])
    np.testing.assert_allclose(scores.per("byte")[0], [-0.5, -1 / 3])
    with pytest.raises(ValueError, match="unit"):
        scores.per("word")


def test_choices_are_the_sums_over_their_own_tokens():
    torch.manual_seed(0)
    writer = Llama(LlamaConfig(300, 64, 16, 1, 2, 1, 24)).double().eval()
    questions = [
        Question("The cat", (" sat.", " was very sad."), 0),
        Question("", ("Once", "Twice", "Never again"), 2),
    ]
    scores = score_choices(partial(token_log_probabilities, writer), tokenizer, questions, END)
    assert [len(s) for s in scores.sums] == [2, 3]
    for q, question in enumerate(questions):
        before = [END, *tokenizer.encode(question.context)]
        for c, choice in enumerate(question.choices):
            ids = tokenizer.encode(choice)
            log_p = writer(torch.tensor([before + ids]))[0].log_softmax(-1).detach()
            expected = sum(float(log_p[len(before) - 1 + i, ids[i]]) for i in range(len(ids)))
            assert scores.sums[q][c] == pytest.approx(expected, abs=1e-10)
            assert scores.tokens[q][c] == len(ids)
            assert scores.n_bytes[q][c] == len(choice.encode())
    best = np.array([int(s.argmax()) for s in scores.sums])
    accuracy = sklearn.metrics.accuracy_score(scores.answers, best)
    assert scores.right().mean() == pytest.approx(accuracy)


def test_no_question_no_score():
    with pytest.raises(ValueError, match="questions"):
        score_choices(uniform, tokenizer, [], END)


@pytest.mark.parametrize(
    ("choices", "answer"), [(("a",), 0), (("a", ""), 0), (("a", "b"), 2), (("a", "b"), -1)]
)
def test_bad_questions(choices, answer):
    with pytest.raises(ValueError, match=r"choices|answer"):
        Question("", choices, answer)


@pytest.mark.parametrize("wrong", [1, 3])
def test_questions_from_stories_have_one_consistent_answer(wrong):
    texts = little_stories(24, seed=3)
    questions = story_questions(texts, wrong=wrong)
    # A pronoun has one rival or two, so none of them makes a question with three wrong choices.
    assert {question.kind for question in questions} == set(SWAPS) - (
        {"pronoun"} if wrong == 3 else set()
    )
    for question in questions:
        assert len(question.choices) == wrong + 1
        for i, choice in enumerate(question.choices):
            told = stories.check(question.context + choice)
            assert told.grammatical
            assert told.consistent == (i == question.answer)
            is_true = any(text.startswith(question.context + choice) for text in texts)
            assert is_true == (i == question.answer)
    assert questions == story_questions(texts, wrong=wrong)
    assert len({question.answer for question in questions}) > 1


def test_questions_of_one_kind():
    questions = story_questions(little_stories(12, seed=4), ["pronoun"])
    assert {question.kind for question in questions} == {"pronoun"}
    for options in ({"kinds": ["verb"]}, {"kinds": []}, {"wrong": 0}):
        with pytest.raises(ValueError, match="kinds"):
            story_questions(["x"], **options)
    assert story_questions(["No story at all.", ""]) == []


# --- what a model wrote ---


def brute_force_run(text, training):
    words = text.split()
    runs = [" ".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, len(words) + 1)]
    known = [f" {' '.join(other.split())} " for other in training]
    return max((len(r.split()) for r in runs if any(f" {r} " in k for k in known)), default=0)


small_texts = st.lists(st.sampled_from("aab "), max_size=24).map(" ".join)


@quick
@given(st.lists(small_texts, min_size=1, max_size=4), st.lists(small_texts, max_size=5))
def test_longest_copied_runs(texts, training):
    expected = [brute_force_run(text, training) for text in texts]
    for least, chunk in [(1, 100), (3, 2)]:
        found = longest_copied_runs(texts, iter(training), least=least, chunk=chunk)
        assert found.tolist() == [n if n >= least else 0 for n in expected]


def test_runs_refuse():
    with pytest.raises(ValueError, match="least"):
        longest_copied_runs(["a"], ["a"], least=0)


def test_story_report():
    told, other = little_stories(2, seed=1)
    first_paragraph = told.split("\n\n")[0]
    texts = [told, other, "Colourless green ideas sleep.", first_paragraph, f"{told} Boo."]
    report = story_report(texts, [told])
    assert report.grammatical.tolist() == [True, True, False, True, False]
    assert report.consistent[:2].all()
    assert report.both.tolist() == (report.grammatical & report.consistent).tolist()
    assert report.complete.tolist()[:4] == [True, True, False, False]
    assert report.copied.tolist() == [True, False, False, True, False]
    assert report.longest_copied[0] == report.longest_copied[4] == len(told.split())
    assert report.shares()["grammatical"] == pytest.approx(0.6)
    assert not story_report(texts).copied.any()
    with pytest.raises(ValueError, match="texts"):
        story_report([])


def test_overlap_by_hand():
    # 1 to 4 words: 6/7, 4/6, 3/5, 2/4 of the prediction's are in the reference. It is not shorter.
    overlap = text_overlap(["the cat sat on the red mat"], ["the cat sat on the mat"])
    assert overlap["bleu"] == pytest.approx(100 * (6 / 7 * 4 / 6 * 3 / 5 * 2 / 4) ** 0.25)
    assert overlap["rouge1"] == pytest.approx(12 / 13)  # precision 6/7, recall 6/6
    assert overlap["rouge2"] == pytest.approx(8 / 11)  # precision 4/6, recall 4/5
    assert overlap["rougeL"] == pytest.approx(12 / 13)
    assert overlap["exact"] == 0
    # Shorter by one word of six: the brevity penalty. All its runs are in the reference.
    shorter = text_overlap(["the cat sat on the"], ["the cat sat on the mat"])
    assert shorter["bleu"] == pytest.approx(100 * math.exp(1 - 6 / 5))
    same = text_overlap(["a b c d", "x"], ["a b c d", "y"])
    assert same["exact"] == 0.5


@pytest.mark.parametrize(("a", "b"), [([], []), (["x"], ["x", "y"])])
def test_overlap_refuses(a, b):
    with pytest.raises(ValueError, match="predictions"):
        text_overlap(a, b)


# --- labels and calibration ---


@quick
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_labels_as_in_scikit_learn(pairs):
    targets, predictions = np.array(pairs).T
    confusion = confusion_matrix(targets, predictions, 4)
    expected = sklearn.metrics.confusion_matrix(targets, predictions, labels=range(4))
    np.testing.assert_array_equal(confusion, expected)
    theirs = sklearn.metrics.precision_recall_fscore_support(
        targets, predictions, labels=range(4), zero_division=0
    )
    np.testing.assert_allclose(precision_recall_f1(confusion), theirs[:3])


@pytest.mark.parametrize(("a", "b"), [([0, 1], [0]), ([0, 2], [0, 1]), ([0, 1], [-1, 1])])
def test_labels_refuse(a, b):
    with pytest.raises(ValueError, match="targets"):
        confusion_matrix(np.array(a), np.array(b), 2)


@quick
@given(st.integers(1, 300), st.integers(1, 15), st.integers(0, 99))
def test_reliability_curve_is_scikit_learns(n, bins, seed):
    draw = np.random.default_rng(seed)
    confidence = np.round(draw.random(n), 2)  # many on the edges of bins
    right = draw.random(n) < confidence
    sure, accuracy, counts = reliability_curve(confidence, right, bins)
    share, mean = sklearn.calibration.calibration_curve(right, confidence, n_bins=bins)
    np.testing.assert_allclose(accuracy, share)
    np.testing.assert_allclose(sure, mean)
    assert counts.sum() == n


def test_calibration_error_by_hand():
    confidence = np.array([0.9, 0.9, 0.9, 0.9, 0.6, 0.6])
    right = np.array([True, True, False, False, True, False])
    # Four at 0.9, half of them right: 0.4 off. Two at 0.6, half of them right: 0.1 off.
    expected = (4 * 0.4 + 2 * 0.1) / 6
    assert expected_calibration_error(confidence, right) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("confidence", "right", "bins"),
    [([1.5], [True], 10), ([np.nan], [True], 10), ([], [], 10), ([0.5], [], 10), ([1], [True], 0)],
)
def test_reliability_refuses(confidence, right, bins):
    with pytest.raises(ValueError, match="confidence"):
        reliability_curve(np.array(confidence, float), np.array(right, bool), bins)


def random_logits(seed, n=200, classes=5, scale=3.0):
    draw = np.random.default_rng(seed)
    logits = draw.normal(0, 1, (n, classes))
    targets = np.array([draw.choice(classes, p=p) for p in scipy.special.softmax(logits, 1)])
    return scale * logits, targets


@pytest.mark.parametrize("scale", [0.2, 1.0, 4.0])
def test_temperature_is_the_minimum_of_the_log_loss(scale):
    logits, targets = random_logits(0, scale=scale)
    found = fit_temperature(logits, targets)

    def loss(log_t):
        p = scipy.special.softmax(logits / np.exp(log_t), 1)
        return sklearn.metrics.log_loss(targets, p, labels=range(5))

    best = scipy.optimize.minimize_scalar(loss, bounds=(-4, 4), options={"xatol": 1e-9})
    assert found == pytest.approx(float(np.exp(best.x)), rel=1e-4)
    assert found == pytest.approx(scale, rel=0.3)  # the logits were made too large by so much


def test_brier_score_is_scikit_learns():
    logits, targets = random_logits(1)
    p = scipy.special.softmax(logits, 1)
    theirs = sklearn.metrics.brier_score_loss(targets, p, labels=range(5), scale_by_half=False)
    assert brier_score(p, targets) == pytest.approx(theirs)


# --- how sure ---


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_bootstrap_is_scipys(level):
    draw = np.random.default_rng(0)
    a = draw.exponential(1, 40)
    b = a + draw.normal(0, 0.1, 40)
    ours = bootstrap(lambda a, b: (a - b).sum() / b.sum(), a, b, level=level, seed=3)
    theirs = scipy.stats.bootstrap(
        (a, b),
        lambda a, b, axis: (a - b).sum(axis) / b.sum(axis),
        paired=True,
        n_resamples=1000,
        confidence_level=level,
        method="percentile",
        rng=np.random.default_rng(3),
    ).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.004)
    assert ours.low < ours.value < ours.high
    assert ours.level == level


def test_bootstrap_covers_as_often_as_it_says():
    draw, hits = np.random.default_rng(0), 0
    for seed in range(200):
        found = bootstrap(np.mean, draw.normal(3, 1, 50), resamples=200, seed=seed, level=0.8)
        hits += found.low <= 3 <= found.high
    assert 0.70 < hits / 200 < 0.88


def test_paired_is_narrower_than_apart():
    draw = np.random.default_rng(0)
    hard = draw.exponential(1, 100)
    a, b = hard + draw.normal(0, 0.05, 100), hard + 0.05 + draw.normal(0, 0.05, 100)
    paired = bootstrap(lambda a, b: a.mean() - b.mean(), a, b)
    apart = bootstrap(np.mean, a)
    assert paired.high - paired.low < 0.2 * (apart.high - apart.low)
    assert paired.high < 0


def test_bootstrap_refuses():
    a = np.arange(5.0)
    for columns, level in [((a, a[:4]), 0.9), ((a[:1],), 0.9), ((a,), 1.0), ((a,), 0.0)]:
        with pytest.raises(ValueError, match="columns"):
            bootstrap(np.mean, *columns, level=level)


@quick
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_mcnemar_is_the_binomial_test(pairs):
    a, b = np.array(pairs).T
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    if only_a + only_b == 0:
        assert mcnemar(a, b) == 1
    else:
        expected = scipy.stats.binomtest(only_a, only_a + only_b).pvalue
        assert mcnemar(a, b) == pytest.approx(expected)


def test_mcnemar_refuses():
    with pytest.raises(ValueError, match="a_right"):
        mcnemar(np.array([True]), np.array([True, False]))


# --- at what price ---


@quick
@given(
    st.lists(st.tuples(*[st.integers(0, 3).map(float)] * 2), min_size=1, max_size=12), st.booleans()
)
def test_pareto_front(rows, doubled):
    scores = np.array(rows + rows if doubled else rows)
    expected = [
        not any(
            all(x >= y for x, y in zip(other, row, strict=True)) and tuple(other) != tuple(row)
            for other in scores
        )
        for row in scores
    ]
    front = pareto_front(scores)
    assert front.tolist() == expected
    assert front.any()


def test_weights_are_counted_once():
    tied, untied = tiny_model(tied=True), tiny_model(tied=False)
    assert weight_bytes(untied) - weight_bytes(tied) == 8 * V * 16
    parameters = 8 * tied.count_parameters()
    assert parameters <= weight_bytes(tied) <= parameters + 1000  # and the rotary frequencies


def test_tokens_per_second_takes_the_best_run(monkeypatch):
    ticks = iter([0.0, 2.0, 10.0, 11.0, 20.0, 24.0])
    monkeypatch.setattr("llmbook.training.evaluation.time.perf_counter", lambda: next(ticks))
    assert tokens_per_second(lambda: range(8)) == 8.0


def test_measure():
    torch.manual_seed(0)
    writer = Llama(LlamaConfig(300, 32, 16, 1, 2, 1, 24)).train()
    texts = little_stories(5, seed=8)
    found = measure(writer, tokenizer, texts, END, tokens=40)
    scores = score_texts(partial(token_log_probabilities, writer), tokenizer, texts, END)
    assert found.bits_per_byte.value == pytest.approx(scores.bits_per_byte)
    assert found.bits_per_byte.low <= found.bits_per_byte.value <= found.bits_per_byte.high
    assert found.tokens_per_second > 0
    assert found.weight_bytes == weight_bytes(writer)
    assert writer.training


def test_scores_know_their_texts():
    scores = TextScores([np.log([0.5, 0.25]), np.log([0.5])], np.array([3, 1]))
    assert scores.bits.tolist() == pytest.approx([3, 1])
    assert scores.end_bits.tolist() == pytest.approx([2, 1])
    assert scores.bits_per_byte == pytest.approx(1.0)
