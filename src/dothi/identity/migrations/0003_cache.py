# SPDX-License-Identifier: Apache-2.0
"""The table of Django's cache: what is short-lived and shared by the web processes."""

from django.db import migrations

ON = """
CREATE TABLE identity_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX identity_cache_expires ON identity_cache (expires);
"""
OFF = "DROP TABLE identity_cache"


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_rights")]
    operations = [migrations.RunSQL(ON, OFF)]
