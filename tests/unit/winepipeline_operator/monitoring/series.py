"""Made-up series, as promtool reads them: phases of so many minutes each."""

STEP_SECONDS = 15
OF = 'namespace="default", pipeline="albert", pod="albert-consumer-0", instance="10.0.0.1:8000"'


def grows(*phases: tuple[int, float | None]) -> str:
    """A counter: for so many minutes by so much a step."""
    total, values = 0.0, []
    for minutes, step in phases:
        for _ in range(minutes * 60 // STEP_SECONDS):
            total += step or 0.0
            values.append("_" if step is None else f"{total:.6g}")
    return " ".join(values)


def stands(*phases: tuple[int, float | None]) -> str:
    """A gauge: for so many minutes at a value."""
    return " ".join(
        "_" if value is None else f"{value:.6g}"
        for minutes, value in phases
        for _ in range(minutes * 60 // STEP_SECONDS)
    )


def climbs(*phases: tuple[int, float, float]) -> str:
    """A gauge: for so many minutes, from a value, by so much a step."""
    values = [
        f"{start + step * place:.6g}"
        for minutes, start, step in phases
        for place in range(minutes * 60 // STEP_SECONDS)
    ]
    return " ".join(values)


def late(*phases: tuple[int, float, float]) -> dict[str, str]:
    """The histogram of freshness: for so many minutes, so many events a step, so many of them in time."""
    name = "winepipeline_event_freshness_seconds"
    return {
        f"{name}_count{{{OF}}}": grows(*((minutes, every) for minutes, every, _ in phases)),
        f'{name}_bucket{{{OF}, le="30.0"}}': grows(*((minutes, good) for minutes, _, good in phases)),
    }


def up(component: str, *phases: tuple[int, float | None]) -> dict[str, str]:
    return {f'up{{{OF}, component="{component}"}}': stands(*phases)}
