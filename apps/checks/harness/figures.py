"""Keep the figures a program shows, saves or leaves open, as PNG images of bounded size."""

import base64
import io
import os
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

DPI = 110
SMALL_DPI = 55


class Figures:
    """Collects figures; `cell` is the number of the cell that is running."""

    def __init__(self) -> None:
        matplotlib.use("Agg")
        self.cell = 1
        self.most = 0
        self.most_bytes = 0
        self.kept: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self._seen: set[int] = set()
        self._savefig = Figure.savefig

    def install(self, most: int, most_kb: int) -> None:
        """From now on `plt.show()` and `savefig` keep what they show."""
        self.most, self.most_bytes = most, most_kb * 1024
        figures = self

        def show(*_args: Any, **_kwargs: Any) -> None:
            figures.keep_open()

        def savefig(figure: Figure, target: Any, *args: Any, **kwargs: Any) -> None:
            figures._savefig(figure, target, *args, **kwargs)
            if isinstance(target, (str, os.PathLike)):
                figures.keep(figure, Path(target).name)

        plt.show = show
        Figure.show = lambda figure, *_args, **_kwargs: figures.keep(figure)
        Figure.savefig = savefig

    def keep_open(self) -> None:
        """Keep every open figure that was not kept yet, and close all."""
        for number in plt.get_fignums():
            self.keep(plt.figure(number))
        plt.close("all")

    def keep(self, figure: Figure, name: str | None = None) -> None:
        """Keep one figure once; too many or too large ones leave a note instead."""
        if id(figure) in self._seen:
            return
        self._seen.add(id(figure))
        if len(self.kept) >= self.most:
            self._note(f"Only the first {self.most} figures are kept.")
            return
        png = self._png(figure)
        if png is None:
            self._note(f"A figure was larger than {self.most_bytes // 1024} KB and is not kept.")
            return
        title = name or figure.get_label() or f"figure {len(self.kept) + 1}"
        self.kept.append(
            {"name": str(title)[:80], "cell": self.cell, "png_base64": base64.b64encode(png).decode("ascii")}
        )

    def _png(self, figure: Figure) -> bytes | None:
        for dpi in (DPI, SMALL_DPI):
            buffer = io.BytesIO()
            self._savefig(figure, buffer, format="png", dpi=dpi, bbox_inches="tight")
            if buffer.tell() <= self.most_bytes:
                return buffer.getvalue()
        return None

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)
