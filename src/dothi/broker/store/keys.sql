-- name: insert
INSERT INTO broker.key (id, hash, tenant, operations, source, note, owner, types, attrs, scopes, expires_at, per_minute, per_day, addresses)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO NOTHING

-- name: change
UPDATE broker.key SET operations = %s, note = %s, owner = %s, types = %s, attrs = %s, scopes = %s, expires_at = %s,
  per_minute = %s, per_day = %s, addresses = %s
WHERE id = %s AND revoked_at IS NULL

-- name: revoke
UPDATE broker.key SET revoked_at = now() WHERE id = %s AND revoked_at IS NULL

-- name: list
SELECT k.id, k.tenant, k.operations, k.source, k.note, k.created_at, k.last_used, k.revoked_at, k.owner, k.types, k.attrs, k.scopes,
  k.expires_at, k.per_minute, k.per_day, k.addresses, coalesce(d.requests, 0), coalesce(d.refusals, 0)
FROM broker.key k
LEFT JOIN broker.key_day d ON d.key = k.id AND d.day = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
WHERE %s::text IS NULL OR k.id = %s
ORDER BY k.created_at, k.id

-- name: days
SELECT day, requests, refusals FROM broker.key_day WHERE key = %s ORDER BY day DESC LIMIT %s

-- name: types_there
WITH RECURSIVE one AS (
  (SELECT type FROM broker.entity_type WHERE tenant = broker.current_tenant_v1() ORDER BY type LIMIT 1)
  UNION ALL
  SELECT (SELECT n.type FROM broker.entity_type n WHERE n.tenant = broker.current_tenant_v1() AND n.type > one.type ORDER BY n.type LIMIT 1)
  FROM one WHERE one.type IS NOT NULL
)
SELECT type FROM one WHERE type IS NOT NULL

-- name: attrs_there
WITH RECURSIVE one AS (
  (SELECT attr FROM broker.series WHERE tenant = broker.current_tenant_v1() ORDER BY attr LIMIT 1)
  UNION ALL
  SELECT (SELECT n.attr FROM broker.series n WHERE n.tenant = broker.current_tenant_v1() AND n.attr > one.attr ORDER BY n.attr LIMIT 1)
  FROM one WHERE one.attr IS NOT NULL
)
SELECT attr FROM one WHERE attr IS NOT NULL

-- name: find
SELECT hash, tenant, operations, source, types, attrs, scopes, extract(epoch FROM expires_at)::float8, per_minute, per_day, addresses
FROM broker.key WHERE id = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())

-- name: brief
SELECT e.id, e.types, e.scopes, e.attrs, e.modified_at FROM broker.entity e
WHERE e.tenant = broker.current_tenant_v1()
  AND e.id IN (SELECT t.id FROM broker.entity_type t WHERE t.tenant = broker.current_tenant_v1() AND t.type = ANY(%s))
ORDER BY e.id LIMIT %s
