-- name: series_of
SELECT id FROM broker.series WHERE tenant = %s AND entity = %s

-- name: supersede_rows
WITH gone AS (
  UPDATE broker.history SET superseded_at = %s::timestamptz
  WHERE series = ANY(%s) AND superseded_at IS NULL RETURNING 1
)
SELECT count(*) FROM gone

-- name: chunks
SELECT ctid::text, series, blob FROM broker.history_packed WHERE series = ANY(%s)

-- name: replace_chunk
UPDATE broker.history_packed SET blob = %s, stands = FALSE WHERE ctid = %s::tid AND series = %s
