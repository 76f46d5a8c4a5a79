-- SPDX-License-Identifier: Apache-2.0
-- A schema of its own, out of the way of rights given for all tables of the pages.
CREATE SCHEMA ledger;
GRANT USAGE ON SCHEMA ledger TO dothi_reader, dothi_writer;

-- The text of a record is what is hashed; what is searched is made from it and cannot say anything else.
CREATE TABLE ledger.record (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body text NOT NULL,
    event_id text NOT NULL UNIQUE GENERATED ALWAYS AS (body::jsonb ->> 'id') STORED,
    tenant text NOT NULL GENERATED ALWAYS AS (body::jsonb ->> 'tenant') STORED,
    at text COLLATE "C" NOT NULL GENERATED ALWAYS AS (body::jsonb ->> 'at') STORED,
    actor text COLLATE "C" NOT NULL GENERATED ALWAYS AS (body::jsonb ->> 'actor') STORED,
    act text COLLATE "C" NOT NULL GENERATED ALWAYS AS (body::jsonb ->> 'act') STORED,
    object text COLLATE "C" NOT NULL GENERATED ALWAYS AS (body::jsonb ->> 'object') STORED
);
CREATE INDEX record_by_time ON ledger.record (tenant, at, id);
CREATE INDEX record_by_actor ON ledger.record (tenant, actor, at);
CREATE INDEX record_by_object ON ledger.record (tenant, object, at);

-- What has no leaf yet. A record that commits late is found late, and never skipped.
CREATE TABLE ledger.waiting (record_id bigint PRIMARY KEY);

CREATE TABLE ledger.leaf (
    number bigint PRIMARY KEY,
    record_id bigint NOT NULL UNIQUE REFERENCES ledger.record,
    hash bytea NOT NULL CHECK (length(hash) = 32)
);

-- Roots of perfect subtrees of two leaves and more.
CREATE TABLE ledger.node (
    level smallint NOT NULL,
    index bigint NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, index)
);

CREATE TABLE ledger.key (text text PRIMARY KEY, since text COLLATE "C" NOT NULL);

CREATE TABLE ledger.checkpoint (
    size bigint PRIMARY KEY,
    root bytea NOT NULL CHECK (length(root) = 32),
    at text COLLATE "C" NOT NULL,
    note text NOT NULL
);

CREATE TABLE ledger.cosignature (
    size bigint NOT NULL REFERENCES ledger.checkpoint,
    key text COLLATE "C" NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (size, key)
);

CREATE FUNCTION ledger.note_waiting_v1() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO ledger.waiting (record_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER waits AFTER INSERT ON ledger.record FOR EACH ROW EXECUTE FUNCTION ledger.note_waiting_v1();

CREATE FUNCTION ledger.refuse_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: % on %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- A record stops waiting only by becoming a leaf.
CREATE FUNCTION ledger.keep_waiting_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM ledger.leaf WHERE record_id = OLD.record_id) THEN
        RAISE EXCEPTION 'Record % has no leaf yet and cannot stop waiting', OLD.record_id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER stays BEFORE DELETE ON ledger.waiting FOR EACH ROW EXECUTE FUNCTION ledger.keep_waiting_v1();
CREATE TRIGGER kept BEFORE UPDATE ON ledger.waiting FOR EACH ROW EXECUTE FUNCTION ledger.refuse_v1();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON ledger.waiting FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_v1();

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['record', 'leaf', 'node', 'key', 'checkpoint', 'cosignature'] LOOP
        EXECUTE format('CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON ledger.%I
            FOR EACH ROW EXECUTE FUNCTION ledger.refuse_v1()', name);
        EXECUTE format('CREATE TRIGGER kept_whole BEFORE TRUNCATE ON ledger.%I
            FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_v1()', name);
    END LOOP;
END $$;

ALTER TABLE ledger.record ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON ledger.record TO dothi_reader
    USING (tenant = current_setting('dothi.tenant', true))
    WITH CHECK (tenant = current_setting('dothi.tenant', true));
CREATE POLICY machine ON ledger.record TO dothi_writer USING (true) WITH CHECK (true);

GRANT SELECT ON ledger.record, ledger.leaf, ledger.node, ledger.key, ledger.checkpoint, ledger.cosignature
    TO dothi_reader, dothi_writer;
GRANT INSERT ON ledger.record, ledger.cosignature TO dothi_reader, dothi_writer;
GRANT INSERT ON ledger.leaf, ledger.node, ledger.key, ledger.checkpoint TO dothi_writer;
GRANT SELECT, DELETE ON ledger.waiting TO dothi_writer;
GRANT SELECT ON ledger.waiting TO dothi_reader;
