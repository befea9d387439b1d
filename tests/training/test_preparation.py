"""Preparation: the same bytes as the steps of the corpus chapter, by any number of processes."""

import gzip
import importlib.util
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.text.corpus import (
    add_typos,
    clean_text,
    exact_clusters,
    little_stories,
    load_texts,
    mask_pii,
    near_clusters,
    one_of_each,
    split_documents,
    strip_markup,
)
from llmbook.text.shards import TokenShards, write_shards
from llmbook.text.tokenizer import BPETokenizer
from llmbook.training.preparation import REPORT, Preparation, prepare, prepare_on_ray

HALVES = {"train": 0.5, "val": 0.5}
quick = settings(deadline=None, max_examples=30)


@pytest.fixture(scope="module")
def tokenizer():
    return BPETokenizer.train(little_stories(30), 320, ["<|end|>"])


@pytest.fixture(scope="module")
def texts():
    stories = little_stories(60, seed=3)
    again = [f"  {stories[7]}\r\n", stories[11].upper(), ""]
    return [*stories[:20], *again, *stories[20:], "", stories[2]]


@pytest.fixture
def files(tmp_path, texts):
    """The same documents in a folder: one per file, in JSON lines, packed, empty, hidden."""
    folder = tmp_path / "source"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text(texts[0], "utf-8")
    (folder / "b.txt").write_text("", "utf-8")
    (folder / "c.txt").write_text(" \n", "utf-8")
    rows = [json.dumps({"text": text}) for text in texts[1:40]]
    (folder / "deep" / "d.jsonl").write_text("\n".join(rows), "utf-8")
    with gzip.open(folder / "deep" / "e.txt.gz", "wt", encoding="utf-8") as file:
        file.write(texts[40])
    (folder / "f.md").write_text(texts[41], "utf-8")
    (folder / ".hidden.txt").write_text("not me", "utf-8")
    return folder


def contents(folder):
    """Every file below a folder, by name: its bytes."""
    found = [p for p in Path(folder).rglob("*") if p.is_file()]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def by_hand(texts, tokenizer, folder, ratios, near=None, end=0, shard_tokens=1 << 24):
    """The steps of the corpus chapter, one after the other, on everything at once."""
    texts = [text for text in map(clean_text, texts) if text.strip()]
    texts = one_of_each(texts, exact_clusters(texts))
    if near is not None:
        texts = one_of_each(texts, near_clusters(texts, near))
    for side, members in split_documents(texts, ratios).items():
        documents = [tokenizer.encode(texts[i]) for i in members]
        size = len(tokenizer.tokens)
        write_shards(folder / side, documents, size, end=end, shard_tokens=shard_tokens)
    return {name: data for name, data in contents(folder).items() if name != REPORT}


def without_report(folder):
    return {name: data for name, data in contents(folder).items() if name != REPORT}


def test_is_the_corpus_chapter_in_one_call(tmp_path, texts, tokenizer):
    expected = by_hand(texts, tokenizer, tmp_path / "hand", HALVES, shard_tokens=500)
    options = {"end": 0, "ratios": HALVES, "shard_tokens": 500}
    counts = prepare(texts, tokenizer, tmp_path / "made", **options)
    assert without_report(tmp_path / "made") == expected
    assert len(expected) > 6  # several shards on each side
    assert counts == json.loads((tmp_path / "made" / REPORT).read_text("utf-8"))
    assert counts["documents"] == 63  # of 65, two are empty
    assert counts["distinct"] == counts["kept"] == 60
    train = TokenShards(tmp_path / "made" / "train")
    assert len(train) == counts["sides"]["train"]["tokens"]
    ends = sum(int((tokens == 0).sum()) for tokens in train.maps)
    assert ends == counts["sides"]["train"]["documents"]


def test_near_duplicates(tmp_path, tokenizer):
    stories = little_stories(40, seed=5)
    copies = [add_typos(story, rate=0.01, seed=i) for i, story in enumerate(stories)]
    expected = by_hand(stories + copies, tokenizer, tmp_path / "hand", HALVES, near=0.7)
    counts = prepare(stories + copies, tokenizer, tmp_path / "made", end=0, ratios=HALVES, near=0.7)
    assert without_report(tmp_path / "made") == expected
    assert counts["kept"] < counts["distinct"]


def test_files_are_the_texts_in_them(tmp_path, files, tokenizer):
    one = prepare(load_texts(files), tokenizer, tmp_path / "texts", ratios=HALVES)
    two = prepare(files, tokenizer, tmp_path / "folder", ratios=HALVES)
    three = prepare([files / "a.txt", files / "deep", files / "f.md"], tokenizer,
                    tmp_path / "files", ratios=HALVES)  # fmt: skip
    assert one == two == three
    assert contents(tmp_path / "texts") == contents(tmp_path / "folder")
    assert contents(tmp_path / "texts") == contents(tmp_path / "files")


def test_processes_change_no_byte(tmp_path, files, texts, tokenizer):
    sources = [files, *texts[42:]]
    options = {"ratios": HALVES, "end": 0, "shard_tokens": 300}
    one = prepare(sources, tokenizer, tmp_path / "one", **options)
    two = prepare(sources, tokenizer, tmp_path / "two", workers=2, chunk=5, **options)
    assert one == two
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_workers_pass_errors_on(tmp_path, tokenizer):
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("A story.", "utf-8")
    bad.write_bytes(b"broken \xfa")
    with pytest.raises(UnicodeError, match=r"bad\.txt: got byte"):
        prepare([good, bad], tokenizer, tmp_path / "made", workers=2, chunk=1)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.txt", "good.txt"]


@given(st.lists(st.text(max_size=30), max_size=12), st.integers(1, 5))
@quick
def test_any_texts_any_chunk(tmp_path_factory, tokenizer, texts, chunk):
    texts = [*texts, "a text", "A  TEXT"]
    folder = tmp_path_factory.mktemp("case")
    whole = {"all": 1.0}
    counts = prepare(texts, tokenizer, folder / "made", chunk=chunk, ratios=whole, end=0)
    by_hand(texts, tokenizer, folder / "hand", whole)
    assert without_report(folder / "made") == contents(folder / "hand")
    assert counts["kept"] == counts["sides"]["all"]["documents"] <= len(texts) - 1


def test_steps_and_rules(tmp_path, tokenizer):
    texts = ["<p>Write to me@example.org now.</p>", "short", "<b>Another one of these.</b>"]
    prepare(texts, tokenizer, tmp_path / "made", ratios={"all": 1},
            steps=(strip_markup, clean_text, mask_pii, str.strip), keep=long_enough)  # fmt: skip
    read = tokenizer.decode(np.concatenate(TokenShards(tmp_path / "made" / "all").maps))
    assert read == "Write to <EMAIL> now.Another one of these."


def long_enough(text):
    return len(text) > 10


def test_reading_options(tmp_path, tokenizer):
    file = tmp_path / "two.txt"
    file.write_bytes(b"One \xff story.\n---\nAnother story.\n")
    reading = {"errors": "replace", "separator": "---"}
    counts = prepare(file, tokenizer, tmp_path / "made", ratios={"all": 1}, reading=reading)
    assert counts["documents"] == 2


@pytest.mark.parametrize(
    ("sources", "options", "error", "message"),
    [
        (["a b"], {"workers": 0}, ValueError, "workers, chunk: got 0, 64"),
        (["a b"], {"chunk": 0}, ValueError, "workers, chunk: got 1, 0"),
        (["a b"], {"ratios": {"train": 0.5}}, ValueError, "ratios: got .*sum to 1"),
        (["a b"], {"ratios": {"../x": 1}}, ValueError, "ratios: got the side '../x'"),
        (["a b"], {"near": 1.5}, ValueError, "threshold: got 1.5"),
        (["a b"], {"end": 320}, ValueError, "end: got 320; expected 0 to 319"),
        (["a b"], {"vocab_size": 3}, ValueError, "tokenizer: got ids"),
        (["a b"], {"speed": 3}, TypeError, "speed"),
        ([3], {}, TypeError, "sources"),
        (["a b"], {}, ValueError, "sources: got no token for '(train|val|test)' from 1 documents"),
        ([], {"ratios": {"all": 1}}, ValueError, "sources: got no token for 'all' from 0"),
        (Path("nowhere.txt"), {}, FileNotFoundError, "nowhere.txt"),
    ],
)
def test_bad_input_leaves_nothing(tmp_path, tokenizer, sources, options, error, message):
    with pytest.raises(error, match=message):
        prepare(sources, tokenizer, tmp_path / "made", **options)
    assert list(tmp_path.iterdir()) == []


def test_never_overwrites(tmp_path, tokenizer):
    (tmp_path / "made").mkdir()
    with pytest.raises(FileExistsError, match=r"folder: got .*which exists"):
        prepare(["a b"], tokenizer, tmp_path / "made")
    with pytest.raises(TypeError, match="tokenizer: got str; expected an object with encode"):
        prepare(["a b"], "gpt2", tmp_path / "other")


def test_without_ray_the_extra_is_named(tmp_path, tokenizer, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r"pip install 'llmbook\[ray\]'"):
        prepare_on_ray(["a b"], tokenizer, tmp_path / "made")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_side_is_allowed_when_asked_for(tmp_path, tokenizer):
    counts = prepare(["a b"], tokenizer, tmp_path / "made", ratios={"train": 1.0, "val": 0.0})
    assert counts["sides"]["val"] == {"documents": 0, "tokens": 0}
    assert sorted(p.name for p in (tmp_path / "made").iterdir()) == [REPORT, "train"]


def test_defaults_are_the_splits_of_the_corpus_chapter(tokenizer):
    texts = little_stories(50)
    sides = split_documents(texts)
    preparation = Preparation(tokenizer, 320)
    for side, members in sides.items():
        assert all(preparation.encoded(texts[i])[0] == side for i in members)


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the extra `ray`")
@pytest.mark.filterwarnings("ignore")
def test_ray_changes_no_byte(tmp_path, files, texts, tokenizer):
    import ray

    here = {} if "RAY_ADDRESS" in os.environ else {"num_cpus": 2, "include_dashboard": False}
    ray.init(**here, logging_level="ERROR", log_to_driver=False)
    try:
        sources = [files, *texts[42:], "half \ud83d a character"]
        options = {"ratios": HALVES, "end": 0, "shard_tokens": 300}
        one = prepare(sources, tokenizer, tmp_path / "one", **options)
        two = prepare_on_ray(sources, tokenizer, tmp_path / "ray", **options)
        assert one == two
        assert contents(tmp_path / "one") == contents(tmp_path / "ray")
        stories = little_stories(20, seed=5)
        stories += [add_typos(story, rate=0.01, seed=i) for i, story in enumerate(stories)]
        prepare(stories, tokenizer, tmp_path / "near", near=0.7, ratios=HALVES)
        prepare_on_ray(stories, tokenizer, tmp_path / "near ray", near=0.7, ratios=HALVES)
        assert contents(tmp_path / "near") == contents(tmp_path / "near ray")
        with pytest.raises(ValueError, match="sources: got no token"):
            prepare_on_ray(["", " "], tokenizer, tmp_path / "empty")
        (tmp_path / "bad.txt").write_bytes(b"broken \xfa")
        with pytest.raises(UnicodeError, match=r"bad\.txt: got byte"):
            prepare_on_ray(tmp_path / "bad.txt", tokenizer, tmp_path / "made")
        assert not list(tmp_path.glob("made*")) + list(tmp_path.glob("empty*"))
    finally:
        ray.shutdown()
