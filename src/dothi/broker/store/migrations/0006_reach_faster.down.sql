-- SPDX-License-Identifier: Apache-2.0
-- The function of 0005 answers the same: nothing to take back.
SELECT 1;
