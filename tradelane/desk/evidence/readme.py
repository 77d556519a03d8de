"""`README.txt` of a pack: what it is, how to check it, what it holds of people."""

from __future__ import annotations

from tradelane.desk.evidence.gathering import Gathered

_TEXT = """\
영세율 첨부서류 Evidence of zero-rated exports
=============================================

상호 Exporter:            {name_ko} / {name_en}
사업자등록번호 Reg. no.:   {number}
거래기간 Period:           {period} ({first} ~ {last}, 한국시간 기준 Korean days)
수출신고 Declarations:     {counted}
목록통관 List clearance:   {listed}
{partial}
개인정보 Personal data
----------------------
수출신고필증, 송품장, 포장명세서, 운송장, 원산지 서류에는 구매자의 성명, 주소, 연락처가 있을 수 있습니다. 안전하게
보관하고 필요한 사람에게만 전달하십시오. summary.xlsx와 JSON 파일에는 구매자 정보가 없습니다.
Certificates, invoices, packing lists, waybills and origin papers may name the buyer with address and telephone. Keep
this file where only those can read it who must. summary.xlsx and the JSON files hold nothing of the buyer. A parcel with goods of several
exporters has one invoice and one packing list for all of them.

무엇이 들어 있는가 What is inside
--------------------------------
summary.xlsx        {columns}
                    합계와 누락 목록은 별도 시트에 있습니다. Totals and what is missing stand on sheets of their own.
orders/             주문별 폴더 one folder for each order: declaration_*.json, export_certificate_*.pdf (수출신고필증),
                    loading_*.json (선적 확인), amounts_*.json (금액과 환율), screening_*.json, origin-record_*.json
                    (원산지 서명자와 근거, 5년 보관: who signed the origin statement, on what basis), and the papers as PDF.
list_clearance/     목록통관: 수출신고번호가 없는 수출 exports that the carrier cleared by its list, without a number.
manifest.json       모든 파일의 크기와 SHA-256 size and SHA-256 of every file, and one chain digest over all of them.
SHA256SUMS          the same sums in the form of sha256sum.

금액 Amounts
------------
공급시기는 선(기)적일이며, 원화금액 = 결제금액(외화) x 선적일의 기준환율 또는 재정환율, 원 단위 미만 절사.
The day of loading decides the period. Amount in KRW = contract amount x base rate of the day of loading, parts of a won
cut off. What was exchanged into won before the loading counts at the won received: tradelane does not know of it, and the
accountant corrects it. The FOB value is what customs was told, at the customs rate of the declaration week.

확인 방법 How to check
---------------------
tradelane evidence verify FILE
또는 or, without tradelane:  unzip FILE -d pack && cd pack && sha256sum -c SHA256SUMS

보관 Retention
--------------
수출신고필증과 수출 서류: 수리일부터 3년. 원산지 증빙: 5년.
Export papers 3 years from acceptance, records of origin 5 years; tax law may ask for longer.
"""

_PARTIAL = """
!! 일부 자료 누락 상태로 작성됨. 합계가 확정되지 않았습니다 ('확인 필요' 시트 참조).
!! Made with --partial: something that the sums need is missing (sheet '확인 필요'); empty cells are unknown, not zero.
"""


def readme(gathered: Gathered, *, partial: bool) -> bytes:
    """The text, the same for the same contents."""
    exporter, period = gathered.exporter, gathered.period
    text = _TEXT.format(
        name_ko=exporter.name_ko,
        name_en=exporter.name_en,
        number=exporter.business_registration_number.printed,
        period=period.name,
        first=period.first,
        last=period.last,
        counted=len(gathered.counted),
        listed=len(gathered.listed),
        partial=_PARTIAL if partial else "",
        columns="수출실적명세서 양식의 열과 주문, 송품장, 운송장",
    )
    return text.encode()
