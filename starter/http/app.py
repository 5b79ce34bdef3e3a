"""The app of the HTTP door: its routers, its guard, its problems, its document. Run by `running.py`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from starter.calls import Calls
from starter.http import (
    answer_pages,
    commands,
    hand_overs,
    health,
    heartbeats,
    intake,
    issues,
    listed,
    mail,
    maintenance,
    people,
    raising,
    slack,
    twilio,
)
from starter.http.document import document
from starter.http.doors import Doors
from starter.http.guard import Guard
from starter.http.problems import answer_problems

ROUTERS = (
    listed.router, issues.router, commands.router, intake.router, heartbeats.router, maintenance.router, people.router,
    hand_overs.router,
    raising.router, answer_pages.router, mail.router, slack.router, twilio.router, health.router,
)  # fmt: skip


def make_app(doors: Doors) -> FastAPI:
    """An app in this state, which is closed with it."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await doors.keys.look()
        yield
        doors.close()

    app = FastAPI(
        title="Escalon",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.doors = doors
    answer_problems(app, [*app.routes, *(route for router in ROUTERS for route in router.routes)])
    app.add_middleware(Guard, most_bytes=doors.settings.api_most_bytes, limits=doors.limits)
    app.add_middleware(Calls)  # the last is the outermost
    for router in ROUTERS:
        app.include_router(router)
    app.openapi = document(app)  # type: ignore[method-assign]
    return app
