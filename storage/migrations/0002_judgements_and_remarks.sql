-- How likely the judge took the clip for a person's, 0 to 1; NULL where there was no judge.
ALTER TABLE clips ADD COLUMN judgement REAL;

-- What the composer said about it: a JSON list of {"topic": ..., "values": {...}}.
ALTER TABLE clips ADD COLUMN remarks TEXT NOT NULL DEFAULT '[]';
