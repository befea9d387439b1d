"""Model folders: what is written is what `transformers` reads, and what is damaged is refused."""

import json
import shutil
from pathlib import Path

import jaxtyping
import pytest
import torch
import transformers
from llmbook.architecture import checkpoint
from llmbook.architecture.attention import KVCache
from llmbook.architecture.gpt import GPT, GPTConfig
from llmbook.architecture.llama import Llama, LlamaConfig
from safetensors.torch import load_file, save_file

SMALL = GPTConfig(vocab_size=50, context=16, width=12, layers=2, heads=3)


@pytest.fixture(autouse=True)
def quiet():
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a small GPT."""
    torch.manual_seed(0)
    GPT(SMALL).save_pretrained(tmp_path)
    return tmp_path


@pytest.fixture
def unchecked():
    """Shape checking off, so that our own errors are seen and not the type checker's."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def logits(model, ids=((1, 2, 3, 4),)):
    with torch.no_grad():
        return model(torch.tensor(ids))


def test_a_folder_holds_one_file_without_tied_copies(folder):
    assert sorted(p.name for p in folder.iterdir()) == ["config.json", "model.safetensors"]
    assert "lm_head.weight" not in load_file(folder / "model.safetensors")


@pytest.mark.parametrize("limit", [1, 2_000, 10_000, 10**9])
def test_shards_of_any_size_hold_the_same_model(tmp_path, folder, limit):
    model = GPT.from_pretrained(folder)
    model.save_pretrained(tmp_path / "shards", max_shard_bytes=limit)
    again = GPT.from_pretrained(tmp_path / "shards")
    theirs = transformers.GPT2LMHeadModel.from_pretrained(tmp_path / "shards").eval()
    assert torch.equal(logits(again), logits(model))
    assert torch.allclose(theirs(torch.tensor([[1, 2, 3, 4]])).logits, logits(model), atol=1e-6)
    files = sorted((tmp_path / "shards").glob("*.safetensors"))
    assert (len(files) == 1) == (limit == 10**9)
    for file in files:
        tensors = load_file(file)
        size = sum(t.numel() * t.element_size() for t in tensors.values())
        assert size <= limit or len(tensors) == 1


def test_saving_over_shards_leaves_no_stale_ones_and_no_stranger_is_touched(folder):
    (folder / "tokenizer.json").write_text("mine")
    model = GPT.from_pretrained(folder)
    model.save_pretrained(folder, max_shard_bytes=2_000)
    assert not (folder / "model.safetensors").exists()
    model.save_pretrained(folder)
    assert sorted(p.name for p in folder.iterdir()) == [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
    ]
    assert torch.equal(logits(GPT.from_pretrained(folder)), logits(model))


def test_a_save_that_fails_leaves_the_old_folder_whole(folder, monkeypatch):
    before = logits(GPT.from_pretrained(folder))

    def fails(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(checkpoint, "save_file", fails)
    with pytest.raises(OSError, match="disk full"):
        GPT(SMALL).save_pretrained(folder)
    assert sorted(p.name for p in folder.iterdir()) == ["config.json", "model.safetensors"]
    assert torch.equal(logits(GPT.from_pretrained(folder)), before)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_comes_in_as_float32_and_goes_out_as_asked(folder, tmp_path, dtype):
    model = GPT.from_pretrained(folder, dtype=dtype)
    assert {p.dtype for p in model.parameters()} == {dtype}
    model.save_pretrained(tmp_path / "half")
    config = json.loads((tmp_path / "half" / "config.json").read_text())
    assert config["dtype"] == str(dtype).removeprefix("torch.")
    again = GPT.from_pretrained(tmp_path / "half")
    assert {p.dtype for p in again.parameters()} == {torch.float32}
    assert torch.allclose(logits(again), logits(GPT.from_pretrained(folder)), atol=0.01)


def test_tied_weights_stay_tied_and_untied_apart(tmp_path):
    torch.manual_seed(0)
    for tied in (True, False):
        model = Llama(LlamaConfig(50, 16, 12, 2, 3, 3, 20, tied=tied))
        model.save_pretrained(tmp_path / str(tied))
        again = Llama.from_pretrained(tmp_path / str(tied))
        assert (again.head.weight is again.embedding.weight) == tied
        assert torch.equal(logits(again), logits(model))


def test_the_end_of_a_text_is_that_of_the_generation_config(folder):
    assert GPT.from_pretrained(folder).config.eos_ids == ()
    (folder / "generation_config.json").write_text('{"eos_token_id": [7, 8]}')
    assert GPT.from_pretrained(folder).config.eos_ids == (7, 8)
    (folder / "generation_config.json").write_text('{"do_sample": true}')
    assert GPT.from_pretrained(folder).config.eos_ids == ()
    (folder / "generation_config.json").write_text("no json")
    with pytest.raises(ValueError, match="generation_config"):
        GPT.from_pretrained(folder)


# --- what is refused -------------------------------------------------------------------------


def test_no_folder_no_config_no_weights(tmp_path, folder):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        GPT.from_pretrained(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"config\.json"):
        GPT.from_pretrained(tmp_path / "empty")
    (folder / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match=r"model\.safetensors"):
        GPT.from_pretrained(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "3"])
def test_a_config_that_is_no_object(folder, text):
    (folder / "config.json").write_text(text)
    with pytest.raises(ValueError, match=r"config\.json"):
        GPT.from_pretrained(folder)


def test_a_config_of_another_family(folder):
    with pytest.raises(ValueError, match="'gpt2'; expected 'llama' or 'qwen2' or 'qwen3'"):
        Llama.from_pretrained(folder)
    theirs = transformers.GPT2LMHeadModel(
        transformers.GPT2Config(vocab_size=9, n_embd=4, n_layer=1, n_head=1, eos_token_id=None)
    )
    with pytest.raises(ValueError, match="gpt2"):
        Llama.from_pretrained(theirs)


def test_something_that_is_no_model():
    with pytest.raises(TypeError, match="Linear"):
        GPT.from_pretrained(torch.nn.Linear(2, 2))


@pytest.mark.parametrize("keep", [0, 4, 100, -1, -1000])
def test_a_truncated_safetensors_file(folder, keep):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match="damaged"):
        GPT.from_pretrained(folder)


def test_an_index_that_is_broken_or_points_outside(folder):
    GPT.from_pretrained(folder).save_pretrained(folder, max_shard_bytes=5_000)
    index = folder / "model.safetensors.index.json"
    good = json.loads(index.read_text())
    for bad in ("", "{}", '{"weight_map": 3}'):
        index.write_text(bad)
        with pytest.raises(ValueError, match="weight_map"):
            GPT.from_pretrained(folder)
    name = next(iter(good["weight_map"]))
    for shard in ("model-9.safetensors", "../secret.safetensors"):
        index.write_text(json.dumps({"weight_map": good["weight_map"] | {name: shard}}))
        with pytest.raises(FileNotFoundError, match="not there"):
            GPT.from_pretrained(folder)
    index.write_text(
        json.dumps({"weight_map": good["weight_map"] | {"x": good["weight_map"][name]}})
    )
    with pytest.raises(ValueError, match="no shard holds"):
        GPT.from_pretrained(folder)


def test_a_pickle_is_refused_unless_allowed(folder):
    weights = load_file(folder / "model.safetensors")
    expected = logits(GPT.from_pretrained(folder))
    (folder / "model.safetensors").unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match="allow_pickle"):
        GPT.from_pretrained(folder)
    assert torch.equal(logits(GPT.from_pretrained(folder, allow_pickle=True)), expected)
    shutil.copy(folder / "pytorch_model.bin", folder / "model.safetensors")
    with pytest.raises(ValueError, match="no safetensors"):
        GPT.from_pretrained(folder, allow_pickle=True)


def test_an_evil_pickle_does_not_run(folder):
    import pickle

    class Evil:
        def __reduce__(self):
            return print, ("ran",)

    (folder / "model.safetensors").unlink()
    with (folder / "pytorch_model.bin").open("wb") as file:
        pickle.dump({"x": Evil()}, file, protocol=2)  # as torch writes it
    with pytest.raises((pickle.UnpicklingError, ValueError, RuntimeError)):
        GPT.from_pretrained(folder, allow_pickle=True)


def test_weights_that_do_not_fit_the_config(folder):
    weights = load_file(folder / "model.safetensors")
    path = folder / "model.safetensors"
    first = dict(list(weights.items())[1:])
    save_file(first, path)
    with pytest.raises(ValueError, match="missing"):
        GPT.from_pretrained(folder)
    save_file(weights | {"transformer.extra.weight": torch.zeros(2)}, path)
    with pytest.raises(ValueError, match=r"unknown \['transformer.extra.weight'\]"):
        GPT.from_pretrained(folder)
    save_file(weights | {"transformer.wte.weight": torch.zeros(49, 12)}, path)
    with pytest.raises(ValueError, match=r"embedding.weight has shape \(49, 12\)"):
        GPT.from_pretrained(folder)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_shard_size_of_nothing(folder, limit):
    with pytest.raises(ValueError, match="max_shard_bytes"):
        GPT.from_pretrained(folder).save_pretrained(folder, max_shard_bytes=limit)


@pytest.mark.parametrize("value", [0, -1, 2.0, "3", True, None])
def test_sizes_are_whole_numbers(unchecked, value):
    with pytest.raises(ValueError, match=f"layers: got {value!r}"):
        GPTConfig(layers=value)


@pytest.mark.parametrize("content", [b"", b"junk", None])
def test_a_damaged_pickle(folder, content):
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    path = folder / "pytorch_model.bin"
    torch.save(weights if content is None else [1], path)
    path.write_bytes(path.read_bytes()[:500] if content is None else content)
    with pytest.raises(ValueError, match=r"pytorch_model\.bin"):
        GPT.from_pretrained(folder, allow_pickle=True)


def test_saving_leaves_the_readers_own_files(folder):
    mine = ["model_old.safetensors", "model-ema.safetensors", "modeling.safetensors"]
    for name in mine:
        (folder / name).write_text("mine")
    GPT.from_pretrained(folder).save_pretrained(folder)
    assert all((folder / name).read_text() == "mine" for name in mine)


def test_a_loss_in_half_precision_is_the_loss():
    torch.manual_seed(0)
    model = Llama(LlamaConfig(4096, 256, 16, 1, 2, 1, 20))
    ids = torch.randint(4096, (32, 256))
    expected = model.loss(ids, ids).item()
    for dtype in (torch.bfloat16, torch.float16):
        assert model.to(dtype).loss(ids, ids).item() == pytest.approx(expected, abs=0.01)


def test_a_refused_call_leaves_the_cache_whole():
    torch.manual_seed(0)
    small, wide = (Llama(LlamaConfig(50, 16, w, 2, 3, 3, 20)) for w in (12, 18))
    ids, cache = torch.randint(50, (2, 7)), KVCache(2)
    real = torch.ones(2, 6, dtype=torch.bool)
    real[0, :2] = False
    with torch.no_grad():
        small(ids[:, :6], cache, real)
        with pytest.raises((ValueError, RuntimeError)):
            wide(ids[:, 6:], cache)
        mask = torch.cat([real, torch.ones(2, 1, dtype=torch.bool)], 1)
        assert torch.allclose(
            small(ids[:, 6:], cache)[:, 0], small(ids, mask=mask)[:, -1], atol=1e-5
        )
        for layers in (1, 3):
            with pytest.raises(ValueError, match=f"cache: got {layers} layers; expected 2"):
                small(ids, KVCache(layers))


def test_a_model_built_on_meta_runs_when_filled():
    torch.manual_seed(0)
    config = LlamaConfig(50, 16, 12, 2, 3, 3, 20)
    model = Llama(config)
    with torch.device("meta"):
        empty = Llama(config)
    empty.to_empty(device="cpu").load_state_dict(model.state_dict())
    assert torch.equal(logits(empty), logits(model))


def test_a_bare_model_of_transformers_loads(tmp_path):
    from transformers import Qwen2Config, Qwen2ForCausalLM

    shape = {"hidden_size": 12, "num_attention_heads": 3, "num_key_value_heads": 3}
    config = Qwen2Config(
        vocab_size=50, intermediate_size=20, num_hidden_layers=2, tie_word_embeddings=True, **shape
    )
    theirs = Qwen2ForCausalLM(config).eval()
    theirs.model.save_pretrained(tmp_path)
    expected = theirs(torch.tensor([[1, 2, 3, 4]])).logits
    assert torch.allclose(logits(Llama.from_pretrained(tmp_path)), expected, atol=1e-5)
