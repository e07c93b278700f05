//! What was asked of the kernel between a request and its answer: what the request said was written to the store's file,
//! and a sync of that very file was done, before the first byte of the answer.
//!
//! Each request has a key that nothing else has, and every commit writes it down, so that in the bytes that were written
//! it is seen whose they are.

use serde_json::{Value, json};

use crate::adapters::Adapter;
use crate::kills::Installation;
use crate::people::{self, Reach as _, There};
use crate::program::Program;
use crate::report::Line;
use crate::seed::Seed;
use crate::strace::{Call, Strace, family};
use crate::{Terms, run, server};

/// How many steps a session has, the last of which ends it.
const STEPS: usize = 12;

const WATCHED: &str = "trace=read,recvfrom,write,writev,sendto,pwrite64,pwritev,fsync,fdatasync";
const SYNCS: [&str; 2] = ["fsync", "fdatasync"];
const WRITES: [&str; 3] = ["write", "pwrite64", "pwritev"];

pub(crate) fn run_all(terms: &Terms) -> Vec<Line> {
    // Its processes are watched, so that it has to be our own.
    let mut database = server::Place::started(&[]);
    let mut lines = Vec::new();
    for adapter in Adapter::LASTING {
        for sealed in [true, false] {
            let installation = Installation::new(adapter, sealed, &database);
            let seed = terms.seed.part(&adapter.called(sealed));
            let sessions = terms.pick(2, 40);
            let also = (adapter == Adapter::Postgres).then(|| database.server().process());
            let counts = run(watch(&installation, adapter, also, seed, sessions));
            lines.push(Line::told(adapter.called(sealed), counts));
        }
    }
    lines
}

async fn watch(
    installation: &Installation,
    adapter: Adapter,
    also: Option<u32>,
    seed: Seed,
    sessions: usize,
) -> Vec<(&'static str, String)> {
    let folder = installation.folder.path();
    let mut program = Program::new(folder, "server", &installation.words);
    program.start().await;
    // The database's connections are processes of their own, which are there by now.
    let mut watched: Vec<_> = also.into_iter().flat_map(family).collect();
    watched.extend(program.process());
    let there = program.reach();
    let strace = Strace::attach(&watched, &["-e", WATCHED]);
    let mut keys = Vec::new();
    for session in 0..sessions {
        walk(&there, seed.at(session as u64), &mut keys).await;
    }
    let calls = strace.detach();
    program.kill();
    let is_of_store = |path: &str| match adapter {
        Adapter::Sled | Adapter::Redb => path.ends_with("/store/kyc.log"),
        Adapter::Postgres => path.contains("/pg_wal/"),
        Adapter::Memory => false,
    };
    let syncs = calls.iter().filter(|call| call.is_a(&SYNCS));
    let syncs = syncs.filter(|call| is_of_store(call.path())).count();
    for key in &keys {
        let proof = Proof::of(key, &calls, is_of_store);
        assert_eq!(proof, Proof::Synced, "{key}");
    }
    vec![
        ("acknowledged", keys.len().to_string()),
        ("before their sync", "0".into()),
        ("syncs of the store", syncs.to_string()),
        ("calls looked at", calls.len().to_string()),
    ]
}

/// One session from its beginning to its end, each step under a key that is in nothing else.
async fn walk(there: &There, seed: u64, keys: &mut Vec<String>) {
    let done = async |request| {
        let answer = there.send(&request).await.unwrap();
        assert!(answer.is_done(), "{request:?} answered {answer:?}");
        answer
    };
    let opened = done(people::open(&format!("open-{seed:016x}"))).await;
    let exchanged = done(people::exchange(opened.text("link"))).await;
    let (session, token) = (opened.text("session"), exchanged.text("token"));
    let mut key = || {
        keys.push(format!("proof-{seed:016x}-{}", keys.len()));
        keys.last().unwrap().clone()
    };
    for seen in 0..STEPS - 1 {
        let event = step(seen);
        let seen = u32::try_from(seen).unwrap();
        done(people::event(session, token, seen, &key(), &event)).await;
    }
    done(people::cancel(session, &key())).await;
}

fn step(number: usize) -> Value {
    match number {
        0 => json!({ "type": "start", "consent": { "version": "1", "locale": "en" } }),
        1 => json!({ "type": "submit_details", "details": {
            "given_names": "Erika", "family_name": "Mustermann", "date_of_birth": "1984-08-12",
        }}),
        even if even.is_multiple_of(2) => {
            json!({ "type": "select_document", "country": "DE", "document": "id_card" })
        }
        _ => json!({ "type": "back" }),
    }
}

/// What became of a request before it was answered.
#[derive(Debug, PartialEq, Eq)]
enum Proof {
    /// It was not seen, or not answered.
    Unseen,
    Unwritten,
    Unsynced,
    Synced,
}

impl Proof {
    fn of(key: &str, calls: &[Call], is_of_store: impl Fn(&str) -> bool) -> Self {
        let header = format!("idempotency-key: {key}\\r\\n");
        let mut asked = calls.iter().filter(|call| call.text.contains(&header));
        let Some(asked) = asked.find(|call| call.is_a(&["read", "recvfrom"])) else {
            return Self::Unseen;
        };
        // One request at a time, so that the next answer is the answer.
        let mut answers = calls.iter().filter(|call| call.text.contains(ANSWER));
        let Some(answer) = answers.find(|call| call.begun > asked.ended) else {
            return Self::Unseen;
        };
        let within = |call: &&Call| call.begun > asked.ended && call.ended < answer.begun;
        let mut written = calls
            .iter()
            .filter(within)
            .filter(|call| call.is_a(&WRITES) && is_of_store(call.path()))
            .filter(|call| call.text.contains(key))
            .peekable();
        if written.peek().is_none() {
            return Self::Unwritten;
        }
        let is_synced = |write: &Call| {
            let mut syncs = calls.iter().filter(within);
            syncs.any(|call| {
                call.is_a(&SYNCS)
                    && call.is_done()
                    && call.path() == write.path()
                    && call.begun > write.ended
            })
        };
        match written.any(is_synced) {
            true => Self::Synced,
            false => Self::Unsynced,
        }
    }
}

/// The beginning of an answer that acknowledges.
const ANSWER: &str = "\"HTTP/1.1 2";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strace::parse;

    const ASKED: &str = r#"7 recvfrom(9<socket:[1]>, "idempotency-key: k-1\r\n", 99) = 22"#;
    const BEGUN: &str = r#"8 pwrite64(4</store/db>, "k-1", 3, 0 <unfinished ...>"#;
    const WRITTEN: &str = "8 <... pwrite64 resumed>) = 3";
    const SYNCED: &str = "8 fdatasync(4</store/db>) = 0";
    const ANSWERED: &str = r#"7 writev(9<socket:[1]>, [{iov_base="HTTP/1.1 200 OK"}], 1) = 15"#;

    fn proof_in(lines: &[&str]) -> Proof {
        Proof::of("k-1", &parse(&lines.join("\n")), |path| path == "/store/db")
    }

    #[test]
    fn only_a_sync_of_the_written_file_between_its_write_and_the_answer_proves_it() {
        assert_eq!(
            proof_in(&[ASKED, BEGUN, WRITTEN, SYNCED, ANSWERED]),
            Proof::Synced
        );
        let failed = "8 fdatasync(4</store/db>) = -1 EIO (Input/output error) (INJECTED)";
        let others = "8 fdatasync(4</store/lock>) = 0";
        for lines in [
            [ASKED, BEGUN, WRITTEN, ANSWERED, SYNCED],
            [ASKED, BEGUN, SYNCED, WRITTEN, ANSWERED],
            [ASKED, BEGUN, WRITTEN, failed, ANSWERED],
            [ASKED, BEGUN, WRITTEN, others, ANSWERED],
            [ASKED, SYNCED, BEGUN, WRITTEN, ANSWERED],
        ] {
            assert_eq!(proof_in(&lines), Proof::Unsynced, "{lines:?}");
        }
        assert_eq!(proof_in(&[ASKED, SYNCED, ANSWERED]), Proof::Unwritten);
        assert_eq!(proof_in(&[ASKED, BEGUN, WRITTEN]), Proof::Unseen);
    }
}
