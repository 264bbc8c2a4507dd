-- What API keys are used for, and what they try without being allowed. Counted in memory and added here in
-- batches, at most ten seconds later, so that no call ever waits for it. A batch is numbered by whoever
-- writes it: the same batch is never added twice, even when the answer to its commit was lost.
--
-- `permission` is the bit of the catalogue; -1 for calls that take none (a Job Board key, GET /v1/me).
-- `denied` is 1 where the key was good and the permission missing. Hours and days are counted from 1970,
-- UTC.

-- The first and the last call. Never deleted: "granted but never used" must stay true.
CREATE TABLE usage_last (
    secret_id    TEXT   NOT NULL REFERENCES secrets (id),
    permission   BIGINT NOT NULL,
    denied       BIGINT NOT NULL,
    first_at     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    last_address TEXT   NOT NULL,
    PRIMARY KEY (secret_id, permission, denied)
);

-- Calls of a day; kept for 90 days.
CREATE TABLE usage_days (
    secret_id  TEXT   NOT NULL REFERENCES secrets (id),
    permission BIGINT NOT NULL,
    denied     BIGINT NOT NULL,
    day        BIGINT NOT NULL,
    calls      BIGINT NOT NULL,
    PRIMARY KEY (secret_id, permission, denied, day)
);
CREATE INDEX usage_days_oldest ON usage_days (day);

-- Calls of an hour by the address they came from; kept for 7 days. A secret has at most 20 addresses in an
-- hour; the calls of all others are counted together, under the empty address.
CREATE TABLE usage_hours (
    secret_id  TEXT   NOT NULL REFERENCES secrets (id),
    hour       BIGINT NOT NULL,
    permission BIGINT NOT NULL,
    denied     BIGINT NOT NULL,
    address    TEXT   NOT NULL,
    calls      BIGINT NOT NULL,
    PRIMARY KEY (secret_id, hour, permission, denied, address)
);
CREATE INDEX usage_hours_oldest ON usage_hours (hour);

-- The last batch of each writer: one for every start of the program. The row of the empty name is the turn:
-- each batch takes it first, so that two replicas never count the same addresses at once.
CREATE TABLE usage_writers (
    writer TEXT   NOT NULL PRIMARY KEY,
    batch  BIGINT NOT NULL,
    at     BIGINT NOT NULL
);
INSERT INTO usage_writers (writer, batch, at) VALUES ('', 0, 0);

-- Where the last call came from, beside when it came.
ALTER TABLE secrets ADD COLUMN last_used_address TEXT;
