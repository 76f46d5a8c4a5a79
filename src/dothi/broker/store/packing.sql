-- name: old_series
SELECT series FROM broker.history
WHERE at < %s::timestamptz GROUP BY series HAVING count(*) >= %s ORDER BY count(*) DESC LIMIT %s

-- name: cut
SELECT at FROM broker.history WHERE series = %s AND at < %s::timestamptz ORDER BY at OFFSET %s LIMIT 1

-- name: take_rows
DELETE FROM broker.history WHERE series = %s AND at < %s::timestamptz
RETURNING (extract(epoch FROM at) * 1000000)::bigint, observed_at IS NOT NULL,
  (extract(epoch FROM recorded_at) * 1000000)::bigint, num, body::text,
  coalesce((extract(epoch FROM superseded_at) * 1000000)::bigint, 0)

-- name: add_chunk
INSERT INTO broker.history_packed (series, first_at, last_at, n, blob, key, recorded_from, recorded_to, stands)
VALUES (%s, to_timestamp(0) + %s * interval '1 microsecond', to_timestamp(0) + %s * interval '1 microsecond', %s, %s, %s,
  to_timestamp(0) + %s * interval '1 microsecond', to_timestamp(0) + %s * interval '1 microsecond', %s)

-- name: chunks_from
-- The chunks that begin between two instants, and one before and one after them.
SELECT ctid::text, (extract(epoch FROM first_at) * 1000000)::bigint, (extract(epoch FROM last_at) * 1000000)::bigint, n, key
FROM (
  (SELECT ctid, first_at, last_at, n, key FROM broker.history_packed
   WHERE series = %s AND first_at <= to_timestamp(0) + %s * interval '1 microsecond' ORDER BY first_at DESC LIMIT 1)
  UNION ALL
  (SELECT ctid, first_at, last_at, n, key FROM broker.history_packed
   WHERE series = %s AND first_at > to_timestamp(0) + %s * interval '1 microsecond'
     AND first_at <= to_timestamp(0) + %s * interval '1 microsecond')
  UNION ALL
  (SELECT ctid, first_at, last_at, n, key FROM broker.history_packed
   WHERE series = %s AND first_at > to_timestamp(0) + %s * interval '1 microsecond' ORDER BY first_at LIMIT 1)
) AS c ORDER BY first_at

-- name: take_chunk
DELETE FROM broker.history_packed WHERE ctid = %s::tid AND series = %s RETURNING blob

-- name: drop_chunk
DELETE FROM broker.history_packed WHERE ctid = %s::tid AND series = %s

-- name: copy_chunks
COPY broker.history_packed (series, first_at, last_at, n, blob, key) FROM STDIN BINARY

-- name: restore_rows
INSERT INTO broker.history (series, at, observed_at, recorded_at, num, body, superseded_at)
SELECT %s, t, CASE WHEN observed THEN t END, to_timestamp(0) + recorded * interval '1 microsecond', num, body,
  CASE WHEN superseded > 0 THEN to_timestamp(0) + superseded * interval '1 microsecond' END
FROM (SELECT to_timestamp(0) + at * interval '1 microsecond' AS t, observed, recorded, num, body, superseded
      FROM unnest(%s::bigint[], %s::boolean[], %s::bigint[], %s::float8[], %s::jsonb[], %s::bigint[])
        AS u(at, observed, recorded, num, body, superseded)) AS r

-- name: lock_entity
SELECT 1 FROM broker.entity e JOIN broker.series s ON s.tenant = e.tenant AND s.entity = e.id
WHERE s.id = %s FOR UPDATE OF e
