"""OAuth of the marketplace: one application, one grant per seller, refresh tokens that work once.

The lives of access tokens are real seconds whatever the pace of trade: they belong to the HTTP session.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from tradelane.simulators.clock import real_seconds
from tradelane.simulators.mercadolibre.errors import error, invalid_grant
from tradelane.simulators.stage import Stage

SCHEMA = """
CREATE TABLE IF NOT EXISTS ml_application (client_id TEXT NOT NULL, client_secret TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ml_grants (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    refresh_token TEXT NOT NULL UNIQUE,
    expires_in INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS ml_access (token TEXT PRIMARY KEY, user_id INTEGER NOT NULL, until REAL NOT NULL);
"""

APPLICATION_ID = 7312504418836201
EXPIRES_IN = 21600
FIELDS = ("grant_type", "client_id", "client_secret", "refresh_token")


class Tokens:
    """Who may call, and on whose behalf."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        db = stage.connection()
        db.executescript(SCHEMA)
        if db.execute("SELECT 1 FROM ml_application").fetchone() is None:
            db.execute("INSERT INTO ml_application VALUES (?, ?)", (str(APPLICATION_ID), secrets.token_urlsafe(24)))

    def application(self) -> tuple[str, str]:
        """Client id and client secret."""
        row = self._db.execute("SELECT client_id, client_secret FROM ml_application").fetchone()
        return row["client_id"], row["client_secret"]

    def grant(self, user_id: int, expires_in: int = EXPIRES_IN) -> str:
        """A seller authorises (again): a fresh refresh token, the only one of this seller that works."""
        token = f"TG-{secrets.token_hex(16)}-{user_id}"
        with self._stage.transaction() as db:
            db.execute("DELETE FROM ml_grants WHERE user_id = ?", (user_id,))
            db.execute(
                "INSERT INTO ml_grants (user_id, refresh_token, expires_in) VALUES (?, ?, ?)",
                (user_id, token, expires_in),
            )
        return token

    def newest(self, user_id: int) -> str | None:
        """The one refresh token of a seller that works now."""
        row = self._db.execute("SELECT refresh_token FROM ml_grants WHERE user_id = ?", (user_id,)).fetchone()
        return None if row is None else str(row["refresh_token"])

    def kill_access_tokens(self) -> None:
        """All access tokens die early, as after a password change; refresh tokens live on."""
        self._db.execute("DELETE FROM ml_access")

    def refresh(self, form: Mapping[str, str]) -> Response:
        """Exchanges a refresh token: the old one is dead from this moment, answered or not."""
        missing = [name for name in FIELDS if not form.get(name)]
        if missing:
            return error(400, "invalid_request", f"the following params are mandatory: {', '.join(missing)}")
        if form["grant_type"] != "refresh_token":
            return error(400, "unsupported_grant_type", "grant_type must be refresh_token")
        if (form["client_id"], form["client_secret"]) != self.application():
            return error(400, "invalid_client", "invalid client_id or client_secret")
        row = self._db.execute(
            "SELECT user_id, expires_in FROM ml_grants WHERE refresh_token = ?", (form["refresh_token"],)
        ).fetchone()
        if row is None:
            return invalid_grant()
        user_id, expires_in = row["user_id"], row["expires_in"]
        access = f"APP_USR-{APPLICATION_ID}-{secrets.token_hex(16)}-{user_id}"
        renewed = self.grant(user_id, expires_in)
        self._db.execute("INSERT INTO ml_access VALUES (?, ?, ?)", (access, user_id, real_seconds() + expires_in))
        self._stage.record("mercadolibre", "refresh_token", str(user_id), {"expires_in": expires_in})
        return JSONResponse(
            {
                "access_token": access,
                "token_type": "bearer",
                "expires_in": expires_in,
                "scope": "offline_access read write",
                "user_id": user_id,
                "refresh_token": renewed,
            }
        )

    def caller(self, authorization: str | None) -> int | Response:
        """The seller a request speaks for, or the refusal."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() == "bearer" and not token.startswith("APP_USR-"):
            return error(400, "bad_request", "Malformed access_token: the token has an unknown format")
        row = self._db.execute("SELECT user_id, until FROM ml_access WHERE token = ?", (token,)).fetchone()
        if scheme.lower() != "bearer" or row is None or row["until"] <= real_seconds():
            return error(401, "invalid_token", "invalid access token")
        return int(row["user_id"])

    @property
    def _db(self) -> sqlite3.Connection:
        return self._stage.connection()
