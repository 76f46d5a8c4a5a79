# SPDX-License-Identifier: Apache-2.0
"""Foundation: the words everything else is written in.

Clock, ids, units, Vietnamese text, errors and problem+json, settings, messages in two languages, logs,
the outbox and the kinds of things a city senses. It imports nothing of ours, knows no Django and opens no
connection of its own. Serves every room; must never hold a rule of any of them.
"""
