-- name: reached
SELECT e.id FROM broker.seen_v1(%s::smallint, %s::text[], %s::text[], %s::text[]) e WHERE e.id = ANY(%s)
UNION ALL
SELECT g.id FROM broker.seen_gone_v1(%s::smallint, %s::text[], %s::text[]) g WHERE g.id = ANY(%s)

-- name: series_of
SELECT id, attr, dataset, unit FROM broker.series
WHERE tenant = %s AND entity = %s AND (%s::text[] IS NULL OR attr = ANY(%s)) ORDER BY attr, dataset, id

-- name: series_of_all
SELECT id, attr, dataset, unit, entity FROM broker.series
WHERE tenant = %s AND entity = ANY(%s) AND (%s::text[] IS NULL OR attr = ANY(%s)) ORDER BY entity, attr, dataset, id

-- name: one_view
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- name: open_rows
SELECT s.id, (extract(epoch FROM h.at) * 1000000)::bigint, h.observed_at IS NOT NULL,
  (extract(epoch FROM h.recorded_at) * 1000000)::bigint, h.num, h.body::text,
  coalesce((extract(epoch FROM h.superseded_at) * 1000000)::bigint, 0)
FROM unnest(%(series)s::bigint[]) AS s(id)
CROSS JOIN LATERAL (
  SELECT * FROM broker.history r
  WHERE r.series = s.id AND r.at >= %(start)s::timestamptz AND r.at < %(end)s::timestamptz
    AND r.recorded_at >= %(recorded_from)s::timestamptz AND r.recorded_at < %(recorded_to)s::timestamptz
    AND r.recorded_at <= %(known)s::timestamptz
    AND (%(every)s OR r.superseded_at IS NULL OR r.superseded_at > %(known)s::timestamptz)
    AND (NOT %(observed)s OR r.observed_at IS NOT NULL)
    AND coalesce(r.body ? '~deleted', FALSE) = %(marks)s
  ORDER BY {order} LIMIT %(limit)s
) AS h

-- name: open_numbers
SELECT (extract(epoch FROM at) * 1000000)::bigint, num FROM broker.history
WHERE series = ANY(%(series)s) AND at >= %(start)s::timestamptz AND at < %(end)s::timestamptz AND num IS NOT NULL
  AND recorded_at <= %(known)s::timestamptz AND (superseded_at IS NULL OR superseded_at > %(known)s::timestamptz)

-- name: packed_series
SELECT DISTINCT series FROM broker.history_packed
WHERE series = ANY(%(series)s) AND first_at < %(end)s::timestamptz AND last_at >= %(start)s::timestamptz
  AND (recorded_from IS NULL OR (recorded_from < %(recorded_to)s::timestamptz AND recorded_from <= %(known)s::timestamptz))
  AND (recorded_to IS NULL OR recorded_to >= %(recorded_from)s::timestamptz)

-- name: chunks_forwards
SELECT blob, (extract(epoch FROM first_at) * 1000000)::bigint FROM broker.history_packed
WHERE series = ANY(%(series)s) AND first_at < %(end)s::timestamptz AND last_at >= %(start)s::timestamptz
  AND (recorded_from IS NULL OR (recorded_from < %(recorded_to)s::timestamptz AND recorded_from <= %(known)s::timestamptz))
  AND (recorded_to IS NULL OR recorded_to >= %(recorded_from)s::timestamptz)
ORDER BY first_at LIMIT %(most)s OFFSET %(passed)s

-- name: chunks_backwards
SELECT blob, (extract(epoch FROM last_at) * 1000000)::bigint FROM broker.history_packed
WHERE series = ANY(%(series)s) AND first_at < %(end)s::timestamptz AND last_at >= %(start)s::timestamptz
  AND (recorded_from IS NULL OR (recorded_from < %(recorded_to)s::timestamptz AND recorded_from <= %(known)s::timestamptz))
  AND (recorded_to IS NULL OR recorded_to >= %(recorded_from)s::timestamptz)
ORDER BY last_at DESC LIMIT %(most)s OFFSET %(passed)s
