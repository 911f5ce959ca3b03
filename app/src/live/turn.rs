//! The speaker's clock: who has the floor and for how long still, seen by everybody. Whoever directs prolongs or ends the turn.

use domain::live::{Direction, TURN_ENDS_SOON_SECONDS, Turn};
use leptos::prelude::*;

use super::table::Table;
use crate::meetings::words;
use crate::text::keys::*;
use crate::text::{self, t, tf};

/// What one press adds, in minutes.
const MORE_MINUTES: u32 = 2;

/// Minutes and seconds, or hours too; what is over without a sign.
pub(super) fn clock(seconds: i64) -> String {
    let seconds = seconds.abs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

impl Table {
    pub(super) fn turn_of_floor(self) -> Option<Turn> {
        self.state.with(|state| state.as_ref().and_then(|state| state.live.floor.and(state.live.turn)))
    }

    /// Seconds that whoever has the floor has still.
    fn turn_left(self) -> Option<i64> {
        self.turn_of_floor()?.left(self.now.get()?)
    }
}

/// The time left on the picture of whoever speaks, for everybody; said aloud at one minute and when it is over.
pub(super) fn plate(table: Table) -> impl IntoView {
    let left = Memo::new(move |_| table.turn_left());
    let spoken = Memo::new(move |_| match left.get() {
        Some(left) if left <= 0 => t(LIVE_TURN_OVER_SAID),
        Some(left) if left <= TURN_ENDS_SOON_SECONDS => t(LIVE_TURN_SOON_SAID),
        _ => "",
    });
    let shown = move || {
        let left = left.get()?;
        let of = table.turn_of_floor().and_then(|turn| Some((turn.ends? - turn.since).num_minutes()));
        let below = match left < 0 {
            true => t(LIVE_TURN_OVER).to_owned(),
            false => tf(LIVE_TURN_OF, &[("n", &of.unwrap_or_default())]),
        };
        Some(view! {
            <div
                class="cturn"
                class:is-soon=(0..=TURN_ENDS_SOON_SECONDS).contains(&left)
                class:is-over=left < 0
                role="timer"
                aria-live="off"
                aria-label=t(LIVE_TURN_TIMER)
            ><b class="num">{clock(left)}</b><small>{below}</small></div>
        })
    };
    // Who has the floor now, for those who do not see it; whoever has it is told by their own button.
    let holder = Memo::new(move |_| {
        let floor = table.state.with(|state| state.as_ref().and_then(|state| state.live.floor))?;
        (Some(floor) != table.seat.get()).then(|| format!("{}: {}", table.name(floor), t(LIVE_HAS_FLOOR)))
    });
    view! { {shown} <p class="vh" role="status">{spoken}</p> <p class="vh" role="status">{holder}</p> }
}

/// The turn, for whoever directs: who, since when, how long still, two minutes more, the end.
pub(super) fn panel(table: Table) -> impl IntoView {
    let floor =
        Memo::new(move |_| table.state.with(|state| state.as_ref().and_then(|state| state.live.floor)));
    let turn = Memo::new(move |_| table.turn_of_floor());
    let time = move || {
        let now = table.now.get()?;
        let turn = turn.get()?;
        let (seconds, below) = match turn.left(now) {
            Some(left) if left < 0 => (left, t(LIVE_TURN_OVER).to_owned()),
            Some(left) => {
                let whole = turn.ends.map(|ends| (ends - turn.since).num_minutes()).unwrap_or_default();
                (left, tf(LIVE_TURN_OF, &[("n", &whole)]))
            }
            None => ((now - turn.since).num_seconds(), t(LIVE_TURN_SPENT).to_owned()),
        };
        let spent = turn.spent_percent(now);
        let is_over = turn.left(now).is_some_and(|left| left < 0);
        let is_soon = turn.left(now).is_some_and(|left| (0..=TURN_ENDS_SOON_SECONDS).contains(&left));
        Some(view! {
            <div class="cspeaker__time" class:is-over=is_over class:is-soon=is_soon>
                <b class="num" role="timer" aria-live="off" aria-label=t(LIVE_TURN_TIMER)>{clock(seconds)}</b>
                <small>{below}</small>
            </div>
            {spent.map(|spent| view! { <i class="cspeaker__bar" style=format!("--v:{spent}")></i> })}
        })
    };
    let who = move || {
        let seat = floor.get()?;
        let since = turn.get().map(|turn| text::time(words::local(turn.since).time()));
        let said = since.map(|time| tf(LIVE_TURN_SINCE, &[("time", &time)]));
        Some(
            view! { <p>{said.unwrap_or_else(|| t(LIVE_HAS_FLOOR).to_owned())}</p> <b>{table.name(seat)}</b> },
        )
    };
    // A turn without end has all the time there is.
    let has_end = Memo::new(move |_| turn.with(|turn| turn.is_some_and(|turn| turn.ends.is_some())));
    let more = move || {
        has_end.get().then(|| {
            view! {
                <button
                    class="btn btn--secondary"
                    r#type="button"
                    on:click=move |_| table.direct(Direction::MoreTime(MORE_MINUTES))
                >{tf(LIVE_TURN_MORE, &[("n", &MORE_MINUTES)])}</button>
            }
        })
    };
    move || match floor.get() {
        None => view! { <div class="cspeaker cspeaker--none"><p>{t(LIVE_NO_FLOOR)}</p></div> }.into_any(),
        Some(_) => view! {
            <div class="cspeaker">
                <div class="cspeaker__who">{who}</div>
                {time}
                <div class="cspeaker__acts">
                    {more}
                    <button
                        class="btn btn--secondary"
                        r#type="button"
                        on:click=move |_| table.direct(Direction::Floor(None))
                    >{t(LIVE_TURN_END)}</button>
                </div>
            </div>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn a_clock_reads_as_a_clock() {
        assert_eq!(
            [0, 59, 60, 421, -20, 3_661].map(clock),
            ["00:00", "00:59", "01:00", "07:01", "00:20", "1:01:01"]
        );
    }
}
