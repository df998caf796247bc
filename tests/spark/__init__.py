# SPDX-License-Identifier: MIT
"""The Spark job, and its comparison with one machine."""
