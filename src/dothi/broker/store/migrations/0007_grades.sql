-- SPDX-License-Identifier: Apache-2.0
-- Each row is a change of a grade. `id` rises in the order of commits, since only one sweep writes at a time: who follows drops
-- keeps the last id as a cursor. Letters: sufficient, trustworthy, timely; `was` is the overall letter before, NULL for the first.
CREATE TABLE broker.grade_history (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  tenant smallint NOT NULL,
  entity text NOT NULL,
  attr text NOT NULL,
  at timestamptz NOT NULL,
  letters text NOT NULL,
  was text,
  method text NOT NULL,
  reasons jsonb NOT NULL
);
CREATE INDEX grade_history_series ON broker.grade_history (tenant, entity, attr, at);

CREATE TABLE broker.grade_now (
  tenant smallint NOT NULL,
  entity text NOT NULL,
  attr text NOT NULL,
  letters text NOT NULL,
  PRIMARY KEY (tenant, entity, attr)
);
GRANT SELECT, INSERT, DELETE ON broker.grade_history TO dothi_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON broker.grade_now TO dothi_writer;
GRANT USAGE, SELECT ON SEQUENCE broker.grade_history_id_seq TO dothi_writer;
