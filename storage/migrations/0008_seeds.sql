-- Tunes that people keep to start from. They are a person's, wherever that person is.
CREATE TABLE seeds (
    -- AUTOINCREMENT: suggestions name seeds by their ids, which must never come to mean something else.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    -- What names are compared by: in lower case, in one form of Unicode.
    key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- The notes as JSON. They stand last: names are read by the hundred, without them.
    source TEXT NOT NULL,
    UNIQUE (key, user_id)
) STRICT;
CREATE INDEX seeds_of_person ON seeds (user_id);

-- Where everybody sees a seed and may start from it.
CREATE TABLE shared_seeds (
    guild_id INTEGER NOT NULL,
    seed_id INTEGER NOT NULL REFERENCES seeds (id) ON DELETE CASCADE,
    -- What its owner was called there then: seeds of one name are told apart by it.
    owner TEXT NOT NULL,
    owner_key TEXT NOT NULL,
    PRIMARY KEY (guild_id, seed_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX shared_seeds_of_seed ON shared_seeds (seed_id);
