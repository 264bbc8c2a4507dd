-- Why a session ended, and requests that may be made again.

-- Why the session of a token ended: signed_out, expired, password_changed, disabled. Told only to whoever
-- still sends that token; forgotten a day later.
CREATE TABLE ended_sessions (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    reason     TEXT   NOT NULL,
    ended_at   BIGINT NOT NULL
);
CREATE INDEX ended_sessions_oldest ON ended_sessions (ended_at);

-- Requests that made a secret, by the `Idempotency-Key` their client gave them. A repeat of one, because its
-- answer was lost, makes nothing twice. Forgotten a day later.
CREATE TABLE idempotency_keys (
    user_id         TEXT   NOT NULL REFERENCES users (id),
    operation       TEXT   NOT NULL,         -- such as credential.create
    subject         TEXT   NOT NULL,         -- the id in the request's address; empty: none
    idempotency_key TEXT   NOT NULL,
    body_seal       TEXT   NOT NULL,         -- HMAC-SHA-256 of the body under the pepper
    made_id         TEXT   NOT NULL,         -- the credential or user that was made
    made_hash       TEXT   NOT NULL,         -- the hash of its secret: the API key, or the link's token
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, operation, subject, idempotency_key)
);
CREATE INDEX idempotency_keys_oldest ON idempotency_keys (created_at);
