-- name: head
SELECT coalesce(max(seq), 0) FROM broker.change

-- name: tail
SELECT min(seq) FROM broker.change

-- name: after
SELECT c.seq, n.name, c.entity, (extract(epoch FROM c.at) * 1000000)::bigint, c.payload::text
FROM broker.change c JOIN broker.tenant n ON n.id = c.tenant
WHERE c.seq > %s ORDER BY c.seq LIMIT %s

-- name: cursor
SELECT seq FROM broker.cursor WHERE name = %s

-- name: keep_cursor
INSERT INTO broker.cursor (name, seq) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET seq = EXCLUDED.seq, at = now()

-- name: listen
LISTEN broker_change
