-- Times are UTC milliseconds since 1970. Ids of people, servers, channels and messages are Discord's.

CREATE TABLE jobs (
    -- AUTOINCREMENT: an id is shown to people as #42 and must never come to mean something else.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    request TEXT NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('queued', 'running', 'finished', 'failed', 'cancelled', 'interrupted')),
    user_id INTEGER NOT NULL,
    guild_id INTEGER,
    channel_id INTEGER NOT NULL,
    message_id INTEGER,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    reason TEXT,
    code TEXT,
    model_version TEXT
) STRICT;

CREATE TABLE clips (
    id INTEGER PRIMARY KEY REFERENCES jobs (id),
    title TEXT NOT NULL,
    style TEXT NOT NULL,
    genre TEXT NOT NULL,
    model_version TEXT NOT NULL,
    recipe TEXT NOT NULL,
    seconds REAL NOT NULL,
    -- All files of the clip together; kept after cleaning, as the size they had.
    file_bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- NULL while the files are kept; a cleaned clip can be made again from its recipe.
    files_cleaned_at INTEGER
) STRICT;

-- What the size cap adds up at every save, without reading the rows.
CREATE INDEX clips_with_files ON clips (id, file_bytes) WHERE files_cleaned_at IS NULL;

CREATE TABLE ratings (
    clip_id INTEGER NOT NULL REFERENCES clips (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    value INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (clip_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE favourites (
    clip_id INTEGER NOT NULL REFERENCES clips (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (clip_id, user_id)
) STRICT, WITHOUT ROWID;
