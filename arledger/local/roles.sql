-- The roles and the database of an installation; run by psql as a superuser, as often as one likes.
-- The local runtime runs it at every start, docker-compose.yml when the server is made.
--   arledger_app    what the product is allowed to do: bound by row security, cannot sign in
--   arledger_web    the runtime's login: owns nothing, becomes arledger_app
--   arledger_owner  owns the tables: signs in for migrations only
\set ON_ERROR_STOP on
\getenv owner_password ARLEDGER_OWNER_PASSWORD
\getenv web_password ARLEDGER_WEB_PASSWORD

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['arledger_app', 'arledger_web', 'arledger_owner']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE arledger_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
ALTER ROLE arledger_web LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD :'web_password';
ALTER ROLE arledger_owner LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
GRANT arledger_app TO arledger_web WITH INHERIT FALSE, SET TRUE;
GRANT arledger_app TO arledger_owner WITH INHERIT FALSE, SET TRUE;

SELECT 'CREATE DATABASE arledger OWNER arledger_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'arledger') \gexec

REVOKE ALL ON DATABASE arledger FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE arledger TO arledger_web, arledger_app;
