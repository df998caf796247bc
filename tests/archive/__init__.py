# SPDX-License-Identifier: MIT
"""Tests of archives."""
