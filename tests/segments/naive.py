"""A second opinion: the meaning of rules, written out in plain Python over one person.

Only for the tests: it shares no code with the compiler, reads the JSON itself and is as
slow and as simple as can be.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo


@dataclass
class Person:
    """Known values by field key (a missing key: unknown), and the mails she got."""

    values: dict[str, Any]
    mails: list[Any] = field(default_factory=list)
    segments: set[int] = field(default_factory=set)
    yes: set[int] = field(default_factory=set)  # types with a grant
    no: set[int] = field(default_factory=set)  # types covered by an opt-out
    before: dict[str, list[Any]] = field(default_factory=dict)  # displaced values
    flags: dict[str, bool] = field(default_factory=dict)
    kinds: dict[str, set[str]] = field(default_factory=dict)
    reasons: dict[int, set[str]] = field(default_factory=dict)  # by type
    events: list[Any] = field(default_factory=list)


@dataclass
class Judge:
    now: dt.datetime
    zone: ZoneInfo
    kinds: dict[str, str]  # field key -> kind
    groups: dict[str, set[int]]  # message group -> message ids
    types: dict[int, set[int]]  # subscription type -> message ids
    links: dict[int, str]
    default: int

    def holds(self, rule: dict[str, Any], person: Person) -> bool:
        if "rules" not in rule:
            return self.filter(rule, person)
        found = [self.holds(one, person) for one in rule["rules"]]
        return {"all": all(found), "any": any(found), "none": not any(found)}[
            rule["match"]
        ]

    def filter(self, rule: dict[str, Any], person: Person) -> bool:
        key, operator = rule["field"], rule["operator"]
        if key == "email_event":
            return self.event(rule, person)
        if key == "segment":
            inside = any(int(one) in person.segments for one in rule["values"])
            return inside == (operator == "member")
        if key == "subscription":
            return any(
                self.status(int(one), person) == operator for one in rule["values"]
            )
        if key == "mailable":
            can = any(not person.reasons[int(one)] for one in rule["values"])
            return can == (operator == "can")
        return self.told(rule, person)

    def told(self, rule: dict[str, Any], person: Person) -> bool:
        key, operator = rule["field"], rule["operator"]
        if key in person.flags:
            return (person.flags[key] == rule["value"]) == (operator == "is")
        if key in person.kinds:
            some = person.kinds[key] & set(rule["values"])
            return bool(some) == (operator == "any_of")
        if key == "refusal":
            told = person.reasons[int(rule.get("type", self.default))]
            return bool(told & set(rule["values"])) == (operator == "any_of")
        if operator.startswith(("ever_", "never_")):
            return self.ever(rule, person)
        if operator in ("before_other", "after_other", "same_day"):
            return self.compared(rule, person)
        return self.value(rule, person.values.get(key))

    def ever(self, rule, person):
        been = rule["operator"].partition("_")[2]
        values = [person.values.get(rule["field"]), *person.before[rule["field"]]]
        asked = {**rule, "operator": been}
        some = any(self.value(asked, one) for one in values if one is not None)
        return some == rule["operator"].startswith("ever_")

    def compared(self, rule, person):
        mine, other = (
            self.day(person.values.get(key)) for key in (rule["field"], rule["value"])
        )
        if mine is None or other is None:
            return bool(rule.get("include_unknown"))
        return {
            "before_other": mine < other,
            "after_other": mine > other,
            "same_day": mine == other,
        }[rule["operator"]]

    def day(self, value):
        if isinstance(value, dt.datetime):
            return value.astimezone(self.zone).date()
        return value

    def status(self, kind: int, person: Person) -> str:
        if kind in person.no:
            return "unsubscribed"
        return "subscribed" if kind in person.yes else "not_specified"

    def value(self, rule: dict[str, Any], value: Any) -> bool:
        operator = rule["operator"]
        if operator in ("known", "unknown"):
            return (value is None) == (operator == "unknown")
        complement = {"none_of": "any_of"}.get(operator)
        if operator.startswith(("not_", "is_not")) and operator != "not_between":
            complement = operator.replace("is_not", "is").removeprefix("not_")
        if complement:
            return not self.value({**rule, "operator": complement}, value)
        if value is None:
            return bool(rule.get("include_unknown"))
        return bool(getattr(self, self.kinds[rule["field"]])(rule, value))

    def string(self, rule, value):
        value = value.lower()
        if rule["operator"] == "any_of":
            return value in [one.lower() for one in rule["values"]]
        wanted = rule["value"].lower()
        return {
            "is": value == wanted,
            "contains": wanted in value,
            "starts_with": value.startswith(wanted),
            "ends_with": value.endswith(wanted),
        }[rule["operator"]]

    def number(self, rule, value):
        value = Decimal(str(value))
        if "between" in rule["operator"]:
            low, high = sorted(Decimal(str(one)) for one in rule["values"])
            return (low <= value <= high) == (rule["operator"] == "between")
        wanted = Decimal(str(rule["value"]))
        return {
            "greater": value > wanted,
            "at_least": value >= wanted,
            "less": value < wanted,
            "at_most": value <= wanted,
            "is": value == wanted,
        }[rule["operator"]]

    def boolean(self, rule, value):
        return value == rule["value"]

    def choice(self, rule, value):
        return value in rule["values"]

    def choices(self, rule, value):
        wanted = set(rule["values"])
        return {
            "any_of": bool(wanted & set(value)),
            "all_of": wanted <= set(value),
            "exactly": wanted == set(value),
        }[rule["operator"]]

    def date(self, rule, value):
        return self.when(rule, value, past=value <= self.today, future=True)

    def datetime(self, rule, value):
        day = value.astimezone(self.zone).date()
        return self.when(rule, day, past=value <= self.now, future=value > self.now)

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    def when(self, rule, day, *, past, future):
        operator = rule["operator"]
        if "between" in operator:
            low, high = sorted(dt.date.fromisoformat(one) for one in rule["values"])
            return (low <= day <= high) == (operator == "between")
        if "unit" in rule:
            back = shifted(self.today, -rule["value"], rule["unit"])
            ahead = shifted(self.today, rule["value"], rule["unit"])
            return {
                "more_than_ago": day < back,
                "less_than_ago": day > back and past,
                "in_last": day >= back and past,
                "in_next": day <= ahead and future and day >= self.today,
            }[operator]
        wanted = dt.date.fromisoformat(rule["value"])
        return {"before": day < wanted, "after": day > wanted, "on": day == wanted}[
            operator
        ]

    def mails(self, rule, person):
        ids = set(rule.get("messages", []))
        for name in [*rule.get("groups", []), rule.get("group")]:
            ids |= self.groups.get(name, set()) if name else set()
        for one in rule.get("types", []):
            ids |= self.types.get(int(one), set())
        chosen = set(rule) & {"messages", "groups", "group", "types"}
        return [one for one in person.mails if not chosen or one.message_id in ids]

    def event(self, rule, person):
        mails = self.mails(rule, person)
        did, _, missing = rule["operator"].removeprefix("link_").partition("_but_not_")
        first = Did(did, rule, "" if missing else rule.get("link", ""))
        some = [one for one in mails if self.happened(first, one, person)]
        if not missing and "times" not in rule:
            return bool(some)
        second = Did(missing, {**rule, "when": None}, rule.get("link", ""))
        contrary = [
            one for one in mails if missing and self.happened(second, one, person)
        ]
        if "times" not in rule:
            return bool(some) and not contrary and all(told(missing, x) for x in some)
        number = len([x for x in some if x not in contrary and told(missing, x)])
        wanted = rule["times"]["value"]
        return {
            "at_least": number >= wanted,
            "at_most": number <= wanted,
            "exactly": number == wanted,
        }[rule["times"]["operator"]]

    def happened(self, did, mail, person):
        """Once at least, in the time asked for, by whom it is asked for."""
        by, kinds = did.rule.get("by", "human"), KINDS.get(did.what)
        when = did.rule.get("when")
        if kinds is None:
            at = getattr(mail, COLUMNS[did.what])
            return happened(did.what, mail) and self.inside(when, at)
        if did.link or by != "human":
            who = ["human", "unverified", "machine"] if by == "any" else [by]
            found = [
                one.at
                for one in person.events
                if one.delivery_id == mail.pk
                and one.kind in kinds
                and one.verdict in who
                and did.link.lower() in self.links.get(one.link_id, "").lower()
            ]
            return any(self.inside(when, one) for one in found)
        names = ["clicked_at", "last_clicked_at"]
        names += ["opened_at", "last_opened_at"] if did.what == "opened" else []
        found = [getattr(mail, name) for name in names]
        found += [
            one.at
            for one in person.events
            if one.delivery_id == mail.pk
            and one.kind in kinds
            and one.verdict == "human"
        ]
        return happened(did.what, mail) and any(
            self.inside(when, one) for one in found if one
        )

    def inside(self, when, moment):
        if not when:
            return True
        if moment is None:
            return False
        return self.datetime(when, moment)


@dataclass
class Did:
    what: str
    rule: dict[str, Any]
    link: str


KINDS = {"opened": ("open", "click"), "clicked": ("click",)}
COLUMNS = {
    "sent": "started_at",
    "received": "delivered_at",
    "confirmed": "confirmed_at",
    "replied": "replied_at",
    "bounced": "bounced_at",
    "unsubscribed": "unsubscribed_at",
    "marked_spam": "complained_at",
}


def happened(what: str, mail: Any) -> bool:
    return {
        "sent": mail.state not in ("queued", "not_sent", "cancelled"),
        "received": bool(
            mail.delivered_at
            and not (mail.bounced_at and mail.bounced_at >= mail.delivered_at)
        ),
        "opened": bool(mail.opened_at or mail.clicked_at),
        "clicked": bool(mail.clicked_at),
        "confirmed": bool(mail.confirmed_at),
        "replied": bool(mail.replied_at),
        "bounced": bool(mail.bounced_at),
        "unsubscribed": bool(mail.unsubscribed_at),
        "marked_spam": bool(mail.complained_at),
    }[what]


def told(what: str, mail: Any) -> bool:
    """Would we know, had it happened?"""
    return {"opened": mail.open_tracked, "clicked": mail.click_tracked}.get(what, True)


def shifted(day: dt.date, number: int, unit: str) -> dt.date:
    if unit in ("days", "weeks"):
        return day + dt.timedelta(days=number * {"days": 1, "weeks": 7}[unit])
    step = number * {"months": 1, "years": 12}[unit]
    year, month = day.year, day.month
    for _ in range(abs(step)):
        month += 1 if step > 0 else -1
        year, month = (year + 1, 1) if month == 13 else (year, month)
        year, month = (year - 1, 12) if month == 0 else (year, month)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month, min(last, day.day))
        except ValueError:
            continue
    raise AssertionError
