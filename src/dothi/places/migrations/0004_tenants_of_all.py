# SPDX-License-Identifier: Apache-2.0
"""Row-level security on all tables of places, an edition for units that stand already, and their codes."""

from django.db import migrations

TABLES = (
    "places_unitpast",
    "places_unitcode",
    "places_unitevent",
    "places_unitpart",
    "places_edition",
    "places_calendarday",
    "places_workingweek",
    "places_placesetting",
)
ON = (
    "\n".join(
        f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} TO dothi_reader
    USING (tenant = current_setting('dothi.tenant', true))
    WITH CHECK (tenant = current_setting('dothi.tenant', true));
CREATE POLICY machine ON {table} FOR SELECT TO dothi_writer USING (true);
GRANT SELECT ON {table} TO dothi_writer;
"""
        for table in TABLES
    )
    + """
INSERT INTO places_edition (tenant, mark) SELECT DISTINCT tenant, md5(random()::text) FROM places_unit;
INSERT INTO places_unitcode (tenant, unit_id, scheme, code, valid_from, valid_to)
    SELECT tenant, id, 'statistical', code, valid_from, valid_to FROM places_unit WHERE code <> '';
"""
)
OFF = "DELETE FROM places_unitcode; DELETE FROM places_edition;" + "\n".join(
    f"""
REVOKE SELECT ON {table} FROM dothi_writer;
DROP POLICY machine ON {table};
DROP POLICY tenant ON {table};
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("places", "0003_history_calendar_settings")]
    operations = [migrations.RunSQL(ON, OFF)]
