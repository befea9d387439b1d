"""Cleaning, duplicates, private data, splits and augmentation, against slow and outside oracles."""

import random
import string
import unicodedata
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.text import corpus

WORDS = ("the", "cat", "dog", "sat", "ran", "on", "mat", "house", "red", "and", "to", "of", "with")
any_text = st.text(st.characters(exclude_categories=()), max_size=80)  # surrogates included
page = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)


def long_text(rng: random.Random, words: int = 60) -> str:
    return " ".join(f"{rng.choice(WORDS)}{rng.randrange(40)}" for _ in range(words))


def with_changes(text: str, count: int, rng: random.Random) -> str:
    words = text.split()
    for at in rng.sample(range(len(words)), count):
        words[at] = f"changed{rng.randrange(10**6)}"
    return " ".join(words)


class TestStories:
    def test_are_the_same_every_time_and_differ_by_seed(self):
        assert corpus.little_stories(5, seed=3) == corpus.little_stories(5, seed=3)
        assert corpus.little_stories(5, seed=3) != corpus.little_stories(5, seed=4)

    def test_count(self):
        assert len(corpus.little_stories(7)) == 7
        assert all(isinstance(text, str) and len(text) > 50 for text in corpus.little_stories(7))

    @pytest.mark.parametrize("count", [0, -1])
    def test_refuses_no_stories(self, count):
        with pytest.raises(ValueError, match=f"count: got {count}; expected"):
            corpus.little_stories(count)

    def test_refuses_an_unknown_plot_and_a_wrong_type(self):
        with pytest.raises(ValueError, match="plots: got"):
            corpus.little_stories(2, plots=["no such plot"])
        with pytest.raises(TypeError):
            corpus.little_stories("many")


class TestCleaning:
    @given(any_text)
    @settings(deadline=None, max_examples=300)
    def test_cleaning_twice_is_cleaning_once(self, text):
        once = corpus.clean_text(text)
        assert corpus.clean_text(once) == once

    @given(any_text)
    @settings(deadline=None, max_examples=300)
    def test_result_is_storable_composed_and_visible(self, text):
        cleaned = corpus.clean_text(text)
        cleaned.encode("utf-8")
        assert unicodedata.is_normalized("NFC", cleaned)
        bad = [c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
        assert bad == []
        assert all(line == line.rstrip() for line in cleaned.split("\n"))

    @pytest.mark.parametrize(
        ("raw", "cleaned"),
        [
            ("", ""),
            ("a", "a"),
            (" \n\t\n ", ""),
            ("cafe\u0301", "caf\u00e9"),
            ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
            ("zero\u200bwidth\u00adsoft\ufeff", "zerowidthsoft"),
            ("a\u00a0\u2003b  c \t d", "a b c d"),
            ("def f():\n    return 1   \n", "def f():\n    return 1"),
            ("keep\nAll rights reserved. 2020\nkeep", "keep\nkeep"),
            ("She baked cookies.", "She baked cookies."),
            ("a\n\n\n\n\nb", "a\n\nb"),
            ("👩\u200d🚀", "👩\u200d🚀"),  # a joiner that means something stays
        ],
    )
    def test_examples(self, raw, cleaned):
        assert corpus.clean_text(raw) == cleaned

    @pytest.mark.parametrize(
        ("raw", "plain"),
        [
            ("", ""),
            ("<p>Tom &amp; Ann</p>", " Tom & Ann "),
            ("a<script>if (x < 1) {}</script>b", "a b"),
            ("a<!-- note <b> -->b", "a b"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ('<a href="x">y</a>', " y "),
        ],
    )
    def test_markup(self, raw, plain):
        assert corpus.strip_markup(raw) == plain

    def test_markup_takes_linear_time(self):
        corpus.strip_markup("<" * 200_000)
        corpus.strip_markup("<a " * 60_000)

    @pytest.mark.parametrize("function", [corpus.clean_text, corpus.strip_markup, corpus.mask_pii])
    def test_refuse_bytes(self, function):
        with pytest.raises(TypeError):
            function(b"bytes")


class TestQuality:
    def test_a_story_passes(self):
        assert [corpus.quality_problems(text) for text in corpus.little_stories(20)] == [[]] * 20

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "length"),
            ("a", "length"),
            ("the of " * 10, "length"),
            ("a b c " * 40, "word length"),
            ("# the # to " * 40, "symbols"),
            ("- the dog and to\n" * 40, "bullets"),
            ("the dog and to be...\n" * 20, "unfinished lines"),
            ("12345 67890 the and " * 30, "no letters"),
            ("lovely small houses " * 40, "stop words"),
            ("the dog and to be here now\n" * 20, "repeated lines"),
        ],
    )
    def test_each_rule_bites(self, text, problem):
        assert problem in corpus.quality_problems(text)

    def test_limits_are_inclusive(self):
        text = "the dog and to " * 25
        assert "length" not in corpus.quality_problems(text, shortest=100, longest=100)
        assert "length" in corpus.quality_problems(text, shortest=101)
        assert "length" in corpus.quality_problems(text, longest=99)


class TestExact:
    @given(any_text)
    @settings(deadline=None)
    def test_case_and_spacing_do_not_count(self, text):
        assert corpus.fingerprint(text) == corpus.fingerprint(f"  {text}\n")
        assert 0 <= corpus.fingerprint(text) < 2**64

    def test_fingerprint_is_pinned(self):
        assert corpus.fingerprint("") == 0xB4B2797457A0A6E4
        assert corpus.fingerprint("Once upon  a TIME") == corpus.fingerprint("once upon a time")

    @given(st.lists(st.sampled_from(["a", "A ", "b", "c", "", " "])))
    @settings(deadline=None)
    def test_clusters_equal_comparing_all_pairs(self, texts):
        same = [" ".join(t.casefold().split()) for t in texts]
        assert corpus.exact_clusters(texts).tolist() == [same.index(s) for s in same]

    def test_one_of_each(self):
        texts = ["x", "y", "X"]
        assert corpus.one_of_each(texts, corpus.exact_clusters(texts)) == ["x", "y"]
        assert corpus.exact_clusters([]).shape == (0,)
        with pytest.raises(ValueError, match="clusters: got 2 labels; expected 3"):
            corpus.one_of_each(texts, np.array([0, 1]))


def sets_of_words(text: str, size: int = 5) -> set:
    words = corpus.WORD.findall(text.casefold())
    words += [None] * (size - len(words))
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


class TestSimilarity:
    @given(page, page)
    @settings(deadline=None)
    def test_jaccard_equals_that_of_python_sets(self, one, two):
        a, b = sets_of_words(one), sets_of_words(two)
        got = corpus.jaccard(corpus.shingles(one), corpus.shingles(two))
        assert got == pytest.approx(len(a & b) / len(a | b), abs=1e-12)

    @given(any_text, st.integers(1, 8))
    @settings(deadline=None)
    def test_as_many_shingles_as_distinct_runs(self, text, size):
        found = corpus.shingles(text, size)
        assert len(found) == len(sets_of_words(text, size))
        assert (np.diff(found.astype(object)) > 0).all()

    def test_chinese_has_no_spaces_and_still_has_shingles(self):
        assert len(corpus.shingles("从前有一只小猫住在房子里")) == 8

    def test_order_of_words_counts(self):
        a, b = corpus.shingles("a b c d e"), corpus.shingles("e d c b a")
        assert corpus.jaccard(a, b) == 0

    def test_minhash_is_the_smallest_of_each_permutation(self):
        """The oracle: Python integers, one permutation at a time."""
        sets = [corpus.shingles(long_text(random.Random(i))) for i in range(300)]
        found = corpus.minhash(sets, hashes=7, seed=5)
        a, b = np.random.default_rng(5).integers(0, 1 << 64, (2, 7), np.uint64)
        for n in (0, 127, 128, 299):
            for k in range(7):
                mixed = [((int(a[k]) | 1) * int(x) + int(b[k])) % 2**64 for x in sets[n]]
                assert found[n, k] == min(mixed)

    @pytest.mark.parametrize("changes", [1, 3, 8])
    def test_share_of_equal_columns_estimates_jaccard(self, changes):
        rng = random.Random(changes)
        text = long_text(rng, 120)
        sets = [corpus.shingles(t) for t in (text, with_changes(text, changes, rng))]
        true = corpus.jaccard(*sets)
        estimates = [
            np.mean(np.equal(*corpus.minhash(sets, hashes=120, seed=seed))) for seed in range(50)
        ]
        error = (true * (1 - true) / 120) ** 0.5
        assert np.mean(estimates) == pytest.approx(true, abs=4 * error / 50**0.5)
        assert 0.6 * error < np.std(estimates) < 1.5 * error

    def test_bad_input(self):
        with pytest.raises(ValueError, match="size: got 0"):
            corpus.shingles("text", 0)
        with pytest.raises(ValueError, match="hashes: got 0"):
            corpus.minhash([corpus.shingles("a")], hashes=0)
        with pytest.raises(ValueError, match="no set empty"):
            corpus.minhash([np.empty(0, np.uint64)])
        assert corpus.minhash([], hashes=4).shape == (0, 4)


class TestBanding:
    @pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7, 0.8, 0.9, 1.0])
    def test_rows_are_the_most_that_keep_the_recall(self, threshold):
        r = corpus.band_rows(threshold)
        meets = {d: 1 - (1 - threshold**d) ** (120 // d) for d in range(1, 121) if 120 % d == 0}
        assert meets[r] >= 0.95
        assert all(chance < 0.95 for d, chance in meets.items() if d > r)

    @pytest.mark.parametrize("threshold", [0.0, -0.1, 1.01])
    def test_threshold_outside(self, threshold):
        with pytest.raises(ValueError, match=f"threshold: got {threshold}"):
            corpus.band_rows(threshold)

    @given(st.integers(0, 12), st.sampled_from([1, 2, 3, 6]), st.integers(0, 9))
    @settings(deadline=None)
    def test_candidates_are_the_pairs_that_share_a_band(self, N, rows, seed):
        signatures = np.random.default_rng(seed).integers(0, 2, (N, 6), np.uint64)
        expected = [
            [i, j]
            for i, j in combinations(range(N), 2)
            if any(
                (signatures[i, s : s + rows] == signatures[j, s : s + rows]).all()
                for s in range(0, 6, rows)
            )
        ]
        assert corpus.lsh_candidates(signatures, rows).tolist() == expected

    def test_a_huge_bucket_costs_no_square(self):
        same = np.zeros((20_000, 6), np.uint64)
        assert len(corpus.lsh_candidates(same, rows=3, widest=4)) < 3 * 20_000

    def test_meeting_follows_the_curve(self):
        """Signatures whose columns agree with chance j meet as often as the formula says."""
        rng = np.random.default_rng(0)
        for j in (0.4, 0.6, 0.8):
            one = rng.integers(0, 1 << 63, (4000, 120), np.uint64)
            other = rng.integers(0, 1 << 63, one.shape, np.uint64)
            two = np.where(rng.random(one.shape) < j, one, other)
            found = corpus.lsh_candidates(np.concatenate([one, two]), rows=6)
            expected = 1 - (1 - j**6) ** 20
            noise = (expected * (1 - expected) / 4000) ** 0.5
            assert abs(len(found) / 4000 - expected) < 4 * noise + 1e-3

    def test_bad_rows(self):
        with pytest.raises(ValueError, match="rows: got 4; expected a divisor of the 6"):
            corpus.lsh_candidates(np.zeros((2, 6), np.uint64), rows=4)


def clusters_by_all_pairs(texts: list[str], threshold: float) -> list[int]:
    """The oracle: every pair, Python sets, labels lowered until nothing changes."""
    sets = [sets_of_words(t) for t in texts]
    label = list(range(len(texts)))
    close = [
        (i, j)
        for i, j in combinations(range(len(texts)), 2)
        if len(sets[i] & sets[j]) >= threshold * len(sets[i] | sets[j])
    ]
    for _ in texts:
        for i, j in close:
            label[i] = label[j] = min(label[i], label[j])
    return label


class TestNear:
    @pytest.mark.parametrize("threshold", [0.5, 0.8])
    def test_equals_all_pairs(self, threshold):
        rng = random.Random(1)
        texts = [long_text(rng) for _ in range(40)]
        texts += [with_changes(rng.choice(texts), rng.randrange(3), rng) for _ in range(60)]
        found = corpus.near_clusters(texts, threshold).tolist()
        expected = clusters_by_all_pairs(texts, threshold)
        assert len(set(expected)) < 90
        # a cluster holds no false member; missing one of a chance of 5% at most
        assert all(expected[i] == expected[found[i]] for i in range(len(texts)))
        assert sum(f != e for f, e in zip(found, expected, strict=True)) <= 2

    def test_exact_duplicates_and_short_texts(self):
        texts = ["", "a", "A", "", "one two three", "One two  three!", "b"]
        assert corpus.near_clusters(texts).tolist() == [0, 1, 1, 0, 4, 4, 6]
        assert corpus.near_clusters([]).shape == (0,)
        assert corpus.near_clusters(["alone"]).tolist() == [0]

    def test_twenty_thousand_copies_are_one_cluster(self):
        texts = [f"the same words in every one of the documents {'x' * 9}"] * 20_000
        assert not corpus.near_clusters(texts).any()

    def test_near_copies_by_the_thousand_are_one_cluster(self):
        rng = random.Random(0)
        text = long_text(rng)
        texts = [f"{text} number {i}" for i in range(3000)]
        assert not corpus.near_clusters(texts).any()

    def test_bad_input(self):
        with pytest.raises(ValueError, match=r"threshold: got 1\.5"):
            corpus.near_clusters(["a"], threshold=1.5)
        with pytest.raises(TypeError):
            corpus.near_clusters([b"bytes"])


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(string.digits, min_size=count, max_size=count)


def card(body: str) -> tuple[str, str]:
    number = next(body + d for d in string.digits if corpus.passes_luhn(body + d))
    return " ".join(number[i : i + 4] for i in range(0, 16, 4)), "<CARD>"


letters = st.text(string.ascii_lowercase, min_size=1, max_size=8)
octet = st.integers(0, 255).map(str)
PLANTED = {
    "email": st.tuples(letters, letters, letters).map(lambda t: ("{}@{}.{}".format(*t), "<EMAIL>")),
    "card": digits(15).map(card),
    "ip": st.tuples(octet, octet, octet, octet).map(lambda t: (".".join(t), "<IP>")),
    "phone": st.tuples(digits(3), digits(3), digits(4)).map(lambda t: ("-".join(t), "<PHONE>")),
    "word": letters.map(lambda w: (w, w)),
}


class TestPrivate:
    @pytest.mark.parametrize("number", ["4111 1111 1111 1111", "378282246310005", "79927398713"])
    def test_luhn_published(self, number):
        assert corpus.passes_luhn(number)
        assert not corpus.passes_luhn(number[:-1] + str((int(number[-1]) + 1) % 10))

    @given(st.text(string.digits, min_size=1, max_size=18))
    @settings(deadline=None)
    def test_luhn_one_check_digit_in_ten(self, body):
        assert sum(corpus.passes_luhn(body + d) for d in string.digits) == 1

    @pytest.mark.parametrize(
        ("text", "masked"),
        [
            ("", ""),
            ("a", "a"),
            ("write to ann.lee+x@mail.example.org.", "write to <EMAIL>."),
            ("card 4111-1111-1111-1111 ok", "card <CARD> ok"),
            ("card 4111 1111 1111 1111 123", "card <CARD> 123"),
            ("amex 3782 822463 10005", "amex <CARD>"),
            ("order 1234567890123456", "order 1234567890123456"),  # fails Luhn
            ("from 192.168.0.1, then", "from <IP>, then"),
            ("no 999.1.1.1 address", "no 999.1.1.1 address"),
            ("v6 2001:db8:0:0:8:800:200c:417a", "v6 <IP>"),
            ("at 12:30:45 today", "at 12:30:45 today"),
            ("call (555) 123-4567 now", "call <PHONE> now"),
            ("call +44 20 7946 0958", "call <PHONE>"),
            ("555-123-4567", "<PHONE>"),
            ("born 2024-01-15, 10 000 people", "born 2024-01-15, 10 000 people"),
            ("pi is 3.14159265 or so", "pi is 3.14159265 or so"),
            ("user@host has no dot", "user@host has no dot"),
        ],
    )
    def test_examples(self, text, masked):
        assert corpus.mask_pii(text) == masked

    @given(
        st.lists(st.sampled_from(["email", "card", "ip", "phone", "word"]), max_size=12), st.data()
    )
    @settings(deadline=None)
    def test_what_is_planted_is_masked_and_the_rest_is_kept(self, kinds, data):
        planted, expected = [], []
        for kind in kinds:
            text, token = data.draw(PLANTED[kind])
            planted.append(text)
            expected.append(token)
        assert corpus.mask_pii(" and ".join(planted)) == " and ".join(expected)

    @pytest.mark.parametrize("text", ["a" * 100_000, "1" * 100_000, "1." * 50_000, "a@" * 50_000])
    def test_takes_linear_time(self, text):
        corpus.mask_pii(text)


class TestSplit:
    texts = [f"document number {i}" for i in range(2000)]

    def test_parts_are_disjoint_and_complete(self):
        parts = corpus.split_documents(self.texts)
        assert list(parts) == ["train", "val", "test"]
        assert sorted(i for part in parts.values() for i in part) == list(range(2000))

    @pytest.mark.parametrize("ratios", [{"a": 1.0}, {"a": 0.7, "b": 0.3}, {"a": 0.0, "b": 1.0}])
    def test_shares(self, ratios):
        parts = corpus.split_documents(self.texts, ratios)
        for name, share in ratios.items():
            noise = (share * (1 - share) / 2000) ** 0.5
            assert abs(len(parts[name]) / 2000 - share) <= 4 * noise

    @given(st.lists(st.text(max_size=5), max_size=20), st.lists(st.text(max_size=5), max_size=20))
    @settings(deadline=None)
    def test_adding_documents_moves_none(self, old, new):
        before = corpus.split_documents(old)
        after = corpus.split_documents(old + new)
        assert all(set(before[name]) <= set(after[name]) for name in before)

    def test_salt_gives_another_split_and_none_the_same(self):
        assert corpus.split_documents(self.texts) == corpus.split_documents(self.texts)
        salted = corpus.split_documents(self.texts, salt="x")
        assert salted != corpus.split_documents(self.texts)

    def test_clusters_stay_on_one_side(self):
        rng = random.Random(0)
        texts = [long_text(rng) for _ in range(100)]
        texts += [with_changes(t, 1, rng) for t in texts]
        clusters = corpus.near_clusters(texts)
        parts = corpus.split_documents(texts, {"train": 0.5, "val": 0.5}, clusters)
        side = {i: name for name, indices in parts.items() for i in indices}
        assert all(side[i] == side[int(clusters[i])] for i in range(200))
        assert (clusters[100:] < 100).all()

    @pytest.mark.parametrize(
        "ratios", [{}, {"a": 0.5}, {"a": 0.6, "b": 0.6}, {"a": 1.5, "b": -0.5}]
    )
    def test_ratios_that_do_not_sum_to_one(self, ratios):
        with pytest.raises(ValueError, match="ratios: got"):
            corpus.split_documents(["x"], ratios)

    def test_wrong_number_of_clusters(self):
        with pytest.raises(ValueError, match="clusters: got 3 labels; expected 1"):
            corpus.split_documents(["x"], clusters=np.zeros(3, np.int64))

    def test_no_documents(self):
        assert corpus.split_documents([]) == {"train": [], "val": [], "test": []}


AUGMENT = [corpus.add_typos, corpus.delete_words, corpus.swap_words]


class TestAugment:
    @pytest.mark.parametrize("function", AUGMENT)
    @given(text=any_text, seed=st.integers(0, 99))
    @settings(deadline=None)
    def test_rate_zero_changes_nothing_and_seed_decides(self, function, text, seed):
        assert function(text, 0.0, seed) == text
        assert function(text, 0.5, seed) == function(text, 0.5, seed)

    @given(text=page, rate=st.floats(0, 1), seed=st.integers(0, 99))
    @settings(deadline=None)
    def test_what_each_keeps(self, text, rate, seed):
        words = text.split()
        assert len(corpus.add_typos(text, rate, seed).split()) == len(words)
        assert sorted(corpus.swap_words(text, rate, seed).split()) == sorted(words)
        left = iter(words)
        assert all(word in left for word in corpus.delete_words(text, rate, seed).split())

    @pytest.mark.parametrize("function", AUGMENT)
    def test_rate_is_the_share(self, function):
        text = " ".join(f"abcdefghijk{chr(97 + i % 26)}" for i in range(4000))
        changed = function(text, 0.2, seed=1).split()
        if function is corpus.delete_words:
            share = 1 - len(changed) / 4000
        else:
            share = sum(a != b for a, b in zip(text.split(), changed, strict=True)) / 4000
        assert abs(share - 0.2) < 0.03

    def test_typos_are_one_slip(self):
        for seed in range(50):
            word = corpus.add_typos("typing", 1.0, seed)
            assert word != "typing"
            assert abs(len(word) - 6) <= 1

    def test_deletion_leaves_something(self):
        assert corpus.delete_words("one two", 1.0) == "one two"

    @pytest.mark.parametrize("function", AUGMENT)
    @pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
    def test_rate_outside(self, function, rate):
        with pytest.raises(ValueError, match=r"rate: got .*; expected a share between 0 and 1"):
            function("text", rate)

    @pytest.mark.parametrize("function", AUGMENT)
    def test_empty_and_one_character(self, function):
        assert function("", 1.0) == ""
        assert function("a", 1.0) == "a"


@pytest.mark.parametrize(
    "function", [corpus.add_typos, corpus.delete_words, corpus.swap_words, corpus.passes_luhn]
)
def test_bytes_are_no_text(function):
    with pytest.raises(TypeError, match=r"text: got bytes; expected str|Type-check"):
        function(b"12")


def test_swapping_words_takes_linear_time():
    assert corpus.swap_words("x" * 1_000_000, 1.0) == "x" * 1_000_000
    assert corpus.swap_words("  ab  cd ef\ngh ij ", 1.0) == "  cd  ab gh\nef ij "


def test_labels_of_no_text_and_empty_sets_are_refused():
    for label in (2, -1):
        with pytest.raises(ValueError, match=r"clusters: got .*; expected 0 <= label < 2"):
            corpus.split_documents(["a", "b"], None, np.array([0, label]))
    none = np.array([], np.uint64)
    with pytest.raises(ValueError, match="got two empty sets"):
        corpus.jaccard(none, none)


def test_markup_that_is_never_closed_runs_to_the_end():
    """As in the HTML standard; a search that failed at each opening would also be quadratic."""
    assert corpus.strip_markup("before <!-- never closed <p>") == "before  "
    assert corpus.strip_markup("before <script>x = 1") == "before  "
    assert corpus.strip_markup("a <!-- b --> c") == "a   c"
    assert corpus.strip_markup("<!--" * 100_000).strip() == ""
