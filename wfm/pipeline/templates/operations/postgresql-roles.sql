-- Least privileges on PostgreSQL. As the owner of the database, once:
--   psql -d wfm -f postgresql-roles.sql
-- wfm_owner makes and migrates the tables (any wfm command does on opening an older database);
-- wfm_night runs the nights and the planners' commands; wfm_reader only looks.
-- Give passwords or peer authentication by your own rules; put the URL into WFM_DATABASE_URL.
CREATE ROLE wfm_owner LOGIN;
CREATE ROLE wfm_night LOGIN;
CREATE ROLE wfm_reader LOGIN;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO wfm_owner;
GRANT USAGE ON SCHEMA public TO wfm_night, wfm_reader;

-- What wfm_owner makes is open to the two others as far as they need it
ALTER DEFAULT PRIVILEGES FOR ROLE wfm_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO wfm_night;
ALTER DEFAULT PRIVILEGES FOR ROLE wfm_owner IN SCHEMA public
    GRANT USAGE ON SEQUENCES TO wfm_night;
ALTER DEFAULT PRIVILEGES FOR ROLE wfm_owner IN SCHEMA public
    GRANT SELECT ON TABLES TO wfm_reader;

-- Then once as wfm_owner, and again after each update of wfm: wfm runs list
