-- name: add_days
INSERT INTO broker.key_day AS d (key, day, tenant, requests, refusals)
SELECT * FROM unnest(%s::text[], %s::date[], %s::text[], %s::bigint[], %s::bigint[])
ON CONFLICT (key, day) DO UPDATE SET requests = d.requests + excluded.requests, refusals = d.refusals + excluded.refusals
RETURNING d.key, d.day, d.requests

-- name: add_minutes
INSERT INTO broker.key_minute AS m (key, minute, requests)
SELECT * FROM unnest(%s::text[], %s::bigint[], %s::integer[])
ON CONFLICT (key, minute) DO UPDATE SET requests = m.requests + excluded.requests
RETURNING m.key, m.minute, m.requests

-- name: used
UPDATE broker.key SET last_used = now() WHERE id = ANY(%s)
