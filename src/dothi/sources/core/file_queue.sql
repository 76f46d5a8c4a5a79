-- name: take
UPDATE sources_filedrop SET state = 'running', rows_done = 0, rows_good = 0, rows_bad = 0, row_errors = '[]',
    result = NULL
WHERE id = (SELECT f.id FROM sources_filedrop f JOIN sources_source s ON s.id = f.source_id
            WHERE f.state IN ('queued', 'running') AND s.retired_at IS NULL
            ORDER BY f.at LIMIT 1 FOR UPDATE OF f SKIP LOCKED)
RETURNING id, tenant, source_id, name, sha256, preview -> 'plan' AS plan, rows

-- name: report
UPDATE sources_filedrop SET rows_done = %s, rows_good = %s, rows_bad = %s, rows = greatest(rows, %s)
WHERE id = %s AND state = 'running'
RETURNING id

-- name: finish
UPDATE sources_filedrop
SET state = CASE WHEN state = 'running' THEN %s ELSE state END, rows_done = %s, rows_good = %s, rows_bad = %s,
    rows = %s, row_errors = %s::jsonb, result = %s::jsonb, finished_at = %s
WHERE id = %s
