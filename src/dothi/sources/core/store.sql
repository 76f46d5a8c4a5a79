-- name: load_sources
SELECT s.id, s.tenant, s.slug, s.name, s.way, s.period, s.mapping, s.options, s.token_hash, s.simulated,
       s.muted_at IS NOT NULL AS muted, s.retired_at IS NOT NULL AS retired, s.unit_id,
       s.contact_name, s.contact_phone
FROM sources_source s
WHERE s.retired_at IS NULL OR %s
ORDER BY s.id

-- name: load_devices
SELECT d.id, d.tenant, d.source_id, d.key, d.name, d.kind, d.entity_id, d.entity_type, d.unit_code, d.state,
       d.topics, d.username, d.password_hash, coalesce(d.period, s.period) AS period, d.mapping, d.lon, d.lat,
       coalesce(d.unit_id, s.unit_id) AS unit_id
FROM sources_device d JOIN sources_source s ON s.id = d.source_id
WHERE s.retired_at IS NULL
ORDER BY d.id

-- name: load_parents
SELECT id, parent_id FROM places_unit

-- name: source_by_slug
SELECT s.id, s.tenant, s.slug, s.name, s.way, s.period, s.mapping, s.options, s.token_hash, s.simulated,
       s.muted_at IS NOT NULL AS muted, s.retired_at IS NOT NULL AS retired, s.unit_id,
       s.contact_name, s.contact_phone
FROM sources_source s
WHERE s.tenant = %s AND s.slug = %s

-- name: record_seen
INSERT INTO sources_device AS d (
    id, tenant, source_id, key, name, kind, entity_id, entity_type, unit_code, mapping, topics, password_hash,
    state, last_topic, last_payload, first_seen, last_seen, received, refused, created_at)
SELECT 'dev_' || md5(n.source_id || '/' || n.key), s.tenant, n.source_id, n.key, '', '', n.entity_id,
       n.entity_type, '', NULL, '[]', '', 'waiting', n.topic, n.payload, n.at, n.at, n.times, n.refused, n.at
FROM jsonb_to_recordset(%s::jsonb) AS n(source_id text, key text, topic text, payload text, at timestamptz,
                                        times bigint, refused bigint, entity_id text, entity_type text)
JOIN sources_source s ON s.id = n.source_id AND s.retired_at IS NULL
ORDER BY n.source_id, n.key
ON CONFLICT (source_id, key) DO UPDATE SET
    last_topic = CASE WHEN excluded.last_payload = '' THEN d.last_topic ELSE excluded.last_topic END,
    last_payload = CASE WHEN excluded.last_payload = '' THEN d.last_payload ELSE excluded.last_payload END,
    first_seen = coalesce(d.first_seen, excluded.first_seen),
    -- One that waits has spoken; of one that takes part only what was kept counts.
    last_seen = CASE WHEN d.state = 'waiting' OR excluded.refused < excluded.received
                     THEN greatest(d.last_seen, excluded.last_seen) ELSE d.last_seen END,
    received = d.received + excluded.received,
    refused = d.refused + excluded.refused

-- name: record_source_seen
UPDATE sources_source AS s SET
    last_seen = CASE WHEN n.refused < n.times THEN greatest(s.last_seen, n.at) ELSE s.last_seen END,
    received = s.received + n.times,
    refused = s.refused + n.refused
FROM jsonb_to_recordset(%s::jsonb) AS n(source_id text, at timestamptz, times bigint, refused bigint)
WHERE s.id = n.source_id

-- name: record_refusal
INSERT INTO sources_refusal (tenant, source_id, device_key, way, topic, reason, detail, payload, at, times)
SELECT n.tenant, n.source_id, n.device_key, n.way, n.topic, n.reason, n.detail, n.payload, n.at, n.times
FROM jsonb_to_recordset(%s::jsonb) AS n(tenant text, source_id text, device_key text, way text, topic text,
                                        reason text, detail text, payload text, at timestamptz, times bigint)

-- name: record_link
UPDATE sources_source SET link_state = %s, link_error = %s, link_at = %s WHERE id = %s

-- name: trim_refusals
DELETE FROM sources_refusal WHERE id <= (SELECT max(id) - %s FROM sources_refusal)
