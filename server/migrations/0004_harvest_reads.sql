-- What the rest of Harvest's reads ask for.

-- Every e-mail address of a Harvest user: `?email=` matches the secondary ones too.
CREATE TABLE harvest_user_emails (
    user_id BIGINT NOT NULL REFERENCES harvest_users (id) DEFERRABLE INITIALLY DEFERRED,
    email   TEXT   NOT NULL,                 -- lower case
    PRIMARY KEY (user_id, email)
);
CREATE INDEX harvest_user_emails_by_email ON harvest_user_emails (email);
INSERT INTO harvest_user_emails (user_id, email) SELECT id, email FROM harvest_users;

-- What a user's document is continued with when `?user_attributes=true` asks for it: two members of a
-- JSON object, without its braces.
ALTER TABLE harvest_users ADD COLUMN attributes TEXT NOT NULL
    DEFAULT '"custom_fields":{},"keyed_custom_fields":{}';

-- The roles that people can have in a job.
CREATE TABLE user_roles (
    id   BIGINT NOT NULL PRIMARY KEY,
    type TEXT   NOT NULL,                    -- interviewer, job_admin
    name TEXT   NOT NULL
);

-- Definitions are asked for by what carries them, and mostly without those that are out of use.
ALTER TABLE custom_fields ADD COLUMN active BIGINT NOT NULL DEFAULT 1;
CREATE INDEX custom_fields_of_type ON custom_fields (field_type, active, id);
CREATE INDEX job_stages_by_created_at ON job_stages (created_at);
CREATE INDEX job_stages_by_updated_at ON job_stages (updated_at);
CREATE INDEX harvest_users_by_created_at ON harvest_users (created_at);
CREATE INDEX harvest_users_by_updated_at ON harvest_users (updated_at);
