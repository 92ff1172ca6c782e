"""How Django reaches PostgreSQL: two aliases with different powers over the same database.

``default`` is what the product runs on: a login that owns nothing and becomes ``arledger_app``, a role that
row security binds. ``owner`` is the owner of the tables, used by ``migrate --database=owner`` and by nothing
else.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

APPLICATION_ROLE = "arledger_app"

# A clerk who waits longer than this for a customer's lock is told "busy, try again" (DESIGN 2).
LOCK_TIMEOUT_SECONDS = 5
# A migration that queues for a table makes everybody else queue behind it.
MIGRATION_LOCK_TIMEOUT_SECONDS = 30
# No statement of the product comes near this; one that does is a mistake and must not hold locks for ever.
STATEMENT_TIMEOUT_SECONDS = 600
IDLE_IN_TRANSACTION_SECONDS = 900

# Starting workers takes longer than any page may: only what reads most of the books is worth it.
PARALLEL_SETUP_COST = 100_000

# The guards' own: a plan belongs to a search path, and foreign keys are checked inside and outside of guards.
SEARCH_PATH = "public,pg_temp"

# Uses of a statement on a connection after which it is prepared.
PREPARE_AFTER = 3

POOL_MAX_SIZE = 16
POOL_WAIT_SECONDS = 10
# Foreign-key check plans are cached per connection and age badly after a first bulk load (PITFALLS 13c).
POOL_LIFETIME_SECONDS = 600


def database_settings(runtime_url: str, owner_url: str, pool: bool) -> dict[str, dict[str, Any]]:
    """Django's DATABASES for a runtime login and an owner login (the runtime one when empty).

    URLs are anything libpq understands, socket directories included. ``pool`` keeps connections open between
    requests: for the web processes only, whose threads share them. No connection outlives a request or a task
    otherwise, so each one starts with an empty ``arledger.company``; the pool empties it at every return.
    Raises psycopg.ProgrammingError when a URL cannot be parsed.
    """
    # The role is a start-up setting, not Django's assume_role: that one waits for itself under the pool (it
    # needs a connection to compose its statement while the pool is making one), and RESET ROLE would lead
    # back to the login.
    runtime = _alias(
        runtime_url,
        {
            "role": APPLICATION_ROLE,
            "lock_timeout": f"{LOCK_TIMEOUT_SECONDS}s",
            "statement_timeout": f"{STATEMENT_TIMEOUT_SECONDS}s",
            "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_SECONDS}s",
            "parallel_setup_cost": str(PARALLEL_SETUP_COST),
            "search_path": SEARCH_PATH,
        },
    )
    # The same statements come over and over: planned once per connection, they cost the database a third less.
    runtime["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": PREPARE_AFTER}
    if pool:
        runtime["OPTIONS"]["pool"] = {
            "min_size": 1,
            "max_size": POOL_MAX_SIZE,
            "timeout": POOL_WAIT_SECONDS,
            "max_lifetime": POOL_LIFETIME_SECONDS,
            "reset": forget_company,
        }
        runtime["CONN_HEALTH_CHECKS"] = True
    owner = _alias(owner_url or runtime_url, {"lock_timeout": f"{MIGRATION_LOCK_TIMEOUT_SECONDS}s"})
    return {"default": runtime, "owner": owner}


def forget_company(connection: Connection[Any]) -> None:
    """Empty the scope of a connection that goes back to the pool, whatever its user left behind."""
    connection.execute(
        "SELECT set_config('arledger.company', '', false), set_config('arledger.user', '', false)"
    )
    connection.commit()


def _alias(url: str, server_settings: dict[str, str]) -> dict[str, Any]:
    parts: dict[str, Any] = dict(conninfo_to_dict(url))
    alias = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", None) or "arledger",
        "USER": parts.pop("user", None) or "",
        "PASSWORD": parts.pop("password", None) or "",
        "HOST": parts.pop("host", None) or "",
        "PORT": str(parts.pop("port", None) or ""),
        "CONN_MAX_AGE": 0,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": parts,
    }
    options = [f"-c {name}={value}" for name, value in server_settings.items()]
    if options:
        parts["options"] = " ".join([parts.get("options", ""), *options]).strip()
    return alias
