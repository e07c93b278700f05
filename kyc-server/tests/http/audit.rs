//! The journals of an installation, as an auditor finds them: whatever was done to them is told with its place.

use std::fs;
use std::path::Path;

use kyc_core::journal::Entry;
use kyc_persist::kv::Engine;
use kyc_persist::{Settled, Sled};
use serde_json::json;

use crate::site::{NOON, Site, keeper, settle_all, tell, walk};

/// Three sessions, of which the second and third have moved on after a checkpoint was made.
async fn audited(site: &Site) {
    let store = site.open().await;
    let walker = keeper(&store);
    for session in ["s-1", "s-2", "s-3"] {
        walk(&walker, session).await;
    }
    drop((walker, store));
    let (code, said, complained) = site.run(&["audit", "checkpoint"]);
    assert_eq!(code, 0, "{complained}");
    assert!(said.starts_with("checkpoint 1 of 3 rows"), "{said}");
    let store = site.open().await;
    let walker = keeper(&store);
    for session in ["s-2", "s-3"] {
        tell(&walker, session, json!({ "type": "cancel" })).await;
    }
    settle_all(&*store, NOON, Settled::Done).await;
    drop((walker, store));
    verified(site, 3);
}

fn verified(site: &Site, rows: usize) {
    let (code, said, complained) = site.run(&["audit", "verify"]);
    assert_eq!(code, 0, "{complained}");
    let rows = format!("entries of {rows} rows hold");
    assert!(said.contains(&rows), "{said}");
}

/// What an audit complains about; it has to.
fn complaint(site: &Site, words: &[&str]) -> String {
    let (code, said, complained) = site.run(words);
    assert_eq!((code, said.as_str()), (1, ""), "{complained}");
    assert!(!complained.contains("Erika"), "{complained}");
    let line = complained.strip_prefix("kyc-server: ").unwrap();
    line.trim_end().to_owned()
}

/// The journal lines of a session, as they lie on the disk.
fn lines(engine: &Sled, session: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let from = [b"j", session.as_bytes(), &[0, b'c']].concat();
    let to = [b"j", session.as_bytes(), &[0, b'd']].concat();
    engine.scan(&from, &to, false).map(Result::unwrap).collect()
}

/// Does something to the journal of `s-2` behind the store's back.
fn tamper(site: &Site, with: impl FnOnce(&mut Vec<Option<Vec<u8>>>)) {
    let engine = Sled::open(&site.at("store")).unwrap();
    let lines = lines(&engine, "s-2");
    assert_eq!(lines.len(), 4);
    let (keys, values): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
    let mut values = values.into_iter().map(Some).collect();
    with(&mut values);
    engine
        .write(keys.into_iter().zip(values).collect())
        .unwrap();
    engine.sync().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_was_changed_is_told_with_its_first_entry_that_is_wrong() {
    for site in [Site::sealed(), Site::unsealed()] {
        audited(&site).await;
        site.back_up("before");
        type Tamper = fn(&mut Vec<Option<Vec<u8>>>);
        let flipped: Tamper = |lines| {
            let line = String::from_utf8(lines[1].take().unwrap()).unwrap();
            lines[1] = Some(
                line.replace("\"event\":\"start\"", "\"event\":\"steal\"")
                    .into(),
            );
        };
        let swapped: Tamper = |lines| lines.swap(1, 2);
        let cut_off: Tamper = |lines| lines[3] = None;
        let holed: Tamper = |lines| lines[2] = None;
        // A whole new chain, as somebody would make it who knows how.
        let forged: Tamper = |lines| {
            let mut prev = kyc_core::journal::Hash::ZERO;
            for line in lines.iter_mut() {
                let mut entry: Entry = serde_json::from_slice(line.as_ref().unwrap()).unwrap();
                entry.facts.at = kyc_core::Timestamp::from_millis(1);
                let entry = Entry::chain(prev, entry.facts);
                prev = entry.hash;
                *line = Some(serde_json::to_vec(&entry).unwrap());
            }
        };
        for (change, place) in [
            (flipped, "s-2 collection 1: "),
            (swapped, "s-2 collection 1: "),
            (cut_off, "s-2 collection 3: "),
            (holed, "s-2 collection 2: "),
            (forged, "s-2 collection 3: "),
        ] {
            tamper(&site, change);
            let told = complaint(&site, &["audit", "verify"]);
            assert!(told.starts_with(place), "{told}");
            // And it is not signed as if it were right.
            let told = complaint(&site, &["audit", "checkpoint"]);
            assert!(told.starts_with("s-2 collection"), "{told}");
            site.restore("before");
            verified(&site, 3);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_put_back_to_an_earlier_day_is_told_by_its_checkpoints() {
    for site in [Site::sealed(), Site::unsealed()] {
        audited(&site).await;
        site.back_up("before");
        let (code, ..) = site.run(&["audit", "checkpoint"]);
        assert_eq!(code, 0);
        verified(&site, 3);
        let store = site.open().await;
        let walker = keeper(&store);
        walk(&walker, "s-4").await;
        tell(&walker, "s-1", json!({ "type": "cancel" })).await;
        drop((walker, store));
        assert_eq!(site.run(&["audit", "checkpoint"]).0, 0);
        verified(&site, 4);
        // What is there then is sound in itself.
        site.restore("before");
        for words in [&["audit", "verify"], &["audit", "checkpoint"]] {
            let told = complaint(&site, words);
            assert_eq!(
                told,
                "s-1 collection 3: is missing: checkpoint 3 names entry 3"
            );
        }
        let store = site.open().await;
        let back = json!({ "type": "back" });
        tell(&keeper(&store), "s-1", back).await;
        drop(store);
        for words in [&["audit", "verify"], &["audit", "checkpoint"]] {
            let told = complaint(&site, words);
            assert_eq!(
                told,
                "s-1 collection 3: is not the entry that checkpoint 3 names"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_gone_and_a_checkpoint_that_was_changed_are_told() {
    let site = Site::unsealed();
    audited(&site).await;
    let file = site.at("store.checkpoints");
    let right = fs::read_to_string(&file).unwrap();
    for wrong in [
        right.replace("\"version\":2", "\"version\":1"),
        right.replace("\"number\":1", "\"number\":2"),
    ] {
        assert_ne!(wrong, right);
        fs::write(&file, wrong).unwrap();
        for words in [&["audit", "verify"], &["audit", "checkpoint"]] {
            let told = complaint(&site, words);
            assert!(told.starts_with("checkpoint 1: "), "{told}");
        }
    }
    fs::write(&file, &right).unwrap();
    let other = "ab".repeat(32);
    let told = site.run(&["audit", "verify", "--public-key", &other]).2;
    assert!(
        told.contains("checkpoint 1") || told.contains("public key"),
        "{told}"
    );

    let empty = Site::unsealed();
    drop(empty.open().await);
    fs::copy(&file, empty.at("store.checkpoints")).unwrap();
    fs::copy(site.at("store.signing"), empty.at("store.signing")).unwrap();
    let told = complaint(&empty, &["audit", "verify"]);
    assert_eq!(
        told,
        "s-1 collection 0: is missing: checkpoint 1 names entry 2"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_checked_without_the_store_and_holds_nothing_of_a_person() {
    let site = Site::sealed();
    audited(&site).await;
    assert_eq!(site.run(&["audit", "checkpoint"]).0, 0);
    let key = site.run(&["audit", "key"]).1;
    let (code, right, _) = site.run(&["audit", "export"]);
    assert_eq!(code, 0);
    assert!(
        right.contains(key.trim()) && !right.contains("Erika") && !right.contains("1964-08-12")
    );

    let elsewhere = Site::sealed();
    let file = elsewhere.at("export");
    let check = |text: &str| {
        fs::write(&file, text).unwrap();
        verify_export(&file, key.trim())
    };
    assert_eq!(check(&right).0, 0);
    let lines: Vec<&str> = right.lines().collect();
    let of_s2 = lines
        .iter()
        .position(|line| line.starts_with("{\"entry\"") && line.contains("\"s-2\""))
        .unwrap();
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = lines.iter().map(|line| (*line).to_owned()).collect();
        change(&mut lines);
        let (code, told) = check(&(lines.join("\n") + "\n"));
        assert_eq!(code, 1, "{told}");
        told
    };
    let told = with(&|lines| lines[of_s2 + 1] = lines[of_s2 + 1].replace("\"start\"", "\"steal\""));
    assert!(told.contains("s-2 collection 1: "), "{told}");
    let told = with(&|lines| lines.swap(of_s2 + 1, of_s2 + 2));
    assert!(told.contains("s-2 collection 1: "), "{told}");
    let told = with(&|lines| drop(lines.pop()));
    assert!(told.contains("cut off"), "{told}");
    let told = with(&|lines| {
        lines.remove(of_s2 + 3);
        let end = lines.last_mut().unwrap();
        *end = end.replace("\"entries\":11", "\"entries\":10");
    });
    assert!(told.contains("s-2 collection 3: is missing"), "{told}");
    let told = with(&|lines| drop(lines.remove(1)));
    assert!(told.contains("does not belong there"), "{told}");
    let (code, told) = {
        fs::write(&file, &right).unwrap();
        verify_export(&file, &"00".repeat(32))
    };
    assert_eq!(code, 1, "{told}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let made = fs::metadata(site.at("store.signing")).unwrap();
        assert_eq!(made.permissions().mode() & 0o777, 0o600);
    }
}

/// The program on a machine where there is nothing but the file.
fn verify_export(file: &Path, key: &str) -> (i32, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_kyc-server"))
        .env_clear()
        .args(["audit", "verify-export", "--public-key", key])
        .arg(file)
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!told.contains("panicked"), "{told}");
    (output.status.code().unwrap(), told)
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_that_are_missing_or_cut_off_are_told_when_they_are_expected() {
    let site = Site::sealed();
    audited(&site).await;
    let (_, said, _) = site.run(&["audit", "checkpoint"]);
    let second = said.trim_end().rsplit_once(": ").unwrap().1.to_owned();
    let known = format!("2:{second}");
    let verify = ["audit", "verify", "--expect", &known];
    assert_eq!(site.run(&verify).0, 0);
    let book = site.at("store.checkpoints");
    let whole = fs::read_to_string(&book).unwrap();

    // In the middle of the line, which verifying alone takes for one that was never told.
    fs::write(&book, &whole[..whole.len() - 9]).unwrap();
    let told = complaint(&site, &["audit", "verify"]);
    assert!(told.contains("behind checkpoint 1 is cut off"), "{told}");
    let at_its_end = whole.find('\n').unwrap() + 1;
    for left in [&whole[..whole.len() - 9], &whole[..at_its_end], ""] {
        fs::write(&book, left).unwrap();
        let told = complaint(&site, &verify);
        assert!(told.starts_with("checkpoint 2 with the hash"), "{told}");
    }
    fs::remove_file(&book).unwrap();
    let told = complaint(&site, &verify);
    assert!(told.starts_with("checkpoint 2 with the hash"), "{told}");
    // Another hash is another checkpoint.
    fs::write(&book, &whole).unwrap();
    let other = format!("1:{second}");
    complaint(&site, &["audit", "verify", "--expect", &other]);
    assert_eq!(site.run(&verify).0, 0);
    assert_eq!(site.run(&["audit", "verify", "--expect", "2"]).0, 2);

    // Whoever goes on behind a line that was cut off is told.
    fs::write(&book, &whole[..whole.len() - 9]).unwrap();
    let (code, said, _) = site.run(&["audit", "checkpoint"]);
    assert_eq!(code, 0);
    assert!(
        said.contains("cut off") && said.contains("written over"),
        "{said}"
    );
    assert_eq!(site.run(&["audit", "verify"]).0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_key_is_made_for_checkpoints_whose_key_is_lost() {
    use std::os::unix::fs::PermissionsExt as _;

    let site = Site::sealed();
    audited(&site).await;
    let book = fs::metadata(site.at("store.checkpoints")).unwrap();
    assert_eq!(book.permissions().mode() & 0o777, 0o600);
    let (key, elsewhere) = (site.at("store.signing"), site.at("elsewhere"));
    fs::rename(&key, &elsewhere).unwrap();
    for task in ["checkpoint", "key", "export"] {
        let (code, said, complained) = site.run(&["audit", task]);
        assert!(code != 0, "{task}: {said}");
        assert!(complained.contains("put it back"), "{complained}");
        assert!(!key.exists());
    }
    fs::rename(&elsewhere, &key).unwrap();
    verified(&site, 3);
}
