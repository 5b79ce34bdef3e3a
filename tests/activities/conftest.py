"""The fixtures of the errands' tests."""

from tests.activities.given import db, directory, people_file

__all__ = ["db", "directory", "people_file"]
