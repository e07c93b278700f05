//! An installation on a disk: walked by a keeper of the test's own, then worked on by the program as an operator would.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use kyc_core::collection::{Event, Session};
use kyc_core::journal::Hash;
use kyc_core::{Actor, Chart, Flow, SessionId, Timestamp};
use kyc_persist::{
    Ask, Flows, Keeper, Kek, KeySource, Keyring, Outbound, Row, Safe, SealedStore, Settled,
    SledStore, Store, Wake,
};
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

pub(crate) const NOON: Timestamp = Timestamp::from_millis(1_795_262_400_000);

/// A store in a directory, and what belongs to it beside it.
pub(crate) struct Site {
    pub(crate) place: TempDir,
    is_sealed: bool,
}

impl Site {
    pub(crate) fn sealed() -> Self {
        Self {
            place: tempdir().unwrap(),
            is_sealed: true,
        }
    }

    pub(crate) fn unsealed() -> Self {
        Self {
            is_sealed: false,
            ..Self::sealed()
        }
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// The store as the server opens it. To be dropped before the program runs.
    pub(crate) async fn open(&self) -> Arc<dyn Store> {
        let store = SledStore::open(self.at("store")).unwrap();
        if !self.is_sealed {
            return Arc::new(store);
        }
        let vault = SledStore::open(self.at("store.vault")).unwrap();
        let file = self.at("store.key");
        let key = match file.exists() {
            true => KeySource::File(file).read().unwrap(),
            false => Kek::create(&file).unwrap(),
        };
        let safe = Safe::unlock(Arc::new(vault), Keyring::new(key))
            .await
            .unwrap();
        Arc::new(SealedStore::open(store, safe).await.unwrap())
    }

    /// What the program answers: exit code, output, complaint.
    pub(crate) fn run(&self, words: &[&str]) -> (i32, String, String) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_kyc-server"));
        program.env_clear().args(words);
        program.arg("--store");
        program.arg(format!("sled:{}", self.at("store").display()));
        if !self.is_sealed {
            program.arg("--unsealed");
        }
        let output = program.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (said, complained) = (text(output.stdout), text(output.stderr));
        assert!(!complained.contains("panicked"), "{complained}");
        (output.status.code().unwrap(), said, complained)
    }

    /// The directories and files of the store, and of its vault, as they are now.
    pub(crate) fn back_up(&self, to: &str) {
        let copy = |name: &str| {
            let (from, to) = (self.at(name), self.at(to).join(name));
            if from.is_dir() {
                copy_all(&from, &to);
            }
        };
        copy("store");
        copy("store.vault");
    }

    /// Puts back what was backed up.
    pub(crate) fn restore(&self, from: &str) {
        for name in ["store", "store.vault"] {
            let from = self.at(from).join(name);
            if from.is_dir() {
                std::fs::remove_dir_all(self.at(name)).unwrap();
                copy_all(&from, &self.at(name));
            }
        }
    }
}

fn copy_all(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_all(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

pub(crate) fn id(session: &str) -> SessionId {
    session.parse().unwrap()
}

pub(crate) fn row(session: &str) -> Row {
    Row::collection(id(session))
}

pub(crate) fn keeper(store: &Arc<dyn Store>) -> Keeper {
    let flows: Flows = [Flow::manual_review()].into_iter().collect();
    Keeper::new(Arc::clone(store), Arc::new(flows), Wake::new())
}

/// Opens a session.
pub(crate) async fn open(keeper: &Keeper, session: &str) {
    let flow = Flow::manual_review();
    let key = "open".parse().unwrap();
    keeper
        .open::<Session>(&flow, id(session), key, Hash::ZERO, Actor::INTEGRATOR, NOON)
        .await
        .unwrap();
}

/// Lets an event happen, from whom it may come.
pub(crate) async fn tell(keeper: &Keeper, session: &str, event: Value) {
    let event: Event = serde_json::from_value(event).unwrap();
    let version = keeper.load::<Session>(&id(session)).await.unwrap().unwrap();
    let ask = Ask {
        session: id(session),
        key: format!("k-{}", version.version()).parse().unwrap(),
        fingerprint: Hash::ZERO,
        expected: None,
        by: Actor {
            sender: Session::sender(&event),
            name: None,
        },
        event,
    };
    keeper.handle::<Session>(ask, NOON).await.unwrap();
}

/// A session of somebody who has said their name.
pub(crate) async fn walk(keeper: &Keeper, session: &str) {
    open(keeper, session).await;
    let consent = json!({ "version": "1", "locale": "en" });
    tell(
        keeper,
        session,
        json!({ "type": "start", "consent": consent }),
    )
    .await;
    let details = json!({
        "given_names": "Erika", "family_name": "Mustermann", "date_of_birth": "1964-08-12",
    });
    let event = json!({ "type": "submit_details", "details": details });
    tell(keeper, session, event).await;
}

/// Calls a session off and erases it.
pub(crate) async fn erase(keeper: &Keeper, session: &str) {
    tell(keeper, session, json!({ "type": "cancel" })).await;
    tell(keeper, session, json!({ "type": "erase" })).await;
}

/// Settles all that is due by then.
pub(crate) async fn settle_all(
    store: &dyn Store,
    now: Timestamp,
    settled: Settled,
) -> Vec<Outbound> {
    let mut all = Vec::new();
    loop {
        let leased = store.lease(now, now, 99).await.unwrap();
        if leased.is_empty() {
            return all;
        }
        for outbound in leased {
            store.settle(&outbound.lease, settled).await.unwrap();
            all.push(outbound);
        }
    }
}
