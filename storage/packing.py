"""Long texts made short for the database: requests and recipes that hold notes, verse with its stresses.

A packed text begins with a letter with which no JSON begins, so texts from before there was packing, and
short ones, are read as they stand.
"""

import base64
import zlib

_PACKED = "z"
_WORTHWHILE = 600
"""Characters: of shorter texts little is saved, and the operator's shell can read them."""


def pack(text: str) -> str:
    """The JSON text, or, where that is shorter, `z` and its zlib stream in base 85."""
    if len(text) < _WORTHWHILE:
        return text
    packed = _PACKED + base64.b85encode(zlib.compress(text.encode(), 9)).decode("ascii")
    return min(text, packed, key=len)


def unpack(text: str) -> str:
    """What `pack` was given. Raises ValueError where that is damaged."""
    if not text.startswith(_PACKED):
        return text
    try:
        return zlib.decompress(base64.b85decode(text[len(_PACKED) :])).decode()
    except zlib.error as error:
        raise ValueError("a packed text is damaged") from error
