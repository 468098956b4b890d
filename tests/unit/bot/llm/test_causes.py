"""Causes are told apart by what services really say; who can mend it differs from cause to cause."""

import json

import pytest

from personal_bot.llm import refusals
from personal_bot.llm.causes import Cause, cause_of
from personal_bot.llm.errors import Fault, one_line

GEMINI_MINUTE = {"violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]}
GEMINI_DAY = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}

SAID: dict[Cause, list[tuple[int, object]]] = {
    Cause.KEY: [
        (401, {"error": {"message": "Incorrect API key provided: sk-1***9.", "code": "invalid_api_key"}}),
        (400, [{"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "API key not valid. Please pass a valid API key."}}]),
        (401, {"message": "Unauthorized", "request_id": "1"}),
        (401, {"error": {"message": "No auth credentials found", "code": 401}}),
        (403, {"error": {"message": "Forbidden"}}),
        (403, ""),
        (401, {"detail": "Invalid token"}),
        (200, {"base_resp": {"status_code": 1004, "status_msg": "login fail: Please carry the API secret key"}}),
        (400, {"error": {"message": "Authentication Error, LiteLLM Virtual Key expected. Token is invalid", "type": "auth_error"}}),
    ],
    Cause.QUOTA: [
        (429, {"error": {"message": "You exceeded your current quota, please check your plan", "code": "insufficient_quota"}}),
        (402, {"error": {"message": "Insufficient Balance"}}),
        (402, {"error": {"message": "This request requires more credits, or fewer max_tokens.", "code": 402}}),
        (429, {"error": {"message": "Your account is suspended due to insufficient balance", "type": "exceeded_current_quota_error"}}),
        (400, {"error": {"message": "Your credit balance is too low to access the API."}}),
        (400, {"code": "Arrearage", "message": "Access denied, please make sure your account is in good standing."}),
        (403, {"error": {"message": "Billing hard limit has been reached", "code": "billing_hard_limit_reached"}}),
        (403, {"error": "Your team has either used all available credits or reached its monthly spending limit."}),
        (412, {"error": {"message": "Account x is suspended, possibly due to reaching the monthly spending limit"}}),
        (403, {"error": {"message": "Key limit exceeded (total limit).", "code": 403}}),
        (403, {"error": {"code": "AccountOverdueError", "message": "The account has an overdue balance."}}),
        (403, {"error": {"message": "该令牌额度已用尽", "type": "new_api_error"}}),
        (429, {"error": {"message": "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000", "code": 429}}),
        (429, {"message": "You are using a Trial key, which is limited to 1000 API calls / month."}),
        (429, {"message": "litellm.RateLimitError: You exceeded your current quota, please check your plan and billing details."}),
        (429, [{"error": {"message": "You exceeded your current quota.", "details": [GEMINI_DAY, {"retryDelay": "31s"}]}}]),
    ],
    Cause.COUNTRY: [
        (403, {"error": {"code": "unsupported_country_region_territory", "message": "Country, region, or territory not supported"}}),
        (400, [{"error": {"status": "FAILED_PRECONDITION", "message": "User location is not supported for the API use."}}]),
        (403, {"error": {"message": "This service is not available in your region."}}),
    ],
    Cause.MODERATION: [
        (403, {"error": {"message": "Your input was flagged", "metadata": {"reasons": ["violence"]}}}),
        (400, {"error": {"code": "content_filter", "message": "The response was filtered", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}),
        (400, {"error": {"code": "data_inspection_failed", "message": "Input data may contain inappropriate content."}}),
        (400, {"error": {"code": "invalid_prompt", "message": "Invalid prompt: your prompt was flagged as potentially violating our usage policy."}}),
    ],
    Cause.MODEL_FORBIDDEN: [
        (403, {"error": {"message": "Project `proj_x` does not have access to model `gpt-5`", "type": "invalid_request_error"}}),
        (401, {"error": {"message": "team not allowed to access model. This team can only access models=['a']"}}),
        (404, {"error": {"message": "Your organization must be verified to use the model `o3`."}}),
        (403, {"error": "You don't have permission to use this model"}),
        (403, {"error": "Your access to model meta-llama/x is restricted"}),
    ],
    Cause.MODEL_MISSING: [
        (404, {"error": {"message": "The model `gpt-9` does not exist or you do not have access to it.", "code": "model_not_found"}}),
        (404, {"error": {"message": "model 'llama9' not found"}}),
        (400, {"error": {"message": "x is not a valid model ID", "code": 400}}),
        (200, {"error": {"code": 400, "message": "Provider returned error: invalid model"}}),
        (400, {"object": "error", "message": "Invalid model: x", "type": "invalid_model"}),
        (404, {"error": {"message": "No endpoints found for x."}}),
        (400, {"error": {"message": "The model `llama-2` has been decommissioned and is no longer supported."}}),
        (500, {"error": {"message": 'model "x" not found, try pulling it first'}}),
        (400, {"error": "No models loaded. Please load a model in the developer page"}),
        (400, {"message": "The provided model identifier is invalid."}),
        (503, {"error": {"message": "分组 default 下模型 gpt-x 无可用渠道 (distributor)", "type": "new_api_error"}}),
    ],
    Cause.TOO_LONG: [
        (400, {"error": {"message": "This model's maximum context length is 8192 tokens.", "code": "context_length_exceeded"}}),
        (400, {"object": "error", "message": "This model's maximum context length is 2048 tokens. However, you requested 3300 tokens."}),
        (400, {"error": {"message": "the request exceeds the available context size", "type": "exceed_context_size_error"}}),
        (400, [{"error": {"message": "The input token count exceeds the maximum number of tokens allowed (32768)."}}]),
        (400, {"error": {"message": "prompt is too long: 215000 tokens > 200000 maximum"}}),
        (400, {"message": "Range of input length should be [1, 30720]", "code": "InvalidParameter"}),
        (422, {"error": "Input validation error: `inputs` must have less than 4096 tokens. Given: 5000"}),
        (413, "<html><head><title>413 Request Entity Too Large</title></head></html>"),
        (400, {"error": {"message": "Please reduce the length of the messages or completion."}}),
        (400, {"error": {"message": "输入内容超过模型最大长度限制"}}),
    ],
    Cause.ADDRESS: [
        (404, "<html><head><title>404 Not Found</title></head><body>nginx</body></html>"),
        (404, "404 page not found"),
        (405, ""),
        (404, {"detail": "Not Found"}),
        (404, {"error": {"message": "Invalid URL (POST /v1/v1/chat/completions)", "type": "invalid_request_error"}}),
    ],
    Cause.BUSY: [
        (429, {"error": {"message": "Rate limit reached for gpt-5 in organization org-x on tokens per min (TPM): Limit 30000", "code": "rate_limit_exceeded"}}),
        (429, {"error": {"message": "Request too large for model `x` on tokens per minute"}}),
        (429, {"error": {"message": "Rate limit reached on tokens per minute (TPM). Please try again in 5.2s. Upgrade: https://console.groq.com/settings/billing"}}),
        (429, {"error": {"message": "Rate limit reached on tokens per day (TPD): Limit 100000. Please try again in 7m12s."}}),
        (429, [{"error": {"message": "You exceeded your current quota, see https://ai.google.dev/gemini-api/docs/rate-limits", "details": [GEMINI_MINUTE]}}]),
        (429, {"detail": "Without a payment method in the billing page you have reduced rate limits of 3 RPM."}),
        (429, {"error": {"message": "您当前使用该API的并发数过高"}}),
        (429, ""),
    ],
    Cause.AWAY: [
        (500, {"error": {"message": "The server had an error"}}),
        (503, {"error": {"message": "The model is overloaded"}}),
        (502, "<html><title>502 Bad Gateway</title></html>"),
        (529, {"error": {"type": "overloaded_error", "message": "Overloaded"}}),
        (500, {"error": {"message": "Authentication backend failed"}}),
    ],
    Cause.PROXY: [
        (407, "<html><title>407 Proxy Authentication Required</title></html>"),
        (403, "<html><head><title>Just a moment...</title></head></html>"),
        (403, {"error": {"code": "403", "message": "Access denied due to Virtual Network/Firewall rules."}}),
    ],
    Cause.REJECTED: [
        (400, {"error": {"message": "Invalid 'temperature': decimal above maximum value."}}),
        (422, {"detail": [{"loc": ["body", "x"], "msg": "Input should be a valid string"}]}),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "status", "document"),
    [(cause, status, document) for cause, cases in SAID.items() for status, document in cases],
    ids=lambda value: value.name if isinstance(value, Cause) else "",
)
def test_the_cause_is_what_the_service_means(cause: Cause, status: int, document: object) -> None:
    read = refusals.document_of(json.dumps(document).encode() if not isinstance(document, str) else document.encode())
    fault = Fault(
        status=status,
        detail=one_line(refusals.sentence_of(read)),
        codes=refusals.codes_of(read),
        retry_after=refusals.wait_of(read),
        answered=True,
    )
    assert cause_of(fault) is cause


def test_no_answer_is_away_whatever_its_words() -> None:
    assert cause_of(Fault(detail="ServerDisconnectedError: no API key")) is Cause.AWAY
