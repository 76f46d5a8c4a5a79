# SPDX-License-Identifier: Apache-2.0
"""Row-level security on all tables of privacy; a transaction sees the tenant it entered."""

from django.db import migrations

TABLES = (
    "privacy_datarequest",
    "privacy_requeststep",
    "privacy_letter",
    "privacy_purposeversion",
    "privacy_consenttext",
    "privacy_consent",
    "privacy_export",
    "privacy_retentionrule",
    "privacy_legalhold",
    "privacy_retentionrun",
)
ON = "\n".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} TO dothi_reader
    USING (tenant = current_setting('dothi.tenant', true))
    WITH CHECK (tenant = current_setting('dothi.tenant', true));
"""
    for table in TABLES
)
OFF = "\n".join(
    f"""
DROP POLICY tenant ON {table};
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial")]
    operations = [migrations.RunSQL(ON, OFF)]
