-- What recommendations would have to count each time they are asked for.

-- How many votes of each person stand, kept in step by triggers; nobody without votes.
CREATE TABLE voters (
    user_id INTEGER PRIMARY KEY,
    votes INTEGER NOT NULL
) STRICT;
INSERT INTO voters (user_id, votes) SELECT user_id, count(*) FROM ratings GROUP BY user_id;

CREATE TRIGGER voters_voted AFTER INSERT ON ratings BEGIN
    INSERT INTO voters (user_id, votes) VALUES (NEW.user_id, 1)
        ON CONFLICT (user_id) DO UPDATE SET votes = votes + 1;
END;

CREATE TRIGGER voters_withdrew AFTER DELETE ON ratings BEGIN
    UPDATE voters SET votes = votes - 1 WHERE user_id = OLD.user_id;
    DELETE FROM voters WHERE user_id = OLD.user_id AND votes <= 0;
END;

-- By how much people like the works together: a vote of 1 is -1, one of 5 is 3.
CREATE INDEX listings_by_likes ON listings (place, points - votes, work_id) WHERE votes > 0;
