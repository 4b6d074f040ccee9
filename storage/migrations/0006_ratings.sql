-- Every message that a work stands in; what is done to the message is meant for the work.
CREATE TABLE postings (
    message_id INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX postings_of_work ON postings (work_id);

-- What people did, as it happened, and never changed afterwards; the standing votes come of it by way of `marks`.
CREATE TABLE rating_events (
    id INTEGER PRIMARY KEY,
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    -- The emoji without its skin tone.
    sign TEXT NOT NULL,
    -- 1 said, 0 taken back.
    said INTEGER NOT NULL CHECK (said IN (0, 1)),
    -- Read back: found at a start, so it happened some time before.
    source TEXT NOT NULL CHECK (source IN ('reaction', 'button', 'readback')),
    happened_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rating_events_of_work ON rating_events (work_id);

-- What each person has standing on a work: reactions under its messages, and what a button said last.
CREATE TABLE marks (
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    -- Of a person's marks on the work, from the oldest: 0, 1, 2, ...
    turn INTEGER NOT NULL,
    -- 0 for buttons.
    message_id INTEGER NOT NULL,
    -- As it was made, skin tone and all: a person may make two that say the same.
    emoji TEXT NOT NULL,
    -- 0 when it was taken back by a button and still stands on Discord.
    counts INTEGER NOT NULL CHECK (counts IN (0, 1)),
    PRIMARY KEY (work_id, user_id, turn)
) STRICT, WITHOUT ROWID;

-- What the standing vote was given on: a thumb up is a 5, a thumb down a 1.
ALTER TABLE ratings ADD COLUMN scale TEXT NOT NULL DEFAULT 'digits' CHECK (scale IN ('thumbs', 'digits'));

-- When the job's work was deleted. The job stays, as it is counted, but says no longer what was asked for.
ALTER TABLE jobs ADD COLUMN deleted_at INTEGER;

INSERT OR IGNORE INTO postings (message_id, channel_id, work_id)
    SELECT jobs.message_id, jobs.channel_id, works.id FROM works JOIN jobs USING (id)
    WHERE jobs.message_id IS NOT NULL;

-- Votes from before there were marks are as if said by a button. The votes' emoji: a digit, and U+20E3.
INSERT INTO marks (work_id, user_id, turn, message_id, emoji, counts)
    SELECT work_id, user_id, 0, 0, value || char(0x20E3), 1 FROM ratings;
INSERT INTO marks (work_id, user_id, turn, message_id, emoji, counts)
    SELECT work_id, user_id, 1, 0, '⭐', 1 FROM favourites;
INSERT INTO rating_events (work_id, user_id, sign, said, source, happened_at)
    SELECT work_id, user_id, value || char(0x20E3), 1, 'button', changed_at FROM ratings
    UNION ALL
    SELECT work_id, user_id, '⭐', 1, 'button', created_at FROM favourites;
