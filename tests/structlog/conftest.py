"""structlog as it was, after each test."""

import io
import logging

import pytest
import structlog

import tracefmt.structlog


@pytest.fixture(autouse=True)
def _structlog_as_it_was():
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    yield
    tracefmt.structlog.configure(None)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.setLoggerClass(logging.Logger)  # structlog.stdlib.LoggerFactory sets one of its own


@pytest.fixture
def out():
    """Return a stream of bytes that structlog can lock."""
    return io.BytesIO()
