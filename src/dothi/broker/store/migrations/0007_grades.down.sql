-- SPDX-License-Identifier: Apache-2.0
DROP TABLE broker.grade_history;
DROP TABLE broker.grade_now;
