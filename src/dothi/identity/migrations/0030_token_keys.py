# SPDX-License-Identifier: Apache-2.0
"""Broker processes check access tokens with the public keys; the private ones stay out of their sight."""

from django.db import migrations

ON = "GRANT SELECT (kid, public, state, published_until) ON identity_oidckey TO dothi_writer"
OFF = "REVOKE SELECT (kid, public, state, published_until) ON identity_oidckey FROM dothi_writer"


class Migration(migrations.Migration):
    dependencies = [("identity", "0021_oidc_tenants")]
    operations = [migrations.RunSQL(ON, OFF)]
