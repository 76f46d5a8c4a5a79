# SPDX-License-Identifier: Apache-2.0
"""Row-level security on all tables of identity that hold people, and a post for administrators who stand already."""

from django.db import migrations

TABLES = (
    "identity_account",
    "identity_organisation",
    "identity_position",
    "identity_post",
    "identity_grant",
    "identity_delegation",
    "identity_serviceaccount",
    "identity_rightsedition",
    "identity_invitation",
)
ON = (
    "\n".join(
        f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} TO dothi_reader
    USING (tenant = current_setting('dothi.tenant', true))
    WITH CHECK (tenant = current_setting('dothi.tenant', true));
"""
        for table in TABLES
    )
    + """
INSERT INTO identity_post (tenant, account_id, position, title, unit, subtree, since, basis, made_at)
    SELECT tenant, id, 'administrator', '', '', true, created_at::date, '', now() FROM identity_account WHERE role = 'admin';
INSERT INTO identity_rightsedition (tenant, mark)
    SELECT DISTINCT tenant, md5(random()::text) FROM identity_account WHERE role = 'admin';
"""
)
OFF = "\n".join(
    f"DROP POLICY tenant ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;" for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_rights_of_people")]
    operations = [migrations.RunSQL(ON, OFF)]
