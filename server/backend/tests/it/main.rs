//! Every use case on both databases: what is allowed, refused, forbidden, concurrent and rolled back.

#![expect(clippy::unwrap_used, reason = "a test whose world cannot be set up has nothing to say")]

mod account_care;
mod accounts;
mod agencies;
mod attendance;
mod audit;
mod audit_again;
mod audit_chain;
mod audit_drafts;
mod audit_size;
mod busy;
mod demo;
mod events;
mod existence;
mod figures;
mod figures_naive;
mod full_days;
mod imports;
mod imports_limits;
mod imports_lock;
mod imports_people;
mod live;
mod live_floor;
mod live_host;
mod live_rehearsal;
mod live_seats;
mod live_stays;
mod live_times;
mod meetings;
mod meetings_agenda;
mod meetings_check;
mod meetings_conduct;
mod meetings_entered;
mod meetings_lists;
mod meetings_record;
mod notices;
mod papers;
mod papers_limits;
mod people;
mod rooms;
mod rules;
mod second_factor;
mod sight;
mod sight_told;
mod support;
