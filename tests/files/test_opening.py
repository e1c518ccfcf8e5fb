"""How a file is opened: its flags and mode bits, and paths that cannot work."""

import fcntl
import os
import stat

import pytest
from tests.files.conftest import line, log

from tracefmt import ConfigurationError, FileHandler


@pytest.fixture
def umask():
    """Take most bits away from new files, as careful services do."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_appends_and_is_not_inherited(opened, tmp_path):
    """The descriptor has ``O_APPEND`` and ``O_CLOEXEC``, also after it was opened anew."""
    handler = opened(FileHandler(tmp_path / "log"))
    descriptor = handler.stream.fileno()
    for _ in range(2):
        assert fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND
        assert fcntl.fcntl(descriptor, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
        handler.reopen()
    assert handler.stream.fileno() == descriptor


def test_mode_bits_of_a_new_file(opened, tmp_path, umask):
    """`permissions` are the bits that a new file has, whatever the umask."""
    handler = opened(FileHandler(tmp_path / "log", permissions=0o664))
    opened(FileHandler(tmp_path / "plain"))

    assert mode_of(tmp_path / "log") == 0o664
    assert mode_of(tmp_path / "plain") == 0o600
    (tmp_path / "log").rename(tmp_path / "log.1")
    handler.reopen()
    assert mode_of(tmp_path / "log") == 0o664


def test_mode_bits_of_a_file_that_is_there(opened, tmp_path):
    """A file that somebody has made keeps its bits."""
    (tmp_path / "log").touch(0o600)
    opened(FileHandler(tmp_path / "log", permissions=0o664))

    assert mode_of(tmp_path / "log") == 0o600


@pytest.mark.parametrize("mode", ["a", "w"])
def test_mode_bits_through_a_link(opened, formatter, tmp_path, mode):
    """A link to a file that is not there yet creates that file."""
    (tmp_path / "log").symlink_to(tmp_path / "real")
    log(opened(FileHandler(tmp_path / "log", mode, permissions=0o640, formatter=formatter)), "a")

    assert mode_of(tmp_path / "real") == 0o640
    assert (tmp_path / "real").read_bytes() == line("a")


@pytest.mark.parametrize("delay", [False, True])
def test_a_link_that_is_not_to_be_followed(tmp_path, delay):
    """With ``follow_symlinks=False`` a link at the path is refused (``O_NOFOLLOW``)."""
    (tmp_path / "real").touch()
    (tmp_path / "log").symlink_to(tmp_path / "real")

    with pytest.raises(OSError, match="symbolic links"):
        FileHandler(tmp_path / "log", delay=delay, follow_symlinks=False)


def test_a_link_that_is_put_there_later(opened, formatter, errors, tmp_path):
    """Nor is one followed that appears at the path: lines go on to the file that was open."""
    path = tmp_path / "log"
    handler = opened(FileHandler(path, follow_symlinks=False, watch=0, formatter=formatter))
    log(handler, "a")
    path.rename(tmp_path / "log.1")
    (tmp_path / "secret").write_bytes(b"kept")
    path.symlink_to(tmp_path / "secret")
    log(handler, "b")

    assert (tmp_path / "secret").read_bytes() == b"kept"
    assert (tmp_path / "log.1").read_bytes().startswith(line("a"))
    assert line("b") in (tmp_path / "log.1").read_bytes()
    assert len(errors) == 1


@pytest.mark.once
@pytest.mark.parametrize("delay", [False, True])
@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("no/log", FileNotFoundError),
        ("file/log", NotADirectoryError),
        ("folder", IsADirectoryError),
        ("loop", OSError),
    ],
)
def test_a_bad_path(tmp_path, delay, path, error):
    """A path that cannot work is refused when the handler is made, also with ``delay``."""
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    with pytest.raises(error) as caught:
        FileHandler(tmp_path / path, delay=delay)
    assert caught.value.filename == str(tmp_path / path)


@pytest.mark.once
def test_a_forbidden_path(run_script):
    """So is a folder in which no file can be made, and a file that cannot be written."""
    script = """
    import os, pathlib, tempfile, tracefmt
    formatter = tracefmt.Formatter()  # what it imports may be root's alone
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        root.chmod(0o755)
        (root / "file").touch(0o400)
        (root / "folder").mkdir(0o500)
        if os.geteuid() == 0:
            os.seteuid(65534)  # root may write anywhere
        for path in (root / "file", root / "folder" / "log"):
            for delay in (False, True):
                try:
                    tracefmt.FileHandler(path, delay=delay, formatter=formatter)
                except PermissionError:
                    print("refused")
        os.seteuid(os.getuid())
    """
    assert run_script(script).split() == [b"refused"] * 4


@pytest.mark.once
@pytest.mark.parametrize("permissions", ["0640", -1, 0o10000, True, 6.4])
def test_permissions_that_cannot_work(tmp_path, permissions):
    """Mode bits are a number, and no file is made for others."""
    with pytest.raises(ConfigurationError, match="write mode bits as a number, such as 0o640"):
        FileHandler(tmp_path / "log", permissions=permissions)
    assert list(tmp_path.iterdir()) == []
