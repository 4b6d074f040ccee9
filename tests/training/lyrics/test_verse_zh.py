"""Chinese verse: quatrains and ci out of the collection's files, and the pattern counted of a tune."""

import json
from pathlib import Path

from training.corpora.verse_zh import read_chinese_poems, read_verses

_SPRING = {
    "author": "孟浩然",
    "title": "春曉",
    "paragraphs": ["春眠不覺曉，處處聞啼鳥。", "夜來風雨聲，花落知多少。"],
}
_GAPS = {"author": "某", "title": "句", "paragraphs": ["春眠不□曉，處處聞啼鳥。"]}
_CI = [
    ("昨夜雨疏风骤。", "浓睡不消残酒。", "试问卷帘人，却道海棠依旧。"),
    ("常记溪亭日暮。", "沉醉不知归路。", "兴尽晚回舟，误入藕花深处。"),
]


def _package(folder: Path) -> Path:
    poems, ci = folder / "dist" / "quantangshi", folder / "dist" / "songci"
    poems.mkdir(parents=True)
    ci.mkdir()
    (poems / "poet.tang.0.json").write_text(json.dumps([_SPRING, _SPRING, _GAPS]), encoding="utf-8")
    rows = [
        {
            "author": f"人{number}",
            "rhythmic": "宴桃源·如梦令",
            "paragraphs": [*_CI[number % 2][:-1], _end(number)],
        }
        for number in range(60)
    ]
    (ci / "ci.song.0.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder


def _end(number: int) -> str:
    """A last sentence that differs, so that none is a repetition."""
    sign = "山水云月花鸟风雨春秋日夜江河湖海林木石草天地人心烟霞霜雪星光"[number % 30]
    return _CI[number % 2][-1].replace("晚" if number % 2 else "卷", sign)


def test_poems_come_simplified_and_whole(tmp_path: Path) -> None:
    poem = next(read_chinese_poems(_package(tmp_path)))

    assert [line.text() for line in poem.lines] == [
        "春眠不觉晓，",
        "处处闻啼鸟。",
        "夜来风雨声，",
        "花落知多少。",
    ]


def test_quatrains_are_taken_once_and_tunes_have_a_pattern(tmp_path: Path) -> None:
    verses, tunes = read_verses(_package(tmp_path))

    quatrains = [verse for verse in verses if verse.form == "5"]
    assert len(quatrains) == 1
    assert quatrains[0].scheme == "AABA"
    (half,) = tunes["如梦令"]
    assert half.syllables == (6, 6, 5, 6)
    assert half.end_marks == ("。", "。", "，", "。")
    assert half.scheme == "AABA"
    assert {(verse.form, verse.tune, verse.half) for verse in verses if verse.tune} == {("ci", "如梦令", 0)}
