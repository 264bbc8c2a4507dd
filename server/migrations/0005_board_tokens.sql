-- Tokens that boards had before. They go on answering for as long as whoever changed the token said, and
-- nobody else can take them until then.
CREATE TABLE board_tokens (
    token_folded  TEXT   NOT NULL PRIMARY KEY,
    token         TEXT   NOT NULL,
    board_id      BIGINT NOT NULL REFERENCES boards (id) DEFERRABLE INITIALLY DEFERRED,
    answers_until BIGINT                     -- none: for ever
);
CREATE INDEX board_tokens_of_board ON board_tokens (board_id);
