-- name: prepare
CREATE SCHEMA dothi_bench;
CREATE TABLE dothi_bench.entity (tenant int, id text, state jsonb, modified timestamptz, PRIMARY KEY (tenant, id));
CREATE TABLE dothi_bench.history (
    tenant int, entity text, attribute int, dataset int, observed timestamptz, recorded timestamptz, value float8);
CREATE INDEX ON dothi_bench.history (tenant, entity, attribute, observed);
CREATE TABLE dothi_bench.change (seq bigint PRIMARY KEY, tenant int, entity text, at timestamptz, attrs jsonb);
CREATE SEQUENCE dothi_bench.seq;
INSERT INTO dothi_bench.entity SELECT 1, 'urn:bench:' || n, '{}', now() FROM generate_series(0, 4999) n

-- name: drop
DROP SCHEMA IF EXISTS dothi_bench CASCADE

-- name: lock
SELECT id, state FROM dothi_bench.entity WHERE tenant = 1 AND id = ANY(%s) ORDER BY id FOR UPDATE

-- name: state
UPDATE dothi_bench.entity AS e SET state = n.state::jsonb, modified = now()
FROM unnest(%s::text[], %s::text[]) AS n (id, state) WHERE e.tenant = 1 AND e.id = n.id

-- name: history
COPY dothi_bench.history (tenant, entity, attribute, dataset, observed, recorded, value) FROM STDIN

-- name: history_rows
INSERT INTO dothi_bench.history
SELECT 1, n.entity, n.attribute, 0, now(), now(), n.value
FROM unnest(%s::text[], %s::int[], %s::float8[]) AS n (entity, attribute, value)

-- name: number
SELECT pg_advisory_xact_lock(8154)

-- name: change
INSERT INTO dothi_bench.change
SELECT nextval('dothi_bench.seq'), 1, n.id, now(), n.attrs::jsonb FROM unnest(%s::text[], %s::text[]) AS n (id, attrs)

-- name: commit_table
CREATE TABLE IF NOT EXISTS dothi_bench.commits (n int)

-- name: commit_one
INSERT INTO dothi_bench.commits VALUES (1)
