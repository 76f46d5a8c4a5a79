# SPDX-License-Identifier: Apache-2.0
"""The part of sources that works without Django: what is registered, and mappings."""
