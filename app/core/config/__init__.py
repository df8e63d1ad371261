"""Settings (environment and .env) and campaign rules (campaigns.toml): read once, checked, frozen.

- `settings`: the environment's settings. `parsing`: turns text into values.
- `survey`: everything that is wrong with them, at once.
- `campaign`: one campaign's rules. `rules`: checks the values in campaigns.toml. `campaigns`: reads it.
- `logo`: reads the logo that a campaign names.

A wrong or missing value raises `SettingError` with one line that names the key.
"""

from app.core.config.campaign import Brand, Campaign
from app.core.config.campaigns import Campaigns, load_campaigns
from app.core.config.joining import JoinForm
from app.core.config.logo import read_logo
from app.core.config.parsing import Account, DiffusionModel, MailServer
from app.core.config.settings import Settings, load_settings
from app.core.config.survey import Survey, survey

__all__ = [
    "Account",
    "Brand",
    "Campaign",
    "Campaigns",
    "DiffusionModel",
    "JoinForm",
    "MailServer",
    "Settings",
    "Survey",
    "load_campaigns",
    "load_settings",
    "read_logo",
    "survey",
]
