"""`winepipeline up`: the whole pipeline on this machine."""

import json
import sys
import time

from winepipeline_local.interrupt import Interrupt, Interrupted
from winepipeline_local.order import Flags, Order, order
from winepipeline_local.prometheus import find_prometheus
from winepipeline_local.ready_view import Ready, ready_view
from winepipeline_local.resource import pipeline_of, text_of
from winepipeline_local.run import Run
from winepipeline_local.started import process_start_seconds
from winepipeline_local.state import State
from winepipeline_local.summary import Summary
from winepipeline_local.summary_view import summary_view
from winepipeline_local.terminal import Terminal
from winepipeline_operator.environment import EMULATED_LOGIN
from winepipeline_process.exits import ExitCode


def up(flags: Flags) -> int:
    """Run until Ctrl-C, or as long as the flags say; returns the exit status.

    Raises:
        LocalError: something does not come up, or dies again and again.
    """
    begun = process_start_seconds()
    text = text_of(flags.file)
    wanted = order(pipeline_of(text, str(flags.file or "the bundled demo")), flags)
    terminal = Terminal.of(json=flags.json)
    if flags.prometheus:
        find_prometheus()  # before anything is started or forgotten
    with State.of(wanted.pipeline.metadata.name, flags.state) as state, Interrupt() as interrupt:
        if flags.fresh:
            state.forget()
        state.keep_resource(text)
        run = Run(wanted, state, terminal, interrupt)
        try:
            summary = _whole_run(run, wanted, terminal, begun)
        except Interrupted as now:
            run.kill()
            terminal.say("ended at once; the next run goes on from the last batch that was loaded")
            return now.exit_code
        except BaseException:
            run.abandon()
            raise
        finally:
            run.parts.stop()
    if flags.json:
        sys.stdout.write(json.dumps(summary.as_json()) + "\n")
    return ExitCode.OK if summary.audit_holds else ExitCode.CHECK_FAILED


def _whole_run(run: Run, wanted: Order, terminal: Terminal, begun: float) -> Summary:
    run.start()
    ready = _ready(run, wanted)
    prometheus = run.prometheus.address if run.prometheus else None
    addresses = {"bootstrap": ready.kafka, "emulator_port": _emulator_port(run), "prometheus": prometheus}
    run.state.note({"addresses": addresses})
    terminal.print(ready_view(ready, time.monotonic() - begun))
    with terminal:
        run.watch(wanted.flags.run_seconds)
    seconds = time.monotonic() - run.up_seconds
    with terminal.waiting("Stopping: producers first, then what is left is loaded (Ctrl-C again ends everything now)"):
        run.stop()
        observer = run.crew.observer
        first = observer.first_row_seconds
        summary = run.reckoning.finish(
            run.crew.cluster,
            observer.reading(),
            seconds,
            None if first is None else first - begun,
            run.crew.fleet.restarts,
        )
    terminal.print(summary_view(summary))
    return summary


def _emulator_port(run: Run) -> int | None:
    return run.parts.emulator.port if run.parts.emulator else None


def _ready(run: Run, wanted: Order) -> Ready:
    emulator = run.parts.emulator
    events, letters = run.parts.topics()
    if emulator is not None:
        user, password = EMULATED_LOGIN["SNOWFLAKE_USER"], EMULATED_LOGIN["SNOWFLAKE_PASSWORD"]
        account = EMULATED_LOGIN["SNOWFLAKE_ACCOUNT"]
        warehouse = (
            f"http://{emulator.address.host}:{emulator.port}  account {account}, user {user}, password {password}"
        )
    else:
        snowflake = wanted.pipeline.spec.warehouse.snowflake
        warehouse = f"Snowflake account {snowflake.account if snowflake else ''}"
    return Ready(
        kafka=run.parts.endpoints.bootstrap_servers,
        topics=(events.name, letters.name),
        warehouse=warehouse,
        table=run.reckoning.table,
        load=load_words(wanted),
        metrics=(
            *(
                (each.plan.name, f"http://127.0.0.1:{each.plan.metrics_port}/metrics")
                for each in run.crew.fleet.services
            ),
            *((("prometheus", run.prometheus.address),) if run.prometheus else ()),
        ),
        logs=f"{run.state.folder}/logs/",
        next_commands=(
            (wanted.flags.again("audit"), "in another terminal: is everything there, once?"),
            *history_commands(wanted),
            ("Ctrl-C", "stops in order, counts, and keeps the data for the next run"),
        ),
        unready=run.crew.fleet.unready(),
        checks=f"{wanted.flags.program} check -f {wanted.flags.file or run.state.folder / 'pipeline.yaml'}",
    )


def load_words(wanted: Order) -> str:
    """Which load to expect, where it comes in waves; empty where it is always the same, or none is made here."""
    producer, producers = wanted.pipeline.spec.producer, wanted.how_many.producers
    calm, rush = producer.calm, producer.events_per_second
    if not producers or calm is None or rush is None or rush <= calm.events_per_second:
        return ""
    return (
        f"{producers * rush:,.7g} events/s for {calm.after_seconds:g} s, "
        f"then {producers * calm.events_per_second:,.7g} for {calm.for_seconds:g} s, in turn"
    )


def history_commands(wanted: Order) -> tuple[tuple[str, str], ...]:
    """How to load the history that the resource asks for; a person's own command, as it is a Job's own pod."""
    backfill = wanted.pipeline.spec.backfill
    if backfill is None:
        return ()
    orders = backfill.days * backfill.orders_per_day
    return ((wanted.flags.again("backfill"), f"in another terminal: spec.backfill's {orders:,} orders, loaded once"),)
