"""The report as one page: figures first, then the charts, then the lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracefmt.cli import page
from tracefmt.cli.audit.report import Verdict, percent, worst
from tracefmt.correlation import Group, Report
from tracefmt.reading.time import text as moment
from tracefmt.reading.trace_id import VALID

_BARS = 120  # of the chart over time
_WIDTH, _HEIGHT = 1040, 180
_SHOWN = 15
_STYLE = """
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 14px;
  margin-top: 18px; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 14px 18px; }
.figures b { display: block; font-size: 27px; line-height: 1.2; letter-spacing: -.02em; }
.figures span { color: var(--soft); font-size: 13px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); gap: 0 18px; }
.bar { display: flex; height: 10px; min-width: 110px; border-radius: 3px; overflow: hidden;
  background: var(--good); margin-top: 6px; }
.bar i { background: var(--bad); }
.name { max-width: 230px; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--soft); }
.valid { fill: var(--good); } .missing { fill: var(--bad); } .axis { stroke: var(--line); }
.key i { display: inline-block; width: 10px; height: 10px; border-radius: 2px;
  margin: 0 5px 0 14px; }
"""


def render(report: Report, verdict: Verdict) -> str:
    """Return the page."""
    sections = [
        _head(report, verdict),
        _figures(report),
        _over_time(report),
        '<div class="pair">',
        _groups("By service", report.services),
        _groups("By level", report.levels),
        "</div>",
        _groups("By logger", report.loggers),
        _kinds(report),
        _stale(report),
        _broken(report),
    ]
    return page.render("Trace ids in log lines", "\n".join(sections), _STYLE)


def _head(report: Report, verdict: Verdict) -> str:
    files = ", ".join(page.text(name) for name in report.files)
    parts = [f'<h1>Trace ids in log lines</h1><p class="soft mono">{files}</p>']
    if verdict.max_missing is not None:
        word, style = ("Failed", "bad") if verdict.is_exceeded else ("Passed", "good")
        parts.append(
            f'<p><b class="{style}">{word}</b>: {percent(report.missing_share)} of the lines have '
            f"no trace id; {percent(verdict.max_missing)} may.</p>"
        )
    return "".join(parts)


def _figures(report: Report) -> str:
    total = report.total
    colour = "good" if not total.missing else "bad"
    stale = len(report.stale) + report.stale_dropped
    figures = [
        (
            percent(1 - total.missing_share if total.lines else 0),
            "of the lines carry a trace id",
            colour,
        ),
        (f"{total.lines:,}", "lines", ""),
        (f"{total.missing:,}", "without a trace id", "bad" if total.missing else ""),
        (f"{stale:,}", "traces look stale", "warn" if stale else ""),
        (f"{report.broken:,}", "broken lines", "warn" if report.broken else ""),
    ]
    cells = (
        f'<div><b class="{style}">{n}</b><span>{what}</span></div>' for n, what, style in figures
    )
    return f'<div class="figures">{"".join(cells)}</div>'


def _over_time(report: Report) -> str:
    minutes = {minute: group for minute, group in report.minutes.items() if minute is not None}
    if not minutes or report.span is None:
        return ""
    first, last = min(minutes), max(minutes) + 60
    step = max(60, -(-(last - first) // _BARS // 60) * 60)  # whole minutes
    number = -(-(last - first) // step)
    bars = [[0, 0] for _ in range(number)]
    for minute, group in minutes.items():
        bar = bars[(minute - first) // step]
        bar[0] += group.lines
        bar[1] += group.missing
    top = max(lines for lines, _ in bars)
    width = _WIDTH / number
    gap = min(1.5, width * 0.2)
    drawn = []
    for index, (lines, missing) in enumerate(bars):
        if not lines:
            continue
        height, red = lines / top * _HEIGHT, missing / top * _HEIGHT
        box = f'x="{index * width:.2f}" width="{width - gap:.2f}"'
        label = (
            f"{moment((first + index * step) * 1_000_000)}: {lines:,} lines, "
            f"{missing:,} without id ({percent(missing / lines)})"
        )
        drawn.append(
            f"<g><title>{label}</title>"
            f'<rect class="valid" {box} y="{_HEIGHT - height:.2f}" height="{height - red:.2f}"/>'
            f'<rect class="missing" {box} y="{_HEIGHT - red:.2f}" height="{red:.2f}"/></g>'
        )
    each = "minute" if step == 60 else f"{step // 60} minutes"  # noqa: PLR2004
    return (
        f"<section><h2>Lines over time, by {each}"
        '<span class="key soft"><i style="background:var(--good)"></i>with id'
        '<i style="background:var(--bad)"></i>without</span></h2>'
        f'<svg viewBox="0 -4 {_WIDTH} {_HEIGHT + 26}" role="img" aria-label="lines over time">'
        f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{_HEIGHT}" y2="{_HEIGHT}"/>{"".join(drawn)}'
        f'<text x="0" y="{_HEIGHT + 17}">{moment(report.span[0])}</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT + 17}" text-anchor="end">{moment(report.span[1])}</text>'
        f"</svg></section>"
    )


def _groups(title: str, groups: Mapping[Any, Group]) -> str:
    if not groups:
        return ""
    ordered = worst(groups)
    rows = [_row(_name(key), group.lines, group.missing) for key, group in ordered[:_SHOWN]]
    rest = [group for _, group in ordered[_SHOWN:]]
    if rest:
        label = f'<span class="soft">{len(rest)} more</span>'
        rows.append(_row(label, sum(g.lines for g in rest), sum(g.missing for g in rest)))
    return (
        f'<section><h2>{title}</h2><table><tr><th></th><th class="right">lines</th>'
        '<th class="right">without id</th><th class="right">share</th><th></th></tr>'
        f"{''.join(rows)}</table></section>"
    )


def _name(key: object) -> str:
    return '<span class="soft">none</span>' if key is None else page.text(key)


def _row(name: str, lines: int, missing: int) -> str:
    share = missing / lines
    bar = f'<i style="width:{share:.2%}"></i>'
    return (
        f'<tr><td class="name">{name}</td><td class="right">{lines:,}</td>'
        f'<td class="right">{missing:,}</td><td class="right">{percent(share)}</td>'
        f'<td><div class="bar">{bar}</div></td></tr>'
    )


def _kinds(report: Report) -> str:
    rows = "".join(
        f'<tr><td><code>{page.text(kind)}</code></td><td class="right">{count:,}</td></tr>'
        for kind, count in report.total.counts.items()
        if kind != VALID
    )
    if not rows:
        return ""
    return f"<section><h2>What stands there instead of an id</h2><table>{rows}</table></section>"


def _stale(report: Report) -> str:
    if not report.stale:
        return ""
    rows = "".join(
        f'<tr><td><code>{trace.trace_id}</code></td><td class="right">{trace.lines:,}</td>'
        f"<td>{moment(trace.first)}</td><td>{moment(trace.last)}</td>"
        f'<td class="right">{trace.processes or ""}</td></tr>'
        for trace in report.stale[:50]
    )
    return (
        "<section><h2>Traces that look stale</h2><p class='soft'>Ids that were still written long "
        "after their request, or in too many processes: left behind in a thread, inherited through "
        "fork, or a job that really takes so long.</p><table><tr><th>trace id</th>"
        '<th class="right">lines</th><th>first</th><th>last</th>'
        '<th class="right">processes</th></tr>'
        f"{rows}</table></section>"
    )


def _broken(report: Report) -> str:
    rows = [
        f"<tr><td><code>{page.text(line.file)}:{line.line}</code></td><td>{line.reason}</td></tr>"
        for line in report.examples
    ]
    rows += [f'<tr><td class="bad" colspan="2">{page.text(p)}</td></tr>' for p in report.unreadable]
    if not rows:
        return ""
    return f"<section><h2>Bad input</h2><table>{''.join(rows)}</table></section>"
