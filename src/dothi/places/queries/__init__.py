# SPDX-License-Identifier: Apache-2.0
"""Questions about places; nothing here writes."""
