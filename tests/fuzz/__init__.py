# SPDX-License-Identifier: MIT
"""Fuzz targets. Each is a module whose docstring states an invariant, and whose `check` raises if bytes break it."""
