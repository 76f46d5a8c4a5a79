# SPDX-License-Identifier: Apache-2.0
"""What the roles may do with Django's tables: the reader reads and writes rows, and owns nothing."""

from django.db import migrations

GRANT = """
GRANT USAGE ON SCHEMA public TO dothi_reader, dothi_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO dothi_reader;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO dothi_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO dothi_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO dothi_reader;
"""
REVOKE = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM dothi_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM dothi_reader;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM dothi_reader;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM dothi_reader;
REVOKE USAGE ON SCHEMA public FROM dothi_reader, dothi_writer;
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]
    run_before = [("places", "0001_initial")]
    operations = [migrations.RunSQL(GRANT, REVOKE)]
