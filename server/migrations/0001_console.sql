-- The console's own data: people, sessions, credentials, and the record of every change.
--
-- One text for SQLite and PostgreSQL. That is why every column is TEXT or BIGINT, every time is BIGINT
-- (milliseconds since 1970, UTC), every truth is a nullable time or 0/1, and identifiers come from the
-- program. No triggers, no engine's own types, no engine's own defaults.

-- What this installation is: `organization` (its name), `demo` (present when the data is made up).
CREATE TABLE instance (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- People who sign in here. Not the `users` of the Harvest API: an import never creates one of these.
-- A user is disabled, never deleted, because credentials and the change log go on naming them.
CREATE TABLE users (
    id            TEXT   NOT NULL PRIMARY KEY,
    email         TEXT   NOT NULL UNIQUE,    -- as typed, lower case: what the person signs in with
    name          TEXT   NOT NULL,
    level         TEXT   NOT NULL,           -- basic, job_admin, site_admin
    password_hash TEXT,                      -- Argon2id, PHC string; none until a password is chosen
    disabled_at   BIGINT,
    created_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL
);

-- What a user may do beyond their level: manage_all_api_credentials, manage_job_board_api_credentials,
-- edit_advanced_permissions.
CREATE TABLE developer_permissions (
    user_id    TEXT   NOT NULL REFERENCES users (id),
    permission TEXT   NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, permission)
);

-- Who is signed in. The token itself is only in the browser's cookie; here is its SHA-256.
CREATE TABLE sessions (
    token_hash   TEXT   NOT NULL PRIMARY KEY,
    user_id      TEXT   NOT NULL REFERENCES users (id),
    created_at   BIGINT NOT NULL,            -- ends 12 hours later in any case
    last_seen_at BIGINT NOT NULL,            -- ends 30 minutes later unless used
    proved_at    BIGINT NOT NULL,            -- when the password was last given
    address      TEXT   NOT NULL,
    user_agent   TEXT   NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);

-- What the console lists. A credential without permissions may call nothing.
CREATE TABLE credentials (
    id                 TEXT   NOT NULL PRIMARY KEY,
    api_type           TEXT   NOT NULL,      -- harvest, job_board, candidate_ingestion
    partner            TEXT   NOT NULL,      -- a partner of the catalogue
    description        TEXT   NOT NULL,
    description_folded TEXT   NOT NULL,      -- lower case, for searching: the engines fold differently
    permissions        TEXT   NOT NULL,      -- the bitset, 64 hexadecimal digits, highest bit first
    created_at         BIGINT NOT NULL,
    created_by         TEXT   REFERENCES users (id),  -- none: made on the command line
    stored_at          BIGINT,               -- a person confirmed that the API key is stored
    revoked_at         BIGINT,               -- none: active
    version            BIGINT NOT NULL       -- counts changes; the ETag
);
-- The list is newest first.
CREATE INDEX credentials_newest ON credentials (created_at, id);

-- The stored side of an API key. A credential has one, and two while its key is being rotated.
CREATE TABLE secrets (
    id            TEXT   NOT NULL PRIMARY KEY,
    credential_id TEXT   NOT NULL REFERENCES credentials (id),
    hash          TEXT   NOT NULL UNIQUE,    -- HMAC-SHA-256 of the key under the pepper, hexadecimal
    hint          TEXT   NOT NULL,           -- the key's last four characters
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT,
    last_used_at  BIGINT
);
CREATE INDEX secrets_of_credential ON secrets (credential_id);

-- Who did what, when, from where; append-only. Each entry's hash covers the one before it, so a removed
-- or altered entry breaks the chain.
CREATE TABLE change_log (
    seq           BIGINT NOT NULL PRIMARY KEY,
    at            BIGINT NOT NULL,
    actor_kind    TEXT   NOT NULL,           -- user, system
    actor_id      TEXT   NOT NULL,           -- a user's id; empty for the system
    actor_name    TEXT   NOT NULL,           -- as it was then
    address       TEXT   NOT NULL,
    request_id    TEXT   NOT NULL,
    action        TEXT   NOT NULL,           -- such as credential.revoke
    subject_kind  TEXT   NOT NULL,           -- credential, user, session, board
    subject_id    TEXT   NOT NULL,
    subject_name  TEXT   NOT NULL,           -- as it was then
    state_before  TEXT,                      -- JSON of what changed, before and after
    state_after   TEXT,
    hash          TEXT   NOT NULL            -- HMAC-SHA-256 over the previous hash and all of the above
);
CREATE INDEX change_log_of_subject ON change_log (subject_kind, subject_id, seq);
CREATE INDEX change_log_of_actor ON change_log (actor_kind, actor_id, seq);

-- The last link of the chain. Every writer updates this one row first, and so waits for the one before
-- it, on both engines.
CREATE TABLE change_log_head (
    id   BIGINT NOT NULL PRIMARY KEY,
    seq  BIGINT NOT NULL,
    hash TEXT   NOT NULL
);
INSERT INTO change_log_head (id, seq, hash) VALUES (1, 0, '');
