# SPDX-License-Identifier: Apache-2.0
"""MQTT: the city's own server for devices, read by one durable consumer; nothing acknowledged is lost."""
