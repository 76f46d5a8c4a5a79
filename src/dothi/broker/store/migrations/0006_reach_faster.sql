-- SPDX-License-Identifier: Apache-2.0
-- The same as in 0005; the condition on scopes stands here, where it is planned with the query: a function with a query of its
-- own in it is called for each row.
CREATE OR REPLACE FUNCTION broker.seen_v1(number smallint, kinds text[], names text[], places text[])
RETURNS TABLE (tenant smallint, id text, types text[], scopes text[], attrs jsonb, created_at text, modified_at text,
  expires_at text, x0 float8, y0 float8, x1 float8, y1 float8)
LANGUAGE sql STABLE AS $$
  SELECT e.tenant, e.id, broker.kept_types_v1(e.types, kinds), broker.kept_scopes_v1(e.scopes, places),
    broker.kept_attrs_v1(e.attrs, names), e.created_at, broker.kept_modified_v1(e.attrs, names, e.created_at, e.modified_at),
    e.expires_at, CASE WHEN l.shown THEN e.x0 END, CASE WHEN l.shown THEN e.y0 END,
    CASE WHEN l.shown THEN e.x1 END, CASE WHEN l.shown THEN e.y1 END
  FROM broker.entity e
  CROSS JOIN (SELECT names IS NULL OR 'https://uri.etsi.org/ngsi-ld/location' = ANY(names) AS shown) AS l
  WHERE e.tenant = number AND (kinds IS NULL OR e.types && kinds)
    AND (places IS NULL OR EXISTS (
      SELECT 1 FROM unnest(e.scopes) AS s(name), unnest(places) AS p(name)
      WHERE s.name = p.name OR starts_with(s.name, p.name || '/')))
$$;
