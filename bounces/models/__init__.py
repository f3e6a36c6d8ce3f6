"""What came back, what was made of it, and how addresses were given back."""

from bounces.models.domains import DomainCheck, DomainCheckQuerySet
from bounces.models.incidents import Incident, IncidentQuerySet
from bounces.models.kept import Kept, KeptQuerySet
from bounces.models.lists import ProviderList
from bounces.models.policy import BouncePolicy, RuleChange, Stance
from bounces.models.releases import Change, Release, ReleaseQuerySet, Way
from bounces.models.reports import Bounce, Outcome, Report, Source

__all__ = [
    "Bounce",
    "BouncePolicy",
    "Change",
    "DomainCheck",
    "DomainCheckQuerySet",
    "Incident",
    "IncidentQuerySet",
    "Kept",
    "KeptQuerySet",
    "Outcome",
    "ProviderList",
    "Release",
    "ReleaseQuerySet",
    "Report",
    "RuleChange",
    "Source",
    "Stance",
    "Way",
]
