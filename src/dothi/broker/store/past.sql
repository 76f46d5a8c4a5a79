-- name: series_of_tenant
SELECT id, attr, dataset, unit, entity, types FROM broker.series WHERE tenant = %s ORDER BY id

-- name: heads
SELECT id, types, scopes, gone, at <= %s::timestamptz, at FROM broker.head WHERE tenant = %s ORDER BY id, at

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
  WHERE p.series = s.id AND p.first_at <= %s::timestamptz AND (p.recorded_from IS NULL OR p.recorded_from <= %s::timestamptz)
  ORDER BY p.first_at DESC LIMIT 1 OFFSET %s
) AS c
