//! `kyc-server store …` as an operator meets it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};

use kyc_core::collection::Session;
use kyc_core::journal::Hash;
use kyc_core::testing::events::{self, NOON};
use kyc_core::{Actor, Flow};
use kyc_persist::archive::{Archive as _, Mark};
use kyc_persist::{
    Ask, Flows, Keeper, Kek, KeySource, Keyring, Row, Safe, SealedStore, SledStore, Store, Wake,
};
use tempfile::{TempDir, tempdir};

#[test]
fn an_installation_moves_from_one_engine_to_the_other_and_the_server_starts_on_it() {
    let desk = Desk::filled();
    let first = desk.succeeds(&[
        "export",
        "--store",
        &desk.sled("store"),
        "--to",
        "store.txt",
    ]);
    assert!(
        first.contains("2 rows") && first.contains("sha256 "),
        "{first}"
    );
    desk.succeeds(&[
        "export",
        "--store",
        &desk.sled("store.vault"),
        "--to",
        "vault.txt",
    ]);
    let text = fs::read_to_string(desk.at("store.txt")).unwrap();
    assert!(!text.contains("Mustermann"));

    let imported = desk.succeeds(&[
        "import",
        "--store",
        &desk.redb("new"),
        "--from",
        "store.txt",
    ]);
    assert_eq!(imported, first);
    desk.succeeds(&[
        "import",
        "--store",
        &desk.redb("new.vault"),
        "--from",
        "vault.txt",
    ]);
    for other in [["--file", "store.txt"], ["--with", &desk.sled("store")]] {
        let verified =
            desk.succeeds(&[&["verify", "--store", &desk.redb("new")], &other[..]].concat());
        assert_eq!(verified, first);
    }
    desk.succeeds(&["export", "--store", &desk.redb("new"), "--to", "again.txt"]);
    assert_eq!(fs::read_to_string(desk.at("again.txt")).unwrap(), text);

    let stats = desk.succeeds(&["stats", "--store", &desk.redb("new")]);
    for line in [
        "sessions 2\n",
        "sessions.document_photo 1\n",
        "cases 0\n",
        "outbox.dead 0\n",
    ] {
        assert!(stats.contains(line), "{stats}");
    }
    fs::copy(desk.at("store.key"), desk.at("new.key")).unwrap();
    fs::copy(desk.at("store.secret"), desk.at("new.secret")).unwrap();
    fs::rename(desk.at("store.blobs"), desk.at("new.blobs")).unwrap();
    let (came_to_listen, said) = desk.serve(&desk.redb("new"));
    assert!(came_to_listen, "{said}");
}

#[test]
fn a_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::filled();
    // Even one that was there, for everybody.
    fs::write(desk.at("store.txt"), "").unwrap();
    fs::set_permissions(desk.at("store.txt"), fs::Permissions::from_mode(0o666)).unwrap();
    desk.succeeds(&[
        "export",
        "--store",
        &desk.sled("store"),
        "--to",
        "store.txt",
    ]);
    let mode = fs::metadata(desk.at("store.txt"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_export_that_was_killed_is_continued_and_a_finished_one_is_left_alone() {
    let desk = Desk::filled();
    let words = [
        "export",
        "--store",
        &desk.sled("store"),
        "--to",
        "store.txt",
    ];
    let first = desk.succeeds(&words);
    let whole = fs::read(desk.at("store.txt")).unwrap();
    let refused = desk.fails(&words);
    assert!(refused.contains("finished export"), "{refused}");
    fs::write(desk.at("store.txt"), &whole[..whole.len() / 2]).unwrap();
    let (code, out, said) = desk.run(&words);
    assert_eq!((code, out), (0, first));
    assert!(said.contains("going on behind"), "{said}");
    assert_eq!(fs::read(desk.at("store.txt")).unwrap(), whole);

    fs::write(desk.at("store.txt"), "notes of mine\n").unwrap();
    let refused = desk.fails(&words);
    assert!(
        refused.contains("store.txt: this is not the export"),
        "{refused}"
    );
    assert_eq!(
        fs::read_to_string(desk.at("store.txt")).unwrap(),
        "notes of mine\n"
    );
}

#[test]
fn what_differs_is_named_and_what_is_altered_is_told_by_its_line() {
    let desk = Desk::filled();
    desk.succeeds(&[
        "export",
        "--store",
        &desk.sled("store"),
        "--to",
        "before.txt",
    ]);
    desk.walk(&[("s-2", 3, 4)]);
    let words = ["verify", "--store", &desk.sled("store"), "--file"];
    let differs = desk.fails(&[&words[..], &["before.txt"]].concat());
    assert!(
        differs.ends_with("row s-2.collection is not the same\n"),
        "{differs}"
    );

    let text = fs::read_to_string(desk.at("before.txt")).unwrap();
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines[2] = lines[2].replacen("\"version\":", "\"version\":1", 1);
    fs::write(desk.at("altered.txt"), lines.join("\n") + "\n").unwrap();
    fs::write(desk.at("cut.txt"), &text[..text.len() - 9]).unwrap();
    let end = format!("line {}:", lines.len());
    for (file, line) in [("altered.txt", "line 3:"), ("cut.txt", &end)] {
        let refused = desk.fails(&["import", "--store", &desk.redb("new"), "--from", file]);
        assert!(
            refused.contains(line) && refused.contains(file),
            "{refused}"
        );
    }
    desk.succeeds(&[
        "import",
        "--store",
        &desk.redb("new"),
        "--from",
        "before.txt",
    ]);
    let refused = desk.fails(&[
        "import",
        "--store",
        &desk.redb("new"),
        "--from",
        "before.txt",
    ]);
    assert!(refused.contains("the store is not empty"), "{refused}");
}

#[test]
fn nobody_is_served_from_a_store_or_a_vault_that_was_not_imported_whole() {
    for unfinished in ["store", "store.vault"] {
        let desk = Desk::new();
        run(async {
            let store = SledStore::open(desk.at(unfinished)).unwrap();
            let mark = Mark {
                records: 0,
                chain: Hash::ZERO,
            };
            assert!(store.take(Vec::new(), None, Some(mark)).await.unwrap());
        });
        fs::write(desk.at("store.secret"), "5".repeat(64)).unwrap();
        let (came_to_listen, said) = desk.serve(&desk.sled("store"));
        assert!(!came_to_listen && said.contains("not finished"), "{said}");
        let refused = desk.fails(&["export", "--store", &desk.sled(unfinished), "--to", "x"]);
        assert!(refused.contains("not finished"), "{refused}");
        let stats = desk.succeeds(&["stats", "--store", &desk.sled(unfinished)]);
        assert!(stats.contains("not finished"), "{stats}");
    }
}

#[test]
fn whatever_cannot_be_opened_is_told_in_one_line_and_nothing_is_made() {
    let desk = Desk::filled();
    let nowhere = "postgres://kyc:hush@127.0.0.1:1/kyc".to_owned();
    let no_url = "postgres://kyc:hush@127.0.0.1:none/kyc".to_owned();
    let stranger = desk.stranger();
    for (store, why) in [
        (nowhere, "cannot be reached"),
        (no_url, "not the URL of a database"),
        (stranger, "password authentication failed"),
        (desk.sled("nothing"), "there is no sled store"),
        (desk.redb("store"), "there is no redb store"),
        ("memory".to_owned(), "forgotten"),
        ("mysql://here".to_owned(), "--store is"),
    ] {
        for words in [
            &["export", "--to", "made.txt"][..],
            &["verify", "--file", "made.txt"],
            &["stats"],
        ] {
            let words = [words, &["--store", &store]].concat();
            let said = desk.fails(&words);
            assert!(
                said.contains(why) && !said.contains("hush"),
                "{words:?}: {said}"
            );
        }
    }
    assert!(!desk.at("made.txt").exists());
    assert!(!desk.at("nothing").exists());
    let empty = desk.sled("empty");
    drop(SledStore::open(desk.at("empty")).unwrap());
    let said = desk.fails(&["export", "--store", &empty, "--to", "made.txt"]);
    assert!(said.contains("nothing in this store"), "{said}");
    let said = desk.fails(&["import", "--store", &empty, "--from", "made.txt"]);
    assert!(said.contains("made.txt"), "{said}");
}

#[test]
fn a_store_that_somebody_has_open_is_left_alone() {
    let desk = Desk::filled();
    // This process is the other one.
    let held = SledStore::open(desk.at("store")).unwrap();
    for words in [
        &["export", "--to", "store.txt"][..],
        &["import", "--from", "store.key"],
        &["stats"],
    ] {
        let said = desk.fails(&[words, &["--store", &desk.sled("store")]].concat());
        assert!(said.contains("in use by another process"), "{said}");
    }
    drop(held);
}

/// A directory, and the program run in it.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempdir().unwrap())
    }

    /// With an installation as the server makes one, and two sessions.
    fn filled() -> Self {
        let desk = Self::new();
        let (came_to_listen, said) = desk.serve(&desk.sled("store"));
        assert!(came_to_listen, "{said}");
        desk.walk(&[("s-1", 0, 8), ("s-2", 0, 3)]);
        desk
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn sled(&self, name: &str) -> String {
        format!("sled:{}", self.at(name).display())
    }

    fn redb(&self, name: &str) -> String {
        format!("redb:{}", self.at(name).display())
    }

    /// Lets sessions take those of the steps to `final`.
    fn walk(&self, walks: &[(&str, usize, usize)]) {
        run(async {
            let key: Kek = KeySource::File(self.at("store.key")).read().unwrap();
            let vault = SledStore::open(self.at("store.vault")).unwrap();
            let safe = Safe::unlock(std::sync::Arc::new(vault), Keyring::new(key));
            let store = SledStore::open(self.at("store")).unwrap();
            let store = SealedStore::open(store, safe.await.unwrap()).await;
            let store = std::sync::Arc::new(store.unwrap());
            let flows: Flows = [Flow::manual_review()].into_iter().collect();
            let keeper = Keeper::new(store.clone(), std::sync::Arc::new(flows), Wake::new());
            for (session, from, to) in walks {
                let id: kyc_core::SessionId = session.parse().unwrap();
                let key = "open".parse().unwrap();
                let (flow, by) = (Flow::manual_review(), Actor::INTEGRATOR);
                keeper
                    .open::<Session>(&flow, id.clone(), key, Hash::ZERO, by, NOON)
                    .await
                    .unwrap();
                let events = events::to_final().into_iter().enumerate();
                for (number, event) in events.take(*to).skip(*from) {
                    let ask = Ask {
                        session: id.clone(),
                        key: format!("k-{number}").parse().unwrap(),
                        fingerprint: Hash::ZERO,
                        expected: None,
                        by: Actor::APPLICANT,
                        event,
                    };
                    keeper.handle::<Session>(ask, NOON).await.unwrap();
                }
                let kept = store.load(&Row::collection(id)).await.unwrap().unwrap();
                assert_eq!(kept.version, u32::try_from(*to).unwrap());
            }
        });
    }

    fn program(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_kyc-server"));
        program.env_clear().current_dir(self.0.path());
        program
    }

    fn run(&self, words: &[&str]) -> (i32, String, String) {
        let output: Output = self.program().arg("store").args(words).output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }

    fn succeeds(&self, words: &[&str]) -> String {
        let (code, out, said) = self.run(words);
        assert_eq!(code, 0, "{words:?}: {said}");
        out
    }

    /// What it says, which is one line.
    fn fails(&self, words: &[&str]) -> String {
        let (code, out, said) = self.run(words);
        assert_eq!((code, out.as_str()), (1, ""), "{words:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{words:?}: {said}");
        assert!(said.starts_with("kyc-server: "), "{said}");
        said
    }

    /// Starts a server that ends by itself; whether it came so far that the port was in its way.
    fn serve(&self, store: &str) -> (bool, String) {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let output = self
            .program()
            .args(["--listen", &address, "--store", store])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (said.contains(&address), said)
    }

    /// A database that knows nobody.
    fn stranger(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for caller in listener.incoming() {
                let mut caller = caller.unwrap();
                // However the greeting was, it is answered with an error in PostgreSQL's own words.
                let _ = caller.read(&mut [0; 1024]);
                let fields =
                    b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"kyc\"\0\0";
                let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
                let _ = caller.write_all(&[&b"E"[..], &length, fields].concat());
            }
        });
        format!("postgres://kyc:hush@{address}/kyc?sslmode=disable")
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work)
}
