-- What a server had learned, and which version of a style it uses.

-- AUTOINCREMENT throughout: folders, buttons and messages name these ids, which must never come to mean others.
CREATE TABLE finetune_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    teachable TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('running', 'interrupted', 'cancelled', 'failed', 'done')),
    -- Who started it, and in which language it is told of.
    user_id INTEGER NOT NULL,
    locale TEXT NOT NULL,
    channel_id INTEGER NOT NULL,
    -- The message that tells of it; NULL until there is one.
    message_id INTEGER,
    -- What is learned from, as it stood at the start: a JSON object with works [[id, approval, voters], ...]
    -- and preferred [[liked, disliked, margin], ...].
    lessons TEXT NOT NULL,
    -- Why it failed, and where its trace is in the log.
    reason TEXT,
    code TEXT,
    -- 0 until people were told how it ended.
    told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)),
    created_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;

-- One at a time a server, whoever asks at the same moment.
CREATE UNIQUE INDEX finetune_runs_open ON finetune_runs (guild_id) WHERE status = 'running';

CREATE TABLE versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL UNIQUE REFERENCES finetune_runs (id),
    guild_id INTEGER NOT NULL,
    teachable TEXT NOT NULL,
    -- Of the server's versions of this style: 1, 2, 3, ...
    number INTEGER NOT NULL,
    -- The name of its file; NULL where nothing could be learned.
    adapter TEXT,
    -- Why it was not accepted; NULL where it was.
    refusal TEXT,
    -- What the gate measured, and what has changed: a JSON object by name, a JSON list.
    figures TEXT NOT NULL,
    changes TEXT NOT NULL,
    -- When the server was told that the file can't be used; NULL while nobody found that.
    warned_at INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (guild_id, teachable, number)
) STRICT;

-- Every change of the version in use; what was set last stands. Nothing is changed or deleted here.
CREATE TABLE standings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    teachable TEXT NOT NULL,
    -- NULL: the shipped model.
    version_id INTEGER REFERENCES versions (id),
    -- The row to which rolling this one back returns; NULL: to the shipped model.
    before_id INTEGER REFERENCES standings (id),
    set_at INTEGER NOT NULL
) STRICT;

CREATE INDEX standings_of_server ON standings (guild_id, teachable, id);
