from __future__ import annotations

from accounts.models import Cover
from relationships import actions
from relationships.models import Interaction as I
from tests import people
from tests.journeys.book import ago, partner, person_at
from tests.relationships.records import noon
from web.clock import Now


def promise(row, side, what, due, made=60, by=None, contact=None, **more):
    return actions.make_promise(actor=row.owner, now=noon(ago(made)), relationship=row, side=side, what=what, due_on=due,
        colleague=by if side == "ours" else None, contact=contact, made_on=ago(made), **more).row

def scene():
    alice, bob, mona = people.alice(), people.bob(), people.mona()
    row = partner("Stolt Sea Farm", quiet=None, since=300)
    ingrid = person_at(row, "Ingrid Moe", "Head of purchasing"); henrik = person_at(row, "Henrik Aune", "Production")
    solveig = person_at(row, "Solveig Dahl", "Managing director"); lars = person_at(row, "Lars Tveit", "Logistics and stock, north"); marit = person_at(row, "Marit Foss", "")
    S = I.Side
    def talk(days, side, summary, contacts, colleagues=(alice,), **more):
        return actions.log_interaction(actor=alice, now=noon(ago(days)), relationship=row, occurred_on=ago(days), channel=more.pop("channel", I.Channel.CALL), begun_by=side, summary=summary, contacts=contacts, colleagues=colleagues, **more).row
    for d in (170, 160, 150, 140, 130, 121, 115):
        talk(d, S.OURS if d % 2 else S.THEIRS, "Prices and volumes for the season; nothing new on the quay.", [ingrid], topics=["processes"] if d == 170 else [])
    talk(96, S.OURS, "She wants the gain in hours, not in kroner, before she signs for another site.", [solveig], [mona], channel=I.Channel.VISIT)
    talk(80, S.THEIRS, "Could the sensor trial include oxygen as well?", [henrik], channel=I.Channel.EMAIL, topics=["ideas"])
    talk(73, S.OURS, "Pallet labels now match their stock list. Lars checks them for a week.", [lars], [bob], topics=["needs"])
    visit = talk(52, S.OURS, "Three insights brought home: the night shift orders by phone because the form times out; pallets stand a day on the quay; Lars keeps his own stock list.", [ingrid, henrik, lars], [alice, bob], channel=I.Channel.VISIT, next_step="Send Lars the label file", next_step_on=ago(-2), project="Tank sensors")
    call = talk(41, S.THEIRS, "Feed prices rise again in January. She would rather fix a price for the winter than chase the monthly list, and asked what two deliveries a week would cost.", [ingrid], topics=["needs"])
    talk(19, S.OURS, "Proposed two dates for the winter review. No answer yet.", [ingrid], channel=I.Channel.EMAIL, two_way=False)
    promise(row, "ours", "Price for two deliveries a week", ago(11), by=alice, contact=ingrid, interaction=call, made=41)
    promise(row, "ours", "Scan to reorder, first version", ago(-53), by=bob, contact=lars)
    promise(row, "theirs", "Volumes for the spring", ago(-4), contact=ingrid, interaction=visit, made=50)
    p = promise(row, "ours", "Trial of the tank sensor at two pens", ago(47), by=alice, made=90); actions.keep_promise(actor=alice, now=noon(ago(49)), commitment=p, kept_on=ago(49))
    p = promise(row, "theirs", "Volumes for the autumn", ago(74), contact=ingrid, made=100); actions.keep_promise(actor=alice, now=noon(ago(74)), commitment=p, kept_on=ago(74))
    p = promise(row, "ours", "Delivery times by site", ago(60), by=bob, made=90); actions.miss_promise(actor=alice, now=noon(ago(58)), commitment=p, explanation="The export broke.", plan="By hand next week.")
    actions.add_member(actor=alice, now=Now.read(), relationship=row, user=mona, role="sponsor")
    actions.add_member(actor=alice, now=Now.read(), relationship=row, user=bob, role="expert", subject="Delivery")
    actions.write_comment(actor=alice, now=Now.read(), relationship=row, interaction=visit, text="Bob, can you ask Lars for the list?")
    actions.sweep_cadence(now=Now.read())
    for name, quiet in (("Marlow Paper", 32), ("Kestrel Instruments", 30), ("Osprey Optics", 15), ("Tarn Valley Dairy", 26), ("Nordhavn Shipping", 9), ("Close the Loop", 16), ("Ewos", 3), ("Grieg", 40), ("Nordlaks", 28)):
        partner(name, quiet=quiet)
    from relationships.models import Relationship
    ewos = Relationship.objects.get(account__name="Ewos"); osprey = Relationship.objects.get(account__name="Osprey Optics")
    jon = person_at(ewos, "Jon Hauge")
    promise(ewos, "ours", "Send the savings table for the third quarter", ago(-1), by=alice, contact=jon, made=20)
    nord = Relationship.objects.get(account__name="Nordhavn Shipping")
    promise(nord, "theirs", "List of crane hours", ago(6), contact=person_at(nord, "Petra Vogel"), made=20)
    promise(osprey, "ours", "Collection boxes for Hamburg and Lübeck", ago(3), by=alice, made=20)
    actions.write_comment(actor=bob, now=Now.read(), relationship=ewos, text="@Alice can you look at this before Friday?")
    Cover.objects.create(absent=bob, stand_in=alice, from_on=ago(2), until_on=ago(-9))
    return row
