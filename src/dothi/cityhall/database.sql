-- name: database_exists
SELECT 1 FROM pg_database WHERE datname = %s

-- name: create_database_text
SELECT format('CREATE DATABASE %%I TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C''', %s::text)

-- name: role_exists
SELECT 1 FROM pg_roles WHERE rolname = %s

-- name: create_role_text
SELECT format('CREATE ROLE %%I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD %%L', %s::text, %s::text)

-- name: set_password_text
SELECT format('ALTER ROLE %%I LOGIN PASSWORD %%L', %s::text, %s::text)

-- name: database_oid
SELECT oid::text FROM pg_database WHERE datname = current_database()

-- name: grant_django
GRANT USAGE ON SCHEMA public TO dothi_reader, dothi_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO dothi_reader;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO dothi_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO dothi_reader;
DO $$
DECLARE found regclass;
BEGIN
    FOR found IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname LIKE 'sources\_%'
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO dothi_writer', found);
    END LOOP;
END $$
