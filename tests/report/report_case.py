"""One scenario told in both languages, computed once for all tests of reports."""

from functools import lru_cache

from zjsim.report.compose import build_document
from zjsim.report.deliver import judge_scenario
from zjsim.workflow import open_plan


@lru_cache
def plan():
    return open_plan("zhejiang")


@lru_cache
def judged(name="baseline", influence=True):
    return judge_scenario(plan(), plan().read_scenario(name), of=1 if influence else 0)


@lru_cache
def document(language):
    return build_document([judged()], language, command="zjsim report baseline")


@lru_cache
def comparison(language):
    several = [judged("baseline", False), judged("frozen_effort", False)]
    return build_document(several, language, command="zjsim report baseline frozen_effort")
