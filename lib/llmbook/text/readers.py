"""Where text comes from: the reader's own files, the installed packages, a streamed data set.

Plumbing of the chapter `corpus` (notebooks/text/corpus.ipynb), which uses it and teaches what
comes after. Everything here is a generator, one document at a time, so that a corpus larger than
memory passes through. Left out: PDF, HTML pages and office files (convert them to text first).
"""

import ast
import codecs
import gzip
import hashlib
import importlib.util
import inspect
import io
import json
import os
import warnings
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "matplotlib", "torch", "transformers")  # pinned in requirements.txt
SUFFIXES = (
    *(".txt", ".md", ".rst", ".tex", ".csv", ".html", ".xml", ".json", ".toml", ".yaml", ".yml"),
    *(".py", ".js", ".ts", ".c", ".h", ".cpp", ".hpp", ".cu", ".rs", ".go", ".java", ".sh", ".sql"),
    *(".jsonl", ".ndjson"),
)
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def load_texts(
    path: str | os.PathLike,
    *,
    errors: str = "strict",
    encoding: str = "utf-8",
    field: str = "text",
    separator: str | None = None,
    suffixes: Iterable[str] = SUFFIXES,
) -> Iterator[str]:
    """Yield the documents of a file or of a folder, one at a time, in a fixed order.

    A folder is read recursively in sorted order: files whose name ends in one of `suffixes` (with
    `.gz` or `.zst` behind it or not); hidden names are passed over. A `.jsonl` file holds one
    document per line, in `field`; any other file is one document, or several with lines equal to
    `separator` between them. Documents without a visible character are dropped.

    `errors` says what to do with bytes that are not text in `encoding`, with binary files and with
    lone surrogates: "strict" raises UnicodeError with the file and the offset, "replace" puts
    U+FFFD in their place, "skip" drops that document.

    Raises FileNotFoundError, PermissionError, ValueError (no documents, corrupt or truncated
    compressed file, bad JSON line, unknown option) and ModuleNotFoundError (`.zst` without
    `zstandard`).
    """
    if errors not in ("strict", "replace", "skip"):
        raise ValueError(f"errors: got {errors!r}; expected 'strict', 'replace' or 'skip'")
    if separator is not None and not isinstance(separator, str):
        raise TypeError(f"separator: got {type(separator).__name__}; expected str or None")
    codecs.lookup(encoding)  # LookupError now, not at the first document
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"path: got {str(path)!r}; expected an existing file or folder")
    files = _files(path, tuple(suffixes)) if path.is_dir() else [path]
    if not files:
        raise ValueError(f"path: got {str(path)!r}, a folder without text files; expected some")
    return _documents(path, files, errors, encoding, field, separator)


def stream_dataset(
    name: str,
    *,
    split: str = "train",
    field: str = "text",
    limit: int | None = None,
    sha256: str | None = None,
    **options: Any,
) -> Iterator[str]:
    """Yield the texts of a Hugging Face data set as they arrive, without storing it.

    Needs a network and the optional extra `stream`. `options` go to `datasets.load_dataset`; pass
    `revision` (a commit) to pin the data. With `sha256`, the digest of the texts that were read is
    compared at the end and ValueError raised when they are not the ones you pinned.
    """
    try:
        import datasets
    except ModuleNotFoundError as missing:
        hint = "stream_dataset: needs the optional extra: pip install 'llmbook[stream]'"
        raise ModuleNotFoundError(hint, name="datasets") from missing
    rows = datasets.load_dataset(name, split=split, streaming=True, **options)
    return _fields(name, islice(rows, limit), field, sha256)


def installed_docstrings(
    packages: Iterable[str] = PACKAGES, limit: int | None = None, shortest: int = 100
) -> list[str]:
    """The documentation strings of installed packages: English written by people for people.

    Read from the source files with `ast`, nothing is imported. Packages take turns, each in sorted
    order of its files, so any `limit` (in documents) gives a mix. Docstrings of fewer than
    `shortest` characters are left out. What comes back changes with the installed versions.
    """
    streams = [_docstrings(texts, shortest) for texts in _sources(packages)]
    return list(islice(_take_turns(streams), limit))


def installed_code(packages: Iterable[str] = PACKAGES, limit: int | None = None) -> list[str]:
    """The Python source files of installed packages, in the order of `installed_docstrings`."""
    return list(islice(_take_turns(_sources(packages)), limit))


def _files(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """Text files below `folder`, sorted by path; hidden files and folders are passed over."""
    wanted = tuple(s + packed for s in suffixes for packed in ("", ".gz", ".zst"))
    found = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        found += [Path(root) / n for n in names if n.endswith(wanted) and not n.startswith(".")]
    found = [p for p in found if p.is_file() or not p.exists()]  # no pipes; a dead link is an error
    return sorted(found, key=lambda p: p.relative_to(folder).as_posix())


def _documents(
    path: Path, files: list[Path], errors: str, encoding: str, field: str, separator: str | None
) -> Iterator[str]:
    count = 0
    for file in files:
        lines = file.name.removesuffix(".gz").removesuffix(".zst").endswith((".jsonl", ".ndjson"))
        split = "\n" if lines else separator
        for number, offset, raw in _records(file, split, encoding):
            text = _decoded(raw, f"{file}", offset, errors, encoding)
            if lines and text is not None and text.strip():
                text = _json_field(text, f"{file}, line {number}", field)
                text = _without_surrogates(text, f"{file}, line {number}", errors)
            if text is not None and text.strip():
                count += 1
                yield text
    if not count:
        raise ValueError(f"path: got {str(path)!r}, which holds no text; expected a document")


def _records(file: Path, separator: str | None, encoding: str) -> Iterator[tuple[int, int, bytes]]:
    """(number, offset in bytes, bytes) of each document: the file, its lines, or its pieces."""
    try:
        with _opened(file) as stream:
            if separator is None:
                yield 1, 0, stream.read()
                return
            number, start, held, end = 1, 0, [], 0
            divider = separator.encode(encoding)
            for line in stream:
                if separator == "\n" or line.strip() == divider.strip():
                    yield number, start, b"".join([*held, line] if separator == "\n" else held)
                    number, start, held = number + 1, end + len(line), []
                else:
                    held.append(line)
                end += len(line)
            yield number, start, b"".join(held)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{file}: got a truncated or corrupt file ({error})") from error
    except PermissionError as error:
        raise PermissionError(f"{file}: cannot be read; expected a readable file") from error


def _opened(file: Path) -> io.BufferedIOBase:
    if file.suffix == ".gz":
        return gzip.open(file, "rb")
    if file.suffix == ".zst":
        return io.BufferedReader(_ZstdStream(file), 1 << 20)
    return open(file, "rb")


class _ZstdStream(io.RawIOBase):
    """A decompressed `.zst` file that says so when it ends in the middle of a frame."""

    def __init__(self, file: Path):
        try:
            import zstandard
        except ModuleNotFoundError as missing:
            hint = f"{file}: needs the optional extra: pip install 'llmbook[zstd]'"
            raise ModuleNotFoundError(hint, name="zstandard") from missing
        self._new = zstandard.ZstdDecompressor().decompressobj
        self._error = zstandard.ZstdError
        self._frame, self._ready = self._new(), b""
        self._file = open(file, "rb")  # noqa: SIM115 - closed in close()

    def readable(self) -> bool:
        """Yes: the one thing that this stream does."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with decompressed bytes; 0 at the end."""
        while not self._ready:
            raw = self._frame.unused_data if self._frame.eof else b""
            raw = raw or self._file.read(1 << 16)
            if not raw and self._frame.eof:
                return 0
            if not raw:
                raise EOFError("the last zstd frame is not complete")
            if self._frame.eof:  # a file may hold several frames
                self._frame = self._new()
            try:
                self._ready = self._frame.decompress(raw)
            except self._error as error:
                raise EOFError(str(error)) from error
        taken = self._ready[: len(buffer)]
        buffer[: len(taken)] = taken
        self._ready = self._ready[len(taken) :]
        return len(taken)

    def close(self) -> None:
        """Close the file below too."""
        if not self.closed:
            self._file.close()
        super().close()


def _decoded(raw: bytes, name: str, offset: int, errors: str, encoding: str) -> str | None:
    """Text of `raw`, or None when it is to be skipped."""
    for mark, marked in BYTE_ORDER_MARKS.items():
        if offset == 0 and raw.startswith(mark) and encoding == "utf-8":
            encoding = marked
    try:
        text = raw.decode(encoding)
        zero = text.find("\0")
        if zero >= 0:
            at = offset + len(text[:zero].encode(encoding))
            raise UnicodeError(f"{name}: got a zero byte at offset {at}: a binary file?")
        return text
    except UnicodeDecodeError as error:
        byte, at = error.object[error.start], offset + error.start
        problem = f"{name}: got byte 0x{byte:02x} at offset {at}, which is not {encoding}"
    except UnicodeError as error:
        problem = str(error)
    if errors == "strict":
        raise UnicodeError(f"{problem}; expected {encoding} text (or errors='replace' or 'skip')")
    return raw.decode(encoding, "replace").replace("\0", "\ufffd") if errors == "replace" else None


def _json_field(line: str, where: str, field: str) -> str:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:  # RecursionError: lists in lists in lists ...
        raise ValueError(f"{where}: got {line[:40]!r}; expected JSON ({error})") from error
    if not isinstance(row, dict) or field not in row:
        got = sorted(row) if isinstance(row, dict) else type(row).__name__
        raise ValueError(f"{where}: got {got}; expected an object with the field {field!r}")
    if not isinstance(row[field], str):
        kind = type(row[field]).__name__
        raise TypeError(f"{where}: got {kind} in the field {field!r}; expected a string")
    return row[field]


def _without_surrogates(text: str, where: str, errors: str) -> str | None:
    r"""JSON can write half a character (`"\ud83d"`), which no encoding can store."""
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError as error:
        if errors == "strict":
            got = f"a lone surrogate {text[error.start]!a} at character {error.start}"
            hint = "expected whole characters (or errors='replace' or 'skip')"
            raise UnicodeError(f"{where}: got {got}; {hint}") from error
    if errors == "skip":
        return None
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _fields(name: str, rows: Iterable[Any], field: str, sha256: str | None) -> Iterator[str]:
    digest = hashlib.sha256()
    for row in rows:
        if field not in row:
            raise ValueError(f"{name}: got the fields {sorted(row)}; expected {field!r}")
        digest.update(row[field].encode("utf-8") + b"\0")
        yield row[field]
    if sha256 is not None and digest.hexdigest() != sha256:
        raise ValueError(f"{name}: got texts of sha256 {digest.hexdigest()}; expected {sha256}")


def _sources(packages: Iterable[str]) -> list[Iterator[str]]:
    """For each package, the text of its Python files in sorted order."""
    if isinstance(packages, str):
        raise TypeError(f"packages: got the string {packages!r}; expected a sequence of names")
    streams = []
    for name in packages:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise ModuleNotFoundError(f"packages: got {name!r}; expected an installed package")
        folder = Path(next(iter(spec.submodule_search_locations)))
        texts = (file.read_text("utf-8", "replace") for file in _files(folder, (".py",)))
        streams.append(text for text in texts if text.strip())
    return streams


def _docstrings(sources: Iterable[str], shortest: int) -> Iterator[str]:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for text in sources:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # other people's invalid escapes
                nodes: list[ast.AST] = [ast.parse(text)]
        except (SyntaxError, ValueError):
            continue  # a template, or a file for another Python
        while nodes:
            node = nodes.pop()
            nodes += [n for n in reversed(node.body) if isinstance(n, documented)]
            raw = ast.get_docstring(node, clean=False)
            if raw and len(raw) >= shortest:
                yield inspect.cleandoc(raw)


def _take_turns(streams: list[Iterator[str]]) -> Iterator[str]:
    while streams:
        for stream in list(streams):
            document = next(stream, None)
            if document is None:
                streams.remove(stream)
            else:
                yield document
