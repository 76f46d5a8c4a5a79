# SPDX-License-Identifier: Apache-2.0
"""The second line within a tenant: a request sees the sources of the units that it entered, and what belongs to them.

`dothi.units`: ids with commas between, `*` for all; a request that entered nothing sees nothing. What belongs to no unit
is seen only from the whole city.
"""

from django.db import migrations

WITHIN = """(current_setting('dothi.units', true) = '*'
        OR unit_id IN (SELECT unnest(string_to_array(current_setting('dothi.units', true), ','))))"""
OF_SOURCE = """(current_setting('dothi.units', true) = '*' OR source_id IN (SELECT id FROM sources_source))"""
TENANT = "tenant = current_setting('dothi.tenant', true)"
RULES = {
    "sources_source": WITHIN,
    "sources_device": OF_SOURCE,
    "sources_filedrop": OF_SOURCE,
    "sources_refusal": OF_SOURCE,
}
ON = "\n".join(
    f"""
DROP POLICY tenant ON {table};
CREATE POLICY tenant ON {table} TO dothi_reader USING ({TENANT} AND {rule}) WITH CHECK ({TENANT} AND {rule});
"""
    for table, rule in RULES.items()
)
OFF = "\n".join(
    f"""
DROP POLICY tenant ON {table};
CREATE POLICY tenant ON {table} TO dothi_reader USING ({TENANT}) WITH CHECK ({TENANT});
"""
    for table in RULES
)


class Migration(migrations.Migration):
    dependencies = [("sources", "0003_told_in_any_language")]
    operations = [migrations.RunSQL(ON, OFF)]
