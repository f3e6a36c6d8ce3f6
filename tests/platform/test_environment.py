"""What the local run says before anything is started."""

import hashlib
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

import run
from config.local import environment, places, postgres, supervisor, web
from tests.platform.checkout import names_read, outside_env
from tests.threads import together


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


@pytest.mark.parametrize("name", sorted(names_read()))
def test_a_copy_that_is_started_meets_no_setting_of_ours(monkeypatch, name):
    monkeypatch.setenv(name, "ours")
    assert name not in outside_env()


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


def wheel(folder, name):
    """A package with nothing in it, and the line of a lock file that asks for it."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    about = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        )
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{name}==1.0 \\\n    --hash=sha256:{digest}\n"


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A checkout whose packages lie in a folder; elsewhere nobody looks for them."""
    shelf, locks = tmp_path / "shelf", tmp_path / "requirements"
    shelf.mkdir()
    locks.mkdir()
    for name in ("PIP_FIND_LINKS", "UV_FIND_LINKS"):
        monkeypatch.setenv(name, str(shelf))
    for name in ("PIP_NO_INDEX", "UV_NO_INDEX"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(run, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    one, other = wheel(shelf, "listwell_one"), wheel(shelf, "listwell_other")
    (locks / "local.txt").write_text(one)
    (locks / "test.txt").write_text(one + other)
    return shelf


def test_what_is_there_is_not_installed_again_whichever_command_asks(shelf, capsys):
    run.ensure("test")
    shutil.rmtree(shelf)  # another look at it would fail
    run.ensure("local")
    run.ensure("test")
    assert capsys.readouterr().err.count("Installing what") == 1


def test_what_one_command_lacks_is_installed_beside_what_is_there(shelf, capsys):
    run.ensure("local")
    run.ensure("test")
    shutil.rmtree(shelf)
    run.ensure("local")
    assert run.installed() == run.pinned("test")


def test_another_version_of_a_package_is_installed(shelf):
    run.ensure("local")
    lock = shelf.parent / "requirements" / "local.txt"
    lock.write_text(lock.read_text().replace("==1.0", "==2.0"))
    with pytest.raises(SystemExit, match="could not be installed"):
        run.ensure("local")


def test_the_lock_files_agree_on_what_they_share():
    base, local, test = map(run.pinned, ("base", "local", "test"))
    assert base.items() <= local.items() <= test.items()
    assert len(base) > 30


def test_several_first_starts_at_once_copy_the_programs_whole(tmp_path, monkeypatch):
    prefix = tmp_path / "package" / "pginstall"
    prefix.mkdir(parents=True)
    for number in range(300):
        (prefix / f"program{number}").touch()
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setattr(places, "IS_ROOT", False)
    places.state_root().mkdir()

    def copy():
        return len([*postgres._copy_out(prefix).iterdir()])

    assert together(*[copy] * 4) == [300] * 4
