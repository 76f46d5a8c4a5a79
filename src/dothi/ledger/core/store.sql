-- name: put
INSERT INTO ledger.record (body) VALUES (%s) ON CONFLICT (event_id) DO NOTHING RETURNING id

-- name: be_sequencer
SELECT pg_advisory_xact_lock(7235421860035)

-- name: waiting
SELECT r.id, r.body FROM ledger.waiting w JOIN ledger.record r ON r.id = w.record_id ORDER BY w.record_id LIMIT %s

-- name: size
SELECT coalesce(max(number) + 1, 0) FROM ledger.leaf

-- name: nodes
SELECT w.level, w.index, coalesce(n.hash, l.hash)
FROM unnest(%s::int[], %s::bigint[]) AS w(level, index)
LEFT JOIN ledger.node n ON n.level = w.level AND n.index = w.index
LEFT JOIN ledger.leaf l ON w.level = 0 AND l.number = w.index

-- name: put_leaves
INSERT INTO ledger.leaf (number, record_id, hash) SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[])

-- name: put_nodes
INSERT INTO ledger.node (level, index, hash) SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bytea[])

-- name: stop_waiting
DELETE FROM ledger.waiting WHERE record_id = ANY(%s)

-- name: newest_checkpoint
SELECT size, root, at, note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1

-- name: checkpoint
SELECT size, root, at, note FROM ledger.checkpoint WHERE size = %s

-- name: checkpoints
SELECT size, root, at, note FROM ledger.checkpoint ORDER BY size

-- name: put_checkpoint
INSERT INTO ledger.checkpoint (size, root, at, note) VALUES (%s, %s, %s, %s)

-- name: keys
SELECT text FROM ledger.key ORDER BY since, text

-- name: put_key
INSERT INTO ledger.key (text, since) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING text

-- name: cosignatures
SELECT line FROM ledger.cosignature WHERE size = %s ORDER BY key

-- name: all_cosignatures
SELECT size, key, line FROM ledger.cosignature ORDER BY size, key

-- name: put_cosignature
INSERT INTO ledger.cosignature (size, key, line) VALUES (%s, %s, %s)
ON CONFLICT DO NOTHING RETURNING size

-- name: leaves
SELECT l.number, l.hash, r.body FROM ledger.leaf l LEFT JOIN ledger.record r ON r.id = l.record_id
WHERE l.number >= %s AND l.number < %s ORDER BY l.number

-- name: page
SELECT r.id, r.body, l.number, l.hash, c.size, c.at
FROM (
    SELECT id, body FROM ledger.record
    WHERE tenant = current_setting('dothi.tenant', true)
      AND (%(actors)s::text[] IS NULL OR actor = ANY(%(actors)s::text[]))
      AND (%(all_objects)s
        OR (object >= %(from_0)s AND object < %(below_0)s)
        OR (object >= %(from_1)s AND object < %(below_1)s)
        OR (object >= %(from_2)s AND object < %(below_2)s)
        OR (object >= %(from_3)s AND object < %(below_3)s)
        OR (object >= %(from_4)s AND object < %(below_4)s)
        OR (object >= %(from_5)s AND object < %(below_5)s)
        OR (object >= %(from_6)s AND object < %(below_6)s)
        OR (object >= %(from_7)s AND object < %(below_7)s))
      AND at >= %(since)s AND at < %(until)s
      AND (at, id) < (%(before_at)s, %(before_id)s)
    ORDER BY at DESC, id DESC LIMIT %(most)s
) r
LEFT JOIN ledger.leaf l ON l.record_id = r.id
LEFT JOIN LATERAL (
    SELECT size, at FROM ledger.checkpoint WHERE size > l.number ORDER BY size LIMIT 1
) c ON true
ORDER BY (r.body::jsonb ->> 'at') COLLATE "C" DESC, r.id DESC

-- name: entries
SELECT l.number, l.hash, r.body FROM ledger.leaf l LEFT JOIN ledger.record r ON r.id = l.record_id
WHERE l.number >= %s AND l.number <= %s ORDER BY l.number

-- name: of_event
SELECT r.id, r.body, l.number, l.hash, c.size, c.at, c.note
FROM ledger.record r
LEFT JOIN ledger.leaf l ON l.record_id = r.id
LEFT JOIN LATERAL (
    SELECT size, at, note FROM ledger.checkpoint WHERE size > l.number ORDER BY size LIMIT 1
) c ON true
WHERE r.event_id = %s AND r.tenant = current_setting('dothi.tenant', true)

-- name: about
SELECT body FROM ledger.record
WHERE tenant = current_setting('dothi.tenant', true) AND object = %s AND act = %s
ORDER BY at DESC, id DESC LIMIT %s

-- name: by_actor
SELECT body FROM ledger.record
WHERE tenant = current_setting('dothi.tenant', true) AND actor = %s
ORDER BY at, id

-- name: count_by_actor
SELECT count(*) FROM ledger.record
WHERE tenant = current_setting('dothi.tenant', true) AND actor = %s
