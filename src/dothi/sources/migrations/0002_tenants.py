# SPDX-License-Identifier: Apache-2.0
"""Row-level security, what ingest may do, and the call that wakes it when configuration changes."""

from django.db import migrations

TABLES = ("sources_source", "sources_device", "sources_filedrop", "sources_refusal")
ON = (
    "\n".join(
        f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} TO dothi_reader
    USING (tenant = current_setting('dothi.tenant', true))
    WITH CHECK (tenant = current_setting('dothi.tenant', true));
CREATE POLICY machine ON {table} TO dothi_writer USING (true) WITH CHECK (true);
"""
        for table in TABLES
    )
    + """
GRANT SELECT, UPDATE ON sources_source, sources_filedrop TO dothi_writer;
GRANT SELECT, INSERT, UPDATE ON sources_device TO dothi_writer;
GRANT SELECT, INSERT, DELETE ON sources_refusal TO dothi_writer;
GRANT USAGE, SELECT ON SEQUENCE sources_refusal_id_seq TO dothi_writer;

CREATE FUNCTION sources_changed_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('sources_changed', '');
    RETURN NULL;
END $$;
CREATE TRIGGER changed AFTER INSERT OR DELETE OR UPDATE OF slug, name, unit_id, contact_name, contact_phone, way,
    period, mapping, options, token_hash, muted_at, retired_at ON sources_source
    FOR EACH ROW EXECUTE FUNCTION sources_changed_v1();
CREATE TRIGGER changed AFTER INSERT OR DELETE OR UPDATE OF name, kind, entity_id, entity_type, unit_code, unit_id,
    period, mapping, topics, username, password_hash, state ON sources_device
    FOR EACH ROW EXECUTE FUNCTION sources_changed_v1();
"""
)
OFF = """
DROP TRIGGER changed ON sources_device;
DROP TRIGGER changed ON sources_source;
DROP FUNCTION sources_changed_v1();
REVOKE ALL ON SEQUENCE sources_refusal_id_seq FROM dothi_writer;
REVOKE ALL ON sources_source, sources_device, sources_filedrop, sources_refusal FROM dothi_writer;
""" + "\n".join(
    f"""
DROP POLICY machine ON {table};
DROP POLICY tenant ON {table};
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("sources", "0001_initial"), ("places", "0002_tenants"), ("identity", "0002_rights")]
    operations = [migrations.RunSQL(ON, OFF)]
