# SPDX-License-Identifier: MIT
"""Tests of event streams."""
