"""Codes against the entropy formula, zlib's and scipy's answers, and explicit coders in Python."""

import lzma
import math
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import suppress
from heapq import heapify, heappop, heappush
from itertools import islice

import jaxtyping
import numpy as np
import pytest
import scipy.stats
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from llmbook.compression.coding import (
    LONGEST,
    LOW,
    PER_LANE,
    QUARTER,
    TABLE_BITS,
    ArithmeticDecoder,
    ArithmeticEncoder,
    CodedInterval,
    canonical_order,
    checked_symbols,
    checksum,
    entropy,
    huffman_decode,
    huffman_encode,
    huffman_lengths,
    quantize_frequencies,
    rans_decode,
    rans_encode,
    run_length_decode,
    run_length_encode,
    split_stream,
)

quick = settings(deadline=None, max_examples=40)
some_bytes = st.one_of(
    hnp.arrays(np.uint8, st.integers(0, 3000)),
    hnp.arrays(np.uint8, st.integers(0, 3000), elements=st.integers(126, 129)),
)
counts_of_two = hnp.arrays(np.int64, st.integers(2, 256), elements=st.integers(0, 10**6))


@pytest.fixture
def unchecked():
    """Shape checking off, so that our own errors are seen and not the type checker's."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def codes(n: int, spread: float, seed: int = 0) -> np.ndarray:
    """Numbers from a bell curve, rounded: what quantized weights look like."""
    drawn = np.random.default_rng(seed).normal(0, spread, n).round().clip(-127, 127)
    return drawn.astype(np.int8).view(np.uint8)


# --- entropy ---


def test_entropies_known_by_heart():
    assert entropy(np.array([1, 1])) == 1
    assert entropy(np.full(256, 7)) == 8
    assert entropy(np.array([0, 5, 0])) == 0
    assert entropy(np.array([2, 1, 1])) == 1.5
    assert entropy(np.array([0.9, 0.1])) == pytest.approx(0.4689955935892812)


@given(counts_of_two.filter(np.any))
@quick
def test_entropy_is_scipys(counts):
    assert entropy(counts) == pytest.approx(scipy.stats.entropy(counts, base=2), abs=1e-9)


@pytest.mark.parametrize("counts", [[], [0, 0], [1, -1, 3], [math.nan, 1.0], [math.inf, 1.0]])
def test_entropy_of_nothing(counts):
    with pytest.raises(ValueError, match="counts: got"):
        entropy(np.array(counts))


# --- runs ---


@given(hnp.arrays(np.int16, st.integers(0, 300), elements=st.integers(-1, 1)))
@quick
def test_runs_round_trip(values):
    kept, lengths = run_length_encode(values)
    back = run_length_decode(kept, lengths, len(values))
    assert back.dtype == values.dtype
    assert np.array_equal(back, values)
    assert np.all(kept[1:] != kept[:-1])


def test_runs_by_hand():
    values, lengths = run_length_encode(np.array([7, 7, 7, 0, 0]))
    assert values.tolist() == [7, 0]
    assert lengths.tolist() == [3, 2]


def test_bad_runs(unchecked):
    for values in (np.ones((2, 2), int), np.array([0.0, -0.0]), np.array(["a"])):
        with pytest.raises(TypeError, match="row of integers"):
            run_length_encode(values)
    pairs = [([7], [2, 1], 3), ([7, 8], [3, 0], 3), ([7, 8], [4, -1], 3), ([7], [10**12], 3)]
    pairs.append(([7, 8, 9], [2**63 - 1, 2**63 - 1, 5], 3))  # their sum overflows to 3
    for values, lengths, count in pairs:
        with pytest.raises(ValueError, match="lengths: got"):
            run_length_decode(np.array(values), np.array(lengths), count)


# --- Huffman ---


def cost_of_best_tree(counts) -> int:
    """The bits of an optimal prefix code: the sum of all joinings, from Huffman's paper."""
    heap = [int(c) for c in counts if c]
    heapify(heap)
    cost = sum(heap) if len(heap) == 1 else 0
    while len(heap) > 1:
        joined = heappop(heap) + heappop(heap)
        cost += joined
        heappush(heap, joined)
    return cost


@given(hnp.arrays(np.int64, st.integers(2, 256), elements=st.integers(0, 400)).filter(np.any))
@quick
def test_huffman_lengths_are_optimal_and_fill_the_tree(counts):
    lengths = huffman_lengths(counts)
    present = lengths[lengths > 0]
    assert sum(2.0**-present) == 1
    assert np.all((lengths > 0) | (counts == 0))
    if lengths.max() < LONGEST:  # otherwise counts were halved, perhaps
        assert (counts * lengths).sum() == cost_of_best_tree(counts)
    mean = (counts * lengths).sum() / counts.sum()
    assert mean < entropy(counts) + 1 + 1e-9


def test_words_are_never_too_long():
    fibonacci = [1, 1]
    while len(fibonacci) < 60:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    lengths = huffman_lengths(np.array(fibonacci))
    assert lengths.max() == LONGEST
    assert canonical_order(lengths).tolist() == sorted(range(60), key=lambda i: (lengths[i], i))


@pytest.mark.parametrize("counts", [[], [4], [0, 0], [3, -1], [1] * 40_000])
def test_bad_counts(counts):
    with pytest.raises(ValueError, match="counts: got"):
        huffman_lengths(np.array(counts, dtype=np.int64))


def test_canonical_words_are_deflates():
    """RFC 1951, section 3.2.2: lengths 3 3 3 3 3 2 4 4 give these words to A B C D E F G H."""
    lengths = np.array([3, 3, 3, 3, 3, 2, 4, 4])
    order = canonical_order(lengths)
    room = 1 << (LONGEST - lengths[order])
    words = (np.cumsum(room) - room) >> (LONGEST - lengths[order])
    spelled = {"ABCDEFGH"[s]: f"{w:0{lengths[s]}b}" for s, w in zip(order, words, strict=True)}
    expected = ["010", "011", "100", "101", "110", "00", "1110", "1111"]
    assert spelled == dict(zip("ABCDEFGH", expected, strict=True))


def huffman_by_dictionary(data: bytes) -> list[int]:
    """The symbols of a Huffman stream, a bit at a time."""
    count, table = int.from_bytes(data[:8], "little"), data[12:140]
    lengths = np.array([nibble for byte in table for nibble in (byte >> 4, byte & 15)])
    words, word, before = {}, 0, 0
    for symbol in canonical_order(lengths):
        word <<= int(lengths[symbol]) - before
        before = int(lengths[symbol])
        words[f"{word:0{before}b}"] = int(symbol)
        word += 1
    bits, found, current = "".join(f"{byte:08b}" for byte in data[140:]), [], ""
    for bit in bits:
        current += bit
        if current in words and len(found) < count:
            found.append(words[current])
            current = ""
    return found


@given(some_bytes)
@quick
def test_huffman_round_trips(symbols):
    data = huffman_encode(symbols)
    assert np.array_equal(huffman_decode(data), symbols)
    if len(symbols):
        assert huffman_by_dictionary(data) == symbols.tolist()


def test_huffman_is_near_the_entropy():
    symbols = codes(30_000, 20)
    bits = 8 * (len(huffman_encode(symbols)) - 140) / len(symbols)
    limit = entropy(np.bincount(symbols))
    assert limit <= bits < limit + 0.05


def damaged(data: bytes) -> Iterator[bytes]:
    """Each byte changed in four ways, each cut, and some bytes more."""
    for place in range(len(data)):
        yield data[:place]
        for change in (1, 0x10, 0x80, 0xFF):
            yield data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]
    yield from (data + extra for extra in (b"\0", b"\xff", b"\0\0", data))


def test_damaged_huffman_streams():
    """Only the bits that fill the last byte can change unseen."""
    symbols, silent = codes(200, 3), 0
    for data in damaged(huffman_encode(symbols)):
        with suppress(ValueError):
            assert np.array_equal(huffman_decode(data), symbols)
            silent += 1
    assert silent <= 4
    with pytest.raises(ValueError, match="bytes for"):
        huffman_decode((1 << 60).to_bytes(8, "little") + huffman_encode(symbols)[8:])


# --- rANS ---


def rans_by_hand(symbols: list[int]) -> tuple[bytes, int]:
    """The stream of `rans_encode`, a symbol and a Python integer at a time; and its lanes."""
    counts = np.bincount(symbols, minlength=256)
    f = [int(x) for x in quantize_frequencies(counts, TABLE_BITS)]
    before = [sum(f[:s]) for s in range(256)]
    lanes = -(-len(symbols) // PER_LANE)
    states, words = [LOW] * lanes, []
    for i in reversed(range(len(symbols))):
        x, s = states[i % lanes], symbols[i]
        if x >= f[s] << (32 - TABLE_BITS):
            words.append(x % 2**16)
            x >>= 16
        states[i % lanes] = (x // f[s] << TABLE_BITS) + x % f[s] + before[s]
    present = [s for s in range(256) if f[s]]
    head = zlib.crc32(bytes(symbols)).to_bytes(4, "little") + bytes([present[0], present[-1]])
    numbers = [(f[s], 2) for s in range(present[0], present[-1] + 1)]
    numbers += [(x, 4) for x in states] + [(w, 2) for w in reversed(words)]
    return head + b"".join(n.to_bytes(size, "little") for n, size in numbers), lanes


def rans_read_by_hand(data: bytes, count: int) -> list[int]:
    """The symbols of a stream, a symbol and a Python integer at a time."""
    lanes = -(-count // PER_LANE)
    table, states, words = split_stream(data, lanes)
    f, states, words = table.tolist(), states.tolist(), words.tolist()
    slots = [s for s in range(256) for _ in range(f[s])]
    before, found = [sum(f[:s]) for s in range(256)], []
    for i in range(count):
        x = states[i % lanes]
        slot = x % 2**TABLE_BITS
        s = slots[slot]
        x = f[s] * (x >> TABLE_BITS) + slot - before[s]
        if x < LOW:
            x = (x << 16) + words.pop(0)
        states[i % lanes] = x
        found.append(s)
    assert not words
    assert set(states) == {LOW}
    return found


@given(some_bytes)
@quick
def test_rans_round_trips(symbols):
    data = rans_encode(symbols)
    assert np.array_equal(rans_decode(data, len(symbols)), symbols)


@pytest.mark.parametrize("n", [1, 2, 511, 512, 513, 1023, 1025, 5000])
@pytest.mark.parametrize("spread", [0.0, 0.4, 9, 60])
def test_rans_equals_the_explicit_one(n, spread):
    symbols = codes(n, spread, seed=n)
    data = rans_encode(symbols)
    assert rans_by_hand(symbols.tolist()) == (data, -(-n // PER_LANE))
    assert rans_read_by_hand(data, n) == symbols.tolist()
    assert np.array_equal(rans_decode(data, n), symbols)


@given(counts_of_two.filter(np.any), st.integers(8, 30))
@quick
def test_frequencies_sum_up_and_forget_nobody(counts, bits):
    frequencies = quantize_frequencies(counts, bits)
    assert frequencies.sum() == 1 << bits
    assert np.array_equal(frequencies > 0, counts > 0)
    p, q = counts / counts.sum(), frequencies / (1 << bits)
    assert np.abs(p - q).max() <= 2 * len(counts) / (1 << bits)


def test_frequencies_by_hand():
    assert quantize_frequencies(np.array([3, 1, 0, 4]), 3).tolist() == [2, 1, 0, 5]
    assert quantize_frequencies(np.array([0, 9]), 4).tolist() == [0, 16]
    assert quantize_frequencies(np.full(16, 0.5), 4).tolist() == [1] * 16


@pytest.mark.parametrize(
    "weights", [[0.0, 0.0], [-1.0, 2.0], [math.nan, 1.0], [math.inf, 1.0], [1.0] * 17, []]
)
def test_bad_weights(weights):
    with pytest.raises(ValueError, match="weights: got"):
        quantize_frequencies(np.array(weights), 4)


@pytest.mark.parametrize(("spread", "levels"), [(2.2, 16), (25, 256), (1, 16), (60, 256)])
def test_rans_is_near_the_entropy(spread, levels):
    symbols = codes(200_000, spread).view(np.int8).clip(-levels // 2, levels // 2 - 1)
    symbols = (symbols.astype(np.int64) + levels // 2).astype(np.uint8)
    limit = entropy(np.bincount(symbols)) * len(symbols) / 8
    size = len(rans_encode(symbols))
    assert limit < size < 1.025 * limit


def test_rans_beats_dictionaries_where_most_numbers_are_zero():
    """Dense numbers cost all of them the same; below a bit per symbol, Huffman's words are long."""
    dice = np.random.default_rng(1)
    symbols = np.where(dice.random(200_000) < 0.85, 0, codes(200_000, 3))
    plain, ours = symbols.astype(np.uint8).tobytes(), len(rans_encode(symbols.astype(np.uint8)))
    assert ours < 0.95 * len(zlib.compress(plain, 9))
    assert ours < 0.97 * len(zstandard.ZstdCompressor(19).compress(plain))
    assert ours < 0.97 * len(lzma.compress(plain))
    dense = codes(200_000, 12)
    assert len(rans_encode(dense)) < 1.01 * len(
        zstandard.ZstdCompressor(19).compress(dense.tobytes())
    )


def test_a_constant_plane_costs_its_states_only():
    symbols = np.full(100_000, 9, np.uint8)
    data = rans_encode(symbols)
    assert len(data) == 4 + 2 + 2 + 4 * -(-100_000 // PER_LANE)
    assert np.array_equal(rans_decode(data, len(symbols)), symbols)


@pytest.mark.parametrize(("n", "every"), [(40, 1), (1500, 23)])
def test_damaged_rans_streams(n, every):
    symbols = codes(n, 2)
    data = rans_encode(symbols)
    for wrong in islice(damaged(data), 0, None, every):
        with pytest.raises(ValueError, match="data: got"):
            rans_decode(wrong, n)
    for count in (0, -1, 1, n - 1, n + 1, 3 * n):
        with pytest.raises(ValueError, match="got"):
            rans_decode(data, count)
    with pytest.raises(ValueError, match="count: got 0"):
        rans_decode(b"\0", 0)


def test_a_stream_that_was_forged_whole_shows_in_its_checksum():
    """Table, states and words of other symbols."""
    one, other = codes(100, 2, seed=1), codes(100, 2, seed=2)
    for encode, decode, place in [
        (rans_encode, lambda data: rans_decode(data, 100), 0),
        (huffman_encode, huffman_decode, 8),
    ]:
        data, rest = encode(one), encode(other)
        assert data[place : place + 4] == checksum(one)
        with pytest.raises(ValueError, match="data: got"):
            decode(rest[:place] + data[place : place + 4] + rest[place + 4 :])


@given(st.binary(max_size=200), st.integers(0, 1200))
@quick
def test_any_bytes_are_symbols_or_an_error(data, count):
    for decode in (lambda: rans_decode(data, count), lambda: huffman_decode(data)):
        with suppress(ValueError):
            assert decode().dtype == np.uint8


def test_a_false_count_makes_no_room():
    data = rans_encode(codes(5000, 3))
    tracemalloc.start()
    for count in (10**9, 10**12, 2**63, 2**70):
        with pytest.raises(ValueError, match="states"):
            rans_decode(data, count)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_rans_decodes_twenty_megabytes_in_a_second_of_one_core():
    symbols = codes(2 << 20, 25)
    data, rates = rans_encode(symbols), []
    for _ in range(3):
        start = time.process_time()
        rans_decode(data, len(symbols))
        rates.append(len(symbols) / (time.process_time() - start))
    assert max(rates) > 20e6


@pytest.mark.parametrize("encode", [rans_encode, huffman_encode, checked_symbols])
def test_only_rows_of_bytes_are_coded(unchecked, encode):
    for wrong in (np.zeros((2, 2), np.uint8), np.zeros(3, np.int8), [1, 2], b"ab", None):
        with pytest.raises(TypeError, match="symbols: got"):
            encode(wrong)


# --- arithmetic coding ---

tables = st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any)


@given(st.lists(st.tuples(tables, st.integers(0, 10**6)), max_size=60))
@quick
def test_arithmetic_coding_round_trips(drawn):
    """Every symbol with a table of its own."""
    encoder, bits, said = ArithmeticEncoder(), 0.0, []
    for table, draw in drawn:
        possible = np.flatnonzero(table)
        symbol = int(possible[draw % len(possible)])
        cumulative = np.append(0, np.cumsum(table))
        encoder.encode(symbol, cumulative)
        bits += math.log2(sum(table) / table[symbol])
        said.append((symbol, cumulative))
    data = encoder.finish()
    assert bits / 8 <= len(data) + 1e-6
    assert len(data) <= bits / 8 + 1.25  # two bits, filled up to a byte
    decoder = ArithmeticDecoder(data)
    assert [decoder.decode(table) for _, table in said] == [symbol for symbol, _ in said]
    decoder.finish()


def test_fractions_by_hand():
    """AAB with P(A) = 3/4 is the interval 27/64 to 36/64: the bits 1 and 0 point into it."""
    cumulative = np.array([0, 3, 4])
    interval = CodedInterval()
    for start, end in [(0, 3), (0, 3), (3, 4)]:
        assert all(less in (0, QUARTER, 2 * QUARTER) for less in interval.narrow(start, end, 4))
    encoder = ArithmeticEncoder()
    for symbol in (0, 0, 1):
        encoder.encode(symbol, cumulative)
    value = int.from_bytes(data := encoder.finish(), "big") / 256 ** len(data)
    assert 27 / 64 <= value < 36 / 64


def test_rare_and_common_symbols_at_the_limits():
    for total in (1 << 26, QUARTER):
        for cumulative in ([0, 1, total], [0, total - 1, total], [0, total, total]):
            table, encoder = np.array(cumulative, dtype=np.int64), ArithmeticEncoder()
            symbols = [int(s) for s in np.random.default_rng(0).integers(0, 2, 200)]
            if cumulative[1] == total:
                symbols = [0] * 200
            for symbol in symbols:
                encoder.encode(symbol, table)
            decoder = ArithmeticDecoder(encoder.finish())
            assert [decoder.decode(table) for _ in symbols] == symbols


def test_impossible_symbols():
    for symbol in (1, 3, -1):
        with pytest.raises(ValueError, match=f"symbol: got {symbol}"):
            ArithmeticEncoder().encode(symbol, np.array([0, 4, 4, 7]))


@pytest.mark.parametrize("cumulative", [[0, 1, QUARTER + 1], [5, 3, 4], [0, 4, 2], [-2, 1, 4]])
def test_tables_that_would_never_end(cumulative):
    """A part of no length could be doubled for ever."""
    with pytest.raises(ValueError, match="part: got"):
        ArithmeticEncoder().encode(0, np.array(cumulative))


def test_data_that_end_too_early_or_too_late():
    table = np.array([0, 1, 2, 4])
    encoder = ArithmeticEncoder()
    for symbol in [0, 1, 2] * 20:
        encoder.encode(symbol, table)
    data = encoder.finish()
    decoder = ArithmeticDecoder(data + b"\0")
    assert [decoder.decode(table) for _ in range(60)] == [0, 1, 2] * 20
    with pytest.raises(ValueError, match="behind the last symbol"):
        decoder.finish()
    for cut in range(len(data)):
        with suppress(ValueError):
            decoder = ArithmeticDecoder(data[:cut])
            assert [decoder.decode(table) for _ in range(60)] != [0, 1, 2] * 20
