//! Commits as the keeper makes them: a real session at rest, its journal entry, and one effect that leaves with it.

use std::sync::LazyLock;

use kyc_core::collection::Session;
use kyc_core::journal::{ChartName, Entry, Facts, Hash};
use kyc_core::testing::Given;
use kyc_core::testing::events::to_final;
use kyc_core::{Actor, Flow, Timestamp};
use kyc_persist::{Commit, Expected, Outgoing, OutgoingKind, Row};

/// The moment everything begins.
pub(crate) const BEGIN: Timestamp = Timestamp::from_millis(1_795_219_200_000);

/// The steps of one session, each following from the one before.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    row: Row,
    snapshot: String,
    version: Option<u32>,
    head: Hash,
    opened_at: Timestamp,
}

impl Steps {
    pub(crate) fn new(session: &str, opened_at: Timestamp) -> Self {
        Self {
            row: Row::collection(session.parse().unwrap()),
            snapshot: SNAPSHOT.clone(),
            version: None,
            head: Hash::ZERO,
            opened_at,
        }
    }

    /// Goes on where a row stands.
    pub(crate) fn at(session: &str, opened_at: Timestamp, version: u32, head: Hash) -> Self {
        Self {
            version: Some(version),
            head,
            ..Self::new(session, opened_at)
        }
    }

    pub(crate) const fn row(&self) -> &Row {
        &self.row
    }

    /// The next one. `due_at` is when its effect may be carried out.
    pub(crate) fn next(&mut self, due_at: Timestamp) -> Commit {
        let (expected, version) = match self.version {
            None => (Expected::Absent, 0),
            Some(version) => (Expected::At(version), version + 1),
        };
        let entry = Entry::chain(
            self.head,
            Facts {
                session: self.row.session.clone(),
                chart: ChartName::Collection,
                version,
                key: format!("key-{version}").parse().unwrap(),
                fingerprint: Hash::ZERO,
                at: self.opened_at,
                by: Actor::APPLICANT,
                event: if version == 0 {
                    "open"
                } else {
                    "capture_selfie"
                }
                .into(),
                from: "selfie".into(),
                to: "selfie_review".into(),
                effects: vec!["notify".into()],
            },
        );
        self.version = Some(version);
        self.head = entry.hash;
        Commit {
            expected,
            entry,
            snapshot: self.snapshot.clone(),
            outbox: vec![Outgoing {
                kind: OutgoingKind::Timer,
                body: BODY.into(),
                due_at,
            }],
        }
    }
}

/// Work as it waits in the outbox, about as long as real work is.
const BODY: &str = r#"{"effect":"remind","session":"0123456789abcdef0123456789abcdef","version":7,"state":"document_photo","number":1,"locale":"en"}"#;

/// How many bytes a commit asks a disk to keep, at least.
pub(crate) fn bytes_of(commit: &Commit) -> usize {
    let entry = serde_json::to_string(&commit.entry).unwrap();
    let outbox: usize = commit.outbox.iter().map(|work| work.body.len()).sum();
    commit.snapshot.len() + entry.len() + outbox
}

/// A session in the middle of its way, as it is kept: walked once, for a million of them.
static SNAPSHOT: LazyLock<String> = LazyLock::new(|| {
    let flow = Flow::manual_review();
    let given = Given::new(&flow).after(to_final().into_iter().take(7));
    let session: &Session = given.session();
    session.encode()
});
