"""What operators read, in Korean: the words of the customs and forwarding trade in Seoul."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, tuple[str, str, str]] = {
    "before_go_live": (
        "개시 시점 이전 주문",
        "판매자 계정의 개시 시점보다 먼저 결제된 주문을 누군가 직접 시작했습니다.",
        "그대로 두거나, 판매자의 개시 시점을 앞당긴 뒤 다시 시도하십시오.",
    ),
    "reopened": (
        "처리 재개",
        "이 주문의 실행이 결과 없이 종료되어 처음부터 다시 시작합니다.",
        "종료된 원인을 확인한 뒤 다시 시도하여 진행하거나 주문을 취소하십시오.",
    ),
    "unpaid": (
        "미결제",
        "정해진 기간 안에 결제 또는 배송 정보가 들어오지 않았습니다.",
        "Mercado Libre에서 주문을 확인하고, 더 기다리려면 다시 시도하고 아니면 취소하십시오.",
    ),
    "do_not_ship": (
        "출고 금지",
        "결제는 되었으나 사기 의심, 환불 또는 분쟁 조정이 걸려 있는 주문입니다.",
        "절대 출고하지 마십시오. Mercado Libre에서 해제되면 다시 시도하고, 아니면 취소하십시오.",
    ),
    "authorisation_needed": (
        "계정 권한 승인 필요",
        "판매자 계정의 앱 사용 권한이 없거나 만료되었습니다.",
        "계정 관리자에게 앱을 다시 승인받아 새 토큰을 등록한 뒤 다시 시도하십시오.",
    ),
    "missing_data": (
        "필수 정보 누락",
        "신고나 운송 예약에 필요한 상품·수하인·주문 정보가 없거나 입력 형식에 맞지 않습니다.",
        "아래 명령을 누락 항목마다 하나씩 실행하십시오.",
    ),
    "packing": (
        "포장 정보 미확정",
        "포장 실측값이 없거나 총중량이 순중량보다 작습니다.",
        "봉함한 상자의 무게와 치수를 재어 포장을 확정하십시오.",
    ),
    "papers": (
        "서류 작성 불가",
        "서류의 금액·수량이 서로 맞지 않거나 글꼴에 없는 문자가 있습니다.",
        "아래 내용에 나온 항목을 정정하십시오.",
    ),
    "refused": (
        "거절",
        "상대 기관이 요청을 거절했으며, 그대로 다시 보내도 결과는 같습니다.",
        "거절 사유에 나온 내용을 고쳐 정정하거나, 상대 기관의 착오이면 다시 시도하십시오.",
    ),
    "no_rate": (
        "관세환율 없음",
        "이번 주 수출 관세환율을 알 수 없어 신고할 수 없습니다.",
        "세관 정보를 수작업으로 조회하는 경우 `customs rate set`으로 입력하고, 아니면 고시를 기다린 뒤 다시 시도하십시오.",
    ),
    "manual_work": (
        "수작업 필요",
        "담당자가 직접 처리하는 채널이므로 시스템이 전송하지 않습니다.",
        "외부에서 처리한 뒤 표시된 형식으로 결과를 입력하여 수기 완료하십시오.",
    ),
    "error_notice": (
        "세관 오류통보",
        "세관이 오류통보로 수출신고를 종결했습니다.",
        "통보된 항목을 정정하십시오. 새 번호로 다시 신고됩니다.",
    ),
    "no_answer": (
        "세관 회신 없음",
        "정해진 기간 안에 수출신고에 대한 세관 회신이 없습니다.",
        "KTNET 또는 관할 세관에 문의하십시오. 다시 시도하면 상태를 다시 조회합니다.",
    ),
    "withdrawal_refused": (
        "수출신고 취하 거절",
        "세관이 취하를 승인하지 않아 수출신고가 여전히 유효합니다.",
        "관할 세관과 협의하여 처리한 뒤 증빙을 입력하여 수기 완료하십시오.",
    ),
    "amendment_refused": (
        "수출신고 정정 거절",
        "세관이 수리된 수출신고의 정정을 승인하지 않아 신고 내용이 그대로입니다.",
        "관할 세관과 협의한 뒤 다시 시도하거나, 정보를 원래대로 정정하거나, 증빙을 입력하여 수기 완료하십시오.",
    ),
    "not_loaded": (
        "적재기한 경과",
        "적재기한이 지났으나 세관에 적재 이력이 없습니다.",
        "특송업체에 확인하십시오. 출항했다면 세관에서 확인한 적재일을 입력하여 완료하고, 아니라면 세관에 사유를 소명하거나 취하하십시오.",
    ),
    "route": (
        "신고 경로 없음",
        "수출자의 신고 방법으로는 이 물품을 신고할 수 없습니다(금액, 세관장확인, 환급).",
        "수출자의 신고 방법을 바꾸거나 안내된 정보를 정정한 뒤 다시 시도하십시오.",
    ),
    "requirement_papers": (
        "수출요건 서류",
        "세관장확인 대상 물품이나 요건 확인 서류가 입력되어 있지 않습니다.",
        "주문 또는 상품정보의 permits에 서류명과 번호를 입력하십시오.",
    ),
    "combined_packing": (
        "합포장 불가",
        "이 신고 경로로는 여러 수출자의 물품을 한 포장에 담을 수 없습니다.",
        "수출자별로 나누어 발송하거나, 허용한다는 세관의 회신을 입력하여 수기 완료하십시오.",
    ),
    "selected": (
        "세관 선별",
        "세관이 신고를 선별했으나 심사 방법을 알 수 없습니다.",
        "관할 세관에 문의하십시오. 회신이 오면 자동으로 진행되며, 확인한 상태를 수기로 입력할 수 있습니다.",
    ),
    "selected_documents": (
        "서류심사",
        "세관이 신고 서류를 심사하고 있습니다.",
        "세관이 요구하는 서류를 제출하십시오. 회신이 오면 자동으로 진행됩니다.",
    ),
    "selected_inspection": (
        "물품검사",
        "세관이 수리 전에 물품을 검사하려고 합니다.",
        "물품소재지에서 물품을 제시하십시오. 회신이 오면 자동으로 진행됩니다.",
    ),
    "loading_due": (
        "적재기한 임박",
        "적재기한이 다가오고 있으나 세관에 적재 이력이 없습니다.",
        "특송업체에 확인하고, 기한이 지나기 전에 아래 명령으로 적재기간 연장을 신청하십시오.",
    ),
    "partly_loaded": (
        "일부 적재",
        "신고된 포장 중 일부만 출항했습니다.",
        "남은 포장을 찾아 인도하십시오. 적재 확인은 자동으로 계속됩니다.",
    ),
    "acceptance_gone": (
        "수리 내역 없음",
        "수리된 수출신고가 세관에서 더 이상 조회되지 않습니다.",
        "관할 세관에 문의하십시오. 수리가 취소된 경우 그 상태를 입력하면 새로 신고하며, 다시 시도하면 다시 조회합니다.",
    ),
    "extension_refused": (
        "적재기간 연장 거절",
        "세관이 적재기간 연장을 승인하지 않았습니다.",
        "관할 세관과 협의하여 승인 내용을 수기로 입력하거나 기한 내에 적재하십시오.",
    ),
    "information_requested": (
        "칠레 세관 보완 요구",
        "칠레 세관이 통관 전에 서류 제출을 요구하고 있습니다.",
        "보낼 서류를 지정하여 수기 완료하면 전송됩니다. 단순 재시도만 하면 다시 보류됩니다.",
    ),
    "silence": (
        "운송 정보 없음",
        "정해진 기간 동안 화물에 대한 소식이 전혀 없습니다.",
        "특송업체에 화물 추적을 의뢰하십시오. 다시 시도하면 계속 기다립니다.",
    ),
    "returning": (
        "반송 중",
        "특송업체가 화물을 반송하고 있습니다.",
        "별도 조치는 없습니다. 배송 또는 반송이 끝나면 해제되며, 취소하면 주문이 종결됩니다.",
    ),
    "left_out": (
        "신고에서 제외된 주문",
        "이 주문의 상품이 빠진 채 화물의 수출신고가 이루어졌습니다.",
        "화물 선점 정보를 바로잡아 다시 시도하거나, 이 주문을 취소하고 상품을 따로 보내십시오.",
    ),
    "left_behind": (
        "대표 주문 취소",
        "화물을 맡은 대표 주문은 취소되었으나 이 주문의 판매는 유효합니다.",
        "이 주문을 취소하거나 상품을 따로 보내십시오.",
    ),
    "order_gone": (
        "합포장 주문 취소",
        "수출신고 후 같은 화물의 주문 하나가 취소되었습니다.",
        "신고를 정정하고 해당 상품을 화물에서 뺀 뒤 다시 시도하거나, 전체를 취소하십시오.",
    ),
    "exporters_changed": (
        "수출화주 변경",
        "정정 내용대로라면 이미 신고한 상품이 다른 수출화주의 것이 됩니다.",
        "원래대로 다시 정정하십시오.",
    ),
    "cancelled_before_handover": (
        "인계 전 취소",
        "운송 예약 후, 특송업체에 화물을 인계하기 전에 취소되었습니다.",
        "화물을 출고하지 말고 특송업체의 픽업을 취소한 뒤 다시 시도하십시오.",
    ),
    "cancelled_after_handover": (
        "인계 후 취소",
        "화물이 이미 운송 중일 때 취소되었습니다.",
        "특송업체에 운송 중지 또는 반송을 요청하고, 그 결과를 입력하여 수기 완료하십시오.",
    ),
    "party_lists_missing": (
        "우려거래자 목록 없음",
        "대조해야 할 우려거래자 목록이 등록되지 않았거나 비어 있습니다.",
        "발표 기관에서 목록을 내려받아 등록한 뒤 재시도하십시오.",
    ),
    "party_lists_old": (
        "우려거래자 목록 기한 경과",
        "대조해야 할 우려거래자 목록이 허용된 기간보다 오래되었습니다.",
        "발표 기관에서 최신 목록을 내려받아 등록한 뒤 재시도하십시오.",
    ),
    "party_hit": (
        "우려거래자와 유사",
        "구매자, 수하인 또는 수출자가 목록의 항목과 유사합니다. 그동안 신고와 인계는 이루어지지 않습니다.",
        "목록 항목과 당사자를 비교하여 판정과 근거를 입력해 완료하십시오. 확실하지 않으면 목록을 발표한 기관에 문의하십시오.",
    ),
    "party_confirmed": (
        "우려거래자 확인",
        "주문의 당사자가 목록에 있는 자로 확인되었습니다.",
        "아무것도 보내지 말고 주문을 취소한 뒤, 법이 정한 곳에 신고하십시오.",
    ),
    "cannot_tell": (
        "처리 여부 확인 불가",
        "보낸 요청이 상대 기관에서 처리되었는지 알 수 없습니다.",
        "상대 기관에서 직접 확인하여, 처리되었으면 수기 완료하고 아니면 다시 시도하십시오. 짐작으로 처리하지 마십시오.",
    ),
    "conflict": (
        "참조번호 충돌",
        "당사 참조번호로 다른 건이 이미 외부에 존재합니다.",
        "누가 만든 건인지 확인한 뒤 수기 완료하거나 취소하십시오.",
    ),
    "unavailable": (
        "상대 시스템 응답 없음",
        "상대 기관의 시스템이 허용된 시간보다 오래 응답하지 않았습니다.",
        "시스템이 복구되면 다시 시도하십시오.",
    ),
    "garbled": (
        "응답 해석 불가",
        "상대 기관의 응답을 해석할 수 없습니다.",
        "다시 시도하고, 계속되면 시스템팀에 알리십시오. 상대의 형식이 바뀌었을 수 있습니다.",
    ),
    "stale": (
        "유효하지 않은 전송 내용",
        "보내려던 내용이 더 이상 유효하지 않으며 다시 작성하지 못했습니다.",
        "다시 시도하십시오.",
    ),
    "timeout": (
        "시간 초과",
        "여러 번 시도했으나 응답 없이 끝났습니다.",
        "다시 시도하고 워커 로그를 확인하십시오.",
    ),
    "wedged": (
        "실행 멈춤",
        "실행 코드의 오류로 더 진행할 수 없습니다. 진행 내역은 유실되지 않습니다.",
        "시스템팀이 오류를 확인하여 수정·배포하면 자동으로 재개됩니다.",
    ),
    "no_worker": (
        "작업 프로세스 없음",
        "2분 동안 대기열을 처리하는 작업 프로세스가 없어 해당 단계가 대기 중입니다.",
        "시스템팀이 작업 프로세스를 기동합니다.",
    ),
    "gate": (
        "게이트 차단",
        "대기열의 게이트가 닫혀 있거나 처리 속도가 제한되어 있습니다.",
        "차단 사유를 확인하고, 상대 시스템이 복구되면 게이트를 엽니다.",
    ),
    "unexpected": (
        "시스템 오류",
        "당사 시스템에서 예상하지 못한 오류가 발생했습니다.",
        "시스템팀이 오류를 확인하여 수정한 뒤 다시 시도합니다.",
    ),
}

FAULTS: Mapping[str, str] = {
    "ours": "당사",
    "authority": "세관·관계기관",
    "carrier": "특송업체",
    "marketplace": "마켓플레이스",
    "seller_data": "판매자 정보",
    "buyer_data": "구매자 정보",
}

STAGES: Mapping[str, str] = {
    "intake": "주문 접수",
    "carried": "합포장",
    "packing": "포장",
    "export": "수출신고",
    "handover": "운송 인계",
    "clearance": "칠레 통관",
    "delivery": "배송",
    "closing": "종결",
    "cancelling": "취소 처리",
}

STATES: Mapping[str, str] = {
    "running": "진행 중",
    "cancelling": "취소 처리 중",
    "delivered": "배송 완료",
    "returned": "반송 완료",
    "cancelled": "취소됨",
    "carried": "합포장으로 종결",
    "refused": "시작 거절",
    "moved": "다른 실행으로 이관",
    "shadowed": "모의 실행 완료",
}

STEPS: Mapping[str, str] = {
    "open_journey": "주문 처리 개시",
    "start_or_find_run": "실행 찾기",
    "read_order": "주문 조회",
    "read_pack": "합포장 주문 조회",
    "read_shipment": "배송 정보 조회",
    "read_buyer_tax_id": "구매자 납세번호 조회",
    "claim_consignment": "화물 선점",
    "plan_consignment": "화물 구성",
    "confirm_packing": "포장 확정",
    "read_customs_rate": "관세환율 조회",
    "screen_parties": "우려거래자 대조",
    "render_documents": "서류 작성",
    "read_export_requirements": "수출요건 조회",
    "extend_loading_period": "적재기간 연장",
    "combined_packing": "합포장",
    "choose_route": "신고 경로 선택",
    "lodge_export_declaration": "수출신고",
    "read_export_acceptance": "수출신고 수리 조회",
    "amend_export_declaration": "수출신고 정정",
    "withdraw_export_declaration": "수출신고 취하",
    "book_transport": "운송 예약",
    "find_booking": "예약 조회",
    "attach_documents": "운송 서류 첨부",
    "void_booking": "운송 예약 취소",
    "publish_tracking": "운송장번호 등록(Mercado Libre)",
    "confirm_loading": "적재 확인",
    "send_import_preadvice": "칠레 수입 사전정보 전송",
    "hand_to_broker": "현지 관세사 인계",
    "read_transport_events": "화물 추적",
    "answer_information_request": "칠레 세관 보완 서류 제출",
    "watch_tracking": "배송 조회 등록",
    "publish_delivery_status": "배송 완료 등록(Mercado Libre)",
    "file_evidence": "수출 증빙 보관",
    "archive_dossier": "화물 종결",
    "record_decision": "결정 기록",
    "post_holds": "보류 목록 갱신",
    "survey_effects": "외부 처리 내역 확인",
    "sweep_source": "정기 점검",
    "reconcile_sellers": "Mercado Libre 주문 대조",
    "notify_desk": "담당팀 알림",
    "go_live": "개시 시점 확인",
    "reopened": "처리 재개",
    "payment": "결제 대기",
    "do_not_ship": "출고 중지",
    "await_release": "칠레 세관 질의",
    "silence": "운송 정보 없음",
    "returning": "반송 중",
    "order_gone": "합포장 주문 취소",
    "left_behind": "대표 주문 취소",
    "do_not_tender": "화물 인계 중지",
    "intercept": "운송 중지·회수",
}

DESKS: Mapping[str, str] = {
    "engineering": "시스템팀",
    "customs desk": "통관팀",
    "forwarding desk": "운송팀",
    "marketplace desk": "마켓플레이스팀",
    "catalogue desk": "상품정보팀",
    "customer desk": "고객지원팀",
    "packing bench": "포장팀",
    "compliance desk": "준법감시팀",
}

WAYS: Mapping[str, str] = {
    "retry": "다시 시도",
    "amend": "정정 후 재시도",
    "complete": "수기 완료",
    "cancel": "주문 취소",
}

TRANSPORT: Mapping[str, str] = {
    "created": "접수",
    "picked_up": "집하 완료",
    "in_transit": "운송 중",
    "departed": "출발",
    "arrived_country": "도착국 도착",
    "customs": "통관 중",
    "customs_information": "세관 보완 요구",
    "customs_delay": "통관 지연",
    "customs_released": "통관 완료",
    "payment_required": "납부 필요",
    "at_branch": "영업소 보관",
    "out_for_delivery": "배송 출발",
    "attempt_failed": "배송 실패",
    "exception": "운송 이상",
    "returning": "반송 중",
    "delivered": "배송 완료",
    "returned": "반송 완료",
    "not_understood": "해석 불가",
}

REGIMES: Mapping[str, str] = {
    "IVA at sale": "판매 시 부가세(IVA) 징수",
    "general 6%+19%": "일반 수입(관세 6%·IVA 19%)",
    "permit goods 6%+19%": "수입 허가 품목(관세 6%·IVA 19%)",
    "before 25-10-2025": "2025년 10월 25일 이전 구매",
    "buyer is IVA contributor": "구매자가 IVA 납세사업자",
}

PAPERS: Mapping[str, str] = {
    "commercial_invoice": "상업송장",
    "packing_list": "포장명세서",
    "pick_list": "피킹 리스트",
    "transport_label": "운송장 라벨",
    "evidence": "수출 증빙",
}

LABELS: Mapping[str, str] = {
    "order": "주문",
    "stage": "단계",
    "state": "상태",
    "seller": "판매자",
    "what": "항목",
    "now": "현재",
    "ucr": "화물고유참조번호(UCR)",
    "orders": "주문번호",
    "exporters": "수출화주",
    "brands": "브랜드",
    "declarations": "수출신고번호",
    "load_before": "적재기한",
    "waybill": "운송장번호",
    "transport": "운송 상태",
    "regime": "수입 통관 구분",
    "duty_and_iva": "관세 및 부가세(IVA)",
    "duty": "관세",
    "iva": "부가세(IVA)",
    "delivered_at": "배송 완료 일시",
    "carried_by": "대표 주문",
    "warnings": "주의 사항",
    "steps": "처리 단계",
    "papers": "서류",
    "decisions": "결정 이력",
    "held": "보류",
    "step": "처리 단계명",
    "reason": "보류 사유",
    "why": "사유",
    "advice": "조치 방법",
    "fault": "책임 구분",
    "words": "원문",
    "owner": "담당팀",
    "assignee": "담당자",
    "since": "발생 일시",
    "due": "처리 기한",
    "snoozed": "알림 보류 기한",
    "ways": "처리 방법",
    "commands": "명령어",
    "here": "이 화면에서",
    "result": "입력할 결과 형식",
}

SENTENCES: Mapping[str, str] = {
    "carried": "주문 {order}의 화물에 함께 실려 갑니다.",
    "no_holds": "보류 건이 없습니다.",
    "nothing_to_do": "처리할 업무가 없습니다.",
    "loading_due": "수출신고 {number}: {days}일 안에 적재해야 합니다",
    "cancelled_too_late": "배송이 끝난 뒤 취소({why})가 결정되어 되돌린 것이 없습니다",
    "declared_anew": "수출신고 {number} 효력 상실, {new}(으)로 다시 신고: 특송업체에 새 신고번호를 알려야 합니다",
    "not_mapped": "{source}에서 아직 등록되지 않은 코드 {code}({words})를 보냈습니다",
    "ended_by_hand": "{what}: 담당자가 직접 종결했습니다({why})",
    "withdrawal": "수출신고 {order_no} 취하",
}
