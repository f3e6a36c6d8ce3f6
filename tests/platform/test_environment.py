"""What the local run says before anything is started."""

import sys
from pathlib import Path

import pytest

import run
from config.local import environment, places, supervisor, web


def test_a_console_that_has_no_address_yet_is_said_to_be_starting(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(places, "ROOT", tmp_path)
    environment.save(environment.env_file(), {"BASE_URL": "of the last run"})
    with environment.only_one_here():
        with pytest.raises(SystemExit, match="just starting"):
            environment.running()
        with (
            pytest.raises(SystemExit, match="already running"),
            environment.only_one_here(),
        ):
            pass


def test_a_mistyped_option_starts_nothing():
    with pytest.raises(SystemExit, match="There is no --nodemo"):
        supervisor.up(["--nodemo"])


def test_the_size_of_the_demo_is_a_number():
    with pytest.raises(SystemExit, match="--demo-size is “few”"):
        supervisor.up(["--demo-size=few"])


def test_a_port_is_a_number(monkeypatch):
    monkeypatch.setenv("PORT", "http")
    with pytest.raises(SystemExit, match="PORT is “http”"):
        web.choose_port()


@pytest.mark.parametrize("way", [run.install_with_uv, run.install_with_pip])
def test_packages_find_a_new_place_when_the_old_python_is_gone(
    tmp_path, monkeypatch, way
):
    venv, lock = tmp_path / ".venv", tmp_path / "nothing.txt"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to("/gone/python")
    (venv / "pyvenv.cfg").touch()
    lock.touch()
    monkeypatch.setattr(run, "VENV", venv)
    monkeypatch.setattr(run, "PYTHON", venv / "bin" / "python")
    python = sys._base_executable
    first = [run.find_uv(python)] if way is run.install_with_uv else []
    assert way(*first, python, lock)
    assert Path(run.PYTHON).exists()
