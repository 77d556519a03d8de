"""The request bodies of MyDHL, version 3.1.1, as far as a parcel from Korea needs them. Closed: unknown keys are refused.

Source: docs/counterparties/mydhl.md. Blocks no parcel of ours uses are taken without a look.
"""

from __future__ import annotations

import re
from decimal import Decimal

from tradelane.simulators.mydhl.parties import COUNTRY, OTHER_PARTIES, PARTY
from tradelane.simulators.mydhl.schema import Anything, Flag, List, Number, Object, Shape, Text, one_of

DAY = re.compile(r"^[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$")
POSITIVE = Number(least=Decimal("0.001"))
WEIGHT = Number(most=Decimal(999_999_999_999))
CURRENCY = Text(3, 3)
INCOTERM = one_of("EXW FCA CPT CIP DPU DAP DDP FAS FOB CFR CIF DAF DAT DDU DEQ DES")
UNITS = one_of("metric imperial")
EXPORT_REASON = one_of(
    "permanent temporary return used_exhibition_goods_to_origin intercompany_use commercial_purpose_or_sale"
    " personal_belongings_or_personal_use sample gift return_to_origin warranty_replacement diplomatic_goods"
    " defence_material"
)
QUANTITY_UNIT = one_of(
    "BOX 2GM M3 DPR DOZ PCS GM GRS KG M 3GM X NO PRS CM2 2M2 3M2 M2 4M2 CM CONE CT EA LBS RILL ROLL SET TU KM IN FT"
    " YD MI LTR MMQ CM3 DMQ MLT CLT DLT INQ FT3 YD3 GLI GLL PT PTI QTI PTL QTL PTD OZI J57 NM3 SM3 TNE LB ONZ CEL"
)

ACCOUNT = Object({"typeCode": one_of("shipper payer duties-taxes"), "number": Text(1, 12)})
REFERENCE = Object(
    {"value": Text(1, 35)},
    {"typeCode": one_of("AAO CU FF FN IBC LLR OBC PRN ACP ACS ACR CDN STD CO")},
)
CODED_REFERENCE = Object({"typeCode": Text(1, 3), "value": Text(1, 35)})
CUSTOMS_DOCUMENT = Object(
    {
        "typeCode": one_of(
            "972 AHC ALC ATA ATR BEX CHA CHD CHP CIT CIV CI2 COO CPA CRL CSD DEX DGD DLI DOV ELP EU1 EU2 EUS EXL FMA"
            " HLC HWB INV IPA JLC LIC LNP NID PAS PFI PHY PLI POA PCH ROD T2M TAD TCS VET VEX ORD OEI RGR CP2"
        ),
        "value": Text(1, 35),
    }
)

PICKUP = Object(
    {"isRequested": Flag()},
    {
        "closeTime": Text(most=5, pattern=re.compile("([0-1][0-9]|2[0-3]):([0-5][0-9])")),
        "location": Text(most=80),
        "specialInstructions": List(Object({"value": Text(most=80)}, {"typeCode": Text(2, 3)}), most=4),
        "pickupDetails": PARTY,
        "pickupRequestorDetails": PARTY,
    },
)
SERVICE = Object(
    {"serviceCode": Text(1, 6)},
    {"value": Number(), "currency": CURRENCY, "method": Text(), "dangerousGoods": Anything()},
)
IMAGE_OPTION = Object(
    {"typeCode": one_of("label waybillDoc invoice qr-code shipmentReceipt")},
    {
        "templateName": Text(most=25),
        "isRequested": Flag(),
        "hideAccountNumber": Flag(),
        "numberOfCopies": Number(Decimal(1), Decimal(2)),
        "invoiceType": one_of("commercial proforma returns"),
        "languageCode": Text(3, 3),
        "languageCountryCode": COUNTRY,
        "languageScriptCode": Text(4, 4),
        "encodingFormat": one_of("png"),
        "renderDHLLogo": Flag(),
        "fitLabelsToA4": Flag(),
        "labelFreeText": Text(most=150),
        "labelCustomerDataText": Text(1, 250),
        "shipmentReceiptCustomerDataText": Text(1, 700),
    },
)
OUTPUT = Object(
    {},
    {
        "printerDPI": Number(Decimal(200), Decimal(300), Decimal(100)),
        "encodingFormat": one_of("pdf zpl lp2 epl"),
        "imageOptions": List(IMAGE_OPTION, most=20),
        "customerBarcodes": Anything(),
        "customerLogos": Anything(),
        "splitTransportAndWaybillDocLabels": Flag(),
        "allDocumentsInOneImage": Flag(),
        "splitDocumentsByPages": Flag(),
        "splitInvoiceAndReceipt": Flag(),
        "receiptAndLabelsInOneImage": Flag(),
    },
)
DOCUMENT_IMAGE = Object(
    {"content": Text()},
    {"typeCode": one_of("INV PNV COO CIN DCL AWB NAF"), "imageFormat": one_of("PDF PNG GIF TIFF JPEG")},
)
PACKAGE = Object(
    {"weight": POSITIVE},
    {
        "typeCode": Text(2, 3),
        "dimensions": Object({"length": POSITIVE, "width": POSITIVE, "height": POSITIVE}),
        "customerReferences": List(REFERENCE, 1, 99),
        "identifiers": Anything(),
        "description": Text(1, 70),
        "labelBarcodes": Anything(),
        "labelText": Anything(),
        "labelDescription": Text(1, 80),
        "referenceNumber": Number(Decimal(1), Decimal(999)),
    },
)

LINE_REQUIRED: dict[str, Shape] = {
    "number": Number(Decimal(1), Decimal(999), None, whole=True),
    "description": Text(1, 512),
    "price": Number(),
    "quantity": Object(
        {
            "value": Number(Decimal(1), Decimal(1_000_000_000), None, whole=True),
            "unitOfMeasurement": QUANTITY_UNIT,
        }
    ),
    "manufacturerCountry": COUNTRY,
    "weight": Object({}, {"netValue": WEIGHT, "grossValue": WEIGHT}),
}
LINE_OPTIONAL: dict[str, Shape] = {
    "commodityCodes": List(Object({"typeCode": one_of("outbound inbound"), "value": Text(2, 18)}), most=2),
    "exportReasonType": EXPORT_REASON,
    "isTaxesPaid": Flag(),
    "additionalInformation": List(Text(), 1, 8),
    "customerReferences": List(CODED_REFERENCE, most=100),
    "customsDocuments": List(CUSTOMS_DOCUMENT, most=50),
    "preCalculatedLineItemTotalValue": Number(step=None),
}
LINE = Object(LINE_REQUIRED, LINE_OPTIONAL)

PRECALCULATED = Object(
    {
        "preCalculatedTotalGoodsValue": Number(step=None),
        "preCalculatedTotalInvoiceValue": Number(step=None),
    }
)
INVOICE = Object(
    {"number": Text(1, 35), "date": Text(1, 35, pattern=DAY)},
    {
        "signatureName": Text(most=35),
        "signatureTitle": Text(most=35),
        "signatureImage": Text(most=1_048_576),
        "instructions": List(Text(1, 300), 1, 1),
        "customerDataTextEntries": List(Text(most=45), 1, 6),
        "totalNetWeight": WEIGHT,
        "totalGrossWeight": WEIGHT,
        "customerReferences": List(CODED_REFERENCE, most=100),
        "termsOfPayment": Text(),
        "indicativeCustomsValues": Anything(),
        "preCalculatedTotalValues": PRECALCULATED,
    },
)
CHARGE = Object(
    {
        "value": POSITIVE,
        "typeCode": one_of(
            "admin delivery documentation expedite export freight fuel_surcharge logistic other packaging pickup"
            " handling vat insurance reverse_charge"
        ),
    },
    {"caption": Text()},
)
EXPORTER = Object({}, {"id": Text(), "code": Text()})
EXPORT_DECLARATION = Object(
    {"lineItems": List(LINE, 1, 999)},
    {
        "invoice": INVOICE,
        "remarks": List(Object({"value": Text()}), most=3),
        "additionalCharges": List(CHARGE, most=5),
        "destinationPortName": Text(),
        "placeOfIncoterm": Text(1, 256),
        "payerVATNumber": Text(),
        "recipientReference": Text(),
        "exporter": EXPORTER,
        "packageMarks": Text(),
        "declarationNotes": List(Object({"value": Text(most=700)}), most=3),
        "exportReference": Text(0, 40),
        "exportReason": Text(1, 30),
        "exportReasonType": EXPORT_REASON,
        "licenses": List(Object({"typeCode": one_of("export import"), "value": Text(most=16)}), most=2),
        "shipmentType": one_of("personal commercial"),
        "customsDocuments": List(CUSTOMS_DOCUMENT, most=50),
    },
)
CONTENT = Object(
    {
        "packages": List(PACKAGE, 1, 999),
        "isCustomsDeclarable": Flag(),
        "description": Text(1, 70, pattern=re.compile(r"^[^\s]")),
        "incoterm": INCOTERM,
        "unitOfMeasurement": UNITS,
    },
    {
        "areMorePackagesToBeAddedLater": Flag(),
        "declaredValue": Number(),
        "declaredValueCurrency": CURRENCY,
        "exportDeclaration": EXPORT_DECLARATION,
        "USFilingTypeValue": Text(1, 20),
    },
)

BOOKING = Object(
    {
        "plannedShippingDateAndTime": Text(1, 29),
        "pickup": PICKUP,
        "productCode": Text(1, 6),
        "accounts": List(ACCOUNT, 1, 3),
        "customerDetails": Object(
            {"shipperDetails": PARTY, "receiverDetails": PARTY}, dict.fromkeys(OTHER_PARTIES, PARTY)
        ),
        "content": CONTENT,
    },
    {
        "localProductCode": Text(1, 3),
        "getRateEstimates": Flag(),
        "valueAddedServices": List(SERVICE, most=99),
        "outputImageProperties": OUTPUT,
        "customerReferences": List(REFERENCE),
        "identifiers": Anything(),
        "documentImages": List(DOCUMENT_IMAGE, 1, 999),
        "onDemandDelivery": Anything(),
        "requestOndemandDeliveryURL": Flag(),
        "shipmentNotification": List(
            Object(
                {"typeCode": one_of("email"), "receiverId": Text(1, 50)},
                {"languageCode": Text(3, 3), "languageCountryCode": COUNTRY, "bespokeMessage": Text(most=250)},
            ),
            most=5,
        ),
        "prepaidCharges": Anything(),
        "getTransliteratedResponse": Flag(),
        "estimatedDeliveryDate": Object({"isRequested": Flag()}, {"typeCode": one_of("QDDC QDDF")}),
        "getAdditionalInformation": Anything(),
        "parentShipment": Anything(),
    },
)

IMAGE_UPLOAD = Object(
    {
        "originalPlannedShippingDate": Text(pattern=DAY),
        "accounts": List(ACCOUNT, 1, 3),
        "productCode": Text(1, 6),
        "documentImages": List(DOCUMENT_IMAGE, 1, 999),
    }
)

INVOICE_UPLOAD = Object(
    {
        "content": Object(
            {
                "exportDeclaration": List(
                    Object(
                        {
                            "lineItems": List(LINE, 1, 1000),
                            "invoice": Object(
                                {
                                    "number": Text(1, 35),
                                    "date": Text(1, 35, pattern=DAY),
                                    "function": one_of("import export both"),
                                },
                                {
                                    "customerReferences": List(CODED_REFERENCE, most=100),
                                    "indicativeCustomsValues": Anything(),
                                    "preCalculatedTotalValues": PRECALCULATED,
                                },
                            ),
                            "incoterm": INCOTERM,
                        },
                        {
                            "remarks": List(Object({"value": Text(most=500)}), most=3),
                            "additionalCharges": List(CHARGE, most=5),
                            "placeOfIncoterm": Text(1, 256),
                            "recipientReference": Text(),
                            "exporter": EXPORTER,
                            "exportReasonType": EXPORT_REASON,
                            "shipmentType": one_of("personal commercial"),
                            "customsDocuments": List(CUSTOMS_DOCUMENT, most=50),
                        },
                    ),
                    1,
                    20,
                ),
                "currency": CURRENCY,
                "unitOfMeasurement": UNITS,
            }
        )
    },
    {
        "plannedShipDate": Text(pattern=DAY),
        "accounts": List(ACCOUNT, 0, 2),
        "outputImageProperties": Anything(),
        "customerDetails": Anything(),
    },
)
