-- The list of credentials is newest first whatever it is narrowed to. With these it stays as quick with a
-- million keys as with a thousand; only a search in the descriptions still looks at all of them.
CREATE INDEX credentials_of_partner ON credentials (partner, created_at, id);
CREATE INDEX credentials_of_type ON credentials (api_type, created_at, id);
CREATE INDEX credentials_active ON credentials (created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX credentials_revoked ON credentials (created_at, id) WHERE revoked_at IS NOT NULL;
