//! A backup is taken, people are erased, and the backup is put back: they stay erased, and nobody else does.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kyc_persist::{
    Blobs, KeySource, Keyring, PostgresStore, RedbStore, Row, Safe, SealedStore, SledStore, Store,
    StoreError, Vault,
};
use serde_json::Value;

use crate::adapters::Adapter;
use crate::kills::Installation;
use crate::people::{self, REVIEWERS, Reach as _, Request, There};
use crate::program::{self, Program};
use crate::report::Line;
use crate::{Terms, run, server, walker};

/// How long an erasure may take until it has arrived everywhere.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many photos [`walker::arrive`] hands in.
const PHOTOS: usize = 3;

/// How the backup is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A copy of the directory, or `pg_dump`.
    Copied,
    /// `kyc-server store export`.
    Exported,
}

pub(crate) fn run_all(terms: &Terms) -> Vec<Line> {
    let database = server::Place::new();
    let mut lines = Vec::new();
    for adapter in Adapter::LASTING {
        let ways = match adapter {
            Adapter::Redb => terms.pick(&[Way::Exported][..], &[Way::Copied, Way::Exported]),
            _ => terms.pick(&[Way::Copied][..], &[Way::Copied, Way::Exported]),
        };
        for way in ways {
            let people = terms.pick(2, 25);
            let installation = Installation::new(adapter, true, &database);
            let counts = Tried::new(&installation, *way, people).told();
            lines.push(Line::told(adapter.called(true), counts));
        }
        refuses_what_is_not_sealed(adapter, &database);
    }
    lines
}

/// One installation, and its backups.
struct Tried<'a> {
    installation: &'a Installation,
    way: Way,
    program: Program,
    /// How many people are erased, and how many are not.
    people: usize,
}

/// Somebody whose session was handed in.
struct Person {
    session: String,
    /// What the company and the reviewer read of them.
    read: [Value; 2],
}

impl<'a> Tried<'a> {
    fn new(installation: &'a Installation, way: Way, people: usize) -> Self {
        let folder = installation.folder.path();
        Self {
            installation,
            way,
            program: Program::new(folder, "server", &installation.words),
            people,
        }
    }

    fn told(mut self) -> Vec<(&'static str, String)> {
        let begun = Instant::now();
        let [erased, others] = run(self.arrive());
        self.program.kill();
        self.back_up();
        run(self.erase(&erased));
        self.program.kill();
        let list = self.at("erased.jsonl");
        let exported = self.ask(&["erasures", "export"], &["--store", "--vault", "--key"]);
        std::fs::write(&list, &exported.stdout).unwrap();
        let lines = exported.stdout.split(|byte| *byte == b'\n').count() - 1;
        assert_eq!(
            lines,
            2 * self.people,
            "a line for each session and each case"
        );

        // The store and the images come back, and the vault was kept apart: there is nothing to read them with.
        self.put_back("store");
        let unreadable = run(self.look(&erased, &others, false));
        // Whoever puts back the vault as well has brought them back, and the list erases them again.
        self.put_back("store");
        self.put_back("vault");
        let brought_back = run(self.count_readable(&erased));
        assert_eq!(
            brought_back, self.people,
            "a vault of before the erasure has its keys"
        );
        self.put_back("store");
        self.put_back("vault");
        let file = list.as_str();
        self.ask(
            &["erasures", "apply", file],
            &["--store", "--vault", "--key"],
        );
        let again = run(self.look(&erased, &others, true));
        self.ask(
            &["erasures", "apply", file],
            &["--store", "--vault", "--key"],
        );
        vec![
            ("backup", format!("{:?}", self.way).to_lowercase()),
            ("erased", self.people.to_string()),
            ("unreadable without their keys", unreadable.to_string()),
            ("brought back with the vault", brought_back.to_string()),
            ("erased again by the list", again.to_string()),
            ("others whole", others.len().to_string()),
            ("seconds", begun.elapsed().as_secs().to_string()),
        ]
    }

    /// People who stay and people who go, all with images and a case.
    async fn arrive(&mut self) -> [Vec<Person>; 2] {
        self.program.start().await;
        let (there, cookie) = self.sign_in().await;
        let mut groups = [Vec::new(), Vec::new()];
        for (group, people) in ["erased", "other"].into_iter().zip(&mut groups) {
            for number in 0..self.people {
                let session = walker::arrive(&there, &format!("{group}-{number}")).await;
                until(async || {
                    let case = there.send(&people::case(&session, &cookie)).await.unwrap();
                    (case.body["case"]["state"] == "in_review").then_some(())
                })
                .await;
                let read = [people::read(&session), people::case(&session, &cookie)];
                let [session_read, case_read] = read.each_ref().map(|one| there.send(one));
                let read = [session_read.await, case_read.await].map(|read| read.unwrap().body);
                people.push(Person { session, read });
            }
        }
        groups
    }

    async fn sign_in(&self) -> (There, String) {
        let there = self.program.reach();
        let signed_in = there.send(&people::login(REVIEWERS[0])).await.unwrap();
        (there, signed_in.cookie.unwrap())
    }

    /// Over HTTP, until session and case have forgotten.
    async fn erase(&mut self, people: &[Person]) {
        self.program.start().await;
        let (there, cookie) = self.sign_in().await;
        for Person { session, .. } in people {
            for request in [people::cancel(session, "cancel"), people::erase(session)] {
                let answer = there.send(&request).await.unwrap();
                assert!(answer.is_done(), "{request:?} answered {answer:?}");
            }
            until(async || {
                let journal = there
                    .send(&people::journal(session, &cookie))
                    .await
                    .unwrap();
                let entries = journal.body["review"]["entries"].as_array()?;
                (entries.last()?["event"] == "erase").then_some(())
            })
            .await;
        }
    }

    /// What a server on the restored store answers, and what lies in it. Tells how many nobody can read.
    async fn look(&mut self, erased: &[Person], others: &[Person], with_vault: bool) -> usize {
        self.program.start().await;
        let (there, cookie) = self.sign_in().await;
        for Person { session, .. } in erased {
            let mut asked = vec![people::read(session), people::case(session, &cookie)];
            asked.extend((0..PHOTOS).map(|number| people::image(session, &cookie, number)));
            for request in asked {
                assert_eq!(status(&there, &request).await, 404, "{request:?}");
            }
        }
        for person in others {
            let session = &person.session;
            let read = there.send(&people::read(session)).await.unwrap();
            let case = there.send(&people::case(session, &cookie)).await.unwrap();
            assert_eq!([read.body, case.body], person.read, "{session}");
            for number in 0..PHOTOS {
                let request = people::image(session, &cookie, number);
                assert_eq!(status(&there, &request).await, 200, "{request:?}");
            }
        }
        self.program.kill();

        let (store, blobs) = self.open().await;
        let is_erased =
            |answer: Result<bool, StoreError>| matches!(answer, Err(StoreError::Erased));
        for Person { session, .. } in erased {
            let session: kyc_core::SessionId = session.parse().unwrap();
            for row in [
                Row::collection(session.clone()),
                Row::review(session.clone()),
            ] {
                let loaded = store.load(&row).await.map(|kept| kept.is_some());
                assert!(is_erased(loaded), "{row}, with its vault: {with_vault}");
            }
            for number in 0..PHOTOS {
                let blob = people::digest(number).parse().unwrap();
                let got = blobs
                    .get(&session, &blob)
                    .await
                    .map(|bytes| bytes.is_some());
                assert!(is_erased(got), "image {number} of {session}");
            }
        }
        erased.len()
    }

    async fn count_readable(&mut self, people: &[Person]) -> usize {
        self.program.start().await;
        let there = self.program.reach();
        let mut readable = 0;
        for Person { session, .. } in people {
            readable += usize::from(status(&there, &people::read(session)).await == 200);
        }
        self.program.kill();
        readable
    }

    /// Store and images as they lie there, past the server.
    async fn open(&self) -> (Box<dyn Store>, Blobs) {
        let key = KeySource::File(
            self.word("--key")
                .unwrap_or_else(|| self.at("store.key"))
                .into(),
        );
        let keyring = Keyring::new(key.read().unwrap());
        let place = self.at("store");
        let vault = self.at("store.vault");
        let blobs = Blobs::local(self.at("blobs")).unwrap();
        let unlock = async |vault: Arc<dyn Vault>| Safe::unlock(vault, keyring).await.unwrap();
        let (store, safe): (Box<dyn Store>, Safe) = match &self.installation.schemas {
            Some((store, vault)) => {
                let vault = PostgresStore::open(vault.url()).await.unwrap();
                let safe = unlock(Arc::new(vault)).await;
                let store = PostgresStore::open(store.url()).await.unwrap();
                (
                    Box::new(SealedStore::open(store, safe.clone()).await.unwrap()),
                    safe,
                )
            }
            None if self.installation.adapter == Adapter::Sled => {
                let safe = unlock(Arc::new(SledStore::open(vault).unwrap())).await;
                let store = SledStore::open(place).unwrap();
                (
                    Box::new(SealedStore::open(store, safe.clone()).await.unwrap()),
                    safe,
                )
            }
            None => {
                let safe = unlock(Arc::new(RedbStore::open(vault).unwrap())).await;
                let store = RedbStore::open(place).unwrap();
                (
                    Box::new(SealedStore::open(store, safe.clone()).await.unwrap()),
                    safe,
                )
            }
        };
        (store, blobs.sealed(safe))
    }

    /// Of everything, the vault in a place of its own.
    fn back_up(&self) {
        for what in ["store", "vault"] {
            let backup = self.at(&format!("backup-{what}"));
            match (self.way, self.schema(what)) {
                (Way::Exported, _) => {
                    let store = self.words_for(what);
                    let words = ["store", "export", "--store", &store, "--to"];
                    self.call(&words, &backup);
                }
                (Way::Copied, Some(schema)) => dump(schema, &backup),
                (Way::Copied, None) => copy(&self.directory(what), &backup),
            }
        }
        copy(&self.at("blobs"), &self.at("backup-blobs"));
    }

    /// In the place of what is there: the store with its images, or the vault.
    fn put_back(&self, what: &str) {
        let backup = self.at(&format!("backup-{what}"));
        match (self.way, self.schema(what)) {
            (Way::Exported, schema) => {
                match schema {
                    Some(schema) => clear(schema),
                    None => std::fs::remove_dir_all(self.directory(what)).unwrap(),
                }
                let store = self.words_for(what);
                self.call(&["store", "import", "--store", &store, "--from"], &backup);
            }
            (Way::Copied, Some(schema)) => restore(schema, &backup),
            (Way::Copied, None) => copy(&backup, &self.directory(what)),
        }
        if what == "store" {
            copy(&self.at("backup-blobs"), &self.at("blobs"));
        }
    }

    fn at(&self, name: &str) -> String {
        let path = self.installation.folder.path().join(name);
        path.to_str().unwrap().to_owned()
    }

    fn directory(&self, what: &str) -> String {
        self.at(match what {
            "vault" => "store.vault",
            _ => "store",
        })
    }

    fn schema(&self, what: &str) -> Option<&server::Place> {
        let (store, vault) = self.installation.schemas.as_ref()?;
        Some(if what == "vault" { vault } else { store })
    }

    /// How the store or the vault is named on the command line.
    fn words_for(&self, what: &str) -> String {
        match self.schema(what) {
            Some(schema) => schema.url().to_owned(),
            None => format!(
                "{}:{}",
                self.installation.adapter.name(),
                self.directory(what)
            ),
        }
    }

    /// What stands behind that word when the server is started.
    fn word(&self, word: &str) -> Option<String> {
        let words = &self.installation.words;
        let place = words.iter().position(|found| found == word)?;
        words.get(place + 1).cloned()
    }

    /// Does a task of an operator, with these words of the server's.
    fn ask(&self, task: &[&str], words: &[&str]) -> Output {
        let mut all: Vec<_> = task.iter().map(ToString::to_string).collect();
        for word in words {
            if let Some(value) = self.word(word) {
                all.extend([(*word).to_owned(), value]);
            }
        }
        let output = Command::new(program::binary()).args(&all).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{task:?}: {said}");
        output
    }

    fn call(&self, words: &[&str], file: &str) {
        let words: Vec<_> = words.iter().copied().chain([file]).collect();
        self.ask(&words, &[]);
    }
}

/// Where nothing is sealed, nothing reaches a backup, and an operator is told so.
fn refuses_what_is_not_sealed(adapter: Adapter, database: &server::Place) {
    let installation = Installation::new(adapter, false, database);
    let mut program = Program::new(installation.folder.path(), "server", &installation.words);
    run(program.start());
    program.kill();
    let told = Command::new(program::binary())
        .args(["erasures", "export", "--unsealed"])
        .args(&installation.words[..2])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&told.stderr);
    assert!(
        !told.status.success() && said.contains("reaches no backup"),
        "{said}"
    );
}

async fn status(there: &There, request: &Request) -> u16 {
    there.send(request).await.unwrap().status
}

/// Asks until there is an answer.
async fn until<T>(ask: impl AsyncFn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "it does not come about");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn dump(place: &server::Place, file: &str) {
    let mut dump = Command::new(server::programs().join("pg_dump"));
    dump.args(["--schema", schema(place), "--file", file, place.url()]);
    assert!(dump.status().unwrap().success(), "pg_dump");
}

/// What was dumped, and nothing that was in its place.
fn restore(place: &server::Place, file: &str) {
    psql(
        place,
        &[
            "--command",
            &format!("drop schema {} cascade", schema(place)),
        ],
    );
    psql(place, &["--file", file]);
}

fn clear(place: &server::Place) {
    let schema = schema(place);
    let anew = format!("drop schema {schema} cascade; create schema {schema}");
    psql(place, &["--command", &anew]);
}

fn psql(place: &server::Place, words: &[&str]) {
    let mut psql = Command::new(server::programs().join("psql"));
    psql.args(["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1"])
        .args(words)
        .arg(place.url())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    assert!(psql.status().unwrap().success(), "psql {words:?}");
}

fn schema(place: &server::Place) -> &str {
    let (_, schema) = place.url().rsplit_once("search_path%3D").unwrap();
    schema
}

/// The directory as it is, and nothing that was in its place.
fn copy(from: &str, to: &str) {
    if Path::new(to).exists() {
        std::fs::remove_dir_all(to).unwrap();
    }
    let status = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(status.unwrap().success(), "cp {from}");
}
