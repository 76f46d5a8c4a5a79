-- name: series_of
SELECT id, attr, dataset, unit FROM broker.series
WHERE tenant = %s AND entity = %s AND (%s::text[] IS NULL OR attr = ANY(%s)) ORDER BY attr, dataset, id

-- name: series_of_tenant
SELECT s.id, s.entity, s.attr, s.dataset, s.unit FROM broker.series s WHERE s.tenant = %s ORDER BY s.id

-- name: open_rows
SELECT s.id, (extract(epoch FROM h.at) * 1000000)::bigint, h.observed_at IS NOT NULL,
  (extract(epoch FROM h.recorded_at) * 1000000)::bigint, h.num, h.body::text,
  coalesce((extract(epoch FROM h.superseded_at) * 1000000)::bigint, 0)
FROM unnest(%s::bigint[]) AS s(id)
CROSS JOIN LATERAL (
  SELECT * FROM broker.history r
  WHERE r.series = s.id AND r.at >= %s::timestamptz AND r.at < %s::timestamptz
  ORDER BY r.at DESC LIMIT %s
) AS h

-- name: open_numbers
SELECT (extract(epoch FROM at) * 1000000)::bigint, num FROM broker.history
WHERE series = ANY(%s) AND at >= %s::timestamptz AND at < %s::timestamptz AND num IS NOT NULL AND superseded_at IS NULL

-- name: chunks
SELECT series, blob FROM broker.history_packed
WHERE series = ANY(%s) AND first_at < %s::timestamptz AND last_at >= %s::timestamptz
ORDER BY last_at DESC LIMIT %s OFFSET %s

-- name: all_chunks
SELECT series, blob FROM broker.history_packed
WHERE series = ANY(%s) AND first_at < %s::timestamptz AND last_at >= %s::timestamptz

-- name: open_as_of
SELECT s.id, (extract(epoch FROM h.at) * 1000000)::bigint, h.observed_at IS NOT NULL,
  (extract(epoch FROM h.recorded_at) * 1000000)::bigint, h.num, h.body::text, 0::bigint
FROM unnest(%s::bigint[]) AS s(id)
CROSS JOIN LATERAL (
  SELECT * FROM broker.history r
  WHERE r.series = s.id AND r.at <= %s::timestamptz AND r.at > %s::timestamptz AND r.recorded_at <= %s::timestamptz
    AND (r.superseded_at IS NULL OR r.superseded_at > %s::timestamptz)
  ORDER BY r.at DESC, r.recorded_at DESC LIMIT 1
) AS h

-- name: chunks_as_of
SELECT s.id, c.blob
FROM unnest(%s::bigint[]) AS s(id)
CROSS JOIN LATERAL (
  SELECT p.blob FROM broker.history_packed p
  WHERE p.series = s.id AND p.first_at <= %s::timestamptz ORDER BY p.first_at DESC LIMIT 1
) AS c
