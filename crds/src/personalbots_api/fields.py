"""What the resource's fields are made of: the base class of every part, and the types of values with their rules."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from personalbots_api import quantities, rules
from personalbots_api.rules import discreet, sentence


class Part(BaseModel):
    """A part of the resource: immutable, camelCase in JSON, without unknown fields (the API server prunes them)."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )


TelegramId = Annotated[int, Field(ge=1, le=2**52 - 1, json_schema_extra={"format": "int64"})]
SecretName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=253,
        pattern=rules.DNS_SUBDOMAIN,
        json_schema_extra=discreet(
            "must be the name of a Secret in this namespace, such as bot-7712345678 (lower-case letters, digits, "
            "'-' and '.'); a token or key itself never belongs here: put it into a Secret"
        ),
    ),
]
SecretKey = Annotated[
    str,
    Field(
        min_length=1,
        max_length=253,
        pattern=rules.SECRET_KEY,
        json_schema_extra=discreet("must be a key inside the Secret, such as telegram-token (letters, digits, '-._')"),
    ),
]
Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=512,
        pattern=rules.URL,
        json_schema_extra=discreet(
            "must be an http:// or https:// address such as https://api.example.com/v1, with no user name, password, "
            "query or fragment in it"
        ),
    ),
]
ModelName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=256,
        pattern=rules.MODEL,
        json_schema_extra=sentence("must be a model's name as the LLM server lists it, such as gpt-5-mini"),
    ),
]
Quantity = Annotated[
    str,
    Field(
        min_length=1,
        max_length=24,
        pattern=quantities.QUANTITY_PATTERN,
        json_schema_extra={
            **sentence("must be a quantity such as 500m or 1 for cpu, 256Mi or 1Gi for memory and storage"),
            "x-kubernetes-int-or-string": True,
        },
    ),
    BeforeValidator(lambda value: str(value) if isinstance(value, int) else value),
]
Amount = Annotated[
    str,
    Field(
        min_length=1,
        max_length=16,
        pattern=rules.AMOUNT,
        json_schema_extra={
            **sentence("must be an amount of money such as 20 or '7.50', a fraction in quotes"),
            "x-kubernetes-int-or-string": True,
        },
    ),
    BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value),
]
ObjectName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=253,
        pattern=rules.DNS_SUBDOMAIN,
        json_schema_extra=sentence("must be a Kubernetes name: lower-case letters, digits, '-' and '.'"),
    ),
]
