-- name: lock
SELECT pg_advisory_xact_lock(7240650)

-- name: has_versions
SELECT to_regclass('broker.migration') IS NOT NULL

-- name: make_versions
CREATE TABLE IF NOT EXISTS broker.migration (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
GRANT SELECT ON broker.migration TO dothi_writer, dothi_reader

-- name: set_password_text
SELECT format('ALTER ROLE %%I LOGIN PASSWORD %%L', %s::text, %s::text)

-- name: done
SELECT name FROM broker.migration ORDER BY name

-- name: note
INSERT INTO broker.migration (name) VALUES (%s)

-- name: unnote
DELETE FROM broker.migration WHERE name = %s
