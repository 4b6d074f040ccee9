"""Songs that the bot's own poets write, always about the same scenes, to be measured as other words are."""

from collections.abc import Iterator
from pathlib import Path

import torch
from rich.progress import track

from domain.songs import SungStanza
from domain.verses import Language, LyricsRequest
from models.composition.song_words import sung_stanzas, words_to_sing
from models.lyrics.files import NETWORKS, load_poet
from models.lyrics.tongues import load_tongue
from models.lyrics.versing import write_verse

SCENES = {
    Language.ENGLISH: (
        *(
            "forest birds",
            "a river under the moon",
            "autumn rain",
            "the harbour at dawn",
            "snow on the hills",
        ),
        *("a garden in spring", "stars over the sea", "the lonely road", "a shepherd and his flock", "wind"),
        *("the mill by the stream", "swallows at evening"),
    ),
    Language.CHINESE: (
        *("春江花月夜", "山中秋雨", "江上孤舟", "梅花落雪", "塞外大漠", "西湖荷花"),
        *("明月", "故园春草", "寒夜钟声", "杨柳东风", "渔父归家", "登高望远"),
    ),
}


def write_songs(
    weights: Path, device: torch.device, songs: int
) -> Iterator[tuple[Language, str, list[SungStanza]]]:
    """Words for so many scenes of each language that a poet's weights lie in the folder for."""
    for language, scenes in SCENES.items():
        tongue = load_tongue(weights, language)
        poets = (load_poet(weights, language, network, device) for network in NETWORKS)
        poet = next((poet for poet in poets if poet is not None), None)
        if poet is None or tongue is None:
            continue
        for seed, scene in enumerate(track(scenes[:songs], f"words in {language}", transient=True)):
            request = words_to_sing(LyricsRequest(scene=scene, seed=seed, language=language), language)
            yield language, scene, sung_stanzas(write_verse(poet, tongue, request))
