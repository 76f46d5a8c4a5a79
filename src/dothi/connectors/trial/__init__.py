# SPDX-License-Identifier: Apache-2.0
"""A file judged before it is connected: which of its numbers one can act on, why not the others, what would help."""
