-- Which of two works somebody liked better without knowing which was which.

-- Two works of one request, posted together as A and B.
CREATE TABLE pairs (
    -- AUTOINCREMENT: a button names it, and must never come to mean another one.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    a_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    b_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    -- What the two were made to differ in; which versions made them is told by the works.
    differ_in TEXT NOT NULL CHECK (differ_in IN ('seed', 'version')),
    -- The message that holds both; NULL until it does.
    channel_id INTEGER,
    message_id INTEGER,
    created_at INTEGER NOT NULL,
    CHECK (a_id <> b_id)
) STRICT;

CREATE INDEX pairs_by_a ON pairs (a_id);
CREATE INDEX pairs_by_b ON pairs (b_id);

-- Every press, in order: a person's first on a pair is the one that was made blind.
CREATE TABLE pick_events (
    id INTEGER PRIMARY KEY,
    pair_id INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    pick TEXT NOT NULL CHECK (pick IN ('a', 'b', 'equal')),
    picked_at INTEGER NOT NULL
) STRICT;

CREATE INDEX pick_events_by_pair ON pick_events (pair_id, user_id);

-- What stands: one pick a person and pair.
CREATE TABLE picks (
    pair_id INTEGER NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    pick TEXT NOT NULL CHECK (pick IN ('a', 'b', 'equal')),
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (pair_id, user_id)
) STRICT, WITHOUT ROWID;
