-- name: one_at_a_time
SELECT pg_try_advisory_xact_lock(7240651)

-- name: now
SELECT t.name, g.entity, g.attr, g.letters
FROM broker.grade_now g JOIN broker.tenant t ON t.id = g.tenant

-- name: change
WITH given AS (
  SELECT t.id AS tenant, g.entity, g.attr, g.letters, g.was, g.method, g.reasons, g.number
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    WITH ORDINALITY AS g(tenant, entity, attr, letters, was, method, reasons, number)
  JOIN broker.tenant t ON t.name = g.tenant
), kept AS (
  INSERT INTO broker.grade_now (tenant, entity, attr, letters) SELECT tenant, entity, attr, letters FROM given
  ON CONFLICT (tenant, entity, attr) DO UPDATE SET letters = EXCLUDED.letters
)
INSERT INTO broker.grade_history (tenant, entity, attr, at, letters, was, method, reasons)
SELECT tenant, entity, attr, %s::timestamptz, letters, nullif(was, ''), method, reasons::jsonb FROM given ORDER BY number

-- name: forget_gone
DELETE FROM broker.grade_now g
WHERE NOT EXISTS (SELECT 1 FROM broker.entity e WHERE e.tenant = g.tenant AND e.id = g.entity)

-- name: tell
SELECT pg_notify('broker_grade', '')

-- name: history
SELECT g.id, t.name, g.entity, g.attr, (extract(epoch FROM g.at) * 1000000)::bigint, g.letters, g.was, g.method, g.reasons::text
FROM broker.grade_history g JOIN broker.tenant t ON t.id = g.tenant
WHERE t.name = %s AND g.entity = %s AND g.attr = %s AND g.at <= %s::timestamptz
ORDER BY g.at DESC, g.id DESC LIMIT %s

-- name: drops
SELECT g.id, t.name, g.entity, g.attr, (extract(epoch FROM g.at) * 1000000)::bigint, g.letters, g.was, g.method, g.reasons::text
FROM broker.grade_history g JOIN broker.tenant t ON t.id = g.tenant
WHERE g.id > %s AND g.was < (SELECT max(letter) FROM unnest(string_to_array(g.letters, NULL)) AS letter)
ORDER BY g.id LIMIT %s

-- name: erase_history
DELETE FROM broker.grade_history WHERE tenant = %s AND (entity = ANY(%s) OR starts_with(entity, %s))

-- name: erase_now
DELETE FROM broker.grade_now WHERE tenant = %s AND (entity = ANY(%s) OR starts_with(entity, %s))
