"""What people ask of UNI-PASS, as values in our words: one class for each service, each field with its element.

Names, addresses and telephone numbers of representatives are in some answers and are not read: nobody needs them here.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tradelane.adapters.unipass.wire import day, flag, number, whole
from tradelane.domain.export_declaration import Loading

Day = Annotated[date | None, BeforeValidator(day)]
Number = Annotated[Decimal | None, BeforeValidator(number)]
Pieces = Annotated[int | None, BeforeValidator(whole)]
Yes = Annotated[bool, BeforeValidator(flag)]


class Answer(BaseModel):
    """One row; elements that we do not know are left out, missing ones are empty."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)


class DeclarationSeen(BaseModel):
    """One declaration as API002 shows it: the loading, and what else stands on it."""

    model_config = ConfigDict(frozen=True)

    loading: Loading
    exporter: str = ""
    maker: str = ""
    transport: str = ""
    """Vessel or flight."""


class WaybillSeen(Answer):
    """A declaration under a waybill (API002 by B/L)."""

    declaration: str = Field("", alias="expDclrNo")
    exporter: str = Field("", alias="exppnConm")
    airport: str = Field("", alias="shpmAirptPortNm")
    departed_on: Day = Field(None, alias="tkofDt")


class ClearanceCode(Answer):
    """A customs clearance code (통관고유부호) of a company (API010)."""

    code: str = Field("", alias="ecm")
    company: str = Field("", alias="conmNm")
    business_number: str = Field("", alias="bsnsNo")
    in_use: Yes = Field(False, alias="useYn")


class ForeignParty(Answer):
    """Code of a foreign buyer or supplier (해외거래처부호, API011)."""

    code: str = Field("", alias="ovrsSplrSgn")
    name: str = Field("", alias="splrConm")


class BrokerListed(Answer):
    """A customs broker (관세사) in the public register (API013)."""

    code: str = Field("", alias="lcaSgn")
    name: str = Field("", alias="lcaNm")
    office_code: str = Field("", alias="cstmSgn")
    office: str = Field("", alias="cstmNm")


class Broker(Answer):
    """One customs broker's firm and customs office (API014)."""

    code: str = Field("", alias="lcaSgn")
    firm: str = Field("", alias="lcaConm")
    office: str = Field("", alias="jrsdCstmNm")


class DrawbackRate(Answer):
    """Simplified drawback (간이정액환급) of one HSK (API015)."""

    hsk: str = Field("", alias="hs10")
    goods: str = Field("", alias="stsz")
    won: Number = Field(None, alias="prutDrwbWncrAmt")
    per: str = Field("", alias="drwbAmtBaseTpcd")
    """Customs' code: 1 = for each USD 10 exported, 2 = for each KRW 10,000 (as a public client reads it)."""
    first_day: Day = Field(None, alias="aplyDd")
    last_day: Day = Field(None, alias="ceseDt")


class DrawbackCompany(Answer):
    """Whether a company uses simplified drawback (API016)."""

    company: str = Field("", alias="conm")
    office: str = Field("", alias="rgsrCstmNm")
    applied_on: Day = Field(None, alias="simlFxamtAplyApreDt")
    excluded_on: Day = Field(None, alias="simlFxamtNnaplyApreDt")
    excluded_why: str = Field("", alias="simlFxamtNnaplyApntRsn")


class HsCode(Answer):
    """One HS code with its units (API018)."""

    code: str = Field("", alias="hsSgn")
    name_ko: str = Field("", alias="korePrnm")
    name_en: str = Field("", alias="englPrnm")
    weight_unit: str = Field("", alias="wghtUt")
    quantity_unit: str = Field("", alias="qtyUt")
    duty_percent: str = Field("", alias="txrt")


class Code(Answer):
    """One row of a code list (API019)."""

    code: str = Field("", alias="statsSgn")
    name_ko: str = Field("", alias="koreAbrt")
    name_en: str = Field("", alias="englAbrt")
    description_ko: str = Field("", alias="koreBrkd")


class DutyRate(Answer):
    """One Korean duty rate of an HS code (API030)."""

    hsk: str = Field("", alias="hsSgn")
    kind: str = Field("", alias="trrtTpcd")
    name: str = Field("", alias="trrtTpNm")
    percent: Number = Field(None, alias="trrt")
    first_day: Day = Field(None, alias="aplyStrtDt")
    last_day: Day = Field(None, alias="aplyEndDt")


class CustomsOffice(Answer):
    """The customs office in charge of a postcode (API031)."""

    code: str = Field("", alias="jrsdCstmSgn")
    name: str = Field("", alias="jrsdCstmSgnNm")


class AmendmentState(Answer):
    """Where a request to amend (정정) stands (API052)."""

    code: str = Field("", alias="mdfyRqstPrcsStcd")
    words: str = Field("", alias="mdfyRqstPrcsStcdNm")


class InspectionState(Answer):
    """Inspection where goods are loaded (적재지검사, API053)."""

    wanted: Yes = Field(False, alias="expInscTrgtYn")
    done: Yes = Field(False, alias="expInscCmplYn")


class Certificate(BaseModel):
    """What a declaration certificate says, to be verified (API035): all six must fit."""

    model_config = ConfigDict(frozen=True)

    issue_number: str
    """발행번호, printed on the certificate."""
    number: str
    business_number: str
    origin: str
    """Country of origin, two letters."""
    goods: str
    net_weight_kg: Decimal


class Verdict(BaseModel):
    """Whether a certificate is genuine (API035), with customs' words."""

    model_config = ConfigDict(frozen=True)

    genuine: bool
    words: str = ""
