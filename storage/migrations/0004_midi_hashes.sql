-- SHA-256 of the MIDI file, in hex, by which a clip that is made again is known to be the same; NULL where
-- the clip is older than this column.
ALTER TABLE clips ADD COLUMN midi_sha256 TEXT;
