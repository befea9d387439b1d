"""The book's model: weights, tokenizer, model card, log, and the file that trained it.

Plumbing of the chapter `training`: later chapters begin with `book_model()`.
"""

from pathlib import Path

from llmbook.architecture.llama import Llama
from llmbook.text.tokenizer import BPETokenizer

FOLDER = Path(__file__).parent
END = "<|end|>"  # stands before, between and behind the stories


def book_model() -> tuple[Llama, BPETokenizer]:
    """The Storyteller and its tokenizer, ready to write; computed in float32."""
    return Llama.from_pretrained(FOLDER), BPETokenizer.from_hf(FOLDER)
