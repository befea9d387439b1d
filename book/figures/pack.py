"""Write numbers and words into JavaScript source in few bytes, none of which srcdoc must escape."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# Printable ASCII without the characters that HTML, a template literal or a script tag treats.
ALPHABET = "".join(chr(c) for c in range(33, 127) if chr(c) not in "\"&'<$\\`")


def packed(numbers: Iterable[int], width: int) -> str:
    """Each number as `width` digits of `ALPHABET`, most significant first (`unpack` in shared.js).

    Raises ValueError for a number that does not fit.
    """
    base, out = len(ALPHABET), []
    for number in numbers:
        if not 0 <= number < base**width:
            raise ValueError(f"numbers: got {number}; expected 0 <= number < {base}**{width}")
        out.append(
            "".join(ALPHABET[number // base**place % base] for place in reversed(range(width)))
        )
    return "".join(out)


def unpacked(text: str, width: int) -> list[int]:
    """The numbers that `packed` wrote."""
    base, numbers = len(ALPHABET), []
    for start in range(0, len(text), width):
        number = 0
        for digit in text[start : start + width]:
            number = number * base + ALPHABET.index(digit)
        numbers.append(number)
    return numbers


def literal(value: Any) -> str:
    """A JavaScript literal of mappings, sequences, strings and numbers, without quotes.

    Strings are template literals, so that no character costs an HTML entity.
    """
    if isinstance(value, str):
        value = re.sub(r"[\\`]|\$(?=\{)|(?<=<)/", r"\\\g<0>", value)
        return "`" + value.replace("\n", "\\n") + "`"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(literal(item) for item in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value)
