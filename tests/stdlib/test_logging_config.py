"""`tracefmt.Formatter` in `logging.config`: `dictConfig` by factory and by class, `fileConfig`."""

import io
import logging
import logging.config
import logging.handlers

import pytest
from tests.core.line import checked

from tracefmt import SpanContext


def one_span():
    """Say that there is one."""
    return SpanContext(1, 2, 3)


def dict_config(formatter):
    """Configure one logger with a formatter of `dictConfig` and return its stream."""
    out = io.StringIO()
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": formatter},
            "handlers": {
                "out": {"class": "logging.StreamHandler", "stream": out, "formatter": "json"}
            },
            "loggers": {"configured": {"handlers": ["out"], "level": "INFO", "propagate": False}},
        }
    )
    return out


@pytest.fixture
def configured():
    """The logger that the tests of configuration configure."""
    logger = logging.getLogger("configured")
    yield logger
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
        handler.close()


def test_dict_config_by_factory(configured):
    """Through ``()`` all options can be given."""
    out = dict_config(
        {
            "()": "tracefmt.Formatter",
            "service": "checkout",
            "static": {"env": "prod"},
            "exclude": ["timestamp"],
            "span_source": "ext://" + one_span.__module__ + ".one_span",
        }
    )
    configured.info("up", extra={"port": 80})

    assert out.getvalue() == (
        '{"level":"info","logger":"configured","message":"up","service":"checkout","env":"prod",'
        f'"trace_id":"{1:032x}","span_id":"{2:016x}","trace_flags":"03","port":80}}\n'
    )


@pytest.mark.parametrize("options", [{}, {"format": "flat"}, {"style": "%", "validate": True}])
def test_dict_config_by_class(configured, options):
    """Through ``class`` it works with what logging passes there."""
    out = dict_config({"class": "tracefmt.Formatter", **options})
    configured.info("up")

    assert list(checked(out.getvalue().rstrip("\n"))) == ["timestamp", "level", "logger", "message"]


def test_dict_config_with_a_format(configured):
    """A format that was left there says which fields a line has, by either way."""
    for way in ({"class": "tracefmt.Formatter"}, {"()": "tracefmt.Formatter"}):
        out = dict_config({**way, "format": "%(levelname)s %(message)s"})
        configured.info("up")

        assert out.getvalue() == '{"levelname":"INFO","message":"up"}\n'


def test_file_config(tmp_path, configured):
    """`fileConfig` makes one as well."""
    (tmp_path / "logging.ini").write_text(
        f"""
[loggers]
keys=root,configured
[handlers]
keys=out
[formatters]
keys=json
[logger_root]
handlers=
[logger_configured]
qualname=configured
handlers=out
level=INFO
propagate=0
[handler_out]
class=tracefmt.FileHandler
args=({str(tmp_path / "log")!r},)
formatter=json
[formatter_json]
class=tracefmt.Formatter
""",
        "utf-8",
    )
    logging.config.fileConfig(tmp_path / "logging.ini", disable_existing_loggers=False)
    configured.info("up")
    for handler in configured.handlers:
        handler.close()
    (line,) = (tmp_path / "log").read_bytes().splitlines()

    assert checked(line)["message"] == "up"
