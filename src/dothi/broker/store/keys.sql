-- name: insert
INSERT INTO broker.key (id, hash, tenant, operations, source, note) VALUES (%s, %s, %s, %s, %s, %s)

-- name: revoke
UPDATE broker.key SET revoked_at = now() WHERE id = %s AND revoked_at IS NULL

-- name: list
SELECT id, tenant, operations, source, note, created_at, last_used, revoked_at FROM broker.key ORDER BY created_at

-- name: find
SELECT hash, tenant, operations, source FROM broker.key WHERE id = %s AND revoked_at IS NULL

-- name: used
UPDATE broker.key SET last_used = now() WHERE id = ANY(%s)

-- name: brief
SELECT e.id, e.types, e.scopes, e.attrs, e.modified_at FROM broker.entity e
WHERE e.tenant = broker.current_tenant_v1()
  AND e.id IN (SELECT t.id FROM broker.entity_type t WHERE t.tenant = broker.current_tenant_v1() AND t.type = ANY(%s))
ORDER BY e.id LIMIT %s
