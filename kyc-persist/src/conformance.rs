//! The promises of a store, each as a named test: the list exists once, and an adapter of your own needs three lines.
//!
//! ```no_run
//! # // The lines below stand in a file of your `tests` directory.
//! use kyc_persist::SledStore;
//!
//! kyc_persist::conformance!(tempfile::tempdir().unwrap(), async |place| SledStore::open(place).unwrap());
//! # fn main() {}
//! ```

#![expect(
    clippy::unwrap_used,
    reason = "a suite panics where a promise is broken"
)]

mod archives;
mod commits;
mod faults;
mod grants;
mod listings;
mod outbox;
mod races;

use std::marker::PhantomData;

use kyc_core::journal::{Entry, Facts, Hash};
use kyc_core::{Actor, Key, SessionId, Timestamp};

use crate::{Commit, Expected, Grants, Outgoing, OutgoingKind, Row, Store};

pub use self::faults::{Fault, Faults, FaultyStore, FaultyVault};
#[doc(hidden)]
pub use self::{archives::*, commits::*, grants::*, listings::*, outbox::*, races::*};

/// Writes the suite as tests of one adapter: `$place` makes a place that is empty, and is dropped after the case; `$open`
/// opens the store that is kept there, again and again, never twice at the same time.
#[macro_export]
macro_rules! conformance {
    ($place:expr, $open:expr $(,)?) => {
        $crate::conformance_cases! { conformance_tests, $place, $open }
    };
}

/// The list of cases, for whoever wants to do something else with it than [`conformance!`] does.
#[macro_export]
macro_rules! conformance_cases {
    ($with:ident, $place:expr, $open:expr) => {
        $crate::$with! { $place, $open;
            a_commit_is_loaded_back
            a_row_that_was_never_committed_is_not_there
            a_stale_commit_is_refused_and_changes_nothing
            a_commit_that_does_not_follow_is_refused_and_changes_nothing
            a_commit_repeated_under_its_key_changes_nothing
            a_key_is_known_to_its_own_row_only
            a_retry_after_a_lost_answer_gets_the_same_entry
            the_journal_is_in_order_without_gaps_and_its_chain_holds
            text_comes_back_as_it_was
            a_snapshot_grows_and_shrinks
            text_that_is_too_long_is_refused_and_changes_nothing
            rows_whose_names_begin_alike_are_kept_apart
            a_reopened_store_has_everything
            of_two_first_commits_one_wins
            five_writers_of_ten_events_each_leave_fifty_journal_lines
            sixty_four_commits_at_once_are_all_answered
            a_stale_commit_among_many_fails_alone
            a_dropped_commit_is_whole_or_undone
            what_a_reader_sees_is_of_one_moment
            effects_appear_with_their_commit_or_not_at_all
            effects_are_leased_once_and_settled_for_good
            effects_of_one_row_are_leased_in_order
            effects_of_other_rows_do_not_wait
            a_failed_effect_comes_again_and_holds_back_those_behind_it
            a_dead_effect_is_kept_apart_and_lets_the_next_one_go
            a_dead_effect_that_is_put_back_has_its_name_and_all_its_attempts
            an_effect_that_is_put_back_goes_before_those_behind_it
            what_was_given_up_is_listed_from_a_name_on
            timers_are_leased_when_they_are_due_and_hold_back_nobody
            notices_of_one_row_to_one_receiver_are_leased_in_order_and_hold_back_nothing_else
            a_notice_that_fails_or_is_put_back_holds_back_those_behind_it_alone
            a_lease_that_ran_out_goes_to_somebody_else_for_good
            a_lease_takes_the_longest_due_first_and_no_more_than_its_limit
            two_couriers_never_hold_the_same_work
            a_listing_shows_one_chart_in_the_order_of_opening
            a_listing_by_state_follows_the_rows
            pages_stay_where_they_are_while_rows_are_opened
            a_page_has_no_more_rows_than_the_longest
            a_grant_is_found_until_it_expires
            a_code_is_taken_once
            a_grant_put_again_replaces_the_earlier_one
            revoking_a_subject_takes_back_all_its_grants_and_no_other
            a_sweep_forgets_what_holds_no_longer
            a_grant_with_a_long_subject_is_refused
        }
    };
}

/// Writes what is promised of an [`Archive`](crate::archive::Archive) as tests of one adapter, as [`conformance!`] does.
#[macro_export]
macro_rules! archive_conformance {
    ($place:expr, $open:expr $(,)?) => {
        $crate::conformance_tests! { $place, $open;
            everything_moves_out_and_is_told_alike_in_pages_of_any_size
            everything_moves_in_and_goes_on_as_if_nothing_had_happened
            an_import_that_breaks_off_is_continued_by_the_same_file_and_no_other
            a_store_that_is_not_empty_takes_nothing
            of_two_that_import_at_once_one_goes_on
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($place:expr, $open:expr; $($case:ident)*) => {$(
        #[test]
        fn $case() {
            $crate::conformance::Place::new($place, $open).try_out(async |place| {
                $crate::conformance::$case(place).await;
            });
        }
    )*};
}

/// Where a case finds its stores.
#[expect(async_fn_in_trait, reason = "awaited where it is called, never sent")]
pub trait Stores {
    /// The store that is tried out.
    type Store: Store + Grants + 'static;

    /// Opens the store; what an earlier one has kept is there.
    async fn open(&self) -> Self::Store;
}

/// A place, and how a store is opened there.
#[derive(Debug)]
pub struct Place<P, F, S> {
    place: P,
    open: F,
    store: PhantomData<fn() -> S>,
}

impl<P, F: AsyncFn(&P) -> S, S: Store + Grants + 'static> Place<P, F, S> {
    /// An empty place.
    pub const fn new(place: P, open: F) -> Self {
        Self {
            place,
            open,
            store: PhantomData,
        }
    }

    /// Runs one case on a runtime of its own.
    ///
    /// # Panics
    ///
    /// When the promise is broken.
    pub fn try_out(self, case: impl AsyncFnOnce(&Self)) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(case(&self));
    }
}

impl<P, F: AsyncFn(&P) -> S, S: Store + Grants + 'static> Stores for Place<P, F, S> {
    type Store = S;

    async fn open(&self) -> S {
        (self.open)(&self.place).await
    }
}

/// A moment that lies that many milliseconds after the day the cases happen on.
pub(crate) fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(1_795_219_200_000 + millis)
}

pub(crate) fn id(session: &str) -> SessionId {
    session.parse().expect("a session id")
}

pub(crate) fn key(key: &str) -> Key {
    key.parse().expect("a key")
}

/// A commit that opens `row`.
pub(crate) fn first(row: &Row) -> Commit {
    step(row, Expected::Absent, Hash::ZERO, "open", "welcome")
}

/// A commit that continues after `before`.
pub(crate) fn after(before: &Commit, name: &str) -> Commit {
    let facts = &before.entry.facts;
    step(
        &before.row(),
        Expected::At(facts.version),
        before.entry.hash,
        name,
        &facts.to,
    )
}

/// A commit under the key `name`, whose snapshot tells its name as well.
pub(crate) fn step(row: &Row, expected: Expected, prev: Hash, name: &str, to: &str) -> Commit {
    let version = match expected {
        Expected::Absent => 0,
        Expected::At(version) => version + 1,
    };
    let facts = Facts {
        session: row.session.clone(),
        chart: row.chart,
        version,
        key: key(name),
        fingerprint: Hash::ZERO,
        at: at(version.into()),
        by: Actor::APPLICANT,
        event: "walk".into(),
        from: "welcome".into(),
        to: to.into(),
        effects: vec![],
    };
    Commit {
        expected,
        entry: Entry::chain(prev, facts),
        snapshot: format!("{{\"name\":\"{name}\",\"version\":{version}}}"),
        outbox: vec![],
    }
}

impl Commit {
    /// The same commit, opened or taken at another moment.
    pub(crate) fn taken_at(mut self, moment: Timestamp) -> Self {
        self.entry.facts.at = moment;
        self.entry = Entry::chain(self.entry.prev, self.entry.facts);
        self
    }

    /// The same commit, with work that leaves with it.
    pub(crate) fn with(mut self, kind: OutgoingKind, body: &str, due_at: Timestamp) -> Self {
        self.outbox.push(Outgoing {
            kind,
            body: body.into(),
            due_at,
        });
        self
    }
}
