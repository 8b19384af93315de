"""Draws `docs/assets/house.svg` from the import contracts of `setup.cfg`: the floors, and the rooms of a system."""

import ast
import sys
from collections.abc import Iterator, Sequence
from configparser import ConfigParser
from html import escape
from pathlib import Path
from textwrap import wrap

from grt_platform.runtime.environment import project

_CONTRACT = "importlinter:contract:{}"
_PACKAGE = "grt_platform"
_WIDTH, _GAP, _LINE, _MARGIN = 560, 12, 17, 24
_LETTER, _LETTERS_HEIGHT = 7.2, 13
_STYLE = """<style>
text{font:13px system-ui,sans-serif;fill:#263238}
.name{font:bold 14px ui-monospace,monospace}
.title{font:bold 16px system-ui,sans-serif}
.floor{fill:#fff;stroke:#90a4ae}.light{stroke:#00796b;stroke-width:2}.pure{fill:#e0f2f1}
</style>"""
Layer = tuple[str, ...]


def picture() -> str:
    """The picture, as SVG: a layer may use those below it."""
    contracts = ConfigParser(interpolation=None)
    contracts.read_string((project() / "setup.cfg").read_text())
    pure, light = (_modules(contracts, name) for name in ("pure", "light"))
    floors = [tuple(_short(name) for name in layer) for layer in _layers(contracts, "floors")]
    rooms = _layers(contracts, "rooms")
    left, floors_end = _column("The floors", floors, "", _MARGIN, light=pure | light, pure=pure)
    right, rooms_end = _column(
        "The rooms of a system", rooms, "systems.*.", 2 * _MARGIN + _WIDTH, light=pure | light, pure=pure
    )
    height = max(floors_end, rooms_end) + 2 * _LINE
    legend = "Imports go down only. Green border: starts without Dagster. Green ground: knows no disk, network, clock."
    body = [*left, *right, f'<text x="{_MARGIN}" y="{height - _LINE}">{legend}</text>']
    size = f"{2 * _WIDTH + 3 * _MARGIN} {height:.0f}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" aria-label="{escape(legend)}">'
    return "\n".join([head, _STYLE, '<rect width="100%" height="100%" fill="#fafafa"/>', *body, "</svg>"]) + "\n"


def _layers(contracts: ConfigParser, name: str) -> list[Layer]:
    lines = contracts[_CONTRACT.format(name)]["layers"].split("\n")
    return [tuple(each.strip(" ()") for each in line.split("|")) for line in lines if line.strip()]


def _modules(contracts: ConfigParser, name: str) -> set[str]:
    return {_short(each) for each in contracts[_CONTRACT.format(name)]["source_modules"].split()}


def _short(module: str) -> str:
    return module.removeprefix(f"{_PACKAGE}.")


def _column(
    title: str, layers: Sequence[Layer], prefix: str, x: float, *, light: set[str], pure: set[str]
) -> tuple[list[str], float]:
    drawn, y = [f'<text class="title" x="{x}" y="{_MARGIN + _LINE}">{title}</text>'], float(_MARGIN + 2 * _LINE)
    for layer in layers:
        width = (_WIDTH - _GAP * (len(layer) - 1)) / len(layer)
        texts = [wrap(_told(prefix, name), int((width - 2 * _GAP) / _LETTER)) for name in layer]
        height = (max(map(len, texts)) + 1) * _LINE + 2 * _GAP
        for number, (name, lines) in enumerate(zip(layer, texts, strict=True)):
            kinds = [kind for kind, names in (("light", light), ("pure", pure)) if f"{prefix}{name}" in names]
            drawn += _box((x + number * (width + _GAP), y, width, height), name, lines, kinds)
        y += height + _GAP
    return drawn, y


def _box(
    place: tuple[float, float, float, float], name: str, lines: Sequence[str], kinds: Sequence[str]
) -> Iterator[str]:
    (x, y, width, height), left = place, place[0] + _GAP
    kind = " ".join(["floor", *kinds])
    yield f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="6"/>'
    yield f'<text class="name" x="{left:.0f}" y="{y + _GAP + _LETTERS_HEIGHT:.0f}">{escape(name)}</text>'
    for number, line in enumerate(lines, 1):
        yield f'<text x="{left:.0f}" y="{y + _GAP + _LETTERS_HEIGHT + number * _LINE:.0f}">{escape(line)}</text>'


def _told(prefix: str, name: str) -> str:
    """The first line of the module's own description; of a room, what it says in the system galaxy."""
    folder = project() / _PACKAGE / (prefix.replace("*", "galaxy").replace(".", "/") if prefix else "")
    files = [folder / name / "__init__.py", folder / f"{name}.py"]
    if prefix and not any(file.exists() for file in files):
        files = sorted(project().glob(f"{_PACKAGE}/systems/*/{name}.py"))
    first = next(file for file in files if file.exists())
    return (ast.get_docstring(ast.parse(first.read_text())) or "").partition("\n")[0]


def main() -> None:
    """Write the picture to standard output, or to the file that is named."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    target.write_text(picture()) if target else sys.stdout.write(picture())


if __name__ == "__main__":
    main()
