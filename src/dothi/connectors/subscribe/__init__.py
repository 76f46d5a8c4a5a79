# SPDX-License-Identifier: Apache-2.0
"""Subscriptions: a broker that the city already has is listened to, by the same mappings."""
