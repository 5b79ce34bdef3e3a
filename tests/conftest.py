"""Settings for the whole suite; fixtures live in the conftest beside the tests that use them."""

import os
import signal

from hypothesis import settings

# Two busy cores make any deadline per example a coin toss; a property that hangs is caught by the suite's own timeout.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# pytest-xdist sets it in its processes; without it, what the command line prints does not depend on who runs the suite.
os.environ.pop("COLUMNS", None)

# A suite started in the background of a script inherits that Ctrl-C is ignored, and so would all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["tests.left_out", "tests.server", "tests.starter.office"]
