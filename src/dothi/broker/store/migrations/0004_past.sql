-- SPDX-License-Identifier: Apache-2.0
-- What entities there were, of which types and in which scopes: the record has their attributes only.
CREATE TABLE broker.head (
  tenant smallint NOT NULL,
  id text NOT NULL,
  at timestamptz NOT NULL,
  types text[] NOT NULL,
  scopes text[] NOT NULL,
  gone boolean NOT NULL
);
CREATE INDEX head_entity ON broker.head (tenant, id, at);
CREATE INDEX head_at ON broker.head (at);
INSERT INTO broker.head SELECT tenant, id, created_at::timestamptz, types, scopes, FALSE FROM broker.entity;
GRANT SELECT, INSERT, DELETE ON broker.head TO dothi_writer;

-- The clock of the store, since its order is that of the locks.
CREATE FUNCTION broker.keep_heads_v1() RETURNS trigger LANGUAGE plpgsql SET search_path = broker, pg_temp AS $$
BEGIN
  INSERT INTO broker.head SELECT tenant, id, clock_timestamp(), types, scopes, TG_OP = 'DELETE' FROM touched;
  RETURN NULL;
END $$;
CREATE FUNCTION broker.keep_head_v1() RETURNS trigger LANGUAGE plpgsql SET search_path = broker, pg_temp AS $$
BEGIN
  INSERT INTO broker.head VALUES (NEW.tenant, NEW.id, clock_timestamp(), NEW.types, NEW.scopes, FALSE);
  RETURN NULL;
END $$;
CREATE TRIGGER heads_made AFTER INSERT ON broker.entity REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION broker.keep_heads_v1();
CREATE TRIGGER heads_gone AFTER DELETE ON broker.entity REFERENCING OLD TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION broker.keep_heads_v1();
-- Updates of attributes alone, the usual ones, name neither column and pay nothing.
CREATE TRIGGER head_changed AFTER UPDATE OF types, scopes ON broker.entity
  FOR EACH ROW WHEN (OLD.types IS DISTINCT FROM NEW.types OR OLD.scopes IS DISTINCT FROM NEW.scopes)
  EXECUTE FUNCTION broker.keep_head_v1();

-- The earliest and the latest recorded_at in a chunk, NULL where nobody wrote them down: it need not be opened for what was
-- recorded at other times.
ALTER TABLE broker.history_packed ADD COLUMN recorded_from timestamptz;
ALTER TABLE broker.history_packed ADD COLUMN recorded_to timestamptz;
-- Whether any row in a chunk stands: after a deletion of the past none does.
ALTER TABLE broker.history_packed ADD COLUMN stands boolean NOT NULL DEFAULT TRUE;
