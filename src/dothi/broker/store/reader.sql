-- name: table
broker.entity e

-- name: seen
broker.seen_v1(%s::smallint, %s::text[], %s::text[], %s::text[]) e

-- name: one
tenant = %s AND id = %s AND (expires_at IS NULL OR expires_at > %s)

-- name: many
SELECT id, types, scopes, attrs::text, created_at, modified_at, expires_at FROM

-- name: count
SELECT count(*) FROM

-- name: alive
e.tenant = %s AND (e.expires_at IS NULL OR e.expires_at > %s)

-- name: with_ids
e.id = ANY(%s)

-- name: with_pattern
e.id ~ %s

-- name: with_types
e.id IN (SELECT t.id FROM broker.entity_type t WHERE t.tenant = %s AND t.type = ANY(%s))

-- name: with_attrs
e.attrs ?| %s

-- name: with_box
e.x0 <= %s AND e.x1 >= %s AND e.y0 <= %s AND e.y1 >= %s

-- name: everything
SELECT n.name, e.id, e.types, e.scopes, e.attrs::text, e.created_at, e.modified_at, e.expires_at
FROM broker.entity e JOIN broker.tenant n ON n.id = e.tenant
WHERE e.expires_at IS NULL OR e.expires_at > %s

-- name: types
SELECT DISTINCT type FROM broker.entity_type WHERE tenant = %s ORDER BY type

-- name: vocabulary_mark
SELECT (SELECT max(id) FROM broker.series), (SELECT max(at)::text FROM broker.head)

-- name: type_attributes
SELECT t.type, a.attr, array_agg(DISTINCT i.value->>'type'), count(DISTINCT t.id)
FROM broker.entity_type t
JOIN broker.entity e ON e.tenant = t.tenant AND e.id = t.id
CROSS JOIN LATERAL jsonb_each(e.attrs) AS a(attr, instances)
CROSS JOIN LATERAL jsonb_each(a.instances) AS i(dataset, value)
WHERE t.tenant = %(tenant)s AND (%(type)s::text IS NULL OR t.type = %(type)s)
GROUP BY t.type, a.attr
UNION ALL
SELECT t.type, '', '{}', count(*) FROM broker.entity_type t
JOIN broker.entity e ON e.tenant = t.tenant AND e.id = t.id
WHERE t.tenant = %(tenant)s AND (%(type)s::text IS NULL OR t.type = %(type)s) AND e.attrs = '{}'
GROUP BY t.type
ORDER BY 1, 2

-- name: attribute_types
SELECT t.type, %(attr)s, array_agg(DISTINCT i.value->>'type'), count(DISTINCT t.id)
FROM (SELECT DISTINCT entity FROM broker.series WHERE tenant = %(tenant)s AND attr = %(attr)s) AS s
JOIN broker.entity e ON e.tenant = %(tenant)s AND e.id = s.entity
JOIN broker.entity_type t ON t.tenant = e.tenant AND t.id = e.id
CROSS JOIN LATERAL jsonb_each(e.attrs->%(attr)s) AS i(dataset, value)
GROUP BY t.type
ORDER BY 1

-- name: seen_types
SELECT DISTINCT t.type FROM broker.seen_v1(%(tenant)s::smallint, %(kinds)s::text[], %(names)s::text[], %(places)s::text[]) e
CROSS JOIN unnest(e.types) AS t(type) ORDER BY 1

-- name: seen_vocabulary
WITH seen AS (
  SELECT t.type, e.id, e.attrs
  FROM broker.seen_v1(%(tenant)s::smallint, %(kinds)s::text[], %(names)s::text[], %(places)s::text[]) e
  CROSS JOIN unnest(e.types) AS t(type)
  WHERE (%(type)s::text IS NULL OR t.type = %(type)s) AND (%(attr)s::text IS NULL OR e.attrs ? %(attr)s)
)
SELECT s.type, a.attr, array_agg(DISTINCT i.value->>'type'), count(DISTINCT s.id)
FROM seen s
CROSS JOIN LATERAL jsonb_each(s.attrs) AS a(attr, instances)
CROSS JOIN LATERAL jsonb_each(a.instances) AS i(dataset, value)
WHERE %(attr)s::text IS NULL OR a.attr = %(attr)s
GROUP BY s.type, a.attr
UNION ALL
SELECT s.type, '', '{}', count(*) FROM seen s WHERE s.attrs = '{}' GROUP BY s.type
ORDER BY 1, 2

-- name: tenant
SELECT id FROM broker.tenant WHERE name = %s

-- name: make_tenant
INSERT INTO broker.tenant (name) VALUES (%s) ON CONFLICT (name) DO NOTHING RETURNING id
