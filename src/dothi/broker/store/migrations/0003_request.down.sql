ALTER TABLE broker.idempotency DROP COLUMN request;
