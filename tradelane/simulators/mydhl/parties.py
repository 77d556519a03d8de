"""Who takes part in a shipment, as MyDHL wants them described: addresses, contacts, registration numbers."""

from __future__ import annotations

from tradelane.simulators.mydhl.schema import Anything, List, Object, Text, one_of

COUNTRY = Text(2, 2)
PARTY_KIND = one_of("business direct_consumer government other private reseller")
OTHER_PARTIES = (
    "buyerDetails",
    "importerDetails",
    "exporterDetails",
    "sellerDetails",
    "payerDetails",
    "manufacturerDetails",
    "ultimateConsigneeDetails",
    "brokerDetails",
)

ADDRESS = Object(
    {
        "postalCode": Text(0, 12),
        "cityName": Text(1, 45),
        "countryCode": COUNTRY,
        "addressLine1": Text(1, 45),
    },
    {
        "addressLine2": Text(1, 45),
        "addressLine3": Text(1, 45),
        "countyName": Text(1, 45),
        "provinceCode": Text(2, 35),
        "provinceName": Text(1, 35),
        "countryName": Text(1, 35),
    },
)
CONTACT = Object(
    {"phone": Text(1, 70), "companyName": Text(1, 100), "fullName": Text(1, 255)},
    {"email": Text(1, 70), "mobilePhone": Text(1, 70)},
)
REGISTRATION = Object(
    {
        "typeCode": one_of(
            "VAT EIN GST SSN EOR DUN FED STA CNP IE INN KPP OGR OKP MRN SDT FTZ DAN TAN DTF RGP DLI NID PAS MID IMS"
            " EIC FTN CIC PEP"
        ),
        "number": Text(1, 35),
        "issuerCountryCode": COUNTRY,
    }
)
PARTY = Object(
    {"postalAddress": ADDRESS, "contactInformation": CONTACT},
    {
        "registrationNumbers": List(REGISTRATION, most=50),
        "bankDetails": Anything(),
        "typeCode": PARTY_KIND,
    },
)
