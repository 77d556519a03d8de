"""What operators read, in English."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, tuple[str, str, str]] = {
    "before_go_live": (
        "Bought before go-live",
        "The order was bought before its seller's go-live and somebody started it by hand.",
        "Leave it, or move the go-live of the seller and retry.",
    ),
    "reopened": (
        "Begun again",
        "The run of this order was closed without an outcome, so the journey begins again.",
        "Find out why it was closed, then retry to go on or cancel.",
    ),
    "unpaid": (
        "Not paid",
        "No payment or no shipment has come within the patience for it.",
        "Look at the sale in Mercado Libre; retry to wait on, or cancel.",
    ),
    "do_not_ship": (
        "Do not ship",
        "The sale is paid but carries a fraud mark, a refund or a mediation.",
        "Never ship it; retry once Mercado Libre has lifted the mark, else cancel.",
    ),
    "authorisation_needed": (
        "Authorisation needed",
        "The seller's permission for our application is missing or used up.",
        "Let the account's administrator authorise it again, enter the new token, then retry.",
    ),
    "missing_data": (
        "Data missing",
        "Product, consignee or sale lack what a declaration or booking needs, or it does not fit the field.",
        "Run the commands below, one for each gap.",
    ),
    "packing": (
        "Packing not confirmed",
        "Measures from the bench are missing, or the gross weight is below the net weight.",
        "Weigh and measure the closed boxes and confirm the packing.",
    ),
    "papers": (
        "Papers cannot be drawn",
        "Figures on the papers disagree, or a character is in no font.",
        "Amend the field that the words name.",
    ),
    "refused": (
        "Refused",
        "The counterparty said no, and trying again as it stands is pointless.",
        "Mend what its words name and amend, or retry when the mistake was theirs.",
    ),
    "no_rate": (
        "No customs rate",
        "The customs export rate of this week is not known, and nothing may be declared without it.",
        "Write it down with `customs rate set` where customs is read by hand, else wait for it; then retry.",
    ),
    "manual_work": (
        "Work by hand",
        "This channel is a person: nothing is sent by the system.",
        "Do it outside, then complete with the result in the shape shown.",
    ),
    "error_notice": (
        "Error notice of customs",
        "Korean customs ended the declaration with an error notice.",
        "Amend the data it names; it is filed anew under a new reference.",
    ),
    "no_answer": (
        "No answer of customs",
        "Customs has not answered a declaration within the patience for it.",
        "Ask KTNET or the customs office; retry looks again.",
    ),
    "withdrawal_refused": (
        "Withdrawal refused",
        "Customs refused to withdraw a declaration, so it stands.",
        "Settle it with the customs office, then complete with evidence.",
    ),
    "amendment_refused": (
        "Amendment refused",
        "Customs did not take the amendment of an accepted declaration, which still says what it said.",
        "Settle it with the customs office, then retry, amend the data back, or complete with evidence.",
    ),
    "not_loaded": (
        "Not loaded in time",
        "The loading deadline has passed and customs has no loading.",
        "Ask the carrier; if the goods left, complete with the day customs shows; else explain the delay to customs or withdraw.",
    ),
    "route": (
        "No way to customs",
        "The exporter's way to customs does not take these goods (value, confirmation, drawback).",
        "Set another channel for the exporter, or amend the data the words name, then retry.",
    ),
    "requirement_papers": (
        "Papers of a requirement",
        "The goods need confirmation by the customs head for export, and no paper for it is named.",
        "Name the paper and its number in permits, for the order or in the catalogue.",
    ),
    "combined_packing": (
        "Not in one parcel",
        "Goods of several exporters may not travel in one parcel by these routes.",
        "Send them in parcels of one exporter each, or complete with the answer of customs that allows it.",
    ),
    "selected": (
        "Selected by customs",
        "Customs looks closer at the declaration, and nobody said how.",
        "Ask the customs office; the journey goes on by itself when it answers, or complete with what you saw.",
    ),
    "selected_documents": (
        "Documents under review",
        "Customs reads the papers of the declaration.",
        "Send customs what it asks for; the journey goes on by itself when it answers.",
    ),
    "selected_inspection": (
        "Inspection of the goods",
        "Customs wants to see the goods before it accepts the declaration.",
        "Show the goods where they lie; the journey goes on by itself when customs answers.",
    ),
    "loading_due": (
        "Loading due",
        "The loading deadline is near and customs has no loading.",
        "Ask the carrier; extend the period with the command below before the deadline passes.",
    ),
    "partly_loaded": (
        "Partly loaded",
        "Some packages of the declaration have left and others not.",
        "Find the packages that stayed and tender them; the watch goes on by itself.",
    ),
    "acceptance_gone": (
        "Acceptance gone",
        "Customs no longer shows a declaration it had accepted.",
        "Ask the customs office. Where it cancelled the acceptance, complete with that: the goods are declared anew. "
        "Retry looks again.",
    ),
    "extension_refused": (
        "Extension refused",
        "Customs did not grant a later loading deadline.",
        "Settle it with the customs office, then complete with its approval, or load in time.",
    ),
    "information_requested": (
        "Customs asks for a paper",
        "Chilean customs wants to see a paper before it releases the parcel.",
        "Complete with the name of the paper to send it; a bare retry brings the hold back.",
    ),
    "silence": (
        "No news of the parcel",
        "Nobody has spoken of the parcel for longer than the patience for it.",
        "Trace it with the carrier; retry waits again.",
    ),
    "returning": (
        "On its way back",
        "The carrier is bringing the parcel back.",
        "There is nothing to resolve: it ends when the parcel is delivered or returned; cancel ends the order.",
    ),
    "left_out": (
        "Parcel went without this order",
        "The parcel was declared without the goods of this order.",
        "Mend the claim and retry, or cancel this order and send its goods apart.",
    ),
    "left_behind": (
        "Left behind",
        "The order that carried the parcel was cancelled, and this sale stands.",
        "Cancel this order, or send its goods apart.",
    ),
    "order_gone": (
        "An order of the parcel is gone",
        "An order of the parcel was cancelled after its goods were declared.",
        "Have the declaration amended, take the goods out of the parcel and retry; or cancel.",
    ),
    "exporters_changed": (
        "Exporters changed",
        "An amendment would move goods of a sent declaration to another exporter.",
        "Amend it back.",
    ),
    "cancelled_before_handover": (
        "Cancelled before handover",
        "A cancel came after the booking and before the courier had the parcel.",
        "Keep the parcel back, call off the pickup with the carrier, then retry.",
    ),
    "cancelled_after_handover": (
        "Cancelled after handover",
        "A cancel came when the goods were under way.",
        "Ask the carrier to intercept or return the parcel, then complete with what came of it.",
    ),
    "party_lists_missing": (
        "List of restricted parties missing",
        "A list with which the parties must be compared was never imported, or is empty.",
        "Fetch the list where it is published, import it, then retry.",
    ),
    "party_lists_old": (
        "List of restricted parties too old",
        "A list with which the parties must be compared is older than the house allows.",
        "Fetch today's list where it is published, import it, then retry.",
    ),
    "party_hit": (
        "Resembles a restricted party",
        "Buyer, consignee or exporter resembles an entry of a list; nothing is filed or handed over meanwhile.",
        "Compare the entry with the party, then complete with your verdict and what it rests on; when in doubt, ask its publisher.",
    ),
    "party_confirmed": (
        "Restricted party",
        "Somebody has confirmed that a party of the order is on a list.",
        "Send nothing: cancel the order, and report it where the law wants it reported.",
    ),
    "cannot_tell": (
        "Cannot tell",
        "It is not known whether something we sent has taken effect.",
        "Look at the counterparty, then complete if it is there, or retry to look again; never guess.",
    ),
    "conflict": (
        "Something else exists",
        "Something else exists outside under our reference.",
        "Find out who made it; then complete by hand or cancel.",
    ),
    "unavailable": (
        "Counterparty away",
        "The counterparty was away for longer than the step's patience.",
        "Wait until it is back, then retry.",
    ),
    "garbled": (
        "Answer not understood",
        "The counterparty's answer was not understood.",
        "Retry; if it stays, tell engineering: their format may have changed.",
    ),
    "stale": (
        "Out of date",
        "What was about to be sent was no longer true and could not be drawn up again.",
        "Retry.",
    ),
    "timeout": (
        "No answer in time",
        "The tries ended without any answer.",
        "Retry, and look at the worker's log.",
    ),
    "wedged": (
        "Run wedged",
        "The run's own code fails, so it cannot go on; nothing of it is lost.",
        "Engineering reads the failure, mends it and deploys; the run then goes on by itself.",
    ),
    "no_worker": (
        "No worker",
        "Nobody has worked at a queue for two minutes; its steps wait.",
        "Engineering starts a worker.",
    ),
    "gate": (
        "Gate shut",
        "The gate of a queue is closed, or lets steps through slowly.",
        "Look why it was shut; open it when the counterparty is back.",
    ),
    "unexpected": (
        "Fault of ours",
        "Something happened that nobody foresaw.",
        "Engineering looks at the failure, mends it, and retries.",
    ),
}
"""Reason of a hold -> title, what it means, what to do."""

FAULTS: Mapping[str, str] = {
    "ours": "ours",
    "authority": "authority",
    "carrier": "carrier",
    "marketplace": "marketplace",
    "seller_data": "seller's data",
    "buyer_data": "buyer's data",
}

STAGES: Mapping[str, str] = {
    "intake": "intake",
    "carried": "carried",
    "packing": "packing",
    "export": "export",
    "handover": "handover",
    "clearance": "clearance",
    "delivery": "delivery",
    "closing": "closing",
    "cancelling": "cancelling",
}

STATES: Mapping[str, str] = {
    "running": "running",
    "cancelling": "cancelling",
    "delivered": "delivered",
    "returned": "returned",
    "cancelled": "cancelled",
    "carried": "carried",
    "refused": "refused",
    "moved": "moved",
    "shadowed": "shadowed",
}

STEPS: Mapping[str, str] = {
    "open_journey": "Opening",
    "start_or_find_run": "Finding the run",
    "read_order": "Reading the order",
    "read_pack": "Reading the pack",
    "read_shipment": "Reading the shipment",
    "read_buyer_tax_id": "Reading the buyer's tax identity",
    "claim_consignment": "Claiming the shipment",
    "plan_consignment": "Planning the consignment",
    "confirm_packing": "Packing",
    "read_customs_rate": "Customs rate",
    "screen_parties": "Screening of the parties",
    "render_documents": "Papers",
    "read_export_requirements": "What the goods need for export",
    "extend_loading_period": "Extending the loading period",
    "combined_packing": "Several exporters in one parcel",
    "choose_route": "Choosing the route",
    "lodge_export_declaration": "Filing the export declaration",
    "read_export_acceptance": "Acceptance of the declaration",
    "amend_export_declaration": "Amending the export declaration",
    "withdraw_export_declaration": "Withdrawing the export declaration",
    "book_transport": "Booking transport",
    "find_booking": "Looking for the booking",
    "attach_documents": "Attaching papers",
    "void_booking": "Voiding the booking",
    "publish_tracking": "Waybill to Mercado Libre",
    "confirm_loading": "Loading",
    "send_import_preadvice": "Pre-advice to Chile",
    "hand_to_broker": "Handing to the customs agent",
    "read_transport_events": "Following the parcel",
    "answer_information_request": "Answering Chilean customs",
    "watch_tracking": "Registering for tracking",
    "publish_delivery_status": "Delivery to Mercado Libre",
    "file_evidence": "Keeping the evidence",
    "archive_dossier": "Closing the consignment",
    "record_decision": "Writing down a decision",
    "post_holds": "Board of holds",
    "survey_effects": "Looking into our books",
    "sweep_source": "Sweep",
    "reconcile_sellers": "Reconciling with Mercado Libre",
    "notify_desk": "Telling the desks",
    "go_live": "Go-live",
    "reopened": "Begun again",
    "payment": "Waiting for payment",
    "do_not_ship": "Shipping stopped",
    "await_release": "Question of Chilean customs",
    "silence": "No news of the parcel",
    "returning": "On its way back",
    "order_gone": "Order of the parcel gone",
    "left_behind": "Left behind",
    "do_not_tender": "Keep the parcel back",
    "intercept": "Intercept the parcel",
}
"""Steps, and keys of holds that are no step."""

DESKS: Mapping[str, str] = {
    "engineering": "engineering",
    "customs desk": "customs desk",
    "forwarding desk": "forwarding desk",
    "marketplace desk": "marketplace desk",
    "catalogue desk": "catalogue desk",
    "customer desk": "customer desk",
    "packing bench": "packing bench",
    "compliance desk": "compliance desk",
}

WAYS: Mapping[str, str] = {
    "retry": "try again",
    "amend": "amend and try again",
    "complete": "complete by hand",
    "cancel": "cancel the order",
}

TRANSPORT: Mapping[str, str] = {
    "created": "created",
    "picked_up": "picked up",
    "in_transit": "in transit",
    "departed": "departed",
    "arrived_country": "arrived in the country",
    "customs": "in customs",
    "customs_information": "customs asks for a paper",
    "customs_delay": "delayed in customs",
    "customs_released": "released by customs",
    "payment_required": "payment required",
    "at_branch": "at the branch",
    "out_for_delivery": "out for delivery",
    "attempt_failed": "delivery failed",
    "exception": "exception",
    "returning": "on its way back",
    "delivered": "delivered",
    "returned": "returned",
    "not_understood": "not understood",
}

REGIMES: Mapping[str, str] = {
    "IVA at sale": "IVA at sale",
    "general 6%+19%": "general 6%+19%",
    "permit goods 6%+19%": "permit goods 6%+19%",
    "before 25-10-2025": "before 25-10-2025",
    "buyer is IVA contributor": "buyer is IVA contributor",
}

PAPERS: Mapping[str, str] = {
    "commercial_invoice": "commercial invoice",
    "packing_list": "packing list",
    "pick_list": "pick list",
    "transport_label": "transport label",
    "evidence": "evidence",
}

LABELS: Mapping[str, str] = {
    "order": "Order",
    "stage": "Stage",
    "state": "State",
    "seller": "Seller",
    "what": "What",
    "now": "Now",
    "ucr": "Consignment (UCR)",
    "orders": "Orders",
    "exporters": "Exporters",
    "brands": "Brands",
    "declarations": "Export declarations",
    "load_before": "Load by",
    "waybill": "Waybill",
    "transport": "Transport",
    "regime": "Import regime",
    "duty_and_iva": "Duty and IVA",
    "duty": "Duty",
    "iva": "IVA",
    "delivered_at": "Delivered",
    "carried_by": "Carried by",
    "warnings": "Warnings",
    "steps": "Steps",
    "papers": "Papers",
    "decisions": "Decisions",
    "held": "Held",
    "step": "Step",
    "reason": "Reason",
    "why": "Why",
    "advice": "What to do",
    "fault": "Fault",
    "words": "What was said",
    "owner": "Owner",
    "assignee": "Taken by",
    "since": "Since",
    "due": "Due",
    "snoozed": "Asleep until",
    "ways": "Ways out",
    "commands": "Commands",
    "here": "In this UI",
    "result": "Result expected",
}

SENTENCES: Mapping[str, str] = {
    "carried": "Travels in the parcel of order {order}.",
    "no_holds": "No open holds.",
    "nothing_to_do": "Nothing to do.",
    "loading_due": "{number} must be loaded within {days} days",
    "cancelled_too_late": "a cancel ({why}) was decided when the parcel was delivered already: nothing was undone",
    "declared_anew": "{number} is no longer valid and was declared anew as {new}: give the carrier the new number",
    "not_mapped": "{source} said {code} ({words}), which nobody has mapped yet",
    "ended_by_hand": "{what} was ended by hand: {why}",
    "withdrawal": "the withdrawal of {order_no}",
}
