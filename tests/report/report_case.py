"""One scenario told in both languages, computed once for all tests of reports."""

from dataclasses import replace
from functools import lru_cache

from zjsim.report.charts.style import new_figure
from zjsim.report.document.compose import build_document
from zjsim.report.document.deliver import judge_scenario
from zjsim.report.document.document import Picture
from zjsim.workflow import open_plan


@lru_cache
def plan():
    return open_plan("zhejiang")


@lru_cache
def judged(name="baseline", influence=True):
    return judge_scenario(plan(), plan().read_scenario(name), influence=influence)


@lru_cache
def document(language):
    return build_document([judged()], language, command="zjsim report baseline")


@lru_cache
def comparison(language):
    several = [judged("baseline", False), judged("frozen_effort", False)]
    return build_document(several, language, command="zjsim report baseline frozen_effort")


@lru_cache
def light(language):
    """The report with every table, and blank pictures but the last: drawing is slow."""

    def blank(medium):
        return [new_figure(2, 1)]

    def lightened(block):
        heavy = isinstance(block, Picture) and block.id != "tornado"
        return replace(block, draw=blank) if heavy else block

    told = document(language)
    return replace(
        told,
        sections=tuple(
            replace(section, blocks=tuple(map(lightened, section.blocks)))
            for section in told.sections
        ),
    )
