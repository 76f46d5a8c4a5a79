-- name: claim
INSERT INTO broker.bulk_load (tenant, key) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING key

-- name: add_chunks
INSERT INTO broker.history_packed (series, first_at, last_at, recorded_from, recorded_to, n, blob, key)
SELECT series, t.first_at, t.last_at, t.first_at, t.last_at, n, blob, %s
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bytea[]) AS c(series, first, last, n, blob)
CROSS JOIN LATERAL (SELECT to_timestamp(0) + first * interval '1 microsecond' AS first_at,
  to_timestamp(0) + last * interval '1 microsecond' AS last_at) AS t

-- name: erased_ids
SELECT id FROM broker.entity WHERE tenant = %s AND (id = ANY(%s) OR starts_with(id, %s)) ORDER BY id FOR UPDATE

-- name: erased_series
DELETE FROM broker.series WHERE tenant = %s AND (entity = ANY(%s) OR starts_with(entity, %s)) RETURNING id, entity

-- name: erase_rows
DELETE FROM broker.history WHERE series = ANY(%s)

-- name: erase_chunks
DELETE FROM broker.history_packed WHERE series = ANY(%s)

-- name: erase_entities
DELETE FROM broker.entity WHERE tenant = %s AND id = ANY(%s)

-- name: erase_types
DELETE FROM broker.entity_type WHERE tenant = %s AND id = ANY(%s)

-- name: erase_heads
DELETE FROM broker.head WHERE tenant = %s AND id = ANY(%s)

-- name: erase_changes
DELETE FROM broker.change WHERE tenant = %s AND (entity = ANY(%s) OR starts_with(entity, %s))

-- name: erase_outbox
DELETE FROM outbox.event WHERE tenant = %s AND (payload->>'id' = ANY(%s) OR starts_with(payload->>'id', %s))

-- name: erase_letters
DELETE FROM broker.dead_letter WHERE payload->>'id' = ANY(%s) OR starts_with(payload->>'id', %s)

-- name: forget_loads
DELETE FROM broker.bulk_load b WHERE tenant = %s AND key = ANY(%s)
  AND NOT EXISTS (SELECT 1 FROM broker.history_packed p WHERE p.key = b.key)

-- name: keys_of_series
SELECT DISTINCT key FROM broker.history_packed WHERE series = ANY(%s) AND key IS NOT NULL

-- name: move_on
SELECT nextval('broker.erasure')
