"""The chart of a record: one bar a contender, cheapest on top, as SVG and PNG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from figures import CALL, FORMAT, Record
from matplotlib.figure import Figure

INK, FAINT, GRID = "#1f2933", "#66727f", "#e4e8ec"
COLOURS = {
    "tracefmt": "#d1495b",
    "python": "#8fa6bb",
    "floor": "#3f5873",
    "node": "#c9b458",
    "go": "#7fb3a6",
}
LIGHT = "#e8a5ad"  # tracefmt without Rust
LEGEND = {
    "tracefmt": "tracefmt",
    "python": "Python",
    "floor": "logging, which writes nothing",
    "node": "Node",
    "go": "Go",
}


def draw(record: Record) -> list[Path]:
    """Draw the chart beside the record, and return the files."""
    mpl.rcParams.update(
        {
            "font.family": "DejaVu Sans",
            "font.size": 9,
            "text.color": INK,
            "svg.hashsalt": "tracefmt",
        }
    )
    figure = Figure(figsize=(13, 7.4), layout="constrained", facecolor="white")
    columns = figure.subplot_mosaic(
        [["call", "format"], ["call", "exception"]], height_ratios=[1, 1.55], width_ratios=[1.1, 1]
    )
    panel(columns["call"], record, CALL, "W3", "The whole call: a message, five attributes")
    panel(columns["format"], record, FORMAT, "W3", "Format alone, of a record")
    panel(columns["exception"], record, CALL, "W5", "exception() with three frames")
    _head(figure, record)
    paths = [record.path.with_suffix(suffix) for suffix in (".svg", ".png")]
    figure.savefig(paths[0], metadata={"Date": None})
    figure.savefig(paths[1], dpi=130)
    return paths


def panel(axes: Any, record: Record, stage: str, workload: str, title: str) -> None:
    """Draw one workload: bars from the least CPU time, with the number at their end."""
    found = {name: record.cost(name, stage, workload) for name in record.names()}
    bars = sorted((cost / 1000, name) for name, cost in found.items() if cost)
    names = [name for _, name in bars]
    costs = [cost for cost, _ in bars]
    limit = min(costs[-1], costs[-2] * 1.4)  # one that is far off must not flatten the others
    axes.barh(
        range(len(bars)),
        [min(cost, limit) for cost in costs],
        color=[_colour(record, name) for name in names],
        height=0.72,
    )
    floor = record.cost("stdlib_null", stage, workload)
    if floor:
        axes.axvline(floor / 1000, color=COLOURS["floor"], linewidth=1, linestyle=(0, (4, 3)))
    for place, cost in enumerate(costs):
        _number(axes, place, cost, limit)
    _labels(axes, record, names, stage)
    axes.set_xlim(0, limit * 1.1)
    axes.set_title(title, loc="left", fontsize=10.5, fontweight="bold", color=INK, pad=8)


def _number(axes: Any, place: int, cost: float, limit: float) -> None:
    text = f"{cost:.2f}" if cost < 10 else f"{cost:.0f}"  # noqa: PLR2004
    axes.annotate(
        text if cost <= limit else f"{text} \N{BLACK RIGHT-POINTING SMALL TRIANGLE}",
        (min(cost, limit), place),
        xytext=(5, 0),
        textcoords="offset points",
        verticalalignment="center",
        fontsize=8.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
    )


def _labels(axes: Any, record: Record, names: list[str], stage: str) -> None:
    axes.set_yticks(range(len(names)), [record.label(name, stage) for name in names])
    axes.invert_yaxis()
    axes.tick_params(axis="both", length=0, colors=FAINT)
    for tick, name in zip(axes.get_yticklabels(), names, strict=True):
        if _kind(record, name) == "tracefmt":
            tick.set(color=COLOURS["tracefmt"], fontweight="bold")
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)


def _head(figure: Figure, record: Record) -> None:
    machine = record.data["machine"]
    figure.suptitle(
        "What one JSON log line with its trace ids costs: microseconds of CPU time, less is better",
        x=0.01, ha="left", fontsize=13.5, fontweight="bold",
    )  # fmt: skip
    kinds = {_kind(record, name) for name in record.names()}
    handles = [
        mpl.patches.Patch(color=COLOURS[kind], label=label)
        for kind, label in LEGEND.items()
        if kind in kinds
    ]
    handles.insert(1, mpl.patches.Patch(color=LIGHT, label="tracefmt, Python core"))
    figure.legend(handles=handles, loc="outside lower left", ncols=len(handles), frameon=False)
    figure.supxlabel(
        f"{machine['implementation']} {machine['python']}, {machine['cpu']}, to the null device; "
        f"least of interleaved rounds, {record.data['made'][:10]}",
        x=0.99, ha="right", fontsize=8, color=FAINT,
    )  # fmt: skip


def _colour(record: Record, name: str) -> str:
    return LIGHT if name.endswith("_python") else COLOURS[_kind(record, name)]


def _kind(record: Record, name: str) -> str:
    if name == "stdlib_null":
        return "floor"
    return "tracefmt" if name.startswith("tracefmt_") else record.language(name)
