DROP FUNCTION broker.seen_gone_v1, broker.seen_v1, broker.kept_modified_v1, broker.kept_attrs_v1, broker.kept_scopes_v1, broker.kept_types_v1;
DROP TABLE broker.key_minute, broker.key_day;
REVOKE UPDATE (operations, note) ON broker.key FROM dothi_reader;
ALTER TABLE broker.key DROP COLUMN owner, DROP COLUMN types, DROP COLUMN attrs, DROP COLUMN scopes, DROP COLUMN expires_at,
  DROP COLUMN per_minute, DROP COLUMN per_day, DROP COLUMN addresses;
