"""Bytes and texts, damaged by a seed.

damaged     some bytes in another place, changed, or gone
tokens      a text with some of its words changed
NUMBERS     words for numbers that are hard to read
"""

import random
import re

NUMBERS = [
    "-1", "0", "1", "2", "255", "256", "65535", "65536", "2147483647", "2147483648", "4294967295",
    "4294967296", "4611686018427387904", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "1" + "0" * 400, "9" * 5000, "-9223372036854775808", "1e5", "1e400",
    "-0", "0.5", "nan", "NaN", "Infinity", "-inf", "null", "true", "[]", "{}", '""', "1_0", "0x1",
]  # fmt: skip
BYTES = [
    b"\0",
    b"\xff",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80",
    b"\n",
    b"\0" * 300,
]


def damaged(rng: random.Random, content: bytes, places: int = 4) -> bytes:
    """The content with up to so many places damaged; an empty one stays."""
    found = bytearray(content)
    for _ in range(rng.randint(1, places)):
        if not found:
            break
        _damage(rng, found)
    return bytes(found)


def _damage(rng: random.Random, content: bytearray) -> None:
    # Beginnings hold headers: half of the places lie there.
    near = min(len(content), 64) if rng.random() < 0.5 else len(content)
    at = rng.randrange(near)
    length = min(rng.choice((1, 2, 4, 8, 64, 1000)), len(content) - at)
    match rng.randrange(8):
        case 0:
            content[at] ^= 1 << rng.randrange(8)
        case 1:
            content[at] = rng.randrange(256)
        case 2:
            content[at : at + length] = rng.randbytes(length)
        case 3:
            del content[at : at + length]
        case 4:
            del content[at:]
        case 5:
            content[at:at] = rng.choice(BYTES)
        case 6:
            content[at : at + 4] = rng.choice(BYTES)
        case _:
            other = rng.randrange(len(content))
            content[other:other] = content[at : at + length]


def tokens(rng: random.Random, text: str, places: int = 3) -> str:
    """The text with up to so many of its numbers, words and marks changed, doubled or gone."""
    words = re.findall(r"-?\d+(?:\.\d+)?|\w+|\s+|.", text, re.DOTALL)
    for _ in range(rng.randint(1, places)):
        if not words:
            break
        at = rng.randrange(len(words))
        match rng.randrange(6):
            case 0:
                words[at] = rng.choice(words)
            case 1:
                del words[at]
            case 2:
                words.insert(at, rng.choice(words))
            case 3:
                words[at] = chr(rng.choice((0, 10, 34, 40, 92, 0x663, 0x2028, 0xD7FF, 0x1F600)))
            case _:
                numbers = [i for i, word in enumerate(words) if word[-1:].isdigit()]
                words[rng.choice(numbers) if numbers else at] = rng.choice(NUMBERS)
    return "".join(words)
