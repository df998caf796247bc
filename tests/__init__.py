# SPDX-License-Identifier: MIT
"""The tests, as a package: so they import one another, and the checkout's `runstep`, wherever pytest is started."""
