"""Containers give every file back byte for byte, and refuse all that is not one of them."""

import hashlib
import json
import lzma
import tracemalloc
import zlib
from contextlib import suppress

import jaxtyping
import numpy as np
import pytest
import torch
import transformers
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from llmbook.architecture.checkpoint import INDEX, WEIGHTS
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.compression.coding import entropy
from llmbook.compression.container import (
    DEFLATE,
    GROWTH,
    MAGIC,
    RAW,
    compress_files,
    compress_model,
    decode_plane,
    decompress_files,
    decompress_model,
    decompress_tensors,
    encode_plane,
    inflate,
    join_symbols,
    joined,
    read_header,
    sharded,
    spans,
    split_symbols,
)
from llmbook.compression.formats import pack
from llmbook.compression.quantization import load_quantized, quantize
from llmbook.compression.rounding import Scheme
from safetensors.torch import load_file, save, save_file

quick = settings(deadline=None, max_examples=40)
DTYPES = [
    *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
    *(torch.uint16, torch.uint32, torch.uint64, torch.float16, torch.bfloat16, torch.float32),
    *(torch.float64, torch.complex64, torch.float8_e4m3fn, torch.float8_e5m2),
]
TINY = LlamaConfig(vocab_size=64, context=8, width=16, layers=2, heads=2, groups=1, hidden=24)


@pytest.fixture
def unchecked():
    """Shape checking off, so that our own errors are seen and not the type checker's."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def bell(n: int, spread: float, seed: int = 0) -> np.ndarray:
    """Whole numbers from a bell curve."""
    return np.random.default_rng(seed).normal(0, spread, n).round().astype(np.int64)


def bits(tensor: torch.Tensor) -> bytes:
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def same(a: dict, b: dict) -> bool:
    """Whether tensors have the same names, types, shapes and bits, NaNs included."""
    if a.keys() != b.keys():
        return False
    pairs = [(a[name], b[name]) for name in a]
    return all(x.dtype == y.dtype and x.shape == y.shape and bits(x) == bits(y) for x, y in pairs)


# --- planes ---


@given(hnp.arrays(np.uint8, st.integers(0, 200)), st.integers(2, 8))
@quick
def test_symbols_round_trip(plane, width):
    symbols = split_symbols(plane, width)
    assert symbols.dtype == np.uint8
    assert symbols.max(initial=0) < 1 << width
    assert np.array_equal(join_symbols(symbols, width, len(plane)), plane)


@pytest.mark.parametrize("width", range(2, 9))
def test_symbols_are_the_codes_that_were_packed(width):
    codes = torch.randint(1 << width, (3, 40), dtype=torch.uint8)
    packed = pack(codes, width).numpy().ravel()
    assert split_symbols(packed, width).tolist() == codes.ravel().tolist()


@given(
    st.one_of(
        hnp.arrays(np.uint8, st.integers(0, 5000)),
        hnp.arrays(np.uint8, st.integers(0, 5000), elements=st.integers(7, 9)),
        st.binary(max_size=40).map(lambda b: np.frombuffer(b * 50, np.uint8)),
    )
)
@quick
def test_planes_round_trip_and_never_grow(plane):
    data, width = encode_plane(plane)
    assert len(data) <= len(plane) <= GROWTH * len(data) or not len(plane)
    assert np.array_equal(decode_plane(data, width, len(plane)), plane)


def test_each_plane_is_coded_as_it_asks():
    noise = np.random.default_rng(0).integers(0, 256, 3000).astype(np.uint8)
    assert encode_plane(noise)[1] == RAW
    assert encode_plane(np.frombuffer(b"the cat and the dog and " * 50, np.uint8))[1] == DEFLATE
    assert encode_plane((bell(100_000, 20) + 128).astype(np.uint8))[1] == 8
    for width in (3, 4, 5, 6, 7):
        codes = (bell(40_000, 2 ** (width - 3)) + 2 ** (width - 1)).clip(0, 2**width - 1)
        packed = pack(torch.from_numpy(codes).to(torch.uint8), width).numpy()
        assert encode_plane(packed)[1] == width


@pytest.mark.parametrize(("width", "n"), [(4, 49_152), (4, 393_216), (8, 98_304), (8, 786_432)])
def test_quantized_planes_come_within_three_percent_of_their_entropy(width, n):
    """The sizes of the book's matrices and of its embedding."""
    codes = (bell(n, 2.3 if width == 4 else 30) + 2 ** (width - 1)).clip(0, 2**width - 1)
    limit = entropy(np.bincount(codes)) * n / 8
    plane = pack(torch.from_numpy(codes).to(torch.uint8), width).numpy()
    data = compress_files({"model.safetensors": save({"w": torch.from_numpy(plane)})})
    assert len(data) < 1.03 * limit + 200  # and the two headers, once for a file


@given(st.integers(0, 8), st.binary(max_size=60), st.integers(0, 10**12))
@quick
def test_any_plane_is_its_bytes_or_an_error(width, data, count):
    with suppress(ValueError):
        assert len(decode_plane(data, width, count)) == count


def test_a_false_count_makes_no_room():
    bomb = zlib.compress(bytes(50_000_000), 9)
    tracemalloc.start()
    for data in (bomb, bytes(1000)):
        for width in range(9):
            for count in (10**6, 10**11, 2**63, 2**80):
                with pytest.raises(ValueError, match="got"):
                    decode_plane(data, width, count)
    with pytest.raises(ValueError, match="does not end"):
        inflate(bomb, 1000)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


# --- files ---


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}\.(json|bin|txt)", fullmatch=True),
        st.one_of(st.binary(max_size=300), st.text("ab ", max_size=300).map(str.encode)),
        max_size=4,
    )
)
@quick
def test_any_files_round_trip(files):
    assert decompress_files(compress_files(files)) == files


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_number_type_round_trips_bit_for_bit(dtype):
    size = torch.empty(0, dtype=dtype).element_size()
    drawn = torch.from_numpy(np.random.default_rng(0).integers(0, 256, 60 * size, np.uint8))
    drawn = drawn % 2 if dtype == torch.bool else drawn  # all bit patterns: NaNs and infinities too
    made = drawn.view(dtype)
    tensors = {
        "matrix": made.reshape(6, 10),
        "turned": made.reshape(6, 10).T,
        "row": made,
        "one": made[0],
        "none": made[:0].reshape(0, 7),
    }
    files = sharded({name: tensor.clone() for name, tensor in tensors.items()}, 10**9)
    back = decompress_files(compress_files(files))
    assert back == files
    assert same(joined(back), tensors)


def test_exponents_are_coded_apart_from_mantissas():
    weights = torch.randn(60_000, generator=torch.Generator().manual_seed(0)) * 0.05
    for dtype, share in [(torch.float32, 0.86), (torch.bfloat16, 0.72), (torch.float16, 0.88)]:
        plain = save({"w": weights.to(dtype)})
        ours = len(compress_files({"w.safetensors": plain}))
        assert ours < share * len(plain)
        assert ours < len(zlib.compress(plain, 9))
        assert ours < len(zstandard.ZstdCompressor(19).compress(plain))
        assert ours < len(lzma.compress(plain))


def test_spans_are_tensors():
    plain = save({"a": torch.ones(3, 5), "b": torch.ones(4, dtype=torch.float16)})
    start = 8 + int.from_bytes(plain[:8], "little")
    expected = [(0, start, 1), (start, start + 60, 4), (start + 60, start + 68, 2)]
    assert spans("x.safetensors", plain) == expected
    assert spans("x.bin", plain) == [(0, len(plain), 1)]
    complex_ones = save({"c": torch.ones(2, dtype=torch.complex64)})
    assert spans("c.safetensors", complex_ones)[1][2] == 8


BAD_HEADERS = [
    b"",
    b"{}",
    b"[]",
    b'{"a": 3}',
    b'{"a": {"data_offsets": [0, 4]}}',
    b'{"a": {"shape": [1], "data_offsets": [0, 99]}}',
    b'{"a": {"shape": [1], "data_offsets": [4, 0]}}',
    b'{"a": {"shape": [1], "data_offsets": [0.0, 4.0]}}',
    b'{"a": {"shape": ["x"], "data_offsets": [0, 4]}}',
    b'{"a": {"shape": [1], "data_offsets": [0, 2]}}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("header", BAD_HEADERS, ids=range(len(BAD_HEADERS)))
def test_damaged_safetensors_are_refused(header):
    data = len(header).to_bytes(8, "little") + header + bytes(4)
    with pytest.raises(ValueError, match=r"x\.safetensors: damaged"):
        compress_files({"x.safetensors": data})


NAMES = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a\\b",
    "/etc/passwd",
    "a\0",
    "C:x",
    "x" * 300,
    "é" * 150,
    "x.",
    "x ",
    "\n",
    5,
    None,
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_names_that_are_paths_are_refused(unchecked, name):
    with pytest.raises(ValueError, match="name: got"):
        compress_files({name: b"abc"})


def small_container() -> bytes:
    """A plane coded by rANS, planes as they are, and a text by Deflate."""
    tensors = {
        "w": torch.from_numpy(bell(1500, 0.4).astype(np.int8) + 8),
        "s": torch.ones(3).half(),
    }
    return compress_files({WEIGHTS: save(tensors), "config.json": b'{"width": 8}' * 4})


def test_the_small_container_has_a_plane_of_each_kind():
    found = {
        width
        for _, parts in read_header(small_container())[0]
        for _, planes in parts
        for _, width, _ in planes
    }
    assert {RAW, DEFLATE} < found
    assert found & {*range(2, 9)}


def test_every_flip_and_every_cut_is_noticed():
    data = small_container()
    for place in range(len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 1 << place % 8
        with pytest.raises(ValueError, match="container"):
            decompress_files(bytes(flipped))
        with pytest.raises(ValueError, match="container"):
            decompress_files(data[:place])
    with pytest.raises(ValueError, match="container"):
        decompress_files(data + b"\0")


def resealed(body: bytes) -> bytes:
    """What somebody makes who knows the format: damaged, with the right SHA-256."""
    return body + hashlib.sha256(body).digest()


def test_flips_by_somebody_who_knows_the_format():
    """Behind the SHA-256 there are checks of the header, of each stream, and a CRC-32 per plane."""
    data = small_container()
    files, silent = decompress_files(data), 0
    for place in range(0, len(data) - 32, 2):
        flipped = bytearray(data[:-32])
        flipped[place] ^= 1 << place % 8
        try:
            found = decompress_files(resealed(bytes(flipped)))
        except ValueError:
            continue
        silent += 1
        assert [*found.values()] == [*files.values()]  # only a name can change unseen
    assert silent < 30


def rebuilt(change) -> bytes:
    """The small container with its header changed, and sealed again."""
    data = small_container()
    start = len(MAGIC) + 8
    end = start + int.from_bytes(data[len(MAGIC) : start], "little")
    header = json.loads(data[start:end])
    changed = change(header)
    coded = changed if isinstance(changed, bytes) else json.dumps(header).encode()
    return resealed(MAGIC + len(coded).to_bytes(8, "little") + coded + data[end:-32])


def numbers(header: dict) -> dict:
    """The part of the int8 tensor, which safetensors puts last."""
    return header["files"][0]["parts"][-1]


def put(key: str, value):
    return lambda header: numbers(header).__setitem__(key, value)


def put_plane(place: int, value):
    return lambda header: numbers(header)["planes"][0].__setitem__(place, value)


HOSTILE = {
    "huge count": put("count", 10**15),
    "gigantic count": put("count", 10**30),
    "negative count": put("count", -1),
    "count no number": put("count", "2500"),
    "count true": put("count", True),
    "count float": put("count", 2500.0),
    "count off by one": put("count", 2499),
    "no planes": put("planes", []),
    "planes missing": lambda header: numbers(header).pop("planes"),
    "many planes": put("planes", [[0, 0, 0]] * 17),
    "short plane": put("planes", [[1, 2]]),
    "huge size": put_plane(0, 10**15),
    "negative size": put_plane(0, -5),
    "width 9": put_plane(1, 9),
    "width 5": put_plane(1, 5),
    "width 0": put_plane(1, 0),
    "width 1": put_plane(1, 1),
    "other checksum": put_plane(2, 12345),
    "no files": lambda header: header.pop("files"),
    "files a number": lambda header: header.__setitem__("files", 3),
    "files empty": lambda header: header.__setitem__("files", []),
    "name a path": lambda header: header["files"][0].__setitem__("name", "../../evil"),
    "name twice": lambda header: header["files"][1].__setitem__("name", WEIGHTS),
    "other format": lambda header: header.__setitem__("format", "zip"),
    "a list": lambda header: b"[1, 2]",
    "a number": lambda header: b"3",
    "nothing": lambda header: b"",
    "no JSON": lambda header: b"{",
    "no UTF-8": lambda header: b"\xff\xfe",
    "very deep": lambda header: b"[" * 100_000,
    "very long number": lambda header: b'{"files": ' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_hostile_headers_are_refused_and_make_no_room(change):
    data = rebuilt(change)
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"got|differs"):
        decompress_files(data)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_header_that_is_rebuilt_unchanged_is_sound():
    assert decompress_files(rebuilt(lambda header: None)) == decompress_files(small_container())


@given(st.binary(max_size=100), st.binary(max_size=60))
@quick
def test_any_bytes_are_refused(header, rest):
    sealed = resealed(MAGIC + len(header).to_bytes(8, "little") + header + rest)
    for data in (header, MAGIC + rest, sealed):
        with pytest.raises(ValueError, match="container"):
            decompress_files(data)


# --- models ---


def test_a_model_folder_comes_back_byte_for_byte(tmp_path):
    torch.manual_seed(0)
    model = Llama(TINY)
    model.save_pretrained(tmp_path / "whole")
    model.save_pretrained(tmp_path / "shards", max_shard_bytes=3000)
    assert (tmp_path / "shards" / INDEX).is_file()
    for name in ("whole", "shards"):
        folder = tmp_path / name
        (folder / "notes.txt").write_text("trained on a Tuesday")
        file = compress_model(folder, tmp_path / "boxes" / f"{name}.box")
        back = decompress_model(file, tmp_path / f"{name} again")
        assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
            p.name: p.read_bytes() for p in back.iterdir()
        }
        assert file.stat().st_size < sum(p.stat().st_size for p in folder.iterdir())
        again = Llama.from_pretrained(back)
        assert same(again.state_dict(), model.state_dict())
        assert same(decompress_tensors(file), load_folder(folder))
    assert sorted(p.name for p in (tmp_path / "boxes").iterdir()) == ["shards.box", "whole.box"]


def test_caches_in_a_folder_are_left_out(tmp_path):
    folder = tmp_path / "model"
    for cache in ("__pycache__", ".cache"):
        (folder / cache).mkdir(parents=True)
        (folder / cache / "junk.pyc").write_bytes(b"junk")
    (folder / "__init__.py").write_bytes(b"")
    file = compress_model(folder, tmp_path / "box")
    assert decompress_files(file.read_bytes()) == {"__init__.py": b""}


@pytest.mark.parametrize("bits", [3, 4, 8])
def test_a_quantized_folder_comes_back_and_its_codes_are_coded_as_codes(tmp_path, bits):
    torch.manual_seed(0)
    shape = {"width": 64, "heads": 2, "groups": 1, "hidden": 128}
    model = Llama(LlamaConfig(vocab_size=512, context=8, layers=1, **shape))
    recipe = Scheme(bits, granularity="group", group=32, scales="float16")
    quantized = quantize(model, recipe)
    quantized.save_pretrained(tmp_path / "model", max_shard_bytes=20_000)
    file = compress_model(tmp_path / "model", tmp_path / "box")
    loaded = load_quantized(decompress_model(file, tmp_path / "again"))
    assert same(loaded.state_dict(), quantized.state_dict())
    files, _ = read_header(file.read_bytes())
    widths = [w for _, parts in files for _, planes in parts for _, w, _ in planes]
    assert widths.count(bits) >= 3
    assert file.stat().st_size < 0.98 * sum(p.stat().st_size for p in file.parent.glob("model/*"))


def test_a_folder_that_transformers_wrote(tmp_path):
    torch.manual_seed(0)
    sizes = {"num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 48}
    config = transformers.LlamaConfig(
        vocab_size=99, hidden_size=32, num_hidden_layers=2, dtype="bfloat16", **sizes
    )
    theirs = transformers.LlamaForCausalLM(config).to(torch.bfloat16)
    theirs.save_pretrained(tmp_path / "model", max_shard_size="20KB")
    assert (tmp_path / "model" / INDEX).is_file()
    file = compress_model(tmp_path / "model", tmp_path / "box")
    back = decompress_model(file, tmp_path / "again")
    for path in (tmp_path / "model").iterdir():
        assert (back / path.name).read_bytes() == path.read_bytes()
    again = transformers.LlamaForCausalLM.from_pretrained(back, dtype=torch.bfloat16)
    assert same(again.state_dict(), theirs.state_dict())


def load_folder(folder) -> dict:
    return {k: v for p in folder.glob("*.safetensors") for k, v in load_file(p).items()}


def test_tensors_are_sharded_as_the_hub_does(tmp_path):
    tensors = {f"w{i}": torch.full((10,), float(i)) for i in range(5)}  # 40 bytes each
    assert [*sharded(tensors, 1000)] == [WEIGHTS]
    files = sharded(tensors, 80)
    names = [f"model-0000{i}-of-00003.safetensors" for i in (1, 2, 3)]
    assert [*files] == [*names, INDEX]
    index = json.loads(files[INDEX])
    assert index["metadata"] == {"total_size": 200}
    assert index["weight_map"] == {f"w{i}": names[i // 2] for i in range(5)}
    assert len(sharded(tensors, 1)) == 6  # one tensor per shard
    file = compress_model(tensors, tmp_path / "box", max_shard_bytes=80)
    assert same(decompress_tensors(file), tensors)
    folder = decompress_model(file, tmp_path / "folder")
    assert sorted(p.name for p in folder.iterdir()) == sorted(files)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    save_file({n: tensors[n] for n in ("w0", "w1")}, theirs / names[0], {"format": "pt"})
    assert (theirs / names[0]).read_bytes() == files[names[0]]


def test_shards_and_index_must_agree():
    files = sharded({f"w{i}": torch.ones(4) for i in range(3)}, 16)
    lost = {name: data for name, data in files.items() if "00002-of" not in name}
    with pytest.raises(ValueError, match=r"w1.*no shard holds"):
        joined(lost)
    with pytest.raises(ValueError, match="in another shard"):
        joined({**files, "more.safetensors": save({"w0": torch.ones(1)})})
    for index in (b"{}", b"[]", b"{", b'{"weight_map": 3}', b"\xff"):
        with pytest.raises(ValueError, match=r"index\.json: damaged"):
            joined({**files, INDEX: index})
    with pytest.raises(ValueError, match="damaged"):
        joined({WEIGHTS: b"nothing"})
    header = b'{"w":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}'  # a type that torch has not
    with pytest.raises(ValueError, match="damaged"):
        joined({WEIGHTS: len(header).to_bytes(8, "little") + header + b"\0"})


def test_nothing_is_lost_when_something_is_wrong(tmp_path, unchecked):
    file, folder = tmp_path / "box", tmp_path / "folder"
    compress_model({"w": torch.ones(3)}, file)
    before = file.read_bytes()
    with pytest.raises(FileNotFoundError, match="source: got"):
        compress_model(tmp_path / "nowhere", file)
    with pytest.raises(ValueError, match="max_shard_bytes: got 0"):
        compress_model({"w": torch.ones(3)}, file, max_shard_bytes=0)
    shared = torch.ones(3)
    with pytest.raises(ValueError, match="tensors: "):
        compress_model({"a": shared, "b": shared}, file)
    with pytest.raises(TypeError, match="tensors: got str for 'a'"):
        compress_model({"a": "no tensor"}, file)
    assert file.read_bytes() == before
    decompress_model(file, folder)
    with pytest.raises(FileExistsError, match="folder: got"):
        decompress_model(file, folder)
    (folder / "inner").mkdir()
    with pytest.raises(ValueError, match="got folders"):
        compress_model(folder, file)
    file.write_bytes(before[:-1])
    with pytest.raises(ValueError, match="container"):
        decompress_model(file, tmp_path / "new")
    with pytest.raises(ValueError, match="container"):
        decompress_tensors(file)
    with pytest.raises(FileNotFoundError):
        decompress_model(tmp_path / "no box", tmp_path / "new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["box", "folder"]


def test_a_folder_with_a_damaged_model_is_refused(tmp_path):
    (tmp_path / WEIGHTS).write_bytes(save({"w": torch.ones(30)})[:-1])
    with pytest.raises(ValueError, match="damaged"):
        compress_model(tmp_path, tmp_path.with_suffix(".box"))
