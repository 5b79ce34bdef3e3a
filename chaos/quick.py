"""`escalon worker` whose errands are given up after seconds, as the ladders here climb within seconds; else the same.

A killed worker's errand is tried again when its time is up: half a minute where people are told.
"""

import sys
from datetime import timedelta

from starter.main import main
from workflows import errands

GIVEN_UP_AFTER = timedelta(seconds=5)

if __name__ == "__main__":
    for options in (*errands._OPTIONS.values(), errands.RECORD):
        options["start_to_close_timeout"] = GIVEN_UP_AFTER
    sys.argv = ["escalon", "worker"]
    main()
