# SPDX-License-Identifier: Apache-2.0
"""Row-level security of what belongs to a tenant, also of allauth's rows: they are seen by the city's row beside them.

Keys and counts belong to the installation and have no tenant.
"""

from django.db import migrations

OWN = (
    "identity_oidcclient",
    "identity_oidcgrant",
    "identity_oidcconsent",
    "identity_oidcpushed",
    "identity_oidcdevice",
    "identity_oidclogout",
    "identity_upstream",
    "identity_upstreamlink",
)
BESIDE = {
    "allauth_idp_oidc_client": "c.client_id = allauth_idp_oidc_client.id",
    "allauth_idp_oidc_token": "c.client_id = allauth_idp_oidc_token.client_id",
}
"""Table: how a row of the city's clients is found. A client's own row is written a moment before the city's."""

ON = [
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} TO dothi_reader
    USING (tenant = current_setting('dothi.tenant', true))
    WITH CHECK (tenant = current_setting('dothi.tenant', true));
"""
    for table in OWN
] + [
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} TO dothi_reader
    USING (EXISTS (SELECT 1 FROM identity_oidcclient c WHERE {found}))
    WITH CHECK (current_setting('dothi.tenant', true) IS NOT NULL);
"""
    for table, found in BESIDE.items()
]
OFF = [
    f"DROP POLICY tenant ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
    for table in (*BESIDE, *OWN)
]


class Migration(migrations.Migration):
    dependencies = [("identity", "0020_oidc")]
    operations = [migrations.RunSQL(ON, OFF)]
