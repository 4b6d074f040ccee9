-- What all works of a place are listed, ranked and recommended by, in one narrow row each: recipes and requests
-- are too wide to be passed over by the thousand. All of it is told elsewhere, and kept in step by triggers.

ALTER TABLE clips ADD COLUMN key TEXT;
ALTER TABLE clips ADD COLUMN tempo REAL;
UPDATE clips SET
    key = coalesce(json_extract(recipe, '$.key'), json_extract(recipe, '$.request.key')),
    tempo = coalesce(json_extract(recipe, '$.tempo'), json_extract(recipe, '$.request.tempo'))
WHERE json_valid(recipe);

CREATE TABLE listings (
    work_id INTEGER PRIMARY KEY REFERENCES works (id) ON DELETE CASCADE,
    -- The server's id, or less than zero: the id of a private conversation, negated.
    place INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    style TEXT,
    genre TEXT,
    language TEXT,
    key TEXT,
    tempo REAL,
    seconds REAL,
    judgement REAL,
    -- Standing votes, and how far above the lowest they are together: 0 to 4 each.
    votes INTEGER NOT NULL DEFAULT 0,
    points INTEGER NOT NULL DEFAULT 0,
    -- The lower end of Wilson's 95% interval of the share of likes, in thousandths, rounded down.
    bound INTEGER NOT NULL DEFAULT 0
) STRICT;

-- History is read along the first, filters and all; the others find a person's, a genre's and the best-liked works.
CREATE INDEX listings_here ON listings (place, work_id, user_id, kind, style, genre, language);
CREATE INDEX listings_by_person ON listings (user_id, place, work_id);
CREATE INDEX listings_by_genre ON listings (place, genre, judgement, work_id);
CREATE INDEX listings_by_bound ON listings (place, bound, votes, work_id, created_at) WHERE votes > 0;

CREATE INDEX ratings_by_person ON ratings (user_id, changed_at, work_id, value);
CREATE INDEX favourites_by_person ON favourites (user_id, created_at, work_id);

-- Works that somebody was shown. What people asked for, rated or saved they have heard as well, without a row here.
CREATE TABLE hearings (
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    heard_at INTEGER NOT NULL,
    PRIMARY KEY (work_id, user_id)
) STRICT, WITHOUT ROWID;

-- The values that a bound takes. SQLite may have no square root, but it can look for the largest t for which
-- n (p - t)^2 >= z^2 t (1 - t), and that is Wilson's bound. 1 is none: it solves this whenever p is 1.
CREATE TABLE bounds (bound INTEGER PRIMARY KEY) STRICT;
WITH RECURSIVE counted (bound) AS (VALUES (0) UNION ALL SELECT bound + 1 FROM counted WHERE bound < 999)
INSERT INTO bounds (bound) SELECT bound FROM counted;

CREATE TRIGGER listings_bound AFTER UPDATE OF votes, points ON listings BEGIN
    UPDATE listings SET bound = coalesce((
        SELECT bound FROM bounds
        WHERE bounds.bound <= 250 * NEW.points / NEW.votes
            AND NEW.votes * (NEW.points / (4.0 * NEW.votes) - bounds.bound / 1000.0)
                * (NEW.points / (4.0 * NEW.votes) - bounds.bound / 1000.0)
                >= 1.959964 * 1.959964 * bounds.bound / 1000.0 * (1 - bounds.bound / 1000.0)
        ORDER BY bounds.bound DESC LIMIT 1
    ), 0)
    WHERE work_id = NEW.work_id;
END;

CREATE VIEW tallies AS
    SELECT work_id, count(*) AS votes, sum(value - 1) AS points FROM ratings GROUP BY work_id;

CREATE TRIGGER ratings_added AFTER INSERT ON ratings BEGIN
    UPDATE listings SET (votes, points) = (SELECT votes, points FROM tallies WHERE work_id = NEW.work_id)
    WHERE work_id = NEW.work_id;
END;

CREATE TRIGGER ratings_changed AFTER UPDATE OF value ON ratings BEGIN
    UPDATE listings SET (votes, points) = (SELECT votes, points FROM tallies WHERE work_id = NEW.work_id)
    WHERE work_id = NEW.work_id;
END;

CREATE TRIGGER ratings_withdrawn AFTER DELETE ON ratings BEGIN
    UPDATE listings SET
        votes = coalesce((SELECT votes FROM tallies WHERE work_id = OLD.work_id), 0),
        points = coalesce((SELECT points FROM tallies WHERE work_id = OLD.work_id), 0)
    WHERE work_id = OLD.work_id;
END;

CREATE TRIGGER works_listed AFTER INSERT ON works BEGIN
    INSERT INTO listings (work_id, place, user_id, kind, created_at)
        SELECT NEW.id, coalesce(guild_id, -channel_id), user_id, kind, NEW.created_at FROM jobs WHERE id = NEW.id;
END;

CREATE TRIGGER clips_listed AFTER INSERT ON clips BEGIN
    UPDATE listings SET style = NEW.style, genre = NEW.genre, key = NEW.key, tempo = NEW.tempo,
        seconds = NEW.seconds, judgement = NEW.judgement
    WHERE work_id = NEW.id;
END;

CREATE TRIGGER verses_listed AFTER INSERT ON verses BEGIN
    UPDATE listings SET language = NEW.language WHERE work_id = NEW.id;
END;

CREATE TRIGGER jobs_moved AFTER UPDATE OF user_id, guild_id, channel_id ON jobs BEGIN
    UPDATE listings SET place = coalesce(NEW.guild_id, -NEW.channel_id), user_id = NEW.user_id
    WHERE work_id = NEW.id;
END;

INSERT INTO listings (work_id, place, user_id, kind, created_at, style, genre, language, key, tempo, seconds, judgement)
    SELECT works.id, coalesce(jobs.guild_id, -jobs.channel_id), jobs.user_id, jobs.kind, works.created_at,
        clips.style, clips.genre, verses.language, clips.key, clips.tempo, clips.seconds, clips.judgement
    FROM works JOIN jobs USING (id) LEFT JOIN clips USING (id) LEFT JOIN verses USING (id);
UPDATE listings SET votes = tallies.votes, points = tallies.points FROM tallies
    WHERE tallies.work_id = listings.work_id;
