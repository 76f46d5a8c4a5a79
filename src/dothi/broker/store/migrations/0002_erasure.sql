-- SPDX-License-Identifier: Apache-2.0
-- Moves on with every erasure, so that each writer forgets the series ids it remembers.
CREATE SEQUENCE broker.erasure;
GRANT SELECT, USAGE, UPDATE ON SEQUENCE broker.erasure TO dothi_writer;
GRANT DELETE ON outbox.event TO dothi_writer;
