"""Files of tokenizers, the `tokenizer.json` of Hugging Face `tokenizers`, checks of arguments.

Plumbing of the chapter notebooks/text/tokenizer.ipynb: nothing here decides how a text is cut into
tokens, except where somebody else's `tokenizer.json` asks for more than a split pattern. What such
a file may ask for: NFC, NFD, NFKC, NFKD; Split, Digits and ByteLevel pre-tokenizers; added tokens;
`ignore_merges`. Anything else (SentencePiece's byte fallback, Metaspace, Lowercase, dropout, ...)
is refused by name. Post-processors (which add marks around a text), padding and truncation are
left to the caller: `encode` gives what `tokenizers` gives with `add_special_tokens=False`.
"""

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Callable, Collection, Hashable, Iterable
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING, Any, SupportsInt, TypeVar

import regex

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# --- bytes in print ------------------------------------------------------------------------

# GPT-2's printable alphabet: a byte is itself where it can be read, else one of U+0100 and up.
_PRINTED = [*range(ord("!"), 127), *range(161, 173), *range(174, 256)]
_HIDDEN = [byte for byte in range(256) if byte not in _PRINTED]
STAND_INS = {b: chr(b) for b in _PRINTED} | {b: chr(256 + n) for n, b in enumerate(_HIDDEN)}
BYTE_OF = {character: byte for byte, character in STAND_INS.items()}


def spell(data: bytes) -> str:
    """Bytes in GPT-2's printable alphabet: `spell(b" the")` is `"Ġthe"`."""
    return "".join(map(STAND_INS.__getitem__, data))


def unspell(token: str) -> bytes:
    """The bytes that a printable token stands for; a token of other characters is its own UTF-8."""
    try:
        return bytes(map(BYTE_OF.__getitem__, token))
    except KeyError:
        return token.encode()


# --- split patterns ------------------------------------------------------------------------

# Characters that Unicode 17 and 18 added. `tokenizers` and `tiktoken` know Unicode 16, the package
# `regex` follows the newest: to it these would be letters and digits, and words would be cut apart.
_NEWER = """
558 58b-58c 5c8-5c9 88f b53-b54 c5c cdc 1acf-1af0 208f 209d-209f 20c1-20c4 2b96 2e60-2e63
a7ce-a7cf a7d2 a7d4 a7dd a7e2 a7f1 ab6c-ab6d fbc3-fbd2 fd90-fd91 fdc8-fdce 107bb-107bf 10940-10959
10ec5-10ec7 10ec9-10eee 10ef0-10efb 11b0a 11b60-11b67 11db0-11ddb 11de0-11de9 11df0-11df1 1246f
12475-1247f 12550-12686 16ea0-16eb8 16ebb-16ed3 16ff2-16ff6 187f8-187ff 18cd6-18cda 18d09-18d20
18d80-18df2 18e00-19191 191a0-191d2 1b123-1b128 1b168 1ccfa-1ccfc 1ceba-1ced0 1ced2-1ced4
1cedd-1cefd 1d127-1d128 1d1eb-1d1ff 1d250-1d281 1d6a6 1db00-1db1c 1df1f-1df24 1df2b-1df81
1df90-1df96 1dfcd-1dfff 1e6c0-1e6de 1e6e0-1e6f5 1e6fe-1e6ff 1f1ae 1f6d8-1f6d9 1f777-1f77a
1f7da-1f7db 1f7f1-1f7ff 1f8d0-1f8d8 1fa54-1fa57 1fa8a-1fa8e 1fac8 1facc-1facd 1fadd 1faea-1faeb
1faef 1faf9-1fafa 1fbfa 2b73a-2b73f 2b81e 2cea2-2cead 323b0-33479 3d000-3fc3f
"""
_NEWER_CHARACTERS = re.compile(
    "[" + "".join("-".join(chr(int(end, 16)) for end in r.split("-")) for r in _NEWER.split()) + "]"
)


def unicode16(text: str) -> str:
    """The text as Unicode 16 sees it: characters added later become unassigned ones (U+FFFF).

    As long as the text; the text itself if it has none. Split patterns are run on this, so that
    the cuts do not move when a library learns new letters.
    """
    if text.isascii() or not _NEWER_CHARACTERS.search(text):
        return text
    return _NEWER_CHARACTERS.sub("\uffff", text)


@lru_cache(maxsize=64)
def compile_pattern(pattern: str, flags: int = 0) -> regex.Pattern:
    """A split pattern, compiled. Raises ValueError if it is not a regular expression."""
    if not isinstance(pattern, str):
        raise TypeError(f"pattern: got {type(pattern).__name__}; expected str")
    try:
        return regex.compile(pattern, flags)
    except regex.error as error:
        wanted = f"expected a regular expression ({error})"
        raise ValueError(f"pattern: got {pattern!r}; {wanted}") from None


# --- arguments -----------------------------------------------------------------------------


def check_text(text: Any, name: str = "text") -> None:
    """Raise TypeError unless `text` is a str, UnicodeEncodeError unless it is valid Unicode."""
    if not isinstance(text, str):
        raise TypeError(f"{name}: got {type(text).__name__}; expected str")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        wanted = f"{name}: got half a surrogate pair; expected text that UTF-8 can hold"
        raise UnicodeEncodeError("utf-8", text, error.start, error.end, wanted) from None


def check_texts(texts: Iterable[str], name: str = "texts") -> Iterable[str]:
    """The texts, each checked as it is reached; TypeError for one string in place of several."""
    if isinstance(texts, str | bytes) or not isinstance(texts, Iterable):
        raise TypeError(f"{name}: got one {type(texts).__name__}; expected several str: [text]")
    for i, text in enumerate(texts):
        check_text(text, f"{name}[{i}]")
        yield text


def check_special(special_tokens: Iterable[str]) -> list[str]:
    """The special tokens as a list; ValueError for one that is empty, twice there, or spells bytes.

    In a `tokenizer.json` the characters of GPT-2's alphabet stand for bytes, so a mark made of
    them alone would be read as those bytes, unless they are ASCII and mean the same both ways.
    """
    names = list(check_texts(special_tokens, "special_tokens"))
    for i, name in enumerate(names):
        spells_bytes = BYTE_OF.keys() >= {*name} and (len(name) == 1 or not name.isascii())
        if not name or name in names[:i] or spells_bytes:
            wanted = "distinct marks such as <|endoftext|>, none of them a sign for bytes"
            raise ValueError(f"special_tokens[{i}]: got {name!r}; expected {wanted}")
    return names


def check_vocab_size(vocab_size: Any, least: int) -> None:
    """TypeError unless `vocab_size` is an int, ValueError if it is under what must be in it."""
    if not isinstance(vocab_size, int) or isinstance(vocab_size, bool):
        raise TypeError(f"vocab_size: got {type(vocab_size).__name__}; expected int")
    if vocab_size < least:
        wanted = f"at least {least}: the special tokens and the single symbols"
        raise ValueError(f"vocab_size: got {vocab_size}; expected {wanted}")


# --- files of our own ----------------------------------------------------------------------

Kind = TypeVar("Kind", bound="TokenizerFile")  # (typing.Self is refused by the shape checks)


class TokenizerFile:
    """What every tokenizer has beside its algorithm: special tokens, a file, checks of ids."""

    tokens: dict[int, bytes]  # the bytes of each id
    special_tokens: dict[str, int]  # the ids of marks such as <|endoftext|>
    stopped_early = False  # training found nothing to add before the vocabulary was full
    always: frozenset[str] = frozenset()  # marks recognized without being asked for
    finders: dict[str, str] = {}  # patterns of marks that are found by more than their text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.vocab_size:,} ids, special: {[*self.special_tokens]})"

    @property
    def vocab_size(self) -> int:
        """V: the largest id plus one, the number of rows that an embedding table needs."""
        return max(self.tokens) + 1

    def special_id(self, token: str) -> int:
        """The id of a special token. ValueError for one that this tokenizer does not have."""
        if not isinstance(token, str) or token not in self.special_tokens:
            raise ValueError(f"token: got {token!r}; expected one of {[*self.special_tokens]}")
        return self.special_tokens[token]

    def find_special(self, text: str, allowed: Collection[str]) -> list[tuple[str, int | None]]:
        """The text in pieces: each with the id of the special token that it is, or with None.

        Only allowed tokens are looked for (`"all"` for all of them); where two fit, the longer
        one is taken. ValueError for one that this tokenizer does not have.
        """
        if not isinstance(allowed, Collection):  # an iterator would be empty at the next text
            kind = type(allowed).__name__
            raise TypeError(f"allowed_special: got {kind}; expected 'all' or a collection of str")
        wanted = self.special_tokens if allowed == "all" else allowed
        wanted = {wanted} if isinstance(wanted, str) else {*wanted}
        if unknown := sorted(wanted - self.special_tokens.keys(), key=repr):
            known = [*self.special_tokens]
            raise ValueError(f"allowed_special: got {unknown}; expected 'all' or some of {known}")
        names = tuple(sorted(wanted | self.always, key=lambda name: (-len(name), name)))
        if not names:
            return [(text, None)]
        pieces, start = [], 0
        for match in _finder(tuple(self.finders.get(n, regex.escape(n)) for n in names)).finditer(
            text
        ):
            pieces.append((text[start : match.start()], None))
            pieces.append((match[0], self.special_tokens[names[match.lastindex - 1]]))
            start = match.end()
        return [*pieces, (text[start:], None)]

    def check_ids(self, ids: Iterable[SupportsInt], name: str = "ids") -> list[int]:
        """The ids as a list (arrays and tensors too); ValueError for one out of range."""
        ids = ids.tolist() if hasattr(ids, "tolist") else ids
        if isinstance(ids, str | bytes) or not isinstance(ids, Iterable):
            raise TypeError(f"{name}: got one {type(ids).__name__}; expected several ids")
        ids = list(ids)
        known = [isinstance(i, Hashable) and hasattr(i, "__index__") for i in ids]
        wrong = [i for i, k in zip(ids, known, strict=True) if not k or i not in self.tokens]
        if wrong:
            raise ValueError(f"{name}: got {wrong[0]!r}; expected 0 <= id < {self.vocab_size}")
        return ids

    def _state(self) -> dict[str, Any]:
        raise NotImplementedError

    @classmethod
    def _from_state(cls: type[Kind], state: dict[str, Any]) -> Kind:
        raise NotImplementedError

    def save(self, path: str | Path) -> None:
        """Write the tokenizer to a JSON file with a checksum: aside, then renamed, never half."""
        path, state = Path(path), json.dumps(self._state(), separators=(",", ":"))
        head = {"kind": type(self).__name__, "sha256": hashlib.sha256(state.encode()).hexdigest()}
        aside = path.with_name(f"{path.name}.{os.getpid()}-{get_ident()}.part")
        try:
            aside.write_text(f'{json.dumps(head)[:-1]}, "state": {state}}}\n', "utf8")
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)

    @classmethod
    def load(cls: type[Kind], path: str | Path) -> Kind:
        """The tokenizer of a file written by `save`.

        Raises FileNotFoundError; ValueError for a file that was cut short or edited, that holds
        another kind of tokenizer, or none.
        """
        name = Path(path).name
        try:
            file = json.loads(Path(path).read_text("utf8"))
            kind, checksum, state = file["kind"], file["sha256"], file["state"]
        except (ValueError, KeyError, TypeError, RecursionError):
            wanted = f"expected a whole file, written by {cls.__name__}.save"
            raise ValueError(f"path: got {name}, cut short or no tokenizer; {wanted}") from None
        if kind != cls.__name__:
            raise ValueError(f"path: got {name} with a {kind}; expected a {cls.__name__}")
        text = json.dumps(state, separators=(",", ":"))
        if hashlib.sha256(text.encode()).hexdigest() != checksum:
            raise ValueError(f"path: got {name}, edited since; expected it as it was saved")
        try:
            return cls._from_state(state)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            got = f"{name} with a state that does not fit ({type(error).__name__}: {error})"
            raise ValueError(f"path: got {got}; expected one written by this version") from None


@lru_cache(maxsize=64)
def _finder(patterns: tuple[str, ...]) -> regex.Pattern:
    """One pattern that finds any of several, each in a group of its own, earlier ones first."""
    return regex.compile("|".join(f"({pattern})" for pattern in patterns))


# --- files of Hugging Face -----------------------------------------------------------------


class HubFiles(TokenizerFile):
    """Byte-level BPE in and out of Hugging Face's `tokenizers` and `transformers`."""

    merges: dict[tuple[int, int], int]
    pattern: str
    rules: "FileRules | None" = None

    def _state(self) -> dict[str, Any]:
        if self.rules:
            return {"tokenizer.json": self.rules.document}
        return {
            "pattern": self.pattern,
            "special_tokens": self.special_tokens,
            "tokens": [[i, token.hex()] for i, token in self.tokens.items()],
            "merges": [[*pair, new] for pair, new in self.merges.items()],
            "stopped_early": self.stopped_early,
        }

    @classmethod
    def _from_state(cls: type[Kind], state: dict[str, Any]) -> Kind:
        if "tokenizer.json" in state:
            return cls._from_document(state["tokenizer.json"])
        tokens = {i: bytes.fromhex(token) for i, token in state["tokens"]}
        merges = {(left, right): new for left, right, new in state["merges"]}
        tokenizer = cls(tokens, merges, state["special_tokens"], state["pattern"])
        tokenizer.stopped_early = state["stopped_early"]
        return tokenizer

    def to_document(self) -> dict[str, Any]:
        """This tokenizer as the contents of a `tokenizer.json`."""
        if self.rules:
            return self.rules.document
        names = {i: name for name, i in self.special_tokens.items()}
        vocab = {names.get(i) or spell(token): i for i, token in self.tokens.items()}
        flags = dict.fromkeys(["single_word", "lstrip", "rstrip", "normalized"], False)
        added = [{"id": i, "content": name, **flags, "special": True} for i, name in names.items()]
        cut = {"type": "Split", "pattern": {"Regex": self.pattern}, "behavior": "Isolated"}
        bytes_only = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
        steps = [cut | {"invert": False}, bytes_only | {"use_regex": False}]
        spelled = {i: token for token, i in vocab.items()}
        model = {"type": "BPE", "dropout": None, "unk_token": None, "fuse_unk": False}
        model |= {"continuing_subword_prefix": None, "end_of_word_suffix": None}
        model |= {"byte_fallback": False, "ignore_merges": False, "vocab": vocab}
        model |= {"merges": [[spelled[left], spelled[right]] for left, right in self.merges]}
        return {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": added,
            "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps},
            "post_processor": None,
            "decoder": bytes_only | {"use_regex": True},
            "model": model,
        }

    def to_hf(
        self, allowed_special: Collection[str] = (), **roles: str
    ) -> "PreTrainedTokenizerFast":
        """The same tokenizer as a fast tokenizer of `transformers`, with equal ids for every text.

        allowed_special: `()` or `"all"`, as in `encode`: whether special tokens in a text are
        recognized (chat templates need `"all"`). roles: the part that a special token plays, such
        as `eos_token="<|endoftext|>"`. Raises ValueError for an unknown special token.
        """
        from tokenizers import Tokenizer
        from transformers import PreTrainedTokenizerFast

        if allowed_special not in ((), "all"):
            raise ValueError(f"allowed_special: got {allowed_special!r}; expected () or 'all'")
        for token in roles.values():
            self.special_id(token)
        return PreTrainedTokenizerFast(
            tokenizer_object=Tokenizer.from_str(json.dumps(self.to_document())),
            split_special_tokens=allowed_special == (),
            clean_up_tokenization_spaces=False,
            **roles,
        )

    @classmethod
    def from_hf(cls: type[Kind], folder: str | Path) -> Kind:
        """The tokenizer of a folder with a byte-level BPE `tokenizer.json` (or of that file).

        Raises FileNotFoundError; ValueError for a file that is cut short or no `tokenizer.json`,
        or that asks for something which this library does not do: the message says for what.
        """
        path = Path(folder)
        path = path / "tokenizer.json" if path.is_dir() else path
        if not path.is_file():
            raise FileNotFoundError(f"folder: got {folder}; expected a folder with tokenizer.json")
        try:
            document = json.loads(path.read_text("utf8"))
            return cls._from_document(document)
        except UnsupportedFileError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            wanted = f"expected a whole tokenizer.json ({type(error).__name__}: {error})"
            raise ValueError(f"folder: got {path.name} that cannot be read; {wanted}") from None

    @classmethod
    def _from_document(cls: type[Kind], document: dict[str, Any]) -> Kind:
        rules = FileRules(document)
        tokenizer = cls(rules.tokens, rules.merges, rules.special_tokens)
        tokenizer.rules, tokenizer.split, tokenizer.byte_ids = rules, rules.words, rules.byte_ids
        tokenizer.always, tokenizer.finders = rules.always, rules.finders
        tokenizer.cache.most += len(rules.whole_words)  # `ignore_merges`: these words are known
        tokenizer.cache.update({word: [i] for word, i in rules.whole_words.items()})
        return tokenizer


class UnsupportedFileError(ValueError):
    """A `tokenizer.json` asks for something that this library does not do."""

    def __init__(self, what: str, expected: str):
        super().__init__(f"tokenizer.json: got {what}; expected {expected}")


Step = Callable[[list[str]], list[str]]


class FileRules:
    """What a `tokenizer.json` says, checked: the vocabulary, and what is done before merges."""

    def __init__(self, document: dict[str, Any]):
        model = self.model = document["model"]
        _check_model(model)
        self.document = document
        vocab, added = model["vocab"], document.get("added_tokens") or []
        _check_entries([*vocab.items(), *((entry["content"], entry["id"]) for entry in added)])
        self.tokens = {i: unspell(token) for token, i in vocab.items()}
        self.tokens |= {entry["id"]: entry["content"].encode() for entry in added}
        pairs = [tuple(m.split(" ")) if isinstance(m, str) else tuple(m) for m in model["merges"]]
        self.merges: dict[tuple[int, int], int] = {}
        for left, right in pairs:
            self.merges.pop((vocab[left], vocab[right]), None)  # the last rank counts
            self.merges[vocab[left], vocab[right]] = vocab[left + right]
        self.special_tokens = {entry["content"]: entry["id"] for entry in added}
        self.always = frozenset(e["content"] for e in added if not e.get("special"))
        self.finders = {entry["content"]: _finder_of(entry) for entry in added}
        self.byte_ids = _ByteIds({BYTE_OF[t]: i for t, i in vocab.items() if t in BYTE_OF})
        whole = vocab.items() if model.get("ignore_merges") else []
        self.whole_words = {t: i for token, i in whole if (t := _text_of(token)) is not None}
        self.steps = _normalizer(document.get("normalizer"))
        self.steps += _pre_tokenizer(document.get("pre_tokenizer"))
        decoder = document.get("decoder") or {}
        if decoder.get("type") != "ByteLevel":
            raise UnsupportedFileError(f"decoder {decoder.get('type')}", "ByteLevel")

    def words(self, text: str) -> list[str]:
        """The words of a text without special tokens: normalized, then cut by each step."""
        pieces = [text] if text else []
        for step in self.steps:
            pieces = step(pieces)
        return pieces


class _ByteIds(dict[int, int]):
    """The id of each byte; a byte that the vocabulary lacks is an error, never dropped."""

    def __missing__(self, byte: int) -> int:
        raise ValueError(f"text: got byte 0x{byte:02x}; expected bytes that this vocabulary has")


def _check_model(model: dict[str, Any]) -> None:
    kind = model.get("type", "BPE" if "merges" in model else None)
    if kind != "BPE":
        raise UnsupportedFileError(f"model {kind}", "BPE")
    for name in ("byte_fallback", "continuing_subword_prefix", "end_of_word_suffix", "dropout"):
        if model.get(name):
            raise UnsupportedFileError(
                f"model.{name} = {model[name]!r}", "byte-level BPE without it"
            )


def _check_entries(entries: list[tuple[str, int]]) -> None:
    for token, i in entries:
        if not isinstance(token, str) or not token:
            raise UnsupportedFileError(f"token {token!r}", "tokens of at least one character")
        if not isinstance(i, int) or isinstance(i, bool) or i < 0:
            raise UnsupportedFileError(f"id {i!r} for {token!r}", "ids of 0 and up")


def _text_of(token: str) -> str | None:
    try:
        return unspell(token).decode()
    except UnicodeDecodeError:
        return None


def _finder_of(entry: dict[str, Any]) -> str:
    """The pattern that finds an added token, with the spaces that it swallows."""
    text = regex.escape(entry["content"])
    if entry.get("single_word"):
        text = rf"(?<!\w){text}(?!\w)"
    before, after = (r"\s*" if entry.get(side) else "" for side in ("lstrip", "rstrip"))
    return before + text + after


def _normalizer(spec: dict[str, Any] | None) -> list[Step]:
    if spec is None:
        return []
    if spec["type"] == "Sequence":
        return [step for part in spec["normalizers"] for step in _normalizer(part)]
    if spec["type"] not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise UnsupportedFileError(f"normalizer {spec['type']}", "NFC, NFD, NFKC, NFKD or none")
    return [lambda pieces: [unicodedata.normalize(spec["type"], piece) for piece in pieces]]


def _pre_tokenizer(spec: dict[str, Any] | None) -> list[Step]:
    """The steps of a pre-tokenizer that ends in ByteLevel."""
    from llmbook.text.tokenizer import GPT2_PATTERN

    kind = (spec or {}).get("type")
    parts = spec["pretokenizers"] if kind == "Sequence" else [spec] if spec else []
    steps: list[Step] = []
    for i, part in enumerate(parts):
        if (part["type"] == "ByteLevel") != (i == len(parts) - 1):
            raise UnsupportedFileError(f"pre_tokenizer {part['type']} at {i}", "ByteLevel last")
        if part["type"] == "ByteLevel":
            if part.get("add_prefix_space", True):
                steps.append(lambda ps: [p if p.startswith(" ") else f" {p}" for p in ps])
            if part.get("use_regex", True):
                steps.append(_splitter(GPT2_PATTERN, "Isolated", False))
        elif part["type"] == "Digits":
            behavior = "Isolated" if part.get("individual_digits") else "Contiguous"
            steps.append(_splitter(r"\p{N}", behavior, False))
        elif part["type"] == "Split":
            pattern = part["pattern"]
            source = pattern.get("Regex") or regex.escape(pattern["String"])
            steps.append(_splitter(source, part["behavior"], part.get("invert", False)))
        else:
            raise UnsupportedFileError(f"pre_tokenizer {part['type']}", "Split, Digits, ByteLevel")
    if not parts:
        raise UnsupportedFileError("no pre_tokenizer", "ByteLevel")
    return steps


def _splitter(source: str, behavior: str, invert: bool) -> Step:
    """The step that cuts each piece at a pattern, as `tokenizers` names the ways to do it."""
    if behavior not in ("Isolated", "Removed", "Contiguous"):
        raise UnsupportedFileError(f"behavior {behavior}", "Isolated, Removed or Contiguous")
    pattern = compile_pattern(source, regex.V1)  # sets in sets, as Oniguruma has them

    def cut(piece: str) -> list[str]:
        view, parts, start = unicode16(piece), [], 0
        for match in pattern.finditer(view):
            if match.start() < match.end():
                parts += [(start, match.start(), invert), (*match.span(), not invert)]
                start = match.end()
        parts = [p for p in [*parts, (start, len(piece), invert)] if p[0] < p[1]]
        if behavior == "Removed":
            parts = [p for p in parts if not p[2]]
        if behavior == "Contiguous":
            runs = [list(run) for _, run in groupby(parts, key=lambda p: p[2])]
            parts = [(run[0][0], run[-1][1], run[0][2]) for run in runs]
        return [piece[i:j] for i, j, _ in parts]

    def step(pieces: list[str]) -> list[str]:
        return [word for piece in pieces for word in cut(piece)]

    return step
