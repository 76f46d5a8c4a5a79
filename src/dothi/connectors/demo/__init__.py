# SPDX-License-Identifier: Apache-2.0
"""The demo city: Lạc Giang, a fictional river city whose plan, sensors and readings are pure functions of a seed.

It owns no data and knows no store: cityhall seeds it, and its devices speak MQTT like any other device.
Everything it makes is marked as simulated.
"""
