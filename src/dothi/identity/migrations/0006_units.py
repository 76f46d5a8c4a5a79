# SPDX-License-Identifier: Apache-2.0
"""The second line within a tenant: who looks after some units sees the officers, posts and grants of these.

Before a gate is passed (`dothi.units` is empty) accounts can be read, for signing in goes before rights.
"""

from django.db import migrations

TENANT = "tenant = current_setting('dothi.tenant', true)"
UNITS = "current_setting('dothi.units', true)"
WITHIN = f"({UNITS} = '*' OR unit IN (SELECT unnest(string_to_array({UNITS}, ','))))"
ACCOUNT = f"({UNITS} IN ('*', '') OR id IN (SELECT account_id FROM identity_post))"
RULES = {
    "identity_post": WITHIN,
    "identity_grant": WITHIN,
    "identity_organisation": WITHIN,
    "identity_account": ACCOUNT,
}
ON = "\n".join(
    f"""
DROP POLICY tenant ON {table};
CREATE POLICY tenant ON {table} TO dothi_reader USING ({TENANT} AND {rule}) WITH CHECK ({TENANT});
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
    dependencies = [("identity", "0005_tenants")]
    operations = [migrations.RunSQL(ON, OFF)]
