-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE broker.history_packed DROP COLUMN recorded_from, DROP COLUMN recorded_to, DROP COLUMN stands;
DROP TRIGGER heads_made ON broker.entity;
DROP TRIGGER heads_gone ON broker.entity;
DROP TRIGGER head_changed ON broker.entity;
DROP FUNCTION broker.keep_heads_v1();
DROP FUNCTION broker.keep_head_v1();
DROP TABLE broker.head;
