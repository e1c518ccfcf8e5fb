"""Both cores' lines of one record."""

from tests.core.line import checked

from tracefmt import schemas
from tracefmt._cold.exception import describe
from tracefmt._cold.exception_chain import ChainDescriber, chain_options
from tracefmt._cold.screen import screen

SCREENED = ("redact", "max_string_length", "max_items", "max_depth")


def lines(cores, subject, source=lambda: None, schema="flat", **options):
    """Return both cores' checked lines of one record."""
    screened = {name: options.pop(name) for name in SCREENED if name in options}
    screened["max_line_bytes"] = options.get("max_line_bytes")
    options["screen"] = screen(**{**dict.fromkeys(SCREENED), "redact": (), **screened})
    plan = schemas.compile_plan(schemas.get(schema), **options)
    exception = options.get("exception", "text")
    described = describe
    if exception != "text":
        with_text = schemas.get(schema).defaults.get("stacktrace", False)
        described = ChainDescriber(chain_options(exception), with_text=with_text)
    found = [core.Encoder(plan, source, described).encode_record(subject) for core in cores]
    for line in found:
        checked(line)
    return found
