# SPDX-License-Identifier: Apache-2.0
"""The ledger's schema: plain SQL, because Django has no models for what may only be appended to."""

from pathlib import Path

from django.db import migrations

ON = Path(__file__).with_name("0001_ledger.sql").read_text("utf-8")
OFF = "DROP SCHEMA ledger CASCADE"


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(ON, OFF)]
