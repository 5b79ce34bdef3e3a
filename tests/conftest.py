"""Settings for the whole suite; fixtures live in the conftest beside the tests that use them."""

from hypothesis import settings

# Two busy cores make any deadline per example a coin toss; a property that hangs is caught by the suite's own timeout.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

pytest_plugins = ["tests.server"]
