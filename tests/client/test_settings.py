"""Settings come from variables, secrets also from files; what cannot be used is named."""

from pathlib import Path

import pytest

from client.settings import Settings
from starter.failure import WrongInput
from starter.installation import settings_now

RECORD = "postgresql://escalon@db.example.org:5432/escalon"


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ESCALON_SECRETS_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", ["escalon_smtp_password", "ESCALON_SMTP_PASSWORD"])
def test_a_file_is_a_setting(secrets: Path, name: str) -> None:
    (secrets / name).write_text("hush\n")
    assert Settings().smtp_password.get_secret_value() == "hush"


def test_a_variable_wins(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "escalon_smtp_password").write_text("from the file")
    monkeypatch.setenv("ESCALON_SMTP_PASSWORD", "from the variable")
    assert Settings().smtp_password.get_secret_value() == "from the variable"


def test_a_folder_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCALON_SECRETS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(WrongInput, match=r"ESCALON_SECRETS_DIR: '.*nowhere': .*there is no such folder"):
        settings_now()


def test_the_records_password_is_put_into_its_url() -> None:
    given = {"record_url": RECORD, "record_password": "a/b@c d"}
    assert Settings.model_validate(given).record == RECORD.replace("escalon@", "escalon:a%2Fb%40c%20d@")


@pytest.mark.parametrize("url", ["postgresql://escalon:other@db.example.org/escalon", "sqlite:///record.db"])
def test_a_url_that_has_one_or_needs_none_is_left_alone(url: str) -> None:
    assert Settings.model_validate({"record_url": url, "record_password": "x"}).record == url


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings.model_validate({"record_password": "hush-1", "smtp_password": "hush-2"}))
    assert "hush" not in shown
