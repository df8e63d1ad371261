"""Settings (environment and .env) and campaign rules (campaigns.toml): read once, checked, frozen.

- `settings`: what the environment says. `parsing`: from a text to a value, or an error that names the key.
- `survey`: everything that is wrong with them at once. `campaigns`: the rules of the campaigns.

Anything wrong or missing raises `SettingError` with one line that names the key.
"""

from app.core.config.campaigns import Campaign, Campaigns, load_campaigns
from app.core.config.parsing import Account, MailServer
from app.core.config.settings import Settings, load_settings
from app.core.config.survey import Survey, survey

__all__ = [
    "Account",
    "Campaign",
    "Campaigns",
    "MailServer",
    "Settings",
    "Survey",
    "load_campaigns",
    "load_settings",
    "survey",
]
