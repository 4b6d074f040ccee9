"""Tune patterns of Chinese ci (词牌): how long each line is, how it ends and what it rhymes with.

Knows a table kept beside the weights, counted from the ci of the Song; no melody is known of any of them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

TUNES_FILE = "tunes.json"


@dataclass(frozen=True, slots=True)
class Half:
    """One part (片) of a tune: characters, end mark and rhyme letter of each line."""

    syllables: tuple[int, ...]
    end_marks: tuple[str, ...]
    scheme: str


Tunes = dict[str, tuple[Half, ...]]
"""Tune name to its one or two parts."""


_OTHER_NAMES = {
    "一剪梅": "一翦梅", "丑奴儿": "采桑子", "罗敷媚": "采桑子", "望江南": "忆江南", "江南好": "忆江南",
    "江神子": "江城子", "南柯子": "南歌子", "百字令": "念奴娇", "酹江月": "念奴娇", "大江东去": "念奴娇",
    "鹊踏枝": "蝶恋花", "凤栖梧": "蝶恋花", "木兰花": "玉楼春", "金缕曲": "贺新郎", "贺新凉": "贺新郎",
    "买陂塘": "摸鱼儿", "山花子": "浣溪沙", "浣溪纱": "浣溪沙", "忆仙姿": "如梦令", "卖花声": "浪淘沙",
    "醉桃源": "阮郎归", "重叠金": "菩萨蛮", "秦楼月": "忆秦娥", "渔歌子": "渔父",
}  # fmt: skip
"""Names by which some tunes are known as well."""

CHANGING = frozenset({"菩萨蛮", "清平乐", "虞美人", "减字木兰花", "昭君怨", "更漏子", "调笑令"})
"""Tunes whose second part has rhymes of its own; elsewhere both parts share one."""


def find_tune(name: str, tunes: Mapping[str, tuple[Half, ...]]) -> str | None:
    """The tune that is called so, in simplified characters, or that a name begins with; or None."""
    plain = re.sub(r"[^\u3400-\u9fff].*", "", name.strip())
    plain = _OTHER_NAMES.get(plain, plain)
    return plain if plain in tunes else None


def save_tunes(path: Path, tunes: Mapping[str, tuple[Half, ...]]) -> None:
    plain = {name: [asdict(half) for half in halves] for name, halves in sorted(tunes.items())}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def load_tunes(path: Path) -> Tunes:
    """Read what `save_tunes` wrote. Raises OSError, KeyError, TypeError or ValueError for anything else."""
    plain: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    return {name: tuple(_half(half) for half in halves) for name, halves in plain.items()}


def _half(plain: dict[str, Any]) -> Half:
    return Half(tuple(plain["syllables"]), tuple(plain["end_marks"]), plain["scheme"])
