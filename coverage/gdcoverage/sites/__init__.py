"""What a planner asks: where to add outlets, how good that is, and what is lost when one leaves."""

from gdcoverage.sites._alternatives import Alternatives, alternatives
from gdcoverage.sites._candidates import (
    CANDIDATE_COLUMNS,
    TABLE_KINDS,
    candidate_covers,
    complete_candidates,
    generate_candidates,
    kind_of_services,
)
from gdcoverage.sites._capacity import Capacity
from gdcoverage.sites._exit import ExitImpact, exit_impact, exit_impact_of
from gdcoverage.sites._frontier import Frontier, frontier
from gdcoverage.sites._joint import JointPlan, plan_jointly
from gdcoverage.sites._plan import SITE_COLUMNS, Preferred, SitePlan, TwoOutlets
from gdcoverage.sites._question import Question, ask
from gdcoverage.sites._reached import Reached
from gdcoverage.sites._recommend import recommend_sites
from gdcoverage.sites._redesign import Redesign, redesign
from gdcoverage.sites._refine import Refinement
from gdcoverage.sites._robust import Robust
from gdcoverage.sites._scenarios import SCENARIOS, Scenario
from gdcoverage.sites._siting import Siting, make_siting
from gdcoverage.sites._terms import Terms
from gdcoverage.sites._whereabouts import landmarks_of

__all__ = [
    "CANDIDATE_COLUMNS",
    "SCENARIOS",
    "SITE_COLUMNS",
    "TABLE_KINDS",
    "Alternatives",
    "Capacity",
    "ExitImpact",
    "Frontier",
    "JointPlan",
    "Preferred",
    "Question",
    "Reached",
    "Redesign",
    "Refinement",
    "Robust",
    "Scenario",
    "SitePlan",
    "Siting",
    "Terms",
    "TwoOutlets",
    "alternatives",
    "ask",
    "candidate_covers",
    "complete_candidates",
    "exit_impact",
    "exit_impact_of",
    "frontier",
    "generate_candidates",
    "kind_of_services",
    "landmarks_of",
    "make_siting",
    "plan_jointly",
    "recommend_sites",
    "redesign",
]
