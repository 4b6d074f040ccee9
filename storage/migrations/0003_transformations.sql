-- How likely the judge took the piece that a clip was restyled from for a person's; NULL for other clips.
ALTER TABLE clips ADD COLUMN source_judgement REAL;

-- By which a server's, or a direct conversation's, newest clips are found; every index ends in the id.
CREATE INDEX jobs_by_server ON jobs (guild_id);
CREATE INDEX jobs_by_conversation ON jobs (channel_id) WHERE guild_id IS NULL;
