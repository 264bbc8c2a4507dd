-- People and authority: sessions that can be named and ended, links at which a password is chosen, and
-- what the lists of users and of changes are searched by.

-- Sessions get an id, so that a person can end one without its token being known. Whoever was signed in
-- signs in again.
DROP TABLE sessions;
CREATE TABLE sessions (
    id           TEXT   NOT NULL PRIMARY KEY,
    token_hash   TEXT   NOT NULL UNIQUE,     -- SHA-256 of the token, which only the browser's cookie has
    user_id      TEXT   NOT NULL REFERENCES users (id),
    created_at   BIGINT NOT NULL,            -- ends 12 hours later in any case
    last_seen_at BIGINT NOT NULL,            -- ends 30 minutes later unless used
    proved_at    BIGINT NOT NULL,            -- when the password was last given
    address      TEXT   NOT NULL,
    user_agent   TEXT   NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);

-- One-time addresses at which a person chooses a password. A user has one at most.
CREATE TABLE password_links (
    token_hash TEXT   NOT NULL PRIMARY KEY,  -- SHA-256 of the token, which is shown once
    kind       TEXT   NOT NULL,              -- first_site_admin, invitation, password_reset
    user_id    TEXT   REFERENCES users (id), -- none: the first Site Admin, who does not exist yet
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX password_links_of_user ON password_links (user_id);

ALTER TABLE users ADD COLUMN last_sign_in_at BIGINT;
-- Name and e-mail in lower case, for searching and sorting: the engines fold differently.
ALTER TABLE users ADD COLUMN folded TEXT NOT NULL DEFAULT '';
UPDATE users SET folded = LOWER(name) || ' ' || email;
CREATE INDEX users_by_name ON users (folded, id);

-- Whose credentials are these? Asked when their maker is disabled.
CREATE INDEX credentials_of_maker ON credentials (created_by, created_at);

-- Name and id of who did it in lower case, for searching. Not sealed: it says nothing that the sealed
-- columns do not say.
ALTER TABLE change_log ADD COLUMN actor_folded TEXT NOT NULL DEFAULT '';
UPDATE change_log SET actor_folded = LOWER(actor_name) || ' ' || LOWER(actor_id);
