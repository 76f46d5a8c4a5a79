-- SPDX-License-Identifier: Apache-2.0
-- Keys that reach only part of the data, for a time, so often, from some addresses; and what was done with them.
-- NULL: no limit.
ALTER TABLE broker.key
  ADD COLUMN owner text NOT NULL DEFAULT '',
  ADD COLUMN types text[],
  ADD COLUMN attrs text[],
  ADD COLUMN scopes text[],
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN per_minute integer,
  ADD COLUMN per_day integer,
  ADD COLUMN addresses text[];
GRANT UPDATE (operations, note, owner, types, attrs, scopes, expires_at, per_minute, per_day, addresses) ON broker.key TO dothi_reader;

-- Days are those of Vietnam, as people read them.
CREATE TABLE broker.key_day (
  tenant text NOT NULL,
  key text NOT NULL,
  day date NOT NULL,
  requests bigint NOT NULL DEFAULT 0,
  refusals bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (key, day)
);
CREATE TABLE broker.key_minute (
  key text NOT NULL,
  minute bigint NOT NULL,
  requests integer NOT NULL,
  PRIMARY KEY (key, minute)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON broker.key_day, broker.key_minute TO dothi_writer;
GRANT SELECT ON broker.key_day TO dothi_reader;
ALTER TABLE broker.key_day ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON broker.key_day FOR SELECT TO dothi_reader USING (tenant = current_setting('dothi.tenant', true));
CREATE POLICY writes ON broker.key_day TO dothi_writer USING (true) WITH CHECK (true);

-- What of some types or scopes is inside; all of them where there is no limit.
CREATE FUNCTION broker.kept_types_v1(given text[], kinds text[]) RETURNS text[] LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN kinds IS NULL THEN given ELSE ARRAY(SELECT g.name FROM unnest(given) AS g(name) WHERE g.name = ANY(kinds)) END $$;

CREATE FUNCTION broker.kept_scopes_v1(given text[], places text[]) RETURNS text[] LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN places IS NULL THEN given ELSE ARRAY(
     SELECT g.name FROM unnest(given) AS g(name)
     WHERE EXISTS (SELECT 1 FROM unnest(places) AS p(name) WHERE g.name = p.name OR starts_with(g.name, p.name || '/'))) END $$;

CREATE FUNCTION broker.kept_attrs_v1(given jsonb, names text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN names IS NULL THEN given ELSE coalesce(
     (SELECT jsonb_object_agg(a.key, a.value) FROM jsonb_each(given) AS a WHERE a.key = ANY(names)), '{}') END $$;

-- The time of a change that the reader may not see is not told either.
CREATE FUNCTION broker.kept_modified_v1(given jsonb, names text[], made text, modified text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN names IS NULL THEN modified ELSE greatest(made,
     (SELECT max(i.value->>'modifiedAt') FROM jsonb_each(given) AS a, jsonb_each(a.value) AS i WHERE a.key = ANY(names))) END $$;

-- Entities as one sees them who reaches only these types, attributes and scopes: no query can ask for more than stands here.
CREATE FUNCTION broker.seen_v1(number smallint, kinds text[], names text[], places text[])
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
    AND (places IS NULL OR broker.kept_scopes_v1(e.scopes, places) <> '{}')
$$;

-- The same of entities that were: what each was at its end.
CREATE FUNCTION broker.seen_gone_v1(number smallint, kinds text[], places text[])
RETURNS TABLE (id text, types text[], scopes text[])
LANGUAGE sql STABLE AS $$
  SELECT g.id, broker.kept_types_v1(g.types, kinds), broker.kept_scopes_v1(g.scopes, places)
  FROM (
    SELECT DISTINCT ON (h.id) h.id, h.types, h.scopes FROM broker.head h
    WHERE h.tenant = number AND NOT EXISTS (SELECT 1 FROM broker.entity x WHERE x.tenant = h.tenant AND x.id = h.id)
    ORDER BY h.id, h.at DESC
  ) AS g
  WHERE (kinds IS NULL OR g.types && kinds) AND (places IS NULL OR broker.kept_scopes_v1(g.scopes, places) <> '{}')
$$;
