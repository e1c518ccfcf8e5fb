"""tracefmt for structlog; imported by its path, since `import tracefmt` needs no structlog."""

from tracefmt.structlog._configure import configure
from tracefmt.structlog._loggers import LineLogger, LoggerFactory
from tracefmt.structlog._renderer import Renderer

__all__ = ["LineLogger", "LoggerFactory", "Renderer", "configure"]
