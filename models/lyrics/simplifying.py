"""Traditional Chinese into simplified characters. Knows no words but a few that spelling depends on."""

from opencc import OpenCC


class Simplifier:
    """Traditional to simplified characters, one by one; the few that depend on their neighbours are named."""

    _KEPT = (("干坤", "乾坤"), ("干元", "乾元"), ("干象", "乾象"), ("干道", "乾道"), ("瞭望", "瞭望"))

    def __init__(self) -> None:
        self._convert = OpenCC("t2s").convert
        self._table: dict[int, str] = {}

    def __call__(self, text: str) -> str:
        for character in set(text):
            if ord(character) not in self._table:
                self._table[ord(character)] = self._convert(character)
        simple = text.translate(self._table)
        for wrong, right in self._KEPT:
            simple = simple.replace(wrong, right)
        return simple
