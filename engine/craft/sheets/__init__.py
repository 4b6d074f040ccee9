"""Sheet music: a score as MusicXML, and as engraved pages to look at.

Each step is a module: `spelling` (F sharp or G flat), `staves` (who stands on which staff, under which
clef), `voices` (notes to chords and rests of one or two voices), `rhythm` (their lengths as note values
with ties, triplets and beams), `musicxml` (the file), `engraving` (its pictures).
"""
