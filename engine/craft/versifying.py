"""What a writing job does: find who writes in the scene's language, plan the verse, and have it written.

The child process's side. Knows no music; that the words may be sung is for `singing`.
"""

import logging
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

from domain.clips import Progress, Stage
from domain.errors import NightingaleError
from domain.verses import Language, LyricsRequest, Verse
from engine.craft.poets import Poets
from engine.craft.steps import told
from models.lyrics.verse_plans import language_of, plan_verse
from models.lyrics.versing import Versing

log = logging.getLogger(__name__)

_WARM_SCENES = ("forest birds", "林间鸟鸣")


class Versifier:
    """Writes verse with the poets there are."""

    def __init__(self, poets: Poets) -> None:
        self._poets = poets

    def warm_up(self) -> None:
        """Write a little in each language there is a poet for: the first real job is not the slow one."""
        for scene in _WARM_SCENES:
            request = LyricsRequest(scene=scene, seed=0, lines=4, candidates=1)
            if language_of(request) not in self._poets.languages:
                continue
            try:
                for _ in self.writing(request):
                    pass
            except NightingaleError:  # music can be made all the same, and who asks for verse is told
                log.warning("Could not warm up to write about %s", scene, exc_info=True)

    def write(self, request: LyricsRequest) -> Iterator[Progress | Verse]:
        """Progress, moment by moment, and the verse at the end. Raises as `writing` does."""
        yield Progress(Stage.COMPOSING, 0.0)
        yield (yield from told(self.writing(request), Stage.COMPOSING))

    def language(self, request: LyricsRequest) -> Language:
        """The language that its verse is in. Raises BadRequest where there is no scene."""
        return language_of(request)

    def writing(
        self, request: LyricsRequest, *, syllables: Sequence[int] | None = None
    ) -> Generator[float, None, Verse]:
        """How much is done, 0 to 1, and the verse as its value.

        `syllables` are those that a tune asks for, line by line of a stanza. Raises BadRequest for a scene or
        wishes that can't be written about, Unavailable where there is no poet or its weights can't be used.
        """
        language = language_of(request)
        writer = self._poets.writer(language, request.model, request.adapter)
        adapter = None if writer.remarks else request.adapter  # the recipe names what wrote the verse
        asked = replace(request, model=writer.network, adapter=adapter)
        plan = plan_verse(asked, writer.tongue, syllables=syllables, leaning=writer.leaning)
        versing = Versing(writer.poet, writer.tongue, plan, writer.leaning)
        while not versing.finished:
            versing.advance()
            yield versing.fraction
        verse = versing.choose_best()
        return replace(verse, remarks=(*writer.remarks, *verse.remarks))
