"""Token shards: what is written is what is read; what was damaged is refused."""

import json
from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.text.corpus import TokenShards, write_shards
from llmbook.text.shards import _whole


@pytest.fixture
def shards(tmp_path):
    documents = [list(range(i, i + 50)) for i in range(0, 1000, 50)]
    return write_shards(tmp_path / "shards", documents, 1000, shard_tokens=300)


class TestRoundTrip:
    @given(
        st.lists(st.lists(st.integers(0, 99), max_size=20), min_size=1, max_size=20),
        st.integers(1, 40),
        st.sampled_from([None, 7]),
    )
    @settings(deadline=None)
    def test_every_token_in_order(self, tmp_path_factory, documents, size, end):
        ids = [i for d in documents for i in [*d, *([] if end is None else [end])]]
        folder = tmp_path_factory.mktemp("case") / "shards"
        if not ids:
            with pytest.raises(ValueError, match="documents: got no token at all"):
                write_shards(folder, documents, 100, end=end, shard_tokens=size)
            assert list(folder.parent.iterdir()) == []
            return
        write_shards(folder, iter(documents), 100, end=end, shard_tokens=size)
        read = TokenShards(folder)
        assert np.concatenate(read.maps).tolist() == ids
        assert len(read) == len(ids)
        assert all(len(tokens) == size for tokens in read.maps[:-1])

    @pytest.mark.parametrize(
        ("vocab", "dtype"), [(1, "<u2"), (65536, "<u2"), (65537, "<u4"), (1 << 32, "<u4")]
    )
    def test_bytes_per_id(self, tmp_path, vocab, dtype):
        folder = write_shards(tmp_path / "s", [[vocab - 1]], vocab)
        read = TokenShards(folder)
        assert read.maps[0].dtype == dtype
        assert int(read.maps[0][0]) == vocab - 1
        assert read.vocab_size == vocab

    def test_takes_tensors_and_arrays(self, tmp_path):
        folder = write_shards(tmp_path / "s", [torch.arange(3), np.arange(3, dtype=np.uint8)], 5)
        assert TokenShards(folder).maps[0].tolist() == [0, 1, 2, 0, 1, 2]


class TestBatches:
    def test_targets_are_the_inputs_one_ahead(self, shards):
        for inputs, targets in islice(TokenShards(shards).batches(4, 8, seed=1), 20):
            assert inputs.shape == targets.shape == (4, 8)
            assert inputs.dtype == torch.int64
            assert torch.equal(targets, inputs + 1)  # the fixture counts upwards

    def test_seed_decides(self, shards):
        first = [next(TokenShards(shards).batches(4, 8, seed=s))[0] for s in (1, 1, 2)]
        assert torch.equal(first[0], first[1])
        assert not torch.equal(first[0], first[2])

    def test_every_window_equally_likely_and_none_crosses(self, tmp_path):
        folder = write_shards(tmp_path / "s", [range(10)], 10, shard_tokens=5)
        batch = next(TokenShards(folder).batches(12_000, 3, seed=0))[0]
        starts, counts = np.unique(batch[:, 0].numpy(), return_counts=True)
        assert starts.tolist() == [0, 1, 5, 6]
        assert abs(counts - 3000).max() < 4 * (12_000 * 0.25 * 0.75) ** 0.5

    def test_longest_window(self, shards):
        read = TokenShards(shards)
        assert next(read.batches(1, 299))[0].shape == (1, 299)
        with pytest.raises(ValueError, match="length: got 300; expected at most 299"):
            read.batches(1, 300)

    @pytest.mark.parametrize("bad", [(0, 8), (4, 0), (-1, 8)])
    def test_bad_sizes(self, shards, bad):
        with pytest.raises(ValueError, match="batch_size, length: got"):
            TokenShards(shards).batches(*bad)


class TestWritingFails:
    @pytest.mark.parametrize(
        ("documents", "error", "message"),
        [
            ([[1], [2, 10]], ValueError, "got id 10 in document 1; expected 0 to 9"),
            ([[-1]], ValueError, "got id -1 in document 0"),
            ([[0.5]], TypeError, "got float64 of shape"),
            ([["a"]], TypeError, "expected integer ids"),
            ([[[1, 2]]], TypeError, r"shape \(1, 2\)"),
            ([], ValueError, "no token at all"),
            ([[]], ValueError, "no token at all"),
        ],
    )
    def test_leaves_nothing_behind(self, tmp_path, documents, error, message):
        with pytest.raises(error, match=message):
            write_shards(tmp_path / "s", iter(documents), 10, shard_tokens=1)
        assert list(tmp_path.iterdir()) == []

    def test_an_interrupt_leaves_nothing_behind(self, tmp_path):
        def documents():
            yield [1, 2, 3]
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_shards(tmp_path / "s", documents(), 10, shard_tokens=1)
        assert list(tmp_path.iterdir()) == []

    def test_existing_folder_is_kept(self, shards):
        before = (shards / "shards.json").read_bytes()
        with pytest.raises(FileExistsError, match="which exists; expected a new name"):
            write_shards(shards, [[1]], 10)
        assert (shards / "shards.json").read_bytes() == before

    @pytest.mark.parametrize("options", [(0, 5), ((1 << 32) + 1, 5), (10, 0)])
    def test_bad_sizes(self, tmp_path, options):
        with pytest.raises(ValueError, match="vocab_size, shard_tokens: got"):
            write_shards(tmp_path / "s", [[1]], options[0], shard_tokens=options[1])

    def test_end_outside_the_vocabulary(self, tmp_path):
        with pytest.raises(ValueError, match="got id 10 in document 0"):
            write_shards(tmp_path / "s", [[1]], 10, end=10)


class TestDamaged:
    def test_missing_folder_header_and_shard(self, shards, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"nowhere.* without shards\.json"):
            TokenShards(tmp_path / "nowhere")
        (shards / "shard-00001.bin").unlink()
        with pytest.raises(FileNotFoundError, match=r"shard-00001\.bin: is missing; expected 300"):
            TokenShards(shards)

    def test_truncated(self, shards):
        path = shards / "shard-00001.bin"
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(ValueError, match="got 599 bytes; expected 600: truncated"):
            TokenShards(shards, verify=False)

    def test_edited(self, shards):
        path = shards / "shard-00002.bin"
        path.write_bytes(b"\x07" + path.read_bytes()[1:])
        with pytest.raises(ValueError, match=r"shard-00002\.bin: got sha256 .* it was edited"):
            TokenShards(shards)
        assert len(TokenShards(shards, verify=False)) == 1000

    @pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "other"}'])
    def test_header_that_is_none(self, shards, text):
        (shards / "shards.json").write_text(text)
        with pytest.raises(ValueError, match=r"shards\.json: got a"):
            TokenShards(shards)

    @pytest.mark.parametrize(
        "change",
        [
            {"dtype": "<f4"},
            {"vocab_size": 0},
            {"vocab_size": "many"},
            {"format": "?"},
            {"shards": []},
            {"shards": [{}]},
            {"shards": 5},
        ],
    )
    def test_edited_header(self, shards, change):
        header = json.loads((shards / "shards.json").read_text()) | change
        (shards / "shards.json").write_text(json.dumps(header))
        with pytest.raises(ValueError, match=r"shards\.json: got a"):
            TokenShards(shards)

    def test_wrong_types(self):
        with pytest.raises(TypeError):
            TokenShards(5)


class TestAdversary:
    @pytest.mark.parametrize("name", ["vocab_size", "shard_tokens", "end"])
    @pytest.mark.parametrize("bad", [1.5, "5", True])
    def test_numbers_are_whole(self, tmp_path, name, bad):
        options = {"vocab_size": 10} | {name: bad}
        with pytest.raises(TypeError, match=rf"{name}: got .*; expected an integer|Type-check"):
            write_shards(tmp_path / "s", [[1]], **options)
        assert not list(tmp_path.iterdir())

    def test_numbers_may_be_of_numpy(self):
        assert type(_whole("n", np.int64(10))) is int

    @pytest.mark.parametrize("documents", [[[[1], [1, 2]]], [[1], [[[1]]]]])
    def test_nested_documents(self, tmp_path, documents):
        with pytest.raises(TypeError, match=r"in document \d; expected integer ids|Type-check"):
            write_shards(tmp_path / "s", documents, 10)

    def test_an_id_above_what_64_bits_hold(self, tmp_path):
        with pytest.raises(ValueError, match="got id 9223372036854775813 in document 0"):
            write_shards(tmp_path / "s", [np.array([2**63 + 5], np.uint64)], 10)

    @pytest.mark.parametrize("bad", [1.5, "5", None])
    def test_batches_of_whole_numbers(self, shards, bad):
        with pytest.raises(TypeError, match=r"length: got .*; expected an integer|Type-check"):
            TokenShards(shards).batches(2, bad)

    def test_a_header_with_too_small_a_vocabulary(self, shards):
        path = shards / "shards.json"
        header = json.loads(path.read_text())
        largest = max(int(tokens.max()) for tokens in TokenShards(shards).maps)
        path.write_text(json.dumps(header | {"vocab_size": largest}))
        with pytest.raises(ValueError, match=rf"got vocab_size {largest} and id {largest} in"):
            TokenShards(shards)

    @pytest.mark.parametrize("entry", [{"file": 5}, {"tokens": "5"}, {"tokens": 0}, {"sha256": 5}])
    def test_a_header_with_odd_entries(self, shards, entry):
        path = shards / "shards.json"
        header = json.loads(path.read_text())
        header["shards"][0] |= entry
        path.write_text(json.dumps(header))
        with pytest.raises(ValueError, match=r"shards\.json: got a"):
            TokenShards(shards)

    @pytest.mark.parametrize("text", ["[" * 100_000, '{"format": 1e400}'])
    def test_a_header_that_is_very_deep_or_infinite(self, shards, text):
        (shards / "shards.json").write_text(text)
        with pytest.raises(ValueError, match=r"shards\.json: got a"):
            TokenShards(shards)

    def test_two_writers_do_not_disturb_each_other(self, tmp_path):
        def documents():
            yield [1, 2]
            write_shards(tmp_path / "other", [[3]], 10)
            yield [4]

        (tmp_path / "s.part").mkdir()  # of somebody else
        write_shards(tmp_path / "s", documents(), 10, shard_tokens=1)
        assert len(TokenShards(tmp_path / "s")) == 3
        assert (tmp_path / "s.part").is_dir()
