-- name: enter
SELECT set_config('dothi.tenant', '', true), set_config('dothi.units', %s, true)

-- name: plant
INSERT INTO sources_source (id, tenant, slug, name, unit_id, contact_name, contact_phone, way, period, mapping, options,
    token_hash, simulated, created_at, received, refused)
SELECT 'bench_' || n, '', 'bench-' || n, 'Bench ' || n, NULL, '', '', 'mqtt', 60, '{}', '{}', '', true, now(), 0, 0
FROM generate_series(1, %s) n

-- name: list
SELECT id, name FROM sources_source WHERE simulated ORDER BY name
