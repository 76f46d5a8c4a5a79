-- name: one_at_a_time
SELECT pg_try_advisory_lock(7239010)

-- name: let_go
SELECT pg_advisory_unlock(7239010)

-- name: make_history_partition
SELECT broker.make_history_partition_v1(%s, %s::timestamptz, %s::timestamptz)

-- name: change_number
SELECT last_value / 1000000 FROM broker.change_seq

-- name: make_change_partition
SELECT broker.make_change_partition_v1(%s)

-- name: change_partitions
SELECT substr(c.relname, 8)::bigint FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE i.inhparent = 'broker.change'::regclass AND c.relname ~ '^change_[0-9]+$' ORDER BY 1

-- name: slowest_cursor
SELECT min(seq) FROM broker.cursor

-- name: newest_change
SELECT max(at) FROM broker.change WHERE seq >= %s AND seq < %s

-- name: drop_change_partition
SELECT broker.drop_change_partition_v1(%s)

-- name: trim_default
DELETE FROM broker.change_default WHERE at < %s::timestamptz

-- name: expire_keys
DELETE FROM broker.idempotency WHERE at < %s::timestamptz

-- name: expire_entities
SELECT n.name, e.id FROM broker.entity e JOIN broker.tenant n ON n.id = e.tenant
WHERE e.expires_at <= %s ORDER BY e.expires_at LIMIT 1000

-- name: outbox
SELECT id, event_id::text, tenant, topic, payload::text FROM outbox.event ORDER BY id LIMIT %s

-- name: forget_event
DELETE FROM outbox.event WHERE id = ANY(%s)

-- name: dead_letter
INSERT INTO broker.dead_letter (reader, reason, payload) VALUES ('outbox', %s, %s::jsonb)

-- name: forget_minutes
DELETE FROM broker.key_minute WHERE minute < extract(epoch FROM now())::bigint / 60 - 10

-- name: forget_days
DELETE FROM broker.key_day WHERE day < (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - 400
