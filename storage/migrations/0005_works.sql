-- A work is whatever is kept and rated under one id: a clip, verse, or a song, which has a row in both tables.
-- Here is what is asked of a work without knowing which it is: what it is listed by, what made it and when.
-- The rest stays apart, remarks too: those on a song's music and those on its words are not the same.
CREATE TABLE works (
    id INTEGER PRIMARY KEY REFERENCES jobs (id),
    title TEXT NOT NULL,
    model_version TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- SQLite can't change what a column refers to, so the tables are built anew.
DROP INDEX clips_with_files;
ALTER TABLE clips RENAME TO old_clips;
ALTER TABLE ratings RENAME TO old_ratings;
ALTER TABLE favourites RENAME TO old_favourites;

CREATE TABLE clips (
    id INTEGER PRIMARY KEY REFERENCES works (id) ON DELETE CASCADE,
    style TEXT NOT NULL,
    genre TEXT NOT NULL,
    recipe TEXT NOT NULL,
    seconds REAL NOT NULL,
    -- How likely the judge took it, and the piece it was restyled from, for a person's, 0 to 1; NULL unjudged.
    judgement REAL,
    source_judgement REAL,
    -- What the composer said about it: a JSON list of {"topic": ..., "values": {...}}.
    remarks TEXT NOT NULL,
    -- In hex; by it a clip made again is known to be the same. NULL in clips from before it was kept.
    midi_sha256 TEXT,
    -- All files of the clip together; kept after cleaning, as the size they had.
    file_bytes INTEGER NOT NULL,
    -- NULL while the files are kept; a cleaned clip can be made again from its recipe.
    files_cleaned_at INTEGER
) STRICT;

CREATE TABLE verses (
    id INTEGER PRIMARY KEY REFERENCES works (id) ON DELETE CASCADE,
    language TEXT NOT NULL,
    -- Title, recipe, stanzas and remarks as JSON: they are only ever read together.
    verse TEXT NOT NULL
) STRICT;

CREATE TABLE ratings (
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    value INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (work_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE favourites (
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (work_id, user_id)
) STRICT, WITHOUT ROWID;

INSERT INTO works (id, title, model_version, created_at)
    SELECT id, title, model_version, created_at FROM old_clips;
INSERT INTO clips (id, style, genre, recipe, seconds, judgement, source_judgement, remarks, midi_sha256,
        file_bytes, files_cleaned_at)
    SELECT id, style, genre, recipe, seconds, judgement, source_judgement, remarks, midi_sha256,
        file_bytes, files_cleaned_at
    FROM old_clips;
INSERT INTO ratings (work_id, user_id, value, changed_at)
    SELECT clip_id, user_id, value, changed_at FROM old_ratings;
INSERT INTO favourites (work_id, user_id, created_at)
    SELECT clip_id, user_id, created_at FROM old_favourites;

DROP TABLE old_favourites;
DROP TABLE old_ratings;
DROP TABLE old_clips;

-- What the size cap adds up at every save, without reading the rows.
CREATE INDEX clips_with_files ON clips (id, file_bytes) WHERE files_cleaned_at IS NULL;
