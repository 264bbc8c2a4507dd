-- Lists say how many there are and can be sorted by more than their age, and the change log can be searched
-- by what was done to whom.

-- How many credentials there are of each kind, kept by whoever changes one: counting a million takes longer
-- than a list may.
CREATE TABLE credential_counts (
    api_type TEXT   NOT NULL,
    partner  TEXT   NOT NULL,
    revoked  BIGINT NOT NULL,
    count    BIGINT NOT NULL,
    PRIMARY KEY (api_type, partner, revoked)
);
INSERT INTO credential_counts (api_type, partner, revoked, count)
    SELECT api_type, partner, CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, COUNT(*)
    FROM credentials GROUP BY api_type, partner, CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END;

-- The same lists as in migration 0008, by description.
CREATE INDEX credentials_by_description ON credentials (description_folded, id);
CREATE INDEX credentials_of_partner_by_description ON credentials (partner, description_folded, id);
CREATE INDEX credentials_of_type_by_description ON credentials (api_type, description_folded, id);
CREATE INDEX credentials_active_by_description ON credentials (description_folded, id)
    WHERE revoked_at IS NULL;
CREATE INDEX credentials_revoked_by_description ON credentials (description_folded, id)
    WHERE revoked_at IS NOT NULL;

-- Name and id of what it was done to in lower case, for searching. Not sealed: it says nothing that the
-- sealed columns do not say.
ALTER TABLE change_log ADD COLUMN subject_folded TEXT NOT NULL DEFAULT '';
UPDATE change_log SET subject_folded = LOWER(subject_name) || ' ' || LOWER(subject_id);
