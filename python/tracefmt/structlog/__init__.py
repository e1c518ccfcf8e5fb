"""tracefmt for structlog; imported by its path, since `import tracefmt` needs no structlog."""

from tracefmt.structlog._configure import configure
from tracefmt.structlog._loggers import LineLogger, LoggerFactory
from tracefmt.structlog._renderer import Renderer, event_last

__all__ = ["LineLogger", "LoggerFactory", "Renderer", "configure", "event_last"]
