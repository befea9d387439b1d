"""Embeddings: gradient against autograd, samples against their definition, files against damage."""

import math
import os
import random

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.text.embedding import (
    Embedding,
    SkipGramConfig,
    SubwordEmbedding,
    SubwordTable,
    Vocabulary,
    WordTable,
    add_rows,
    character_ngrams,
    draw_noise,
    fasttext,
    fnv1a,
    keep_probability,
    load_vectors,
    negative_sampling,
    noise_distribution,
    one_hot,
    principal_components,
    save_vectors,
    skip_gram_pairs,
    split_sentences,
    train_skip_gram,
    word2vec,
)

TINY = SkipGramConfig(dim=8, epochs=2, min_count=1, batch=32)
GROUPS = {
    "colour": ["red", "blue", "green", "yellow"],
    "food": ["cake", "soup", "bread", "apple"],
    "place": ["hill", "park", "farm", "beach"],
}


def world(count: int = 1500, seed: int = 0) -> list[list[str]]:
    """Sentences in which the words of one group are interchangeable."""
    rng = random.Random(seed)
    pick = {name: lambda words=words: rng.choice(words) for name, words in GROUPS.items()}
    frames = [
        lambda: ["she", "had", "a", pick["colour"](), "hat"],
        lambda: ["he", "painted", "it", pick["colour"]()],
        lambda: ["they", "ate", pick["food"](), "for", "lunch"],
        lambda: ["mother", "made", "warm", pick["food"]()],
        lambda: ["we", "walked", "to", "the", pick["place"]()],
        lambda: ["the", pick["place"](), "was", "far", "away"],
    ]
    return [rng.choice(frames)() for _ in range(count)]


def gen(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def trained() -> Embedding:
    return word2vec(world(), SkipGramConfig(dim=16, epochs=8, batch=64, subsample=1.0))


@pytest.fixture(scope="module")
def composed() -> SubwordEmbedding:
    return fasttext(world(), SkipGramConfig(dim=16, epochs=8, batch=64, subsample=1.0))


# --- words and vocabulary ------------------------------------------------------------------


def test_sentences_are_split_at_full_stops_and_lowered():
    texts = ["Mia ran. Mia's dog didn't, at 3 pm!", "No: he’ll"]
    assert split_sentences(texts) == [
        ["mia", "ran"],
        ["mia", "dog", "didn't", "at", "pm"],
        ["no", "he’ll"],
    ]
    assert split_sentences(["", "...", "42"]) == []


def test_one_string_is_not_a_list_of_texts():
    with pytest.raises(TypeError, match="texts"):
        split_sentences("Mia ran.")


@given(st.lists(st.integers(0, 9), max_size=12))
@settings(deadline=None)
def test_one_hot_times_matrix_is_lookup(ids):
    ids = torch.tensor(ids, dtype=torch.long)
    rows = torch.randn(10, 4, generator=gen())
    assert torch.equal(one_hot(ids, 10), F.one_hot(ids, 10).float())
    torch.testing.assert_close(one_hot(ids, 10) @ rows, rows[ids])


@pytest.mark.parametrize("bad", [-1, 5])
def test_one_hot_refuses_ids_out_of_range(bad):
    with pytest.raises(ValueError, match=r"ids: got .*expected 0 … 4"):
        one_hot(torch.tensor([0, bad]), 5)


def test_vocabulary_is_sorted_by_count_then_spelling():
    vocabulary = Vocabulary([["b", "a", "c"], ["c", "a", "b", "c"], ["rare"]], min_count=2)
    assert vocabulary.words == ["c", "a", "b"]
    assert vocabulary.counts.tolist() == [3, 2, 2]
    ids, sentence_of = vocabulary.encode([["c", "rare", "b"], ["rare"], ["a"]])
    assert ids.tolist() == [0, 2, 1]
    assert sentence_of.tolist() == [0, 0, 2]


@pytest.mark.parametrize("sentences", [[], [[]], [["once"]]])
def test_vocabulary_without_words_is_refused(sentences):
    with pytest.raises(ValueError, match=r"sentences: got \d words.*min_count"):
        Vocabulary(sentences, min_count=2)


def test_vocabulary_refuses_sentences_that_are_strings():
    with pytest.raises(TypeError, match="expected word lists"):
        Vocabulary(["a whole sentence"])


# --- what training is made of --------------------------------------------------------------


@pytest.mark.parametrize("name", ["dim", "window", "negatives", "epochs", "batch", "min_count"])
def test_config_refuses_counts_below_one(name):
    for bad in (0, -3):
        with pytest.raises(ValueError, match=f"{name}: got {bad}; expected"):
            SkipGramConfig(**{name: bad})


@pytest.mark.parametrize("name", ["learning_rate", "subsample"])
@pytest.mark.parametrize("bad", [0.0, -1.0, math.inf, math.nan])
def test_config_refuses_rates_out_of_range(name, bad):
    with pytest.raises(ValueError, match=f"{name}: got"):
        SkipGramConfig(**{name: bad})


def test_keep_probability_is_the_papers_formula():
    counts = torch.tensor([9000, 900, 90, 10])
    expected = [min(1.0, math.sqrt(1e-2 / (c / 10_000))) for c in counts.tolist()]
    torch.testing.assert_close(keep_probability(counts, 1e-2), torch.tensor(expected))


def test_noise_is_counts_to_the_three_quarters():
    counts = torch.tensor([16, 1, 81])
    expected = torch.tensor([8.0, 1.0, 27.0], dtype=torch.float64) / 36
    torch.testing.assert_close(noise_distribution(counts), expected)


def test_samples_follow_their_distribution():
    probabilities = noise_distribution(torch.tensor([1000, 300, 100, 30, 10, 3, 1]))
    n = 200_000
    counts = draw_noise(probabilities.cumsum(0), (n // 5, 5), gen()).flatten().bincount(minlength=7)
    expected = n * probabilities
    statistic = float(((counts - expected) ** 2 / expected).sum())
    assert statistic < 22.46  # the 99.9% point of chi-square with 6 degrees of freedom
    uniform = torch.full((7,), n / 7)
    assert float(((counts - uniform) ** 2 / uniform).sum()) > 22.46  # the test can fail


def test_samples_never_leave_the_vocabulary():
    short = torch.tensor([0.25, 0.5, 0.75])  # sums that rounding kept below one
    drawn = draw_noise(short, (1000,), gen())
    assert set(drawn.tolist()) == {0, 1, 2}


def slow_pairs(ids, sentence_of, reach):
    """The definition, one position at a time."""
    return sorted(
        (ids[i], ids[j])
        for i in range(len(ids))
        for j in range(len(ids))
        if i != j and abs(i - j) <= reach[i] and sentence_of[i] == sentence_of[j]
    )


@given(st.lists(st.lists(st.integers(0, 20), max_size=7), max_size=6), st.integers(1, 5))
@settings(deadline=None)
def test_pairs_are_those_of_the_definition(sentences, window):
    ids = [i for s in sentences for i in s]
    sentence_of = [n for n, s in enumerate(sentences) for _ in s]
    reach = torch.randint(1, window + 1, (len(ids),), generator=gen(3)).tolist()
    long = torch.long
    centres, contexts = skip_gram_pairs(
        torch.tensor(ids, dtype=long), torch.tensor(sentence_of, dtype=long), window, gen(3)
    )
    found = sorted(zip(centres.tolist(), contexts.tolist(), strict=True))
    assert found == slow_pairs(ids, sentence_of, reach)


def test_gradient_by_hand_is_autograds():
    centre = torch.randn(7, 5, dtype=torch.float64, generator=gen(), requires_grad=True)
    outputs = torch.randn(7, 4, 5, dtype=torch.float64, generator=gen(1), requires_grad=True)
    score = torch.einsum("bd,bkd->bk", centre, outputs)
    expected = -(torch.sigmoid(score[:, 0]).log().sum() + torch.sigmoid(-score[:, 1:]).log().sum())
    expected.backward()
    loss, to_centre, to_outputs = negative_sampling(centre.detach(), outputs.detach())
    torch.testing.assert_close(loss, expected.detach())
    torch.testing.assert_close(to_centre, centre.grad)
    torch.testing.assert_close(to_outputs, outputs.grad)


def test_loss_stays_finite_for_extreme_scores():
    loss, *_ = negative_sampling(torch.full((1, 2), 1e3), torch.full((1, 3, 2), 1e3))
    assert math.isfinite(float(loss))


def test_added_rows_add_up_when_an_id_repeats():
    table = torch.zeros(3, 2)
    add_rows(table, torch.tensor([2, 0, 2]), torch.tensor([[1.0, 2], [3, 4], [5, 6]]))
    assert table.tolist() == [[3, 4], [0, 0], [6, 8]]


def dense_gradient(table, ids, gradient) -> torch.Tensor:
    """d(look_up(ids) · gradient) / d(rows), by autograd through the definition of the table."""
    rows = table.rows.clone().requires_grad_()
    if isinstance(table, WordTable):
        vectors = rows[ids]
    else:
        vectors = rows[table.parts[ids]].sum(1) * table.scale[ids]
    (vectors * gradient).sum().backward()
    return rows.grad


@pytest.mark.parametrize("make", [WordTable, SubwordTable])
def test_table_step_is_gradient_descent(make):
    table = make(["red", "reds", "blue", "a"], SkipGramConfig(dim=6))
    ids = torch.tensor([0, 3, 1, 0, 0])
    gradient = torch.randn(5, 6, generator=gen())
    expected = table.rows - 0.1 * dense_gradient(table, ids, gradient)
    if make is SubwordTable:
        expected[-1] = 0.0
    table.step(ids, gradient, 0.1)
    torch.testing.assert_close(table.rows, expected)


# --- training ------------------------------------------------------------------------------


def test_words_of_a_group_become_neighbours(trained):
    for words in GROUPS.values():
        for word in words:
            assert {other for other, _ in trained.neighbours(word, 3)} == set(words) - {word}


def test_loss_falls_from_its_known_start():
    sentences = world(400)
    vocabulary = Vocabulary(sentences)
    config = SkipGramConfig(dim=16, epochs=6, batch=64, subsample=1.0, min_count=1)
    losses = train_skip_gram(WordTable(vocabulary.words, config), vocabulary, sentences, config)
    assert losses[0] == pytest.approx((1 + config.negatives) * math.log(2), rel=1e-5)
    assert sum(losses[-20:]) / 20 < 0.75 * losses[0]


@pytest.mark.parametrize("train", [word2vec, fasttext])
def test_one_seed_gives_one_result(train):
    sentences = world(200)
    first, second = train(sentences, TINY), train(sentences, TINY)
    assert torch.equal(first.vectors, second.vectors)
    other = train(sentences, SkipGramConfig(**{**vars(TINY), "seed": 1}))
    assert not torch.equal(first.vectors, other.vectors)


@pytest.mark.parametrize("train", [word2vec, fasttext])
def test_training_refuses_what_it_cannot_learn_from(train):
    with pytest.raises(ValueError, match="sentences: got 0 words"):
        train([], TINY)
    with pytest.raises(ValueError, match="no two known words"):
        train([["alone"], ["lonely"]], TINY)
    with pytest.raises(ValueError, match="no two known words"):
        train([["word"]], TINY)
    with pytest.raises(TypeError, match="expected word lists"):
        train(["a sentence"], TINY)


@pytest.mark.parametrize("rate", [1e3, 1e6, 1e30])
def test_divergence_is_reported(rate):
    config = SkipGramConfig(dim=8, epochs=2, min_count=1, learning_rate=rate)
    with pytest.raises(ValueError, match=r"learning_rate: got .* diverged"):
        word2vec(world(200), config)


# --- places --------------------------------------------------------------------------------


def test_neighbours_are_brute_forces(trained):
    for word in trained.words:
        vector = trained.vector(word)
        cosines = F.cosine_similarity(vector[None], trained.vectors)
        ranked = sorted(zip(cosines.tolist(), trained.words, strict=True), reverse=True)
        expected = [(w, c) for c, w in ranked if w != word]
        found = trained.neighbours(word, len(trained.words) - 1)
        assert [c for _, c in found] == pytest.approx([c for _, c in expected], abs=1e-5)
        assert {w for w, _ in found} == set(trained.words) - {word}


def test_analogy_is_3cosadd_without_its_inputs():
    square = torch.tensor([[1.0, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 2, 0]])
    embedding = Embedding(["man", "woman", "king", "queen", "odd"], square)
    assert embedding.analogy("man", "woman", "king")[0][0] == "queen"
    one, two, three = F.normalize(square[:3], dim=1)
    point = two - one + three
    brute = F.cosine_similarity(point[None], square)
    assert dict(embedding.analogy("man", "woman", "king", 2)) == pytest.approx(
        {"queen": float(brute[3]), "odd": float(brute[4])}, abs=1e-6
    )


def test_unknown_words_get_close_spellings(trained):
    with pytest.raises(ValueError, match=r"word: got 'yelow'.*yellow"):
        trained.neighbours("yelow", 1)
    with pytest.raises(ValueError, match=r"word: got 'zzz'.*none"):
        trained.analogy("red", "blue", "zzz")


@pytest.mark.parametrize("k", [0, -1, 10_000])
def test_k_out_of_range(trained, k):
    with pytest.raises(ValueError, match=f"k: got {k}; expected 1 … "):
        trained.neighbours("red", k)
    with pytest.raises(ValueError, match=f"k: got {k}; expected 1 … "):
        trained.analogy("red", "blue", "cake", k)


def test_the_origin_has_no_neighbours(trained):
    with pytest.raises(ValueError, match="length 0"):
        trained.nearest(torch.zeros(16), 1)


def test_embedding_needs_one_row_per_different_word():
    with pytest.raises(ValueError, match="one row for each different word"):
        Embedding(["a", "b", "c"], torch.zeros(2, 3))
    with pytest.raises(ValueError, match="one row for each different word"):
        Embedding(["a", "a"], torch.zeros(2, 3))


def test_projection_has_the_spread_of_the_singular_values():
    vectors = torch.randn(30, 6, generator=gen()) @ torch.randn(6, 6, generator=gen(1))
    places = principal_components(vectors, 3)
    covariance = torch.cov(vectors.T)
    largest = torch.linalg.eigvalsh(covariance).flip(0)[:3]
    torch.testing.assert_close(places.var(0), largest, rtol=1e-4, atol=1e-4)
    assert torch.equal(principal_components(vectors, 3), places)
    assert (places.max(0).values >= -places.min(0).values).all()  # the sign convention


@pytest.mark.parametrize("dims", [0, -1, 7])
def test_projection_refuses_dims_out_of_range(dims):
    with pytest.raises(ValueError, match=f"dims: got {dims}; expected 1 … 6"):
        principal_components(torch.randn(30, 6, generator=gen()), dims)


# --- subwords ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),  # the vectors that Fowler, Noll and Vo publish with the hash
    [
        (b"", 0x811C9DC5),
        (b"a", 0xE40C292C),
        (b"b", 0xE70C2DE5),
        (b"foo", 0xA9F37ED7),
        (b"foobar", 0xBF9CF968),
        (b"chongo was here!\n", 0xD49930D5),
    ],
)
def test_fnv1a_against_published_vectors(data, expected):
    assert fnv1a(data) == expected


def test_ngrams_are_the_papers_example():
    assert character_ngrams("where", 3, 3) == ["<wh", "whe", "her", "ere", "re>"]
    assert character_ngrams("a") == ["<a>"]
    assert character_ngrams("") == []


@given(st.text(min_size=1, max_size=12))
@settings(deadline=None)
def test_ngrams_are_all_substrings_of_the_marked_word(word):
    marked = f"<{word}>"
    n = len(marked)
    expected = [marked[i:j] for i in range(n) for j in range(i + 1, n + 1) if 3 <= j - i <= 6]
    assert sorted(character_ngrams(word)) == sorted(expected)


def test_known_words_keep_their_trained_vectors(composed):
    table = composed.table
    for i, word in enumerate(composed.words):
        rows = [i, *table.ngram_rows(word)]
        expected = table.rows[rows].sum(0) / math.sqrt(len(rows))
        torch.testing.assert_close(composed.vector(word), expected)


def test_misspelled_words_land_near_the_right_ones(composed):
    for wrong, right in [("yelow", "yellow"), ("breads", "bread"), ("beech", "beach")]:
        assert wrong not in composed.index
        names = [word for word, _ in composed.neighbours(wrong, 4)]
        group = next(words for words in GROUPS.values() if right in words)
        assert right in names
        assert len(set(names) & set(group)) >= 2


def test_unseen_words_are_the_same_in_every_run(composed):
    again = SubwordEmbedding(composed.words, composed.table)
    assert torch.equal(again.vector("neverseen"), composed.vector("neverseen"))


def test_a_word_without_ngrams_is_unknown(composed):
    with pytest.raises(ValueError, match="word: got ''"):
        composed.vector("")


@pytest.mark.parametrize("buckets", [0, -1])
def test_buckets_out_of_range(buckets):
    with pytest.raises(ValueError, match=f"buckets: got {buckets}"):
        SubwordTable(["a"], TINY, buckets)


def test_one_bucket_is_enough_to_run():
    table = SubwordTable(["red", "blue"], TINY, buckets=1)
    assert table.look_up(torch.tensor([1, 0])).shape == (2, 8)
    assert table.rows[-1].tolist() == [0.0] * 8


# --- files ---------------------------------------------------------------------------------


def test_vectors_survive_the_file_exactly(tmp_path, trained):
    path = tmp_path / "vectors.txt"
    save_vectors(trained, path)
    again = load_vectors(path)
    assert again.words == trained.words
    assert torch.equal(again.vectors, trained.vectors)
    assert os.listdir(tmp_path) == ["vectors.txt"]


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=4, max_size=4))
@settings(deadline=None)
def test_any_float_survives(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("float") / "v.txt"
    vectors = torch.tensor(values).reshape(2, 2)
    save_vectors(Embedding(["ä", "语"], vectors), path)
    assert torch.equal(load_vectors(path).vectors, vectors)


def broken(text: str) -> dict[str, bytes]:
    lines = text.split("\n")
    return {
        "empty": b"",
        "no header": "\n".join(lines[1:]).encode(),
        "header alone": (lines[0] + "\n").encode(),
        "cut in a line": text[:-7].encode(),
        "cut after a line": ("\n".join(lines[:-2]) + "\n").encode(),
        "a line more": (text + lines[1] + "\n").encode(),
        "a number less": text.replace(lines[2], lines[2].rsplit(" ", 1)[0]).encode(),
        "a number more": text.replace(lines[2], lines[2] + " 1.0").encode(),
        "not a number": text.replace(lines[2], lines[2].rsplit(" ", 1)[0] + " x").encode(),
        "nan": text.replace(lines[2], lines[2].rsplit(" ", 1)[0] + " nan").encode(),
        "a word twice": text.replace("\nb ", "\na ").encode(),
        "binary": bytes(range(256)),
        "utf-16": text.encode("utf-16"),
    }


SAMPLE = "3 2\na 0.5 1\nb -0.25 2\nc 3 4\n"


@pytest.mark.parametrize("damage", broken(SAMPLE))
def test_damaged_files_are_refused(tmp_path, damage):
    path = tmp_path / "vectors.txt"
    path.write_bytes(SAMPLE.encode())
    assert load_vectors(path).words == ["a", "b", "c"]
    path.write_bytes(broken(SAMPLE)[damage])
    with pytest.raises(ValueError, match=r"got .*expected"):
        load_vectors(path)


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_vectors(tmp_path / "nothing.txt")
    with pytest.raises(FileNotFoundError):
        save_vectors(Embedding(["a"], torch.ones(1, 2)), tmp_path / "no folder" / "v.txt")


@pytest.mark.parametrize("word", ["two words", "", "tab\tbed", "line\n"])
def test_words_the_format_cannot_hold(tmp_path, word):
    with pytest.raises(ValueError, match="without spaces"):
        save_vectors(Embedding([word], torch.ones(1, 2)), tmp_path / "v.txt")
    assert os.listdir(tmp_path) == []


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch, trained):
    path = tmp_path / "vectors.txt"
    save_vectors(Embedding(["old"], torch.ones(1, 2)), path)

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        save_vectors(trained, path)
    assert load_vectors(path).words == ["old"]
    assert os.listdir(tmp_path) == ["vectors.txt"]


@pytest.mark.parametrize("text", ["1 1\na 1e39\n", "9" * 6000 + " 1\n", "\u0661 \u0661\na 1\n"])
def test_numbers_that_do_not_fit_are_refused(tmp_path, text):
    (tmp_path / "v.txt").write_text(text, "utf8")
    with pytest.raises(ValueError, match=r"v\.txt, line [12]: got"):
        load_vectors(tmp_path / "v.txt")


def test_a_word_that_is_no_str_is_not_saved(tmp_path):
    embedding = Embedding(["a"], torch.ones(1, 2))
    embedding.words[0] = 5
    with pytest.raises(ValueError, match="words: got 5; the format expects"):
        save_vectors(embedding, tmp_path / "v.txt")
    assert not list(tmp_path.iterdir())


def test_somebody_elses_unfinished_file_is_left_alone(tmp_path):
    (tmp_path / "v.txt.part").write_text("theirs")
    save_vectors(Embedding(["a"], torch.ones(1, 2)), tmp_path / "v.txt")
    assert (tmp_path / "v.txt.part").read_text() == "theirs"


def test_a_window_wider_than_the_text_costs_nothing():
    ids, sentence = torch.tensor([0, 1, 2]), torch.zeros(3, dtype=torch.long)
    centres, _ = skip_gram_pairs(ids, sentence, 10**9, torch.Generator().manual_seed(0))
    assert len(centres) == 6
