"""Lines of one module are taken, and only they."""

from types import ModuleType

import pytest
import structlog

from tests.logged import logged_by

NAME = "_log"


@pytest.fixture
def ours() -> ModuleType:
    """A module with a logger that was used before, as a command's logs leave it: from a level on, and kept."""
    module = ModuleType("ours")
    setattr(
        module,
        NAME,
        structlog.wrap_logger(
            structlog.PrintLogger(),
            wrapper_class=structlog.make_filtering_bound_logger(50),
            cache_logger_on_first_use=True,
        ),
    )
    getattr(module, NAME).info("before")
    return module


def test_its_lines_are_taken_with_level_fields_and_context(ours: ModuleType) -> None:
    with logged_by(ours) as lines, structlog.contextvars.bound_contextvars(issue="REF-1"):
        getattr(ours, NAME).debug("told", person="ann")
        getattr(ours, NAME).bind(errand="notify").warning("late %s", "again")
    assert lines == [
        {"event": "told", "log_level": "debug", "person": "ann", "issue": "REF-1"},
        {"event": "late again", "log_level": "warning", "errand": "notify", "issue": "REF-1"},
    ]


def test_lines_of_others_meanwhile_are_not_taken_and_go_where_they_went(
    ours: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    used = structlog.wrap_logger(structlog.PrintLogger(), processors=[structlog.processors.KeyValueRenderer()])
    new = structlog.get_logger("others")
    configured = structlog.get_config()
    with logged_by(ours) as lines:
        assert structlog.get_config() == configured
        used.info("told")
        new.info("told")
        getattr(ours, NAME).info("mine")
    assert [line["event"] for line in lines] == ["mine"]
    out, err = capsys.readouterr()
    assert "told" in out
    assert "mine" not in out + err


def test_afterwards_the_module_has_its_own_logger_again(ours: ModuleType) -> None:
    before = getattr(ours, NAME)
    with logged_by(ours) as lines:
        assert getattr(ours, NAME) is not before
    getattr(ours, NAME).info("after")
    assert getattr(ours, NAME) is before
    assert lines == []
