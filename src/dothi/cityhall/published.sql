-- name: things
SELECT k.kind,
       e.attrs #>> ARRAY[%(name)s, '', 'value'],
       CASE WHEN jsonb_typeof(e.attrs #> ARRAY[k.main, '', 'value']) = 'number'
            THEN (e.attrs #>> ARRAY[k.main, '', 'value'])::float8 END,
       coalesce(e.attrs #>> ARRAY[k.main, '', 'observedAt'], e.attrs #>> ARRAY[k.main, '', 'modifiedAt']),
       (e.attrs #>> ARRAY[%(period)s, '', 'value'])::float8
FROM unnest(%(kinds)s::text[], %(types)s::text[], %(mains)s::text[]) AS k(kind, type, main)
JOIN broker.entity_type y ON y.type = k.type
JOIN broker.entity e ON e.tenant = y.tenant AND e.id = y.id
WHERE NOT e.attrs ? %(status)s AND NOT e.attrs ? %(unpublished)s
