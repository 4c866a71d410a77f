"""A study as a matrix: targets down, cases across, and what each case says of each target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes

from zjsim.assessment.progress import Verdict
from zjsim.errors import RunError
from zjsim.language import Language, chosen_language
from zjsim.openplan import OpenPlan
from zjsim.report.charts import style as house_style
from zjsim.report.charts.canvas import Frame, Room, Size, canvas, name_rows
from zjsim.report.charts.ensemble_charts import both, numbered
from zjsim.report.charts.learning_chart import draw_cell
from zjsim.report.charts.style import Style, house, points
from zjsim.report.tables.wording import column_name
from zjsim.report.words.labels import label, localised

if TYPE_CHECKING:
    from zjsim.analysis.batch.study_file import StudyResult

# Cases beyond these cannot be read in one picture; the study's summary.csv has all.
MOST_CASES = 24
JOINT = 0.4  # how far the joint rows stand apart


@dataclass(frozen=True, slots=True)
class Axis:
    """One thing that varies over the cases: its name, and its value in each of them."""

    key: str
    name: Any
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One target, the binding ones or all: the share of each case's runs that meet it."""

    id: str
    name: Any
    shares: tuple[float, ...]
    joint: bool = False


@dataclass(frozen=True, slots=True)
class StudyData:
    """A study's targets and cases.

    Parameters
    ----------
    study : str
        ``<study>-<hash8>``.
    cases : tuple of str
    axes : tuple of Axis
        What varies, in the order of the file.
    runs : tuple of int
        Of each case; of one run a share is 0 or 1.
    rows : tuple of StudyRow
    """

    study: str
    cases: tuple[str, ...]
    axes: tuple[Axis, ...]
    runs: tuple[int, ...]
    rows: tuple[StudyRow, ...]

    def table(self, language: Language) -> tuple[list[str], list[list[Any]]]:
        """A row a case."""
        heads = ["case", *(axis.key for axis in self.axes), "runs", *(row.id for row in self.rows)]
        return heads, [
            [
                case, *(localised(axis.values[k], language) for axis in self.axes), self.runs[k],
                *(row.shares[k] for row in self.rows),
            ]
            for k, case in enumerate(self.cases)
        ]  # fmt: skip


def study_data(found: StudyResult) -> StudyData:
    """What `plot_study` draws.

    Raises
    ------
    RunError
        When the study has more cases than a picture can show, or kept no indicator.
    """
    rows, plan, folder = list(found.rows), found.planned.plan, found.folder
    if len(rows) > MOST_CASES:
        raise RunError(
            f"{folder.name}: {len(rows)} cases are more than one picture shows ({MOST_CASES}). "
            f"{folder / 'summary.csv'} has all of them; a chart takes a study of fewer values."
        )
    kept = [item for item in plan.plan.indicators if f"{item.id}.met" in rows[0]]
    if not kept:
        raise RunError(f"{folder.name}: the study kept no indicator of the plan; leave out `save`.")
    made = [
        StudyRow(x.id, numbered(x), tuple(float(row[f"{x.id}.met"]) for row in rows)) for x in kept
    ]
    for key, word in (("binding_met", "binding"), ("all_met", "all")):
        if key in rows[0]:
            words = both(label(f"group.{word}", "zh"), label(f"group.{word}", "en"))
            made.append(StudyRow(word, words, tuple(float(row[key]) for row in rows), True))
    return StudyData(
        folder.name, tuple(str(row["case"]) for row in rows), _axes_of(found, plan),
        tuple(int(row["runs"]) for row in rows), tuple(made),
    )  # fmt: skip


def _axes_of(found: StudyResult, plan: OpenPlan) -> tuple[Axis, ...]:
    """What varies over the cases: scenarios and entries of the matrix."""
    cases = found.planned.cases
    keys = list(dict.fromkeys(key for case in cases for key in case.coordinates))
    axes = []
    for key in keys:
        values = tuple(case.coordinates.get(key, "") for case in cases)
        if len(set(values)) == 1 and len(keys) > 1 and key == "scenario":
            continue
        if key == "scenario":
            # A case's own scenario is called as the one that it changes.
            own = {case.scenario.name: case.scenario.label or case.scenario.name for case in cases}
            values = tuple(own[value] for value in values)
        axes.append(Axis(key, column_name(key, plan), values))
    return tuple(axes)


def plot_study(
    found: StudyResult | StudyData,
    language: str | None = None,
    ax: Axes | None = None,
    *,
    figsize: Size = None,
    title: str | None = None,
    style: Style = None,
) -> Axes:
    """A study as a matrix: targets down, cases across; met or missed, or the share of runs.

    Parameters
    ----------
    found : StudyResult or StudyData
        As `run_study` returns it.
    language : {"zh", "en"} or None
        None is the user's.
    ax : Axes or None
        None makes a figure with title and footer.
    figsize : (float, float) or None
        Inches of that figure.
    title : str or None
        Instead of the usual one.
    style : mapping, str or path
        Settings of matplotlib, or one of its styles, over the house style.

    Returns
    -------
    Axes
        Of matplotlib; ``axes.figure.savefig(path)`` writes the picture.

    Examples
    --------
    >>> import pathlib, tempfile, zjsim
    >>> place = pathlib.Path(tempfile.mkdtemp())
    >>> text = "name: water\\nscenarios: [baseline]\\nmatrix: {levers.water: [0.5, 1.0]}\\n"
    >>> _ = (place / "study.yaml").write_text(text)
    >>> axes = zjsim.plot_study(zjsim.run_study(place / "study.yaml", place), "en")
    """
    words = chosen_language(language)
    data = found if isinstance(found, StudyData) else study_data(found)
    names = [localised(row.name, words) for row in data.rows]
    run = label("note.run", words, run=data.study)
    footer = house_style.footer_line(words, run)
    many = max(data.runs) > 1
    with house(style):
        heads = _Heads.of(data, words)
        high = 0.44 * len(names) + 1.75 + heads.tall * 9 / 72
        wide = max(9.6, 4.4 + 0.42 * len(data.cases))
        top = 1 - (0.95 + heads.tall * 9 / 72) / high
        frame = Frame(wide, high, 4.0 / wide, 0.985, top, 0.5 / high)
        with canvas(ax, frame, figsize, title, footer, (0.85, 0.05)) as at:
            room = Room(right=8, top=9 * heads.tall + 8, bottom=6)
            shown, size = name_rows(at, names, len(names) + JOINT, (28, 8.8), room)
            draw_study(at.ax, data, words, shown, size, heads)
            said = label("study.many" if many else "study.single", words)
            at.finish(label("study.title", words), said, footer, over=9 * heads.tall)
    return at.ax


@dataclass(frozen=True, slots=True)
class _Heads:
    """Heads of the columns: a line an axis; upright where the words are wider than a column.

    ``lines`` are heights in font sizes, from the axes upwards.
    """

    texts: tuple[tuple[str, ...], ...]
    upright: tuple[bool, ...]
    lines: tuple[float, ...]

    @property
    def tall(self) -> float:
        """Height of all of them, in font sizes."""
        return sum(self.lines)

    @classmethod
    def of(cls, data: StudyData, language: Language) -> _Heads:
        """As they fit over the columns, also of a small chart, where names take more room."""
        column = 4.0 * 72 / 9 / max(len(data.cases), 1)
        texts, upright, lines = [], [], []
        for axis in data.axes:
            said = tuple(_value(value, language) for value in axis.values)
            width = max(map(house_style.ems, said))
            turned = width + 0.4 > column
            wrapped = tuple(house_style.wrap(text, 12) for text in said) if turned else said
            most = max(max(map(house_style.ems, text.split("\n"))) for text in wrapped)
            texts.append(wrapped)
            upright.append(turned)
            lines.append(most + 0.8 if turned else 1.7)
        return cls(tuple(texts), tuple(upright), tuple(lines))


def _value(value: Any, language: Language) -> str:
    return f"{value:g}" if isinstance(value, int | float) else localised(value, language)


def draw_study(
    ax: Axes, data: StudyData, language: Language, names: list[str], size: float, heads: _Heads
) -> None:
    """A cell a target and case, and what tells the cases apart above them."""
    places = [k + (JOINT if row.joint else 0) for k, row in enumerate(data.rows)]
    for row, place in zip(data.rows, places, strict=True):
        for k, share in enumerate(row.shares):
            if data.runs[k] > 1:
                draw_cell(ax, k, place, share)
                continue
            verdict = Verdict.MET if share else Verdict.MISSED
            draw_cell(ax, k, place, 0.5 + 0.16 * (1 if share else -1), words="")
            house_style.verdict_mark(ax, k, place, verdict, house_style.stroke(8), zorder=4)
    house_style.quiet_axes(ax, "none")
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])
    ax.set_yticks(places, names)
    ax.set_xlim(-0.5, len(data.cases) - 0.5)
    ax.set_ylim(places[-1] + 0.5, -0.5)
    ax.tick_params(axis="y", labelsize=size, labelcolor=house_style.ink(), pad=6)
    _draw_heads(ax, data, language, heads)


def _draw_heads(ax: Axes, data: StudyData, language: Language, heads: _Heads) -> None:
    letters = points(9)
    away = 4.0
    at: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False}
    columns = ("data", "axes fraction")
    for axis, texts, turned, tall in zip(
        data.axes, heads.texts, heads.upright, heads.lines, strict=True
    ):
        for k, text in enumerate(texts):
            ax.annotate(
                text, (k, 1), xycoords=columns, xytext=(0, away), ha="center", va="bottom",
                rotation=90 if turned else 0, fontsize=letters, color=house_style.ink(),
                linespacing=1.05, **at,
            )  # fmt: skip
        ax.annotate(
            localised(axis.name, language), (0, 1), xycoords="axes fraction", xytext=(-8, away),
            ha="right", va="bottom", fontsize=points(8.5), color=house_style.muted(), **at,
        )  # fmt: skip
        away += tall * letters
