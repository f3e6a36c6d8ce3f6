"""Random rules about a random world, and what they are drawn from."""

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from segments.emails import WINDOWS
from segments.operators import Operand
from segments.vocabulary import Vocabulary
from tests.segments.worlds import NOW

ZONE = ZoneInfo("Pacific/Auckland")
TEXTS = ["ada", "Ada", "ADA LOVELACE", "a%b_c\\d", "love", "50%", "Ünal", "x'; --"]
CHOICES = ["red", "green", "blue"]
DAYS = [-800, -366, -365, -31, -30, -8, -7, -6, -1, 0, 1, 7, 30]


class Questions:
    """What can be asked about a world (see random_world)."""

    def ids(self, key):
        """What can be chosen from."""
        ids = [str(one.pk) for one in self.segments]
        if key in ("subscription", "mailable"):
            ids = [str(one.pk) for one in self.types]
        if key.startswith("property"):
            ids = CHOICES
        return {
            "hard_bounce_reason": ["POLICY", "OTHER", "SPAM"],
            "provider": ["gmail", "outlook", "other"],
            "consent_grade": ["evidenced", "double_opt_in", "none"],
            "import": [str(one.pk) for one in self.files],
            "bounce_kind": ["hard", "soft"],
            "bounce_category": ["unknown_user", "spam"],
            "refusal": ["no_address", "own_opt_out", "bounced", "no_consent"],
        }.get(key, ids)

    def operand(self, key, operand):
        today = NOW.astimezone(ZONE).date()
        day = st.sampled_from(DAYS).map(
            lambda n: (today + dt.timedelta(days=n)).isoformat()
        )
        number = st.sampled_from([0, 11, 12, -1, 2.5, 10**9])
        ids = self.ids(key)
        some = st.lists(st.sampled_from(ids), min_size=1, max_size=3)
        pks = st.sampled_from([one.pk for one in self.messages])
        return {
            Operand.NOTHING: st.just({}),
            Operand.TEXT: st.fixed_dictionaries({"value": st.sampled_from(TEXTS)}),
            Operand.TEXTS: st.fixed_dictionaries(
                {"values": st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3)}
            ),
            Operand.NUMBER: st.fixed_dictionaries({"value": number}),
            Operand.NUMBERS: st.fixed_dictionaries(
                {"values": st.lists(number, min_size=2, max_size=2)}
            ),
            Operand.YES_NO: st.fixed_dictionaries({"value": st.booleans()}),
            Operand.DAY: st.fixed_dictionaries({"value": day}),
            Operand.DAYS: st.fixed_dictionaries(
                {"values": st.lists(day, min_size=2, max_size=2)}
            ),
            Operand.SPAN: st.fixed_dictionaries(
                {
                    "value": st.sampled_from([0, 1, 7, 30, 52]),
                    "unit": st.sampled_from(["days", "weeks", "months", "years"]),
                }
            ),
            Operand.CHOICES: st.fixed_dictionaries({"values": some}),
            Operand.OTHER: st.fixed_dictionaries(
                {"value": st.sampled_from([one for one in self.dates() if one != key])}
            ),
            Operand.REASONS: st.fixed_dictionaries(
                {"values": some},
                optional={"type": st.sampled_from([str(x.pk) for x in self.types])},
            ),
            Operand.EMAILS: st.one_of(
                st.just({}),
                st.just({"types": [str(self.types[1].pk)]}),
                st.just({"group": "email:2"}),
                st.fixed_dictionaries(
                    {"messages": st.lists(pks, min_size=1, unique=True)}
                ),
                st.just({"groups": ["email:1", "email:9"]}),
            ),
        }[operand]

    def questions(self):
        """Every field with every operator it has."""
        words = Vocabulary()
        return [
            (key, operator)
            for key in self.kinds()
            for operator in words.field(key).operators
        ]

    def dates(self):
        return [k for k, kind in self.kinds().items() if kind in ("date", "datetime")]

    def narrowed(self, operator, operand):
        """What narrows emails down, each part half of the time."""
        windows = {key: operand(what) for key, (_, what) in WINDOWS.items()}
        when = st.one_of(
            [
                value.map(lambda found, key=key: {"operator": key, **found})
                for key, value in windows.items()
            ]
        )
        times = st.fixed_dictionaries(
            {
                "operator": st.sampled_from(["at_least", "at_most", "exactly"]),
                "value": st.sampled_from([1, 2, 3]),
            }
        )
        parts = {"when": when, "times": times}
        parts["link"] = st.sampled_from(["/PRICING", "example/50%", "nowhere"])
        parts["by"] = st.sampled_from(["human", "unverified", "machine", "any"])
        allowed = ("when", "times", *operator.narrows)
        return st.fixed_dictionaries({}, optional={key: parts[key] for key in allowed})

    def filters(self):
        @st.composite
        def filters(draw):
            key, operator = draw(st.sampled_from(self.questions()))
            rule = {"field": key, "operator": operator.key}
            rule |= draw(self.operand(key, operator.operand))
            if operator.operand is Operand.EMAILS:
                rule |= draw(
                    self.narrowed(operator, lambda what: self.operand(key, what))
                )
            if operator.widens and draw(st.booleans()):
                rule["include_unknown"] = True
            return rule

        return filters()

    def trees(self):
        match = st.sampled_from(["all", "any", "none"])

        def grow(inner):
            rules = st.lists(inner, min_size=1, max_size=3)
            return st.fixed_dictionaries({"match": match, "rules": rules})

        deeper = st.recursive(grow(self.filters()), grow, max_leaves=6)
        return deeper.filter(lambda tree: depth(tree) <= 5)


def depth(tree) -> int:
    return 1 + max((depth(one) for one in tree.get("rules", [])), default=0)
