# SPDX-License-Identifier: Apache-2.0
"""Row-level security: a transaction sees the units of the tenant it entered, and none before it entered one."""

from django.db import migrations

ON = """
ALTER TABLE places_unit ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON places_unit TO dothi_reader
    USING (tenant = current_setting('dothi.tenant', true))
    WITH CHECK (tenant = current_setting('dothi.tenant', true));
CREATE POLICY machine ON places_unit FOR SELECT TO dothi_writer USING (true);
GRANT SELECT ON places_unit TO dothi_writer;
"""
OFF = """
REVOKE SELECT ON places_unit FROM dothi_writer;
DROP POLICY machine ON places_unit;
DROP POLICY tenant ON places_unit;
ALTER TABLE places_unit DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]
    operations = [migrations.RunSQL(ON, OFF)]
