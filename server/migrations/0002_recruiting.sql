-- The organisation's recruiting data, as the Harvest API and the public Job Board API hand it out. It is
-- loaded (by an import or the demo), never edited here, and only read afterwards.
--
-- A row holds what is filtered, sorted or joined on, and `document`: the JSON that Harvest answers for
-- it, rendered when the row was loaded. So a read is one query and a concatenation of texts. The price
-- is paid by the loader: whoever changes a row renders again every document it stands in.
--
-- The same portability rules as in 0001: TEXT and BIGINT, truths are 0/1, times are milliseconds since
-- 1970. Unlike there, identifiers are the ones the data came with, because partners know them. References
-- are checked when the load is committed, so rows may arrive in any order.

-- A public job board: the address under which posts appear, and the words around every post on it.
CREATE TABLE boards (
    id            BIGINT NOT NULL PRIMARY KEY,
    token         TEXT   NOT NULL,           -- as shown and copied
    token_folded  TEXT   NOT NULL UNIQUE,    -- lower case: public URLs are matched without regard to case
    company_name  TEXT   NOT NULL,
    introduction  TEXT,                      -- HTML before and after the text of every post
    conclusion    TEXT,
    job_board_url TEXT,                      -- where the organisation shows the board itself, if it does
    job_posts_url TEXT,                      -- where it shows a single post; may hold `:id`
    live          BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL            -- counts changes; the ETag of the console
);

CREATE TABLE departments (
    id          BIGINT NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL,
    parent_id   BIGINT REFERENCES departments (id) DEFERRABLE INITIALLY DEFERRED,
    external_id TEXT,
    document    TEXT   NOT NULL              -- the long form of /v1/departments
);
CREATE INDEX departments_by_parent ON departments (parent_id);
CREATE INDEX departments_by_external_id ON departments (external_id);

CREATE TABLE offices (
    id          BIGINT NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL,
    parent_id   BIGINT REFERENCES offices (id) DEFERRABLE INITIALLY DEFERRED,
    external_id TEXT,
    document    TEXT   NOT NULL              -- the long form of /v1/offices
);
CREATE INDEX offices_by_parent ON offices (parent_id);
CREATE INDEX offices_by_external_id ON offices (external_id);

-- The `users` of the Harvest API: people named in hiring teams. Never console accounts, and never able
-- to sign in here.
CREATE TABLE harvest_users (
    id          BIGINT NOT NULL PRIMARY KEY,
    email       TEXT   NOT NULL,             -- the primary one, lower case
    employee_id TEXT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    document    TEXT   NOT NULL
);
CREATE INDEX harvest_users_by_email ON harvest_users (email);
CREATE INDEX harvest_users_by_employee_id ON harvest_users (employee_id);

-- Definitions of custom fields, and the options of those that offer a choice.
CREATE TABLE custom_fields (
    id         BIGINT NOT NULL PRIMARY KEY,
    field_type TEXT   NOT NULL,              -- what carries the field: job, opening, …
    name_key   TEXT   NOT NULL,              -- its key in `custom_fields` of that thing
    document   TEXT   NOT NULL,
    UNIQUE (field_type, name_key)
);
CREATE TABLE custom_field_options (
    id              BIGINT NOT NULL PRIMARY KEY,
    custom_field_id BIGINT NOT NULL REFERENCES custom_fields (id) DEFERRABLE INITIALLY DEFERRED,
    name            TEXT   NOT NULL
);
CREATE INDEX custom_field_options_of_field ON custom_field_options (custom_field_id);

-- Why an opening was closed.
CREATE TABLE close_reasons (
    id   BIGINT NOT NULL PRIMARY KEY,
    name TEXT   NOT NULL
);

CREATE TABLE jobs (
    id             BIGINT NOT NULL PRIMARY KEY,
    name           TEXT   NOT NULL,
    requisition_id TEXT,
    status         TEXT   NOT NULL,          -- open, closed, draft
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    document       TEXT   NOT NULL           -- with its departments, offices, hiring team and openings
);
-- Lists come in ascending id, which the primary key gives; these are for the filters that leave few rows.
CREATE INDEX jobs_by_status ON jobs (status, id);
CREATE INDEX jobs_by_requisition_id ON jobs (requisition_id);
CREATE INDEX jobs_by_created_at ON jobs (created_at);
CREATE INDEX jobs_by_updated_at ON jobs (updated_at);

CREATE TABLE job_departments (
    job_id        BIGINT NOT NULL REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,
    department_id BIGINT NOT NULL REFERENCES departments (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (job_id, department_id)
);
CREATE INDEX job_departments_by_department ON job_departments (department_id, job_id);

CREATE TABLE job_offices (
    job_id    BIGINT NOT NULL REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,
    office_id BIGINT NOT NULL REFERENCES offices (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (job_id, office_id)
);
CREATE INDEX job_offices_by_office ON job_offices (office_id, job_id);

-- Which options are chosen in the custom fields of a job. The document holds their names only, and
-- partners filter by id.
CREATE TABLE job_custom_field_options (
    job_id    BIGINT NOT NULL REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,
    option_id BIGINT NOT NULL REFERENCES custom_field_options (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (job_id, option_id)
);
CREATE INDEX job_custom_field_options_by_option ON job_custom_field_options (option_id, job_id);

-- How many people a job is to hire: one opening each. `document` is the same text that stands in the
-- job's own document.
CREATE TABLE openings (
    id              BIGINT NOT NULL PRIMARY KEY,
    job_id          BIGINT NOT NULL REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,
    opening_id      TEXT,                    -- the organisation's own number for it; not unique
    status          TEXT   NOT NULL,         -- open, closed
    close_reason_id BIGINT REFERENCES close_reasons (id) DEFERRABLE INITIALLY DEFERRED,
    document        TEXT   NOT NULL
);
CREATE INDEX openings_of_job ON openings (job_id, id);
CREATE INDEX openings_by_opening_id ON openings (opening_id);

CREATE TABLE job_stages (
    id         BIGINT NOT NULL PRIMARY KEY,
    job_id     BIGINT NOT NULL REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,
    priority   BIGINT NOT NULL,              -- the order within the job, from 0
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    document   TEXT   NOT NULL
);
CREATE INDEX job_stages_of_job ON job_stages (job_id, priority);

-- What is published of a job: its title, text, place and questions, on one board. A job has any number
-- of them; a prospect post has no job. Deleting one makes it inactive: integrators may still ask for it.
CREATE TABLE job_posts (
    id            BIGINT NOT NULL PRIMARY KEY,
    job_id        BIGINT REFERENCES jobs (id) DEFERRABLE INITIALLY DEFERRED,
    board_id      BIGINT REFERENCES boards (id) DEFERRABLE INITIALLY DEFERRED,
    active        BIGINT NOT NULL,
    live          BIGINT NOT NULL,
    internal      BIGINT NOT NULL,           -- for people who already work there
    external      BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    language      TEXT   NOT NULL,
    pay_ranges    TEXT   NOT NULL,           -- JSON array, for the public board and for full_document
    document      TEXT   NOT NULL,           -- `content` is the post's own text
    full_document TEXT   NOT NULL            -- `content` is that between the board's words, with the pay
);
CREATE INDEX job_posts_of_job ON job_posts (job_id, id);
CREATE INDEX job_posts_of_board ON job_posts (board_id, live, id);
-- The usual question, what can be applied to now, is counted without reading a single document.
CREATE INDEX job_posts_by_state ON job_posts (live, id, active, internal);
CREATE INDEX job_posts_by_created_at ON job_posts (created_at);
CREATE INDEX job_posts_by_updated_at ON job_posts (updated_at);
