"""The coders' promises: sizes against entropy, speeds by size, the model as a compressor of text.

Times are seconds of one core's work (`time.process_time`), the best of `ROUNDS` rounds; a megabyte
is a million symbols, or a million bytes of a file.
"""

import lzma
import math
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import zstandard
from llmbook.compression.coding import (
    entropy,
    huffman_decode,
    huffman_encode,
    rans_decode,
    rans_encode,
)
from llmbook.compression.compressor import compress_text, decompress_text
from llmbook.compression.container import (
    compress_files,
    compress_model,
    decompress_files,
    encode_plane,
)
from llmbook.compression.quantization import QuantizedMatrix, quantize, save_quantized
from llmbook.compression.rounding import Scheme
from llmbook.storyteller import book_model
from llmbook.text import stories

ROUNDS = 3
SIZES = (1 << 14, 100_000, 1 << 18, 1 << 20, 4 << 20)
TEXTS = 20
SEED = 2029  # of the stories, which no model has read


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """The shortest time of `ROUNDS` calls, and what the last one returned."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        result = work()
        times.append(time.process_time() - start)
    return min(times), result


def main() -> None:
    coders()
    print()
    containers()
    print()
    texts()


def drawn(bits: int, n: int) -> np.ndarray:
    """Codes from a bell curve, as those of quantized weights."""
    half = 2 ** (bits - 1)
    values = np.random.default_rng(0).normal(half, {4: 2.3, 8: 25}[bits], n)
    return values.round().clip(1, 2 * half - 1).astype(np.uint8)


def coders() -> None:
    """Each coder at each size: megabytes in a second, and its size over the entropy."""
    print(f"{'coder':9} {'bits':>4} {'symbols':>10} {'in MB/s':>8} {'out MB/s':>8} {'/entropy':>9}")
    for bits in (4, 8):
        for n in SIZES:
            symbols = drawn(bits, n)
            least = entropy(np.bincount(symbols)) * n / 8
            ways = {"rANS": (rans_encode, lambda data, n=n: rans_decode(data, n))}
            if n <= 1 << 18:
                ways["Huffman"] = (huffman_encode, huffman_decode)
            for name, (encode, decode) in ways.items():
                coding, data = seconds(lambda: encode(symbols))  # noqa: B023
                decoding, back = seconds(lambda: decode(data))  # noqa: B023
                assert np.array_equal(back, symbols)
                speeds = f"{n / coding / 1e6:8.1f} {n / decoding / 1e6:8.1f}"
                print(f"{name:9} {bits:4} {n:10,} {speeds} {len(data) / least:9.4f}")


def containers() -> None:
    """The Storyteller's folder, plain and quantized: sizes, speeds, codes against their entropy."""
    model, _ = book_model()
    print(f"{'folder':24} {'plain MB':>9} {'zstd -19':>9} {'container':>9} {'out MB/s':>9}")
    with TemporaryDirectory() as aside:
        model.save_pretrained(f"{aside}/float32")
        for bits in (8, 4, 3):
            scheme = Scheme(bits, granularity="group", group=32, scales="float16")
            quantized = quantize(model, scheme)
            save_quantized(quantized, f"{aside}/int{bits}, groups of 32")
            if bits == 4:
                matrices = quantized.named_modules()
                codes = {n: m for n, m in matrices if isinstance(m, QuantizedMatrix)}
        for folder in sorted(Path(aside).iterdir()):
            files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
            box = compress_model(folder, Path(aside) / "box").read_bytes()
            (Path(aside) / "box").unlink()
            unpacking, back = seconds(lambda: decompress_files(box))  # noqa: B023
            assert back == files
            plain = b"".join(files.values())
            common = len(zstandard.ZstdCompressor(19).compress(plain))
            sizes = f"{len(plain) / 1e6:9.3f} {common / 1e6:9.3f} {len(box) / 1e6:9.3f}"
            print(f"{folder.name:24} {sizes} {len(plain) / unpacking / 1e6:9.1f}")
    table, layers = codes.pop("embedding"), [*codes.values()]
    print(f"codes of 4 bits in the layers, over their entropy: {over_entropy(layers):.4f}")
    print(f"in the embedding, whose rows repeat: {over_entropy([table]):.4f}")
    noise = np.random.default_rng(0).bytes(1 << 20)
    grown = len(compress_files({"noise": noise})) - len(noise)
    print(f"a megabyte of noise grows by {grown} bytes")


def over_entropy(matrices: list[QuantizedMatrix]) -> float:
    """Bytes that the container needs for the codes of some matrices, over their entropy."""
    needed = least = 0.0
    for matrix in matrices:
        codes = matrix.codes.numpy().ravel()
        needed += len(encode_plane(matrix.packed.numpy().ravel())[0])
        least += entropy(np.bincount(codes)) * len(codes) / 8
    return needed / least


def texts() -> None:
    """Unseen stories by the Storyteller, one by one, and by common programs, all in one."""
    model, tokenizer = book_model()
    told = [*stories.generate(TEXTS, seed=SEED)]
    unseen = [story.text for story in told]
    plain = "\n\n".join(unseen).encode()
    start = time.process_time()
    small = [compress_text(model, tokenizer, text) for text in unseen]
    middle = time.process_time()
    back = [decompress_text(model, tokenizer, data) for data in small]
    end = time.process_time()
    assert back == unseen
    sizes = {
        "zlib -9": len(zlib.compress(plain, 9)),
        "xz -9": len(lzma.compress(plain, preset=9)),
        "zstd -19": len(zstandard.ZstdCompressor(19).compress(plain)),
        "the Storyteller": sum(map(len, small)),
        "... without headers": sum(map(len, small)) - 6 * len(small),
        "the teller's own dice": math.ceil(sum(story.bits for story in told) / 8),
    }
    print(f"{TEXTS} unseen stories, {len(plain):,} bytes")
    print(f"{'compressor':24} {'bytes':>8} {'bits per byte':>14}")
    for name, size in sizes.items():
        print(f"{name:24} {size:8,} {8 * size / len(plain):14.4f}")
    speeds = [len(plain) / t / 1e3 for t in (middle - start, end - middle)]
    print(f"the Storyteller: {speeds[0]:.2f} kB/s in, {speeds[1]:.2f} kB/s out")


if __name__ == "__main__":
    main()
