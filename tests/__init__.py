# SPDX-License-Identifier: MIT
"""Tests of runstep. As a package, test modules can import each other, and `runstep` is imported from the checkout."""
