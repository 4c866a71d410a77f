"""What every picture must keep: all letters drawn, nothing cut off, nothing covered."""

import warnings

from zjsim.report.charts import style


def texts(figure):
    """Visible texts with their boxes, as they are on the canvas."""
    figure.canvas.draw()
    found = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    for ax in figure.axes:
        found += ax.texts
        if ax.get_legend():
            found += ax.get_legend().get_texts()
        if ax.axison:
            found += [ax.title, ax.xaxis.label, ax.yaxis.label]
            found += _within(ax.get_xticklabels(), 0, ax.get_xlim())
            found += _within(ax.get_yticklabels(), 1, ax.get_ylim())
    shown = [text for text in found if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in shown]


def _within(labels, axis, limits):
    """Tick labels beyond the limits exist and are not drawn."""
    low, high = min(limits) - 1e-9, max(limits) + 1e-9
    return [text for text in labels if low <= text.get_position()[axis] <= high]


def check_texts(figure):
    """No letter without a shape, no text cut off at the edge, none over another."""
    with style.house(), warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing letter is a warning
        found = texts(figure)
    width, height = figure.canvas.get_width_height()
    for words, box in found:
        assert box.x0 >= 0, f"{words!r} leaves the figure at the left"
        assert box.y0 >= 0, f"{words!r} leaves the figure at the bottom"
        assert box.x1 <= width, f"{words!r} leaves the figure at the right"
        assert box.y1 <= height, f"{words!r} leaves the figure at the top"
    for position, (words, box) in enumerate(found):
        for other, place in found[position + 1 :]:
            # Boxes hold the line's full height; letters do not fill the outer tenth.
            slack = 0.12 * min(box.height, place.height)
            apart = (
                box.x1 <= place.x0 + 1 or place.x1 <= box.x0 + 1
                or box.y1 <= place.y0 + slack or place.y1 <= box.y0 + slack
            )  # fmt: skip
            assert apart, f"{words!r} covers {other!r}"
