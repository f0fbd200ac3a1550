"""rednotice office, node, migrate: the two programs, each on its own, as production runs them."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import structlog
import typer

from rednotice.adapters import folders
from rednotice.adapters.embedded import process
from rednotice.cli.client import RUNNING, Account, Program, accounts, keep_account
from rednotice.errors import CannotStart, InvalidInput, Unavailable

if TYPE_CHECKING:
    from fastapi import FastAPI

OFFICE_PORT = 8470
NODE_PORT = 8471
LEAF_PORT = 7422
LINK = "link.json"
EFFECTS = "effects.yaml"
COLLECT_AFTER = 10_000
"""Objects more than before, after which Python looks for cycles: a page of envelopes makes hundreds of thousands, of
which none is in one."""

ORIGIN = "rednotice.local/office"
Origin = Annotated[str, typer.Option(help="The name of the office in its log; never change it")]
Folder = Annotated[Path, typer.Option("--data", help="The folder of this program", show_default=False)]


def office(
    folder: Folder,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one")] = OFFICE_PORT,
    leaf_port: Annotated[int, typer.Option(min=0, max=65535, help="Where nodes connect; 0: any free one")] = LEAF_PORT,
    origin: Origin = ORIGIN,
    url: Annotated[str | None, typer.Option(help="Where nodes reach this office over HTTP, if not at --port")] = None,
) -> None:
    """Run the office. Engines are embedded unless REDNOTICE_DATABASE_URL and REDNOTICE_NATS_URL name others."""
    from rednotice.model.bureau import OFFICE
    from rednotice.office import OPERATOR, Office, OfficeSettings
    from rednotice.web.office import office_app

    if not origin.strip() or any(sign.isspace() or sign == "+" for sign in origin):
        raise InvalidInput.at("--origin", "has a blank or a +", "Use a name such as police.example/office", "command")
    listener = process.listen(port, "--port")
    settings = OfficeSettings(
        folder=folder,
        origin=origin,
        database_url=os.environ.get("REDNOTICE_DATABASE_URL"),
        nats_url=os.environ.get("REDNOTICE_NATS_URL"),
        nats_replicas=_replicas(),
        leaf_port=leaf_port,
        url=url or _url(listener),
    )
    _log_to(folders.prepare(folder) / "office.log")
    program = Office(settings)
    with _running(program):
        token = program.operator_token(known=_has_account(folder, OPERATOR))
        if token:
            keep_account(folder, Account(OPERATOR, OFFICE, "operator", token))
        more = {"key": str(program.key), "leaf_port": program.leaf_port}
        _serve(office_app(program), listener, folder, more, program.broken)


def node(
    folder: Folder,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one")] = NODE_PORT,
    line: Annotated[str, typer.Option(help="Host and port where the office takes nodes")] = f"127.0.0.1:{LEAF_PORT}",
    office: Annotated[
        str | None, typer.Option(help="Where the office answers over HTTP, if not where the link says")
    ] = None,
    peer: Annotated[
        list[str] | None, typer.Option(help="Another bureau's node, to compare checkpoints with; may be repeated")
    ] = None,
    compare_every: Annotated[float, typer.Option(min=0.5, help="Seconds between comparisons with the office")] = 3.0,
    show_key: Annotated[str | None, typer.Option(metavar="BUREAU", help="Print its public keys and end")] = None,
) -> None:
    """Run a bureau's node. Its folder holds link.json (from 'rednotice bureau add') and effects.yaml."""
    from rednotice.node import OPERATOR, Node, NodeSettings, line_key, node_signer
    from rednotice.web.node_api import node_app

    if show_key:
        typer.echo(f"--key '{node_signer(folder, show_key).verifier}' --line-key {line_key(folder)}")
        return
    listener = process.listen(port, "--port")
    folders.prepare(folder)
    link = folders.read_json(folder / LINK)
    if not link:
        raise CannotStart(f"{folder / LINK} is missing; the office's operator makes it with 'rednotice bureau add'")
    if link.get("line_key") != line_key(folder):
        raise CannotStart(
            f"{folder / LINK} is not for the line key of this folder; have the office's operator make another: "
            f"'rednotice bureau add' with what 'rednotice node --show-key {link.get('bureau', 'CODE')}' prints"
        )
    settings = NodeSettings(
        folder=folder,
        bureau=link["bureau"],
        node_key=link["node_key"],
        office_key=link["office_key"],
        line=line,
        effects=_effects(folder / EFFECTS, link["bureau"]),
        database_url=os.environ.get("REDNOTICE_DATABASE_URL"),
        nats_url=os.environ.get("REDNOTICE_NATS_URL"),
        office_url=office or link.get("office_url"),
        peers=tuple(peer or ()),
        compare_every=compare_every,
    )
    _log_to(folder / "node.log")
    program = Node(settings)
    with _running(program):
        token = program.operator_token(known=_has_account(folder, OPERATOR))
        if token:
            keep_account(folder, Account(OPERATOR, settings.bureau, "operator", token))
        _serve(node_app(program), listener, folder, {"bureau": settings.bureau}, program.broken)


def migrate(
    program: Annotated[Program, typer.Argument(help="office or node", show_default=False)],
    owner_url: Annotated[str, typer.Option(envvar="REDNOTICE_DATABASE_OWNER_URL", help="As the owner of the tables")],
    role: Annotated[str, typer.Option(help="The role that the program runs under")] = "rednotice",
) -> None:
    """Bring an external database to the shape that this version needs. Embedded ones are migrated at start."""
    from rednotice.adapters.postgres import connection, schema

    schema.migrate(connection.connect(owner_url), program, role)
    typer.echo(f"The {program}'s database is up to date; {role} may use it.")


def _url(listener: socket.socket) -> str:
    return f"http://{process.LOOPBACK}:{listener.getsockname()[1]}"


def _effects(path: Path, bureau: str) -> Any:
    from rednotice.adapters.request_file import read_file
    from rednotice.model.effect import EffectTable
    from rednotice.model.faults import parse

    if not path.exists():
        return EffectTable(country=bureau, ask=f"bureau {bureau}", effects=())
    return read_file(path).located(lambda content: parse(EffectTable, content, str(path)))


def _replicas() -> int:
    value = os.environ.get("REDNOTICE_NATS_REPLICAS", "1")
    if value not in ("1", "3", "5"):
        raise CannotStart(
            f"REDNOTICE_NATS_REPLICAS is {value!r}; 1, 3 or 5 was expected, as many servers must be there"
        )
    return int(value)


def _has_account(folder: Path, name: str) -> bool:
    return any(account.name == name for account in accounts(folder))


class _Program(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


@contextlib.contextmanager
def _running(program: _Program) -> Iterator[None]:
    # Until the server takes the signals over, they end the start in an orderly way.
    def end(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        try:
            program.start()
        except KeyboardInterrupt:
            raise typer.Exit from None
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        program.stop()


def _serve(
    app: FastAPI, listener: socket.socket, folder: Path, more: dict[str, Any], broken: Callable[[], str | None]
) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        """A server that leaves signals to us, says where it is only when it answers, and ends with its engines."""

        trouble: str | None = None

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            folders.write_json(folder / RUNNING, {"url": _url(listener), "pid": os.getpid(), **more})

        async def on_tick(self, counter: int) -> bool:
            if counter % 10 == 0:  # once a second
                self.trouble = broken()
            return await super().on_tick(counter) or self.trouble is not None

    spare_the_collector()
    server = Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5))

    def end(_: int, __: FrameType | None) -> None:
        server.should_exit = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        server.run(sockets=[listener])
    finally:
        (folder / RUNNING).unlink(missing_ok=True)
    if server.trouble:
        raise Unavailable(server.trouble)


def spare_the_collector() -> None:
    """Keeps Python from looking, again and again, through what a program loaded at its start and holds to its end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


def _log_to(path: Path) -> None:
    """Structured lines, without personal data, into a file of the program's folder."""
    try:
        file = path.open("a", encoding="utf-8", buffering=1)
    except OSError as error:
        raise CannotStart(f"{path} cannot be written ({error.strerror})") from None
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=file),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    logging.basicConfig(filename=path, level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
