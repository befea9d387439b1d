"""A container for model files: byte planes, each coded as its own numbers ask for, and checksums.

Plumbing of the chapter `coding` (notebooks/compression/coding.ipynb). Gives every file back byte
for byte, whatever the types of its tensors: it never looks at numbers, only at their bytes.

Layout: magic, length of the header (8 bytes, little-endian), header, planes, SHA-256 of all before.
The header is JSON, {"format": ..., "files": [{"name": ..., "parts": [part, ...]}]}. A part is a
header of a safetensors file, one tensor, or another file whole: {"count": N, "planes": [[size,
width, crc32], ...]}. Plane k holds byte k of each of its N numbers: in floats, exponents apart from
mantissas. Width 0: as it is; 1: Deflate; 2 to 8: symbols of so many bits, coded by `rans_encode`.
No size in a header is believed: planes take all of the file, and none grows more than GROWTH times.
Follows: Hershcovitch et al. 2024 (ZipNN, exponents apart). Leaves out: streaming, random access.
"""

import hashlib
import json
import math
import operator
import os
import re
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path
from threading import get_ident
from typing import Any

import numpy as np
from jaxtyping import UInt8
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from llmbook.architecture.checkpoint import INDEX, WEIGHTS
from llmbook.compression.coding import PER_LANE, entropy, rans_decode, rans_encode
from llmbook.compression.formats import word_shape

MAGIC, FORMAT = b"llmbook\n", "llmbook container 1"
GROWTH = PER_LANE // 4  # bytes that a coded byte can stand for: a lane has four in the file
SAMPLE = 3 * 5 * 7 * 1024  # bytes: whole words of codes of any width
RAW, DEFLATE = 0, 1  # the widths that are none
DIGEST = hashlib.sha256().digest_size
LONGEST_NAME = 200  # bytes; file systems allow 255
Bytes = UInt8[np.ndarray, " _"]
Part = tuple[int, list[tuple[int, int, int]]]  # numbers; size, width and CRC-32 of each plane


# --- planes ----------------------------------------------------------------------------------


def split_symbols(plane: Bytes, width: int) -> Bytes:
    """The `width`-bit symbols that bytes hold, lowest bits first, as `pack` puts them there.

    The bytes are filled up with 0 to whole words.
    """
    per_word, size = word_shape(width)
    kind = np.min_scalar_type(256**size - 1)  # the smallest integer that holds a word
    columns = np.pad(plane, (0, -len(plane) % size)).reshape(-1, size).T.astype(kind)
    word = sum(column << kind.type(8 * i) for i, column in enumerate(columns))
    symbols = np.empty((len(word), per_word), np.uint8)
    for i in range(per_word):
        symbols[:, i] = word >> kind.type(width * i) & kind.type((1 << width) - 1)
    return symbols.ravel()


def join_symbols(symbols: Bytes, width: int, count: int) -> Bytes:
    """The `count` bytes that `split_symbols` cut."""
    per_word, size = word_shape(width)
    kind = np.min_scalar_type(256**size - 1)
    columns = symbols.reshape(-1, per_word).T
    word = sum(column.astype(kind) << kind.type(width * i) for i, column in enumerate(columns))
    plane = np.empty((len(word), size), np.uint8)
    for i in range(size):
        plane[:, i] = word >> kind.type(8 * i) & kind.type(255)
    return plane.ravel()[:count]


def expected_size(plane: Bytes, width: int) -> float:
    """About the bytes that rANS needs: entropy, table, and two bytes of each lane's state."""
    part = plane if width == 8 else plane[:SAMPLE]
    symbols = part if width == 8 else split_symbols(part, width)
    counts = np.bincount(symbols)
    each = entropy(counts) / 8 + 2 / PER_LANE
    return each * len(symbols) * len(plane) / len(part) + 2 * len(counts)


def encode_plane(plane: Bytes) -> tuple[bytes, int]:
    """The bytes coded in the shortest way that is known here, and its width."""
    raw, tried = plane.tobytes(), [(zlib.compress(plane, 9), DEFLATE)]
    sizes = {width: expected_size(plane, width) for width in range(2, 9)} if raw else {}
    width = min(sizes, key=sizes.get, default=RAW)
    if sizes and sizes[width] < len(raw):
        tried.append((rans_encode(split_symbols(plane, width)), width))
    tried = [(coded, w) for coded, w in tried if len(coded) * GROWTH >= len(raw)]
    return min([(raw, RAW), *tried], key=lambda pair: len(pair[0]))


def decode_plane(data: bytes, width: int, count: int) -> Bytes:
    """The `count` bytes of a plane; ValueError for data that are not those of so many."""
    if width == RAW:
        plane = np.frombuffer(data, np.uint8)
    elif len(data) * GROWTH < count:
        raise ValueError(f"count: got {count} in {len(data)} bytes; expected {GROWTH} times less")
    elif width == DEFLATE:
        plane = np.frombuffer(inflate(data, count), np.uint8)
    else:
        per_word, size = word_shape(width)
        symbols = rans_decode(data, -(-count // size) * per_word)
        plane = join_symbols(symbols, width, count)
    if len(plane) != count:
        raise ValueError(f"plane: got {len(plane)} bytes; expected {count}")
    return plane


def inflate(data: bytes, count: int) -> bytes:
    """The `count` bytes of a Deflate stream, and never more; ValueError for another stream."""
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(data, count + 1)  # 0 would mean: as many as there are
    except zlib.error as error:
        raise ValueError(f"plane: got a damaged stream ({error})") from None
    if not stream.eof or stream.unused_data:
        raise ValueError(f"plane: got a stream that does not end; expected {count} bytes")
    return plain


# --- files -----------------------------------------------------------------------------------


def spans(name: str, data: bytes) -> list[tuple[int, int, int]]:
    """Where the parts of a file begin and end, and how many bytes a number there has.

    ValueError for a safetensors file whose header does not describe it.
    """
    if not name.endswith(".safetensors"):
        return [(0, len(data), 1)]
    try:
        start = 8 + int.from_bytes(data[:8], "little")
        entries = json.loads(data[8:start])
        entries.pop("__metadata__", None)
        found = [(0, start, 1)]
        for entry in sorted(entries.values(), key=lambda entry: entry["data_offsets"]):
            begin, end = (start + operator.index(offset) for offset in entry["data_offsets"])
            numbers = math.prod(map(operator.index, entry["shape"]))
            stride = (end - begin) // numbers if numbers > 0 else 1
            whole = stride * numbers == end - begin and stride in (2, 4, 8, 16)
            found.append((begin, end, stride if whole else 1))
        edges = [begin for begin, _, _ in found[1:]] + [len(data)]
        if [end for _, end, _ in found] != edges or min(end - begin for begin, end, _ in found) < 0:
            raise ValueError("its tensors do not fill it")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{name}: damaged, or no safetensors file ({error})") from None
    return found


def compress_files(files: Mapping[str, bytes]) -> bytes:
    """A container of files, by name. ValueError for a name that is a path, or a damaged file."""
    listed, planes = [], []
    for name, data in files.items():
        parts = []
        for begin, end, stride in spans(checked_name(name), data):
            numbers = np.frombuffer(data[begin:end], np.uint8).reshape(-1, stride)
            entries = []
            for plane in np.ascontiguousarray(numbers.T):
                coded, width = encode_plane(plane)
                planes.append(coded)
                entries.append([len(coded), width, zlib.crc32(plane)])
            parts.append({"count": len(numbers), "planes": entries})
        listed.append({"name": name, "parts": parts})
    header = json.dumps({"format": FORMAT, "files": listed}, separators=(",", ":")).encode()
    body = b"".join([MAGIC, len(header).to_bytes(8, "little"), header, *planes])
    return body + hashlib.sha256(body).digest()


def decompress_files(data: bytes) -> dict[str, bytes]:
    """The files of a container, byte for byte. ValueError for anything but a whole container."""
    header, place = read_header(data)
    files = {}
    for name, parts in header:
        pieces = []
        for count, planes in parts:
            columns = []
            for size, width, checksum in planes:
                plane = decode_plane(data[place : place + size], width, count)
                if zlib.crc32(plane) != checksum:
                    raise ValueError(f"{name}: the checksum of a plane differs; it is damaged")
                columns.append(plane)
                place += size
            pieces.append(np.stack(columns, axis=1).tobytes())
        files[name] = b"".join(pieces)
    return files


def read_header(data: bytes) -> tuple[list[tuple[str, list[Part]]], int]:
    """The files and their parts, and where planes begin; ValueError unless all of it is sound."""
    start = len(MAGIC) + 8
    if data[: len(MAGIC)] != MAGIC or len(data) < start + DIGEST:
        raise ValueError(f"container: got {data[:8]!r}... of {len(data)} bytes; expected {MAGIC!r}")
    if hashlib.sha256(data[:-DIGEST]).digest() != data[-DIGEST:]:
        raise ValueError("container: its SHA-256 differs; it is damaged or cut off")
    place = start + int.from_bytes(data[len(MAGIC) : start], "little")
    try:
        header = json.loads(data[start:place].decode())
        files = [
            (checked_name(f["name"]), [*map(checked_part, f["parts"])]) for f in header["files"]
        ]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"container: got a damaged header ({error!r})") from None
    sizes = [plane[0] for _, parts in files for _, planes in parts for plane in planes]
    if header.get("format") != FORMAT or len(dict(files)) < len(files):
        raise ValueError(f"container: got format {header.get('format')!r}; expected {FORMAT!r}")
    if place + sum(sizes) + DIGEST != len(data):
        got = f"{sum(sizes)} bytes of planes in {len(data)} bytes"
        raise ValueError(f"container: got {got}; expected planes to fill it")
    return files, place


def checked_name(name: Any) -> str:
    """The same name; ValueError unless it is that of a file in this folder, on any system."""
    plain = isinstance(name, str) and re.fullmatch(r"[\w .+-]*[\w+-]", name)
    if not plain or len(name.encode()) > LONGEST_NAME:
        raise ValueError(f"name: got {name!r:.80}; expected a plain file name")
    return name


def checked_part(part: Mapping[str, Any]) -> Part:
    """Numbers in a part, and size, width and checksum of its planes; ValueError or TypeError."""
    planes = [(size, width, checksum) for size, width, checksum in part["planes"]]
    numbers = [part["count"], *(number for plane in planes for number in plane)]
    if any(isinstance(n, bool) or not isinstance(n, int) or n < 0 for n in numbers):
        raise ValueError(f"part: got {numbers}; expected whole numbers")
    if not 1 <= len(planes) <= 16 or any(width > 8 for _, width, _ in planes):
        raise ValueError(f"part: got {planes}; expected 1 to 16 planes, of widths 0 to 8")
    return part["count"], planes


# --- models ----------------------------------------------------------------------------------


def sharded(tensors: Mapping[str, Tensor], max_shard_bytes: int) -> dict[str, bytes]:
    """Tensors as safetensors files: one, or several with an index, named as the hub names them.

    Every shard holds at most `max_shard_bytes` of numbers, or one larger tensor. ValueError for
    tensors that share memory (give tied weights once), or a shard size below 1; TypeError for what
    is no tensor.
    """
    if max_shard_bytes < 1:
        raise ValueError(f"max_shard_bytes: got {max_shard_bytes}; expected at least 1")
    for name, tensor in tensors.items():
        if not isinstance(tensor, Tensor):
            got = f"{type(tensor).__name__} for {name!r}"
            raise TypeError(f"tensors: got {got}; expected tensors by name")
    shards: list[dict[str, Tensor]] = [{}]
    room = max_shard_bytes
    for name, tensor in tensors.items():
        if tensor.nbytes > room and shards[-1]:
            shards.append({})
            room = max_shard_bytes
        shards[-1][name] = tensor.detach().cpu().contiguous()
        room -= tensor.nbytes
    count = len(shards)
    names = [f"model-{i:05}-of-{count:05}.safetensors" for i in range(1, count + 1)]
    names = names if count > 1 else [WEIGHTS]
    try:
        files = {n: save(s, {"format": "pt"}) for n, s in zip(names, shards, strict=True)}
    except (RuntimeError, ValueError) as error:
        raise ValueError(f"tensors: {error}") from None
    if count > 1:
        places = {key: name for name, shard in zip(names, shards, strict=True) for key in shard}
        total = sum(tensor.nbytes for tensor in tensors.values())
        index = {"metadata": {"total_size": total}, "weight_map": places}
        files[INDEX] = (json.dumps(index, indent=2) + "\n").encode()
    return files


def joined(files: Mapping[str, bytes]) -> dict[str, Tensor]:
    """The tensors of all safetensors files; ValueError if they or their index are damaged."""
    tensors: dict[str, Tensor] = {}
    for name, data in files.items():
        if name.endswith(".safetensors"):
            try:
                found = load(data)
            except (SafetensorError, KeyError) as error:  # KeyError: a type that torch has not
                raise ValueError(f"{name}: damaged, or no safetensors file ({error})") from None
            if twice := sorted(set(found) & set(tensors)):
                raise ValueError(f"{name}: got {twice[:3]}, which are in another shard too")
            tensors |= found
    try:
        places = json.loads(files.get(INDEX, b'{"weight_map": {}}'))["weight_map"]
        missing = sorted(set(places) - set(tensors))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{INDEX}: damaged ({error!r})") from None
    if missing:
        raise ValueError(f"{INDEX}: names {missing[:3]}, which no shard holds")
    return tensors


def compress_model(
    source: str | os.PathLike | Mapping[str, Tensor],
    file: str | os.PathLike,
    max_shard_bytes: int = 5_000_000_000,
) -> Path:
    """Write a container of a model folder, with all of its files, or of tensors; return its path.

    Written aside and renamed. Folders of caches, named .* or __*, are left out. Raises
    FileNotFoundError for a folder that is not there, ValueError for one that holds other folders or
    damaged files (its index is compared with its shards), and what `sharded` raises.
    `max_shard_bytes` is for tensors; a folder's shards stay as they are.
    """
    if isinstance(source, Mapping):
        files = sharded(source, max_shard_bytes)
    else:
        if not Path(source).is_dir():
            raise FileNotFoundError(f"source: got {str(source)!r}; expected a folder or tensors")
        paths = sorted(Path(source).iterdir())
        inner = [path.name for path in paths if not path.is_file()]
        if inner := [name for name in inner if not name.startswith((".", "__"))]:
            raise ValueError(f"source: got folders {inner[:3]} in it; expected files only")
        files = {path.name: path.read_bytes() for path in paths if path.is_file()}
        joined(files)
    file = Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f"{file.name}.{os.getpid()}-{get_ident()}.part")
    try:
        aside.write_bytes(compress_files(files))
        os.replace(aside, file)
    finally:
        aside.unlink(missing_ok=True)
    return file


def decompress_model(file: str | os.PathLike, folder: str | os.PathLike) -> Path:
    """Write the files of a container into a new folder, which appears when it is complete.

    Raises FileNotFoundError without the file, FileExistsError when the folder exists, ValueError
    for a container that is damaged.
    """
    folder = Path(folder)
    if folder.exists():
        raise FileExistsError(f"folder: got {str(folder)!r}, which exists; expected a new name")
    files = decompress_files(Path(file).read_bytes())
    aside = folder.with_name(f"{folder.name}.{os.getpid()}-{get_ident()}.part")
    aside.mkdir(parents=True)
    try:
        for name, data in files.items():
            (aside / name).write_bytes(data)
        os.replace(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def decompress_tensors(file: str | os.PathLike) -> dict[str, Tensor]:
    """The tensors of a container, bit for bit. Raises FileNotFoundError, ValueError."""
    return joined(decompress_files(Path(file).read_bytes()))
