# SPDX-License-Identifier: Apache-2.0
"""What is read of documents; nothing here writes."""
