-- name: put
INSERT INTO outbox.event (event_id, tenant, topic, payload)
VALUES (%s::uuid, %s, %s, %s::jsonb)
ON CONFLICT (event_id) DO NOTHING

-- name: next
SELECT id, event_id::text, tenant, topic, payload
FROM outbox.event WHERE id > %s ORDER BY id LIMIT %s

-- name: forget
DELETE FROM outbox.event WHERE id <= %s
