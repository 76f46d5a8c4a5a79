-- SPDX-License-Identifier: Apache-2.0
-- A digest of what was asked under a key: another request under the same key is refused, not answered.
ALTER TABLE broker.idempotency ADD COLUMN request text NOT NULL DEFAULT '';
