//! Parts that every feature builds its pages from. They know how things look and are operated, and no word of the
//! offices: texts come in as arguments. Class names are those of `style/`.

pub mod badge;
pub mod card;
pub mod choice;
pub mod combo;
pub mod dialog;
pub mod empty;
pub mod field;
pub mod icon;
pub mod load;
pub mod meter;
pub mod notice;
pub mod pager;
pub mod rows;
pub mod told;

use leptos::prelude::*;

pub use badge::{Badge, BadgeTone, FormLabel, StageBadge};
pub use card::{Avatar, Card, Chip, PageHead};
pub use choice::{Choice, Seg, SegLinks};
pub use combo::Combo;
pub use dialog::Dialog;
pub use empty::Empty;
pub use field::{Field, Password, Select, TextArea, textarea_text};
pub use icon::Icon;
#[cfg(feature = "hydrate")]
pub use load::keep_fresh;
pub use load::{Json, Loaded, loaded, loaded_alone, loaded_page, missing, named, resource, resource_of};
pub use meter::{Delta, DurationMeter, Gauge};
pub use notice::{Notice, Tone};
pub use pager::Pager;
pub use rows::rows;
pub use told::{Told, told};

/// Whether the page is hydrated by now. On the server, without script, and in the first moment of the script it is not, so that all
/// three draw the same.
pub fn hydrated() -> ReadSignal<bool> {
    let (is_hydrated, set) = signal(false);
    Effect::new(move |_| set.set(true));
    is_hydrated
}

/// Words that may be missing: a hint, what is wrong with a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Option<String>);

impl From<&str> for Words {
    fn from(words: &str) -> Self {
        Self(Some(words.to_owned()))
    }
}

impl From<String> for Words {
    fn from(words: String) -> Self {
        Self(Some(words))
    }
}

impl From<Option<String>> for Words {
    fn from(words: Option<String>) -> Self {
        Self(words)
    }
}

impl From<Option<&str>> for Words {
    fn from(words: Option<&str>) -> Self {
        Self(words.map(str::to_owned))
    }
}
