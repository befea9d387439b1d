"""Files good and bad, installed packages, and a streamed data set played by a fake module."""

import gzip
import hashlib
import json
import os
import sys
import types

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.text.corpus import installed_code, installed_docstrings, load_texts, stream_dataset


def write(path, data: bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


class TestFiles:
    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=50))
    @settings(deadline=None)
    def test_any_text_comes_back(self, tmp_path_factory, text):
        path = write(tmp_path_factory.mktemp("one") / "a.txt", text.encode())
        if text.strip() and not text.startswith("\ufeff"):
            assert list(load_texts(path)) == [text]

    def test_a_folder_in_sorted_order_with_every_kind_of_file(self, tmp_path):
        write(tmp_path / "b.md", b"three")
        write(tmp_path / "a" / "z.py", b"one")
        write(tmp_path / "a.txt.gz", gzip.compress(b"two"))
        write(tmp_path / "c.jsonl", b'{"text": "four"}\n\n{"text": "five", "id": 2}\r\n')
        write(tmp_path / "d.jsonl.zst", zstandard.compress(b'{"text": "six"}'))
        write(tmp_path / "picture.png", b"\x89PNG\0")
        write(tmp_path / ".git" / "config.txt", b"hidden")
        write(tmp_path / ".hidden.txt", b"hidden")
        write(tmp_path / "empty.txt", b" \n")
        assert list(load_texts(tmp_path)) == ["two", "one", "three", "four", "five", "six"]
        assert list(load_texts(str(tmp_path), suffixes=[".md"])) == ["three"]

    def test_any_name_is_read_when_it_is_given(self, tmp_path):
        assert list(load_texts(write(tmp_path / "README", b"a"))) == ["a"]

    def test_separator(self, tmp_path):
        path = write(tmp_path / "a.txt", b"one\nmore\n<|end|>\ntwo\n<|end|>\n")
        assert list(load_texts(path, separator="<|end|>")) == ["one\nmore\n", "two\n"]

    def test_other_field_and_encoding(self, tmp_path):
        path = write(tmp_path / "a.jsonl", json.dumps({"body": "caf\u00e9"}).encode())
        assert list(load_texts(path, field="body")) == ["caf\u00e9"]
        path = write(tmp_path / "b.txt", "\u4e2d\u6587".encode("gbk"))
        assert list(load_texts(path, encoding="gbk")) == ["\u4e2d\u6587"]

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_byte_order_mark(self, tmp_path, encoding):
        path = write(tmp_path / "a.txt", "h\u00e9".encode(encoding))
        assert list(load_texts(path)) == ["h\u00e9"]

    def test_zst_of_several_frames_and_more_than_a_buffer(self, tmp_path):
        text = "".join(f"line {i}\n" for i in range(200_000))
        half = len(text) // 2
        frames = [zstandard.compress(t.encode()) for t in (text[:half], text[half:])]
        assert list(load_texts(write(tmp_path / "a.txt.zst", b"".join(frames)))) == [text]

    def test_streams_one_document_at_a_time(self, tmp_path):
        good = b'{"text": "fine"}\n' * 1000
        texts = load_texts(write(tmp_path / "a.jsonl", good + b"broken"))
        assert [next(texts) for _ in range(1000)] == ["fine"] * 1000
        with pytest.raises(ValueError, match="line 1001"):
            next(texts)


class TestBadFiles:
    def test_missing(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"path: got .*nowhere'; expected an existing"):
            load_texts(tmp_path / "nowhere")

    def test_empty_folder_and_empty_file(self, tmp_path):
        with pytest.raises(ValueError, match="a folder without text files"):
            load_texts(tmp_path)
        write(tmp_path / "a.txt", b"")
        with pytest.raises(ValueError, match="holds no text; expected a document"):
            list(load_texts(tmp_path))

    def test_unreadable(self, tmp_path, monkeypatch):
        path = write(tmp_path / "a.txt", b"secret")

        def refuse(*_):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("llmbook.text.readers.open", refuse, raising=False)
        with pytest.raises(PermissionError, match=r"a\.txt: cannot be read"):
            list(load_texts(path))

    def test_binary(self, tmp_path):
        path = write(tmp_path / "a.txt", b"caf\xc3\xa9\0\x01")
        with pytest.raises(UnicodeError, match=r"a\.txt: got a zero byte at offset 5"):
            list(load_texts(path))
        assert list(load_texts(path, errors="replace")) == ["caf\u00e9\ufffd\x01"]
        with pytest.raises(ValueError, match="holds no text"):
            list(load_texts(path, errors="skip"))

    def test_mixed_encodings(self, tmp_path):
        write(tmp_path / "a.txt", "caf\u00e9 ".encode() + "caf\u00e9".encode("latin-1"))
        write(tmp_path / "b.txt", b"good")
        with pytest.raises(UnicodeError, match=r"a\.txt: got byte 0xe9 at offset 9, .* not utf-8"):
            list(load_texts(tmp_path))
        assert list(load_texts(tmp_path, errors="skip")) == ["good"]
        assert list(load_texts(tmp_path, errors="replace")) == ["caf\u00e9 caf\ufffd", "good"]

    def test_offset_counts_from_the_start_of_the_file(self, tmp_path):
        path = write(tmp_path / "a.jsonl", b'{"text": "a"}\n{"text": "\xff"}\n{"text": "b"}')
        with pytest.raises(UnicodeError, match="offset 24"):
            list(load_texts(path))
        assert list(load_texts(path, errors="skip")) == ["a", "b"]

    @pytest.mark.parametrize(
        "pack", [gzip.compress, zstandard.ZstdCompressor(write_checksum=True).compress]
    )
    @pytest.mark.parametrize("damage", ["cut", "garbage"])
    def test_truncated_and_corrupt(self, tmp_path, pack, damage):
        packed = pack(b"".join(b"%d " % (i * i) for i in range(5000)))
        packed = packed[:-20] if damage == "cut" else packed[:30] + b"\xff" * 60 + packed[90:]
        name = "a.txt.gz" if pack is gzip.compress else "a.txt.zst"
        with pytest.raises(ValueError, match=r"a\.txt\..*: got a truncated or corrupt file"):
            list(load_texts(write(tmp_path / name, packed)))

    def test_not_compressed_at_all(self, tmp_path):
        with pytest.raises(ValueError, match="truncated or corrupt"):
            list(load_texts(write(tmp_path / "a.txt.gz", b"plain")))

    @pytest.mark.parametrize(
        ("line", "error", "message"),
        [
            (b"{broken", ValueError, r"a\.jsonl, line 2: got '{broken'; expected JSON"),
            (b'{"body": "x"}', ValueError, r"line 2: got \['body'\]; expected .* field 'text'"),
            (b"[1, 2]", ValueError, r"line 2: got list"),
            (b'{"text": 5}', TypeError, r"line 2: got int in the field 'text'"),
            (b'{"text": "\\ud83d"}', UnicodeError, r"line 2: got a lone surrogate '\\ud83d'"),
        ],
    )
    def test_bad_line(self, tmp_path, line, error, message):
        path = write(tmp_path / "a.jsonl", b'{"text": "x"}\n' + line)
        with pytest.raises(error, match=message):
            list(load_texts(path))

    def test_lone_surrogates_are_replaced_or_skipped(self, tmp_path):
        path = write(tmp_path / "a.jsonl", b'{"text": "a\\ud83db"}\n{"text": "\\ud83d\\ude00"}')
        assert list(load_texts(path, errors="replace")) == ["a\ufffdb", "\U0001f600"]
        assert list(load_texts(path, errors="skip")) == ["\U0001f600"]

    def test_options(self, tmp_path):
        with pytest.raises(ValueError, match="errors: got 'ignore'; expected 'strict'"):
            load_texts(tmp_path, errors="ignore")
        with pytest.raises(LookupError, match="klingon"):
            load_texts(tmp_path, encoding="klingon")
        with pytest.raises(TypeError):
            load_texts(5)

    def test_zst_without_zstandard(self, tmp_path, monkeypatch):
        path = write(tmp_path / "a.txt.zst", zstandard.compress(b"x"))
        monkeypatch.setitem(sys.modules, "zstandard", None)
        with pytest.raises(ModuleNotFoundError, match=r"pip install 'llmbook\[zstd\]'"):
            list(load_texts(path))


class TestPackages:
    def test_docstrings_take_turns_and_are_long_enough(self):
        texts = installed_docstrings(limit=40)
        assert len(texts) == 40
        assert min(map(len, texts)) >= 50
        assert texts[:20] == installed_docstrings(limit=20)

    def test_docstrings_are_those_that_python_shows(self):
        import inspect

        import numpy

        assert inspect.cleandoc(numpy.__doc__) in installed_docstrings(["numpy"], limit=300)

    def test_code(self):
        texts = installed_code(["numpy", "matplotlib"], limit=6)
        assert len(texts) == 6
        assert all("import" in text or "=" in text for text in texts)

    def test_an_unparsable_file_is_passed_over(self, tmp_path, monkeypatch):
        write(tmp_path / "oddpackage" / "__init__.py", b'"""' + b"words " * 30 + b'"""')
        write(tmp_path / "oddpackage" / "bad.py", b'print "two"\n\xff')
        write(tmp_path / "oddpackage" / "c.py", b'def f():\n    """' + b"more " * 30 + b'"""')
        monkeypatch.syspath_prepend(str(tmp_path))
        assert [t[:4] for t in installed_docstrings(["oddpackage"])] == ["word", "more"]
        assert len(installed_code(["oddpackage"])) == 3

    @pytest.mark.parametrize("function", [installed_docstrings, installed_code])
    def test_bad_packages(self, function):
        with pytest.raises(ModuleNotFoundError, match="packages: got 'nosuchpackage'"):
            function(["nosuchpackage"])
        with pytest.raises(TypeError, match="packages: got the string 'numpy'"):
            function("numpy")


@pytest.fixture
def fake_datasets(monkeypatch):
    """A `datasets` module with one endless data set; the list of calls made to it."""
    calls = []

    def load_dataset(name, **options):
        calls.append((name, options))
        return ({"text": f"document {i}", "id": i} for i in iter(int, 1))

    monkeypatch.setitem(sys.modules, "datasets", types.SimpleNamespace(load_dataset=load_dataset))
    return calls


class TestStream:
    def test_streams_and_passes_options_on(self, fake_datasets):
        texts = list(stream_dataset("some/name", split="val", limit=2, revision="abc"))
        assert texts == ["document 0"] * 2
        options = {"split": "val", "streaming": True, "revision": "abc"}
        assert fake_datasets == [("some/name", options)]

    def test_checksum(self, fake_datasets):
        good = hashlib.sha256(b"document 0\0document 0\0").hexdigest()
        assert len(list(stream_dataset("name", limit=2, sha256=good))) == 2
        with pytest.raises(ValueError, match="name: got texts of sha256"):
            list(stream_dataset("name", limit=1, sha256=good))

    def test_missing_field(self, fake_datasets):
        with pytest.raises(ValueError, match=r"got the fields \['id', 'text'\]; expected 'body'"):
            list(stream_dataset("name", field="body"))

    def test_without_datasets(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "datasets", None)
        with pytest.raises(ModuleNotFoundError, match=r"pip install 'llmbook\[stream\]'"):
            stream_dataset("name")


class TestAdversary:
    @pytest.mark.parametrize("value", ["[" * 100_000 + "]" * 100_000, "9" * 5000])
    def test_json_that_python_will_not_read(self, tmp_path, value):
        path = tmp_path / "a.jsonl"
        path.write_text('{"text": "a", "n": ' + value + "}\n")
        with pytest.raises(ValueError, match=r"line 1: got .*; expected JSON"):
            list(load_texts(path))

    def test_a_pipe_in_a_folder_is_passed_over(self, tmp_path):
        os.mkfifo(tmp_path / "pipe.txt")
        (tmp_path / "a.txt").write_text("a")
        assert list(load_texts(tmp_path)) == ["a"]

    def test_a_dead_link_in_a_folder_is_an_error(self, tmp_path):
        (tmp_path / "dead.txt").symlink_to(tmp_path / "nowhere")
        with pytest.raises(FileNotFoundError, match=r"dead\.txt"):
            list(load_texts(tmp_path))

    @pytest.mark.parametrize("separator", [5, b"---"])
    def test_a_separator_is_a_string(self, tmp_path, separator):
        (tmp_path / "a.txt").write_text("a")
        with pytest.raises(TypeError, match=r"separator: got .*; expected str|Type-check"):
            load_texts(tmp_path, separator=separator)
