"""One call of the Admin API through the official SDK: the account's options, the errors, the count of calls."""

from collections.abc import Callable, Mapping
from typing import Any

import urllib3

from app.adapters.cloudinary.quota import Quota
from app.core import limits
from app.core.config import Account
from app.core.errors import CloudinaryUnavailable

CONNECTIONS = 8  # kept open for the next call


def options(account: Account, timeout: float) -> dict[str, Any]:
    """What every call of the SDK is given, so that it asks for nothing in the environment. `timeout`: seconds."""
    return {
        "cloud_name": account.cloud_name,
        "api_key": account.api_key,
        "api_secret": account.api_secret,
        "upload_prefix": account.upload_prefix,
        "timeout": timeout,
    }


class Sdk:
    """The SDK with an account's options. Thread-safe.

    `api`, `utils`: its modules; `json`: a call for which it has no function; `quota`: calls made and left.
    """

    def __init__(self, account: Account) -> None:
        # The SDK reads the environment when it is imported and raises if it does not like it; by now the settings have
        # been checked, and a wrong one has been named.
        import cloudinary.api
        import cloudinary.utils
        from cloudinary.api_client import call_api

        self.api = cloudinary.api
        self.utils = cloudinary.utils
        self.json = call_api.call_json_api
        self.options = options(account, limits.API_SECONDS)
        self.quota = Quota()
        self._exceptions = cloudinary.exceptions
        # The SDK has one connection pool for all its calls, which would sleep for as long as a Retry-After says.
        call_api._http.connection_pool_kw["retries"] = urllib3.Retry(
            connect=2, read=1, redirect=0, status=0, other=0, respect_retry_after_header=False
        )
        call_api._http.connection_pool_kw["maxsize"] = CONNECTIONS

    def call(
        self, function: Callable[..., Mapping[str, Any]], *arguments: object, **more: object
    ) -> Mapping[str, Any] | None:
        """One call of the Admin API; None if it says there is no such asset. Raises CloudinaryUnavailable."""
        exceptions = self._exceptions
        number = self.quota.called()
        try:
            answer = function(*arguments, **self.options, **more)
        except exceptions.NotFound:
            self.quota.failed()
            return None
        except exceptions.RateLimited as error:
            raise CloudinaryUnavailable(
                f"Cloudinary's hourly limit of Admin API calls is reached: {_message(error)}",
                retry_after=self.quota.refused(str(error)),
                limit_reached=True,
            ) from error
        except (exceptions.AuthorizationRequired, exceptions.NotAllowed) as error:
            refused = CloudinaryUnavailable(
                f"Cloudinary refuses the credentials; check CLOUDINARY_URL: {_message(error)}"
            )
            refused.forbidden = isinstance(error, exceptions.NotAllowed)
            raise refused from error
        except Exception as error:
            # the SDK raises plain Exception for 302, 423 and 502, and GeneralError for any network failure
            self.quota.failed()
            raise CloudinaryUnavailable(f"Cloudinary could not be asked: {_message(error)}") from error
        self.quota.answered(answer, number)
        return answer


def _message(error: Exception) -> str:
    """The SDK's message on one line, without any page sent in place of JSON."""
    message, page, _ = str(error).partition("<")
    return f"{message.rstrip(' -')} (it sent a page instead of JSON)" if page else message[:200]
