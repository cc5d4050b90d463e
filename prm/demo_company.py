"""The demonstration company: who its people and partners are and what was said in a year (pure, from a fixed seed).

The firm makes reusable crates, liners and insulated boxes and carries goods in them, from London, Oslo and Lübeck. It
and everybody around it are invented; every address ends in ``.example``.

``plan`` counts every day back from the day that it is in the partner's zone, so that each state of a rhythm stands in
the wanted number whenever it is called: the last contact is searched for with the rules themselves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random
from zoneinfo import ZoneInfo

from prm import demo_notes as notes
from relationships import cadence
from relationships.cadence import DAY, WEEKDAYS, Interval, Rest, State
from web.clock import Now

SEED = "Concord 1"
YEAR = 372
JOINED_DAYS_AGO = 390

# What it is ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """One of ours. ``team`` and ``role`` are empty for the administrator."""

    email: str
    name: str
    zone: str
    team: str = ""
    role: str = ""
    is_administrator: bool = False


TEAMS = (("Europe", ""), ("North and Baltic", "Europe"), ("Central", "Europe"))
PEOPLE = (
    Person("alice@concord.example", "Alice Moran", "Europe/London", "North and Baltic", "account_manager"),
    Person("bob@concord.example", "Bob Lindqvist", "Europe/Stockholm", "North and Baltic", "account_manager"),
    Person("carla@concord.example", "Carla Diaz", "Europe/Berlin", "Central", "account_manager"),
    Person("dev@concord.example", "Dev Patel", "Europe/Amsterdam", "Central", "account_manager"),
    Person("mona@concord.example", "Mona Reyes", "Europe/London", "Europe", "manager"),
    Person("adam@concord.example", "Adam Okafor", "Europe/London", is_administrator=True),
    Person("rita@concord.example", "Rita Solberg", "Europe/Oslo", "North and Baltic", "reader"),
)
BY_FIRST_NAME = {person.email.partition("@")[0]: person for person in PEOPLE}

# Why a rhythm changed that was agreed with the other side.
TIGHTER, LOOSER = "More is going on than before.", "Things run calmly, they say, and so do we."


@dataclass(frozen=True)
class Change:
    """A rhythm that was in force from ``ago`` days before today.

    ``at_stake`` says why it was tighter for a while: until the next change, which is the former one come back.
    """

    ago: int
    every: int
    agreed: bool = False
    at_stake: str = ""


@dataclass(frozen=True)
class Bond:
    """A relationship as it shall look today.

    ``quiet`` is the wanted number of days since the last contact, ``last`` that contact's channel, who began it, its
    purpose and text where it matters. ``since`` is how many days ago the present rhythm began, after the ``earlier``
    ones; ``coming`` is one that begins next Monday. ``chased`` stands for a message that nobody has answered.
    """

    owner: str
    stage: str
    every: int | None
    state: State
    quiet: int
    agreed: bool = False
    name: str = ""
    since: int | None = None
    earlier: tuple[Change, ...] = ()
    snoozed_for: int = 0
    coming: int | None = None
    reason: str = ""
    workdays: tuple[int, ...] = WEEKDAYS
    tier: str = ""
    tags: tuple[str, ...] = ()
    worth: int | None = None
    renewal_in: int | None = None
    known_for: int = YEAR
    chased: bool = False
    last: tuple[str, str, str, str] | None = None


@dataclass(frozen=True)
class Partner:
    name: str
    kind: str
    trade: str
    country: str
    sites: tuple[str, ...]
    goods: str
    people: int
    bonds: tuple[Bond, ...]
    parent: str = ""
    aliases: tuple[str, ...] = ()
    ledger: str = ""


# They answer, and never ring themselves: a flag says so.
WE_ALWAYS_BEGIN = {"Vintervik Brewing"}
ZONES = {
    "GB": "Europe/London",
    "NO": "Europe/Oslo",
    "SE": "Europe/Stockholm",
    "DK": "Europe/Copenhagen",
    "FI": "Europe/Helsinki",
    "DE": "Europe/Berlin",
    "AT": "Europe/Vienna",
    "NL": "Europe/Amsterdam",
    "PL": "Europe/Warsaw",
    "LV": "Europe/Riga",
}
OVERDUE, DUE, NEW, IN_TOUCH = State.OVERDUE, State.DUE, State.NEW, State.IN_TOUCH
PAUSED, NO_CADENCE = State.PAUSED, State.NO_CADENCE


def _alices() -> tuple[Partner, ...]:
    def bond(stage: str, every: int | None, state: State, quiet: int, **more: object) -> tuple[Bond, ...]:
        return (Bond("alice", stage, every, state, quiet, **more),)  # type: ignore[arg-type]

    weekly_for_a_while = (
        Change(YEAR, 14, agreed=True),
        Change(150, 7, agreed=True, at_stake="They choose their carrier for the winter."),
    )
    return (
        Partner("Havbris Sea Farm", "customer", "fish", "NO", ("Hjelmeland", "Tau", "Stavanger"), "fresh salmon", 5,
            bond("customer", 14, OVERDUE, 41, agreed=True, since=98, earlier=weekly_for_a_while, tier="A", chased=True,
                last=("call", "theirs", "needs",
                    "Feed prices rise again in {month}. {who} would rather fix a price than chase the monthly list, "
                    "and asked what two deliveries a week would cost."),
                tags=("cold chain", "export"), worth=184000, renewal_in=73), aliases=("Havbris AS",), ledger="20417"),
        Partner("Marlow Paper", "supplier", "paper", "DE", ("Kelheim", "Regensburg"), "kraft board", 4,
            bond("partner", 7, OVERDUE, 12, agreed=True, since=64, earlier=(Change(YEAR, 30), Change(210, 14, True)),
                last=("visit", "ours", "processes",
                    "Weekly as long as the Kelheim mill is being refitted. {who} keeps six loads for us."),
                tier="A", tags=("board", "refit"), worth=312000, renewal_in=201),
            aliases=("Marlow Papier",), ledger="70033"),
        Partner("Ringlauf Collection", "ally", "reuse", "DE", ("Hamburg", "Lübeck"), "empty crates", 3,
            bond("partner", 30, OVERDUE, 38, tier="B", tags=("reusable crates", "tender"), worth=64000, chased=True,
                last=("meeting", "ours", "delivery",
                    "{who} waits for collection boxes in Hamburg and Lübeck. We owe a date for both."),),
            aliases=("Ringlauf Sammelsysteme",)),
        Partner("Northmere Foods", "customer", "food", "GB", ("Kendal", "Preston"), "chilled ready meals", 3,
            bond("partner", 30, IN_TOUCH, 11, agreed=True, tier="A", tags=("cold chain",), worth=455000,
                renewal_in=118),
            aliases=("Northmere Group", "Northmere Foods plc"), ledger="20088"),
        Partner("Tarn Valley Dairy", "customer", "food", "GB", ("Sedbergh", "Penrith"), "butter and soft cheese", 3,
            bond("customer", 14, IN_TOUCH, 12, agreed=True, since=190, earlier=(Change(YEAR, 30),), tier="B",
                tags=("cold chain",), worth=92000, renewal_in=33), parent="Northmere Foods", ledger="20091"),
        Partner("Nordhavn Lines", "supplier", "freight", "DK", ("Aarhus", "Esbjerg"), "containers", 3,
            bond("partner", 30, IN_TOUCH, 26, agreed=True, tier="A", tags=("ferries",), worth=228000, renewal_in=260),
            ledger="70102"),
        Partner("Fjordfôr Feed", "customer", "fish", "NO", ("Florø", "Bergen"), "fish feed in big bags", 4,
            bond("partner", 14, IN_TOUCH, 9, agreed=True, tier="A", tags=("export",), worth=267000, renewal_in=152),
            aliases=("Fjordfor",), ledger="20420"),
        Partner("Osprey Hill Optics", "customer", "tools", "GB", ("Ludlow", "Hereford"), "lenses and mounts", 2,
            bond("customer", 21, DUE, 22, tier="B", tags=("fragile",), worth=48000, renewal_in=90, known_for=290)),
        Partner("Kestrin Instruments", "customer", "tools", "GB", ("Ely", "Norwich"), "pressure gauges", 4,
            bond("partner", 14, DUE, 15, agreed=True, since=120, earlier=(Change(YEAR, 21),), tier="A",
                tags=("fragile", "export"), worth=131000, renewal_in=310), ledger="20153"),
        Partner("Bramble & Finch", "reseller", "retail", "GB", ("York", "Harrogate"), "kitchen goods", 2,
            bond("customer", 7, DUE, 8, tier="B", tags=("shops",), worth=57000, known_for=240)),
        Partner("Sable Ridge Supply", "customer", "tools", "SE", ("Kiruna", "Luleå"), "drill bits", 2,
            bond("customer", 30, IN_TOUCH, 3, tier="C", tags=("heavy",), worth=39000, renewal_in=47, known_for=330)),
        Partner("Strandgaard Marine", "customer", "fish", "DK", ("Hirtshals",), "frozen herring", 2,
            bond("customer", 30, PAUSED, 52, tier="C", worth=21000,
                reason="Their plant is shut for the rebuilding of the quay; they ring when it opens")),
        Partner("Pellworth Ceramics", "customer", "tools", "GB", ("Stoke", "Leek"), "tableware", 2,
            bond("customer", 14, IN_TOUCH, 16, agreed=True, snoozed_for=5, tier="B", tags=("fragile",), worth=73000,
                reason="Stocktaking until the end of the week; they asked for quiet")),
    )  # fmt: skip


def _bobs() -> tuple[Partner, ...]:
    def bond(stage: str, every: int | None, state: State, quiet: int, **more: object) -> tuple[Bond, ...]:
        return (Bond("bob", stage, every, state, quiet, **more),)  # type: ignore[arg-type]

    return (
        Partner("Castell Bakeries", "customer", "food", "GB", ("Wrexham", "Chester"), "frozen dough", 3,
            bond("partner", 30, OVERDUE, 43, agreed=True, tier="A", tags=("cold chain", "night runs"), worth=198000,
                last=("call", "theirs", "delivery",
                    "The night run came late three times. {who} rang twice and was polite about it."),
                renewal_in=24, chased=True), parent="Northmere Foods", ledger="20095"),
        Partner("Skerrivik Seafood", "customer", "fish", "NO", ("Tromsø", "Senja"), "cod and haddock", 3,
            bond("customer", 21, OVERDUE, 28, tier="B", tags=("cold chain", "export"), worth=88000, chased=True)),
        Partner("Aldergrove Timber", "supplier", "timber", "SE", ("Mora", "Falun"), "pallet boards", 3,
            bond("partner", 21, DUE, 23, agreed=True, since=170, earlier=(Change(YEAR, 30),), tier="A",
                tags=("pallets",), worth=143000, renewal_in=66), ledger="70064"),
        Partner("Lumen Hall Print", "supplier", "print", "SE", ("Borås", "Skara"), "sleeves and labels", 3,
            bond("partner", 14, DUE, 14, agreed=True, tier="B", tags=("labels",), worth=76000), ledger="70071"),
        Partner("Fenwick Aas Laboratories", "customer", "health", "NO", ("Trondheim", "Oslo"), "samples on dry ice", 5,
            bond("partner", 7, IN_TOUCH, 4, agreed=True, since=200, earlier=(Change(YEAR, 14),), tier="A",
                tags=("cold chain", "audited"), worth=246000, renewal_in=139),
            aliases=("Fenwick-Aas Lab",), ledger="20430"),
        Partner("Norrtorp Board", "supplier", "paper", "SE", ("Gävle", "Sandviken"), "corrugated board", 3,
            bond("partner", 21, IN_TOUCH, 9, agreed=True, tier="A", tags=("board",), worth=209000, renewal_in=180),
            aliases=("Norrtorp Kartong AB",), ledger="70012"),
        Partner("Norrtorp Cores", "supplier", "paper", "SE", ("Söderhamn",), "cores and tubes", 1,
            bond("customer", 30, IN_TOUCH, 17, tier="C", tags=("board",), worth=18000), parent="Norrtorp Board"),
        Partner("Vintervik Brewing", "customer", "food", "SE", ("Kalmar", "Växjö"), "bottled beer", 2,
            bond("customer", 14, IN_TOUCH, 5, agreed=True, tier="B", tags=("reusable crates",), worth=81000,
                renewal_in=205, known_for=310)),
        Partner("Saltholm Cold Stores", "customer", "freight", "DK", ("Køge", "Ringsted"), "frozen goods", 3,
            bond("customer", 30, IN_TOUCH, 20, agreed=True, coming=14, tier="B", tags=("cold chain",), worth=69000,
                renewal_in=58), ledger="20311"),
        Partner("Tervala Pulp", "supplier", "paper", "FI", ("Kotka", "Kouvola"), "bleached pulp", 2,
            bond("customer", 30, IN_TOUCH, 6, tier="C", tags=("board",), worth=54000)),
        Partner("Öreby Cycles", "customer", "tools", "SE", ("Örebro",), "bicycle frames", 1,
            bond("contact", 30, NEW, 9, tags=("export",), known_for=9)),
        Partner("Harbour Skills Trust", "other", "association", "GB", ("Hull", "Grimsby"), "apprenticeships", 2,
            bond("contact", None, NO_CADENCE, 70, tags=("training",), known_for=280)),
    )  # fmt: skip


def _carlas() -> tuple[Partner, ...]:
    def bond(stage: str, every: int | None, state: State, quiet: int, **more: object) -> Bond:
        return Bond("carla", stage, every, state, quiet, **more)  # type: ignore[arg-type]

    return (
        Partner("Mirathal Diagnostics", "customer", "health", "AT", ("Linz", "Steyr"), "test kits", 4,
            (bond("customer", 14, OVERDUE, 19, agreed=True, tier="A", tags=("cold chain", "audited"), worth=157000,
                renewal_in=41, chased=True),), ledger="20502"),
        Partner("Ostertal Kurier", "supplier", "freight", "DE", ("Kassel", "Göttingen"), "parcels", 2,
            (bond("customer", 3, OVERDUE, 8, agreed=True, since=110, earlier=(Change(190, 7),), tier="B", known_for=190,
                tags=("night runs",), workdays=(0, 1, 2, 3, 4, 5), worth=44000),)),
        Partner("Colnemoor Textiles", "customer", "textiles", "GB", ("Halifax", "Keighley"), "wool blankets", 2,
            (bond("customer", 30, DUE, 30, tier="C", tags=("shops",), worth=36000, renewal_in=12),)),
        Partner("Haven & Rowe", "reseller", "retail", "GB", ("Bath",), "garden tools", 1,
            (bond("contact", 21, NEW, 5, tags=("shops",), known_for=5, chased=True),)),
        Partner("Ardentis Packaging", "supplier", "materials", "PL", ("Poznań", "Leszno"), "film and liners", 5,
            (bond("partner", 14, IN_TOUCH, 8, agreed=True, name="Purchasing", tier="A", tags=("liners",), worth=276000,
                renewal_in=95),
             bond("customer", 30, IN_TOUCH, 15, name="Resale in Poland", tier="C", tags=("liners", "shops"),
                worth=32000, known_for=200)), aliases=("Ardentis Opakowania",), ledger="70055"),
        Partner("Lindenau Clinic Supply", "customer", "health", "DE", ("Leipzig", "Halle"), "sterile sets", 4,
            (bond("partner", 7, IN_TOUCH, 3, agreed=True, since=80, earlier=(Change(YEAR, 14, True),), tier="A",
                tags=("audited", "night runs"), worth=221000, renewal_in=171),), ledger="20515"),
        Partner("Wellbrink Chemicals", "customer", "chemicals", "DE", ("Stade", "Brake"), "cleaning agents", 3,
            (bond("customer", 30, IN_TOUCH, 12, agreed=True, tier="B", tags=("hazardous",), worth=119000,
                renewal_in=83),), aliases=("Wellbrink Chemie",), ledger="20533"),
        Partner("Wellbrink Coatings", "customer", "chemicals", "DE", ("Emden",), "varnish in drums", 1,
            (bond("customer", 30, IN_TOUCH, 19, tier="C", tags=("hazardous",), worth=27000),),
            parent="Wellbrink Chemicals"),
        Partner("Rosenmoor Textil", "customer", "textiles", "DE", ("Nordhorn", "Rheine"), "work clothing", 2,
            (bond("customer", 30, IN_TOUCH, 35, snoozed_for=9, tier="C", tags=("shops",), worth=41000, renewal_in=220,
                reason="Their works holidays; the buyer is back the week after"),)),
        Partner("Zielonka Boxes", "supplier", "print", "PL", ("Gniezno",), "folding boxes", 3,
            (bond("customer", 14, IN_TOUCH, 4, agreed=True, tier="B", tags=("labels",), worth=67000, known_for=300),),
            ledger="70080"),
        Partner("Kurmene Wood", "supplier", "timber", "LV", ("Bauska", "Jelgava"), "crate wood", 2,
            (bond("customer", 60, IN_TOUCH, 35, agreed=True, tier="C", tags=("pallets",), worth=29000,
                reason="They sell through two auctions a season and want no calls in between"),)),
        Partner("Guild of Reusable Packaging", "ally", "association", "AT", ("Vienna", "Graz"), "standards", 2,
            (bond("contact", None, NO_CADENCE, 38, tags=("reusable crates",), known_for=260),), aliases=("The Guild",)),
    )  # fmt: skip


def _devs() -> tuple[Partner, ...]:
    def bond(stage: str, every: int | None, state: State, quiet: int, **more: object) -> Bond:
        return Bond("dev", stage, every, state, quiet, **more)  # type: ignore[arg-type]

    return (
        Partner("Hollisworth Freight", "customer", "freight", "GB", ("Felixstowe", "Corby"), "part loads", 3,
            (bond("customer", 30, OVERDUE, 88, tier="B", tags=("tender", "night runs"), worth=103000, renewal_in=19,
                chased=True),), ledger="20207"),
        Partner("Ridgeway Hand Tools", "customer", "tools", "GB", ("Swindon", "Wantage"), "planes and chisels", 2,
            (bond("customer", 30, DUE, 31, tier="C", tags=("shops",), worth=34000, known_for=320),)),
        Partner("Brockhurst Mills", "customer", "textiles", "GB", ("Gosport",), "canvas", 1,
            (bond("contact", 30, NEW, 3, known_for=3),)),
        Partner("Penrosa Chemicals", "customer", "chemicals", "NL", ("Delfzijl", "Meppel"), "resins", 3,
            (bond("customer", 30, IN_TOUCH, 22, agreed=True, tier="B", tags=("hazardous",), worth=126000,
                renewal_in=102),), ledger="20561"),
        Partner("Deltaveer Shipping", "supplier", "freight", "NL", ("Vlissingen", "Moerdijk"), "containers", 3,
            (bond("partner", 14, IN_TOUCH, 9, agreed=True, since=230, earlier=(Change(YEAR, 30),), tier="A",
                tags=("ferries",), worth=188000, renewal_in=276),), ledger="70118"),
        Partner("Polderwick Greens", "customer", "food", "NL", ("Naaldwijk", "Venlo"), "salads and herbs", 3,
            (bond("partner", 14, IN_TOUCH, 2, agreed=True, tier="A", tags=("cold chain", "reusable crates"),
                worth=164000, renewal_in=37),), aliases=("Polderwick",), ledger="20566"),
        Partner("Datarook Systems", "ally", "software", "NL", ("Utrecht", "Zwolle"), "tracking software", 4,
            (bond("partner", 14, IN_TOUCH, 6, agreed=True, name="Tracking pilot", tier="A", tags=("pilot",),
                worth=58000, known_for=280),
             bond("customer", 30, IN_TOUCH, 20, name="Licences", tier="C", worth=24000, renewal_in=52)),
            aliases=("Datarook BV",)),
        Partner("Kajaste Resale", "reseller", "retail", "FI", ("Turku", "Tampere"), "storage boxes", 2,
            (bond("customer", 21, IN_TOUCH, 13, tier="B", tags=("shops", "reusable crates"), worth=62000),)),
        Partner("Emsrand Reuse Pool", "other", "reuse", "DE", ("Lingen", "Papenburg"), "pool crates", 2,
            (bond("contact", 21, PAUSED, 64, tags=("reusable crates", "tender"), known_for=270,
                reason="Nothing to talk about until the town decides on its tender"),)),
    )  # fmt: skip


PARTNERS = (*_alices(), *_bobs(), *_carlas(), *_devs())


@dataclass(frozen=True)
class Alone:
    """An organisation with which nobody has a relationship yet: a unit further down, or one that came in twice.

    ``site`` is the partner whose domain it shares; ``person`` and ``title`` somebody of theirs.
    """

    name: str
    kind: str
    country: str
    parent: str = ""
    site: str = ""
    person: str = ""
    title: str = ""
    ledger: str = ""
    days: int = 60


ALONE = (
    Alone("Tarn Valley Creamery", "customer", "GB", parent="Tarn Valley Dairy", days=150),
    Alone("Penrith Butter Works", "customer", "GB", parent="Tarn Valley Creamery", days=150),
    Alone("Norrtorp Cores Söderhamn", "supplier", "SE", parent="Norrtorp Cores", days=90),
    # Somebody typed these in again, from a card and from an old list.
    Alone("Havbris Seafarm AS", "customer", "NO", site="Havbris Sea Farm", person="Oddny Hagerup",
        title="Accounts payable", days=24),
    Alone("POLDERWICK GREENS B.V.", "other", "NL", site="Polderwick Greens", person="Ruben Slotema",
        title="Planner", ledger="2-0566", days=9),
)  # fmt: skip

GIVEN_AND_FAMILY = {
    "GB": ("Harriet Owen Priya Callum Judith Martin Rosalind Graham Nadia Stuart Eleanor Tobias",
           "Pembury Ashdown Latimer Whitlock Okoro Garside Thornley Fairlie Beckwith Sandhu Marchbank Hollins"),
    "NO": ("Ingrid Lars Solveig Henrik Marit Jon Torunn Eirik Astrid Sindre Kari Magne",
           "Moe Tveit Dahl Aune Foss Hauge Rønning Skaret Lunde Myhre Brekke Vik"),
    "SE": ("Karin Anders Elsa Johan Birgitta Olle Maja Fredrik Gunilla Nils Ylva Stefan",
           "Hedlund Sjöstrand Ekdahl Norén Wikander Åkerberg Dalin Forsell Östman Rydholm Viklund Kvist"),
    "DK": ("Mette Søren Kirsten Rasmus Lone Jesper Annika Bjarne",
           "Holtegaard Krogh Vestby Dalgaard Ravnsborg Lykke Toft Kjærby"),
    "FI": ("Aino Jukka Helmi Pekka Saara Timo", "Koskela Rantanen Salmi Vuori Lehtola Niemelä"),
    "DE": ("Petra Jochen Ulrike Matthias Silke Bernd Katrin Holger Annegret Tilo Frauke Dirk",
           "Vogel Brandstedt Kühnel Lorenzen Wiechers Harms Oltmann Seifert Tiedemann Riedel Behnke Grabow"),
    "AT": ("Johanna Leopold Theresa Florian Martha Clemens", "Hochegger Lindtner Wallner Steinacher Prohaska Ebner"),
    "NL": ("Marijke Joost Femke Pieter Saskia Wouter Anneloes Bram",
           "Terpstra Hoekman Verduin Oosterveld Brinksma Kuiperij Dijkgraaf Veenstra"),
    "PL": ("Agnieszka Tomasz Beata Krzysztof Hanna Marek Joanna Piotr",
           "Borkowska-Lis Wrona Kalisz Zawada Sobczyk Jarosz Malec Gajda"),
    "LV": ("Ilze Andris Dace Juris", "Ozola-Kalve Bērziņš Lapiņa Krastiņš"),
}  # fmt: skip
TITLES = {
    "customer": ("Head of purchasing", "Logistics manager", "Site manager", "Quality manager", "Managing director"),
    "supplier": ("Key account manager", "Head of sales", "Dispatch manager", "Plant manager", "Managing director"),
    "reseller": ("Buyer", "Head of shops", "Category manager", "Managing director", "Warehouse manager"),
    "ally": ("Partner manager", "Managing director", "Project lead", "Head of operations", "Product manager"),
    "other": ("Coordinator", "Director", "Project officer", "Treasurer", "Board member"),
}
CONTACT_NOTES = (
    "Prefers the telephone, before ten.",
    "Signs above 50,000 together with the managing director.",
    "Reads mail in the evening; answers the next morning.",
    "Does not travel; meetings at their place or by video.",
    "Knows everybody in the trade and likes to introduce people.",
)
PAST_SNOOZE_REASONS = (
    "Their works holidays",
    "Waits for the result of the trial",
    "They asked for quiet until the audit is over",
    "Our person there is away; the deputy would only pass it on",
)
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

# What follows from it ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlannedContact:
    name: str
    email: str
    phone: str
    note: str


@dataclass(frozen=True)
class PlannedPlace:
    """A contact's place in an organisation, both by name."""

    contact: str
    account: str
    title: str
    since: date | None
    until: date | None


@dataclass(frozen=True)
class PlannedAgreement:
    interval: Interval
    agreed_with: str
    reason: str
    made_at: datetime


@dataclass(frozen=True)
class PlannedTalk:
    """An interaction. ``contacts`` by name, ``colleagues`` and ``logged_by`` by the first part of their address."""

    on: date
    channel: str
    begun_by: str
    two_way: bool
    purpose: str
    summary: str
    contacts: tuple[str, ...]
    colleagues: tuple[str, ...]
    logged_by: str
    logged_at: datetime


@dataclass(frozen=True)
class PlannedSnooze:
    rest: Rest
    reason: str
    made_at: datetime


@dataclass(frozen=True)
class PlannedFlag:
    due_on: date
    last_touch_on: date | None
    raised_at: datetime
    closed_at: datetime | None = None
    closed_because: str = ""


@dataclass
class PlannedRelationship:
    partner: Partner
    bond: Bond
    zone: str
    today: date
    created_at: datetime
    paused_since: date | None = None
    agreements: list[PlannedAgreement] = field(default_factory=list)
    snoozes: list[PlannedSnooze] = field(default_factory=list)
    talks: list[PlannedTalk] = field(default_factory=list)
    flags: list[PlannedFlag] = field(default_factory=list)

    @property
    def last_touch_on(self) -> date | None:
        return max((talk.on for talk in self.talks if talk.two_way), default=None)

    def schedule(self) -> cadence.Schedule:
        return cadence.schedule(
            today=self.today,
            last_touch_on=self.last_touch_on,
            intervals=[agreement.interval for agreement in self.agreements],
            rests=[snooze.rest for snooze in self.snoozes],
            workdays=self.bond.workdays,
            stopped=self.paused_since is not None,
        )

    def state(self) -> State:
        dates = self.schedule()
        return cadence.state(
            today=self.today,
            paused=self.paused_since is not None,
            due_on=dates.due_on,
            overdue_from=dates.overdue_from,
            last_touch_on=self.last_touch_on,
        )


@dataclass(frozen=True)
class Company:
    contacts: list[PlannedContact]
    places: list[PlannedPlace]
    relationships: list[PlannedRelationship]


def plan(now: Now) -> Company:
    """The whole company as it stands ``now``: the same for the same day."""
    today = now.today("Europe/London")
    contacts, places = _people_of_partners(today)
    relationships = []
    for partner in PARTNERS:
        here = [place for place in places if place.account == partner.name]
        relationships += [_Story(partner, bond, here, now).told() for bond in partner.bonds]
    return Company(contacts, places, relationships)


def slug(text: str) -> str:
    """The part of an address that a name becomes: *Öreby Cycles* – *oreby-cycles*."""
    plain = text.lower().replace("ø", "o").replace("æ", "ae").replace("ł", "l").replace("ß", "ss")
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return "-".join("".join(letter if letter.isalnum() else " " for letter in ascii_only).split())


def _names(country: str) -> Iterator[str]:
    given, family = (text.split() for text in GIVEN_AND_FAMILY[country])
    for turn in range(len(family)):
        for index, name in enumerate(given):
            yield f"{name} {family[(index + turn) % len(family)]}"


def _people_of_partners(today: date) -> tuple[list[PlannedContact], list[PlannedPlace]]:
    rng = Random(f"{SEED} people")
    names = {country: _names(country) for country in GIVEN_AND_FAMILY}
    contacts: list[PlannedContact] = []
    places: list[PlannedPlace] = []
    for partner in PARTNERS:
        for number in range(partner.people):
            name = next(names[partner.country])
            email = f"{slug(name).replace('-', '.')}@{slug(partner.name)}.example"
            # The numbers that are kept free for films; elsewhere there are none, so the others have no telephone.
            phone = f"+44 1632 960{len(contacts):03d}" if partner.country == "GB" else ""
            contacts.append(PlannedContact(name, email, phone, rng.choice(CONTACT_NOTES) if rng.random() < 0.2 else ""))
            since = today - (400 + rng.randrange(1800)) * DAY if rng.random() < 0.6 else None
            until = today - 75 * DAY if (partner.name, number) == ("Lumen Hall Print", 1) else None
            places.append(PlannedPlace(name, partner.name, TITLES[partner.kind][number], since, until))
    both = next(place for place in places if place.account == "Northmere Foods")
    places.append(PlannedPlace(both.contact, "Tarn Valley Dairy", "Purchasing, for the group", today - 500 * DAY, None))
    return contacts, places


def at(day: date, hour: int, minute: int, zone: str) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone))


class _Story:
    """Tells one relationship from its last contact backwards, with dice of its own: no partner moves another's year."""

    def __init__(self, partner: Partner, bond: Bond, places: Sequence[PlannedPlace], now: Now) -> None:
        self.partner, self.bond, self.places = partner, bond, places
        self.zone = ZONES[partner.country]
        self.today, self.moment = now.today(self.zone), now.moment(self.zone)
        self.rng = Random(f"{SEED} {partner.name} {bond.name}")
        theirs = self.rng.uniform(0.25, 0.6)
        self.theirs = 0.0 if partner.name in WE_ALWAYS_BEGIN else theirs
        self.begin = self.today - bond.known_for * DAY
        self.unused: list[notes.Note] = []

    def told(self) -> PlannedRelationship:
        touches = self._touches()
        first = touches[0] if touches else self.begin
        row = PlannedRelationship(self.partner, self.bond, self.zone, self.today, self._moment(first, 9))
        row.agreements = self._agreements(touches, first)
        if self.bond.state is PAUSED:
            row.paused_since = touches[-1] + 5 * DAY
        if self.bond.snoozed_for:
            rest = Rest(self.today - DAY, self.today + self.bond.snoozed_for * DAY)
            row.snoozes = [PlannedSnooze(rest, self.bond.reason, self._moment(rest.from_on, 11))]
        row.talks = self._talks(touches, row.agreements)
        self._look_back(row, touches)
        row.snoozes.sort(key=lambda snooze: snooze.rest.from_on)
        return row

    def _moment(self, day: date, hour: int) -> datetime:
        """That hour of the day there, but never later than now."""
        return min(at(day, hour, self.rng.randrange(60), self.zone), self.moment)

    # Days

    def _touches(self) -> list[date]:
        """The days of two-way contact, oldest first."""
        if self.bond.state is NEW:
            return []
        days = [self._last_touch()]
        while (day := self._before(days[-1])) >= self.begin:
            days.append(day)
        return days[::-1]

    def _last_touch(self) -> date:
        """The day nearest to the wanted silence on which the rules give the wanted state; a weekday if one does."""
        bond = self.bond

        def state_if(day: date) -> State:
            dates = cadence.schedule(
                today=self.today,
                last_touch_on=day,
                intervals=[Interval(self.begin, bond.every)] if bond.every else [],
                rests=[Rest(self.today - DAY, self.today + bond.snoozed_for * DAY)] if bond.snoozed_for else [],
                workdays=bond.workdays,
                stopped=bond.state is PAUSED,
            )
            return cadence.state(
                today=self.today,
                paused=bond.state is PAUSED,
                due_on=dates.due_on,
                overdue_from=dates.overdue_from,
                last_touch_on=day,
            )

        days = [self.today - quiet * DAY for quiet in range(1, 90)]
        fitting = [day for day in days if state_if(day) is bond.state]
        wanted = self.today - bond.quiet * DAY
        return min(fitting, key=lambda day: (abs((day - wanted).days) + 4 * (day.weekday() >= 5), day))

    def _every(self, day: date) -> int:
        """The rhythm that was lived by on a day."""
        since = self.today - (self.bond.since or 10_000) * DAY
        if day >= since or not self.bond.earlier:
            return self.bond.every or 45
        begun = [change for change in self.bond.earlier if self.today - change.ago * DAY <= day]
        return (begun[-1] if begun else self.bond.earlier[0]).every

    def _before(self, day: date) -> date:
        """The contact before: mostly in time, sometimes in the grace, now and then late."""
        every, roll, spread = self._every(day), self.rng.random(), self.rng.random()
        low, high = (0.5, 0.95) if roll < 0.62 else (0.95, 1.1) if roll < 0.86 else (1.1, 1.45)
        if roll > 0.97:
            low, high = 1.5, 2.1
        # Three working days are four or five of the calendar.
        gap = (low + (high - low) * spread) * (every * 1.3 if every < 7 else every)
        earlier = day - max(1, round(gap)) * DAY
        weekend = earlier.weekday() - 4
        # Somebody may well write on a Saturday, but rarely.
        return (
            earlier - (weekend + self.rng.randint(0, 2)) * DAY if weekend > 0 and self.rng.random() < 0.96 else earlier
        )

    def _nearest(self, touches: Sequence[date], ago: int) -> date:
        return min(touches, key=lambda touch: abs((self.today - touch).days - ago))

    def _agreements(self, touches: Sequence[date], first: date) -> list[PlannedAgreement]:
        """Each begins on the day of a contact: that is when people speak about it."""
        bond = self.bond
        if bond.every is None:
            return []
        changes = [*bond.earlier, Change(bond.since or bond.known_for, bond.every, bond.agreed)]
        days = [first, *(self._nearest(touches, change.ago) for change in changes[1:])]
        rows = []
        for number, (day, change) in enumerate(zip(days, changes, strict=True)):
            before = changes[number - 1] if number else None
            if before is not None and before.at_stake:
                continue
            reason = change.at_stake or (bond.reason if change.every > cadence.LONGEST_INTERVAL else "")
            if before is not None and before.agreed and not reason:
                reason = TIGHTER if change.every < before.every else LOOSER
            ends_on = days[number + 1] - DAY if change.at_stake else None
            with_whom = self._main(day) if change.agreed else ""
            rows.append(
                PlannedAgreement(Interval(day, change.every, ends_on), with_whom, reason, self._moment(day, 16))
            )
        if bond.coming:
            monday = self.today + (7 - self.today.weekday()) * DAY
            yesterday = self._moment(self.today - DAY, 16)
            reason = TIGHTER if bond.agreed and bond.coming < bond.every else LOOSER if bond.agreed else ""
            rows.append(PlannedAgreement(Interval(monday, bond.coming), self._main(self.today), reason, yesterday))
        return rows

    # People

    def _there(self, day: date) -> list[str]:
        return [place.contact for place in self.places if not (place.until and place.until < day)]

    def _main(self, day: date) -> str:
        return self._there(day)[0]

    def _present(self, day: date, channel: str) -> tuple[str, ...]:
        there = self._there(day)
        weights = [3.0] + [1.0] * (len(there) - 1)
        first = self.rng.choices(there, weights)[0]
        others = [name for name in there if name != first]
        more = self.rng.randint(0, min(2, len(others))) if channel in {"meeting", "visit"} else 0
        return (first, *self.rng.sample(others, more))

    def _colleagues(self, channel: str) -> tuple[str, ...]:
        ours = [self.bond.owner]
        if channel in {"meeting", "visit", "event"} and self.rng.random() < 0.3:
            ours.append("mona")
        elif channel == "call" and self.rng.random() < 0.06:
            ours = [self.rng.choice([name for name in ("alice", "bob", "carla", "dev") if name != self.bond.owner])]
        return tuple(ours)

    # Words

    def _talks(self, touches: Sequence[date], agreements: Sequence[PlannedAgreement]) -> list[PlannedTalk]:
        agreed = {row.interval.starts_on: row for row in agreements if row.agreed_with}
        rows = []
        for number, day in enumerate(touches):
            following = touches[number + 1] if number + 1 < len(touches) else None
            rows.append(self._talk(day, agreed.get(day), is_first=number == 0, is_last=following is None))
            if following and (following - day).days >= 6 and self.rng.random() < 0.12:
                between = day + self.rng.randint(3, (following - day).days - 2) * DAY
                rows.append(self._one_way(_weekday_before(between, day)))
        if self.bond.chased:
            from_day = touches[-1] if touches else self.begin
            silence = (self.today - from_day).days
            rows.append(self._one_way(_weekday_before(from_day + round(silence * 0.75) * DAY, from_day), ours=True))
        return rows

    def _talk(self, day: date, agreement: PlannedAgreement | None, *, is_first: bool, is_last: bool) -> PlannedTalk:
        rng = self.rng
        channel = rng.choices(
            ("call", "email", "meeting", "visit", "chat", "event", "letter"), (38, 29, 12, 8, 9, 3, 1)
        )[0]
        if day.weekday() >= 5:
            channel = "chat"
        contacts = self._present(day, channel)
        if agreement:
            contacts = (agreement.agreed_with, *(name for name in contacts if name != agreement.agreed_with))
        fill = self._filler(day, contacts[0])
        if is_first and self.bond.known_for < YEAR:
            purpose, text = "first talk", fill(rng.choice(notes.FIRST))
        elif agreement:
            purpose, text = "rhythm", fill(rng.choice(notes.RHYTHM_AGREED), every=agreement.interval.every_days)
        else:
            purpose, text = self._note(channel, fill)
        roll = rng.random()
        begun_by = "theirs" if roll < self.theirs else "unknown" if roll > 0.87 else "ours"
        if self.bond.last and is_last:
            channel, begun_by, purpose, text = self.bond.last
            contacts, text = (self._main(day),), self._filler(day, self._main(day))(text)
        colleagues = self._colleagues(channel)
        return PlannedTalk(
            day, channel, begun_by, True, purpose, text, contacts, colleagues, colleagues[0], self._logged(day)
        )

    def _note(self, channel: str, fill: Callable[..., str]) -> tuple[str, str]:
        rng = self.rng
        if channel == "letter":
            return "", fill(rng.choice(notes.LETTERS))
        purpose, text = self._draw()
        if channel in {"visit", "event"} and rng.random() < 0.6:
            text = f"{rng.choice(notes.VISITS if channel == 'visit' else notes.EVENTS)} {text}"
        elif channel != "chat" and purpose in {"needs", "prices", "new ideas"} and rng.random() < 0.4:
            text = f"{text} {rng.choice(notes.FURTHER)}"
        return purpose if rng.random() < 0.8 else "", fill(text)

    def _draw(self) -> notes.Note:
        """A note that this relationship has not had, as long as there is one."""
        if not self.unused:
            trade = self.partner.trade
            fitting = notes.FROM_SUPPLIERS if self.partner.kind == "supplier" else {row[0] for row in notes.GENERAL}
            if trade in notes.WITHOUT_GOODS:
                fitting = notes.FROM_ANYBODY
            own = set(notes.TRADES[trade])
            self.unused = [*notes.TRADES[trade], *(row for row in notes.GENERAL if row[0] in fitting)]
            # Drawn from the end: what belongs to the trade comes up more often.
            self.unused.sort(key=lambda row: self.rng.random() + 0.4 * (row in own))
        return self.unused.pop()

    def _one_way(self, day: date, ours: bool = False) -> PlannedTalk:
        by_them = not ours and self.rng.random() < 0.25
        contacts = self._present(day, "email")
        text = self._filler(day, contacts[0])(self.rng.choice(notes.ANNOUNCED if by_them else notes.UNANSWERED))
        channel = "call" if "message" in text or text.startswith("Tried") else "email"
        who = self.bond.owner
        side = "theirs" if by_them else "ours"
        return PlannedTalk(day, channel, side, False, "", text, contacts, (who,), who, self._logged(day))

    def _filler(self, day: date, contact: str) -> Callable[..., str]:
        """A function that fills the slots of a text; ``FURTHER`` gets the same values as what it follows."""
        rng = self.rng
        others = [person.name.split()[0] for person in PEOPLE[:5] if not person.email.startswith(self.bond.owner)]
        values: dict[str, object] = {
            "who": contact.split()[0],
            "colleague": rng.choice(others),
            "site": rng.choice(self.partner.sites),
            "goods": self.partner.goods,
            "month": MONTHS[(day.month - 1 + rng.randint(1, 2)) % 12],
            "day": rng.choice(DAYS),
            "n": rng.randint(2, 9),
            "percent": rng.randint(2, 8),
        }
        return lambda text, **more: text.format(**values, **more)

    def _logged(self, day: date) -> datetime:
        late = 1 if self.rng.random() < 0.2 else 0
        return self._moment(day + late * DAY, self.rng.randint(9, 18))

    # What was missed

    def _look_back(self, row: PlannedRelationship, touches: Sequence[date]) -> None:
        """The flags of the year, and snoozes that kept one away; the last silence is as the sweep would find it."""
        logged = {talk.on: talk.logged_at for talk in row.talks if talk.two_way}
        for number, touch in enumerate(touches):
            following = touches[number + 1] if number + 1 < len(touches) else None
            seen = following or self.today + DAY
            dates = cadence.schedule(
                today=seen - DAY,
                last_touch_on=touch,
                intervals=[agreement.interval for agreement in row.agreements],
                workdays=self.bond.workdays,
                stopped=following is None and row.paused_since is not None,
            )
            if dates.base_due_on is None or dates.overdue_from is None or dates.overdue_from >= seen:
                continue
            flag = PlannedFlag(dates.base_due_on, touch, at(dates.overdue_from, 0, 0, self.zone))
            if following is None:
                self._last_flag(row, flag, dates.overdue_from)
            elif self.rng.random() < 0.1 and (following - dates.base_due_on).days <= cadence.LONGEST_SNOOZE:
                rest = Rest(dates.base_due_on, following - DAY)
                reason = PAST_SNOOZE_REASONS[rest.from_on.month % len(PAST_SNOOZE_REASONS)]
                row.snoozes.append(PlannedSnooze(rest, reason, self._moment(rest.from_on, 10)))
            else:
                row.flags.append(_closed(flag, logged[following], "touched"))

    def _last_flag(self, row: PlannedRelationship, flag: PlannedFlag, overdue_from: date) -> None:
        if not row.snoozes or not self.bond.snoozed_for:
            row.flags.append(flag)
        elif overdue_from < self.today - DAY:
            snooze = next(one for one in row.snoozes if one.rest.until_on > self.today)
            row.flags.append(_closed(flag, snooze.made_at, "snoozed"))


def _closed(flag: PlannedFlag, when: datetime, because: str) -> PlannedFlag:
    return PlannedFlag(flag.due_on, flag.last_touch_on, flag.raised_at, when, because)


def _weekday_before(day: date, after: date) -> date:
    """The day, or the Friday before a weekend if that still lies behind ``after``."""
    friday = day - max(0, day.weekday() - 4) * DAY
    return friday if friday > after else day
