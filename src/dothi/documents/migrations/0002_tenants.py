# SPDX-License-Identifier: Apache-2.0
"""Row-level security: the tenant's rows only, and of these what lies within the units that a request entered.

What is published (documents without titles, codes, addresses, what wallets need) is also seen by a request that entered
no unit: that is a visitor of the public pages. Titles, files and reasons in words are never among it.
"""

from django.db import migrations

TENANT = "tenant = current_setting('dothi.tenant', true)"
UNITS = "current_setting('dothi.units', true)"
WITHIN = f"({UNITS} = '*' OR unit IN (SELECT unnest(string_to_array({UNITS}, ','))))"
PUBLISHED = f"({UNITS} IN ('*', '') OR unit IN (SELECT unnest(string_to_array({UNITS}, ','))))"
OWN = PUBLISHED.replace(" OR ", " OR unit = '' OR ", 1)
"""Keys of the installation itself belong to no unit, and every request may need them; their private part is sealed."""
ANY = "true"
RULES = {
    "documents_signingkey": OWN,
    "documents_signeddocument": PUBLISHED,
    "documents_documentpaper": WITHIN,
    "documents_statuschange": WITHIN,
    "documents_messagecode": PUBLISHED,
    "documents_callcode": PUBLISHED,
    "documents_cityaddress": ANY,
    "documents_tries": ANY,
    "documents_credentialoffer": PUBLISHED,
    "documents_issuedcredential": PUBLISHED,
    "documents_spentnonce": ANY,
    "documents_presentationrequest": PUBLISHED,
}
ON = "\n".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} TO dothi_reader USING ({TENANT} AND {rule}) WITH CHECK ({TENANT} AND {rule});
"""
    for table, rule in RULES.items()
)
OFF = "\n".join(
    f"DROP POLICY tenant ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;" for table in RULES
)


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [migrations.RunSQL(ON, OFF)]
