-- name: lock_entities
SELECT e.tenant, e.id, e.types, e.scopes, e.attrs::text, e.created_at, e.modified_at, e.expires_at
FROM unnest(%s::smallint[], %s::text[]) AS w(tenant, id)
JOIN broker.entity e ON e.tenant = w.tenant AND e.id = w.id
ORDER BY e.tenant, e.id FOR UPDATE OF e

-- name: were
SELECT w.tenant, w.id, coalesce(h.types, s.types), coalesce(h.scopes, '{}')
FROM unnest(%s::smallint[], %s::text[]) AS w(tenant, id)
LEFT JOIN LATERAL (
  SELECT types, scopes FROM broker.head WHERE tenant = w.tenant AND id = w.id ORDER BY at DESC LIMIT 1
) AS h ON TRUE
LEFT JOIN LATERAL (SELECT types FROM broker.series WHERE tenant = w.tenant AND entity = w.id LIMIT 1) AS s ON TRUE
WHERE h.types IS NOT NULL OR s.types IS NOT NULL

-- name: known_keys
SELECT tenant, key, answer::text, request FROM broker.idempotency
WHERE (tenant, key) IN (SELECT * FROM unnest(%s::smallint[], %s::text[]))

-- name: keep_keys
INSERT INTO broker.idempotency (tenant, key, answer, request)
SELECT * FROM unnest(%s::smallint[], %s::text[], %s::jsonb[], %s::text[])

-- name: add_tenant
INSERT INTO broker.tenant (name) VALUES (%s) ON CONFLICT (name) DO NOTHING

-- name: tenants
SELECT name, id FROM broker.tenant

-- name: add_series
INSERT INTO broker.series (tenant, entity, attr, dataset, types, unit)
SELECT tenant, entity, attr, dataset, string_to_array(types, E'\n'), unit
FROM unnest(%s::smallint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
  AS s(tenant, entity, attr, dataset, types, unit)
ORDER BY 1, 2, 3, 4
ON CONFLICT (tenant, entity, attr, dataset) DO NOTHING
RETURNING tenant, entity, attr, dataset

-- name: series
SELECT s.tenant, s.entity, s.attr, s.dataset, s.id, s.unit
FROM unnest(%s::smallint[], %s::text[], %s::text[], %s::text[]) AS w(tenant, entity, attr, dataset)
JOIN broker.series s USING (tenant, entity, attr, dataset)

-- name: twins
SELECT h.series, (extract(epoch FROM h.at) * 1000000)::bigint, h.num, h.body::text
FROM unnest(%s::bigint[], %s::timestamptz[]) AS w(series, at)
JOIN broker.history h ON h.series = w.series AND h.at = w.at
WHERE h.superseded_at IS NULL AND h.observed_at IS NOT NULL

-- name: packed_around
SELECT DISTINCT p.ctid::text, p.series, p.blob
FROM unnest(%s::bigint[], %s::timestamptz[]) AS w(series, at)
JOIN broker.history_packed p ON p.series = w.series AND p.first_at <= w.at AND p.last_at >= w.at

-- name: marks
SELECT w.series, (extract(epoch FROM greatest(
    (SELECT max(h.at) FROM broker.history h WHERE h.series = w.series AND h.observed_at IS NOT NULL),
    (SELECT max(p.last_at) FROM broker.history_packed p WHERE p.series = w.series))) * 1000000)::bigint
FROM unnest(%s::bigint[]) AS w(series)

-- name: supersede
UPDATE broker.history h SET superseded_at = %s::timestamptz
FROM unnest(%s::bigint[], %s::timestamptz[]) AS w(series, at)
WHERE h.series = w.series AND h.at = w.at AND h.superseded_at IS NULL AND h.observed_at IS NOT NULL

-- name: insert_entities
INSERT INTO broker.entity (tenant, id, types, scopes, attrs, created_at, modified_at, expires_at, x0, y0, x1, y1)
SELECT tenant, id, string_to_array(types, E'\n'), string_to_array(scopes, E'\n'), attrs, created_at, modified_at, expires_at, x0, y0, x1, y1
FROM unnest(%s::smallint[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::text[], %s::text[], %s::text[],
            %s::float8[], %s::float8[], %s::float8[], %s::float8[])
  AS n(tenant, id, types, scopes, attrs, created_at, modified_at, expires_at, x0, y0, x1, y1)

-- name: insert_types
INSERT INTO broker.entity_type (tenant, type, id) SELECT * FROM unnest(%s::smallint[], %s::text[], %s::text[])
ON CONFLICT DO NOTHING

-- name: delete_types
DELETE FROM broker.entity_type t USING unnest(%s::smallint[], %s::text[]) AS w(tenant, id)
WHERE t.tenant = w.tenant AND t.id = w.id

-- name: update_attrs
UPDATE broker.entity e SET attrs = n.attrs, modified_at = n.modified_at
FROM unnest(%s::smallint[], %s::text[], %s::jsonb[], %s::text[]) AS n(tenant, id, attrs, modified_at)
WHERE e.tenant = n.tenant AND e.id = n.id

-- name: update_entities
UPDATE broker.entity e SET types = string_to_array(n.types, E'\n'), scopes = string_to_array(n.scopes, E'\n'),
  attrs = n.attrs, created_at = n.created_at, modified_at = n.modified_at, expires_at = n.expires_at, x0 = n.x0, y0 = n.y0, x1 = n.x1, y1 = n.y1
FROM unnest(%s::smallint[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::text[], %s::text[], %s::text[],
            %s::float8[], %s::float8[], %s::float8[], %s::float8[])
  AS n(tenant, id, types, scopes, attrs, created_at, modified_at, expires_at, x0, y0, x1, y1)
WHERE e.tenant = n.tenant AND e.id = n.id

-- name: delete_entities
DELETE FROM broker.entity e USING unnest(%s::smallint[], %s::text[]) AS w(tenant, id)
WHERE e.tenant = w.tenant AND e.id = w.id

-- name: append_history
INSERT INTO broker.history (series, at, observed_at, recorded_at, num, body, superseded_at)
SELECT series, at, CASE WHEN observed THEN at END, %s::timestamptz, num, body, CASE WHEN superseded THEN %s::timestamptz END
FROM unnest(%s::bigint[], %s::timestamptz[], %s::boolean[], %s::float8[], %s::jsonb[], %s::boolean[])
  AS r(series, at, observed, num, body, superseded)

-- name: change_lock
SELECT pg_advisory_xact_lock(7239002), pg_notify('broker_change', '')

-- name: append_change
INSERT INTO broker.change (seq, tenant, at, entity, payload)
SELECT nextval('broker.change_seq'), tenant, %s::timestamptz, entity, payload
FROM (SELECT * FROM unnest(%s::smallint[], %s::text[], %s::jsonb[])
        WITH ORDINALITY AS c(tenant, entity, payload, n) ORDER BY n) AS c

-- name: erasures
SELECT last_value FROM broker.erasure

-- name: after_commit
SELECT 1

-- name: by_index
-- Plans are kept for the life of the connection. Those made while the tables are empty would read them whole for ever.
SELECT set_config(name, 'off', false) FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) AS s(name)
