"""The map's figure as bokeh describes it, empty: the script of the view fills its sources."""

from __future__ import annotations

from typing import Any, Final

from dicu_analysis.figures import palette

HEIGHT: Final = 620


def scripts() -> list[str]:
    """Bokeh's own JavaScript, from its wheel."""
    from bokeh.resources import Resources

    return list(Resources(mode="inline", components=["bokeh"]).js_raw)


def figure_item() -> Any:
    """The figure as JSON: areas of units, lines of provinces, the chosen unit, and names of far islands."""
    from bokeh.embed import json_item
    from bokeh.models import ColumnDataSource, HoverTool, PanTool, Range1d, TapTool, WheelZoomTool
    from bokeh.plotting import figure

    plot = figure(
        name="map",
        height=HEIGHT,
        sizing_mode="stretch_both",
        x_range=Range1d(start=0, end=1, name="xr"),
        y_range=Range1d(start=0, end=1, name="yr"),
        tools=[],
        toolbar_location=None,
        match_aspect=False,
        outline_line_color=None,
        background_fill_color=None,
        border_fill_color=None,
        min_border=0,
        output_backend="canvas",
    )
    plot.axis.visible = False
    plot.grid.visible = False
    units = ColumnDataSource({k: [] for k in ("xs", "ys", "fill")}, name="units")
    areas = plot.patches(
        "xs",
        "ys",
        source=units,
        fill_color="fill",
        line_color="fill",
        line_width=0.6,
        nonselection_fill_alpha=1,
    )
    areas.nonselection_glyph = None
    areas.selection_glyph = None
    lines = ColumnDataSource({"xs": [], "ys": []}, name="lines")
    plot.multi_line("xs", "ys", source=lines, line_color=palette.EDGE, line_width=0.7, level="annotation")
    # a dash on what is below 0, so that a grey print can be read: hatching thousands of areas takes seconds
    below = ColumnDataSource({"x": [], "y": [], "size": [], "width": []}, name="below")
    plot.scatter(
        "x", "y", size="size", source=below, marker="dash", line_color=palette.INK, line_width="width"
    )
    chosen = ColumnDataSource({"xs": [], "ys": []}, name="chosen")
    plot.patches(
        "xs", "ys", source=chosen, fill_alpha=0, line_color=palette.INK, line_width=2.5, level="annotation"
    )
    marks = ColumnDataSource({"x": [], "y": [], "text": []}, name="marks")
    plot.text(
        "x",
        "y",
        "text",
        source=marks,
        text_font_size="12px",
        text_color=palette.INK,
        text_align="center",
        text_baseline="top",
        y_offset=8,
        level="annotation",
    )
    plot.add_tools(
        PanTool(),
        WheelZoomTool(modifiers="ctrl"),
        TapTool(renderers=[areas], mode="replace"),
        HoverTool(renderers=[areas], tooltips=None),
    )
    plot.toolbar.active_scroll = "auto"
    return json_item(plot)
