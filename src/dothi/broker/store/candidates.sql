-- name: named
SELECT e.id FROM (
  SELECT id, types, scopes FROM broker.entity WHERE tenant = %s AND (expires_at IS NULL OR expires_at > %s)
  UNION ALL
  (SELECT DISTINCT ON (h.id) h.id, h.types, h.scopes FROM broker.head h
   WHERE h.tenant = %s AND NOT EXISTS (SELECT 1 FROM broker.entity x WHERE x.tenant = h.tenant AND x.id = h.id)
   ORDER BY h.id, h.at DESC)
) AS e WHERE

-- name: named_seen
SELECT e.id FROM (
  SELECT s.id, s.types, s.scopes FROM broker.seen_v1(%s::smallint, %s::text[], %s::text[], %s::text[]) s
  WHERE s.expires_at IS NULL OR s.expires_at > %s
  UNION ALL
  SELECT g.id, g.types, g.scopes FROM broker.seen_gone_v1(%s::smallint, %s::text[], %s::text[]) g
) AS e WHERE

-- name: heads_seen
SELECT g.id, g.types, g.scopes FROM broker.seen_gone_v1(%s::smallint, %s::text[], %s::text[]) g WHERE g.id = ANY(%s)

-- name: heads
SELECT DISTINCT ON (h.id) h.id, h.types, h.scopes FROM broker.head h
WHERE h.tenant = %s AND h.id = ANY(%s) ORDER BY h.id, h.at DESC

-- name: with_instances
SELECT e.id, w.certain
FROM unnest(%(ids)s::text[]) AS e(id)
CROSS JOIN LATERAL (
  SELECT bool_or(p.certain) AS certain
  FROM broker.series s
  CROSS JOIN LATERAL (
    SELECT TRUE AS certain WHERE EXISTS (
      SELECT 1 FROM broker.history r
      WHERE r.series = s.id AND r.at >= %(start)s::timestamptz AND r.at < %(end)s::timestamptz
        AND r.recorded_at >= %(recorded_from)s::timestamptz AND r.recorded_at < %(recorded_to)s::timestamptz
        AND r.superseded_at IS NULL AND (NOT %(observed)s OR r.observed_at IS NOT NULL)
        AND coalesce(r.body ? '~deleted', FALSE) = %(marks)s)
    UNION ALL
    (SELECT NOT %(by_record)s AND (c.first_at >= %(start)s::timestamptz OR c.last_at < %(end)s::timestamptz)
     FROM broker.history_packed c
     WHERE c.series = s.id AND c.stands AND c.first_at < %(end)s::timestamptz AND c.last_at >= %(start)s::timestamptz
       AND (c.recorded_from IS NULL OR c.recorded_from < %(recorded_to)s::timestamptz)
       AND (c.recorded_to IS NULL OR c.recorded_to >= %(recorded_from)s::timestamptz)
     ORDER BY 1 DESC LIMIT 1)
  ) AS p(certain)
  WHERE s.tenant = %(tenant)s AND s.entity = e.id
    AND (%(attrs)s::text[] IS NULL OR s.attr = ANY(%(attrs)s))
    AND (%(datasets)s::text[] IS NULL OR s.dataset = ANY(%(datasets)s))
) AS w
WHERE w.certain IS NOT NULL
ORDER BY e.id

-- name: matching
SELECT id FROM unnest(%s::text[], %s::jsonb[], %s::text[], %s::text[]) AS e(id, attrs, created_at, modified_at) WHERE
