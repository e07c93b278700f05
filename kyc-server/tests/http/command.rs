//! The program as an operator meets it.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use kyc_server::config::Config;
use tempfile::tempdir;

use crate::postgres::Place;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kyc-server"));
    command.env_clear();
    command
}

fn said(output: &Output) -> (i32, String) {
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr.clone()).unwrap(),
    )
}

#[test]
fn the_lines_that_are_printed_make_a_configuration() {
    let mut child = program()
        .args(["reviewer", "ada"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"correct horse\n")
        .unwrap();
    let reviewer = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let key =
        String::from_utf8(program().args(["api-key", "shop"]).output().unwrap().stdout).unwrap();

    let config = Config::parse(&format!("{reviewer}{key}")).unwrap();
    assert!(
        config
            .reviewer("ada")
            .unwrap()
            .password
            .verify("correct horse")
    );
    let secret = key
        .split_once("only now: ")
        .unwrap()
        .1
        .split_whitespace()
        .next()
        .unwrap();
    assert!(secret.starts_with("kyc_"));
    assert_eq!(config.integrator(secret).unwrap().name, "shop");
    assert!(
        !key.split_once("[[integrators]]")
            .unwrap()
            .1
            .contains(secret)
    );
}

#[test]
fn a_pair_for_basic_is_printed_once_and_only_its_digest_is_for_the_configuration() {
    let printed = program().args(["api-key", "shop", "--basic"]).output();
    let lines = String::from_utf8(printed.unwrap().stdout).unwrap();
    let config = Config::parse(&lines).unwrap();
    assert!(config.has_pairs());
    let (_, pair) = lines.split_once("KEY:SECRET, shown only now: ").unwrap();
    let (pair, digest) = pair.split_once('\n').unwrap();
    assert_eq!(config.integrator_by_pair(pair).unwrap().name, "shop");
    assert!(config.integrator_by_pair("other:secret").is_none());
    assert!(!digest.contains(pair));
}

#[test]
fn a_short_password_is_refused() {
    let mut child = program()
        .args(["reviewer", "ada"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"short\n").unwrap();
    let (code, text) = said(&child.wait_with_output().unwrap());
    assert_eq!(code, 1);
    assert!(
        text.contains("8 to 1,024") && !text.contains("short\n"),
        "{text}"
    );
}

/// Two mistakes, far apart.
const BAD_FLOW: &str = r#"{
    "id": "no spaces allowed", "version": 1, "consent": "1",
    "steps": ["welcome", "document_selection", "document_photo", "final"],
    "documents": []
}"#;

#[test]
fn of_a_bad_flow_every_mistake_is_told_with_its_place() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("flow.json");
    fs::write(&file, BAD_FLOW).unwrap();
    let wrong = kyc_core::Flow::from_json(BAD_FLOW).unwrap_err().diagnostics;
    assert!(wrong.len() >= 2);
    for words in [
        &["flow", "check"][..],
        &["serve", "--listen", "127.0.0.1:0", "--flow"],
        &["--listen", "127.0.0.1:0", "--flow"],
    ] {
        let (code, text) = said(&program().args(words).arg(&file).output().unwrap());
        assert_eq!(code, 2, "{text}");
        for diagnostic in &wrong {
            assert!(
                text.contains(&diagnostic.path) && text.contains(diagnostic.code.as_str()),
                "{diagnostic} in {text}"
            );
        }
    }
}

#[test]
fn a_good_flow_passes() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("flow.json");
    fs::write(&file, kyc_core::Flow::manual_review().to_json()).unwrap();
    assert!(
        program()
            .args(["flow", "check"])
            .arg(&file)
            .output()
            .unwrap()
            .status
            .success()
    );
    let (code, text) = said(
        &program()
            .args(["flow", "check", "no-such-file"])
            .output()
            .unwrap(),
    );
    assert_eq!(code, 2);
    assert!(text.contains("no-such-file"), "{text}");
}

#[test]
fn a_flow_file_that_was_edited_without_a_new_version_is_told_in_one_line_and_nothing_starts() {
    let directory = tempdir().unwrap();
    let (flow, store) = (
        directory.path().join("flow.json"),
        directory.path().join("store"),
    );
    let text = kyc_core::Flow::manual_review().to_json();
    fs::write(&flow, &text).unwrap();
    let serve = || {
        let mut program = program();
        program
            .args(["--listen", "127.0.0.1:0", "--store"])
            .arg(format!("redb:{}", store.display()))
            .arg("--flow")
            .arg(&flow)
            .stderr(Stdio::piped());
        program
    };
    let mut served = serve().spawn().unwrap();
    let mut lines = BufReader::new(served.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("listening")));
    served.kill().unwrap();
    served.wait().unwrap();

    let edited = text.replacen("\"consent\": \"1\"", "\"consent\": \"2\"", 1);
    fs::write(&flow, edited).unwrap();
    let (code, text) = said(&serve().output().unwrap());
    assert_eq!(code, 1);
    let told = text.lines().last().unwrap();
    assert!(
        told.starts_with("kyc-server: flow manual-review version 1 was changed"),
        "{text}"
    );
    assert!(!text.contains("listening"), "{text}");
}

#[test]
fn a_bad_configuration_is_told_and_nothing_starts() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("config.toml");
    fs::write(
        &file,
        "[[reviewers]]\nname = \"ada\"\npassword = \"in the clear\"\nroles = [\"reviewer\"]\n",
    )
    .unwrap();
    let (code, text) = said(
        &program()
            .args(["--listen", "127.0.0.1:0", "--config"])
            .arg(&file)
            .output()
            .unwrap(),
    );
    assert_eq!(code, 2);
    assert!(
        text.contains("reviewers[0].password") && !text.contains("in the clear"),
        "{text}"
    );
}

#[test]
fn a_store_that_another_process_has_open_is_left_alone() {
    let directory = tempdir().unwrap();
    let store = directory.path().join("store");
    // This process is the other one.
    fs::write(directory.path().join("store.secret"), "5".repeat(64)).unwrap();
    let held = kyc_persist::SledStore::open(&store).unwrap();
    let (code, text) = said(&serve(&store));
    assert_eq!(code, 1);
    assert!(text.contains("in use by another process"), "{text}");
    assert!(!text.contains("panicked"), "{text}");
    drop(held);
}

fn serve(store: &Path) -> Output {
    program()
        .args([
            "--listen",
            "127.0.0.1:0",
            "--store",
            &format!("sled:{}", store.display()),
        ])
        .output()
        .unwrap()
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, text) = said(&program().args(["--listen", &address]).output().unwrap());
    assert_eq!(code, 1);
    assert!(text.contains(&address), "{text}");
}

#[cfg(unix)]
#[test]
fn the_key_of_an_installation_is_made_once_and_for_its_owner_alone() {
    let directory = tempdir().unwrap();
    let store = directory.path().join("store");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let read = || {
        starts_at(&taken, &["--store", &format!("sled:{}", store.display())]);
        let file = directory.path().join("store.secret");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        fs::read_to_string(file).unwrap()
    };
    assert_eq!(read(), read());
}

/// Starts a server that ends at once, because its port is taken.
fn starts_at(taken: &std::net::TcpListener, options: &[&str]) -> (i32, String) {
    let address = taken.local_addr().unwrap().to_string();
    said(
        &program()
            .args(["--listen", &address])
            .args(options)
            .output()
            .unwrap(),
    )
}

#[test]
fn what_belongs_to_a_store_is_missed_and_not_made_anew() {
    let directory = tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let store = format!("redb:{}", at("store").display());
    starts_at(&taken, &["--store", &store]);
    assert!(at("store.blobs").is_dir());

    for (part, told) in [("store.secret", "openssl rand"), ("store.key", "--key")] {
        fs::rename(at(part), at("aside")).unwrap();
        let (code, text) = starts_at(&taken, &["--store", &store]);
        assert_ne!(code, 0);
        assert!(text.contains(part) && text.contains(told), "{text}");
        assert!(!at(part).exists());
        fs::rename(at("aside"), at(part)).unwrap();
    }
    let (_, text) = starts_at(&taken, &["--store", &store]);
    assert!(text.contains("127.0.0.1:"), "{text}");
}

#[test]
fn images_that_are_gone_are_missed_until_somebody_says_that_they_are_lost() {
    let directory = tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let store = format!("redb:{}", at("store").display());
    starts_at(&taken, &["--store", &store]);
    fs::rename(at("store.blobs"), at("aside")).unwrap();
    let (code, text) = starts_at(&taken, &["--store", &store]);
    assert_eq!(code, 1);
    assert!(
        text.contains("store.blobs") && text.contains("--images-are-lost"),
        "{text}"
    );
    let port = "127.0.0.1:";
    assert!(!text.contains(port), "{text}");
    let aside = at("aside").display().to_string();
    let (_, text) = starts_at(&taken, &["--store", &store, "--blobs", &aside]);
    assert!(text.contains(port), "{text}");
    let (_, text) = starts_at(&taken, &["--store", &store, "--images-are-lost"]);
    assert!(text.contains(port), "{text}");
    let (_, text) = starts_at(&taken, &["--store", &store]);
    assert!(text.contains(port), "{text}");
}

#[test]
fn secrets_that_others_may_read_are_told() {
    let directory = tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let store = format!("redb:{}", at("store").display());
    let told = |text: &str, file: &str| {
        let about = |line: &&str| line.contains("others on this machine") && line.contains(file);
        text.lines().filter(about).count()
    };
    for _ in 0..2 {
        let (_, text) = starts_at(&taken, &["--store", &store]);
        assert_eq!(told(&text, ""), 0, "{text}");
    }
    for (file, mode) in [("store.key", 0o644), ("store.secret", 0o640)] {
        fs::set_permissions(at(file), fs::Permissions::from_mode(mode)).unwrap();
        let (_, text) = starts_at(&taken, &["--store", &store]);
        assert_eq!((told(&text, ""), told(&text, file)), (1, 1), "{text}");
        let secret = fs::read_to_string(at(file)).unwrap();
        assert!(!text.contains(secret.trim()), "{text}");
        fs::set_permissions(at(file), fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn the_help_repeats_no_password() {
    for task in [&["--help"][..], &["outbox", "dead", "--help"]] {
        let output = program()
            .env("KYC_STORE", "postgres://kyc:hush@db/kyc")
            .env("KYC_VAULT", "postgres://kyc:hush@db/keys")
            .args(task)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("KYC_STORE"), "{text}");
        assert!(!text.contains("hush"), "{text}");
    }
}

#[test]
fn a_directory_of_another_engine_is_left_alone() {
    let directory = tempdir().unwrap();
    let store = directory.path().join("store");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    starts_at(&taken, &["--store", &format!("redb:{}", store.display())]);
    let (code, text) = starts_at(&taken, &["--store", &format!("sled:{}", store.display())]);
    assert_eq!(code, 1);
    assert!(text.contains("--store redb:"), "{text}");
    assert!(!store.join("sled").exists() && !store.join("kyc.sled").exists());
}

#[test]
fn pages_that_are_not_there_are_told_and_nothing_starts() {
    let directory = tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let pages = directory.path().to_str().unwrap();
    let (code, text) = starts_at(&taken, &["--pages", pages]);
    assert_eq!(code, 2);
    assert!(
        text.contains("apply") && text.contains("cargo xtask pages"),
        "{text}"
    );
}

#[test]
fn a_database_that_lets_nobody_in_is_told_in_one_line_without_the_password() {
    let directory = tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(at("hba"), "local all all scram-sha-256\n").unwrap();
    let place = Place::started(&[&format!("hba_file={}", at("hba").display())]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = place.url().replace("kyc@", "kyc:hush@");
    let secret = at("secret");
    let (code, text) = starts_at(
        &taken,
        &["--store", &url, "--secret", secret.to_str().unwrap()],
    );
    assert_eq!(code, 1);
    let told = "kyc-server: postgres: the database cannot be reached: ";
    assert!(
        text.starts_with(told) && text.contains("password"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(!text.contains("hush"), "{text}");
}

#[test]
fn a_store_is_opened_by_its_name() {
    let directory = tempdir().unwrap();
    let serve = |store: &str, secret: bool| {
        let mut program = program();
        // Ends at once: the port is taken.
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        program.args(["--listen", &address, "--store", store]);
        if secret {
            program.arg("--secret").arg(directory.path().join("key"));
        }
        said(&program.output().unwrap())
    };
    let redb = format!("redb:{}", directory.path().join("store").display());
    let (_, text) = serve(&redb, false);
    assert!(text.contains("127.0.0.1:"), "{text}");
    assert!(directory.path().join("store").join("kyc.redb").is_file());
    assert!(directory.path().join("store.secret").is_file());

    let nowhere = "postgres://kyc:hush@127.0.0.1:1/kyc";
    let (code, text) = serve(nowhere, false);
    assert_eq!(code, 1);
    assert!(text.contains("--secret"), "{text}");
    for name in [nowhere.to_owned(), format!("postgres:{nowhere}")] {
        let (code, text) = serve(&name, true);
        assert_eq!(code, 1);
        let told = "kyc-server: postgres: the database cannot be reached: ";
        assert!(text.starts_with(told) && text.contains("refused"), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
    for wrong in ["redb", "redb:", "postgres", "mysql://here"] {
        let (code, text) = serve(wrong, true);
        assert_eq!(code, 1, "{wrong}");
        assert!(
            text.contains("--store") || text.contains("URL"),
            "{wrong}: {text}"
        );
    }
}
