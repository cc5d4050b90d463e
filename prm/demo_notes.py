"""What people of the demonstration company write down after a contact (pure data).

Notes are pairs of a purpose and a text. Slots: ``{who}`` the given name of their person, ``{colleague}`` the given name
of one of ours, ``{site}`` a place of theirs, ``{goods}`` what they make or carry, ``{month}`` a month soon to come,
``{day}`` a weekday, ``{n}`` a number from 2 to 9, ``{percent}`` from 2 to 8.
"""

# One note is one line, however long.
# ruff: noqa: E501

from __future__ import annotations

Note = tuple[str, str]

GENERAL: tuple[Note, ...] = (
    ("needs", "{who} expects about {n}0 pallets more a week from {month} and wants to know by when we must be told."),
    ("needs", "They plan a second shift in {site} from {month}. Collections would have to move to the evening."),
    (
        "needs",
        "{who} is short of storage in {site} until {month} and asked whether we could keep {n} lorry loads for them.",
    ),
    ("needs", "Volumes for {month} come in writing on {day}. {who} thinks they will be a little above last year’s."),
    (
        "needs",
        "They want one person to ring when something is stuck, also after five. {who} will say who rings from their side.",
    ),
    (
        "needs",
        "{who} asked for a quotation for {goods} in smaller units; {n} of their customers no longer take full pallets.",
    ),
    ("needs", "Two sizes are enough for {site}. The third only fills the shelf, says {who}."),
    ("needs", "{who} would like stock figures every {day} morning instead of once a month."),
    ("needs", "They need proof of delivery with a photograph; their auditor no longer accepts a signature alone."),
    ("needs", "{who} asked for the forecast of empties by {day}, so that {site} can plan its yard."),
    (
        "processes",
        "Labels from {site} now match our scanner. {who} checks them for {n} more days, then we drop the paper list.",
    ),
    (
        "processes",
        "Went through the order form line by line. Four fields can go; {who} tries the short one from {day}.",
    ),
    ("processes", "Invoices by site rather than by delivery, from {month}. Agreed with {who}."),
    (
        "processes",
        "{who} explained how {site} books goods in: twice, once on paper. That is where the {n} hours are lost.",
    ),
    ("processes", "The gate in {site} opens at six from now on. Our drivers have been told."),
    ("processes", "{who} will send returns with a number on the pallet, so that nobody has to ring about them."),
    ("processes", "Changed the cut-off for orders to two o’clock on {day}s. {who} asked for a month’s trial."),
    (
        "processes",
        "{colleague} showed how the portal of our warehouse reports damage. {who} wants the same list by e-mail.",
    ),
    (
        "processes",
        "Their new stock system goes live in {month}. {who} asks us to send nothing unusual in the first week.",
    ),
    ("processes", "Nobody in {site} knew whom to ring on a Friday afternoon. {who} has put our number on the wall."),
    ("prices", "{who} asked for a price that holds for the half-year rather than a monthly list."),
    ("prices", "Our increase of {percent} per cent from {month} is accepted for carriage, not yet for storage."),
    ("prices", "{who} has a cheaper offer for one lane. They would stay if the night run to {site} is kept."),
    ("prices", "Went through the fuel surcharge. {who} wants it on a line of its own; we agreed."),
    ("prices", "They pay in 14 days from now on, for {percent} per cent off storage."),
    ("prices", "{who} found {n} collections charged twice in the last invoice. Credit note goes out on {day}."),
    ("prices", "The budget for next year is made in {month}. {who} needs our figures two weeks before."),
    ("prices", "A deposit on crates is fine with {who} if it is booked once a quarter and not for each load."),
    ("delivery", "{n} pallets stood in the rain in {site}. {who} is calm about it but wants the covers back."),
    (
        "delivery",
        "The lorry of {day} came two hours late. {who} had to send {n} people home and asked for a warning next time.",
    ),
    ("delivery", "All of last week’s deliveries were on time. {who} said so without being asked."),
    ("delivery", "One load went to the old gate in {site}. We have taken that address out of the file."),
    ("delivery", "{who} moved the collection from {day} to the day before, for this month only."),
    ("delivery", "The road to {site} is closed until {month}. We go round by the ferry; {who} accepts the extra hour."),
    ("delivery", "A crate arrived broken. {who} sent pictures and keeps the goods for {colleague} to look at."),
    (
        "delivery",
        "{who} wants half of the load on {day} and half the day after; the cold store in {site} is too small for both.",
    ),
    ("new ideas", "{who} wondered whether the empty run back from {site} could carry something for their neighbour."),
    ("new ideas", "Could {goods} travel without the inner box? {who} tries it with {n} pallets."),
    ("new ideas", "{who} proposed to share a lorry with another customer of ours near {site} on {day}s."),
    ("new ideas", "They would test a folding crate for {goods}. {who} picks the line, we bring {n}0 of them."),
    ("new ideas", "{who} asked if our scanner could also count what leaves {site} broken. {colleague} looks into it."),
    ("new ideas", "A joint stand at the packaging fair: {who} likes the idea and asks what it would cost each of us."),
    ("new ideas", "{who} suggests one delivery note for all sites, with the site as a column."),
    ("new ideas", "Paper tape instead of plastic: {who} wants to see it hold on {goods} before deciding."),
    ("review", "Looked at the half-year: {n} claims, down from last time. {who} wants response times in the next one."),
    ("review", "Quarterly review. {who} put damage first and price third; a year ago it was the other way round."),
    ("review", "{who} was content with the figures and asked for fewer of them."),
    ("review", "Compared their complaints with ours: {n} of them are the same event. {who} closes the rest."),
    ("review", "Went through what is still open. {n} points, two with us; {who} sends the papers for theirs by {day}."),
    ("review", "{who} asked what the other carriers do better. We had figures for two lanes and owe the rest."),
    ("people", "{who} is away until {month}; mail is read, decisions wait."),
    (
        "people",
        "A new head of the warehouse begins in {site} in {month}. {who} will bring us together in the first week.",
    ),
    (
        "people",
        "{who} wants our driver to stay on the tour; people in {site} open the gate early for a face they know.",
    ),
    ("people", "{colleague} met {who} in person at last. It makes the calls shorter."),
    ("people", "{who} takes over contracts from {month} and asked for all of them on one page."),
    ("people", "Their night shift has had nobody to ring. {who} names two people by {day}."),
    ("news", "They open a second dock in {site} in {month}. {who} asked who else we serve nearby."),
    ("news", "{who} told us before the press: {site} stays, the smaller plant moves."),
    ("news", "A large customer of theirs asks for reusable crates only, from next year. {who} wants our view."),
    ("news", "{who} says the merger is off. Nothing changes for us."),
    ("news", "They have won a tender that begins in {month}. {who} expects a fifth more {goods}."),
    ("news", "Export of {goods} is slow. {who} keeps the volumes but will not promise more."),
    ("news", "Their insurer visited {site} and wants wider aisles. {who} asked how we have solved that."),
)

FURTHER: tuple[str, ...] = (
    "We answer by {day}.",
    "They come back to us by {day}.",
    "{colleague} has the details.",
    "To be looked at again in {month}.",
    "Next step is with {who}.",
    "Next step is with us.",
    "No objection from their side.",
    "{who} will tell the people in {site}.",
    "Put on the agenda of the next review.",
    "We send the figures first.",
    "{colleague} joins the next call.",
    "It has to be settled before {month}.",
    "Nothing in writing yet.",
    "{who} confirms by e-mail.",
    "Worth asking again in {n} weeks.",
    "Their purchasing has to agree.",
)

TRADES: dict[str, tuple[Note, ...]] = {
    "fish": (
        ("needs", "Feed prices rise again in {month}. {who} would rather fix a price than chase the monthly list."),
        ("needs", "Harvest in {site} comes {n} days early. {who} needs insulated boxes by {day}."),
        ("delivery", "Ice had melted in {n} boxes on the way from {site}. {who} sent the temperature log."),
        (
            "processes",
            "The night shift in {site} orders by phone because the form times out. {who} tries the new one first.",
        ),
        ("new ideas", "Could the tank sensor also measure oxygen? {who} would pay for a trial at two pens."),
        ("delivery", "The ferry from {site} was cancelled for wind. {who} kept the load cold for a day."),
        (
            "processes",
            "Pallets stand a day on the quay in {site} before anybody books them. {who} shows us on the next visit.",
        ),
        ("prices", "{who} asked what two deliveries a week would cost instead of three half-full ones."),
        ("review", "Claims for warm boxes are down to {n} a month. {who} credits the new lids."),
        ("news", "The well boat is in the yard until {month}; {who} expects smaller harvests till then."),
    ),
    "food": (
        ("needs", "{who} needs liners approved for contact with fat, with the certificate in hand before {month}."),
        ("processes", "Best-before dates have to be on the outside of the tray from {month}. {who} sends the layout."),
        (
            "delivery",
            "The cold chain broke for {n} minutes at the ramp in {site}. {who} accepts the load after a test.",
        ),
        ("new ideas", "{who} would like returnable trays for the school kitchens around {site}."),
        ("needs", "A new {goods} line starts in {site}. It takes a lower tray than the one we have."),
        ("review", "Their audit found nothing about our crates. {who} forwarded the page."),
        ("prices", "Washing is {percent} per cent dearer for everybody. {who} wants to see the water bill behind it."),
        ("processes", "Allergen labels: {who} wants a red edge, so that a mixed pallet is seen from the fork-lift."),
        ("delivery", "{who} refused {n} trays with a smell of detergent. The laundry rinses twice from now on."),
        ("news", "A supermarket chain takes {goods} from {site} on trial. {who} needs display boxes by {day}."),
    ),
    "paper": (
        (
            "needs",
            "The mill in {site} is being refitted until {month}; {who} wants a call every week as long as that lasts.",
        ),
        ("delivery", "{n} reels came with crushed edges. {who} thinks it is the clamp in {site}, not the road."),
        ("processes", "Reel numbers go on the long side from now on. {who} has changed the printer in {site}."),
        ("new ideas", "{who} offers cores made of their own waste, if we take {n} loads a month."),
        ("prices", "Pulp is {percent} per cent up. {who} passes on half of it, in {month}."),
        ("needs", "{who} asks for covered wagons in winter; wet reels cost them {n} hours at the machine."),
        ("review", "Went through the year’s claims in {site}: edges, not moisture. {who} pays for corner boards."),
        ("news", "They stop the smallest machine in {month}. {who} says board for crates is not touched."),
        ("processes", "Stock for us is held in {site} in bay {n} now. {who} counts it every {day}."),
        ("new ideas", "A lighter board for the inner box: {who} sends samples on {day}."),
    ),
    "freight": (
        ("delivery", "{who} lost a driver on the night run to {site}. A spare one goes until {month}."),
        ("processes", "Slot booking in {site} moves to their own system. {who} sends logins for {n} people."),
        ("prices", "Tolls rise by {percent} per cent in {month}. {who} wants to split the difference."),
        ("new ideas", "{who} has empty trailers out of {site} every {day}. We look for return loads."),
        ("needs", "{who} needs our volumes for the next {n} weeks to decide on a second trailer."),
        ("review", "On-time figures for the {site} lane: better than ours. {who} asked what we count as on time."),
        ("delivery", "A trailer stood {n} hours at customs. {who} says the papers came from the old address."),
        (
            "news",
            "They buy {n} electric lorries for the rounds near {site}. {who} looks for a first customer in {month}.",
        ),
        ("processes", "{who} wants waiting time noted on the app and not argued about later."),
        (
            "needs",
            "Exchange pallets: {who} counts {n}0 short on our account since the last count. We count again on {day}.",
        ),
    ),
    "print": (
        ("needs", "{who} prints our sleeves on {day}s now; artwork has to be in by noon the day before."),
        ("processes", "Colours on the last sleeves were off. {who} keeps a proof in {site} that both sides sign."),
        ("new ideas", "Water-based ink on the outer box: {who} runs {n} sheets for us to scratch."),
        ("prices", "Plates are charged once and stored for a year, {who} confirms."),
        ("delivery", "{n} bundles were tied too tightly and bent. {who} has changed the strap."),
        ("needs", "{who} wants to know which languages the labels need in {month}, before they book the press."),
        ("news", "A second folding line starts in {site} in {month}. Short runs become cheaper."),
        ("review", "Waste at the press is down by {percent} per cent. {who} shares the saving on the next order."),
        (
            "processes",
            "Barcodes are checked at the end of the line from now on; {who} sends the readings with the goods.",
        ),
    ),
    "textiles": (
        ("needs", "{who} wants hanging cartons for {goods}, {n} sizes, none above fifteen kilos."),
        ("delivery", "Moisture bags were missing in {n} cartons from {site}. {who} has unpacked and dried the goods."),
        ("processes", "Returns from shops go straight to {site} now. {who} asks for a label that can be turned over."),
        ("new ideas", "{who} would reuse cartons twice if the flap had a second strip of glue."),
        ("prices", "{who} compares our price per hanger with per carton and prefers the carton."),
        ("needs", "The season’s first {goods} leave {site} in {month}. {who} books {n} lorries."),
        ("review", "Damage by knives on opening: {n} pieces. {who} likes the tear strip."),
        ("news", "They bring sewing back to {site}, a third of it. {who} expects smaller and more frequent loads."),
        ("processes", "{who} sends packing lists a day ahead, so that our shelves are ready."),
    ),
    "health": (
        ("needs", "{who} needs boxes that hold two to eight degrees for {n}0 hours, with a logger inside."),
        ("processes", "Validation of the new liner begins in {month}. {who} asks for three lots from different days."),
        (
            "delivery",
            "A courier left {n} samples at the wrong door in {site}. {who} has it as a deviation; we answer in writing.",
        ),
        ("review", "Their auditor read our cleaning record and asked one question. {who} was pleased."),
        ("new ideas", "{who} would like loggers that report before the box is opened. {colleague} knows a maker."),
        ("prices", "A kit per shipment instead of single parts: {who} can book that more easily."),
        ("processes", "Lot numbers on the outside, never names. {who} repeated it for the new people in {site}."),
        ("needs", "{who} wants a second address for emergencies, open on Sundays."),
        ("news", "The laboratory in {site} takes on {n} hospitals in {month}. {who} expects more small boxes."),
        ("delivery", "All loggers came back within {n} days. {who} will send them monthly."),
    ),
    "timber": (
        ("needs", "{who} asks how many pallet boards we take from {month}; the saw is booked early this year."),
        ("delivery", "{n} packs were too wet. {who} takes them back and dries the next ones a week longer."),
        ("processes", "Heat treatment stamps have to be on two sides for export. {who} has ordered a second iron."),
        ("prices", "Logs are {percent} per cent up in {site}. {who} holds our price until {month}."),
        ("new ideas", "{who} offers boards from thinner logs for one-way pallets, at a tenth less."),
        ("news", "A storm has closed the forest road to {site}. {who} delivers from stock for {n} weeks."),
        ("review", "Counted nails together: {n} in a hundred stand out. {who} changes the machine on {day}."),
        ("processes", "{who} marks our packs blue, so that the yard in {site} stops mixing them."),
        ("needs", "Their own crates for {goods} are too long for our trailers. {who} cuts them to size."),
    ),
    "chemicals": (
        ("needs", "{who} needs drums with a new seal for {goods}; the old one swells."),
        (
            "processes",
            "The safety sheet of {goods} has changed. {who} sends it in all {n} languages before the next load.",
        ),
        (
            "delivery",
            "One container leaked at the valve in {site}. {who} had it cleaned within the hour and writes the report.",
        ),
        ("review", "Went through the near misses of the quarter with {who}: {n}, none on the road."),
        ("new ideas", "{who} would take back rinsed containers, if somebody counts them in {site}."),
        ("prices", "Cleaning by container and not by visit: saves {who} about {percent} per cent."),
        ("needs", "A driver with the right licence on {day}s too; {who} loses half a shift without."),
        ("news", "The authority renews the permit of {site} in {month}. {who} expects an inspection of the ramp."),
        ("processes", "{who} wants seals numbered and photographed at the gate. We start on {day}."),
    ),
    "tools": (
        ("needs", "{who} asked for inserts that hold {n} kinds of {goods} in one box."),
        ("delivery", "A box of {goods} fell off the belt. Nothing broke, says {who}; the foam did its work."),
        ("processes", "Calibration slots for {month} are booked; {who} packs by the week of the slot."),
        ("new ideas", "{who} would lend {goods} in a case that comes back. We draw one by {day}."),
        ("prices", "{who} wants a price for a case that lasts {n} journeys, not one."),
        (
            "review",
            "Packing time in {site} fell by {percent} per cent with the new inserts. {who} wants them on the second line.",
        ),
        ("news", "Two new sites from {month}. {who} asks whether we deliver to both on one tour."),
        ("processes", "Serial numbers on the outside make goods-in faster; {who} will print them larger."),
        ("needs", "Export boxes need a desiccant for the sea route. {who} has had rust on {n} pieces."),
    ),
    "reuse": (
        ("needs", "{who} needs collection boxes in {n} towns around {site} before {month}."),
        ("processes", "Crates come back from {site} unsorted. {who} sorts by colour from {day} on."),
        ("review", "Loss rate is {percent} in a hundred. {who} thinks half of it stands behind shops."),
        ("new ideas", "A chip in every tenth crate would be enough to know where they wait, says {who}."),
        ("prices", "A fee for crates kept longer than {n} weeks: {who} has drafted the sentence for the contract."),
        ("delivery", "{n}00 crates went out unwashed. {who} stopped the line and rang before we noticed."),
        ("news", "The town of {site} makes reusable boxes a condition of its tenders from {month}."),
        ("processes", "{who} counts by weight now. We compare it with our count for {n} weeks."),
        ("needs", "The washing line is full. {who} asks for {n} evenings at our depot."),
    ),
    "materials": (
        ("needs", "{who} wants our forecast for liners by {day}; film is made to order again."),
        ("delivery", "{n} rolls were wound the wrong way. {who} replaces them with the next lorry."),
        ("processes", "Certificates come with each lot by e-mail from {month}. {who} needs one address for them."),
        ("prices", "Resin is down by {percent} per cent. {who} passes it on from {month}, we did not have to ask."),
        ("new ideas", "{who} has a film with a third of old material in it. We test {n} rolls."),
        ("review", "Rejects at our line: {n} rolls in the quarter. {who} takes the figures back to {site}."),
        ("news", "Their extruder in {site} stands still for two weeks in {month}. {who} builds stock for us."),
        ("processes", "Smaller cores save us a change of spindle. {who} can do it from {day}."),
        ("needs", "{who} asks whether we still need the antistatic grade. {colleague} checks with the warehouse."),
    ),
    "software": (
        ("processes", "Test orders came through in the right units. {who} turns on the live ones on {day}."),
        ("needs", "{who} asks for {n} typical delivery notes with names taken out, to train the reader."),
        ("new ideas", "{who} showed a map of late lorries. Ours would need the time of the gate as well."),
        ("delivery", "The interface stood still for {n} hours. {who} explained why and what is watched from now on."),
        ("prices", "Price per message or per site: {who} sends both for a year like the last one."),
        ("review", "{n} of ten tickets were questions, not faults. {who} writes them up for both sides."),
        ("news", "They open an office in {site} in {month}. {who} will look after customers like ours from there."),
        ("processes", "Agreed with {who} who may change what: prices only we, addresses both."),
        ("needs", "{who} wants a customer of ours for a trial of the damage camera. We ask two."),
    ),
    "retail": (
        ("needs", "{who} sells small packs of {goods} faster than expected and asks for {n} pallets more by {day}."),
        ("processes", "Shops want shelf-ready boxes. {who} sends measurements from {n} of them."),
        ("prices", "{who} asks for a scale of discounts that a shop manager understands without a calculator."),
        ("delivery", "Two shops near {site} closed at noon and refused the load. {who} sends opening hours."),
        (
            "new ideas",
            "A demonstration day in {site} in {month}, with our crates on their floor. {who} finds the room.",
        ),
        ("review", "{n} of our lines make most of the turnover; {who} would drop the last three."),
        ("news", "{who} takes on {n} more shops in {month}. They want the same boxes from the first day."),
        ("needs", "{who} asks for leaflets in two languages, plain ones, without a slogan."),
        ("processes", "Returns are credited at the end of the month, not one by one. {who} agreed at once."),
    ),
    "association": (
        ("news", "{who} looks for {n} firms that open their gates to pupils in {month}."),
        ("needs", "Two apprentices would like to see {site}. {who} asks for a week in {month}."),
        ("new ideas", "{who} proposes a course on damage on the road, half a day, with our pictures."),
        ("processes", "The working group on pallets meets in {site} in {month}. {who} keeps a seat for us."),
        ("review", "{who} sent the figures of the members. We are in the upper third for returns."),
        ("people", "{who} asked whether {colleague} would speak for ten minutes about crates that come back."),
        ("news", "The draft of the packaging rules is out. {who} collects answers until {month}."),
        ("prices", "The fee stays as it is for another year, {who} says."),
    ),
}
# Of these trades, what is written about lorries and invoices would make no sense.
WITHOUT_GOODS = {"software", "association"}
# A supplier does not ask us for storage or pay our invoices.
FROM_SUPPLIERS = {"processes", "delivery", "new ideas", "review", "people", "news"}
FROM_ANYBODY = {"review", "people", "news"}

# One-way: something sent or tried, to which nobody has said anything.
UNANSWERED: tuple[str, ...] = (
    "Proposed two dates for the next review. No answer yet.",
    "Sent the price list for {month}. No answer so far.",
    "Left a message with the switchboard.",
    "Left a message on the answering machine and asked for a call back.",
    "Asked again about the volumes for {month}. Nothing yet.",
    "Sent the minutes of the last meeting.",
    "Wrote to {who} about the open invoice; the automatic reply says back on {day}.",
    "Sent the report on damage of the last quarter, for information.",
    "Tried {who} twice, the line was busy.",
    "Sent an article on night deliveries that {who} might like.",
)
ANNOUNCED: tuple[str, ...] = (
    "Their notice of the closing days in {month}. Nothing to answer.",
    "They sent their new conditions of delivery, for information.",
    "Circular to all carriers: the gate in {site} moves to the north side.",
    "Their newsletter mentions our trial in {site}.",
)
VISITS: tuple[str, ...] = (
    "Walked through {site} with {who}.",
    "Saw the ramp in {site} at loading time.",
    "Half a day in {site}; spoke with the people at the line as well.",
    "Met {who} in {site} and looked at the stock together.",
    "Stood at the gate in {site} from five to seven with {who}.",
    "Looked at the packing tables in {site}.",
)
EVENTS: tuple[str, ...] = (
    "Met {who} at the packaging fair.",
    "Talked with {who} after the carriers’ evening.",
    "{who} came to our open day in the Lübeck depot.",
    "Sat beside {who} at the customers’ day of their trade association.",
    "Short talk with {who} at the logistics forum in Gothenburg.",
)
LETTERS: tuple[str, ...] = (
    "Signed contract for carriage came back by post.",
    "Their written answer to our notice of claim: accepted in part.",
    "Exchange of letters about the notice period; {who} agrees to three months.",
)
FIRST: tuple[str, ...] = (
    "First talk. {who} described what leaves {site} in a week and who carries it today.",
    "Got to know {who}. They look for one partner for crates and carriage instead of four.",
    "Introduction by {colleague}. {who} knows us from a neighbour and has three questions about {goods}.",
    "{who} asked who we are and what we would do in the first month. Sent two examples.",
)
RHYTHM_AGREED: tuple[str, ...] = (
    "Agreed with {who} to be in touch every {every} days from today on.",
    "{who} would like to hear from us every {every} days; that is our rhythm from now on.",
    "Spoke about how often is useful. {who}: every {every} days, no more reports in between.",
)
