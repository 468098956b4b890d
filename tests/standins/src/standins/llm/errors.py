"""OpenAI's refusals in its own words (platform.openai.com/docs/guides/error-codes)."""

import uuid
from dataclasses import dataclass

from aiohttp import web


@dataclass(kw_only=True, eq=False)  # neither frozen nor with slots: Python writes to an exception that is raised
class ApiError(Exception):
    """A refusal, with the whole answer that the client gets."""

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    retry_after: float | None = None

    def response(self) -> web.Response:
        """The refusal over HTTP."""
        body = {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}
        headers = {"x-request-id": f"req_{uuid.uuid4().hex}"}
        if self.retry_after is not None:
            headers |= {"retry-after": f"{self.retry_after:g}", "retry-after-ms": f"{self.retry_after * 1000:.0f}"}
        return web.json_response(body, status=self.status, headers=headers)


def no_key() -> ApiError:
    return ApiError(
        status=401,
        message="You didn't provide an API key. You need to provide your API key in an Authorization header using "
        "Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
    )


def wrong_key(key: str) -> ApiError:
    """The key is named as OpenAI names it: its beginning and its end."""
    shown = f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 12 else "*" * len(key)
    return ApiError(
        status=401,
        message=f"Incorrect API key provided: {shown}. You can find your API key at https://platform.openai.com/account/api-keys.",
        code="invalid_api_key",
    )


def quota_exhausted() -> ApiError:
    return ApiError(
        status=429,
        message="You exceeded your current quota, please check your plan and billing details. For more information on "
        "this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
        type="insufficient_quota",
        code="insufficient_quota",
    )


def rate_limited(model: str, retry_after: float) -> ApiError:
    return ApiError(
        status=429,
        message=f"Rate limit reached for {model} in organization org-standin on requests per min (RPM): Limit 500, "
        f"Used 500, Requested 1. Please try again in {retry_after:g}s. Visit "
        "https://platform.openai.com/account/rate-limits to learn more.",
        type="requests",
        code="rate_limit_exceeded",
        retry_after=retry_after,
    )


def model_not_found(model: str) -> ApiError:
    return ApiError(
        status=404,
        message=f"The model `{model}` does not exist or you do not have access to it.",
        code="model_not_found",
    )


def wrong_endpoint(model: str, path: str) -> ApiError:
    return ApiError(
        status=400,
        message=f"The model `{model}` cannot be used with {path}.",
        param="model",
        code="model_not_supported",
    )


def server_error(status: int, *, code: str | None = None, retry_after: float | None = None) -> ApiError:
    return ApiError(
        status=status,
        message="The server had an error while processing your request. Sorry about that!",
        type="server_error",
        code=code,
        retry_after=retry_after,
    )


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    return ApiError(status=400, message=message, param=param, code=code)
