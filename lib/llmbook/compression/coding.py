"""Lossless codes: how few bits can say the same? Entropy, runs, Huffman, rANS, arithmetic coding.

Chapter: notebooks/compression/coding.ipynb. Letters: N symbols, A size of their alphabet, L lanes.

Follows: Shannon 1948 (entropy); Huffman 1952; Witten, Neal and Cleary 1987 (arithmetic coding);
Duda 2013 and Giesen 2014 (rANS and its lanes). Leaves out: tANS, PPM. The container codes files of
weights with this; in the compressor a language model predicts text.
"""

import zlib
from collections.abc import Iterator
from heapq import heapify, heappop, heappush

import numpy as np
from jaxtyping import Int, Integer, Real, UInt8

Symbols = UInt8[np.ndarray, " N"]
Counts = Real[np.ndarray, " A"]
Whole = Int[np.ndarray, " A"]


def entropy(counts: Counts) -> float:
    """Bits per symbol below which no code can go, for symbols drawn one by one: -Σ p log2 p.

    counts: how often each of A symbols occurs. ValueError for counts below 0, or all 0.
    """
    counts = np.asarray(counts, dtype=np.float64)
    total = counts.sum()
    if not 0 < total < np.inf or counts.min() < 0:
        raise ValueError(f"counts: got {counts}; expected 0 or more, some of them above 0")
    p = counts[counts > 0] / total
    return float(p @ np.log2(1 / p))


def checked_symbols(symbols: Symbols) -> Symbols:
    """The same array; TypeError unless it is a row of uint8."""
    if not isinstance(symbols, np.ndarray) or symbols.dtype != np.uint8 or symbols.ndim != 1:
        got = getattr(symbols, "dtype", type(symbols).__name__), getattr(symbols, "shape", "")
        raise TypeError(f"symbols: got {got[0]} {got[1]}; expected a row of uint8")
    return symbols


def checksum(symbols: Symbols) -> bytes:
    """CRC-32, four bytes: what a stream says of its symbols, so that damage does not go unseen."""
    return zlib.crc32(symbols).to_bytes(4, "little")


# --- runs ------------------------------------------------------------------------------------


def run_length_encode(values: Integer[np.ndarray, " N"]) -> tuple[np.ndarray, np.ndarray]:
    """Each run of equal values as the value and how often it repeats.

    `[7, 7, 7, 0, 0]` is `[7, 0], [3, 2]`. TypeError for values that are not whole numbers.
    """
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise TypeError(f"values: got {values.dtype} {values.shape}; expected a row of integers")
    changes = np.flatnonzero(values[1:] != values[:-1]) + 1
    starts = np.concatenate([np.arange(min(1, len(values))), changes])
    return values[starts], np.diff(starts, append=len(values))


def run_length_decode(
    values: Integer[np.ndarray, " _"], lengths: Int[np.ndarray, " _"], count: int
) -> Integer[np.ndarray, " N"]:
    """The `count` values again. ValueError for lengths that are below 1 or do not sum to it."""
    possible = len(values) == len(lengths) and np.all((lengths >= 1) & (lengths <= count))
    if not possible or int(lengths.sum()) != count:  # huge ones would sum to anything
        got = f"{len(lengths)} lengths for {len(values)} values, summing to {lengths.sum()}"
        raise ValueError(f"lengths: got {got}; expected as many, each 1 or more, sum {count}")
    return np.repeat(values, lengths)


# --- Huffman ---------------------------------------------------------------------------------

LONGEST = 15  # bits of the longest code word, so that a length fits in half a byte


def huffman_lengths(counts: Whole) -> Int[np.ndarray, " A"]:
    """How many bits Huffman's code gives each symbol; 0 for those that do not occur.

    The two rarest groups are joined until one is left; each joining costs their symbols a bit. A
    lone symbol gets a partner. Where a word would be longer than LONGEST, the counts are halved
    and the tree is made again. ValueError when nothing occurs, and for A not from 2 to 2^LONGEST.
    """
    if not 2 <= len(counts) <= 1 << LONGEST or counts.min() < 0 or not counts.any():
        raise ValueError(f"counts: got {counts}; expected 2 to {1 << LONGEST}, some above 0")
    heap = [(int(count), [symbol]) for symbol, count in enumerate(counts) if count]
    if len(heap) == 1:
        heap.append((0, [heap[0][1][0] - 1]))
    lengths = np.zeros(len(counts), dtype=np.int64)
    heapify(heap)
    while len(heap) > 1:
        (rarest, left), (rare, right) = heappop(heap), heappop(heap)
        lengths[left + right] += 1
        heappush(heap, (rarest + rare, left + right))
    return lengths if lengths.max() <= LONGEST else huffman_lengths((counts + 1) // 2)


def canonical_order(lengths: Whole) -> Int[np.ndarray, " _"]:
    """Symbols in the order of their code words: shorter words first, then smaller symbols.

    With it the lengths say everything. ValueError unless the words fill the tree (Kraft's sum: 1).
    """
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] > 0]
    if (1 << (LONGEST - lengths[order])).sum() != 1 << LONGEST:
        raise ValueError("lengths: got words that do not fill a tree; expected a Huffman code")
    return order


def huffman_encode(symbols: Symbols) -> bytes:
    """A stream that `huffman_decode` reads: N (8 bytes), checksum, 256 lengths (128), code words.

    TypeError for anything but a row of uint8. Huffman 1952.
    """
    counts = np.bincount(checked_symbols(symbols), minlength=256)
    head = len(symbols).to_bytes(8, "little") + checksum(symbols)
    if not len(symbols):
        return head
    lengths = huffman_lengths(counts)
    order, words = canonical_order(lengths), np.zeros(256, dtype=np.int64)
    room = 1 << (LONGEST - lengths[order])  # each word's share of all strings of LONGEST bits
    words[order] = (np.cumsum(room) - room) >> (LONGEST - lengths[order])
    sizes = lengths[symbols]
    ends = np.cumsum(sizes)
    place = np.repeat(ends, sizes) - 1 - np.arange(ends[-1])  # of each bit in its word, last is 0
    bits = np.repeat(words[symbols], sizes) >> place & 1
    table = (lengths[0::2] << 4 | lengths[1::2]).astype(np.uint8)
    return b"".join([head, table, np.packbits(bits.astype(np.uint8))])


def huffman_decode(data: bytes) -> Symbols:
    """The symbols of a stream; ValueError for one that is damaged, cut off or too long.

    Every place is looked up at once, as if a word began there; following the words from one to the
    next is the loop.
    """
    if data == huffman_encode(nothing := np.zeros(0, np.uint8)):
        return nothing
    count, table = int.from_bytes(data[:8], "little"), np.frombuffer(data[12:140], np.uint8)
    stream = np.frombuffer(data[140:] + bytes(2), np.uint8).astype(np.uint32)
    ends = 8 * len(data[140:])
    if len(table) < 128 or not 0 < count <= ends:
        raise ValueError(f"data: got {len(data)} bytes for {count} symbols; expected more bytes")
    lengths = np.stack([table >> 4, table & 15], axis=1).ravel().astype(np.int64)
    order = canonical_order(lengths)
    symbol_of = np.repeat(order, 1 << (LONGEST - lengths[order])).astype(np.uint8)
    words = stream[:-2] << 16 | stream[1:-1] << 8 | stream[2:]
    windows = (words[:, None] >> (9 - np.arange(8, dtype=np.uint32)) & 0x7FFF).ravel()
    after = (np.arange(ends) + lengths[symbol_of[windows]]).tolist()
    starts, place = [], 0
    while place < ends and len(starts) < count:
        starts.append(place)
        place = after[place]
    symbols = symbol_of[windows[starts]]
    complete = len(starts) == count and (place + 7) // 8 == ends // 8
    if not complete or checksum(symbols) != data[8:12]:
        raise ValueError(f"data: got {len(data)} bytes; expected those of {count} symbols")
    return symbols


# --- rANS ------------------------------------------------------------------------------------

TABLE_BITS = 14  # frequencies sum to 2^14: one look-up finds the symbol
LOW = 1 << 16  # states are at least this; below it, a decoder reads 16 bits more
PER_LANE = 512  # symbols of a lane, at most: more is shorter, fewer is faster


def quantize_frequencies(weights: Counts, bits: int) -> Int[np.ndarray, " A"]:
    """Whole numbers in proportion to weights that sum to 2^bits, at least 1 for each above 0.

    What rounding leaves over goes to the largest. ValueError for weights that are negative, not
    finite or all 0, and for more of them than 2^bits.
    """
    weights = np.asarray(weights, dtype=np.float64)
    some, total = weights > 0, weights.sum()
    free = (1 << bits) - int(some.sum())
    if not 0 < total < np.inf or weights.min() < 0 or free < 0:
        got = f"{some.sum()} above 0, sum {total}"
        raise ValueError(f"weights: got {got}; expected 0 or more, 1 to {1 << bits} of them above")
    frequencies = np.floor(weights / total * free).astype(np.int64) + some
    frequencies[weights.argmax()] += (1 << bits) - frequencies.sum()
    return frequencies


def rans_encode(symbols: Symbols) -> bytes:
    """A stream that `rans_decode` reads, given N: checksum, table, states, words.

    Symbol i belongs to lane i mod L, L = N / PER_LANE rounded up. L states of 32 bits advance side
    by side and share one stream of 16-bit words. Goes from the last symbol to the first, for a
    state is a stack. TypeError for anything but a row of uint8. Duda 2013; Giesen 2014.
    """
    counts = np.bincount(checked_symbols(symbols), minlength=256)
    if not len(symbols):
        return b""
    table = quantize_frequencies(counts, TABLE_BITS).astype(np.uint32)
    before = np.cumsum(table, dtype=np.uint32) - table
    lanes = -(-len(symbols) // PER_LANE)
    states, words = np.full(lanes, LOW, np.uint32), []
    for i in reversed(range(0, len(symbols), lanes)):
        step = symbols[i : i + lanes]
        x, frequency = states[: len(step)], table[step]
        full = x >> (32 - TABLE_BITS) >= frequency
        words.append(x[full].astype("<u2"))  # the lower half
        x[full] >>= 16
        quotient, rest = np.divmod(x, frequency)
        x[:] = (quotient << TABLE_BITS) + rest + before[step]
    first, last = np.flatnonzero(counts)[[0, -1]].tolist()
    head = [checksum(symbols), bytes([first, last]), table[first : last + 1].astype("<u2")]
    return b"".join([*head, states.astype("<u4"), *reversed(words)])


def split_stream(data: bytes, lanes: int) -> tuple[Whole, Int[np.ndarray, " L"], np.ndarray]:
    """Frequencies of the 256 symbols, states of the lanes and 16-bit words; ValueError if none."""
    first, last = (data[4], data[5]) if len(data) > 6 else (1, 0)
    start = 6 + 2 * (last - first + 1)
    if first > last or len(data) < start + 4 * lanes or len(data) % 2:
        raise ValueError(f"data: got {len(data)} bytes; expected a table and {lanes} states")
    table = np.zeros(256, dtype=np.int64)
    table[first : last + 1] = np.frombuffer(data[6:start], "<u2")
    if table.sum() != 1 << TABLE_BITS:
        raise ValueError(f"data: got frequencies of sum {table.sum()}; expected {1 << TABLE_BITS}")
    states = np.frombuffer(data, "<u4", lanes, start).astype(np.int64)
    if states.min() < LOW:
        raise ValueError(f"data: got a state of {states.min()}; expected at least {LOW}")
    return table, states, np.frombuffer(data, "<u2", offset=start + 4 * lanes).astype(np.int64)


def rans_decode(data: bytes, count: int) -> Symbols:
    """The `count` symbols of a stream; ValueError for one that is cut off, too long or damaged.

    Each takes a look-up, a product and a sum, for all lanes at once. A false count is noticed
    before room is made for it: PER_LANE symbols have a state of four bytes at least.
    """
    if count < 1:
        if count or data:
            raise ValueError(f"count: got {count} for {len(data)} bytes; expected at least 1")
        return np.zeros(0, np.uint8)
    lanes = -(-count // PER_LANE)
    table, states, words = split_stream(data, lanes)
    symbol_of = np.repeat(np.arange(256, dtype=np.uint8), table)  # by slot: a state's low bits
    frequency_of = table[symbol_of]
    inside = np.arange(1 << TABLE_BITS) - (np.cumsum(table) - table)[symbol_of]
    slots, place = np.empty(count, np.uint16), 0
    for i in range(0, count, lanes):
        x = states[: count - i]  # a view: the last step may be short
        slots[i : i + lanes] = slot = x & ((1 << TABLE_BITS) - 1)
        x >>= TABLE_BITS
        x *= frequency_of.take(slot)
        x += inside.take(slot)
        empty = (x < LOW).nonzero()[0]
        read = words[place : place + len(empty)]
        if len(read) < len(empty):
            raise ValueError(f"data: got {len(data)} bytes; expected more for {count} symbols")
        x[empty] = x.take(empty) << 16 | read
        place += len(empty)
    symbols = symbol_of[slots]
    complete = place == len(words) and np.all(states == LOW)  # an encoder begins with LOW
    if not complete or checksum(symbols) != data[:4]:
        raise ValueError(f"data: got {len(data)} damaged bytes; expected {count} symbols")
    return symbols


# --- arithmetic coding -----------------------------------------------------------------------

STATE_BITS = 48  # of the interval's ends
HALF = 1 << (STATE_BITS - 1)
QUARTER = HALF // 2


class CodedInterval:
    """What encoder and decoder share: a part of [0, 1), in units of 2^-STATE_BITS, that shrinks."""

    def __init__(self):
        self.low, self.high = 0, (1 << STATE_BITS) - 1  # both ends belong to it

    def narrow(self, start: int, end: int, total: int) -> Iterator[int]:
        """Keep the part from start / total to end / total, and double it while it is small.

        Yields what is subtracted before each doubling: 0 in the lower half, HALF in the upper one,
        QUARTER about the middle. ValueError for a part of no length, or a total above QUARTER: the
        interval is never shorter, so that each part of it has a number of its own.
        """
        if not 0 <= start < end <= total <= QUARTER:
            raise ValueError(f"part: got {start} to {end} of {total}; expected {QUARTER} at most")
        span = self.high - self.low + 1
        self.high = self.low + span * end // total - 1
        self.low += span * start // total
        while True:
            if self.high < HALF or self.low >= HALF:
                less = HALF if self.low >= HALF else 0
            elif self.low >= QUARTER and self.high < HALF + QUARTER:
                less = QUARTER
            else:
                return
            yield less
            self.low, self.high = 2 * (self.low - less), 2 * (self.high - less) + 1


class ArithmeticEncoder(CodedInterval):
    """Symbols to bits, each at a cost of -log2 of its probability (Witten, Neal, Cleary 1987)."""

    def __init__(self):
        super().__init__()
        self.bits: list[int] = []
        self.undecided = 0  # doublings about the middle: their bits are the opposite of the next

    def encode(self, symbol: int, cumulative: Whole) -> None:
        """Add a symbol; cumulative[a] of cumulative[-1] is the probability of those below a.

        ValueError for a symbol of probability 0, or none. Totals may be up to QUARTER.
        """
        if not 0 <= symbol < len(cumulative) - 1 or cumulative[symbol] == cumulative[symbol + 1]:
            raise ValueError(f"symbol: got {symbol}; expected one with a probability above 0")
        start, end, total = (int(cumulative[i]) for i in (symbol, symbol + 1, -1))
        for less in self.narrow(start, end, total):
            self.decide(less)

    def decide(self, less: int) -> None:
        """Write the bit of a doubling, and those that waited for it."""
        if less == QUARTER:
            self.undecided += 1
        else:
            self.bits += [int(less > 0)] + [int(less == 0)] * self.undecided
            self.undecided = 0

    def finish(self) -> bytes:
        """All bits, and two more that point into the interval."""
        self.undecided += 1
        self.decide(0 if self.low < QUARTER else HALF)
        return np.packbits(np.array(self.bits, np.uint8)).tobytes()


class ArithmeticDecoder(CodedInterval):
    """The symbols again, given the same probabilities."""

    def __init__(self, data: bytes):
        super().__init__()
        self.bits = np.unpackbits(np.frombuffer(data, np.uint8)).tolist()
        # It reads STATE_BITS more than there are doublings, where an encoder wrote two more.
        self.bits += [0] * (STATE_BITS - 2)
        self.place = self.value = 0
        for _ in range(STATE_BITS):
            self.value = 2 * self.value + self.next_bit()

    def next_bit(self) -> int:
        """The next bit, 0 behind the end; ValueError when no encoder would have stopped there."""
        if self.place == len(self.bits):
            got = self.place - STATE_BITS + 2
            raise ValueError(f"data: got {got} bits; expected more: it is cut off")
        self.place += 1
        return self.bits[self.place - 1]

    def decode(self, cumulative: Whole) -> int:
        """The next symbol. Where its part of the interval begins and ends is as in `encode`."""
        total, span = int(cumulative[-1]), self.high - self.low + 1
        point = ((self.value - self.low + 1) * total - 1) // span
        symbol = int(np.searchsorted(cumulative, point, "right")) - 1
        for less in self.narrow(int(cumulative[symbol]), int(cumulative[symbol + 1]), total):
            self.value = 2 * (self.value - less) + self.next_bit()
        return symbol

    def finish(self) -> None:
        """ValueError unless all data has been read, but for what fills the last byte."""
        if (unread := len(self.bits) - self.place) > 7:
            raise ValueError(f"data: got {unread} bits behind the last symbol; expected 7 at most")
