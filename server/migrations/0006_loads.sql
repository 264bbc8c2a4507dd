-- Loads of recruiting data. An import writes its rows beside those in use, under a number of its own, in
-- batches that keep nobody waiting; making them the ones in use is one small change of `loads`.
--
-- So every table holds the rows of several loads, and is called `…_rows`; what everybody reads are views
-- under the names the tables had, of the load in use. Rows of one kind have one load, others their own: an
-- import brings only the kinds it has. References between rows are not checked by the engine any more:
-- they would cross loads.

CREATE TABLE loads (
    kind TEXT   NOT NULL PRIMARY KEY,
    load BIGINT NOT NULL                     -- in use; for the kind `next`, the last one given out
);
INSERT INTO loads (kind, load) VALUES
    ('departments', 0),
    ('offices', 0),
    ('users', 0),
    ('user_roles', 0),
    ('custom_fields', 0),
    ('close_reasons', 0),
    ('jobs', 0),
    ('job_stages', 0),
    ('job_posts', 0),
    ('next', 0);

CREATE TABLE departments_rows (
    load        BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    parent_id   BIGINT,
    external_id TEXT,
    document    TEXT   NOT NULL,             -- the long form of /v1/departments
    PRIMARY KEY (load, id)
);
INSERT INTO departments_rows (load, id, name, parent_id, external_id, document)
    SELECT 0, id, name, parent_id, external_id, document FROM departments;

CREATE TABLE offices_rows (
    load        BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    parent_id   BIGINT,
    external_id TEXT,
    document    TEXT   NOT NULL,             -- the long form of /v1/offices
    PRIMARY KEY (load, id)
);
INSERT INTO offices_rows (load, id, name, parent_id, external_id, document)
    SELECT 0, id, name, parent_id, external_id, document FROM offices;

CREATE TABLE harvest_users_rows (
    load        BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    email       TEXT   NOT NULL,             -- the primary one, lower case
    employee_id TEXT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    document    TEXT   NOT NULL,
    attributes  TEXT   NOT NULL,             -- what `?user_attributes=true` continues the document with
    PRIMARY KEY (load, id)
);
INSERT INTO harvest_users_rows (load, id, email, employee_id, created_at, updated_at, document, attributes)
    SELECT 0, id, email, employee_id, created_at, updated_at, document, attributes FROM harvest_users;

CREATE TABLE harvest_user_emails_rows (
    load        BIGINT NOT NULL,
    user_id     BIGINT NOT NULL,
    email       TEXT   NOT NULL,             -- any of theirs, lower case
    PRIMARY KEY (load, user_id, email)
);
INSERT INTO harvest_user_emails_rows (load, user_id, email)
    SELECT 0, user_id, email FROM harvest_user_emails;

CREATE TABLE user_roles_rows (
    load BIGINT NOT NULL,
    id   BIGINT NOT NULL,
    type TEXT   NOT NULL,                    -- interviewer, job_admin
    name TEXT   NOT NULL,
    PRIMARY KEY (load, id)
);
INSERT INTO user_roles_rows (load, id, type, name)
    SELECT 0, id, type, name FROM user_roles;

CREATE TABLE custom_fields_rows (
    load       BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    field_type TEXT   NOT NULL,              -- what carries the field: job, opening, …
    name_key   TEXT   NOT NULL,              -- its key in `custom_fields` of that thing
    active     BIGINT NOT NULL,
    document   TEXT   NOT NULL,
    PRIMARY KEY (load, id)
);
INSERT INTO custom_fields_rows (load, id, field_type, name_key, active, document)
    SELECT 0, id, field_type, name_key, active, document FROM custom_fields;

CREATE TABLE custom_field_options_rows (
    load            BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    custom_field_id BIGINT NOT NULL,
    name            TEXT   NOT NULL,
    PRIMARY KEY (load, id)
);
INSERT INTO custom_field_options_rows (load, id, custom_field_id, name)
    SELECT 0, id, custom_field_id, name FROM custom_field_options;

CREATE TABLE close_reasons_rows (
    load BIGINT NOT NULL,
    id   BIGINT NOT NULL,
    name TEXT   NOT NULL,
    PRIMARY KEY (load, id)
);
INSERT INTO close_reasons_rows (load, id, name)
    SELECT 0, id, name FROM close_reasons;

CREATE TABLE jobs_rows (
    load           BIGINT NOT NULL,
    id             BIGINT NOT NULL,
    name           TEXT   NOT NULL,
    requisition_id TEXT,
    status         TEXT   NOT NULL,          -- open, closed, draft
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    document       TEXT   NOT NULL,          -- with its departments, offices, hiring team and openings
    PRIMARY KEY (load, id)
);
INSERT INTO jobs_rows (load, id, name, requisition_id, status, created_at, updated_at, document)
    SELECT 0, id, name, requisition_id, status, created_at, updated_at, document FROM jobs;

CREATE TABLE job_departments_rows (
    load          BIGINT NOT NULL,
    job_id        BIGINT NOT NULL,
    department_id BIGINT NOT NULL,
    PRIMARY KEY (load, job_id, department_id)
);
INSERT INTO job_departments_rows (load, job_id, department_id)
    SELECT 0, job_id, department_id FROM job_departments;

CREATE TABLE job_offices_rows (
    load      BIGINT NOT NULL,
    job_id    BIGINT NOT NULL,
    office_id BIGINT NOT NULL,
    PRIMARY KEY (load, job_id, office_id)
);
INSERT INTO job_offices_rows (load, job_id, office_id)
    SELECT 0, job_id, office_id FROM job_offices;

CREATE TABLE job_custom_field_options_rows (
    load      BIGINT NOT NULL,
    job_id    BIGINT NOT NULL,
    option_id BIGINT NOT NULL,
    PRIMARY KEY (load, job_id, option_id)
);
INSERT INTO job_custom_field_options_rows (load, job_id, option_id)
    SELECT 0, job_id, option_id FROM job_custom_field_options;

CREATE TABLE openings_rows (
    load            BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    job_id          BIGINT NOT NULL,
    opening_id      TEXT,                    -- the organisation's own number for it; not unique
    status          TEXT   NOT NULL,         -- open, closed
    close_reason_id BIGINT,
    document        TEXT   NOT NULL,
    PRIMARY KEY (load, id)
);
INSERT INTO openings_rows (load, id, job_id, opening_id, status, close_reason_id, document)
    SELECT 0, id, job_id, opening_id, status, close_reason_id, document FROM openings;

CREATE TABLE job_stages_rows (
    load       BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    job_id     BIGINT NOT NULL,
    priority   BIGINT NOT NULL,              -- the order within the job, from 0
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    document   TEXT   NOT NULL,
    PRIMARY KEY (load, id)
);
INSERT INTO job_stages_rows (load, id, job_id, priority, created_at, updated_at, document)
    SELECT 0, id, job_id, priority, created_at, updated_at, document FROM job_stages;

CREATE TABLE job_posts_rows (
    load          BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    job_id        BIGINT,
    board_id      BIGINT,
    active        BIGINT NOT NULL,
    live          BIGINT NOT NULL,
    internal      BIGINT NOT NULL,           -- for people who already work there
    external      BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    language      TEXT   NOT NULL,
    pay_ranges    TEXT   NOT NULL,           -- JSON array, for the public board and for full_document
    document      TEXT   NOT NULL,           -- `content` is the post's own text
    full_document TEXT   NOT NULL,           -- `content` is that between the board's words, with the pay
    PRIMARY KEY (load, id)
);
INSERT INTO job_posts_rows (load, id, job_id, board_id, active, live, internal, external, created_at, updated_at, language, pay_ranges, document, full_document)
    SELECT 0, id, job_id, board_id, active, live, internal, external, created_at, updated_at, language, pay_ranges, document, full_document FROM job_posts;

-- Those that refer to others go first.
DROP TABLE harvest_user_emails;
DROP TABLE job_departments;
DROP TABLE job_offices;
DROP TABLE job_custom_field_options;
DROP TABLE openings;
DROP TABLE job_stages;
DROP TABLE job_posts;
DROP TABLE jobs;
DROP TABLE custom_field_options;
DROP TABLE custom_fields;
DROP TABLE close_reasons;
DROP TABLE user_roles;
DROP TABLE harvest_users;
DROP TABLE offices;
DROP TABLE departments;

CREATE VIEW departments AS SELECT * FROM departments_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'departments');
CREATE VIEW offices AS SELECT * FROM offices_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'offices');
CREATE VIEW harvest_users AS SELECT * FROM harvest_users_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'users');
CREATE VIEW harvest_user_emails AS SELECT * FROM harvest_user_emails_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'users');
CREATE VIEW user_roles AS SELECT * FROM user_roles_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'user_roles');
CREATE VIEW custom_fields AS SELECT * FROM custom_fields_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'custom_fields');
CREATE VIEW custom_field_options AS SELECT * FROM custom_field_options_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'custom_fields');
CREATE VIEW close_reasons AS SELECT * FROM close_reasons_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'close_reasons');
CREATE VIEW jobs AS SELECT * FROM jobs_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'jobs');
CREATE VIEW job_departments AS SELECT * FROM job_departments_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'jobs');
CREATE VIEW job_offices AS SELECT * FROM job_offices_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'jobs');
CREATE VIEW job_custom_field_options AS SELECT * FROM job_custom_field_options_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'jobs');
CREATE VIEW openings AS SELECT * FROM openings_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'jobs');
CREATE VIEW job_stages AS SELECT * FROM job_stages_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'job_stages');
CREATE VIEW job_posts AS SELECT * FROM job_posts_rows
    WHERE load = (SELECT load FROM loads WHERE kind = 'job_posts');

-- Lists come in ascending id, which the primary key gives; these are for the filters that leave few rows.
CREATE INDEX departments_by_external_id ON departments_rows (load, external_id);
CREATE INDEX offices_by_external_id ON offices_rows (load, external_id);
CREATE INDEX harvest_users_by_employee_id ON harvest_users_rows (load, employee_id);
CREATE INDEX harvest_users_by_created_at ON harvest_users_rows (load, created_at);
CREATE INDEX harvest_users_by_updated_at ON harvest_users_rows (load, updated_at);
CREATE INDEX harvest_user_emails_by_email ON harvest_user_emails_rows (load, email);
CREATE INDEX custom_fields_of_type ON custom_fields_rows (load, field_type, active, id);
CREATE INDEX custom_field_options_of_field ON custom_field_options_rows (load, custom_field_id);
CREATE INDEX jobs_by_status ON jobs_rows (load, status, id);
CREATE INDEX jobs_by_requisition_id ON jobs_rows (load, requisition_id);
CREATE INDEX jobs_by_created_at ON jobs_rows (load, created_at);
CREATE INDEX jobs_by_updated_at ON jobs_rows (load, updated_at);
CREATE INDEX job_departments_by_department ON job_departments_rows (load, department_id, job_id);
CREATE INDEX job_offices_by_office ON job_offices_rows (load, office_id, job_id);
CREATE INDEX job_custom_field_options_by_option ON job_custom_field_options_rows (load, option_id, job_id);
CREATE INDEX openings_of_job ON openings_rows (load, job_id, id);
CREATE INDEX openings_by_opening_id ON openings_rows (load, opening_id);
CREATE INDEX job_stages_of_job ON job_stages_rows (load, job_id, priority);
CREATE INDEX job_stages_by_created_at ON job_stages_rows (load, created_at);
CREATE INDEX job_stages_by_updated_at ON job_stages_rows (load, updated_at);
CREATE INDEX job_posts_of_job ON job_posts_rows (load, job_id, id);
CREATE INDEX job_posts_of_board ON job_posts_rows (load, board_id, live, id);
CREATE INDEX job_posts_by_state ON job_posts_rows (load, live, id, active, internal);
CREATE INDEX job_posts_by_created_at ON job_posts_rows (load, created_at);
CREATE INDEX job_posts_by_updated_at ON job_posts_rows (load, updated_at);
