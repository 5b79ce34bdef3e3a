"""Becoming a program that ends when its parent does: `python tethered.py PARENT PROGRAM ARGUMENTS…`.

Run as a script by `up`, before each of its children: it asks Linux for SIGTERM at the parent's death and then becomes
the program, so that not even `kill -9` of `up` leaves anything running. Between fork and exec of `up` itself that would
be unsafe, since it has threads. Other systems have no such request: there a killed `up` leaves its children, which the
next one names as holders of its ports. No imports of ours: it must start within milliseconds.
"""

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def tether(parent: int) -> bool:
    """Ask for SIGTERM when the parent ends; says whether the parent is still there."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    return os.getppid() == parent


if __name__ == "__main__":
    if not tether(int(sys.argv[1])):
        sys.exit(0)  # it died while this began
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is wanted
