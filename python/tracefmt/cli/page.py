"""What the HTML pages share: one file each, without script from elsewhere, in light and dark."""

from __future__ import annotations

from html import escape

from tracefmt.cli.sanitize import visible

__all__ = ["STYLE", "render", "text"]

STYLE = """
:root { color-scheme: light dark; --paper: #fbfbfa; --card: #fff; --ink: #1d2126; --soft: #687078;
  --line: #e3e5e8; --good: #2f9e68; --bad: #d64545; --warn: #b9770e; --accent: #3867d6; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --card: #1c2024; --ink: #e6e8ea;
  --soft: #98a1aa; --line: #2e343a; --good: #3fb37f; --bad: #e5605e; --warn: #d9a13b;
  --accent: #7aa2f7; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1120px; padding: 32px 24px 64px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 22px; margin: 0 0 4px; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 0 0 12px; }
p { margin: 0 0 12px; } .soft { color: var(--soft); } .bad { color: var(--bad); }
.good { color: var(--good); } .warn { color: var(--warn); }
code, .mono { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 18px 20px; margin-top: 18px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; color: var(--soft); font-size: 13px; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; } .right { text-align: right; }
footer { margin-top: 24px; color: var(--soft); font-size: 13px; }
"""


def text(value: object) -> str:
    """Return anybody's text as HTML; what would hide or turn it is shown by its number."""
    return escape(visible(str(value)))


def render(title: str, body: str, style: str = "", script: str = "") -> str:
    """Return a whole page; the body, style and script are HTML already."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{text(title)}</title>
<style>{STYLE}{style}</style>
</head>
<body>
{body}
<footer>Made by tracefmt.</footer>
{f"<script>{script}</script>" if script else ""}
</body>
</html>
"""
