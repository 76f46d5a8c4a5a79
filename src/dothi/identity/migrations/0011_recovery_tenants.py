# SPDX-License-Identifier: Apache-2.0

"""Row-level security: a transaction sees the recoveries of its tenant, and of its units once a gate has named them.

Before a gate is passed (`dothi.units` is empty) they can be read, for the person enters the code without any right.
"""

from django.db import migrations

ON = """
CREATE INDEX identity_passkey_by_credential ON mfa_authenticator ((data -> 'id')) WHERE type = 'webauthn';
ALTER TABLE identity_recovery ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity_recovery TO dothi_reader
    USING (tenant = current_setting('dothi.tenant', true) AND (
        current_setting('dothi.units', true) IN ('*', '')
        OR unit IN (SELECT unnest(string_to_array(current_setting('dothi.units', true), ',')))))
    WITH CHECK (tenant = current_setting('dothi.tenant', true));
"""
OFF = """
DROP INDEX identity_passkey_by_credential;
DROP POLICY tenant ON identity_recovery;
ALTER TABLE identity_recovery DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0010_accounts"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunSQL(ON, OFF)]
